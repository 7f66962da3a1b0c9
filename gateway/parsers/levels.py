"""How bad a fault is, 1 to 4, from the customer's words, with the words that say so as evidence.

SERVICE.md: 1 business stopped or an active compromise; 2 a main function lost, many users or a deadline today; 3 few
users, or a way round exists; 4 a question, a request, a quote, something cosmetic. A contract may raise the level,
never this module; it reads text only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache

from gateway.parsers.clauses import Clause
from gateway.parsers.entities.letter import Letter, Span, Zone
from gateway.parsers.entities.wordlist import blocks

_MOST_EVIDENCE = 6
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[a-z]{2,}[ .'-]{1,2}[a-z]|\bp1\b|[a-z]{5,}")
_QUIET_KINDS = frozenset(
    ("question", "installation", "training", "inspection", "confirmation", "quote", "other")
)


@dataclass(frozen=True, slots=True)
class LevelFound:
    """A fault level, 1 (worst) to 4, and the words that speak for it as they were written."""

    value: int
    confidence: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signs:
    """The words of a letter that bear on the level, as written, by what they speak for."""

    standstill: tuple[str, ...]
    compromise: tuple[str, ...]
    scope: tuple[str, ...]
    deadline: tuple[str, ...]
    lone: tuple[str, ...]
    workaround: tuple[str, ...]
    narrow: tuple[str, ...]

    @property
    def grave(self) -> bool:
        """Whether business stands still or somebody has broken in."""
        return bool(self.standstill or self.compromise)


def signs(letter: Letter, clauses: Sequence[Clause], products: Sequence[Span] = ()) -> Signs:
    """The signs in subject, text and forward; `products` are left out (防篡改 is no defacement)."""
    text = _spoken(letter, products)
    return Signs(*(_evidence(letter, text, field.name) for field in fields(Signs)))


def read(found: Signs, kind: str, symptoms: Sequence[str]) -> LevelFound:
    """Weigh the signs; a message that states no fault is level 4."""
    eased = found.workaround + found.narrow
    if not found.grave and (not symptoms or kind in _QUIET_KINDS):
        return LevelFound(4, 0.9 if not symptoms and kind in _QUIET_KINDS else 0.6, ())
    if found.compromise or (found.standstill and not found.workaround):
        return _found(1, 0.9 if symptoms else 0.7, found.compromise + found.standstill)
    if found.deadline and symptoms:
        return _found(2, 0.75, found.deadline + found.scope)
    if found.lone:  # "all others are fine" settles the scope, whatever else is said of "all"
        return _found(3, 0.8, found.lone + eased)
    grave = found.scope + found.standstill
    if grave and len(grave) >= len(eased):
        return _found(2, 0.75 if not eased else 0.6, grave + eased)
    return _found(3, 0.75 if eased else 0.6, eased or tuple(symptoms[:1]))


def _found(value: int, confidence: float, evidence: tuple[str, ...]) -> LevelFound:
    return LevelFound(value, confidence, evidence[:_MOST_EVIDENCE])


def _spoken(letter: Letter, products: Sequence[Span]) -> str:
    """The folded words without signature and without product names (防篡改 is no defacement)."""
    characters = list(letter.lowered)
    for part in letter.parts:
        if part.zone is Zone.SIGNATURE:
            characters[part.start : part.end] = " " * (part.end - part.start)
    for start, end in products:
        characters[start:end] = " " * (end - start)
    return "".join(characters)


def _evidence(letter: Letter, text: str, name: str) -> tuple[str, ...]:
    patterns = [pattern for script, pattern in _patterns(name) if script.search(text)]
    matches = sorted(match.span() for pattern in patterns for match in pattern.finditer(text))
    words = (" ".join(letter.words(span).split()) for span in matches)
    return tuple(dict.fromkeys(filter(None, words)))


@cache
def _patterns(name: str) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """The patterns of a list as (what a text must hold for them to apply, the patterns): most texts need one half."""
    lines = blocks("levels")[f"{name}_patterns"]
    halves = (
        (_HAN, [line for line in lines if _HAN.search(line)]),
        (_LATIN, [line for line in lines if not _HAN.search(line)]),
    )
    return tuple((script, re.compile("|".join(half))) for script, half in halves if half)
