"""Bytes to text, whatever the label says.

Half of the Chinese mail in the world is mislabelled: GBK under the name gb2312, UTF-8 under Big5, nothing at all
above GBK. This room believes a label only as far as the bytes bear it out, knows the names that mail programs
invent, and never hands an attacker's label to Python's codec registry (RELIABILITY T13).
"""

import re

from gateway.parsers.charset_guess import climb, share_of_damage, strictly
from gateway.parsers.charset_labels import EAST_ASIAN, STATEFUL, WIDE, known_codecs


def decode(data: bytes, declared: str | None) -> tuple[str, str | None]:
    """Read bytes as text; also what was wrong with the label, in one English sentence, or None when nothing was.

    The ladder: the label, if it is one we know and the bytes agree with it; strict UTF-8; GB18030 and Big5, judged by
    how common the characters are; the statistical guess; Windows-1252. Valid multi-byte UTF-8 wins over any
    other label. Total: every input gives a text. (L-80, L-81; RELIABILITY 0.25, T13.)
    """
    label = _printable(declared)
    codecs = known_codecs(declared)
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    if data.isascii() and not _needs_decoder(codecs, data):
        unknown = bool(label) and not codecs
        return data.decode("ascii"), f"charset {label} is not known; read as ASCII" if unknown else None
    if not codecs:
        text, codec = climb(data)
        if not label:
            return text, None if codec == "utf-8" else f"no charset declared; read as {codec}"
        return text, f"charset {label} is not known; read as {codec}"
    if codecs[0] != "utf-8" and _is_really_utf8(data, codecs[0]):
        return data.decode("utf-8"), None if codecs == ("ascii",) else f"charset {label} read as utf-8"
    for codec in codecs:
        text = strictly(data, codec)
        if text is not None:
            return text, _relabelled(data, label, codec)
    return _damaged(data, label, codecs[0])


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are well-formed UTF-8."""
    return strictly(data, "utf-8") is not None


def _printable(declared: str | None) -> str:
    """The label as it may be shown in a problem."""
    return re.sub(r"[^\x21-\x7e]", "", declared or "")[:40]


def _needs_decoder(codecs: tuple[str, ...], data: bytes) -> bool:
    """Whether seven-bit bytes may stand for other characters than ASCII."""
    if not codecs:
        return b"\x1b$" in data
    return codecs[0] in STATEFUL or (codecs[0] in WIDE and b"\0" in data) or b"\x1b$" in data


def _is_really_utf8(data: bytes, codec: str) -> bool:
    """Whether bytes under another label are UTF-8.

    Under an East Asian label short strings can be valid UTF-8 by chance (一 in GB2312 is ӻ), but only of two-byte
    characters; three bytes in a row do not happen by chance, but for the marks of older damage (锟斤拷).
    """
    text = strictly(data, "utf-8") if codec not in WIDE else None
    if text is None or data.isascii():
        return False
    return codec not in EAST_ASIAN or any(char > "\u07ff" and char != "\ufffd" for char in text)


def _relabelled(data: bytes, label: str, codec: str) -> str | None:
    """A sentence when the label's own, narrower charset could not have held these bytes."""
    narrow = label.lower() if label.lower() in ("gb2312", "big5") else None
    if narrow and strictly(data, narrow) is None:
        return f"charset {label} read as {codec}"
    return None


def _damaged(data: bytes, label: str, codec: str) -> tuple[str, str]:
    """Bytes that do not fit their label: a few bad ones are marked, more make the label a lie."""
    if codec != "ascii" and codec not in STATEFUL:
        text = data.decode(codec, "replace")
        if share_of_damage(text) <= (0.5 if codec == "utf-8" else 0.1):
            return text, f"some bytes are not {codec}; they are shown as \ufffd"
    text, found = climb(data)
    return text, f"the bytes do not fit charset {label}; read as {found}"
