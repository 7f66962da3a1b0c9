"""Whom a letter says to call, and who is only spoken of: the window, the one on site, the stand-in, the one addressed.

Somebody on site beats whoever writes, however often the writer names himself.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from gateway.parsers.entities import names
from gateway.parsers.entities.candidates import Candidate, Field, sighting
from gateway.parsers.entities.letter import Letter, Zone
from gateway.parsers.entities.people import (
    HAN,
    LATIN_NAME,
    NAME,
    length_of_address,
    length_of_latin_name,
    length_of_name,
    length_of_post,
)
from gateway.parsers.entities.wordlist import any_of, longest_first

__all__ = ["CALLED_INSTEAD", "NAMED", "find", "names_another", "spoken_of", "to_be_called"]

NAMED = "named contact"
CALLED_INSTEAD = "called instead"
_SURELY_NAMED = 0.8
_NICK = frozenset("老小阿")
"""Before a surname at the end of some words: 门卫老许, whatever the words begin with."""
_PARTICLES = "吧呀啊哈呢嘛就行好了"
# 客户端窗口, 用户那边负责人, 校方联络人: somebody's side, and who answers for it.
_CUSTOMERS_SIDE = (
    r"(?:客户|用户|业主|甲方|院方|校方|行方|厂方|店方|对方)(?:端|侧|方|那边|这边|现场|单位)?的?"
    r"(?:(?:联系|联络|对接|接口|负责|承办)(?:人员|人|窗口)?|窗口)"
)
_IS_THERE = re.compile(
    rf"(?:^|(?<=[\n.,;!?] ))({LATIN_NAME})(?:, who [^.,;\n]{{3,60}})?,? (?:(?:is|will be) "
    r"(?:on[- ]?site|there|on duty|on call|at the site|waiting|around|(?:your|our|the) (?:\w+ )?contact)"
    r"|(?:will|can) (?:gladly |happily |also |be able to |be happy to )?"
    r"(?:host|receive|meet|let (?:you|your)|open|show|wait|give (?:you|your)|help (?:you|your)|assist|escort))\b",
    re.MULTILINE,
)
_OF_HIS = re.compile(
    r"\b(?:[Hh]e|[Ss]he) (?:can|may) be (?:reached|contacted|called)|\b(?:[Hh]is|[Hh]er) "
    r"(?:mobile|number|phone|cell|direct line|direct|extension|ext|handphone|hp)\b"
    r"|\b(?:reach|call|ring|phone|contact|text) (?:him|her)\b"
)
_REACH_OF_HIS = 160
_LAST_NAME = re.compile(LATIN_NAME)
_TO_TALK_TO = re.compile(
    rf"(?:与|和|跟|同)\s?({HAN}{{2,16}})\s?(?:\([^()\n]{{0,24}}\)|[+\d][\d\s-]{{6,18}})?\s?(?:直接|先|再)?"
    r"(?:联系|联络|对接|接洽|沟通|约时间)(?!过|了|不上|好)"
)
_CALLED_BY_NUMBER = re.compile(
    rf"(?:打给?|找|联系|联络|致电|搵)(?:{HAN}{{0,8}}\s)?({HAN}{{2,8}})\s?[:(]?\s?(?=[+\d(])"
)
_ADDRESSED = re.compile(rf"\s*({HAN}{{2,4}}?)(?=[,:])|\s*({HAN}{{2,4}}?)(?=[您你]好)")
_GREETED = 2
_DID_SOMETHING = re.compile(
    rf"({HAN}{{2,3}})(?:今天|昨天|这周|上周|下午|上午|上次|之前|已经|也|说)?"
    r"(?:让我|叫我|要我|在催|催得|不在|出差|没空|离职|请假|来过|弄过|处理过|来装|装的|远程弄|已同意|签字|批准)"
)
# "龙主管电话 0791-…", "Denise 308-…" are called; "我电话" and "联系电话" are nobody.
_BEFORE_NUMBER = re.compile(rf"({HAN}{{2,5}}?)(?:的)?(?:电话|手机|座机|号码)号?[:是为]?\s?(?=[\d(+])")
_IS_THERE_HAN = re.compile(
    rf"({HAN}{{2,4}})(?:在{HAN}{{1,5}}?)?(?:今天|这两天|一直|会|都|可以|可|能|全程|负责)?"
    r"(?:在现场|在机房|在厂里|在店里|在旁边|值班[,。!?\s]|负责对接|配合|陪同|给你们开门|接应|等你们|带你们|接待)"
)
_TO_TALK_TO_LATIN = re.compile(
    rf"(?:与|和|跟|同)\s?{HAN}{{0,14}}\s?({LATIN_NAME})\s?(?:\([^()\n]{{0,24}}\)|[+\d][\d\s-]{{6,18}})?\s?(?:直接|先|再)?"
    r"(?:联系|联络|对接|接洽|沟通|约时间|讲|说)(?!过|了|不上|好)"
)
# A number in brackets behind a name: "my successor, Mr Bao Zhenning (+86 152 …)".
_WITH_NUMBER = re.compile(rf"({LATIN_NAME}) \((?=\+?\d[\d -]{{6}})")
_WITH_NUMBER_HAN = re.compile(rf"({HAN}{{2,8}})\((?=\+?\d[\d -]{{6}})")
_OURS = re.compile(r"贵|您|你们|磐")
_INSTEAD = re.compile(
    r"\b(?:if|or|otherwise|unless|failing that|in case)\b[^.!?\n]{0,60}$"
    r"|(?:我不在|找不到|打不通|没人接|联系不上|不方便|备用|或者|要不然|不然)[^。!?\n]{0,16}$",
    re.IGNORECASE,
)


def find(letter: Letter) -> Iterator[Candidate]:
    """Who is named as the one to call, or as the one to call instead."""
    yield from _stated(letter)
    yield from _by_what_is_said(letter)


def _stated(letter: Letter) -> Iterator[Candidate]:
    for pattern, rule, score in (
        (_window(), NAMED, 0.97),
        (_label("called_labels"), NAMED, 0.95),
        (_label("contact_labels"), "label", 0.93),
    ):
        for match in pattern.finditer(letter.plain):
            start = match.start(1) + length_of_post(match[1])
            words = letter.plain[start : match.end(1)]
            length = length_of_name(words)
            if words[:1] > "\u2e80":
                end = match.end(1) - len(words) + len(words.rstrip(_PARTICLES))
                last = _name_at_the_end(letter.plain[start:end])
                if last and (not length or letter.plain[end - last] in _NICK):
                    start, length = end - last, last
            if length:
                span = (start + length_of_address(letter.plain[start : start + length]), start + length)
                if _INSTEAD.search(letter.plain[max(0, match.start() - 80) : match.start()]):
                    yield sighting(letter, Field.CONTACT, span, CALLED_INSTEAD, 0.25)
                else:
                    yield sighting(letter, Field.CONTACT, span, rule, score)


def spoken_of(letter: Letter) -> Iterator[Candidate]:
    """Who is addressed at the beginning, or is said to have done something: nobody to be called for that."""
    for part in letter.parts:
        if part.zone not in (Zone.BODY, Zone.QUOTED):
            continue
        match = _ADDRESSED.match(letter.plain, part.start, part.end)
        group = match.lastindex if match else None
        if not match or not group or not names.is_han_person(match[group]):
            continue
        if group == _GREETED or match[group].endswith(names.titles()):
            yield sighting(letter, Field.NOT_OURS_TO_TAKE, match.span(group), "addressed", 1.0)
    for match in _DID_SOMETHING.finditer(letter.plain):
        length = next((n for n in (3, 2) if names.is_han_person(match[1][-n:])), 0)
        if length:
            span = (match.end(1) - length, match.end(1))
            yield sighting(letter, Field.NOT_OURS_TO_TAKE, span, "spoken of", 1.0)


def _by_what_is_said(letter: Letter) -> Iterator[Candidate]:
    """Who is there or has this number: "Prasad is on site till six", "打机房值班 刘洋 139…", "龙主管电话 0791-…"."""
    yield from _of_whom_the_number_is(letter)
    for pattern in (
        _WITH_NUMBER,
        _WITH_NUMBER_HAN,
        _TO_TALK_TO_LATIN,
        _IS_THERE,
        _IS_THERE_HAN,
        _CALLED_BY_NUMBER,
        _BEFORE_NUMBER,
        _TO_TALK_TO,
    ):
        for match in pattern.finditer(letter.plain):
            if _OURS.search(match[1]) or letter.zone_at(match.start()) is Zone.SIGNATURE:
                continue
            if length := _name_at_the_end(match[1]):
                yield sighting(letter, Field.CONTACT, (match.end(1) - length, match.end(1)), NAMED, 0.9)


def _of_whom_the_number_is(letter: Letter) -> Iterator[Candidate]:
    """Who was last spoken of before "he can be reached on …"."""
    for match in _OF_HIS.finditer(letter.plain):
        reach = max(0, match.start() - _REACH_OF_HIS)
        first = max(reach, letter.plain.rfind("\n", reach, match.start()) + 1)
        people = [
            each for each in _LAST_NAME.finditer(letter.plain, first, match.start()) if _is_somebody(each[0])
        ]
        if people:
            yield sighting(letter, Field.CONTACT, people[-1].span(), NAMED, 0.9)


def _is_somebody(words: str) -> bool:
    """Whether capitalised words are surely a person: by an honorific or a known first name."""
    bare = words[length_of_address(words) :]
    honoured = words.split()[0] != bare.split()[0]
    return bool(_name_at_the_end(words)) and (honoured or names.is_given_name(bare.split()[0]))


def _name_at_the_end(words: str) -> int:
    """How many of the last characters are a person's name, 0 when none."""
    if not words:
        return 0
    if words[0] < "\u2e80":
        name = words[length_of_address(words) :]
        return len(name) if length_of_latin_name(name) and name.split()[0] not in names.not_leading() else 0
    if _is_nickname(words):
        return 2
    labels = longest_first("cues", "phone_labels")
    lengths = (n for n in (len(words), 4, 3, 2) if n <= len(words))
    whole = (n for n in lengths if not words[: 1 - n].endswith(_posts()))  # 主任|柯先生, not 主|任柯先生
    return next((n for n in whole if names.is_han_person(words[-n:]) and words[-n:] not in labels), 0)


