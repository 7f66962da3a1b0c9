"""Quality figures: what many cases in hindsight say about how promises are kept, in one period.

Every figure belongs to exactly one moment and so to one period: adjacent periods add up. Pure, like all of the core.

Source: SERVICE.md P-60 … P-64; ARCHITECTURE "Timed updates that say something true"; LESSONS 92-97.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from gateway.cases.hindsight import RESPONSE, SOLUTION, Climb, Failure, Review, Score, Taken, Update
from gateway.cases.outcomes import Outcome, Result

__all__ = ["By", "Figures", "Groups", "Period", "Quality", "Times", "measure"]

ENGINEER_ROLES = frozenset(("engineer", "implementation_engineer"))


class By(StrEnum):
    """What figures are grouped by; DAY is the local day, as ISO date."""

    PROMISE = "promise"
    LEVEL = "level"
    ENGINEER = "engineer"
    CUSTOMER = "customer"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both inclusive, as local days of `zone`."""

    first: date
    last: date
    zone: tzinfo

    def holds(self, at: datetime) -> bool:
        """Whether this moment falls into the period."""
        return self.first <= self.day_of(at) <= self.last

    def is_over_before(self, at: datetime) -> bool:
        """Whether this moment lies after the period's end."""
        return self.last < self.day_of(at)

    def day_of(self, at: datetime) -> date:
        """The local day of a moment."""
        return at.astimezone(self.zone).date()

    @property
    def start(self) -> datetime:
        """The first moment."""
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        after = self.last + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=self.zone)


