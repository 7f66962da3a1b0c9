"""The trained model: a small named-entity recogniser of our own, one more witness beside the rules.

It ships in `gateway/parsers/model/` with its card; without the files the parsers work on rules alone. The recogniser's
shape is fixed here, its weights are in the files; `make model` trains them again (gateway/training).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from spacy.language import Language
from spacy.tokens import Doc

from gateway.parsers import model
from gateway.parsers.entities import names, places
from gateway.parsers.entities.candidates import ZONE_TRUST, Candidate, Field, overlaps, sighting
from gateway.parsers.entities.letter import Letter
from gateway.parsers.entities.letter import Span as Extent
from gateway.parsers.entities.wordlist import blocks

__all__ = ["Storable", "add", "candidates", "recogniser"]

_FIELDS = {"COMPANY": Field.COMPANY, "PERSON": Field.CONTACT, "PLACE": Field.PLACE}
# How often it is right where no rule says anything (half of its companies: those are offered, not used), and how much
# its voice adds where a rule says the same.
_ALONE = {Field.COMPANY: 0.48, Field.CONTACT: 0.6, Field.PLACE: 0.45}
_AGREEING = 0.6
_LONGEST = 60
_SAYS = re.compile(r"正常|异常|失败|报错|故障|谢|您|请")  # what a clause says and a name does not
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SHAPE: dict[str, Any] = {
    "@architectures": "spacy.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 64,
    "maxout_pieces": 2,
    "use_upper": True,
    "nO": None,
    "tok2vec": {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": 64,
            "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
            "rows": [5000, 1000, 2500, 1000],
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": 64,
            "window_size": 2,
            "maxout_pieces": 2,
            "depth": 2,
        },
    },
}


class Storable(Protocol):
    """What of a spaCy component is used here; spaCy's own class carries no types."""

    def to_disk(self, path: Path, *, exclude: Sequence[str]) -> None:
        """Write the weights into a folder."""
        ...

    def from_disk(self, path: Path, *, exclude: Sequence[str]) -> object:
        """Read the weights from a folder."""
        ...


def recogniser(nlp: Language) -> Storable:
    """An untrained recogniser of the fixed shape, added to a pipeline."""
    return cast("Storable", nlp.add_pipe("ner", config={"model": _SHAPE}))


def add(nlp: Language) -> None:
    """Add the trained recogniser to a pipeline, in front of whatever reads its entities."""
    recogniser(nlp).from_disk(model.folder() / "ner", exclude=["vocab"])


def candidates(doc: Doc, letter: Letter, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """What the model takes for the customer, for whom to call and for the site.

    Where it agrees with a rule on the field the rule's boundaries win, where it does not the rule does.
    """
    for entity in doc.ents:
        field = _FIELDS.get(entity.label_)
        if field is None:
            continue
        span = _trimmed(letter.plain, (entity.start_char, entity.end_char))
        beside = [other for other in found if other.span is not None and overlaps(span, [other.span])]
        agreeing = next((other for other in beside if other.field is field), None)
        if agreeing is not None and agreeing.span is not None:
            yield sighting(letter, field, agreeing.span, "model", _score(letter, _AGREEING, agreeing.span))
        elif not beside and _PLAUSIBLE[field](letter.plain, span):
            yield sighting(letter, field, span, "model", _score(letter, _ALONE[field], span))


def _score(letter: Letter, trust: float, span: Extent) -> float:
    return trust * ZONE_TRUST[letter.zone_at(span[0])]


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
        return not (
            names.is_speech(words) or names.is_han_person(words) or words in blocks("names")["not_names"]
        )
    first = words.split()[0]
    return words[0].isupper() and not (names.is_given_name(words) or first in names.not_leading())


def _could_be_person(plain: str, span: Extent) -> bool:
    words = plain[span[0] : span[1]]
    if not _is_one_name(words):
        return False
    if words[0] > "\u2e80":
        return names.is_han_person(words, weak=True) or words[0] in "阿老小"
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
