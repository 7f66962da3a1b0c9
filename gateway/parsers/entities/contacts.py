"""Whom to call: introduced, named by what he does, in the header, in a signature, among names; and whom `called` finds.

Our own people and people only greeted or spoken of are not taken.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache

from gateway.parsers.entities import called, identity, names, places
from gateway.parsers.entities.candidates import Candidate, Field, overlaps, sighting, spans_of
from gateway.parsers.entities.folding import fold
from gateway.parsers.entities.identity import Kind, Line
from gateway.parsers.entities.letter import Letter, Span, Zone
from gateway.parsers.entities.people import (
    CLOSING,
    HAN,
    HONORIFIC,
    LATIN,
    LATIN_NAME,
    is_greeted,
    length_of_latin_name,
    length_of_name,
)
from gateway.parsers.entities.wordlist import any_of, longest_first

_END = r"(?=[,.!?:;、。\s(]|$)"

_LATIN_INTRODUCTION = re.compile(
    rf"\b(?:[Mm]y name is|I am|I'm|[Tt]his is|[Nn]ame's)\s({LATIN_NAME}){_END}"
    rf"|(?:^|[\n,.!] ?)({LATIN_NAME}) (?:here|speaking){_END}"
)
_OF_COMPANY = re.compile(
    rf"(?:(?:我们?是?|这里是?|这边是?|来自)[^,。\n!?]{{2,20}}|(?:^|[\n,。!?\s]){HAN}{{3,14}})[的嘅]\s?({HAN}{{2,8}}){_END}"
)
_SURNAME_ONLY = re.compile(
    rf"(?:我姓|免贵姓|本人姓|老板姓|经理姓|老师姓|负责人姓|联系人姓|(?<=[,。\s])姓)\s?({HAN})(?!{HAN}名)"
)
_NICKNAME = re.compile(rf"(?<!{HAN})阿[A-Z][a-z]{{1,10}}(?![A-Za-z])|(?<!{HAN}){HAN} ?[Ss]ir(?![A-Za-z])")
_OF_HIS = re.compile(rf"[他她]的?{HAN}{{0,3}}(?:手机|电话|号码|分机)")
_REACH_OF_HIS = 200
_BEHIND_ROLE = re.compile(
    rf"\s?({HAN}{{2,8}}?)(?=在|说|叫|让|没|的|去|来|到|现|又|想|要|会|正|刚|告|转|打|跟|电话|手机|请|已|负责|反映|本周|本月|这[周两几]|今|明|昨|上周|下周|最近|目前|[,。!?\s;:、(]|$|\d)"
)
_WITH_HONORIFIC = re.compile(rf"\b({HONORIFIC} {LATIN}(?: {LATIN}){{0,2}})")
# What stands in a display name between dashes, brackets and the blanks beside Han.
_OFFICE = re.compile(r"(?:[^-_/|(·\s]|(?<![\u4e00-\u9fff])\s|\s(?![\u4e00-\u9fff]))+")


def find(letter: Letter, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Every person who might be the one to call."""
    others_people = list(called.spoken_of(letter))
    yield from others_people
    blocked = spans_of([*found, *others_people], Field.EMAIL, Field.PHONE, Field.NOT_OURS_TO_TAKE)
    named = list(called.find(letter))
    instead = [
        candidate.span for candidate in named if candidate.rule == called.CALLED_INSTEAD and candidate.span
    ]
    others = (each for finder in (_introduced, _by_role, _from_header) for each in finder(letter))
    stated = [
        candidate
        for candidate in (*named, *(c for c in others if c.span is None or not overlaps(c.span, instead)))
        if candidate.span is None or not overlaps(candidate.span, blocked)
    ]
    yield from stated
    yield from _of_whom_the_number_is(letter, stated)
    others_names = spans_of(others_people, Field.NOT_OURS_TO_TAKE)
    companies = [*spans_of(found, Field.COMPANY, Field.PRODUCT, Field.EMAIL), *instead, *others_names]
    for candidate in _among_names(letter, [*found, *stated]):
        if candidate.span and not overlaps(candidate.span, companies):
            yield candidate


def _of_whom_the_number_is(letter: Letter, stated: Sequence[Candidate]) -> Iterator[Candidate]:
    """Who was last spoken of before "他国内手机 186…"."""
    titled = [match.span() for match in _titled().finditer(letter.plain) if names.is_han_person(match[0])]
    spans = sorted({*titled, *(each.span for each in stated if each.span)})
    for match in _OF_HIS.finditer(letter.plain):
        before = bisect_right(spans, (match.start(), 0))
        span = spans[before - 1] if before else None
        if span and match.start() - span[1] <= _REACH_OF_HIS and not is_greeted(letter, span[0]):
            yield sighting(letter, Field.CONTACT, span, called.NAMED, 0.9)


def _introduced(letter: Letter) -> Iterator[Candidate]:
    for match in _introduction().finditer(letter.plain):
        if names.is_han_person(match[1], weak=True):
            yield sighting(letter, Field.CONTACT, match.span(1), "introduction", 0.85)
    for match in _LATIN_INTRODUCTION.finditer(letter.plain):
        group = match.lastindex or 1
        if length_of_latin_name(match[group]):
            known = names.is_given_name(match[group].split()[0])
            yield sighting(letter, Field.CONTACT, match.span(group), "introduction", 0.7 if known else 0.5)
    for match in _OF_COMPANY.finditer(letter.plain):
        if length := length_of_name(match[1], whole=True):
            start = match.end(1) - length
            yield sighting(letter, Field.CONTACT, (start, match.end(1)), "X's Y", 0.8)
    for match in _NICKNAME.finditer(letter.plain):
        if match[0][0] != "阿" and not names.is_surname(match[0][0]):
            continue
        yield sighting(letter, Field.CONTACT, match.span(), "nickname", 0.7)
    for match in _SURNAME_ONLY.finditer(letter.plain):
        if names.is_han_person(f"{match[1]}先生"):
            yield sighting(letter, Field.CONTACT, match.span(1), "surname", 0.6)


