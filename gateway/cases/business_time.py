"""Working time: when a promise that counts in hours, working hours or working days falls due.

The room answers one question for every commitment: whose clock runs, and until when. It knows a
customer's calendar (hours of each weekday, public holidays, make-up days) as plain data and nothing of
cases, promises or files; `gateway.calendars` brings the data. Every function is pure, takes aware
datetimes and returns UTC. How open time is found is `open_hours`.

Source: SERVICE.md "Fault levels" and its *(ours)* paragraph; RELIABILITY F32-F35, G12; LESSONS 98.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Literal, Self

from gateway.cases.open_hours import HORIZON, Calendar, DayHours, Period, close_of, open_before, open_between

__all__ = [
    "Calendar",
    "DayHours",
    "Pause",
    "Span",
    "Unit",
    "add",
    "close_of_day",
    "is_open",
    "is_provisional",
    "next_open",
    "subtract",
    "worked",
]

Unit = Literal["m", "h", "wm", "wh", "wd"]
Pause = tuple[datetime, datetime]

_LENGTH: dict[Unit, timedelta] = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "wm": timedelta(minutes=1),
    "wh": timedelta(hours=1),
    "wd": timedelta(days=1),
}
_WRITTEN = re.compile(rf"([0-9]{{1,9}})({'|'.join(_LENGTH)})")
_LONGEST = timedelta(days=732)  # two years: longer is a slip of the pen, not a promise
_YEARS = range(1970, 2201)  # leaves room on both sides for any span and any search


@dataclass(frozen=True, slots=True)
class Span:
    """How long a promise runs, and on whose clock: `m h` always run, `wm wh wd` while the calendar works.

    `amount` is a whole number from 0; a span is at most two years long. Raises ValueError otherwise.
    """

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in _LENGTH:
            raise ValueError(f"{self.unit!r} is no unit of time: use m, h, wm, wh or wd")
        if self.amount < 0:
            raise ValueError(f"a span of time cannot be negative: {self.amount}{self.unit}")
        if self.amount > _LONGEST // _LENGTH[self.unit]:
            raise ValueError(f"{self.amount}{self.unit} is longer than two years; no promise is")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "30m", "1h", "10wm", "4wh" or "3wd"; blanks around it do not matter. Raises ValueError."""
        written = _WRITTEN.fullmatch(text.strip())
        if written is None:
            raise ValueError(
                f"{text[:40]!r} is no span of time: write a whole number and a unit without a blank,"
                " such as 30m, 1h, 10wm, 4wh or 3wd"
            )
        return cls(int(written[1]), next(unit for unit in _LENGTH if unit == written[2]))

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def working(self) -> bool:
        """Whether this clock stands still while the calendar is closed."""
        return self.unit.startswith("w")

    @property
    def length(self) -> timedelta:
        """The time that must run on its clock; for `wd`, what it is on a calendar that never closes."""
        return self.amount * _LENGTH[self.unit]


def add(calendar: Calendar, start: datetime, span: Span, pauses: Sequence[Pause] = ()) -> datetime:
    """The moment when `span`, begun at `start`, has run out.

    A span that ends exactly at lunch or at the day's close is due then, not at reopening. Of amount 0
    it is due at the next open moment (`start`, if open). `wd`: the close of the n-th following working
    day; on a 7×24 calendar n × 24 elapsed hours. During `pauses` (from, until; in any order) no clock runs.

    Raises ValueError for a naive datetime, a pause that ends before it begins, or a calendar on which the
    span does not fit into twenty years.
    """
    begin = _utc(start)
    if span.unit == "wd" and span.amount and not calendar.always_open:
        # As working time rather than as a date, so that pauses move a day's close like any other moment.
        need = worked(calendar, begin, _close_of_following(calendar, begin, span.amount))
    else:
        need = span.length
    limit = begin + HORIZON
    periods = open_between(calendar, begin, limit) if span.working else [(begin, limit)]
    for opens, closes in _without(periods, _in_order(pauses)):
        if need <= closes - opens:
            return opens + need
        need -= closes - opens
    raise _never_opens(calendar, begin)


