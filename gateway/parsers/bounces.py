"""Bounces: a mail system tells that a message of ours did not arrive.

First the machine-readable report of RFC 3464; then, from a mail system only, known sentences in Chinese, English
and some more languages. What a bounce says is a claim: whoever acts on it must find our own signed id in it
(L-21, RELIABILITY T22).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from gateway.messages import Envelope, Inbound
from gateway.parsers import header_fields, lexicon, structure
from gateway.parsers.header_text import one_line

_READ = 8000
"""Characters of a body in which sentences are looked for."""

_MAX_GROUPS = 200
"""Recipients of one delivery status that are looked at."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a mail system reports of one message to one recipient.

    `status` is the enhanced code of RFC 3463 ("5.1.1"). `permanent`: the system has given up for a reason that lasts
    (only 5.1.1 says that nobody is there, L-20). `delayed`: nothing has failed yet.
    """

    recipient: str | None
    status: str | None
    original_message_id: str | None
    permanent: bool
    delayed: bool


def read(inbound: Inbound, envelope: Envelope | None = None) -> Bounce | None:
    """The bounce that this message is, or None.

    A multipart/report that only warns of a delay or tells of success is none; a delay told in free words is
    one, with `delayed` set.
    """
    told = _reported(inbound)
    from_system = is_from_mail_system(inbound, envelope)
    if told and (inbound.content_type == "multipart/report" or from_system):
        worst = min(told, key=lambda recipient: _SEVERITY.get(recipient.action, 1))
        if worst.action in _HARMLESS or (
            worst.action == "delayed" and inbound.content_type == "multipart/report"
        ):
            return None
        return _from_report(inbound, worst)
    if from_system and _speaks_of_failure(inbound) and _shows_traces(inbound, envelope):
        return _from_words(inbound)
    return None


def is_delay_warning(inbound: Inbound) -> bool:
    """Whether a report says that a message is late, or has arrived, and nothing worse (RFC 3464 §2.3.3)."""
    told = _reported(inbound)
    return bool(told) and all(recipient.action in _HARMLESS | {"delayed"} for recipient in told)


def is_from_mail_system(inbound: Inbound, envelope: Envelope | None = None) -> bool:
    """Whether a mail system wrote this: a null return path, or a sender by one of its names."""
    if has_null_sender(inbound, envelope):
        return True
    sender = inbound.sender
    if sender is None:
        return (inbound.header("From") or "").strip() == "<>"
    origin = _phrases()["origin"]
    names = {folded(sender.name or ""), folded(sender.address)}
    return plain_local(sender.address or sender.name or "") in origin["locals"] or bool(
        names & set(origin["names"])
    )


def has_null_sender(inbound: Inbound, envelope: Envelope | None = None) -> bool:
    """Whether the return path is `<>`; over IMAP only the Return-Path field can tell."""
    if envelope is not None and envelope.source in ("smtp", "lmtp"):
        return envelope.mail_from == ""
    return (inbound.header("Return-Path") or "").strip() == "<>"


def plain_local(address: str) -> str:
    """The local part without what people put between its words: `Mail.Delivery-System@…` is `maildeliverysystem`."""
    return re.sub(r"[._\-+=\s]", "", address.partition("@")[0]).lower()


def folded(text: str) -> str:
    """Text as phrases are compared: lower case, blanks collapsed."""
    return " ".join(text.split()).casefold()


@lru_cache(maxsize=1)
def _phrases() -> lexicon.Phrases:
    return lexicon.read("bounces")


# ---------------------------------------------------------------------------------------------- RFC 3464

_HARMLESS = frozenset({"delivered", "relayed", "expanded"})
_SEVERITY = {"failed": 0, "delayed": 2, "delivered": 3, "relayed": 3, "expanded": 3}


@dataclass(frozen=True, slots=True)
class _Recipient:
    """The per-recipient fields of a delivery status."""

    address: str | None
    action: str
    status: str | None


def _reported(inbound: Inbound) -> list[_Recipient]:
    """Every recipient of every delivery status in the message."""
    return [
        recipient
        for kind, text in inbound.reports
        if kind in ("message/delivery-status", "message/global-delivery-status")
        for recipient in _recipients(text)
    ]


def _recipients(text: str) -> Iterator[_Recipient]:
    """The groups of a delivery status that name a recipient, an action or a status (RFC 3464 §2.3)."""
    for group in _field_groups(text):
        address = _typed_address(group.get("final-recipient") or group.get("original-recipient") or "")
        action = group.get("action", "").partition(" ")[0].strip(";,").lower()
        status = _status_in(group.get("status", ""), group.get("diagnostic-code", ""))
        if address or action or status:
            yield _Recipient(address, action, status)


def _field_groups(text: str) -> Iterator[dict[str, str]]:
    """The fields between blank lines; where these are missing, a repeated field begins the next group."""
    for block in re.split(r"\n[ \t]*\n", text)[:_MAX_GROUPS]:
        group: dict[str, str] = {}
        for header in structure.fields_of(block.encode()):
            name = header.name.lower()
            if name in group and name in ("final-recipient", "action", "status"):
                yield group
                group = {}
            group.setdefault(name, header.value.decode("utf-8", "replace"))
        yield group


def _status_in(status: str, diagnosis: str) -> str | None:
    """The enhanced code; a mere "5.0.0" gives way to a precise code of the same class in the diagnosis."""
    told, precise = _ENHANCED.search(status), _ENHANCED.search(diagnosis)
    if told and not (precise and told[0].endswith(".0.0") and precise[0][0] == told[0][0]):
        return told[0]
    return precise[0] if precise else None


def _typed_address(value: str) -> str | None:
    """`rfc822; <a@example.com>` without its type; None when nothing like an address is there."""
    address = one_line(value.rpartition(";")[2]).strip("<>\"' ")
    return address.lower() if "@" in address else None


def _from_report(inbound: Inbound, recipient: _Recipient) -> Bounce:
    delayed = recipient.action == "delayed"
    return Bounce(
        recipient=recipient.address or _recipient_in_words(inbound),
        status=recipient.status,
        original_message_id=_original_id(inbound),
        permanent=not delayed and not (recipient.status or "5").startswith("4"),
        delayed=delayed,
    )


# ---------------------------------------------------------------------------------------------- free words

_ENHANCED = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])[45]\d\d(?=[ \-#:]|$)", re.MULTILINE)
_ADDRESS = re.compile(r"(?<![\w.+=%&/'-])[\w.+=%&/'-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_MESSAGE_ID_LINE = re.compile(r"(?im)^[>\s]{0,20}message-id:\s{0,5}(<[^<>\s]{1,250}>)")
_SYSTEM_FIELDS = ("X-Failed-Recipients", "X-Aliyun-Bounce", "X-QQ-Bounce", "X-Bounce-Reason")
_ORIGINAL_TYPES = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")


def _speaks_of_failure(inbound: Inbound) -> bool:
    return _has_phrase(f"{inbound.subject}\n{inbound.body[:_READ]}")


def _has_phrase(text: str) -> bool:
    words = folded(text)
    phrases = _phrases()
    return any(phrase in words for phrase in (*phrases["failed"]["phrases"], *phrases["delayed"]["phrases"]))


def _shows_traces(inbound: Inbound, envelope: Envelope | None) -> bool:
    """Whether there is what a mail system has and an imitation lacks.

    The original, a reply code, the address that failed; or a null return path with a subject that says it all.
    """
    if any(inbound.header(name) for name in _SYSTEM_FIELDS) or any(True for _ in _originals(inbound)):
        return True
    if has_null_sender(inbound, envelope) and _has_phrase(inbound.subject):
        return True
    said = _said(inbound)
    if _MESSAGE_ID_LINE.search(inbound.body) or _ENHANCED.search(said) or _REPLY_CODE.search(said):
        return True
    return inbound.html is None and _failed_address(inbound, said) is not None


def _said(inbound: Inbound) -> str:
    """What the mail system says itself: the text above the returned original."""
    separators = _phrases()["original"]["separators"]
    lines: list[str] = []
    for number, line in enumerate(inbound.body[:_READ].split("\n")):
        plain = folded(line)
        if number > 2 and plain.lstrip("-=*#> ").startswith(separators):
            break
        lines.append(line)
    return "\n".join(lines)


def _from_words(inbound: Inbound) -> Bounce:
    said = _said(inbound)
    words = folded(f"{inbound.subject}\n{said}")
    codes = [code for code in _ENHANCED.findall(said) if code[0] != "2"]
    reply = _REPLY_CODE.search(said)
    status = codes[0] if codes else None
    delayed = any(phrase in words for phrase in _phrases()["delayed"]["phrases"])
    passing = any(phrase in words for phrase in _phrases()["passing"]["phrases"])
    gravity = status[0] if status else reply[0][0] if reply else "4" if passing else "5"
    return Bounce(
        recipient=_recipient_in_words(inbound),
        status=status,
        original_message_id=_original_id(inbound),
        permanent=not delayed and gravity == "5",
        delayed=delayed,
    )


def _recipient_in_words(inbound: Inbound) -> str | None:
    """Who was not reached: as a field says, else as the text says, else to whom the original went."""
    field = _ADDRESS.search(inbound.header("X-Failed-Recipients") or "")
    if field:
        return field[0].lower()
    told = _failed_address(inbound, _said(inbound))
    if told:
        return told
    for original in _originals(inbound):
        for header in structure.fields_of(original):
            if header.name.lower() == "to":
                people = header_fields.addresses(header.value.decode("utf-8", "replace"))
                if people and "@" in people[0].address:
                    return people[0].address.lower()
    return None


def _failed_address(inbound: Inbound, said: str) -> str | None:
    """The first address in the text that is neither ours nor the mail system's."""
    known = {person.address.lower() for person in (*inbound.to, *inbound.cc)}
    if inbound.sender:
        known.add(inbound.sender.address.lower())
    for match in _ADDRESS.finditer(said):
        address = match[0].lower()
        if address not in known and plain_local(address) not in _phrases()["origin"]["locals"]:
            return address
    return None


# ---------------------------------------------------------------------------------------------- the original


def _originals(inbound: Inbound) -> Iterator[bytes]:
    """The returned message, or its head, as bytes."""
    for attachment in inbound.attachments:
        if attachment.type in _ORIGINAL_TYPES:
            yield attachment.content[: structure.MAX_HEAD]


def _original_id(inbound: Inbound) -> str | None:
    """The Message-ID of the returned message: of the attached mail or its headers (L-22), else printed in the text."""
    for original in _originals(inbound):
        for header in structure.fields_of(original):
            if header.name.lower() == "message-id":
                return header_fields.own_message_id(header.value.decode("utf-8", "replace"))
    printed = _MESSAGE_ID_LINE.search(inbound.body)
    return printed[1] if printed else inbound.in_reply_to
