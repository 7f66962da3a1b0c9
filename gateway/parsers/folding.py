"""Texts made comparable: one form for case, width and composition, nothing that cannot be seen."""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\u2066\u2067\u2069\ufeff]"
)
_WIDE = re.compile("[\u2e80-\U0010ffff]")


def visible(text: str) -> str:
    """The text without zero-width characters, direction marks and soft hyphens."""
    return _INVISIBLE.sub("", text)


def fold(text: str) -> str:
    """The text without case, width and invisible characters (NFKC, then casefold)."""
    return unicodedata.normalize("NFKC", visible(text)).casefold()


def width(text: str) -> int:
    """Columns the text takes on a screen: a CJK character takes two."""
    return len(text) + len(_WIDE.findall(text))
