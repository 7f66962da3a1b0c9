"""The skeleton of a mail: bytes in, a tree of parts out, each a head and a slice of the bytes.

Written instead of `email.parser` because hostile mail makes that recurse, turn quadratic or hold everything
three times (RELIABILITY 0.10, 0.12). Here every limit is checked while scanning, nothing is copied, nothing
raises; what lies beyond a limit is not looked into and a problem says so. The raw bytes are kept elsewhere.
"""

import re
from dataclasses import dataclass, field
from itertools import islice

from gateway.parsers import charsets
from gateway.parsers.header_text import parameters

MAX_HEAD = 100 * 1024
MAX_FIELDS = 1000
MAX_NESTING = 50
MAX_PARTS = 500
"""Limits of RELIABILITY T11, in bytes, fields, levels and parts."""

_MAX_LOOKALIKES = 10_000
"""Lines that begin like a boundary and are none, before a multipart is given up."""

_MAX_GUESSES = 3
"""Lines tried as a boundary where the declared one never occurs."""


@dataclass(frozen=True, slots=True)
class Field:
    """A header field: its name as written and its value unfolded, still bytes."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a mail. `data[start:end]` is its content, still transfer-encoded.

    `type` is the content type in lower case and always has a slash; `children` is empty but in a multipart.
    """

    fields: tuple[Field, ...]
    start: int
    end: int
    type: str
    parameters: dict[str, str]
    children: tuple["Part", ...] = ()

    def field(self, name: str) -> bytes | None:
        """The first field of that name (given in lower case)."""
        return next((f.value for f in self.fields if f.name.lower() == name), None)

    def text_field(self, name: str) -> str:
        """The same as text; empty when there is none."""
        return charsets.decode(self.field(name) or b"", None)[0]


@dataclass(slots=True)
class _Scan:
    """One mail being scanned: what is left of the budget, and what was noticed."""

    data: bytes
    problems: list[str] = field(default_factory=list[str])
    parts: int = 0

    def notice(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


def read(data: bytes) -> tuple[Part, list[str]]:
    """The tree of parts (RFC 2045, 2046) and the problems met. `data` has LF or CRLF line ends."""
    scan = _Scan(data)
    start = _first_line(data)
    return _part(scan, start, len(data), depth=0, default="text/plain"), scan.problems


def _first_line(data: bytes) -> int:
    """Where the head begins: behind empty lines and the separator of an mbox file."""
    start = len(data) - len(data.lstrip(b"\r\n"))
    if data.startswith((b"From ", b">From "), start):
        end = data.find(b"\n", start)
        return len(data) if end < 0 else end + 1
    return start


def _part(scan: _Scan, start: int, end: int, *, depth: int, default: str) -> Part:
    """The part between two offsets, with its children."""
    scan.parts += 1
    fields, body = _head(scan, start, end)
    bare = Part(fields, body, end, default, {})
    value, found = parameters(bare.text_field("content-type"))
    kind = value.lower().partition("(")[0].strip() or default
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind):
        kind = "text/plain"
    if not kind.startswith("multipart/"):
        return Part(fields, body, end, kind, found)
    if depth >= MAX_NESTING:
        scan.notice(f"parts nested deeper than {MAX_NESTING}; not looked into")
        return Part(fields, body, end, kind, found)
    slices = _boundary_slices(scan, body, end, found.get("boundary", ""))
    if not slices:
        return Part(fields, body, end, "text/plain", found)
    within = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    children = tuple(
        _part(scan, a, b, depth=depth + 1, default=within) for a, b in slices if scan.parts < MAX_PARTS
    )
    return Part(fields, body, end, kind, found, children)


# ---------------------------------------------------------------------------------------------- heads

_BLANK_LINE = re.compile(rb"(?:^|\n)\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*(.*)", re.DOTALL)
_KNOWN_FIELD = re.compile(
    rb"(?im)^(?:content-[\w-]+|mime-version|from|to|cc|subject|date|message-id|received|return-path|reply-to|x-[\w-]+):"
)


def fields_of(data: bytes) -> tuple[Field, ...]:
    """The header fields at the start of some bytes, for a mail inside a mail."""
    return _head(_Scan(data), _first_line(data), len(data))[0]


