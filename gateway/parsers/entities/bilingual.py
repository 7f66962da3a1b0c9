"""A name that stands in two scripts side by side is one name: the letter's language says by which we call its bearer.

"陈冠宇 Kevin Chen" is 陈冠宇 in a Chinese letter and Kevin Chen in an English one; so are companies on two lines.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from gateway.parsers.entities.candidates import Candidate, Decision
from gateway.parsers.entities.letter import Letter

__all__ = ["as_the_letter_calls_it"]

_SIDE_BY_SIDE = re.compile(r"[\s()/|,、·-]{0,4}")
_SURE = 0.5


def as_the_letter_calls_it(
    letter: Letter, decision: Decision, found: Sequence[Candidate], *, in_chinese: bool
) -> Decision:
    """The decision, or the same name in the script of the letter's language where it stands beside."""
    winner = decision.candidate
    if winner.span is None or _is_han(winner) == in_chinese:
        return decision
    beside = [
        candidate
        for candidate in found
        if candidate.field is winner.field
        and candidate.score >= _SURE
        and _is_han(candidate) == in_chinese
        and (in_chinese or " " in candidate.value)  # a lone "Kevin" says less than 陈冠宇
        and _stand_side_by_side(letter, winner, candidate)
    ]
    best = max(beside, key=lambda candidate: candidate.score, default=None)
    return decision if best is None else replace(decision, candidate=best)


def _is_han(candidate: Candidate) -> bool:
    return candidate.value[:1] > "\u2e80"


def _stand_side_by_side(letter: Letter, one: Candidate, other: Candidate) -> bool:
    if one.span is None or other.span is None:
        return False
    first, second = sorted((one.span, other.span))
    between = letter.plain[first[1] : second[0]]
    return first[1] <= second[0] and between.count("\n") <= 1 and _SIDE_BY_SIDE.fullmatch(between) is not None
