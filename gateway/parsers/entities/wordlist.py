"""Long lists of words as readable blocks of text: `lexicon/<name>.toml` with one string per list.

A block that holds bars is split at bars and line ends (for names of several words), any other at blanks;
a list whose name ends in "_patterns" holds one regular expression a line.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import cast


@cache
def blocks(name: str) -> dict[str, tuple[str, ...]]:
    """The lists of one file: name of the list -> its words in the order of the file, none empty."""
    text = (files("gateway.parsers.lexicon") / f"{name}.toml").read_text("utf-8")
    tables = cast("dict[str, str]", tomllib.loads(text))
    return {key: _split(key, block) for key, block in tables.items()}


@cache
def longest_first(name: str, key: str) -> tuple[str, ...]:
    """One list, its longest words first: the order in which alternatives must be tried."""
    return tuple(sorted(blocks(name)[key], key=len, reverse=True))


def any_of(name: str, *keys: str) -> str:
    """A group for a regular expression: any word of these lists, the longest first, Latin words whole."""
    words = sorted({word for key in keys for word in blocks(name)[key]}, key=len, reverse=True)
    return f"(?:{'|'.join(map(_whole, words))})"


def _whole(word: str) -> str:
    before = r"(?<![A-Za-z])" if word[0].isascii() and word[0].isalpha() else ""
    after = r"(?![A-Za-z])" if word[-1].isascii() and word[-1].isalpha() else ""
    return f"{before}{re.escape(word)}{after}"


def _split(key: str, block: str) -> tuple[str, ...]:
    if key.endswith("_patterns"):
        return tuple(filter(None, block.split("\n")))
    words = block.replace("\n", "|").split("|") if "|" in block else block.split()
    return tuple(word.strip() for word in words if word.strip())
