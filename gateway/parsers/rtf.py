"""Rich text as plain text: what Outlook writes into winmail.dat where the words are nowhere else (L-88).

Three layers come off: the packing of MS-OXRTFCP, RTF itself, and where the mail was HTML the disguise of MS-OXRTFEX.
Linear in the bytes, bounded in what comes out, never raises.
"""

import re
from dataclasses import dataclass, field, replace

from gateway.parsers import charsets, html_text

MAX_LENGTH = 1 << 20
"""Bytes of RTF that are read; the packed form says how many to expect, and may lie."""


def words(packed: bytes) -> str:
    """The words of a PR_RTF_COMPRESSED property; empty when it is none."""
    return to_text(unpacked(packed))


# ---------------------------------------------------------------------------------------------- packing

_HEADER_LENGTH = 16
_WINDOW = 4096
_AT_FIRST = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans "
    rb"SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par "
    rb"\pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What the window holds before the first byte (MS-OXRTFCP §2.2.2.1)."""


def unpacked(packed: bytes) -> bytes:
    """The RTF behind MS-OXRTFCP, at most MAX_LENGTH bytes; empty when it is something else."""
    kind = packed[8:12]
    if kind == b"MELA":
        return packed[_HEADER_LENGTH : _HEADER_LENGTH + MAX_LENGTH]
    if kind != b"LZFu":
        return b""
    return _expanded(packed, most=min(int.from_bytes(packed[4:8], "little"), MAX_LENGTH))


def _expanded(packed: bytes, most: int) -> bytes:
    """A byte of flags, then eight pieces: each a byte as it is, or a place in the window and a length (§2.2.2)."""
    out = bytearray(_AT_FIRST)
    position, end = _HEADER_LENGTH, len(packed)
    most += len(_AT_FIRST)
    while position < end and len(out) < most:
        flags = packed[position]
        position += 1
        for bit in range(8):
            if position >= end:
                break
            if not flags >> bit & 1:
                out.append(packed[position])
                position += 1
                continue
            pair = int.from_bytes(packed[position : position + 2].ljust(2, b"\0"), "big")
            position += 2
            back = (len(out) - (pair >> 4)) % _WINDOW
            if back == 0:
                return bytes(out[len(_AT_FIRST) : most])
            _repeat(out, back, (pair & 15) + 2)
    return bytes(out[len(_AT_FIRST) : most])


def _repeat(out: bytearray, back: int, length: int) -> None:
    """Append what stands so far back, which may reach into what is being appended; blanks from before the window."""
    for _ in range(length):
        out.append(out[-back] if back <= len(out) else 0)


# ---------------------------------------------------------------------------------------------- RTF

