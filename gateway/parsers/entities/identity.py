"""Lines on which people say who they are: signatures, last lines of a chat, "罗浩,023-6787 9914,重庆北碚".

A line is cut into pieces; a piece is what stands between blanks and punctuation (Han) or a run of capitalised
words (Latin). Telephone numbers, addresses and companies found before are pieces of their own kind, and vouch for
what stands beside them.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.parsers.entities import names
from gateway.parsers.entities.candidates import Candidate, Field
from gateway.parsers.entities.letter import Letter, Span, Zone

LONGEST_LINE = 400  # a longer line is prose, and is not cut up
_CAPITALISED = r"[A-ZÀ-ÖØ-ÞŁŚŻČŠŽĐĆŐŰİŞĞ][\w'’&.-]*"
_PIECE = re.compile(
    rf"(?P<han>[\u4e00-\u9fff]+)|(?P<latin>{_CAPITALISED}(?: (?:(?:of|and|de|da|do|dos|du|del|di|la|le|van|von|der|den|bin|binti|al|el|for|&) ){{0,2}}{_CAPITALISED}){{0,6}})"
    r"|(?P<other>[^\s,、|/;:.!?()\-–—\"'<>\[\]]+)"
)


class Kind(StrEnum):
    """What a piece is taken for."""

    NUMBER = "number"  # telephone or mail address: somebody can be reached here
    COMPANY = "company"
    PERSON = "person"
    ABOUT = "about"  # department, title, place, product
    HAN = "han"
    LATIN = "latin"
    PROSE = "prose"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line and what it is taken for."""

    span: Span
    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Line:
    """A line's pieces in order. `signed`: it stands in a signature or is a short last line."""

    pieces: tuple[Piece, ...]
    zone: Zone
    signed: bool

    @property
    def is_all_names(self) -> bool:
        """Nothing but names, numbers and what describes them."""
        return (
            bool(self.pieces)
            and len(self.pieces) <= 8
            and all(piece.kind is not Kind.PROSE for piece in self.pieces)
        )

    def beside(self, index: int, *kinds: Kind) -> bool:
        """Whether a neighbour of a piece is of one of these kinds."""
        neighbours = self.pieces[max(0, index - 1) : index] + self.pieces[index + 1 : index + 2]
        return any(piece.kind in kinds for piece in neighbours)


_FIELD_KINDS = {
    Field.PHONE: Kind.NUMBER,
    Field.EMAIL: Kind.NUMBER,
    Field.COMPANY: Kind.COMPANY,
    Field.PRODUCT: Kind.ABOUT,
    Field.CONTACT: Kind.PERSON,
}


def lines(letter: Letter, found: Sequence[Candidate]) -> Iterator[Line]:
    """The lines of the letter short enough to be cut up, the subject's left out."""
    known = _known(found)
    for part in letter.parts:
        if part.zone is Zone.SUBJECT:
            continue
        spans = list(_line_spans(letter.plain, part.start, part.end))
        last = {span for span in spans[-4:] if span[1] - span[0] <= 60}
        for span in spans:
            if span[1] - span[0] <= LONGEST_LINE:
                signed = part.zone is Zone.SIGNATURE or (span in last and not letter.chat)
                inside = _within(known, span)
                yield Line(tuple(_pieces(letter.plain, span, inside)), part.zone, signed)


def _known(found: Sequence[Candidate]) -> list[tuple[Span, Kind]]:
    """The spans that are already understood, in order, the longer of two that overlap at one start."""
    spans = [(c.span, _FIELD_KINDS[c.field]) for c in found if c.span is not None and c.field in _FIELD_KINDS]
    chosen: list[tuple[Span, Kind]] = []
    for span, kind in sorted(spans, key=lambda known: (known[0][0], -known[0][1])):
        if not chosen or span[0] >= chosen[-1][0][1]:
            chosen.append((span, kind))
    return chosen


def _within(known: list[tuple[Span, Kind]], span: Span) -> list[tuple[Span, Kind]]:
    first = bisect_left(known, span[0], key=lambda entry: entry[0][0])
    last = bisect_left(known, span[1], key=lambda entry: entry[0][0])
    return [entry for entry in known[first:last] if entry[0][1] <= span[1]]


def _line_spans(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        if text[start:stop].strip():
            yield start, stop
        start = stop + 1


def _pieces(text: str, span: Span, known: list[tuple[Span, Kind]]) -> Iterator[Piece]:
    """The pieces of a line, in order: known spans as they are, what lies between them cut up."""
    at = span[0]
    for (start, end), kind in [*known, ((span[1], span[1]), Kind.PROSE)]:
        for match in _PIECE.finditer(text, at, max(at, start)):
            yield Piece(match.span(), match[0], _kind(match))
        if end > start:
            yield Piece((start, end), text[start:end], kind)
        at = max(at, end)


def _kind(match: re.Match[str]) -> Kind:
    word = match[0]
    if match["han"]:
        if names.is_role(word) or names.is_department(word):
            return Kind.ABOUT
        return Kind.HAN if len(word) <= 16 else Kind.PROSE
    if match["latin"]:
        return Kind.LATIN
    return Kind.ABOUT if word.lower() in _GLUE else Kind.PROSE


_GLUE = frozenset(
    ["tel", "phone", "ph", "mob", "mobile", "call", "from", "of", "at", "and", "cell", "direct", "ext", "email", "mail", "contact", "here", "best", "regards"]
)
