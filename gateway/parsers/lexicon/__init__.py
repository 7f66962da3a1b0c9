"""Phrases as data: what people, their mail programs and their colleagues write, kept apart from the code.

Each file beside this one is TOML of one shape: tables of lists of phrases. A phrase is written the way it is
seen; the code that reads a table folds it (case, width, blanks) as it folds the text it compares.
"""

import tomllib
from importlib.resources import files

import msgspec

Phrases = dict[str, dict[str, tuple[str, ...]]]


def read(name: str) -> Phrases:
    """The tables of `lexicon/<name>.toml`: table name -> list name -> phrases, in the order of the file.

    Raises `msgspec.ValidationError` when the file has another shape: our own mistake, found by any test.
    """
    text = (files(__name__) / f"{name}.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Phrases)
