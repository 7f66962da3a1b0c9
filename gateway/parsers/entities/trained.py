"""The trained model: a small tagger of our own (`tagger`), one more witness beside the rules.

It ships in `gateway/parsers/model/` with its card; without the file the parsers work on rules alone. `make model`
trains it again (gateway/training).
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from spacy.tokens import Doc

from gateway.parsers import model
from gateway.parsers.entities import names, places
from gateway.parsers.entities.candidates import ZONE_TRUST, Candidate, Field, overlaps, sighting, spans_of
from gateway.parsers.entities.letter import Letter
from gateway.parsers.entities.letter import Span as Extent
from gateway.parsers.entities.people import is_greeted
from gateway.parsers.entities.tagger import Chances, Marked, Tagger, chance_of, names_in
from gateway.parsers.entities.wordlist import blocks

__all__ = ["tagger", "weigh"]

_FIELDS = {"COMPANY": Field.COMPANY, "PERSON": Field.CONTACT, "PLACE": Field.PLACE}
_LABELS = {Field.COMPANY: ("COMPANY",), Field.CONTACT: ("PERSON",)}
"""Fields of which the model has something to say where a rule has spoken."""
_ANY_ROLE = {Field.COMPANY: ("COMPANY", "ORG_OTHER"), Field.CONTACT: ("PERSON", "PERSON_OTHER")}
"""The same for rules that know the role: whether it is a name at all is then the model's only business."""
_KNOWING = frozenset({"label", "named contact", "on behalf of", "beneficiary", "writes for"})
_LAST_RESORT = frozenset({"called instead"})
"""Rules whose names are none the less to be called last."""
# How often it is right where no rule says anything, at its surest.
_ALONE = {Field.COMPANY: 0.62, Field.CONTACT: 0.7, Field.PLACE: 0.45}
_CONFIRMING, _DENYING = 0.5, 0.7
"""How much of the model's log-odds a rule's candidate is given."""
_MOST = 3.0
"""Log-odds beyond which the model is no surer: it has seen only what we made up."""
_LIKELY = 0.5
_TOWN = "gazetteer"
"""The rule that finds towns, of which a company's name may hold one."""
_LONGEST = 60
_SAYS = re.compile(r"正常|异常|失败|报错|故障|谢|您|请")  # what a clause says and a name does not
_HAN = re.compile(r"[\u4e00-\u9fff]")


@cache
def tagger() -> Tagger:
    """The trained tagger, loaded once."""
    return Tagger(model.names().read_bytes())


def weigh(doc: Doc, letter: Letter, found: Sequence[Candidate]) -> list[Candidate]:
    """What the rules found, each as sure as the model lets it be, and what the model alone takes for a name."""
    if not len(doc):
        return list(found)
    chances = tagger().chances(doc)
    marked = list(names_in(doc, chances))
    weighed = [_weighed(doc, chances, marked, candidate) for candidate in found]
    alone = list(_alone(marked, letter, weighed))
    sure = spans_of([each for each in alone if each.score >= _LIKELY], Field.COMPANY)
    return [*(each for each in weighed if not _is_town_within(each, sure)), *alone]


def _is_town_within(candidate: Candidate, companies: Sequence[Extent]) -> bool:
    """Whether a town in Latin letters is only part of a company's name ("Pinnacle Re Labuan")."""
    if candidate.rule != _TOWN or candidate.span is None or _HAN.search(candidate.value):
        return False
    start, end = candidate.span
    return any(first <= start and end <= last and (start, end) != (first, last) for first, last in companies)


def _weighed(doc: Doc, chances: Chances, marked: Sequence[Marked], candidate: Candidate) -> Candidate:
    """A rule's candidate with what the model says of the same words added, as log-odds."""
    labels = (_ANY_ROLE if candidate.rule in _KNOWING else _LABELS).get(candidate.field)
    if labels is None or candidate.span is None or candidate.score >= 1 or candidate.rule in _LAST_RESORT:
        return candidate
    chance = chance_of(doc, chances, candidate.span, labels)
    if chance < 0.5 and any(
        each.label in labels and _is_much_of(each.span, candidate.span) for each in marked
    ):
        return candidate  # the same name with other ends: that says nothing against it
    weight = _CONFIRMING if chance > 0.5 else _DENYING
    return replace(candidate, score=_chance(_odds(candidate.score) + weight * _odds(chance)))


