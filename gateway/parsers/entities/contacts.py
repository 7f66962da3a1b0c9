"""Whom to call: labelled, introduced, the window a reseller names, the name in a signature, a name among names.

The on-site contact beats the sender where one is named; our own people and people only greeted are not taken.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from gateway.parsers.entities import identity, names
from gateway.parsers.entities.candidates import Candidate, Field, overlaps, sighting, spans_of
from gateway.parsers.entities.letter import Letter, Zone

_HAN = r"[\u4e00-\u9fff]"
_LATIN = r"[A-ZÀ-ÖØ-ÞŁŚŻČŠŽĐĆŐŰİŞ][\w'’-]*\.?"
_LATIN_NAME = (
    rf"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? )?{_LATIN}(?: (?:(?:de|da|van|von|bin|binti|al|el) )?{_LATIN}){{0,3}}"
)
_NAME = rf"({_HAN}{{2,6}}|{_LATIN_NAME})"

_WINDOW = re.compile(
    rf"(?:现场联系人?|现场对接人?|现场人员|现场窗口|客户窗口|客户联系人|客户方联系人|用户联系人|对方联系人|联系窗口|对接人|(?:on-?site|customer|client|local|site|their|technical) contact(?: person)?(?: is| on site is)?|please (?:call|contact|ring)|改为|改由|换成|变更为)\s{{0,2}}[:是为]?\s{{0,2}}{_NAME}",
    re.IGNORECASE,
)
_LABEL = re.compile(
    rf"(?:联系人姓名|联系人|联络人|报障人|报修人|申报人|申请人|负责人|经办人|姓名|联系|联络|contact(?: person| name)?|name|reported by|requester)\s{{0,3}}[:]\s{{0,3}}{_NAME}",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(
    rf"(?:我叫|本人|我的名字是|免贵姓|我是)\s?({_HAN}{{2,4}}?)(?=[,。!?\s;:、]|$|的|电话|手机|1\d|,)"
    rf"|(?:\b[Mm]y name is|\bI am|\bI'm|\b[Tt]his is|\b[Ii]t's)\s({_LATIN_NAME})(?=[,.!\n]| from| of| at| with| here|$)"
    rf"|(?:^|[\n,.!] ?)({_LATIN_NAME}) (?:here|speaking)(?=[,.! ]|$)"
)
_SURNAME_ONLY = re.compile(rf"(?:我姓|免贵姓|本人姓)\s?({_HAN})(?!{_HAN}名)")
_OF_COMPANY = re.compile(
    rf"的\s?(?:驻场|网管|运维|工程师|信息科|技术)?\s?({_HAN}{{2,4}})(?=[,。!?\s;:、]|$|,)"
)
_MIDST = re.compile(rf"({_HAN}{{2,10}}?)(?=在|说|叫|让|没|的电话|电话|手机|请|已|[,。!?\s;:、(]|$|1\d)")
_HONORIFIC = re.compile(rf"\b((?:Mr|Mrs|Ms|Miss|Dr)\.? {_LATIN}(?: {_LATIN}){{0,2}})")
_CALL_HIM = re.compile(
    r"他的?(?:电话|手机|号码)|她的?(?:电话|手机|号码)|联系他|联系她|打给他|打给她|\b(?:his|her|their) (?:number|phone|mobile|cell)\b|\b(?:call|contact|reach) (?:him|her)\b",
    re.IGNORECASE,
)
_GREETED = re.compile(
    r"(?:\b(?:hi|hello|dear|hey|thanks|thank you|thx|cheers|attn|cc|to)\s(?:to\s|for\s)?|@|致|尊敬的|感谢|谢谢|多谢|由)$",
    re.IGNORECASE,
)


def find(letter: Letter, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Every person who might be the one to call."""
    blocked = spans_of(found, Field.EMAIL, Field.PHONE, Field.NOT_OURS_TO_TAKE)
    stated = [
        c
        for c in (*_stated(letter), *_by_role(letter), *_from_header(letter))
        if not (c.span and overlaps(c.span, blocked))
    ]
    yield from stated
    companies = spans_of(found, Field.COMPANY, Field.PRODUCT, Field.EMAIL)
    for candidate in _among_names(letter, [*found, *(c for c in stated if c.span)]):
        if candidate.span and not overlaps(candidate.span, companies):
            yield candidate


def _stated(letter: Letter) -> Iterator[Candidate]:
    for pattern, rule, score in ((_WINDOW, "named contact", 0.97), (_LABEL, "label", 0.93)):
        for match in pattern.finditer(letter.plain):
            if end := _name_end(match[1]):
                yield sighting(letter, Field.CONTACT, (match.start(1), match.start(1) + end), rule, score)
    for match in _INTRODUCTION.finditer(letter.plain):
        group = match.lastindex or 1
        if _is_person(match[group]):
            yield sighting(
                letter, Field.CONTACT, match.span(group), "introduction", 0.85 if group == 1 else 0.7
            )
    for match in _OF_COMPANY.finditer(letter.plain):
        if names.is_han_person(match[1]) and _introduces(letter, match.start()):
            yield sighting(letter, Field.CONTACT, match.span(1), "X's Y", 0.8)
    for match in _SURNAME_ONLY.finditer(letter.plain):
        if names.is_han_person(f"{match[1]}先生"):
            yield sighting(letter, Field.CONTACT, match.span(1), "surname", 0.6)


def _introduces(letter: Letter, offset: int) -> bool:
    """Whether the clause around an offset is somebody introducing himself."""
    clause = letter.plain[max(0, offset - 24) : offset]
    return bool(
        re.search(
            r"(?:我们?是?|这里是?|这边是?|来自)[^,。\n!?]*$|(?:^|[\n,。!?\s])[\u4e00-\u9fff]{3,14}$", clause
        )
    )


