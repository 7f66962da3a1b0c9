"""Telephone numbers, with their extensions; not faxes, hotlines, serial numbers, tickets or tax ids.

Shapes rather than number plans decide: people write numbers that no plan knows, and the plan of `phonenumbers`
only confirms. The extension (转602, 轉 519, 分机, ext., #6021, -215) belongs to the number.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import phonenumbers

from gateway.parsers.entities.candidates import Candidate, Field, overlaps, sighting, spans_of
from gateway.parsers.entities.letter import Letter, Span, Zone
from gateway.parsers.entities.wordlist import any_of

_INSIDE = r"(?:报?转|报分机|分机号?|内线|ext(?:ension)?\.?|extn\.?|\#|x)\s{0,2}:?\s{0,2}\d{1,6}"
_EXTENSION = rf"(?:\s{{0,2}}(?:\({_INSIDE}\)|,?\s?{_INSIDE}(?!\d)))"
# A Chinese character ends a number as a blank does ("电话是13800138000谢谢"), unless it counts ("2000 3000台").
_ENDS_WITHIN = r"[A-Za-z0-9_%]|[.:]\d|-\d|[ ]?[台个人名条次元万亿年月日套张份]"
_NUMBER = re.compile(
    rf"""(?<![A-Za-z0-9_.@/\#+])(?<![A-Za-z0-9_]-)(?:
        (?:\(\+?|\+|00)(?:\d[\s().-]{{0,2}}){{8,15}}(?<=\d)      # +86 512 5356 7788, (852) 3105 7742
      | (?:\(?86\)?[\s-]?)?1[3-9]\d[\s-]?\d{{4}}[\s-]?\d{{4}}    # a mobile of mainland China
      | 1[ -]?[3-9](?:[ -]?\d){{9}}(?![ -]?\d)                          # the same, spaced as it was dictated
      | \(?0\d{{1,4}}\)?[\s/-]{{0,3}}\d{{2,4}}(?:[\s.-]?\d{{2,5}}){{1,3}}  # trunk zero: 0551-6277 3390, (04)728-3366
      | \(?[2-9]\d{{2}}\)?[\s.-]{{1,2}}\d{{3}}[\s.-]\d{{4}}      # North America; 400-818-6677
      | [2-9]\d{{3}}[\s-]\d{{4}}                                 # eight digits as in Hong Kong
      | [48]00\d{{7}}
      | (?<=[\u4e00-\u9fff]\s)[2-9]\d{{6,7}}(?=\s{{0,3}}(?:\n|$))    # 小宋 69971830, last on its line
    )(?:-\d{{2,5}}(?!\d))?{_EXTENSION}?(?!{_ENDS_WITHIN})""",
    re.VERBOSE | re.IGNORECASE,
)
_YOUR_LINE = re.compile(
    r"(?:你们|您们|贵司|贵公司)的?(?:[\u4e00-\u9fff]{0,6}(?:电话|热线|专线|总机|座机|号码|客服))?\s?[:是为]?\s?$"
)
"""Our own number, read back to us; whoever speaks of us and then gives his own number puts more between."""
_SHARED_LINE = ("400", "800")
_DATE_OR_ADDRESS = re.compile(r"(?:19|20)\d\d[-./ ]\d{1,2}(?!\d)|\d{1,3}(?:\.\d{1,3}){3}$")


def find(
    letter: Letter, found: Sequence[Candidate], *, ours: frozenset[str] = frozenset()
) -> Iterator[Candidate]:
    """Every number of the letter; `ours` are the digits of the vendor's own numbers."""
    taken = spans_of(found, Field.EMAIL)
    for span in _numbers(letter.plain):
        if overlaps(span, taken):
            continue
        before = letter.plain[max(0, span[0] - 28) : span[0]].rpartition("\n")[2]
        digits = _digits(letter.plain[span[0] : span[1]])
        if _is_somebody_elses(before) or _is_ours(digits, ours) or digits.startswith(_SHARED_LINE):
            yield sighting(letter, Field.NOT_OURS_TO_TAKE, span, "somebody else's number", 1.0)
        else:
            yield sighting(letter, Field.PHONE, span, "phone", _score(letter, span, before))


def _numbers(text: str) -> Iterator[Span]:
    """Numbers by their shape, and short local ones behind a word that announces them."""
    spans = [match.span() for match in _NUMBER.finditer(text) if _is_plausible(match[0])]
    shaped = frozenset(start for start, _ in spans)
    yield from spans
    for match in _announced().finditer(text):
        if (
            match.start(1) not in shaped
            and _is_plausible(match[1])
            and not overlaps(match.span(1), spans[-50:])
        ):
            yield match.span(1)


def _is_plausible(number: str) -> bool:
    digits = _digits(number)
    return 7 <= len(digits) <= 20 and len(set(digits)) > 2 and not _DATE_OR_ADDRESS.match(number.strip("( "))


def _is_somebody_elses(before: str) -> bool:
    return bool(_not_a_phone().search(before) or _other_line().search(before) or _YOUR_LINE.search(before))


def _score(letter: Letter, span: Span, before: str) -> float:
    score = {Zone.SIGNATURE: 0.8, Zone.BODY: 0.72}.get(letter.zone_at(span[0]), 0.6)
    score += 0.13 if _label().search(before) else 0.0
    return score + (0.04 if _is_known_to_a_plan(letter.plain[span[0] : span[1]]) else 0.0)


def _is_known_to_a_plan(number: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, "CN"))
    except phonenumbers.NumberParseException:
        return False


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _is_ours(digits: str, ours: frozenset[str]) -> bool:
    return any(own and (digits.endswith(own) or own.endswith(digits)) for own in ours)


@cache
def _label() -> re.Pattern[str]:
    return re.compile(rf"{any_of('cues', 'phone_labels')}[a-z. ]{{0,6}}[:.]?\s{{0,2}}$", re.IGNORECASE)


@cache
def _announced() -> re.Pattern[str]:
    label = any_of("cues", "phone_labels")
    return re.compile(
        rf"{label}\s{{0,2}}[:.]?\s{{0,2}}(\d[\d\s-]{{4,16}}\d{_EXTENSION}?)(?!{_ENDS_WITHIN})", re.IGNORECASE
    )


@cache
def _not_a_phone() -> re.Pattern[str]:
    label = any_of("cues", "not_phone_labels")
    return re.compile(rf"{label}\s{{0,2}}(?:no\.?|number|号码?)?\s{{0,2}}[:.#]?\s{{0,2}}$", re.IGNORECASE)


@cache
def _other_line() -> re.Pattern[str]:
    return re.compile(
        rf"{any_of('cues', 'other_lines')}(?:(?!我|本人|\bmy\b|\bme\b)[^\n,;。]){{0,12}}$", re.IGNORECASE
    )
