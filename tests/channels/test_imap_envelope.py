"""What the delivering server wrote above a mail, and the messages that stand in for those we cannot have."""

import email
import email.policy
from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.imap_envelope import UNREADABLE, envelope_of, is_fake, stand_in, too_large
from gateway.messages import Envelope

OWNER = "support@vendor.example"


def test_the_topmost_trace_fields_are_the_envelope() -> None:
    """What stands below them the sender may have written (L-51, L-77)."""
    raw = (
        b"Return-Path: <li.lei@customer.example>\r\nDelivered-To: desk@vendor.example\r\n"
        b"X-Original-To:\r\n support+abc@vendor.example\r\nReceived: from x\r\n"
        b"Return-Path: <forged@evil.example>\r\nDelivered-To: forged@evil.example\r\n\r\n"
        b"Delivered-To: body@evil.example\r\n"
    )
    assert envelope_of(raw, "imap:support", OWNER, "imap.example") == Envelope(
        "imap:support",
        "li.lei@customer.example",
        ("desk@vendor.example", "support+abc@vendor.example", OWNER),
        "imap.example",
    )


def test_without_trace_fields_it_came_to_the_owner() -> None:
    """Many providers write none."""
    assert envelope_of(b"Subject: x\r\n\r\n", "imap:a", OWNER, "h") == Envelope("imap:a", "", (OWNER,), "h")
    assert envelope_of(b"Return-Path: <>\n\n", "imap:a", OWNER, "h").mail_from == ""


@given(st.binary(max_size=400))
def test_whatever_the_bytes_are_there_is_an_envelope_that_a_database_takes(raw: bytes) -> None:
    """NUL or half characters in an address would fail every attempt to keep the mail."""
    found = envelope_of(b"Delivered-To: " + raw, "imap:a", OWNER, "h")
    assert all(text.isascii() and text.isprintable() for text in (found.mail_from, *found.recipients))
    assert isinstance(is_fake(raw), bool)
    assert stand_in(raw, UNREADABLE) == stand_in(raw, UNREADABLE)


def test_a_stand_in_has_the_senders_head_and_our_reason() -> None:
    """Its parts are not there, so nothing may speak of them."""
    head = (
        b"From: =?utf-8?B?5byg5Lyf?= <zhang@customer.example>\r\nSubject: logs\r\nMessage-ID: <1@c.example>\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=x\r\n"
        b"Content-Transfer-Encoding: base64\r\nX-Other: y\r\n\r\n"
    )
    raw = stand_in(head, too_large(50_000_000, 35_000_000))
    message = email.message_from_bytes(raw, EmailMessage, policy=email.policy.default)
    assert message["From"] == "张伟 <zhang@customer.example>"
    assert (message["Message-ID"], message["X-Other"]) == ("<1@c.example>", "y")
    assert message.get_content_type() == "text/plain"
    assert "50.0 MB" in message.get_content()
    assert "邮件过大" in message.get_content()


def test_only_the_servers_apology_is_taken_for_one() -> None:
    """A customer may write about it (L-24)."""
    assert is_fake(
        b"Subject: Retrieval using the IMAP4\r\n protocol failed for the following message: 3\r\n\r\n"
    )
    assert not is_fake(b"Subject: Re: Retrieval using the IMAP4 protocol failed\r\n\r\n")
    assert not is_fake(b"Subject: x\r\n\r\nSubject: Retrieval using the IMAP4 protocol failed\r\n")
