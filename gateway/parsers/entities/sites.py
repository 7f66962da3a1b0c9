"""Where on its premises a fault is: building, floor and room, where no city is named (P-03, P-04: somebody goes there).

A floor alone tells whose computers are meant ("三楼的电脑"); with a room or a building, or behind a word that announces
a place, it tells where to go.
"""

import re
from collections.abc import Iterator
from functools import cache

from gateway.parsers.entities.candidates import ZONE_TRUST, Candidate, Field, sighting
from gateway.parsers.entities.letter import Letter, Zone
from gateway.parsers.entities.wordlist import any_of

__all__ = ["find"]

_HAN = r"[\u4e00-\u9fff]"
_SCORE = 0.55
"""Less than a city's: who is responsible for the region comes first (P-22)."""
_MOST = 20
_LEAD = re.compile(rf".*[在的于到去是装放有把](?=(?:{_HAN}|[A-Z\d]){{2}})")
"""What the sentence put before the building."""
_STOREY = (
    r"(?:\d{1,3}(?:st|nd|rd|th)|[Gg]round|[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]ifth|[Tt]op) [Ff]loor"
)
_LATIN_SITE = re.compile(
    rf"\b(?:\d{{1,3}}/F\b(?:,? [A-Z][a-z]+){{0,3}}"
    rf"|(?:[a-z]+ (?:cupboard|room|cabinet|closet) (?:on|in) the )?{_STOREY}"
    r"|(?:[Bb]uilding|[Bb]lock|[Ff]ab|[Rr]oom|[Hh]all|[Tt]ower|[Ww]arehouse|[Hh]angar|[Pp]ier|[Ll]evel)"
    r" (?:\d{1,4}[A-Z]?|[A-Z])\b)"
)


def find(letter: Letter) -> Iterator[Candidate]:
    """The sites that text, subject and quotes name, at most 20; the signature's address is where somebody sits."""
    found = 0
    for pattern in (_han_site(), _LATIN_SITE):
        for match in pattern.finditer(letter.plain):
            zone = letter.zone_at(match.start())
            if zone is Zone.SIGNATURE or found >= _MOST:
                continue
            found += 1
            lead = _LEAD.match(match[0])
            start = match.start() + (lead.end() if lead else 0)
            yield sighting(letter, Field.PLACE, (start, match.end()), "site", _SCORE * ZONE_TRUST[zone])


@cache
def _han_site() -> re.Pattern[str]:
    floor = r"(?:(?:地下|负)?[一二三四五六七八九十\d]{1,3}\s?(?:楼|层|F)|B\d)"
    numbered = r"[A-Z\d一二三四五六七八九十]{1,2}\s?(?:栋|座|号楼|期)"
    building = rf"(?:{_HAN}{{0,7}}?(?:{numbered}|{any_of('places', 'buildings')}))"
    room = rf"(?:{_HAN}{{0,6}}?{any_of('places', 'rooms')})"
    announced = rf"(?:(?<=位于)|(?<=装在)|(?<=放在)|(?<=[点房置址]:)|(?<=[点房置址]: ))(?:{building}|{floor})"
    return re.compile(rf"{building}\s?{floor}?\s?{room}|{building}\s?{floor}|{floor}\s?{room}|{announced}")
