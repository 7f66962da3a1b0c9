"""Public holidays as data: which days nobody works, and which weekend days are worked in return.

`CN.toml` beside this module holds the State Council's arrangements for mainland China. An owner adds years,
or replaces them, in files of their own; no code knows a date. A year whose arrangement is not yet
published is there provisionally, with its statutory days only: promises are still computed, and marked.

Source: SERVICE.md "Fault levels", *(ours)*; RELIABILITY 0.20, F33, F34, G22; LIBRARIES 4.9.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from gateway.calendars.holiday_file import Year, read
from gateway.errors import ConfigError, Mistake

__all__ = ["Holidays", "builtin", "load_holidays", "missing_years"]

_NOVEMBER = 11


@dataclass(frozen=True, slots=True)
class Holidays:
    """The days of every year that was loaded, in the shape that `business_time.Calendar` takes.

    `known_years` have a published arrangement; `provisional_years` have their statutory days only.
    """

    holidays: frozenset[date]
    make_up_days: frozenset[date]
    known_years: frozenset[int]
    provisional_years: frozenset[int]


def builtin(country: str) -> Traversable:
    """The holiday file of a country that comes with the gateway ("CN"). Raises ConfigError if none does."""
    entries = files(__name__).iterdir()
    shipped = {entry.name.removesuffix(".toml"): entry for entry in entries if entry.name.endswith(".toml")}
    if country not in shipped:
        known = ", ".join(sorted(shipped))
        advice = f"name a file of your own, or one of: {known}"
        raise ConfigError([Mistake(f"{country}.toml", "", "no such holidays come with the gateway", advice)])
    return shipped[country]


def load_holidays(paths: Sequence[Path | Traversable]) -> Holidays:
    """Read holiday files; of a year that several of them describe, the last one counts, whole.

    A published year is never replaced by a provisional one. Raises ConfigError with every mistake in every
    file.
    """
    mistakes: list[Mistake] = []
    years: dict[int, Year] = {}
    for path in paths:
        found, wrong = read(path)
        mistakes += wrong
        for year in found:
            if year.published or year.number not in years or not years[year.number].published:
                years[year.number] = year
    if mistakes:
        raise ConfigError(mistakes)
    return Holidays(
        holidays=frozenset(day for year in years.values() for day in year.holidays),
        make_up_days=frozenset(day for year in years.values() for day in year.make_up_days),
        known_years=frozenset(year.number for year in years.values() if year.published),
        provisional_years=frozenset(year.number for year in years.values() if not year.published),
    )


def missing_years(holidays: Holidays, today: date) -> tuple[int, ...]:
    """The years without a published arrangement that need a warning now (RELIABILITY F34).

    That is this year and, from 1 November on, when the next one's notice is due, the next.
    """
    needed = (today.year, today.year + 1) if today.month >= _NOVEMBER else (today.year,)
    return tuple(year for year in needed if year not in holidays.known_years)