def _is_much_of(one: Extent, other: Extent) -> bool:
    """Whether a span covers at least a third of another."""
    return 3 * (min(one[1], other[1]) - max(one[0], other[0])) >= other[1] - other[0]


def _alone(every: Sequence[Marked], letter: Letter, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Names that the model marks and no rule has, here or elsewhere: being named twice makes nobody the contact."""
    known = {(candidate.field, candidate.key) for candidate in found if candidate.span}
    for marked in every:
        field = _FIELDS.get(marked.label)
        if field is None:
            continue
        span = _trimmed(letter.plain, marked.span)
        beside = [each for each in found if each.span is not None and overlaps(span, [each.span])]
        if not any(_is_settled(each, field, span) for each in beside) and _PLAUSIBLE[field](
            letter.plain, span
        ):
            score = _ALONE[field] * marked.chance * ZONE_TRUST[letter.zone_at(span[0])]
            candidate = sighting(letter, field, span, "model", score)
            greeted = field is Field.CONTACT and is_greeted(letter, span[0])
            if (field, candidate.key) not in known and not greeted:
                yield candidate


def _is_settled(candidate: Candidate, field: Field, span: Extent) -> bool:
    """Whether the words are taken: by a rule of the same field that the model does not doubt, or by what is no name."""
    if candidate.rule == _TOWN and field is Field.COMPANY and candidate.span:
        return candidate.span[1] - candidate.span[0] >= span[1] - span[0]
    if candidate.field in _LABELS and field in _LABELS:
        return candidate.field is field and candidate.score >= 0.5
    return True


def _odds(chance: float) -> float:
    """Log-odds, as far as they go."""
    return max(-_MOST, min(_MOST, math.log(max(chance, 1e-6) / max(1 - chance, 1e-6))))


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def _trimmed(plain: str, span: Extent) -> Extent:
    """The longest piece between blanks where a name in Han took some of its neighbour: "税 鼎信会计"."""
    words = plain[span[0] : span[1]]
    if not _HAN.search(words):
        return span
    piece = max(re.finditer(r"\S+", words), key=lambda match: len(match[0]), default=None)
    return span if piece is None else (span[0] + piece.start(), span[0] + piece.end())


def _could_be_company(plain: str, span: Extent) -> bool:
    words = plain[span[0] : span[1]]
    if not _is_one_name(words) or words in blocks("companies")["not_companies"]:
        return False
    if _HAN.search(words) and _SAYS.search(words):
        return False
    if _HAN.search(words):
        return not (names.is_speech(words) or words in blocks("names")["not_names"])
    first = words.split()[0]
    return words[0].isupper() and not (names.is_given_name(words) or first in names.not_leading())


def _could_be_person(plain: str, span: Extent) -> bool:
    words = plain[span[0] : span[1]]
    if not _is_one_name(words):
        return False
    if words[0] > "\u2e80":
        first_name = len(words) == 2 and not (names.is_speech(words) or words in blocks("names")["not_names"])
        return first_name or names.is_han_person(words, weak=True) or words[0] in "阿老小"
    parts = words.split()
    shouted = words.isupper() and len(_line_around(plain, span).split()) > len(parts) + 3
    return (
        words[0].isupper()
        and names.is_latin_person(parts)
        and parts[0] not in names.not_leading()
        and not shouted
    )


def _could_be_place(plain: str, span: Extent) -> bool:
    """Towns in Latin letters only: those of China the gazetteer knows."""
    words = plain[span[0] : span[1]]
    return (
        _is_one_name(words)
        and words[0].isupper()
        and not words.isupper()
        and not _HAN.search(words)
        and not names.is_given_name(words)
        and words not in names.not_leading()
        and words not in blocks("places")["not_towns"]
    )


def _is_one_name(words: str) -> bool:
    """Letters on one line, neither too long nor a role or department."""
    return (
        1 < len(words) <= _LONGEST
        and "\n" not in words
        and any(map(str.isalpha, words))
        and not (names.is_role(words) or names.is_department(words) or places.is_place(words))
    )


def _line_around(plain: str, span: Extent) -> str:
    end = plain.find("\n", span[1])
    return plain[plain.rfind("\n", 0, span[0]) + 1 : len(plain) if end < 0 else end]


_PLAUSIBLE: dict[Field, Callable[[str, Extent], bool]] = {
    Field.COMPANY: _could_be_company,
    Field.CONTACT: _could_be_person,
    Field.PLACE: _could_be_place,
}
