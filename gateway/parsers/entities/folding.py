"""One text for both scripts and all widths, character for character, so that every offset survives.

Full-width forms become half-width, Traditional characters Simplified (OpenCC t2s, one character at a time:
phrase conversion changes lengths, UNDERSTANDING "Facts about the tools"), left-over HTML becomes blanks.
Halves of characters (lone surrogates) become the replacement character, as no encoder takes them.
Characters that print nothing are the one exception: they are taken out first, and their places are kept.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import cast

import opencc

_HAN = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00))
_WIDE = (range(0xFF01, 0xFF5F), range(0x2460, 0x2474))
_HALVES = range(0xD800, 0xE000)
_BLANKS = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"
# Zero-width and bidirectional marks, variation selectors, soft hyphen: they hide words from every pattern.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)
_LEFTOVER_HTML = re.compile(
    r"&(?:nbsp|ensp|emsp|lt|gt|amp|quot);|</?(?:br|p|div|span|font|b|i)\s?/?>", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` without unseen characters, `plain` the same folded; both of one length. `taken` are the offsets
    in the source of what was taken out, each already shifted left by its own number."""

    text: str
    plain: str
    taken: tuple[int, ...] = ()

    def source_offset(self, offset: int) -> int:
        """Where a character of `plain` stands in the source."""
        return offset + bisect_left(self.taken, offset + 1)


def fold(source: str) -> Folded:
    """Fold a text; linear in its length."""
    taken = tuple(match.start() - number for number, match in enumerate(_UNSEEN.finditer(source)))
    text = _UNSEEN.sub("", source) if taken else source
    plain = text.translate(_table())
    if "&" in plain or "<" in plain:
        plain = _LEFTOVER_HTML.sub(lambda match: " " * len(match[0]), plain)
    return Folded(text, plain, taken)


def fold_word(word: str) -> str:
    """A word of the directory or a lexicon as `plain` shows it, in lower case."""
    return lower(fold(word).plain)


def lower(text: str) -> str:
    """Lower case of the same length: the few letters that grow keep their case."""
    lowered = text.lower()
    return (
        lowered
        if len(lowered) == len(text)
        else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)
    )


@cache
def _table() -> dict[int, str]:
    """Code point -> the one character it is read as. Built once, about 5,000 entries."""
    han = [chr(code) for block in _HAN for code in block]
    convert = cast("Callable[[str], str]", opencc.OpenCC("t2s").convert)  # pyright: ignore[reportUnknownMemberType] - OpenCC is untyped
    simplified = convert("\n".join(han)).split("\n")
    table = {ord(a): b for a, b in zip(han, simplified, strict=True) if a != b and len(b) == 1}
    for code in (code for block in _WIDE for code in block):
        narrow = unicodedata.normalize("NFKC", chr(code))
        if len(narrow) == 1:
            table[code] = narrow
    return table | dict.fromkeys(map(ord, _BLANKS), " ") | dict.fromkeys(_HALVES, "\ufffd")
