"""What comes round by itself: inspections due from a contract, and the periods after which customers are asked.

Days are nominal until somebody has to act on them: a schedule names the 1 October whatever the year's holidays,
`on_working_day` says when it is held and `opens_on` when its case is opened. Keys are made of nominal days and
periods, so that a holiday file that comes later opens nothing a second time. Nothing here reads a clock.

Source: SERVICE.md P-07 (inspections scheduled by contract), P-63 (monthly and quarterly follow-ups).
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Literal

from gateway.cases.business_time import next_open
from gateway.cases.directory import Contract
from gateway.cases.open_hours import HORIZON, Calendar, close_of

__all__ = [
    "LONGEST_INTERVAL",
    "Period",
    "Schedule",
    "follow_up_key",
    "follow_up_periods",
    "key",
    "occurrences",
    "on_working_day",
    "opens_on",
    "schedule_of",
]

LONGEST_INTERVAL = 120
"""Months: whoever comes once in ten years is no periodic inspection."""

LONGEST_KEY = 80
"""Characters: what the table of recurring visits holds."""

_ONE_DAY = timedelta(days=1)
_YEARS = range(1970, 2201)  # those of business_time; leaves room for every search
_LONGEST_NAME = 48  # of a contract or customer inside a key


@dataclass(frozen=True, slots=True)
class Schedule:
    """A visit on `first`, and again every so many months on the same day of the month.

    In a month that is too short it is the month's last day: 31 January, 28 February, 31 March. Raises ValueError for
    an interval outside 1 to 120 months or a first day outside 1970 to 2200.
    """

    every_months: int
    first: date

    def __post_init__(self) -> None:
        if not 1 <= self.every_months <= LONGEST_INTERVAL:
            raise ValueError(f"every {self.every_months} months: give a number from 1 to {LONGEST_INTERVAL}")
        _check_year(self.first)

    def nominal_day(self, count: int) -> date | None:
        """The visit of that number, the first being 0; None beyond the last year that we reckon with."""
        # Always counted from the first day: counted from one visit to the next, 31 January would become 28 March.
        years, month = divmod(self.first.month - 1 + count * self.every_months, 12)
        year = self.first.year + years
        if year not in _YEARS:
            return None
        return date(year, month + 1, min(self.first.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a quarter that a follow-up asks about, both days inclusive. `key`: "2026-02", "2026-Q1"."""

    kind: Literal["month", "quarter"]
    first: date
    last: date
    key: str


# -- inspections (P-07) ----------------------------------------------------------------------------


def schedule_of(contract: Contract) -> Schedule | None:
    """The inspections a contract asks for, or None. Raises ValueError for what `Schedule` does not allow."""
    if contract.inspection_every_months is None or contract.inspection_first is None:
        return None
    return Schedule(contract.inspection_every_months, contract.inspection_first)


def occurrences(
    schedule: Schedule,
    contract_starts: date | None,
    contract_ends: date | None,
    after: date,
    until: date,
) -> list[date]:
    """The nominal days later than `after` and not later than `until` on which the contract is in force, in order.

    Looking from day to day, each time `after` the last look, finds every visit once. A visit whose nominal day is the
    contract's last counts, even if it can only be held afterwards. A bound of None does not bound.
    """
    begin = max(after + _ONE_DAY if after < date.max else after, schedule.first, contract_starts or date.min)
    end = min(until, contract_ends or date.max)
    if after == date.max or begin > end:
        return []
    months = (begin.year - schedule.first.year) * 12 + begin.month - schedule.first.month
    return [day for day in _from(schedule, months // schedule.every_months, end) if day >= begin]


def _from(schedule: Schedule, count: int, end: date) -> Iterator[date]:
    while (day := schedule.nominal_day(count)) is not None and day <= end:
        yield day
        count += 1


def on_working_day(calendar: Calendar, day: date) -> date:
    """The day itself if the calendar works on it, else the next on which it does.

    A make-up Saturday is a working day, National Day is none; on a 7×24 calendar every day is. Raises ValueError for a
    day outside 1970 to 2200 or a calendar that does not open within twenty years.
    """
    return _working_day(calendar, day, _ONE_DAY)


def opens_on(calendar: Calendar, day: date, lead_working_days: int) -> datetime:
    """When the case of a visit is opened: the opening, in UTC, of the n-th working day before the visit is held.

    `day` may be nominal or already moved. With a lead of 0 it is the day of the visit; on a 7×24 calendar a day opens
    at local midnight. Raises ValueError for a negative lead, and as `on_working_day` does.
    """
    if lead_working_days < 0:
        raise ValueError(f"a lead cannot be negative: {lead_working_days} working days")
    opening = on_working_day(calendar, day)
    for _ in range(lead_working_days):
        opening = _working_day(calendar, opening - _ONE_DAY, -_ONE_DAY)
    return next_open(calendar, datetime.combine(opening, time(), calendar.tz).astimezone(UTC))


def key(contract_number: str, day: date) -> str:
    """The name under which an inspection is begun once and never again: "inspection:YL-2026-0101:2026-04-01".

    `day` is the nominal day. At most 80 characters: a number too long for that is written as its digest.
    """
    return f"inspection:{_short(contract_number)}:{day.isoformat()}"


# -- follow-ups (P-63) -----------------------------------------------------------------------------


def follow_up_periods(last: date, today: date) -> list[Period]:
    """The months and quarters that have ended since the day of the last look, in order of their end.

    A period has ended on the day after its last one: on 1 April March is over. In the months that end a quarter the
    quarter stands for the month as well, so that a customer gets one mail and not two. Looking every day, each time
    with the day of the last look, finds every period once.
    """
    month = last.replace(day=1)
    periods: list[Period] = []
    while (ends := _last_of_month(month)) < today:
        periods.append(_period_ending(ends))
        month = ends + _ONE_DAY
    return periods


def follow_up_key(customer_id: str, period: Period) -> str:
    """The name under which a customer is asked once about a period: "follow-up:qingshan-bank:2026-Q1"."""
    return f"follow-up:{_short(customer_id)}:{period.key}"


def _period_ending(ends: date) -> Period:
    if ends.month % 3:
        return Period("month", ends.replace(day=1), ends, f"{ends:%Y-%m}")
    first = date(ends.year, ends.month - 2, 1)
    return Period("quarter", first, ends, f"{ends.year:04}-Q{ends.month // 3}")


def _last_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


# -- both ------------------------------------------------------------------------------------------


def _working_day(calendar: Calendar, day: date, step: timedelta) -> date:
    """The first working day from this one on, in the direction of the step."""
    _check_year(day)
    found = day
    for _ in range(HORIZON.days):
        if close_of(calendar, found) is not None:
            return found
        found += step
    raise ValueError(f"calendar {calendar.name} has no working day within twenty years of {day}")


def _check_year(day: date) -> None:
    if day.year not in _YEARS:
        raise ValueError(f"{day} is outside the years {_YEARS[0]} to {_YEARS[-1]}")


def _short(name: str) -> str:
    """A name as it may stand in a key: two long ones that begin alike must not become one."""
    if len(name) <= _LONGEST_NAME:
        return name
    return sha256(name.encode(errors="surrogatepass")).hexdigest()[:_LONGEST_NAME]
