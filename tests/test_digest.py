"""Two deliveries of one message have one digest; two messages never do."""

from hypothesis import example, given
from hypothesis import strategies as st

from gateway import digest

LETTER = b"From: a@b.example\r\nSubject: x\r\n y\r\nMessage-ID: <1@b>\r\n\r\nbody\r\n\r\nmore\r\n"
ANY = st.binary(max_size=200)


def test_the_marks_of_the_way_do_not_count() -> None:
    """A retry, another route, another of our addresses: one case (G2, L-46)."""
    trace = (
        b"Return-Path: <a@b.example>\r\nDelivered-To: support@vendor.example\r\n"
        b"Received: from mx.example\r\n\tby us; Mon, 23 Nov 2026 09:00:00 +0800\r\n"
        b"X-Spam-Status: No,\r\n score=0.1\r\nARC-Seal: i=1\r\n"
    )
    assert digest.of_message(trace + LETTER) == digest.of_message(LETTER)


def test_line_ends_do_not_count() -> None:
    """SMTP has CRLF, a mailbox may not."""
    assert digest.of_message(LETTER.replace(b"\r\n", b"\n")) == digest.of_message(LETTER)


def test_everything_else_counts() -> None:
    """A Message-ID alone proves nothing (RELIABILITY T3, L-66)."""
    others = [
        LETTER.replace(b"<1@b>", b"<2@b>"),
        LETTER.replace(b"body", b"Body"),
        LETTER.replace(b"Subject: x", b"Subject: z"),
        LETTER.replace(b" y\r\n", b" z\r\n"),
        LETTER.replace(b"\r\n\r\nbody", b"\r\nbody"),
        LETTER + b"\r\n",
    ]
    assert len({digest.of_message(each) for each in [LETTER, *others]}) == len(others) + 1


def test_a_received_line_in_the_body_counts() -> None:
    """Only the head has marks of the way: a forwarded header is the customer's words."""
    one, two = LETTER + b"Received: by x\r\n", LETTER + b"Received: by y\r\n"
    assert digest.of_message(one) != digest.of_message(two)


def test_a_line_folded_under_another_header_is_not_taken_for_a_mark() -> None:
    """A tab before "Received:" continues the line above it."""
    one = b"Subject: x\r\n\tReceived: by a\r\n\r\nbody"
    two = b"Subject: x\r\n\tReceived: by b\r\n\r\nbody"
    assert digest.of_message(one) != digest.of_message(two)


@given(ANY)
def test_any_bytes_have_a_digest(raw: bytes) -> None:
    """What is kept may be anything."""
    assert len(digest.of_message(raw)) == 64
    assert digest.of_message(raw) == digest.of_message(raw)


@given(ANY)
@example(b"")
@example(b"\n\x00")
def test_a_trace_header_in_front_never_changes_it(raw: bytes) -> None:
    """Whatever follows, unless it would continue that header."""
    if raw[:1] not in (b" ", b"\t"):
        assert digest.of_message(b"Received: by x\r\n" + raw) == digest.of_message(raw)