@dataclass(frozen=True, slots=True)
class Times:
    """`count` durations. `median` and `p90` are None for none; p90 is the shortest that nine of ten do not exceed."""

    count: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None
    worked_median: timedelta | None = None
    worked_p90: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of one group in one period.

    `missed` includes `met_late`. `open` are promises made by the period's end and undecided then. `provisional`: how
    many of the decided and open ones rest on holidays that were not published. `climbs` counts escalations by rung
    and role, `failures` undelivered notices by role, `scores` answers by score.
    """

    cases: int = 0
    made: int = 0
    met: int = 0
    missed: int = 0
    met_late: int = 0
    withdrawn: int = 0
    open: int = 0
    provisional: int = 0
    informed: int = 0
    holding: int = 0
    response: Times = Times()
    solution: Times = Times()
    climbs: Mapping[tuple[int, str], int] = field(default_factory=dict[tuple[int, str], int])
    failures: Mapping[str, int] = field(default_factory=dict[str, int])
    scores: Mapping[int, int] = field(default_factory=dict[int, int])

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return self == Figures()

    @property
    def share_kept(self) -> float | None:
        """Of what was owed to its end, 0 to 1; what was withdrawn was not. None when nothing was."""
        owed = self.met + self.missed
        return self.met / owed if owed else None

    @property
    def share_informed(self) -> float | None:
        """Of the updates, 0 to 1."""
        updates = self.informed + self.holding
        return self.informed / updates if updates else None

    @property
    def satisfaction(self) -> float | None:
        """The mean score."""
        answers = sum(self.scores.values())
        return sum(score * count for score, count in self.scores.items()) / answers if answers else None


Groups = Mapping[str | None, Figures]
"""Figures by key, in order; the key None stands for nobody known: no engineer yet, a customer not in the directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The figures of a period, in all and by everything they can be grouped by."""

    period: Period
    total: Figures
    groups: Mapping[By, Groups]


def measure(reviews: Iterable[Review], period: Period) -> Quality:
    """Count what falls into the period. Memory grows with the durations measured, not with the journal."""
    total = _Tally()
    tallies: dict[By, dict[str | None, _Tally]] = {by: {} for by in By}
    for each in reviews:
        for what in _counted_in(each, period):
            total.count(what, period)
            for by, key in _keys(what, each, period):
                tallies[by].setdefault(key, _Tally()).count(what, period)
    return Quality(
        period=period,
        total=total.figures(),
        groups={
            by: {key: group[key].figures() for key in sorted(group, key=_nobody_last)}
            for by, group in tallies.items()
        },
    )


_Counted = Review | Outcome | Update | Climb | Failure | Score | Taken


def _counted_in(each: Review, period: Period) -> Iterator[_Counted]:
    """Everything of a case that has a figure in the period."""
    if period.holds(each.opened_at):
        yield each
    yield from (outcome for outcome in each.outcomes if _touches(outcome, period))
    for what in (*each.updates, *each.taken, *each.climbs, *each.failures, *each.scores):
        if period.holds(what.at):
            yield what


def _touches(outcome: Outcome, period: Period) -> bool:
    """Made or decided in the period, or open at its end."""
    decided = outcome.decided_at
    return not period.is_over_before(outcome.begun_at) and (
        decided is None or period.first <= period.day_of(decided)
    )


def _keys(what: _Counted, each: Review, period: Period) -> Iterator[tuple[By, str | None]]:
    yield By.LEVEL, str(each.level)
    yield By.CUSTOMER, each.customer
    if isinstance(what, Outcome):
        yield By.PROMISE, f"{what.promise} {what.name}"
        if what.decided_at is not None and period.holds(what.decided_at):
            yield By.DAY, period.day_of(what.decided_at).isoformat()
    # Nobody is measured by what the gateway or a manager owed, by lost mail, or by a case before taking it.
    if not isinstance(what, Review | Failure | Outcome) or (
        isinstance(what, Outcome) and what.owed_by in ENGINEER_ROLES
    ):
        yield By.ENGINEER, what.engineer


def _nobody_last(key: str | None) -> tuple[bool, str]:
    return key is None, key or ""


@dataclass(slots=True)
class _Tally:
    """Counts in the making; nothing outside this module sees one."""

    counts: Counter[str] = field(default_factory=Counter[str])
    taken: dict[str, list[Taken]] = field(default_factory=dict[str, list[Taken]])
    climbs: Counter[tuple[int, str]] = field(default_factory=Counter[tuple[int, str]])
    failures: Counter[str] = field(default_factory=Counter[str])
    scores: Counter[int] = field(default_factory=Counter[int])

    def count(self, what: _Counted, period: Period) -> None:
        match what:
            case Review():
                self.counts["cases"] += 1
            case Outcome():
                self.counts.update(_counts_as(what, period))
            case Update():
                self.counts["informed" if what.informed else "holding"] += 1
            case Taken():
                self.taken.setdefault(what.what, []).append(what)
            case Climb():
                self.climbs[what.rung, what.role] += 1
            case Failure():
                self.failures[what.role] += 1
            case Score():
                self.scores[what.score] += 1

    def figures(self) -> Figures:
        return Figures(
            **self.counts,
            response=_times(self.taken.get(RESPONSE, ())),
            solution=_times(self.taken.get(SOLUTION, ())),
            climbs=dict(sorted(self.climbs.items())),
            failures=dict(sorted(self.failures.items())),
            scores=dict(sorted(self.scores.items())),
        )


def _counts_as(outcome: Outcome, period: Period) -> Iterator[str]:
    """The fields of `Figures` to which an outcome adds one."""
    if period.holds(outcome.begun_at):
        yield "made"
    if outcome.decided_at is None or period.is_over_before(outcome.decided_at):
        yield "open"
    elif outcome.result is Result.MET_LATE:
        yield from ("missed", "met_late")
    else:
        yield outcome.result.value
    if outcome.provisional:
        yield "provisional"


def _times(taken: Sequence[Taken]) -> Times:
    if not taken:
        return Times()
    elapsed, worked = sorted(each.elapsed for each in taken), sorted(each.worked for each in taken)
    return Times(len(taken), _median(elapsed), _p90(elapsed), _median(worked), _p90(worked))


def _median(in_order: Sequence[timedelta]) -> timedelta:
    middle = len(in_order) // 2
    return (in_order[middle] + in_order[~middle]) / 2


def _p90(in_order: Sequence[timedelta]) -> timedelta:
    return in_order[math.ceil(0.9 * len(in_order)) - 1]
