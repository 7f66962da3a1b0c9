"""Where the fault is: cities and sites by a gazetteer, but not a city that is part of a company's name.

A Latin name counts only where a place can stand (behind "in", between commas, on a line of its own): half the
gazetteer's towns are somebody's family name.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from gateway.parsers.entities import names, sites
from gateway.parsers.entities.candidates import Candidate, Field, overlaps, sighting, spans_of
from gateway.parsers.entities.folding import lower
from gateway.parsers.entities.letter import Letter, Span, Zone
from gateway.parsers.entities.lookup import Lookup
from gateway.parsers.entities.wordlist import any_of, blocks

_INTRODUCED = re.compile(r"\b(?:in|at|from|near|our|the|Our|From|In|At)\s$")
_OPENS = re.compile(r"(?:^|[\n,.|/·•(;:–—-]\s{0,2}|\b\d{4,6}\s)$")
_CLOSES = re.compile(r"\s{0,2}(?:$|[\n,.|/·•);:–—-]|\d)")
_MUNICIPALITIES = ("北京", "上海", "天津", "重庆")
# Where somebody's head office is says little of where the fault is.
_SEAT = re.compile(
    r"(?:总部|总公司|母公司|注册地)(?:设)?(?:在|位于)\s?$|(?:headquartered|head office|headquarters|based) in $"
)
_KINDS = (("district", "districts"), ("pinyin", "pinyin"), ("latin", "latin"))
"""What a name is taken for, and the list of such names."""
_MAY_BEGIN = re.compile(
    r"(?:^|[\s,.:;!?()/]|[在于到去驻从离是至及和与跟]|我们|咱们|他们|我司|公司|地址|这边|新北|[市省区县])$"
)
_TRUST = {"latin": 0.7, "pinyin": 0.7, "district": 0.65, "province": 0.5}
_ADMINISTRATIVE = 0.45
_SHORTEST = 2
_OF_LETTERS = ("latin", "pinyin")
_ORDINALS = frozenset("一二三四五新老总东西南北")
_ZONE_COST = {Zone.BODY: 0.0, Zone.SUBJECT: 0.05, Zone.SIGNATURE: 0.1, Zone.QUOTED: 0.15}


def find(letter: Letter, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Cities and sites outside of companies, people, products and mail addresses."""
    blocked = sorted(
        spans_of(found, Field.COMPANY, Field.EMAIL, Field.PRODUCT, Field.CONTACT, Field.NOT_OURS_TO_TAKE)
    )
    for span, kind in _gazetteer().find(letter.lowered):
        if overlaps(span, blocked):
            continue
        before, after = letter.plain[max(0, span[0] - 16) : span[0]], letter.plain[span[1] : span[1] + 16]
        if kind == "pinyin":
            stands = letter.plain[span[0]].isupper()
        elif kind == "district":
            stands = bool(_MAY_BEGIN.search(before)) and _may_end().match(after) is not None
        elif kind == "latin":
            stands = letter.plain[span[0]].isupper() and _stands(
                span, letter.plain[slice(*span)], before, after, blocked
            )
        else:
            stands = letter.zone_at(span[0]) is Zone.SIGNATURE or not _continuation().match(after)
        if stands:
            yield sighting(letter, Field.PLACE, span, "gazetteer", _score(letter, span, kind, before))
    for span in _before_country(letter):
        if not overlaps(span, blocked):
            yield sighting(letter, Field.PLACE, span, "before a country", 0.6)
    for span in _administrative(letter):
        if not overlaps(span, blocked):
            score = _ADMINISTRATIVE - _ZONE_COST[letter.zone_at(span[0])]
            yield sighting(letter, Field.PLACE, span, "administrative", score)
    for site in sites.find(letter):
        if site.span and (span := _behind(site.span, blocked)):
            yield sighting(letter, Field.PLACE, span, site.rule, site.score)


def _behind(span: Span, blocked: list[Span]) -> Span | None:
    """The span, or what is left of it behind a name that it begins in (韶北钢铁|二炼钢主控楼); None when nothing is."""
    start = max((end for first, end in blocked if first <= span[0] < end), default=span[0])
    left = start, span[1]
    return left if span[1] - start >= _SHORTEST and not overlaps(left, blocked) else None


