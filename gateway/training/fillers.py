"""What people write between the names: clauses of the grammar of acts, without the acts that name anybody.

They are what a name has to be told apart from: the more of them, the fewer words are taken for a company.
"""

import random
from collections.abc import Sequence
from functools import cache

from gateway.parsers.entities.wordlist import blocks
from gateway.training import words
from gateway.training.clauses import clauses

__all__ = ["clause"]

_SEED = 20261124
_DRAWN = 40_000
_NAMING = frozenset({"told", "courtesy"})
"""Acts whose clauses name people and companies, which nobody would have labelled here."""
_MASK = "\x00"


def clause(language: str, rng: random.Random) -> str:
    """A clause that names nobody; `language` is that of the grammar, "chinese" or "english"."""
    text = words.pick(rng, _clauses(language))
    catalogue = blocks("products")["chinese" if language == "chinese" else "latin"]
    text = text.replace(_MASK, words.pick(rng, catalogue))
    return text if language == "chinese" or rng.random() < 0.4 else text[:1].upper() + text[1:]


@cache
def _clauses(language: str) -> Sequence[str]:
    wanted = language == "chinese"
    return tuple(
        each.text
        for each in clauses(_SEED, _DRAWN)
        if each.text and not (each.acts & _NAMING) and any(c > "\u2e80" for c in each.text) == wanted
    )
