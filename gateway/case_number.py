"""Case numbers: for people to read out, not to be guessed, and a slip of the pen is noticed.

Prefix, local day, five digits by chance, one check digit: C261123-048215. A number is a label and proves nothing;
in a subject it only suggests a case (LESSONS 27, RELIABILITY T2).
"""

import re
from datetime import date

CHANCES = 100_000
_SHAPE = re.compile(r"(?<![A-Z0-9])([A-Z]{1,6}-?)(\d{6})-(\d{5})(\d)(?!\d)")
_IN_BRACKETS = re.compile(r"\[[A-Z]{1,6}-?\d{6}-\d{6}\]", re.IGNORECASE)
_SEARCHED = 1000


def make(prefix: str, day: date, chance: int) -> str:
    """The number of a case opened on that local day; `chance` is below CHANCES."""
    digits = f"{day:%y%m%d}{chance:05d}"
    return f"{prefix}{digits[:6]}-{digits[6:]}{check_digit(digits)}"


def find(text: str) -> tuple[str, ...]:
    """Every well-formed number in a text, each once."""
    found = _SHAPE.finditer(text[:_SEARCHED].upper())
    return tuple(dict.fromkeys(each[0] for each in found if check_digit(each[2] + each[3]) == each[4]))


def without(subject: str) -> str:
    """A subject without the numbers in brackets that our letters put there; what opens a case has another (L-29)."""
    return " ".join(_IN_BRACKETS.sub(" ", subject).split()) if _IN_BRACKETS.search(subject) else subject


def check_digit(digits: str) -> str:
    """Luhn's digit: one wrong digit, or two neighbours swapped, make another one."""
    total = 0
    for place, character in enumerate(reversed(digits)):
        value = int(character) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
