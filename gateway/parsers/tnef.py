"""What Outlook wraps into winmail.dat: the words and files of a mail in TNEF (MS-OXTNEF), unwrapped (L-88).

A reader of our own, since it is little work and hostile input: the one package there is (tnefparse) loops four billion
times when told to and cuts the zeros from the end of files. Every step here moves forward in the bytes, nothing is
copied but what is kept, nothing raises; what is cut off or lies about its length ends the reading there.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.parsers import charsets, html_text, rtf
from gateway.parsers.plain_text import clean

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_FILES = 100

_BODY, _ATTACH_DATA, _ATTACH_TITLE, _SUBJECT = 0x800C, 0x800F, 0x8010, 0x8004
_ATTACH_STARTS, _MESSAGE_PROPERTIES, _ATTACH_PROPERTIES, _CODEPAGE = 0x9002, 0x9003, 0x9005, 0x9007
"""Ids of TNEF attributes (MS-OXTNEF §2.1.3.2)."""

_PR_SUBJECT, _PR_BODY, _PR_RTF, _PR_HTML, _PR_CODEPAGE = 0x0037, 0x1000, 0x1009, 0x1013, 0x3FDE
_PR_NAME, _PR_DATA, _PR_SHORT_NAME, _PR_LONG_NAME, _PR_TYPE, _PR_CONTENT_ID = (
    *(0x3001, 0x3701, 0x3704, 0x3707, 0x370E, 0x3712),
)
"""Ids of MAPI properties (MS-OXPROPS)."""

_STRING, _UNICODE, _OBJECT, _BINARY, _LONG = 0x1E, 0x1F, 0x0D, 0x102, 0x03
_WIDTHS = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
"""Bytes that a value of each fixed type takes, padding included (MS-OXTNEF §2.1.3.4)."""

_IS_LIST = 0x1000
_IS_NAMED = 0x8000
_MESSAGE_IID = bytes.fromhex("0703020000000000c000000000000046")
_IID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class File:
    """A file out of the wrapping. `type` is empty where the sender named none."""

    name: str
    type: str
    content: bytes
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """What was inside: the words as plain text, empty where there were none, and the files in order."""

    subject: str
    text: str
    files: tuple[File, ...]


def read(data: bytes) -> Unwrapped | None:
    """Unwrap winmail.dat; None when the bytes are not TNEF. Total; linear in the bytes."""
    if not data.startswith(SIGNATURE):
        return None
    reading = _Reading()
    for attribute, value in _attributes(data):
        reading.take(attribute, value)
    return reading.done()


@dataclass(slots=True)
class _Parts:
    """The properties of one file, as they come in."""

    title: bytes = b""
    data: bytes = b""
    properties: dict[int, "_Value"] = field(default_factory=dict[int, "_Value"])


@dataclass(frozen=True, slots=True)
class _Value:
    """A MAPI property: its type and its bytes."""

    type: int
    data: bytes


@dataclass(slots=True)
class _Reading:
    """One winmail.dat being read."""

    codepage: str = "cp1252"
    subject: bytes = b""
    body: bytes = b""
    properties: dict[int, _Value] = field(default_factory=dict[int, _Value])
    files: list[_Parts] = field(default_factory=list[_Parts])

    def take(self, attribute: int, value: bytes) -> None:
        """Put one attribute where it belongs; a file begins with its own mark, or with a second name or content."""
        if attribute == _CODEPAGE and len(value) >= 4:
            self.codepage = f"cp{int.from_bytes(value[:4], 'little')}"
        elif attribute == _SUBJECT:
            self.subject = value
        elif attribute == _BODY:
            self.body = value
        elif attribute == _MESSAGE_PROPERTIES:
            self.properties.update(_properties(value))
        elif attribute in (_ATTACH_STARTS, _ATTACH_TITLE, _ATTACH_DATA, _ATTACH_PROPERTIES):
            self._take_of_file(attribute, value)

    def _take_of_file(self, attribute: int, value: bytes) -> None:
        last = self.files[-1] if self.files else None
        starts = (
            last is None
            or attribute == _ATTACH_STARTS
            or (attribute == _ATTACH_TITLE and bool(last.title))
            or (attribute == _ATTACH_DATA and bool(last.data))
        )
        if last is None or starts:
            if len(self.files) >= MAX_FILES:
                return
            last = _Parts()
            self.files.append(last)
        if attribute == _ATTACH_TITLE:
            last.title = value
        elif attribute == _ATTACH_DATA:
            last.data = value
        elif attribute == _ATTACH_PROPERTIES:
            last.properties.update(_properties(value))

    def done(self) -> Unwrapped:
        return Unwrapped(
            subject=self._text(self.properties.get(_PR_SUBJECT)) or self._decoded(self.subject),
            text=self._words(),
            files=tuple(self._file(parts) for parts in self.files if parts.data or parts.properties),
        )

    def _words(self) -> str:
        """The plainest form of the body that says something."""
        plain = self._decoded(self.body) or self._text(self.properties.get(_PR_BODY))
        if plain.strip():
            return plain
        html = self.properties.get(_PR_HTML)
        if html is not None:
            label = self._number(_PR_CODEPAGE)
            source = html.data.rstrip(b"\0")
            return clean(html_text.to_text(charsets.decode(source, f"cp{label}" if label else None)[0])[0])
        packed = self.properties.get(_PR_RTF)
        return clean(rtf.words(packed.data)) if packed is not None else ""

    def _file(self, parts: _Parts) -> File:
        named = (self._text(parts.properties.get(each)) for each in (_PR_LONG_NAME, _PR_SHORT_NAME))
        name = next(filter(None, named), "") or self._decoded(parts.title)
        name = name or self._text(parts.properties.get(_PR_NAME))
        carried = parts.properties.get(_PR_DATA)
        if carried is not None and carried.data.startswith(_MESSAGE_IID):
            return _mail_as_file(carried.data[_IID_LENGTH:], name)
        content = parts.data or (carried.data if carried is not None else b"")
        if carried is not None and carried.type == _OBJECT and not parts.data:
            content = content[_IID_LENGTH:]
        content_id = self._text(parts.properties.get(_PR_CONTENT_ID)) or None
        return File(name, self._text(parts.properties.get(_PR_TYPE)).lower(), content, content_id)

    def _text(self, value: _Value | None) -> str:
        if value is None or value.type not in (_STRING, _UNICODE):
            return ""
        if value.type == _UNICODE:
            return clean(value.data.decode("utf-16-le", "replace"))
        return self._decoded(value.data)

    def _decoded(self, data: bytes) -> str:
        return clean(charsets.decode(data.rstrip(b"\0"), self.codepage)[0])

    def _number(self, name: int) -> int:
        value = self.properties.get(name)
        return int.from_bytes(value.data[:4], "little") if value is not None and value.type == _LONG else 0


def _mail_as_file(data: bytes, name: str) -> File:
    """A mail inside the wrapping, as its words; it is not unwrapped any further than that."""
    reading = _Reading()
    for attribute, value in _attributes(data):
        if attribute in (_SUBJECT, _BODY, _CODEPAGE, _MESSAGE_PROPERTIES):
            reading.take(attribute, value)
    inner = reading.done()
    return File(f"{inner.subject or name or 'message'}.txt", "text/plain", inner.text.encode())


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The attributes (id, value) in order, as far as they are whole. The checksums are nobody's business."""
    position = len(SIGNATURE) + 2
    while position + 9 <= len(data):
        _, name, _, length = struct.unpack_from("<BHHI", data, position)
        start = position + 9
        if start + length > len(data):
            return
        yield name, data[start : start + length]
        position = start + length + 2