def _head(scan: _Scan, start: int, end: int) -> tuple[tuple[Field, ...], int]:
    """The fields of the head that starts here, and where the content begins."""
    data = scan.data
    if data.startswith((b"\n", b"\r\n"), start):
        return (), min(end, data.index(b"\n", start) + 1)
    blank = _BLANK_LINE.search(data, start, end)
    head_end, body = (blank.start() + 1, blank.end()) if blank else (end, end)
    head = data[start : min(head_end, start + MAX_HEAD)]
    if head_end - start > MAX_HEAD:
        scan.notice(f"header of {head_end - start} bytes; only the first {MAX_HEAD} were read")
        head = head[: head.rfind(b"\n") + 1] or head
    fields: list[list[bytes]] = []
    position = 0
    last_known = max((match.start() for match in _KNOWN_FIELD.finditer(head)), default=-1)
    for line in head.split(b"\n"):
        if line[:1] in (b" ", b"\t"):
            if fields and line.strip():
                fields[-1].append(line.strip())
        elif match := _FIELD.match(line):
            if len(fields) == MAX_FIELDS:
                scan.notice(f"more than {MAX_FIELDS} header fields; the rest was not read")
                break
            fields.append([match[1], match[2].strip()])
        elif line.startswith(b"=?") and fields:
            fields[-1].append(line.strip())
        elif line.strip() and position > last_known and b":" not in line[:200]:
            scan.notice("no empty line between header and text")
            return _frozen(fields), start + position
        elif line.strip():
            scan.notice("a line in the header is not a header field; it was skipped")
        position += len(line) + 1
    return _frozen(fields), body


def _frozen(fields: list[list[bytes]]) -> tuple[Field, ...]:
    return tuple(Field(name.decode("ascii"), b" ".join(lines).strip()) for name, *lines in fields)


# ---------------------------------------------------------------------------------------------- multiparts


def _boundary_slices(scan: _Scan, start: int, end: int, boundary: str) -> list[tuple[int, int]]:
    """The slices of a multipart by its boundary, or by what looks like one; none when there is nothing like it."""
    mark = b"--" + boundary.encode("utf-8", "replace").rstrip()
    slices = _slices(scan, start, end, mark) if boundary.strip() else []
    if not slices:
        guess = _guessed_mark(scan.data, start, end)
        slices = _slices(scan, start, end, guess) if guess else []
        scan.notice("a multipart without its boundary; " + ("it was guessed" if slices else "read as text"))
    return slices


def _slices(scan: _Scan, start: int, end: int, mark: bytes) -> list[tuple[int, int]]:
    """Where each part between the boundary lines starts and ends, the line break before a boundary excluded."""
    data = scan.data
    slices: list[tuple[int, int]] = []
    opened: int | None = None
    position, lookalikes = start, 0
    while lookalikes < _MAX_LOOKALIKES and (found := data.find(mark, position, end)) >= 0:
        position = found + len(mark)
        lookalikes += 1
        if found > start and data[found - 1] not in b"\r\n":
            continue
        line_end = data.find(b"\n", position, end)
        line_end = end if line_end < 0 else line_end + 1
        tail = data[position : min(line_end, position + 200)].strip()
        if tail not in (b"", b"--"):
            continue
        lookalikes = 0
        if opened is not None:
            slices.append((opened, max(opened, _before_line_break(data, found))))
            if len(slices) + scan.parts >= MAX_PARTS:
                scan.notice(f"more than {MAX_PARTS} parts; the rest was not read")
                return slices
        opened = None if tail else line_end
        if tail:
            break
        position = line_end
    if opened is not None:
        slices.append((opened, end))
    return slices


def _before_line_break(data: bytes, position: int) -> int:
    """The offset before the line break that belongs to a boundary."""
    if data[position - 1 : position] == b"\n":
        position -= 1
    return position - (data[position - 1 : position] == b"\r")


_LIKE_A_BOUNDARY = re.compile(rb"(?m)^(--[-=_]{0,60}[^\s-][^\s]{0,70})[ \t]*\r?$")


def _guessed_mark(data: bytes, start: int, end: int) -> bytes | None:
    """The first line that looks like a boundary and is closed further down."""
    top = data[start : min(end, start + 4096)]
    for candidate in islice(_LIKE_A_BOUNDARY.finditer(top), _MAX_GUESSES):
        if data.find(b"\n" + candidate[1] + b"--", start, end) >= 0:
            return candidate[1]
    return None
