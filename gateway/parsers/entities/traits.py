"""What the trained model sees of each token: the word and its neighbours, its shape, its line, the lists it stands in.

A name that nobody has heard of is known by its surroundings: it stands on the last line, before an office, behind
"我们是". The lists (legal forms, surnames, cues) are those the rules read; the model learns how much each is worth.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np
from spacy.tokens import Doc

from gateway.parsers.entities.folding import lower
from gateway.parsers.entities.letter import Span
from gateway.parsers.entities.lookup import Lookup
from gateway.parsers.entities.wordlist import blocks

__all__ = ["COLUMNS", "Traits", "of"]

Traits = Any
"""An array of one row a token and one column a trait, unsigned 64-bit; numpy's types say no more than that."""

COLUMNS = ("word", "pair", "pair or end", "shape", "part", "cue", "line")

_ATTRIBUTES: list[int | str] = ["LOWER", "SHAPE", "SUFFIX"]
_PRIME = np.uint64(0x9E3779B97F4A7C15)

_PARTS = (
    ("companies", ("legal", "branch", "forms")),
    ("companies", ("trade", "trade_words")),
    ("companies", ("not_companies", "not_leading", "not_heads")),
    ("names", ("titles",)),
    ("names", ("roles", "latin_roles")),
    ("names", ("departments",)),
    ("names", ("given", "compound_surnames")),
    ("names", ("not_names",)),
    ("places", ("cities", "taiwan", "latin")),
    ("products", ("chinese", "latin")),
    ("cues", ("offices",)),
)
"""Lists of which names are made, or words that look like some, by number."""
_CUES = (
    ("cues", ("company_labels",)),
    ("cues", ("company_introductions", "company_leads")),
    ("cues", ("beneficiaries",)),
    ("cues", ("contact_labels", "person_introductions")),
    ("cues", ("window_labels",)),
    ("cues", ("call_him",)),
    ("cues", ("greetings",)),
    ("cues", ("phone_labels", "not_phone_labels", "mail_labels")),
    ("cues", ("place_cues", "place_nouns")),
)
"""Lists of words that names stand beside, by number."""
_SURNAME, _WEAK_SURNAME = len(_PARTS) + 1, len(_PARTS) + 2


def of(doc: Doc) -> Traits:
    """The traits of every token of a document; linear in its length."""
    if not len(doc):
        return np.zeros((0, len(COLUMNS)), np.uint64)
    lexical: Any = doc.to_array(_ATTRIBUTES)
    words, shapes, ends = lexical.T
    starts = doc.to_array("IDX").astype(np.int64)
    text = doc.text
    lowered = lower(text)
    behind = np.append(words[1:], np.uint64(0))
    before = np.insert(words[:-1], 0, np.uint64(0))
    pairs = words * _PRIME ^ behind
    pairs_before = before * _PRIME ^ words
    is_han: Any = words == ends
    columns: tuple[Any, ...] = (
        words,
        pairs,
        is_han * pairs_before + ~is_han * ends,
        shapes,
        _listed(lowered, starts, _parts()),
        _listed(lowered, starts, _cues()),
        _lines(text, starts),
    )
    return np.stack(columns, axis=1).astype(np.uint64)


def _listed(lowered: str, starts: Traits, lists: Lookup[int]) -> Traits:
    """The number of the list that a token's word stands in, and whether the match begins or ends with it; else 0."""
    numbers = np.zeros(len(starts), np.uint64)
    for (start, end), number in lists.find(lowered):
        first, last = np.searchsorted(starts, (start, end))
        if first < last:
            numbers[first:last] = number * 4
            numbers[first] += 1
            numbers[last - 1] += 2
    return numbers


def _lines(text: str, starts: Traits) -> Traits:
    """Where the token's line stands, how long it is, and where the token stands in it."""
    spans = list(_line_spans(text))
    begins: Any = np.array([start for start, _ in spans])
    lengths = np.array([end - start for start, end in spans])
    number: Any = (begins.searchsorted(starts, side="right") - 1).clip(0)
    from_start = np.minimum(number, 2)
    from_end = np.minimum(len(spans) - 1 - number, 5)
    length = np.minimum(lengths[number] // 6, 7)
    first = np.insert(number[1:] != number[:-1], 0, True)
    last = np.append(number[1:] != number[:-1], True)
    return (((from_start * 6 + from_end) * 8 + length) * 4 + first * 2 + last + 1).astype(np.uint64)


def _line_spans(text: str) -> Iterator[Span]:
    """The lines that hold something; at least one."""
    start, any_line = 0, False
    for line in text.split("\n"):
        if line.strip():
            any_line = True
            yield start, start + len(line)
        start += len(line) + 1
    if not any_line:
        yield 0, len(text)


@cache
def _parts() -> Lookup[int]:
    alone = "".join(blocks("names")["surnames"]), "".join(blocks("names")["weak_surnames"])
    weak = ((surname, _WEAK_SURNAME) for surname in alone[1])
    strong = ((surname, _SURNAME) for surname in alone[0])
    return Lookup([*_numbered(_PARTS), *weak, *strong])


@cache
def _cues() -> Lookup[int]:
    return Lookup(_numbered(_CUES))


def _numbered(lists: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[tuple[str, int]]:
    for number, (file, keys) in enumerate(lists, start=1):
        for key in keys:
            yield from ((word, number) for word in blocks(file)[key])
