"""How the report calls things and writes numbers, in one language. The words are data: words.toml.

Whatever came from a customer's mail is bared of control characters here, before any form of the report sees it
(RELIABILITY T37); markup is the business of the page.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files

import msgspec

from gateway.cases.quality import By, Figures, Quality
from gateway.showing import printable

__all__ = ["LANGUAGES", "Line", "Naming", "Wording", "wording"]

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
_MINUTES_AN_HOUR, _HOURS_A_DAY = 60, 24
_HOURS_BEFORE_DAYS = 2 * _HOURS_A_DAY


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One language of words.toml; every language must have every word."""

    title: str
    period: str
    as_of: str
    promise: str
    level: str
    engineer: str
    customer: str
    day: str
    week: str
    updates: str
    times: str
    escalations: str
    satisfaction: str
    failures: str
    notes: str
    total: str
    cases: str
    share_kept: str
    made: str
    owed: str
    met: str
    missed: str
    met_late: str
    late_only: str
    never: str
    withdrawn: str
    open: str
    informed: str
    holding: str
    share_informed: str
    response: str
    solution: str
    count: str
    median: str
    p90: str
    elapsed: str
    worked: str
    score: str
    answers: str
    points: str
    headline: str
    nth_level: str
    dots: str
    nobody: str
    strangers: str
    nothing: str
    kept_of: str
    reported: str
    provisional: str
    by_engineer: str
    working_only: str
    minutes: str
    hours: str
    hours_minutes: str
    days: str
    days_hours: str
    seconds: str
    how: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Naming:
    """What readers call what the figures are keyed by: commitments and roles by name, people by id."""

    commitment: Callable[[str], str]
    role: Callable[[str], str]
    level: Callable[[str], str]
    engineers: Mapping[str, str]
    customers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: the key that figures are grouped by, its name for readers, and the figures."""

    key: str
    name: str
    figures: Figures


def wording(language: str, naming: Naming) -> "Wording":
    """The words of `language`, one of LANGUAGES. Raises KeyError for another."""
    table = tomllib.loads((files("gateway.reporting") / "words.toml").read_text(encoding="utf-8"))
    return Wording(language, msgspec.convert(table[language], Words), naming)


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's words, with numbers and names written its way."""

    language: str
    words: Words
    naming: Naming

    def lines(self, quality: Quality, by: By) -> list[Line]:
        """The groups of one table, in order, named."""
        return [Line(key or "", self._name(by, key), each) for key, each in quality.groups[by].items()]

    def _name(self, by: By, key: str | None) -> str:
        naming = self.naming
        match by:
            case By.PROMISE:
                promise, _, commitment = (key or "").partition(" ")
                name = f"{promise} {naming.commitment(commitment)}"
            case By.LEVEL:
                name = naming.level(key or "")
            case By.ENGINEER:
                name = self.words.nobody if key is None else naming.engineers.get(key, key)
            case By.CUSTOMER:
                name = self.words.strangers if key is None else naming.customers.get(key, key)
            case By.DAY:
                name = key or ""
        return printable(name).strip()

    def rungs(self, figures: Figures) -> Iterator[tuple[str, int]]:
        """Escalations by the role that was told, the lowest rung first."""
        for (_, role), count in figures.climbs.items():
            yield printable(self.naming.role(role)), count

    def undelivered(self, figures: Figures) -> Iterator[tuple[str, int]]:
        """Undelivered notices by the role that they were for."""
        for role, count in figures.failures.items():
            yield printable(self.naming.role(role) if role else "?"), count

    def share(self, share: float | None) -> str:
        """A percentage with one decimal, cut and not rounded: 100 % means all, never nearly all."""
        return "–" if share is None else f"{int(share * 1000 + 1e-9) / 10:.1f}%"

    def mean(self, score: float | None) -> str:
        """A mean score with two decimals."""
        return "–" if score is None else f"{score:.2f}"

    def lasting(self, span: timedelta | None, *, working: bool = False) -> str:
        """A duration in its two largest units; working time stays in hours, since a working day is no 24 hours."""
        if span is None:
            return "–"
        words = self.words
        minutes = round(span / timedelta(minutes=1))
        if minutes == 0:
            return words.seconds
        if minutes < _MINUTES_AN_HOUR:
            return words.minutes.format(n=minutes)
        hours, minutes = divmod(minutes, _MINUTES_AN_HOUR)
        if hours < _HOURS_BEFORE_DAYS or working:
            pattern = words.hours_minutes if minutes else words.hours
            return pattern.format(h=hours, m=minutes)
        days, hours = divmod(hours, _HOURS_A_DAY)
        return (words.days_hours if hours else words.days).format(d=days, h=hours)
