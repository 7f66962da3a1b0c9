"""The header of a message as the bytes that were signed: strict, linear, and nothing decoded.

`parsers.mime` reads everything somehow, as it must. Here what is not plainly a header is refused: bytes that two
readers may read differently are how a signature for one message comes to vouch for another.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.trust.evidence import Unfit

MAX_BYTES = 102_400
MAX_FIELDS = 1000

_END = re.compile(rb"\r?\n\r?\n")
_BREAK = re.compile(rb"\r?\n")
_NAME = re.compile(rb"[!-9;-~]+")
_NEVER = re.compile(rb"[\r\x00]")
_OUTSIDE_COMMENTS = re.compile(r'[^()"\\]+|"[^"\\]*(?:\\.[^"\\]*)*"|\\.|.', re.DOTALL)
_INSIDE_COMMENT = re.compile(r"[^()\\]+|\\.|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name as written, and everything behind the colon, folds and final CRLF included."""

    name: bytes
    value: bytes

    @property
    def key(self) -> str:
        """The name in lower case, to compare with."""
        return self.name.decode("ascii").lower()

    @property
    def text(self) -> str:
        """The value unfolded, a byte a character."""
        return self.value.decode("latin-1").replace("\r\n", "").strip(" \t")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message cut in two. `body` is as it came; see `network_form`."""

    fields: tuple[Field, ...]
    body: bytes

    def all(self, name: str) -> Iterator[Field]:
        """Every field of that name (lower case), from the top."""
        return (field for field in self.fields if field.key == name)


def cut(raw: bytes) -> Letter:
    """A message's header and body (RFC 5322 §2.1), lines ending in CRLF or LF.

    Raises Unfit where the header is larger than 100 kB or 1000 fields, or has a line that is no part of any field.
    """
    found = _END.search(raw, 0, MAX_BYTES + 4)
    if found is None and len(raw) > MAX_BYTES:
        raise Unfit("its header is longer than 100 kB")
    block, body = (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")
    lines = _BREAK.split(block)
    if not lines[-1]:
        lines.pop()
    if lines and lines[0].startswith(b"From "):
        lines = lines[1:]  # a mailbox file's own line, no part of the message
    folded: list[list[bytes]] = []
    for line in lines:
        if _NEVER.search(line):
            raise Unfit("its header has control characters")
        if line[:1] in (b" ", b"\t") and folded:
            folded[-1].append(line)
        else:
            folded.append([line])
    if len(folded) > MAX_FIELDS:
        raise Unfit("its header has more than 1000 fields")
    return Letter(tuple(_field(each) for each in folded), body)


def _field(lines: list[bytes]) -> Field:
    name, colon, value = lines[0].partition(b":")
    if not colon or not _NAME.fullmatch(name):
        raise Unfit("its header has a line that is no field")
    return Field(name, b"\r\n".join([value, *lines[1:], b""]))


def network_form(body: bytes) -> bytes:
    """The body with every line ending in CRLF, as it was when it was signed."""
    if body.count(b"\n") == body.count(b"\r\n"):
        return body
    return body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def without_comments(text: str) -> str:
    """A structured field's text with a blank for every comment (RFC 5322 §3.2.2); quoted strings stay as they are.

    Raises Unfit where a comment does not end, or ends without having begun.
    """
    kept: list[str] = []
    depth = position = 0
    while token := (_INSIDE_COMMENT if depth else _OUTSIDE_COMMENTS).match(text, position):
        position = token.end()
        if token[0] == "(":
            depth += 1
        elif token[0] == ")":
            depth -= 1
            kept.append(" ")
        elif not depth:
            kept.append(token[0])
        if depth < 0:
            break
    if depth:
        raise Unfit("it has half a comment in it")
    return "".join(kept)
