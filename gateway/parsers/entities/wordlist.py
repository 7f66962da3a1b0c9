"""Long lists of words as readable blocks of text: `lexicon/<name>.toml` with one string per list.

A block that holds bars is split at bars and line ends (for names of several words), any other at blanks;
a list whose name ends in "_patterns" holds one regular expression a line.
"""

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


def _split(key: str, block: str) -> tuple[str, ...]:
    if key.endswith("_patterns"):
        return tuple(filter(None, block.split("\n")))
    words = block.replace("\n", "|").split("|") if "|" in block else block.split()
    return tuple(word.strip() for word in words if word.strip())
