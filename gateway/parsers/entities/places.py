"""Where the fault is: cities and sites by a gazetteer, but not a city that is part of a company's name.

A Latin name counts only where a place can stand (after "in", between commas, on a line of its own): half the
gazetteer's towns are somebody's family name.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from gateway.parsers.entities.candidates import Candidate, Field, overlaps, sighting, spans_of
from gateway.parsers.entities.letter import Letter, Span, Zone
from gateway.parsers.entities.lookup import Lookup
from gateway.parsers.entities.wordlist import blocks

_STATED = re.compile(
    r"(?:在|位于|地点|地址|设备地点|现场|我在|人在|安装地点|驻|坐标|location|site|based in|office in|plant in|\bin|\bat|\bour)\s{0,2}[:.]?\s{0,2}$",
    re.IGNORECASE,
)
_BEFORE_LATIN = re.compile(r"(?:^|[\n,|/·•(;:–—-]\s{0,2}|\b(?:in|at|our|from|near|the)\s|\b\d{4,6}\s)$")
_AFTER_LATIN = re.compile(
    r"\s{0,2}(?:$|[\n,.|/·•);:–—-]|\b(?:site|office|plant|branch|factory|substation|campus|data ?cent|dc|warehouse|depot|port|airport|store|hq|station|\d))",
    re.IGNORECASE,
)
# "北京时间", "上海银行", "广东话": the word goes on and means something else.
_GOES_ON = re.compile(r"时间|话|路|街|大道|人|菜|银行|大学|医院|移动|联通|电信")


def find(letter: Letter, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Cities and sites outside of companies, people, products and addresses of mail."""
    blocked = spans_of(
        found, Field.COMPANY, Field.EMAIL, Field.PRODUCT, Field.CONTACT, Field.NOT_OURS_TO_TAKE
    )
    for span, kind in _gazetteer().find(letter.lowered):
        if overlaps(span, blocked):
            continue
        before, after = letter.plain[max(0, span[0] - 12) : span[0]], letter.plain[span[1] : span[1] + 12]
        if kind == "latin":
            if not letter.plain[span[0]].isupper() or not _stands_alone(letter, span, before, after, blocked):
                continue
        elif _GOES_ON.match(after) and letter.zone_at(span[0]) is not Zone.SIGNATURE:
            continue
        yield sighting(letter, Field.PLACE, span, "gazetteer", _score(letter, span, kind, before))


def _score(letter: Letter, span: Span, kind: str, before: str) -> float:
    """A site stated beats a city named, which beats the province; the body beats the signature's address."""
    score = {"latin": 0.7, "province": 0.5}.get(kind, 0.75)
    score += 0.15 if _STATED.search(before) else 0.0
    return (
        score
        - {Zone.BODY: 0.0, Zone.SUBJECT: 0.05, Zone.SIGNATURE: 0.1, Zone.QUOTED: 0.15}[
            letter.zone_at(span[0])
        ]
    )


def _stands_alone(letter: Letter, span: Span, before: str, after: str, blocked: list[Span]) -> bool:
    beside_name = any(end <= span[0] <= end + 1 for _, end in blocked)
    return bool((_BEFORE_LATIN.search(before) or beside_name) and (_AFTER_LATIN.match(after) or beside_name))


@cache
def _gazetteer() -> Lookup[str]:
    lists = blocks("places")
    chinese = [
        (word, kind) for kind in ("cities", "taiwan", "hongkong_macau", "abroad") for word in lists[kind]
    ]
    provinces = [
        (word, "city" if word in ("北京", "上海", "天津", "重庆") else "province")
        for word in lists["provinces"]
    ]
    return Lookup([*chinese, *provinces, *((word, "latin") for word in lists["latin"])])
