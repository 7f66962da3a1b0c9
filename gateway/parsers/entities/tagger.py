"""The network that marks names: traits of tokens in, for each token the chance of every tag out.

Embedded traits, three windows of context, softmax over begin/inside/last/single of each label; the best sequence of
tags is found among those that make sense. Small on purpose: a message of 500 characters takes a few milliseconds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from spacy.tokens import Doc
from thinc import api

from gateway.parsers.entities import traits
from gateway.parsers.entities.letter import Span

__all__ = [
    "LABELS",
    "TAGS",
    "Chances",
    "Marked",
    "Network",
    "Tagger",
    "chance_of",
    "names_in",
    "network",
    "tags_of",
]

_thinc: Any = api  # half typed, and what it is typed with is unknown outside

LABELS = ("COMPANY", "PERSON", "PLACE", "ORG_OTHER", "PERSON_OTHER")
TAGS = ("O", *(f"{place}-{label}" for label in LABELS for place in "BILU"))

Chances = Any
"""One row a token, one column a tag, in the order of TAGS."""
Network = Any
"""A thinc model from traits of documents to chances; thinc's own types say less than this line."""

_WIDTH = 64
_DEPTH = 3
_WINDOW = 2
_ROWS = {"word": 5000, "pair": 6000, "pair or end": 6000, "shape": 500, "part": 200, "cue": 200, "line": 1000}
_CERTAINLY_NOTHING = 0.98
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Marked:
    """A name that the model marks: its span in the text, what it takes it for, and how surely (0 to 1)."""

    span: Span
    label: str
    chance: float


def network() -> Network:
    """An untrained network of the fixed shape.

    Its matrix product is numpy's own: thrice as fast as thinc's for matrices as small as ours.
    """
    whole = _layers()
    ops: Any = type("PlainOps", (_thinc.NumpyOps,), {"gemm": _thinc.Ops.gemm})()
    for layer in whole.walk():
        layer.ops = ops
    return whole


def _layers() -> Network:
    embedded = _thinc.concatenate(
        *(
            _thinc.HashEmbed(_WIDTH, _ROWS[name], column=column, seed=column + 1, dropout=0.0)
            for column, name in enumerate(traits.COLUMNS)
        )
    )
    mixed = _thinc.Maxout(_WIDTH, _WIDTH * len(traits.COLUMNS), nP=3, dropout=0.0, normalize=True)
    window = _thinc.chain(
        _thinc.expand_window(_WINDOW),
        _thinc.Maxout(_WIDTH, _WIDTH * (2 * _WINDOW + 1), nP=2, dropout=0.0, normalize=True),
    )
    seen = _thinc.with_array(_thinc.clone(_thinc.residual(window), _DEPTH), pad=_WINDOW * _DEPTH)
    return _thinc.chain(
        _thinc.list2ragged(),
        _thinc.with_array(embedded),
        _thinc.with_array(mixed),
        _thinc.ragged2list(),
        seen,
        _thinc.with_array(_thinc.Softmax(len(TAGS), _WIDTH)),
    )


def tags_of(doc: Doc, spans: Sequence[tuple[int, int, str]]) -> Chances:
    """What the network should say of a document with these labelled spans; those that no token bears are left out."""
    wanted = np.zeros((len(doc), len(TAGS)), np.float32)
    wanted[:, 0] = 1.0
    for start, end, label in spans:
        found = doc.char_span(start, end)
        if found is not None:
            for at in range(found.start, found.end):
                wanted[at] = 0.0
                wanted[at, TAGS.index(f"{_place(at, found.start, found.end)}-{label}")] = 1.0
    return wanted


def _place(at: int, start: int, end: int) -> str:
    if end - start == 1:
        return "U"
    return "B" if at == start else "L" if at == end - 1 else "I"


class Tagger:
    """A trained network, ready to mark names."""

    def __init__(self, weights: bytes) -> None:
        """`weights` are those of `network`, as thinc writes them."""
        self._network = network().from_bytes(weights)

    def chances(self, doc: Doc) -> Chances:
        """The chance of every tag for every token."""
        if not len(doc):
            return np.zeros((0, len(TAGS)), np.float32)
        return self._network.predict([traits.of(doc)])[0]

    def marked(self, doc: Doc) -> list[Marked]:
        """The names of a document, in order."""
        return list(names_in(doc, self.chances(doc)))


def names_in(doc: Doc, chances: Chances) -> Iterator[Marked]:
    """The names that these chances make most likely."""
    for start, end in _stretches(chances):
        path = _best_path(np.log(np.maximum(chances[start:end], _LEAST)))
        begun = 0
        for at, tag in enumerate(path):
            place, _, label = TAGS[tag].partition("-")
            if place in ("B", "U"):
                begun = at
            if place in ("L", "U"):
                first, last = start + begun, start + at
                span = doc[first].idx, doc[last].idx + len(doc[last].text)
                yield Marked(span, label, _together(_of_label(chances[first : last + 1], label)))


def chance_of(doc: Doc, chances: Chances, span: Span, labels: Sequence[str]) -> float:
    """The chance that the words of a span are a name of one of these labels; a word too much makes it small."""
    tokens = doc.char_span(*span, alignment_mode="expand")
    if tokens is None:
        return 0.0
    return _together(sum(_of_label(chances[tokens.start : tokens.end], label) for label in labels))


def _together(each: Chances) -> float:
    """One chance for several tokens: their geometric mean."""
    return float(each.clip(_LEAST).prod() ** (1 / len(each)))


def _of_label(chances: Chances, label: str) -> Chances:
    """For each token the chance of belonging to a name of this label."""
    column = 1 + 4 * LABELS.index(label)
    return chances[:, column : column + 4].sum(axis=1)


def _stretches(chances: Chances) -> Iterator[Span]:
    """The runs of tokens that are not certainly nothing."""
    open_: Any = np.flatnonzero(chances[:, 0] < _CERTAINLY_NOTHING)
    if len(open_):
        for run in np.split(open_, np.flatnonzero(np.diff(open_) > 1) + 1):
            yield int(run[0]), int(run[-1]) + 1


def _best_path(scores: Chances) -> list[int]:
    """The most likely sequence of tags in which every name begins and ends (Viterbi)."""
    follows, begins, ends = _grammar()
    best = scores[0] + begins
    back: list[Any] = []
    for row in scores[1:]:
        reached = best[:, None] + follows
        came = reached.argmax(axis=0)
        back.append(came)
        best = reached[came, np.arange(len(TAGS))] + row
    path = [int((best + ends).argmax())]
    for came in reversed(back):
        path.append(int(came[path[-1]]))
    return path[::-1]


@cache
def _grammar() -> tuple[Chances, Chances, Chances]:
    """What may follow what, begin and end: zero where it may, minus infinity where it may not."""
    never = -1e9
    inside = [tag[0] in "BI" for tag in TAGS]
    goes_on = [tag[0] in "IL" for tag in TAGS]
    follows = np.array(
        [
            [
                0.0 if inside[a] == goes_on[b] and (not inside[a] or TAGS[a][2:] == TAGS[b][2:]) else never
                for b in range(len(TAGS))
            ]
            for a in range(len(TAGS))
        ]
    )
    begins = np.array([never if on else 0.0 for on in goes_on])
    ends = np.array([never if within else 0.0 for within in inside])
    return follows, begins, ends