def _is_nickname(words: str) -> bool:
    """Whether words end with 老许 or 小邱, and not with a given name (王小平)."""
    nick, surname, before = words[-2:-1], words[-1:], words[-3:-2]
    return nick in _NICK and names.is_surname(surname) and (nick != "小" or not names.is_surname(before))


@cache
def _posts() -> tuple[str, ...]:
    return tuple(title for title in names.titles() if len(title) > 1)


def to_be_called(found: Sequence[Candidate]) -> Sequence[Candidate]:
    """Who comes into question as the contact: of several only whom the letter names as the one to call.

    However often the writer names himself, and though the directory knows him, the one on site is called.
    """
    people = [candidate for candidate in found if candidate.field is Field.CONTACT]
    named = [each for each in people if _is_named(each)]
    if not named:
        return people
    keys = {each.key for each in named}
    return [
        each
        for each in people
        if each.key in keys or any(names.completes(each.value, one.value) for one in named)
    ]


def names_another(found: Sequence[Candidate]) -> bool:
    """Whether somebody is named as the one to call, so that whoever signs is not."""
    return any(_is_named(candidate) for candidate in found)


def _is_named(candidate: Candidate) -> bool:
    return candidate.field is Field.CONTACT and candidate.rule == NAMED and candidate.score >= _SURELY_NAMED


