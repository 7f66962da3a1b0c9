"""When promises fall due, found the slow and obvious way: every minute of three years, worked or not.

Written from SERVICE.md "Fault levels" alone; it shares no code and no holiday data with `gateway.cases.business_time`
(the holidays are those of the chinesecalendar package). Times inside are whole seconds since 2024 began in Shanghai,
a zone that has not changed its clocks since.

A `Minutes` answers for many starts at once, so that a hundred thousand comparisons take seconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import cast
from zoneinfo import ZoneInfo

import chinese_calendar  # pyright: ignore[reportMissingTypeStubs] -- it ships none
import numpy as np
from numpy.typing import NDArray

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2024, 1, 1, tzinfo=SHANGHAI)
END = datetime(2027, 1, 1, tzinfo=SHANGHAI)
DAYS = (END - BEGIN).days
MINUTES_A_DAY = 24 * 60
MORNING = slice(9 * 60, 12 * 60)
AFTERNOON = slice(13 * 60, 18 * 60)
CLOSE = 18 * 3600
DAY = 86400
SECONDS = {"m": 60, "wm": 60, "h": 3600, "wh": 3600}

Bits = NDArray[np.bool_]
Seconds = NDArray[np.int64]

is_workday = cast(
    "Callable[[date], bool]",
    chinese_calendar.is_workday,  # pyright: ignore[reportUnknownMemberType] -- it has no types
)


def seconds(moment: datetime) -> int:
    """Seconds since the oracle's time began."""
    return int((moment - BEGIN).total_seconds())


def moment(second: int) -> datetime:
    """The moment so many seconds after the oracle's time began."""
    return BEGIN + timedelta(seconds=int(second))


@dataclass(frozen=True)
class Minutes:
    """A calendar as one bit a minute. `worked[i]`: seconds worked before minute i. `closes`: of every working day."""

    open: Bits
    worked: Seconds
    closes: Seconds
    always: bool

    @classmethod
    def of(cls, bits: Bits, *, always: bool) -> "Minutes":
        """The calendar that works in these minutes."""
        worked = np.concatenate(([0], np.cumsum(bits, dtype=np.int64))) * 60
        days = np.flatnonzero(bits.reshape(DAYS, MINUTES_A_DAY).any(axis=1))
        return cls(bits, worked, days * DAY + CLOSE, always)

    def worked_until(self, at: Seconds) -> Seconds:
        """Seconds worked from the beginning of time to each moment."""
        minute, second = at // 60, at % 60
        return self.worked[minute] + self.open[minute] * second

    def when_worked(self, amount: Seconds) -> Seconds:
        """The first moment at which so many seconds (more than none) have been worked."""
        minute = np.searchsorted(self.worked, amount, side="left") - 1
        assert (minute < len(self.open)).all(), "the oracle's time ends before this"
        return minute * 60 + amount - self.worked[minute]

    def first_open(self, at: Seconds) -> Seconds:
        """The moment itself where the calendar works, else the next at which it does."""
        return np.where(self.open[at // 60], at, self.when_worked(self.worked_until(at) + 60) - 60)

    def close_of_following(self, at: Seconds, days: Seconds) -> Seconds:
        """The close of the n-th working day after the day on which each moment falls."""
        end_of_day = (at // DAY + 1) * DAY
        following = np.searchsorted(self.closes, end_of_day, side="left")
        return self.closes[following + days - 1]


@cache
def office_hours() -> Minutes:
    """5×8: Monday to Friday 09:00-12:00 and 13:00-18:00, public holidays off, make-up days on."""
    bits = np.zeros((DAYS, MINUTES_A_DAY), dtype=np.bool_)
    for day in range(DAYS):
        if is_workday((BEGIN + timedelta(days=day)).date()):
            bits[day, MORNING] = True
            bits[day, AFTERNOON] = True
    return Minutes.of(bits.reshape(-1), always=False)


@cache
def every_minute() -> Minutes:
    """7×24: every hour."""
    return Minutes.of(np.ones(DAYS * MINUTES_A_DAY, dtype=np.bool_), always=True)


def calendar(plan: str) -> Minutes:
    """The oracle's own calendar of a plan."""
    return every_minute() if plan == "7x24" else office_hours()


def due_all(
    minutes: Minutes,
    unit: str,
    starts: Seconds,
    amounts: Seconds,
    pauses: Sequence[tuple[Seconds, Seconds]] = (),
) -> Seconds:
    """When each amount of `unit` from each start has run out.

    `pauses` is a sequence of (from, until), each an array with one pause per start, in order of their beginnings; they
    may overlap. Working days are the close of the n-th following working day (7×24: n × 24 hours), moved on by the
    working time that was paused. `amounts` are more than 0.
    """
    clock = minutes if unit.startswith("w") else every_minute()
    if unit != "wd":
        needed = clock.worked_until(starts) + amounts * SECONDS[unit]
    elif minutes.always:
        needed = clock.worked_until(starts) + amounts * DAY
    else:
        needed = clock.worked_until(clock.close_of_following(starts, amounts))
    due = clock.when_worked(needed)
    covered = starts
    for begins, ends in pauses:
        first = np.maximum(begins, covered)
        last = np.maximum(ends, first)
        lost = clock.worked_until(last) - clock.worked_until(first)
        needed = needed + np.where(due > first, lost, 0)
        due = clock.when_worked(needed)
        covered = last
    return due


def due(plan: str, start: datetime, span: str, pauses: Sequence[tuple[datetime, datetime]] = ()) -> datetime:
    """When `span` ("30wm", "4h", "3wd") from `start` has run out on the plan's calendar."""
    amount = int(span.rstrip("wmhd"))
    found = due_all(
        calendar(plan),
        span.removeprefix(str(amount)),
        np.array([seconds(start)]),
        np.array([amount]),
        [(np.array([seconds(begins)]), np.array([seconds(ends)])) for begins, ends in sorted(pauses)],
    )
    return moment(found[0])


def day_reports(plan: str, start: datetime, until: datetime) -> list[datetime]:
    """P-33: half an hour before every working day's close (7×24: 18:00 every day) after `start`, up to `until`."""
    minutes = calendar(plan)
    due = [moment(close - (0 if minutes.always else 30 * 60)) for close in minutes.closes]
    return [each for each in due if start < each <= until]


def first_open(plan: str, at: datetime) -> datetime:
    """When handling begins."""
    return moment(calendar(plan).first_open(np.array([seconds(at)]))[0])
