"""The files of a mail: which of them fit, what they are called, and how each is written as a body part.

A file may come from anybody's computer: its name is a stranger's text and its type a stranger's claim. It leaves as
something to be saved and never as something to be shown; only its bytes are sacred (RELIABILITY T25, L-89).
"""

import html
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from gateway.channels.mail_format import Part, base64_lines, one_line
from gateway.messages import Attachment, Outbound

LARGEST_TOTAL = 25 * 1024 * 1024
"""Bytes of all files of one mail: base64 makes 34 MiB of them, and few relays take more."""

LONGEST_NAME = 255
"""Bytes of a file name in UTF-8: what file systems take, and in percent encoding still one line of a header."""

MOST_NAMED = 10
"""How many of the files left out are named; nobody reads further."""

SAVED_NOT_SHOWN = "application/octet-stream"

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")  # RFC 6838 §4.2
_ACTIVE = frozenset(
    {
        *("text/html", "text/xml", "text/javascript", "text/rtf", "text/enriched", "text/richtext"),
        *("application/xhtml+xml", "application/xml", "application/javascript", "image/svg+xml"),
    }
)
"""What a mail program might lay out or run instead of saving it."""

_EDGES = ". \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""Dots and blanks, with which no name should begin or end: systems hide such files, or silently rename them."""

_UNSAFE = re.compile(r'[/\\:*?"<>|]')
_DIRECTION_MARKS = re.compile(
    r"[\u061c\u200e\u200f]"
)  # the other half of what one_line takes: `exe.fdp` as `pdf.exe`
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)", re.IGNORECASE)
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,16}$")
_NOT_ASCII = re.compile(r"[^ -~]")
_BUILT_IN_TYPES = mimetypes.MimeTypes()  # Python's own table: the machine's would make other bytes elsewhere

_LEFT_OUT = {
    "zh-Hans": ("以下附件过大，未能随本邮件发出：{names}。如有需要，请直接回复本邮件告知我们。", "、"),
    "zh-Hant": ("以下附件過大，未能隨本郵件寄出：{names}。如有需要，請直接回覆本郵件告知我們。", "、"),
    "en": (
        "Too large to travel with this message: {names}. If you need them, please reply and tell us.",
        ", ",
    ),
}
_SIGNATURE = "\n-- \n"
_PAGE_END = "</body>"


def fitting(
    files: Sequence[Attachment], largest_total: int = LARGEST_TOTAL
) -> tuple[tuple[Attachment, ...], tuple[Attachment, ...]]:
    """Those that travel and those left behind, both in their order: the largest stay until the rest fit."""
    total = sum(len(file.content) for file in files)
    staying: set[int] = set()
    for position in sorted(range(len(files)), key=lambda each: len(files[each].content), reverse=True):
        if total <= largest_total:
            break
        staying.add(position)
        total -= len(files[position].content)
    return (
        tuple(file for position, file in enumerate(files) if position not in staying),
        tuple(file for position, file in enumerate(files) if position in staying),
    )


def naming_left_out(outbound: Outbound, left_out: Sequence[Attachment]) -> Outbound:
    """The message with a line that names what does not travel with it, in its own language (else in English).

    In the text it stands above the signature, which mail programs fold away; in the HTML at the end.
    """
    sentence, comma = _LEFT_OUT.get(outbound.language, _LEFT_OUT["en"])
    names = [file_name(file, number) for number, file in enumerate(left_out[:MOST_NAMED], 1)]
    line = sentence.format(names=comma.join(names + ["…"] * (len(left_out) > MOST_NAMED)))
    words, mark, signature = outbound.text.rpartition(_SIGNATURE)
    text = f"{words.rstrip()}\n\n{line}\n{mark}{signature}" if mark else f"{signature.rstrip()}\n\n{line}\n"
    if outbound.html is None:
        return replace(outbound, text=text)
    page, end, rest = outbound.html.rpartition(_PAGE_END)
    paragraph = f"<p>{html.escape(line)}</p>\n"
    dressed = f"{page}{paragraph}{end}{rest}" if end else f"{rest}{paragraph}"
    return replace(outbound, text=text, html=dressed)


def file_part(file: Attachment, number: int) -> Part:
    """One file as a body part in base64, to be saved (RFC 2183 §2.2). `number` names it if it has no name.

    A name in other letters is the disposition's, percent-encoded (RFC 2231 §4); its ASCII likeness, for programs that
    cannot read that, is the type's. Both in one header is HTTP's custom: readers of mail, Python's among them, then
    take the wrong one.
    """
    name = file_name(file, number)
    given = f'filename="{name}"' if name.isascii() else f"filename*=utf-8''{quote(name, safe='')}"
    return [
        ("Content-Type", [f"{safe_type(file.type)};", f'name="{_NOT_ASCII.sub("_", name)}"']),
        ("Content-Transfer-Encoding", ["base64"]),
        ("Content-Disposition", ["attachment;", given]),
    ], base64_lines(file.content)


def safe_type(claimed: str) -> str:
    """The type that a file came with, if it is one and harmless; else one that is only ever saved.

    Mails and multiparts are not: they may not be written in base64 (RFC 2046 §5.2.1).
    """
    kind = claimed.lower()
    if not _TYPE.fullmatch(kind) or kind in _ACTIVE or kind.startswith(("message/", "multipart/")):
        return SAVED_NOT_SHOWN
    return kind


def file_name(file: Attachment, number: int) -> str:
    """The file's name as a reader can save it: no path, no controls, no device, at most 255 bytes of UTF-8.

    A name that was fine is not changed; one of which nothing is left becomes `attachment-<number>`.
    """
    given = _DIRECTION_MARKS.sub("", file.name or "")
    name = _UNSAFE.sub("_", one_line(given, longest=len(given))).strip(_EDGES)
    if not name:
        return f"attachment-{number}{_BUILT_IN_TYPES.guess_extension(safe_type(file.type)) or ''}"
    return _shortened(f"_{name}" if _DEVICE.match(name) else name)


def _shortened(name: str) -> str:
    """The name cut to 255 bytes in front of its extension, between characters."""
    if len(name.encode()) <= LONGEST_NAME:
        return name
    extension = found[0] if (found := _EXTENSION.search(name)) else ""
    stem = name.removesuffix(extension).encode()[: LONGEST_NAME - len(extension)]
    return stem.decode(errors="ignore").rstrip(_EDGES) + extension
