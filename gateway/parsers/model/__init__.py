"""The trained model of the parsers: its files and its card (README.md). What reads it is `entities.trained`.

Nothing is imported here, so that asking whether the model is there costs nothing.
"""

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

__all__ = ["folder", "is_there", "names"]


@cache
def folder() -> Path:
    """Where the model's files are, or would be."""
    with as_file(files(__name__)) as path:
        return path


def names() -> Path:
    """The weights of the model of names."""
    return folder() / "names.bin"


def is_there() -> bool:
    """Whether the weights ship with this installation; without them the parsers work on rules alone."""
    return names().is_file()
