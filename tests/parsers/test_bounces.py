"""Mail systems telling that a message did not arrive, and what only looks like it."""

import pytest

from gateway.messages import Envelope
from gateway.parsers import bounces, mime
from gateway.parsers.bounces import Bounce
from tests.parsers.letters import letter


@pytest.mark.parametrize(
    ("name", "bounce"),
    [
        (
            "bounce_report",
            Bounce(
                "zhao.lei@harbour.example.cn",
                "5.1.1",
                "<out-7@panshield.example>",
                permanent=True,
                delayed=False,
            ),
        ),
        (
            "bounce_in_words_qq",
            Bounce("zhao.lei@qq.example", None, "<out-8@panshield.example>", permanent=True, delayed=False),
        ),
        (
            "bounce_in_words_exchange_hant",
            Bounce(
                "zhao.lei@harbour.example.tw",
                None,
                "<out-9@panshield.example>",
                permanent=False,
                delayed=False,
            ),
        ),
    ],
)
def test_bounces_are_read(name: str, bounce: Bounce) -> None:
    """L-20, L-22: recipient, code and the id of our own message, from a report or from known sentences."""
    assert bounces.read(letter(name)) == bounce


@pytest.mark.parametrize(
    "name",
    [
        "bounce_report_delayed",
        "phishing_dressed_as_bounce",
        "administrator_reports_failing_mail",
        "vacation_qq",
        "read_receipt",
        "newsletter",
        "attached_mail",
    ],
)
def test_what_only_looks_like_a_bounce_is_none(name: str) -> None:
    """A delay has failed nothing; a lure has no traces; a customer's fault may be failing mail."""
    assert bounces.read(letter(name)) is None


def _report(groups: str) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nSubject: s\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\ntext\n"
        f"--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{groups}\n--r--\n"
    ).encode()


def test_the_failed_recipient_of_several_is_the_one_reported() -> None:
    """L-20: one address may have arrived, another be late, and only the third have failed."""
    groups = (
        "Final-Recipient: rfc822; a@x.example\nAction: delivered\nStatus: 2.0.0\n\n"
        "Final-Recipient: rfc822; b@x.example\nAction: delayed\nStatus: 4.4.1\n\n"
        "Final-Recipient: rfc822; c@x.example\nAction: failed\nStatus: 5.2.1\n"
    )
    found = bounces.read(mime.read(_report(groups)))
    assert found is not None
    assert (found.recipient, found.status) == ("c@x.example", "5.2.1")


def test_a_report_without_blank_lines_is_read() -> None:
    """Some mail systems forget them; a repeated field begins the next recipient."""
    groups = (
        "Final-Recipient: rfc822; a@x.example\nAction: delivered\n"
        "Final-Recipient: rfc822; b@x.example\nAction: failed\n"
    )
    found = bounces.read(mime.read(_report(groups)))
    assert found is not None
    assert found.recipient == "b@x.example"


def test_a_report_of_success_is_no_bounce() -> None:
    """Whoever asked for delivery receipts gets these."""
    inbound = mime.read(_report("Final-Recipient: rfc822; a@x.example\nAction: delivered\nStatus: 2.0.0\n"))
    assert bounces.read(inbound) is None
    assert bounces.is_delay_warning(inbound)


def test_a_passing_failure_is_not_permanent() -> None:
    """4.x.x means that the address is good."""
    found = bounces.read(
        mime.read(_report("Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 4.4.7\n"))
    )
    assert found is not None
    assert not found.permanent


def test_a_report_inside_a_persons_mail_is_no_bounce() -> None:
    """Only a multipart/report or a mail system speaks for itself; a forwarded one is the person's matter."""
    data = _report("Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n")
    data = data.replace(b"multipart/report; report-type=delivery-status;", b"multipart/mixed;")
    forwarded = data.replace(b"MAILER-DAEMON@mx.example", b"lin@harbour.example").replace(
        b"Return-Path: <>\n", b""
    )
    assert bounces.read(mime.read(data)) is not None
    assert bounces.read(mime.read(forwarded)) is None


def test_a_delay_told_in_words_is_marked_as_one() -> None:
    """Free words are believed less: the caller sees a bounce, and that nothing has failed yet."""
    data = (
        b"From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nSubject: Delivery Status Notification (Delay)\n\n"
        b"THIS IS A WARNING MESSAGE ONLY.\n\nDelivery to a@x.example has been delayed: 451 4.7.1 later\n"
    )
    assert bounces.read(mime.read(data)) == Bounce(
        "a@x.example", "4.7.1", None, permanent=False, delayed=True
    )


def test_the_envelope_decides_over_the_return_path_field() -> None:
    """Over SMTP we know the return path ourselves; the field is the sender's to write."""
    forged = mime.read(b"From: a@b.example\nReturn-Path: <>\nSubject: s\n\nx")
    assert not bounces.has_null_sender(forged, Envelope("smtp", "a@b.example", ("s@x.example",)))
    assert bounces.has_null_sender(forged, Envelope("smtp", "", ("s@x.example",)))
    assert bounces.has_null_sender(forged, Envelope("imap:support", "", ()))
