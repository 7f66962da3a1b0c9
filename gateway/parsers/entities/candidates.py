"""What the finders say, before anybody decides: one candidate per sighting, merged at the end.

A candidate carries its rule and score, so that the decision can be explained, and so that a trained model may
later add its own without any rule being changed (UNDERSTANDING "The design it suggests").
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from gateway.parsers.entities import names
from gateway.parsers.entities.folding import fold_word
from gateway.parsers.entities.letter import Letter, Span, Zone


class Field(StrEnum):
    """The fields of the Report that are found as candidates, and what is found only to be kept out of them."""

    COMPANY = "company"
    CONTACT = "contact"
    PHONE = "phone"
    EMAIL = "email"
    PRODUCT = "product"
    PLACE = "place"
    NOT_OURS_TO_TAKE = "not ours to take"  # a fax, our own hotline, the reseller: it blocks its span


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sighting. `score` is the rule's own probability of being right, `span` is in the letter."""

    field: Field
    value: str
    span: Span | None
    source: str
    rule: str
    score: float

    @property
    def key(self) -> str:
        """Sightings of one key speak of the same thing: no blanks, punctuation, width, script or case."""
        return key_of(self.value)


@lru_cache(maxsize=4096)
def key_of(words: str) -> str:
    """The letters and digits of a name, folded: what it is compared by."""
    return "".join(character for character in fold_word(words) if character.isalnum())


Finder = Callable[[Letter, Sequence[Candidate]], Iterable[Candidate]]


def sighting(letter: Letter, field: Field, span: Span, rule: str, score: float) -> Candidate:
    """A candidate of the words of a span; blanks at both ends are left out."""
    text = letter.plain[span[0] : span[1]]
    start = span[0] + len(text) - len(text.lstrip())
    end = start + len(text.strip())
    source = letter.zone_at(start)
    return Candidate(field, letter.words((start, end)), (start, end), source.value, rule, score)


def overlaps(span: Span, others: Iterable[Span]) -> bool:
    """Whether the span shares a character with any of the others."""
    return any(span[0] < end and start < span[1] for start, end in others)


def spans_of(candidates: Iterable[Candidate], *fields: Field) -> list[Span]:
    """The spans of the candidates of these fields."""
    return [found.span for found in candidates if found.field in fields and found.span is not None]


ZONE_TRUST = {Zone.SIGNATURE: 1.0, Zone.BODY: 0.95, Zone.SUBJECT: 0.85, Zone.QUOTED: 0.8}


@dataclass(frozen=True, slots=True)
class Decision:
    """The winner of a field, the confidence of all who agree, and who they were."""

    candidate: Candidate
    confidence: float


_SAME_PERSON = 0.5  # of a full name with the surname of whoever was found
_TRUSTED = 0.8  # of a longer form of a name: what a legal form reaches


def decide(field: Field, candidates: Sequence[Candidate]) -> Decision | None:
    """The best supported value of a field, or None.

    Sightings that say the same thing add up (as independent witnesses: the chance that all are wrong);
    of a short and a long form of one name the long form's words are kept.
    """
    groups: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        if candidate.field is field and candidate.key:
            groups.setdefault(candidate.key, []).append(candidate)
    if not groups:
        return None
    supports = {key: _support(key, groups, field) for key in groups}
    # Of two towns as sure as each other the fault is where the letter returns to.
    often = {key: len(members) if field is Field.PLACE else 1 for key, members in groups.items()}
    key = max(
        supports, key=lambda key: (round(supports[key], 3), often[key], len(key), -_position(groups[key]))
    )
    best = max(groups[key], key=lambda candidate: candidate.score)
    confidence = min(0.99, supports[key]) if best.score < 1 else 1.0
    if field is Field.COMPANY:
        best = _in_full(best, groups)
    elif field is Field.CONTACT:
        best = _by_full_name(best, groups)
    return Decision(best, confidence)


def _in_full(best: Candidate, groups: dict[str, list[Candidate]]) -> Candidate:
    """The same name at the same place with its legal form, where the winner was seen without it."""
    if best.span is None:
        return best
    begins = (c for members in groups.values() for c in members if c.span and c.span[0] == best.span[0])
    longer = [c for c in begins if c.score >= _TRUSTED and c.key.startswith(best.key)]
    return max(longer, key=lambda candidate: len(candidate.key), default=best)


def _by_full_name(best: Candidate, groups: dict[str, list[Candidate]]) -> Candidate:
    """The same person's full name where one surely stands in the letter: 陈立 for 陈工, Winnie Chan for Ms Chan."""
    others = (candidate for members in groups.values() for candidate in members)
    full = [c for c in others if c.score >= _SAME_PERSON and names.completes(c.value, best.value)]
    return max(full, key=lambda candidate: candidate.score, default=best)


def _support(key: str, groups: dict[str, list[Candidate]], field: Field) -> float:
    """One minus the chance that every witness is wrong; a form that holds this one is half a witness."""
    doubt = 1.0
    seen: set[str] = set()
    for other, members in groups.items():
        if other == key:
            share = 1.0
        elif field in (Field.COMPANY, Field.CONTACT) and (other in key or key in other):
            share = 0.5
        else:
            continue
        for member in sorted(members, key=lambda member: -member.score):
            if member.rule not in seen:
                doubt *= 1 - share * min(member.score, 0.99)
                seen.add(member.rule)
    return 1 - doubt


def _position(members: Sequence[Candidate]) -> int:
    return min(member.span[0] if member.span else 0 for member in members)