def _properties(data: bytes) -> Iterator[tuple[int, _Value]]:
    """The MAPI properties (id, first value) in order, as far as they are whole."""
    cursor = _Cursor(data)
    try:
        for _ in range(min(cursor.number(), len(data) // 4)):
            kind, name = struct.unpack("<HH", cursor.take(4))
            if name >= _IS_NAMED:
                cursor.take(_IID_LENGTH)
                cursor.take(4 if cursor.number() == 0 else _padded(cursor.number()))
            yield name, _Value(kind & ~_IS_LIST, _first_value(cursor, kind))
    except EOFError:
        return


def _first_value(cursor: "_Cursor", kind: int) -> bytes:
    """The first of the values that stand here; the cursor goes behind all of them."""
    width = _WIDTHS.get(kind & ~_IS_LIST)
    if width is not None:
        number = cursor.number() if kind & _IS_LIST else 1
        return bytes(cursor.take(width * number))[:width]
    if kind & ~_IS_LIST not in (_STRING, _UNICODE, _OBJECT, _BINARY):
        raise EOFError
    first: bytes | None = None
    for _ in range(cursor.number()):
        length = cursor.number()
        value = cursor.take(_padded(length))
        if first is None:
            first = bytes(value[:length])
    return first or b""


def _padded(length: int) -> int:
    return (length + 3) & ~3


@dataclass(slots=True)
class _Cursor:
    """A place in some bytes that only moves forward. Raises EOFError at their end."""

    data: bytes
    position: int = 0

    def take(self, length: int) -> memoryview:
        end = self.position + length
        if end > len(self.data):
            raise EOFError
        taken = memoryview(self.data)[self.position : end]
        self.position = end
        return taken

    def number(self) -> int:
        """Four bytes as a number."""
        return int.from_bytes(self.take(4), "little")
