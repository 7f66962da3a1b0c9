"""Where somebody has to go, beside the city: what a form calls the place, a town's plant, building, floor and room.

A floor alone mostly tells whose computers are meant ("三楼的电脑") and counts last. With a room or a building, or
behind a word that announces a place, it tells where to go (P-03, P-04).
"""

import re
from collections.abc import Iterator
from functools import cache

from gateway.parsers.entities import names
from gateway.parsers.entities.candidates import ZONE_TRUST, Candidate, Field, sighting
from gateway.parsers.entities.letter import Letter, Span, Zone
from gateway.parsers.entities.wordlist import any_of, blocks

__all__ = ["find", "is_site"]

_HAN = r"[\u4e00-\u9fff]"
_STATED = 0.8
_SITE = 0.55
"""Less than a city's: who is responsible for the region comes first (P-22)."""
_TOWN = 0.5
_FLOOR = 0.3
_MOST = 20
_LONGEST_STATED = 40
_LEAD = re.compile(rf".*[在的于到去是装放有把](?=(?:{_HAN}|[A-Z\d]){{2}})")
"""What the sentence put before the building."""
_OURS = re.compile(rf"(?:我|本|敝|贵)(?:们|司|公司|院|校|厂|店|行|局|会|馆|部门)?(?:的)?(?={_HAN}{{2}})")
_NUMERAL = r"[一二三四五六七八九十百\d]{1,3}"
_WHOSE = "的|所有|全|那|电脑|用户|同事|员工|网络|盘|下|上|梯|道|宇"
"""Behind a floor: it says whose computers are meant, or is none."""
_FLOOR_HAN = rf"(?:(?:地下|负)?{_NUMERAL}\s?(?:楼|层|F(?![A-Za-z]))|(?<![A-Za-z\d])B\d(?!\d))"
_STOREY = (
    r"(?:\d{1,3}(?:st|nd|rd|th)|[Gg]round|[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]ifth|[Tt]op) [Ff]loor"
)
_NUMBERED = (
    r"(?:[Bb]uilding|[Bb]lock|[Ff]ab|[Rr]oom|[Hh]all|[Tt]ower|[Ww]arehouse|[Hh]angar|[Pp]ier|[Ll]evel|[Uu]nit)"
    r" #?(?:\d{1,4}[A-Z]?(?:-\d{1,3})?|[A-Z])(?![A-Za-z\d])"
)
_LATIN_SITE = re.compile(
    rf"\b(?:\d{{1,3}}/F\b(?:,? [A-Z][a-z]+){{0,3}}"
    rf"|(?:[a-z]+ (?:cupboard|room|cabinet|closet) (?:on|in) the )?{_STOREY}"
    rf"|{_NUMBERED}(?:,? {_NUMBERED})?"
    r"|(?<!the )(?!(?:our|your|the|main|this|that|their|from|with|into|near|own|same|server|data) )[a-z]{4,14}"
    r" (?:control|server|comms|equipment|network|switch) room\b)"
)


def find(letter: Letter) -> Iterator[Candidate]:
    """The sites that text, subject and quotes name, at most 20; the signature's address is where somebody sits."""
    found = 0
    for rule, score, span in _spans(letter.plain):
        zone = letter.zone_at(span[0])
        if zone is Zone.SIGNATURE or found >= _MOST:
            continue
        found += 1
        yield sighting(letter, Field.PLACE, span, rule, score * ZONE_TRUST[zone])


def _spans(plain: str) -> Iterator[tuple[str, float, Span]]:
    """Rule, score and span of every site, the surest rule first."""
    for match in _stated().finditer(plain):
        lead = _OURS.match(match[1])
        yield "stated", _STATED, (match.start(1) + (lead.end() if lead else 0), match.end(1))
    for pattern in (_han_site(), _located(), _LATIN_SITE):
        for match in pattern.finditer(plain):
            lead = _LEAD.match(match[0])
            start = match.start() + (lead.end() if lead else 0)
            ours = _OURS.match(plain, start, match.end())
            yield "site", _SITE, (ours.end() if ours else start, match.end())
    for match in _latin_premises().finditer(plain):
        first = match[1].split()[0]
        if first not in names.not_leading() and first not in blocks("places")["not_towns"]:
            yield "premises", _TOWN, match.span(1)
    for match in _alone().finditer(plain):
        yield "floor or building", _FLOOR, match.span()


def is_site(words: str) -> bool:
    """Whether folded words are a floor or building with what is there, and nothing else: 五楼机房, A栋2F机房."""
    return _han_site().fullmatch(words) is not None


@cache
def _alone() -> re.Pattern[str]:
    building = rf"{any_of('places', 'buildings')}(?=[\s,。整]|$)"
    part = any_of("places", "numbered")
    berth = any_of("places", "berths")
    numbered = rf"[一二三四五六七八九十\d]{{1,3}}{part}|\d{{1,3}}\s?号{berth}"
    return re.compile(rf"{numbered}|{_FLOOR_HAN}(?!\s?(?:{_WHOSE}))|{building}")


@cache
def _stated() -> re.Pattern[str]:
    """What stands behind a label for the place, up to punctuation."""
    label = r"(?:地点|地址|位置|所在地|场所|(?i:\b(?:location|site|venue|address|where)))"
    tells = r"(?:\s?:\s?|(?:设|定|就)?(?:在|是|为)\s?)"
    return re.compile(rf"{label}{tells}((?!\d{{7}})[^\n,;。、(|@]{{2,{_LONGEST_STATED}}})(?=[\n,;。、(|]|$)")


@cache
def _located() -> re.Pattern[str]:
    """What somebody or something is in, where it is more than a bare word for a room: 在二号变电所旁边的通信机房."""
    name = rf"(?:{_HAN}|[A-Za-z\d ]){{2,14}}?"
    inside = rf"(?:旁边|隔壁|对面|里面|楼下|楼上)?的?{_HAN}{{0,4}}"
    there = any_of("places", "rooms", "buildings")
    return re.compile(rf"(?<=[在于到])({name}(?:{inside})?{there})(?=[\s,。;!?(]|$)")


@cache
def _latin_premises() -> re.Pattern[str]:
    town = r"[A-Z][a-z'’-]{2,20}(?: [A-Z][a-z'’-]{2,20})?"
    before = r"(?:the |our |at |in |from |The |Our |At |In |(?<=, )|(?<=\n)|^)"
    return re.compile(rf"\b{before}({town} {any_of('places', 'latin_premises')})\b")


@cache
def _han_site() -> re.Pattern[str]:
    numbered = r"[A-Z\d一二三四五六七八九十]{1,2}\s?(?:栋|座|号楼|期|号库|号仓|号厂房|号车间|号门|号馆)"
    building = rf"(?:{_HAN}{{0,7}}?(?:{numbered}|{any_of('places', 'buildings')}))"
    room = rf"(?:{_HAN}{{0,6}}?{any_of('places', 'rooms')}|[A-Za-z]{{0,12}}{_HAN}{{0,4}}?[部科课])"
    announced = (
        rf"(?:(?<=位于)|(?<=装在)|(?<=放在)|(?<=[点房置址]:)|(?<=[点房置址]: ))(?:{building}|{_FLOOR_HAN})"
    )
    floor = _FLOOR_HAN
    return re.compile(rf"{building}\s?{floor}?\s?{room}|{building}\s?{floor}|{floor}\s?{room}|{announced}")
