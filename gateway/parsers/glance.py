"""What can be told of a message at a glance, when reading it took the reader down.

Only the first fields of the head are looked at, each cut short, so that nothing in them can cost much: no MIME, no
body, no names. Enough to open a case for a person to read, and to tell the sender that we have it (RELIABILITY G5, F9).
"""

from gateway.messages import Envelope, Inbound
from gateway.parsers import charsets, header_fields, language, screening
from gateway.parsers.header_text import decode_words, one_line
from gateway.parsers.kinds import KindFound
from gateway.parsers.levels import LevelFound
from gateway.parsers.screening import OwnMail
from gateway.parsers.understood import Report

HEAD_BYTES = 16_384
MOST_FIELDS = 100
LONGEST_FIELD = 500
"""Bytes of one field that are read; more than any genuine address or subject needs."""

NEUTRAL_LEVEL = 3


def read(raw: bytes, envelope: Envelope, own: OwnMail, problem: str) -> Report:
    """A Report with sender, subject and ids, and `problem` saying why there is no more; at a bounded cost."""
    fields = _fields(raw[:HEAD_BYTES])
    inbound = _inbound(fields, problem)
    return Report(
        inbound=inbound,
        language=language.detect(inbound.subject),
        automatic=screening.screen(inbound, envelope, own),
        bounce=None,
        text="",
        quoted="",
        signature="",
        company=None,
        contact=None,
        phone=None,
        email=None,
        product=None,
        place=None,
        kind=KindFound("other", 0.0),
        symptoms=(),
        fault_level=LevelFound(NEUTRAL_LEVEL, 0.0, ()),
        incident=(),
        commands=(),
        missing=("symptoms",),
        problems=(problem,),
    )


def _fields(head: bytes) -> list[tuple[str, str]]:
    """The fields of the head, unfolded, each as (name in lower case, text as written)."""
    fields: list[tuple[str, bytes]] = []
    for line in head.splitlines():
        if not line:
            break
        if line[:1] in (b" ", b"\t"):
            if fields and len(fields[-1][1]) < LONGEST_FIELD:
                fields[-1] = (fields[-1][0], fields[-1][1] + b" " + line.strip())
            continue
        name, colon, value = line.partition(b":")
        if colon and len(fields) < MOST_FIELDS:
            fields.append((name.strip().decode("ascii", "replace").lower(), value.strip()))
    return [(name, charsets.decode(value[:LONGEST_FIELD], None)[0]) for name, value in fields]


def _inbound(fields: list[tuple[str, str]], problem: str) -> Inbound:
    def first(name: str) -> str:
        return next((value for key, value in fields if key == name), "")

    authors = header_fields.addresses(first("from"))
    replied = header_fields.message_ids(first("in-reply-to"))
    return Inbound(
        message_id=header_fields.own_message_id(first("message-id")),
        subject=one_line(decode_words(first("subject"))),
        date=header_fields.date(first("date")),
        sender=authors[0] if authors else None,
        to=header_fields.addresses(first("to")),
        in_reply_to=replied[0] if replied else None,
        references=header_fields.message_ids(first("references")),
        headers=tuple((name, one_line(decode_words(value))) for name, value in fields),
        problems=(problem,),
    )
