"""multipart/form-data, read from bytes that are all there (RFC 7578). The file parts keep every byte.

The standard library reads MIME mail, where line ends may change; a file in a form may not.
"""

import re
from dataclasses import dataclass

MOST_PARTS = 200  # sendMediaGroup needs eleven; a form of a million empty parts is no form

_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,200})"|([^;\s"]{1,200}))', re.IGNORECASE)
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class BrokenForm(ValueError):
    """The bytes are no form; the message says why."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent: its name and type are the sender's."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The plain fields and the files, by field name; of two with one name the last counts."""

    fields: dict[str, str]
    files: dict[str, Upload]


def read_form(content_type: str, body: bytes) -> Form:
    """The form in `body`. Raises BrokenForm."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise BrokenForm("no boundary")
    boundary = b"--" + (found[1] or found[2]).encode("latin-1", "replace")
    pieces = (b"\r\n" + body).split(b"\r\n" + boundary)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise BrokenForm("the last boundary is missing")
    if len(pieces) > MOST_PARTS:
        raise BrokenForm("too many parts")
    form = Form({}, {})
    for piece in pieces[1:-1]:
        _read_part(piece, form)
    return form


def _read_part(piece: bytes, form: Form) -> None:
    head, separator, content = piece.partition(b"\r\n\r\n")
    if not separator:
        raise BrokenForm("a part without an end of its headers")
    headers = dict(_headers(head))
    said = {
        key: _unquoted(value) for key, value in _PARAMETER.findall(headers.get("content-disposition", ""))
    }
    if "name" not in said:
        raise BrokenForm("a part without a name")
    if "filename" in said:
        kind = headers.get("content-type", "application/octet-stream")
        form.files[said["name"]] = Upload(said["filename"], kind, content)
    else:
        form.fields[said["name"]] = content.decode("utf-8", "replace")


def _headers(head: bytes) -> list[tuple[str, str]]:
    lines = (line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n"))
    return [(name.strip().lower(), value.strip()) for name, _, value in lines]


def _unquoted(value: str) -> str:
    """As browsers and httpx write it: %22 for a quotation mark, %0D%0A for a line end."""
    return value.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
