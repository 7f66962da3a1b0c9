"""Companies in Han by what their names end with: legal forms, offices of government, schools, hospitals, branches.

Where a name begins is harder: whatever the sentence puts in front of it is cut off.
"""

import re
from collections.abc import Iterator
from functools import cache

from gateway.parsers.entities import names
from gateway.parsers.entities.candidates import ZONE_TRUST, Candidate, Field, sighting
from gateway.parsers.entities.letter import Letter
from gateway.parsers.entities.wordlist import any_of, blocks, longest_first

__all__ = ["OWN_WORDS", "find", "is_address"]

OWN_WORDS = re.compile(
    r"贵(?!阳|州|港|溪|金|池|定|安|人|航)|我|本(?!田|钢|溪)|该|敝|你们|他们|各|某|此|哪|另|这|那"
)
_OF_OURS_OR_YOURS = re.compile(
    r"(?:贵|本|我|敝|弊|该|你们|您们|他们|我们)(?:公司|集团|单位|院|校|厂|所|局|行)(?!有限)"
)
"""Nobody's name; what stands before and behind is (承蒙贵公司…, 本公司永信昌贸易行有限公司现正使用贵公司之…)."""
_HAN_RUN = r"[\u4e00-\u9fffA-Za-z0-9()·&]"
_OF_SCHOOL = re.compile(r"[小中]学校[务长友园区舍车医]")  # 育才小学|校务处, not 育才小学校|务处
_ADDRESS = re.compile(r"(?:地址|地点|位置|坐标)\s?:?\s?$")


def find(letter: Letter) -> Iterator[Candidate]:
    """Runs of Han that end as organisations end; what the sentence put in front is cut off."""
    for match in _legal_pattern().finditer(_OF_OURS_OR_YOURS.sub(_barred, letter.plain)):
        start = match.start() + _lead_length(match[0])
        end = match.end() - _unit_length(letter.plain[start : match.end()])
        if _OF_SCHOOL.match(letter.plain, end - 3):
            end -= 1
        name = letter.plain[start:end]
        if OWN_WORDS.match(name) or is_address(letter, start):
            continue
        if names.is_organisation("".join(filter(_is_han, name))):
            yield sighting(
                letter, Field.COMPANY, (start, end), "legal end", 0.85 * ZONE_TRUST[letter.zone_at(start)]
            )


def _barred(match: re.Match[str]) -> str:
    return "|" * len(match[0])


def is_address(letter: Letter, offset: int) -> bool:
    """Whether a word for an address stands right before."""
    return _ADDRESS.search(letter.plain[max(0, offset - 8) : offset]) is not None


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _lead_length(run: str) -> int:
    """How many characters of a run belong to the sentence before the name."""
    end = next((end for end in longest_first("companies", "legal") if run.endswith(end)), run[-2:])
    head = run[: len(run) - len(end)]
    cut = max((match.end() for match in _lead().finditer(head)), default=0)
    if bare := _bare_deputy(head, cut):
        cut = bare
    opened = head.rfind("(", cut)
    if opened >= 0 and ")" not in run[opened:]:
        cut = opened + 1
    closed = head.find(")", cut)
    if closed >= 0 and "(" not in head[cut:closed]:
        cut = closed + 1
    return cut


def _bare_deputy(head: str, start: int) -> int:
    """Where the customer begins in "网茂科技代大雅客运": behind a 代 that follows a whole company."""
    for match in re.finditer(r"[代替帮为]表?", head[start:]):
        if names.is_short_company(head[start : start + match.start()]):
            return start + match.end()
    return 0


def _unit_length(name: str) -> int:
    """How long the unit at the end of a name is that its letterhead does not hold (中信工商专科学校图书馆)."""
    match = re.search(r"(?:公司|大学|学院|学校|医院|银行)([\u4e00-\u9fff]{0,4}(?:图书馆|中心|处|所))$", name)
    return len(match[1]) if match else 0


@cache
def _lead() -> re.Pattern[str]:
    return re.compile(rf"{any_of('cues', 'company_leads')}|联?系(?!统|列|数)|(?<!美)的|^于|^为|^与|^和")


@cache
def _legal_pattern() -> re.Pattern[str]:
    ends = "|".join(map(re.escape, longest_first("companies", "legal")))
    branches = "|".join(map(re.escape, blocks("companies")["branch"]))
    one_of_two = rf"{_HAN_RUN}{{2,40}}?有限公司(?={_HAN_RUN}{{2,40}}?有限公司)"
    return re.compile(rf"{one_of_two}|{_HAN_RUN}{{2,40}}(?:{ends})(?:[\u4e00-\u9fff]{{1,8}}?(?:{branches}))?")
