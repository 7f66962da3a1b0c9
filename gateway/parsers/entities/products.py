"""Products by the words of the catalogue, and models by their shape ("NGFW-3100"), joined where they touch."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from gateway.parsers.entities.candidates import Candidate, Field, overlaps, sighting, spans_of
from gateway.parsers.entities.letter import Letter, Span, Zone
from gateway.parsers.entities.lookup import Lookup
from gateway.parsers.entities.wordlist import blocks

_MODEL = re.compile(
    r"(?<![A-Za-z0-9_@./#-])(?=[A-Z]{2,6}-)([A-Z]{2,6})-(?:[A-Z]{0,3}\d{3,5}[A-Z]{0,3}|[A-Z]\d{2,4})"
    r"(?![A-Za-z0-9_@/-]|\.\w)"
)
_LATIN_WORD = re.compile(r"(?<![\w@./-])[a-z]{6,14}(?![\w@/-]|\.\w)")
_SHORT = frozenset(("av", "fw", "ips", "ids", "pam", "sso", "adc", "mdm", "hsm", "proxy", "scanner"))


def find(letter: Letter, found: Sequence[Candidate], *, catalogue: Lookup[str]) -> Iterator[Candidate]:
    """Products and models, longest form first; a word one letter off a long catalogue word counts as it.

    `catalogue` holds what the owner sells, beside the kinds of products that everybody knows.
    """
    blocked = spans_of(found, Field.EMAIL)
    spans = [span for span, _ in catalogue.find(letter.lowered)]
    spans += [span for span, _ in _known_kinds().find(letter.lowered)]
    spans += [match.span() for match in _MODEL.finditer(letter.plain) if match[1] not in _not_models()]
    spans += [span for span in _misspelt(letter.lowered) if not overlaps(span, spans)]
    for span in _joined(sorted(spans), letter.plain):
        if not overlaps(span, blocked):
            yield sighting(letter, Field.PRODUCT, span, "catalogue", _score(letter, span))


def _score(letter: Letter, span: Span) -> float:
    words = letter.plain[span[0] : span[1]]
    score = 0.9 if any(character.isdigit() for character in words) else 0.8
    if words.lower() in _SHORT:
        score -= 0.2
    return score - (0.05 if letter.zone_at(span[0]) in (Zone.SUBJECT, Zone.QUOTED) else 0)


def _joined(spans: list[Span], text: str) -> list[Span]:
    """Overlapping spans, and spans with at most one blank between, as one: kind and model are one product."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and (start <= joined[-1][1] or (start - joined[-1][1] == 1 and text[start - 1] == " ")):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _misspelt(lowered: str) -> Iterator[Span]:
    for match in _LATIN_WORD.finditer(lowered):
        word = match[0]
        if word not in _neighbours() and any(_without(word, i) in _neighbours() for i in range(len(word))):
            yield match.span()


def _without(word: str, index: int) -> str:
    return word[:index] + word[index + 1 :]


@cache
def _neighbours() -> frozenset[str]:
    """Long single catalogue words with one letter left out: a word that shares such a form is one slip away."""
    words = [word.lower() for word in blocks("products")["latin"] if word.isalpha() and len(word) >= 7]
    return frozenset(_without(word, i) for word in words for i in range(1, len(word)))


@cache
def _known_kinds() -> Lookup[str]:
    lists = blocks("products")
    several = (f"{word}s" for word in lists["latin"] if word[-1].islower() and word.lower() not in _SHORT)
    return Lookup((word, word) for word in (*lists["chinese"], *lists["latin"], *several))


@cache
def _not_models() -> frozenset[str]:
    return frozenset(blocks("products")["not_models"])
