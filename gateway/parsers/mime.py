"""From the bytes of a mail to an `Inbound`: what was said, by whom, with which files.

Never raises, whatever the bytes (RELIABILITY G5): what cannot be read is left out or read as well as it goes, and
`Inbound.problems` says so. `structure` finds the parts, `contents` reads them, `header_text` and `header_fields` read
the head; here the pieces become one value.
"""

from collections.abc import Iterator
from datetime import datetime

from gateway.messages import Address, Inbound
from gateway.parsers import charsets, contents, header_fields, structure
from gateway.parsers.header_text import decode_words, one_line
from gateway.parsers.structure import Part


def read(raw: bytes) -> Inbound:
    """Read a mail as received (RFC 5322, MIME). Total and linear in the size of the mail."""
    data = _with_line_feeds(raw)
    root, structural_problems = structure.read(data)
    found = contents.read(data, root)
    head = _Head(root)
    authors = head.people("from") or head.people("sender")
    replied = header_fields.message_ids(head.first("in-reply-to"))
    date = header_fields.date(head.first("date"))
    return Inbound(
        message_id=header_fields.own_message_id(head.first("message-id")),
        subject=one_line(decode_words(head.first("subject"))),
        date=date,
        sender=authors[0] if authors else None,
        to=head.people("to"),
        cc=head.people("cc"),
        reply_to=head.people("reply-to"),
        in_reply_to=replied[0] if replied else None,
        references=_with_further_parents(header_fields.message_ids(head.first("references")), replied),
        body=found.body,
        html=found.html,
        attachments=found.attachments,
        headers=tuple((field.name, one_line(decode_words(head.text(field.value)))) for field in root.fields),
        content_type=root.type,
        reports=found.reports,
        problems=(*structural_problems, *found.problems, *_problems_of_head(head, authors, date)),
    )


def _with_line_feeds(raw: bytes) -> bytes:
    """The same mail with LF where only CR ends lines (old Macs)."""
    return raw.replace(b"\r", b"\n") if b"\r" in raw and b"\n" not in raw else raw


def _with_further_parents(references: tuple[str, ...], replied: tuple[str, ...]) -> tuple[str, ...]:
    """References, and the ids that some programs write behind the first one of In-Reply-To (L-34)."""
    return references + tuple(further for further in replied[1:] if further not in references)


class _Head:
    """The head of a mail as text, encoded words left alone; eight-bit bytes are read in the body's charset."""

    def __init__(self, root: Part) -> None:
        self._root = root
        self._hint = next(_charsets(root), None)

    def text(self, value: bytes) -> str:
        """The bytes of one field as text."""
        if value.isascii() and b"\x1b" not in value:
            return value.decode("ascii")
        return charsets.decode(value, None if charsets.is_utf8(value) else self._hint)[0]

    def first(self, name: str) -> str:
        """The first field of that name; empty when there is none."""
        return self.text(self._root.field(name) or b"")

    def people(self, name: str) -> tuple[Address, ...]:
        """The mailboxes of all fields of that name."""
        fields = [self.text(field.value) for field in self._root.fields if field.name.lower() == name]
        return tuple(person for text in fields for person in header_fields.addresses(text))


def _charsets(part: Part) -> Iterator[str]:
    """The charsets that the parts declare, from the outside in."""
    if "charset" in part.parameters:
        yield part.parameters["charset"]
    for child in part.children:
        yield from _charsets(child)


def _problems_of_head(head: _Head, authors: tuple[Address, ...], date: datetime | None) -> Iterator[str]:
    if date is None and head.first("date"):
        yield "the Date field holds no date"
    if len(authors) > 1:
        yield "more than one author in From; the first was taken"