@cache
def _window() -> re.Pattern[str]:
    labels = any_of("cues", "window_labels")
    of_whom = rf"(?:{HAN}{{2,10}}的|(?:our|my|the|their|his|her) (?-i:(?:[a-z-]+|IT|HR|MIS),? ){{0,4}})?"
    english = (
        r"\b(?:(?:contact|manager|lead|window|person)(?: person)?(?: (?:there|here|on|at|in|for|site|the|\w+)){0,4}"
        r"(?: is| will be|:)"
        r"|their (?:local |own )?(?:it |network |system )?"
        r"(?:admin(?:istrator)?|manager|engineer|technician|lead|man|colleague),?"
        r"|on call(?: is)?:?"
        r"|(?:ask for|(?:deal|liaise|coordinate|co-ordinate|arrange(?: access)?|get in touch) with|reach out to"
        r"|speak (?:to|with)|get hold of|talk to|callback:)(?: (?:mr|ms|mrs)\.?)?)"
    )
    return re.compile(
        rf"(?:{labels}\s{{0,2}}[:是为]?|{_CUSTOMERS_SIDE}\s?[:是为]?|{english})\s{{0,2}}(?:我们?|咱们?)?{of_whom}{NAME}",
        re.IGNORECASE,
    )


@cache
def _label(labels: str) -> re.Pattern[str]:
    return re.compile(rf"{any_of('cues', labels)}\s{{0,3}}:\s{{0,3}}{NAME}", re.IGNORECASE)
