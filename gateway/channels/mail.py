"""Outbound -> the bytes of a mail: which headers it carries and why. Pure, and the same bytes every time.

Few fixed shapes (plain text, or plain text beside HTML; files after either) are written by `mail_format` and
`mail_files`: `EmailMessage` is many times slower and RFC 2047-encodes long message ids, which Outlook then drops
(L-36). Being deterministic, a message whose delivery is in doubt goes out again with the same bytes (RELIABILITY G8).
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import format_datetime

from gateway.channels import mail_files
from gateway.channels.mail_format import (
    LONGEST_TEXT,
    Header,
    Part,
    check_head,
    head,
    mailbox,
    message_ids,
    multipart,
    one_line,
    text_part,
    text_words,
)
from gateway.messages import Outbound

MARK = "X-Intake-Gateway"
"""The header by which we know our own mail when it comes back (RELIABILITY T20)."""

LONGEST_EXTRA = 900  # characters of an extra header's value; a line may have 998 (RFC 5322 §2.1.1)
LONGEST_REFERENCES = 1500  # characters (L-39)

_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_OWN_ID = re.compile(r"<[A-Za-z0-9._+=-]{1,200}@[A-Za-z0-9.-]{1,250}>")
_REPLY_MARKS = re.compile(r"^(?:(?:re|aw|fwd?|回复|答复|回覆|答覆|转发|轉寄) ?[:：] ?)+", re.IGNORECASE)
_EXTRA_NAME = re.compile(r"(?!Content-|Resent-|MIME-)[A-Za-z][A-Za-z0-9-]{0,59}", re.IGNORECASE)
_NOT_EXTRA = frozenset(
    {
        *("from", "to", "cc", "bcc", "reply-to", "sender", "return-path", "received", "dkim-signature"),
        *("subject", "thread-topic", "date", "message-id", "in-reply-to", "references"),
        *("precedence", "auto-submitted", "x-auto-response-suppress", MARK.lower()),
    }
)


def compose(outbound: Outbound, *, date: datetime, domain: str) -> bytes:
    """The mail as RFC 5322 bytes: ASCII only, CRLF line ends, no line above 998 characters.

    `domain` completes a `message_id` that is a bare token. Customer text may hold anything: controls become
    spaces, a subject or name beyond 250 characters is cut, an id that is malformed or longer than 749
    characters is left out. Files beyond `mail_files.LARGEST_TOTAL` stay behind, and the text says so.
    `extra_headers` is also the place to echo a customer's Thread-Index (L-38).

    It does not fail on an address that cannot be written to: the channel does, when it is to be sent there.

    Raises ValueError where our own code asked for what it must not: a malformed message id, or an extra header
    whose name is malformed or not its to set.
    """
    content, body = _content(outbound)
    headers = [*_headers(outbound, date, domain), ("MIME-Version", ["1.0"]), *content]
    written = head(headers)
    check_head(written, [name for name, _ in headers])
    return written + body


def envelope_from(outbound: Outbound) -> str:
    """The return path of a message: the signed address at which it is answered, one for each letter (VERP).

    What comes back there names the letter that was lost and proves that it was ours (F24, T22, L-21). With the null
    sender of L-1 nobody would hear that a customer was never reached; that nothing answers what comes back is
    the business of `parsers.screening` and of the headers below (RFC 3834 §3.3 allows either).
    """
    return outbound.reply_to.address


def _headers(outbound: Outbound, date: datetime, domain: str) -> Iterator[Header]:
    """Every header of a mail of ours but those of its content."""
    yield "From", mailbox(outbound.sender)
    yield "To", mailbox(outbound.to)
    yield "Reply-To", mailbox(outbound.reply_to)
    subject = one_line(outbound.subject)
    yield "Subject", text_words(subject)
    yield "Date", [format_datetime(date)]
    yield "Message-ID", [_own_id(outbound.message_id, domain)]
    yield from _threading(outbound)
    if topic := _REPLY_MARKS.sub("", subject):
        yield "Thread-Topic", text_words(topic)
    if _LANGUAGE.fullmatch(outbound.language):
        yield "Content-Language", [outbound.language]
    # Never "Precedence: bulk" beside them: lists of colleagues refuse alerts that carry it (L-14).
    if outbound.automatic:
        yield "Auto-Submitted", ["auto-replied" if outbound.in_reply_to else "auto-generated"]
        yield "X-Auto-Response-Suppress", ["All"]
    yield MARK, text_words(one_line(outbound.id))
    yield from _extra(outbound.extra_headers)


def _own_id(message_id: str, domain: str) -> str:
    whole = message_id if message_id.startswith("<") else f"<{message_id}@{domain}>"
    if not _OWN_ID.fullmatch(whole):
        raise ValueError(f"{whole[:LONGEST_TEXT]!a} is no message id")
    return whole


def _threading(outbound: Outbound) -> Iterator[Header]:
    answered = message_ids([outbound.in_reply_to] if outbound.in_reply_to else [])
    if answered:
        yield "In-Reply-To", answered
    if thread := message_ids([*outbound.references, *answered]):
        yield "References", _capped(thread)


def _capped(ids: list[str]) -> list[str]:
    """The first id and as many of the last as 1500 characters hold (L-39)."""
    first, *rest = ids
    room = LONGEST_REFERENCES - len(first)
    kept: list[str] = []
    for one in reversed(rest):
        room -= len(one) + 1
        if room < 0:
            break
        kept.append(one)
    return [first, *reversed(kept)]


def _extra(headers: Mapping[str, str]) -> Iterator[Header]:
    for name, value in headers.items():
        if not _EXTRA_NAME.fullmatch(name) or name.lower() in _NOT_EXTRA:
            raise ValueError(f"{name[:LONGEST_TEXT]!a} is not an extra header's to set")
        yield name, text_words(one_line(value, LONGEST_EXTRA))


def _content(outbound: Outbound) -> Part:
    """The words of the mail, and after them its files (RFC 2046 §5.1.3)."""
    carried, left_out = mail_files.fitting(outbound.attachments)
    words = _words(mail_files.naming_left_out(outbound, left_out) if left_out else outbound)
    if not carried:
        return words
    files = (mail_files.file_part(file, number) for number, file in enumerate(carried, 1))
    return multipart("mixed", _boundary("m", outbound.id), (words, *files))


def _words(outbound: Outbound) -> Part:
    """The text, beside its HTML where there is one (RFC 2046 §5.1.4: plain first, best last)."""
    plain = text_part("plain", outbound.text)
    if outbound.html is None:
        return plain
    return multipart("alternative", _boundary("", outbound.id), (plain, text_part("html", outbound.html)))


def _boundary(kind: str, outbound_id: str) -> str:
    """One for each message and kind of multipart; `kind` is no hexadecimal digit, so none begins with another."""
    return f"=_{kind}" + hashlib.sha256(outbound_id.encode(errors="replace")).hexdigest()[:24]
