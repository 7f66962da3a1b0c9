"""One holiday file: TOML text into years, or a list of everything that is wrong with it.

The shape is explained at the top of `CN.toml`. An owner writes such a file by hand, once a year and in a
hurry, so nothing here stops at the first mistake and nothing is half-read (RELIABILITY G22).
"""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.errors import Mistake

_STRICT = ConfigDict(extra="forbid", strict=True)
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Year:
    """One year's days. `published`: by a notice, rather than assumed from the statutory days."""

    number: int
    published: bool
    holidays: frozenset[date]
    make_up_days: frozenset[date]


class _Holiday(BaseModel):
    model_config = _STRICT

    name: str
    dates: list[date]


class _ProvisionalYear(BaseModel):
    model_config = _STRICT

    year: Annotated[int, Field(ge=1970, le=2200)]
    holidays: list[_Holiday]

    def days_off(self) -> frozenset[date]:
        return frozenset(day for holiday in self.holidays for day in holiday.dates)

    def days_made_up(self) -> frozenset[date]:
        return frozenset()


class _PublishedYear(_ProvisionalYear):
    notice: date
    source: str
    make_up_days: list[date]

    def days_made_up(self) -> frozenset[date]:
        return frozenset(self.make_up_days)


class _HolidayFile(BaseModel):
    model_config = _STRICT

    year: list[_PublishedYear] = []
    provisional: list[_ProvisionalYear] = []


def read(path: Path | Traversable) -> tuple[list[Year], list[Mistake]]:
    """The years of one file and its mistakes, in the order of the file; never raises on content."""
    name = str(path)
    try:
        # Windows editors begin a file with a byte order mark, which TOML does not allow.
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        content = _HolidayFile.model_validate(tables)
    except OSError as error:
        return [], [
            Mistake(name, "", f"cannot be read: {error.strerror}", "check the path and its permissions")
        ]
    except ValidationError as error:
        return [], [Mistake(name, _key(wrong["loc"]), wrong["msg"]) for wrong in error.errors()]
    except UnicodeDecodeError as error:
        return [], [Mistake(name, "", f"is not UTF-8 at byte {error.start}", "save it as UTF-8")]
    except (ValueError, RecursionError) as error:  # not TOML; or brackets nested a thousand deep
        return [], [Mistake(name, "", f"cannot be read as TOML: {error}")]
    return _years(content), [Mistake(name, *mistake) for mistake in _contradictions(content)]


def _years(content: _HolidayFile) -> list[Year]:
    return [
        Year(table.year, isinstance(table, _PublishedYear), table.days_off(), table.days_made_up())
        for table in (*content.year, *content.provisional)
    ]


def _contradictions(content: _HolidayFile) -> Iterator[tuple[str, str, str]]:
    """What is well written and cannot be meant, as (key, problem, advice)."""
    tables = (*content.year, *content.provisional)
    for number, times in Counter(table.year for table in tables).items():
        if times > 1:
            yield f"year {number}", f"is described {times} times", "keep one"
    for table in tables:
        for day in sorted(table.days_off() & table.days_made_up()):
            yield f"year {table.year}", f"{day} is both a holiday and a make-up day", "keep one"
        for day in sorted(table.days_off() | table.days_made_up()):
            if not _belongs(day, table.year):
                yield f"year {table.year}", f"{day} is in another year", "correct the date or move it"


def _belongs(day: date, year: int) -> bool:
    """New Year's holiday may begin, or be worked for, in the December before: 2022-12-31 belonged to 2023."""
    return day.year == year or (day.year == year - 1 and day.month == _DECEMBER)


def _key(place: tuple[Any, ...]) -> str:
    """`("year", 2, "holidays")` as `year[2].holidays`, counted from 0."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")