def _administrative(letter: Letter) -> Iterator[Span]:
    """Words that stand alone and end as towns and districts do, with a known town or not: 中山小榄镇, 江门市蓬江区."""
    for match in _district().finditer(letter.plain):
        if not match[1].endswith(blocks("places")["not_administrative"]):
            yield match.span(1)


def _before_country(letter: Letter) -> Iterator[Span]:
    """A town that no gazetteer need know: "Annecy - France", "Cluj-Napoca, Romania"."""
    return (match.span(1) for match in _country().finditer(letter.plain))


def is_place(words: str) -> bool:
    """Whether folded words are a place, with its kind or what somebody has there: 海口市, 昆山厂, Taicang."""
    if sites.is_site(words):
        return True
    if premises := _premises().search(words):
        bare = words[: premises.start()]
        return bool(_town(bare)) or (bare[-1:] in _ORDINALS and bool(_town(bare[:-1])))
    return _town(words) not in ("", "district") or _town(words[:-1]) not in ("", "district", *_OF_LETTERS)


def _town(words: str) -> str:
    """What kind of town the words name and nothing else, a town within a town as well; empty for none."""
    found = list(_gazetteer().find(lower(words)))
    covered = sum(end - start for (start, end), _ in found)
    return found[0][1] if found and covered == len(words) else ""


def _score(letter: Letter, span: Span, kind: str, before: str) -> float:
    """A site stated beats a city named, which beats the province; the body beats the signature's address."""
    score = {"latin": 0.7, "pinyin": 0.7, "district": 0.65, "province": 0.5}.get(kind, 0.75) - (
        0.2 if _SEAT.search(before) else 0.0
    )
    return score + (0.15 if _cue().search(before) else 0.0) - _ZONE_COST[letter.zone_at(span[0])]


def _stands(span: Span, words: str, before: str, after: str, blocked: list[Span]) -> bool:
    """Whether a place can stand here; a town that is a first name, too (Farah), only where nothing else can."""
    beside_name = any(end <= span[0] <= end + 2 for _, end in blocked)
    if _INTRODUCED.search(before) or _noun().match(after):
        return True
    opens = beside_name or bool(_OPENS.search(before))
    closes = bool(_CLOSES.match(after)) or any(start - 2 <= span[1] <= start for start, _ in blocked)
    return opens and closes and not names.is_given_name(words)


@cache
def _cue() -> re.Pattern[str]:
    return re.compile(rf"{any_of('cues', 'place_cues')}\s{{0,2}}[:.]?\s{{0,2}}$", re.IGNORECASE)


@cache
def _noun() -> re.Pattern[str]:
    return re.compile(rf"\s{any_of('cues', 'place_nouns')}", re.IGNORECASE)


@cache
def _continuation() -> re.Pattern[str]:
    return re.compile(any_of("cues", "place_continuations"))


@cache
def _may_end() -> re.Pattern[str]:
    return re.compile(
        rf"$|[\s,.:;!?()/的]|[市区县镇乡来去有]|[一二三四五新老总]?{any_of('places', 'premises', 'rooms', 'buildings')}"
    )


@cache
def _district() -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|(?<=[\s,.:;(在]))([\u4e00-\u9fff]{{2,9}}{any_of('places', 'administrative')})(?=[\s,.;)]|$)"
    )


@cache
def _premises() -> re.Pattern[str]:
    return re.compile(rf"{any_of('places', 'premises')}$")


@cache
def _gazetteer() -> Lookup[str]:
    lists = blocks("places")
    chinese = [
        (word, kind) for kind in ("cities", "taiwan", "hongkong_macau", "abroad") for word in lists[kind]
    ]
    provinces = [(word, "city" if word in _MUNICIPALITIES else "province") for word in lists["provinces"]]
    others = [(word, kind) for kind, key in _KINDS for word in lists[key]]
    return Lookup([*chinese, *provinces, *others])


@cache
def _country() -> re.Pattern[str]:
    town = r"[A-ZÀ-ÞŁŚŻČŠŽİ][\w'’-]{2,20}(?: [A-ZÀ-ÞŁŚŻČŠŽİ][\w'’-]{2,20})?"
    return re.compile(
        rf"(?:^|(?<=\n)|(?<=, )|(?<=\d ))({town}),? ?[,–-]? ?{any_of('places', 'countries')}(?=\W|$)"
    )