def _by_role(letter: Letter) -> Iterator[Candidate]:
    """A name right behind what its bearer does ("网管曾磊", "值班经理游建铭") or behind an honorific."""
    is_called = bool(_call_him().search(letter.plain))
    for match in _role().finditer(letter.plain):
        behind = _BEHIND_ROLE.match(letter.plain, match.end(), match.end() + 12)
        length = length_of_name(behind[1]) if behind else 0
        if behind and length and not is_greeted(letter, match.start()):
            span = (behind.start(1), behind.start(1) + length)
            yield sighting(letter, Field.CONTACT, span, "role and name", 0.9 if is_called else 0.72)
    for match in _WITH_HONORIFIC.finditer(letter.plain):
        if not is_greeted(letter, match.start()):
            yield sighting(letter, Field.CONTACT, match.span(1), "honorific", 0.9 if is_called else 0.55)


def _from_header(letter: Letter) -> Iterator[Candidate]:
    """The display name, where it is a person's and not an office's ("采购-邓洁" is one, "监控中心" is none)."""
    display = fold((letter.sender.name if letter.sender else None) or "")
    for part in _OFFICE.finditer(display.plain):
        name = part[0].strip(" )")
        whole = (
            names.is_han_person(name)
            if name[:1] > "\u2e80"
            else len(name.split()) > 1 and length_of_latin_name(name)
        )
        if whole and not names.is_role(name):
            written = display.text[part.start() : part.end()].strip(" )）")
            yield Candidate(Field.CONTACT, written, None, "header", "display name", 0.5)


def _among_names(letter: Letter, found: Sequence[Candidate]) -> Iterator[Candidate]:
    for line in identity.lines(letter, found):
        for index, piece in enumerate(line.pieces):
            if piece.kind not in (Kind.HAN, Kind.LATIN):
                continue
            if is_greeted(letter, piece.span[0]) and not line.beside(index, Kind.COMPANY):
                continue
            standing = _standing(line, index, letter.chat)
            if standing and piece.kind is Kind.HAN:
                start = piece.span[0] + (1 if piece.text[0] == "我" else 0)
                words = letter.plain[start : piece.span[1]]
                weak = (
                    line.zone is Zone.SIGNATURE or (line.is_all_names and len(line.pieces) > 1) or line.signed
                )
                if length := length_of_name(words, whole=True, weak=weak):
                    end = start + len(CLOSING.sub("", words))
                    yield sighting(letter, Field.CONTACT, (end - length, end), "among names", standing)
            elif standing and (span := _latin_person(line, index)):
                score = standing * _latin_trust(letter.plain[span[0] : span[1]], line, index)
                yield sighting(letter, Field.CONTACT, span, "among names", score)


def _standing(line: Line, index: int, chat: bool) -> float:
    beside = line.beside(index, Kind.NUMBER, Kind.COMPANY)
    if line.zone is Zone.SIGNATURE:
        return 0.85
    if line.signed and (line.is_all_names or beside):
        return 0.8
    if chat and line.is_all_names and len(line.pieces) > 1:
        return 0.8
    return 0.75 if beside else 0.0


def _latin_person(line: Line, index: int) -> Span | None:
    """The person in a piece of capitalised words, a town at either end left out, a lone Han surname behind taken in."""
    piece = line.pieces[index]
    words, start = piece.text.split(" "), piece.span[0]
    if len(words) >= 3 and places.is_place(words[0]):
        start, words = start + len(words[0]) + 1, words[1:]
    if len(words) >= 3 and places.is_place(words[-1]):
        words = words[:-1]
    if not names.is_latin_person(words) or (len(words) == 1 and not _is_vouched(line, index)):
        return None
    end = start + len(" ".join(words))
    following = next(iter(line.pieces[index + 1 : index + 2]), None)
    joined = (
        following
        and following.kind is Kind.HAN
        and names.is_surname(following.text)
        and following.span[0] <= end + 1
    )
    return start, following.span[1] if following and joined else end


def _is_vouched(line: Line, index: int) -> bool:
    """A first name alone needs company: a bare "Vivian" under a letter is a greeting."""
    word = line.pieces[index].text
    between = line.beside(index, Kind.COMPANY) and line.is_all_names and len(word) > 2 and not word.isupper()
    return len(line.pieces) > 1 and (between or names.is_given_name(word))


def _latin_trust(text: str, line: Line, index: int) -> float:
    words = text.split()
    if len(words) == 1:
        return 0.6
    known = names.is_given_name(words[0]) or names.is_given_name(words[-1])
    if len(words) > 2 and not known:
        return 0.6
    return 1.0 if known else 0.8 if index == 0 or line.beside(index, Kind.COMPANY) else 0.6


@cache
def _introduction() -> re.Pattern[str]:
    words = any_of("cues", "person_introductions")
    return re.compile(rf"{words}\s?({HAN}{{2,4}}?)(?=[,。!?\s;:、的]|$|电话|手机|\d|联系)")


@cache
def _titled() -> re.Pattern[str]:
    titles = "|".join(map(re.escape, names.titles()))
    return re.compile(rf"{HAN}(?:{titles})(?!作|程|具|结|体|共|部|厂)")


@cache
def _call_him() -> re.Pattern[str]:
    return re.compile(any_of("cues", "call_him"), re.IGNORECASE)


@cache
def _role() -> re.Pattern[str]:
    return re.compile(
        "|".join(re.escape(role) for role in longest_first("names", "roles") if role[0] > "\u2e80")
    )