_TOKEN = re.compile(
    rb"\\'(?P<byte>[0-9A-Fa-f]{2})"
    rb"|\\(?P<word>[A-Za-z]{1,32})(?P<number>-?[0-9]{1,9})?[ ]?"
    rb"|\\(?P<sign>[^A-Za-z])"
    rb"|(?P<brace>[{}])"
    rb"|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
_UNSHOWN = frozenset(
    {
        *(
            "fonttbl",
            "colortbl",
            "stylesheet",
            "info",
            "pict",
            "object",
            "header",
            "headerl",
            "headerr",
            "headerf",
        ),
        *("footer", "footerl", "footerr", "footerf", "listtable", "listoverridetable", "fldinst", "mhtmltag"),
    }
)
"""Groups whose words are not the writer's; so are all that begin with `\\*` and are not known."""
_SIGNS = {
    "par": "\n",
    "line": "\n",
    "row": "\n",
    "sect": "\n",
    "page": "\n",
    "tab": "\t",
    "cell": "\t",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
}
_FONT_CHARSETS = {
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds inside the current braces."""

    shown: bool = True
    fonts: bool = False
    font: int = 0
    fallback: int = 1
    """Characters that stand behind `\\u` for readers without Unicode."""
    disguise: bool = False
    """Between `\\htmlrtf` and `\\htmlrtf0`: RTF for those who do not look for the HTML."""


@dataclass(slots=True)
class _Reading:
    """RTF being read."""

    group: _Group = field(default_factory=_Group)
    outer: list[_Group] = field(default_factory=list[_Group])
    charset: str = "cp1252"
    charset_of_font: dict[int, str] = field(default_factory=dict[int, str])
    is_html: bool = False
    starred: bool = False
    to_skip: int = 0
    pending: bytearray = field(default_factory=bytearray)
    pending_charset: str = ""
    said: list[str] = field(default_factory=list[str])

    def say_bytes(self, data: bytes) -> None:
        """Characters as bytes of the font's charset; a character may be spread over several tokens."""
        dropped = min(self.to_skip, len(data))
        self.to_skip -= dropped
        data = data[dropped:]
        if not self.group.shown or self.group.disguise or not data:
            return
        charset = self.charset_of_font.get(self.group.font, self.charset)
        if charset != self.pending_charset:
            self.flush()
            self.pending_charset = charset
        self.pending += data

    def say(self, text: str) -> None:
        if self.group.shown and not self.group.disguise:
            self.flush()
            self.said.append(text)

    def flush(self) -> None:
        if self.pending:
            self.said.append(charsets.decode(bytes(self.pending), self.pending_charset)[0])
            self.pending.clear()

    def brace(self, brace: bytes) -> None:
        self.to_skip = 0
        self.starred = False
        if brace == b"{":
            self.outer.append(self.group)
        elif self.outer:
            self.group = self.outer.pop()

    def word(self, name: str, number: int | None) -> None:
        starred, self.starred = self.starred, False
        if name in _UNSHOWN or (starred and name != "htmltag"):
            self.group = replace(self.group, shown=False, fonts=name == "fonttbl")
        elif name == "htmltag":
            self.group = replace(self.group, shown=True, disguise=False)
        elif name == "htmlrtf":
            self.group = replace(self.group, disguise=number != 0)
        elif name == "fromhtml":
            self.is_html = True
        elif name == "ansicpg" and number is not None:
            self.charset = f"cp{number}"
        elif name == "f" and number is not None:
            self.group = replace(self.group, font=number)
        elif name == "fcharset" and self.group.fonts and number in _FONT_CHARSETS:
            self.charset_of_font[self.group.font] = _FONT_CHARSETS[number]
        elif name == "uc" and number is not None:
            self.group = replace(self.group, fallback=max(0, min(number, 8)))
        elif name == "u" and number is not None:
            self.say(_character(number))
            self.to_skip = self.group.fallback
        elif name in _SIGNS:
            self.say(_SIGNS[name])

    def sign(self, sign: bytes) -> None:
        if sign == b"*":
            self.starred = True
        elif sign in b"\\{}":
            self.say_bytes(sign)
        elif sign == b"~":
            self.say("\u00a0")
        elif sign in b"\r\n":
            self.say("\n")


def to_text(rtf: bytes) -> str:
    """The words of an RTF document; empty when there is none."""
    if not rtf.startswith(b"{\\rtf"):
        return ""
    reading = _Reading()
    for token in _TOKEN.finditer(rtf[:MAX_LENGTH]):
        if (text := token["text"]) is not None:
            reading.say_bytes(text)
        elif (byte := token["byte"]) is not None:
            reading.say_bytes(bytes((int(byte, 16),)))
        elif (word := token["word"]) is not None:
            number = token["number"]
            reading.word(word.decode("ascii"), int(number) if number is not None else None)
        elif (brace := token["brace"]) is not None:
            reading.brace(brace)
        else:
            reading.sign(token["sign"])
    reading.flush()
    text = "".join(reading.said)
    return html_text.to_text(text)[0] if reading.is_html else text.strip()


def _character(number: int) -> str:
    """The character of `\\uN`; N is signed, and surrogates come one by one and are dropped by who cleans the text."""
    code = number & 0xFFFF
    return chr(code) if code else ""