def _by_role(letter: Letter) -> Iterator[Candidate]:
    """A name right behind what its bearer does ("网管曾磊", "值班经理游建铭") or an honorific."""
    called = bool(_CALL_HIM.search(letter.plain))
    for match in _role_pattern().finditer(letter.plain):
        midst = _MIDST.match(letter.plain, match.end(), match.end() + 12)
        name = midst[1] if midst else ""
        if (end := _name_end(name)) and not _GREETED.search(letter.plain[: match.start()][-10:]):
            span = (match.end(), match.end() + end)
            yield sighting(letter, Field.CONTACT, span, "role and name", 0.9 if called else 0.72)
    for match in _HONORIFIC.finditer(letter.plain):
        if not _GREETED.search(letter.plain[max(0, match.start() - 10) : match.start()]):
            yield sighting(letter, Field.CONTACT, match.span(1), "honorific", 0.9 if called else 0.55)


def _from_header(letter: Letter) -> Iterator[Candidate]:
    """The display name, where it is a person's and not an office's."""
    name = (letter.sender.name if letter.sender else None) or ""
    person = re.split(r"[-|(/（]", name.strip())[-1 if "-" in name else 0].strip(" )）")
    if person and _is_person(person) and (len(person.split()) > 1 or not person.isascii()):
        yield Candidate(Field.CONTACT, person, None, "header", "display name", 0.5)


def _among_names(letter: Letter, found: Sequence[Candidate]) -> Iterator[Candidate]:
    for line in identity.lines(letter, found):
        for index, piece in enumerate(line.pieces):
            if piece.kind not in (identity.Kind.HAN, identity.Kind.LATIN):
                continue
            if _GREETED.search(letter.plain[max(0, piece.span[0] - 10) : piece.span[0]]):
                continue
            standing = _standing(line, index, letter.chat)
            if not standing:
                continue
            if piece.kind is identity.Kind.HAN:
                start = 1 if piece.text[0] == "我" else 0
                if end := _name_end(piece.text[start:], whole=True):
                    at = piece.span[0] + start
                    yield sighting(letter, Field.CONTACT, (at, at + end), "among names", standing)
            elif span := _latin_person(line, index):
                yield sighting(
                    letter,
                    Field.CONTACT,
                    span,
                    "among names",
                    standing * _latin_trust(piece.text, line, index),
                )


def _standing(line: identity.Line, index: int, chat: bool) -> float:
    beside = line.beside(index, identity.Kind.NUMBER, identity.Kind.COMPANY)
    if line.zone is Zone.SIGNATURE:
        return 0.85
    if line.signed and (line.is_all_names or beside):
        return 0.8
    if chat and line.is_all_names and len(line.pieces) > 1:
        return 0.8
    return 0.75 if beside else 0.0


def _latin_person(line: identity.Line, index: int) -> tuple[int, int] | None:
    piece = line.pieces[index]
    words = piece.text.split()
    if not names.is_latin_person(words) or (len(words) == 1 and not _vouched_first_name(line, index)):
        return None
    following = line.pieces[index + 1] if index + 1 < len(line.pieces) else None
    joined = (
        following is not None
        and following.kind is identity.Kind.HAN
        and len(following.text) == 1
        and following.span[0] <= piece.span[1] + 1
    )
    return piece.span[0], following.span[1] if joined and following else piece.span[1]


def _vouched_first_name(line: identity.Line, index: int) -> bool:
    return names.is_given_name(line.pieces[index].text) and (
        len(line.pieces) > 1 or line.zone is Zone.SIGNATURE
    )


def _latin_trust(text: str, line: identity.Line, index: int) -> float:
    words = text.split()
    known = names.is_given_name(words[0]) or names.is_given_name(words[-1])
    if len(words) == 1:
        return 0.6
    return 1.0 if known else 0.8 if index == 0 or line.beside(index, identity.Kind.COMPANY) else 0.6


def _name_end(text: str, *, whole: bool = False) -> int:
    """How many characters of a text are a person's name; 0 when it begins with none.

    `whole`: nothing may follow but a title or what a letter closes with (敬上, 上).
    """
    if text[:1].isascii() and text[:1]:
        words = text.replace("Mr.", "Mr").split()
        return (
            len(text)
            if names.is_latin_person(
                [w for w in words if w.rstrip(".") not in ("Mr", "Mrs", "Ms", "Dr", "Miss")]
            )
            else 0
        )
    text_ = re.sub(r"(?:敬上|敬启|谨上|上|启|拜上|收)$", "", text) if whole and len(text) > 2 else text
    if names.is_han_person(text_, weak=not whole):
        return len(text_)
    if whole:
        stripped = next(
            (text_[len(role) :] for role in names.blocks_of("names", "roles") if text_.startswith(role)), ""
        )
        return 0 if not stripped or not names.is_han_person(stripped) else len(text_)
    return next(
        (
            length
            for length in (3, 2, 4)
            if length < len(text) and names.is_han_person(text[:length], weak=True)
        ),
        0,
    )


def _is_person(text: str) -> bool:
    if text.isascii() or text[:1].upper() != text[:1].lower():
        words = [word for word in text.split() if word.rstrip(".") not in ("Mr", "Mrs", "Ms", "Dr", "Miss")]
        return bool(words) and names.is_latin_person(words)
    return names.is_han_person(text, weak=True)


@cache
def _role_pattern() -> re.Pattern[str]:
    roles = "|".join(
        map(
            re.escape,
            (role for role in names.blocks_of("names", "roles") if len(role) > 1 and not role.isascii()),
        )
    )
    return re.compile(rf"(?:{roles})\s?(?=[\u4e00-\u9fff]{{2}})")
