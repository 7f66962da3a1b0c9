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
from functools import cache, lru_cache

from gateway.parsers.entities import names, places
from gateway.parsers.entities.candidates import Candidate, Field
from gateway.parsers.entities.letter import Letter, Span, Zone
from gateway.parsers.entities.wordlist import blocks

LONGEST_LINE = 400  # a longer line is prose, and is not cut up
_LETTER = "[A-ZÀ-ÖØ-ÞŁŚŻČŠŽĐĆŐŰİŞĞ]"
_CAPITALISED = rf"(?:(?:St|Mr|Mrs|Ms|Dr)\. ?)?{_LETTER}(?:[A-Za-z0-9À-ɏ'’&-]|\.(?=[A-Za-z])){{0,40}}"
_PARTICLE = "(?:of|and|de|da|do|dos|du|del|di|la|le|van|von|der|den|bin|binti|al|el|for|&)"
_PIECE = re.compile(
    rf"(?P<han>[\u4e00-\u9fff]+)"
    rf"|(?P<latin>{_CAPITALISED}(?: (?:{_PARTICLE} ){{0,2}}{_CAPITALISED}){{0,6}})"
    r"|(?P<other>[^\s\u3000-\u303f\u4e00-\u9fff,、|/;:.!?()\-–—\"'<>\[\]]+)"
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
        return any(piece.kind in kinds for piece in self.neighbours(index))

    def neighbours(self, index: int) -> tuple[Piece, ...]:
        """The pieces right before and right behind one; a department or title between does not part them."""
        before = [piece for piece in self.pieces[max(0, index - 2) : index] if piece.kind is not Kind.ABOUT]
        behind = [piece for piece in self.pieces[index + 1 : index + 3] if piece.kind is not Kind.ABOUT]
        return (*before[-1:], *behind[:1])


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
                pieces = tuple(_pieces(letter.plain, span, inside))
                yield Line(pieces, part.zone, signed)
                tail = _tail(pieces) if letter.chat or signed else ()
                if 2 <= len(tail) < len(pieces):
                    yield Line(tail, part.zone, signed)


def _tail(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The names at the end of a line of prose: "… 删也删不掉 凯瑞医疗 Sunny 邮箱 …"."""
    speaking = (
        n for n, piece in enumerate(pieces) if piece.kind is Kind.PROSE or names.is_speech(piece.text)
    )
    return pieces[max(speaking, default=-1) + 1 :]


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
    return _kind_of(match[0], match.lastgroup or "other")


@lru_cache(maxsize=4096)  # the same words come again and again
def _kind_of(word: str, shape: str) -> Kind:
    if shape == "han":
        about = places.is_place(word) or _is_label(word) or names.is_role(word)
        about = about or (names.is_department(word) and not names.is_short_company(word))
        return Kind.ABOUT if about else Kind.HAN if len(word) <= 16 else Kind.PROSE
    if shape == "latin":
        where = places.is_place(word) and not names.is_given_name(word)
        return Kind.ABOUT if names.is_role(word) or where else Kind.LATIN
    short_number = word.isdecimal() and len(word) <= 6
    about = short_number or _is_label(word.lower()) or names.is_role(word.lower())
    return Kind.ABOUT if about else Kind.PROSE


@cache
def _labels() -> frozenset[str]:
    lists = blocks("cues")
    keys = (
        "phone_labels",
        "not_phone_labels",
        "mail_labels",
        "contact_labels",
        "company_labels",
        "place_cues",
    )
    return frozenset(word for key in keys for word in lists[key]) | _GLUE


def _is_label(word: str) -> bool:
    return word in _labels()


_GLUE = frozenset(
    ("from", "of", "at", "and", "here", "best", "regards", "on", "敬上", "谨上", "谢谢", "此致", "敬礼")
)