def subtract(calendar: Calendar, moment: datetime, span: Span) -> datetime:
    """The latest moment from which `span` still fits before `moment`: 10wm before 13:05 is 11:55.

    A span of amount 0 gives `moment` back. Raises ValueError for `wd` (a lead is minutes or hours), for a
    naive datetime, or for a calendar on which the span does not fit into twenty years.
    """
    end = _utc(moment)
    if span.unit == "wd":
        raise ValueError(f"{span} cannot be counted backwards: give a lead in m, h, wm or wh")
    need = span.length
    if not span.working or not need:
        return end - need
    for opens, closes in open_before(calendar, end):
        if need <= closes - opens:
            return closes - need
        need -= closes - opens
    raise _never_opens(calendar, end)


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether the calendar works at this moment; the minute of closing is no longer open."""
    local = _utc(at).astimezone(calendar.tz)
    minute = local.hour * 60 + local.minute
    return any(opens <= minute < closes for opens, closes in calendar.hours_on(local.date()))


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """The first open moment from `at` on, `at` itself if open. Raises ValueError if there is none."""
    begin = _utc(at)
    for opens, _ in open_between(calendar, begin, begin + HORIZON):
        return opens
    raise _never_opens(calendar, begin)


def worked(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two moments; nothing when `end` is not after `start`."""
    periods = open_between(calendar, _utc(start), _utc(end))
    return sum((closes - opens for opens, closes in periods), timedelta())


def close_of_day(calendar: Calendar, at: datetime) -> datetime | None:
    """When the local working day on which `at` falls closes for good; None if it is no working day.

    7×24: the local midnight that ends the day.
    """
    return close_of(calendar, _utc(at).astimezone(calendar.tz).date())


def is_provisional(calendar: Calendar, start: datetime, due: datetime) -> bool:
    """Whether `due` rests on a year whose holidays are not published (RELIABILITY F34); never for 7×24."""
    first, last = sorted(_utc(moment).astimezone(calendar.tz).year for moment in (start, due))
    unknown = (year for year in range(first, last + 1) if year not in calendar.known_years)
    return not calendar.always_open and any(unknown)


def _close_of_following(calendar: Calendar, begin: datetime, count: int) -> datetime:
    """The close of the `count`-th working day after the local day on which `begin` falls."""
    today = begin.astimezone(calendar.tz).date()
    days = (today + timedelta(days=ahead) for ahead in range(1, HORIZON.days + 1))
    closings = (close for day in days if (close := close_of(calendar, day)) is not None)
    close = next(islice(closings, count - 1, None), None)
    if close is None:
        raise _never_opens(calendar, begin)
    return close


def _without(periods: Iterable[Period], pauses: deque[Pause]) -> Iterator[Period]:
    """The periods, which must be in order, with the pauses, in order of their beginning, taken out."""
    for opens, closes in periods:
        begin = opens
        while pauses and pauses[0][0] < closes:
            paused, resumed = pauses[0]
            if begin < paused:
                yield begin, paused
            begin = max(begin, resumed)
            if resumed >= closes:
                break  # it may reach into the next period as well
            pauses.popleft()
        if begin < closes:
            yield begin, closes


def _in_order(pauses: Sequence[Pause]) -> deque[Pause]:
    in_order = deque(sorted((_utc(paused), _utc(resumed)) for paused, resumed in pauses))
    for paused, resumed in in_order:
        if resumed < paused:
            raise ValueError(f"a pause cannot end ({resumed}) before it begins ({paused})")
    return in_order


def _utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} says no time zone: working time needs an aware datetime")
    if moment.year not in _YEARS:
        raise ValueError(f"{moment} is outside the years {_YEARS[0]} to {_YEARS[-1]}")
    return moment.astimezone(UTC)


def _never_opens(calendar: Calendar, near: datetime) -> ValueError:
    return ValueError(
        f"calendar {calendar.name} has too little open time within {HORIZON.days // 366} years"
        f" of {near:%Y-%m-%d}: check its hours and holidays"
    )
