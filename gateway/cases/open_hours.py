"""When a calendar is open: hours of each weekday, holidays and make-up days, in one zone.

A *period* is an uninterrupted piece of open time, half-open as [opens, closes). An instant is open
when the wall clock at that instant shows a time within the hours of its local day. An hour that a
change to summer time skips is therefore never worked, and one that it repeats is worked twice
(RELIABILITY F32): what counts is elapsed real time. A *stretch* is a piece of time in which the zone
keeps one offset, so that inside it local time is plain arithmetic.

Pure; every moment that comes in or goes out is UTC. The door to this room is `business_time`.

Source: SERVICE.md "Fault levels", *(ours)*; RELIABILITY F32-F35; LESSONS 98.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

DayHours = tuple[tuple[int, int], ...]
Period = tuple[datetime, datetime]

HORIZON = timedelta(days=20 * 366)
"""Where a search for open time gives up, so that a calendar that never opens cannot hang us (LESSONS 98)."""

_WINDOW = timedelta(days=4)  # looked at in one go: most promises end within it, no zone changes twice in it
_FARTHEST_FROM_UTC = timedelta(hours=24)  # tzinfo allows no offset beyond this
_WHOLE_DAY: DayHours = ((0, 24 * 60),)
_MONDAY = 0


@dataclass(frozen=True, slots=True)
class Calendar:
    """When somebody works, in their own zone.

    `zone` is an IANA name. `hours` maps a weekday (Monday is 0) to its hours, each (opens, closes) in
    minutes of the local day, in order, 0 to 1440; a weekday without an entry is closed. `hours=None` never
    closes, and has neither holidays nor make-up days. A date in `make_up_days` works `make_up_hours`
    (Monday's, unless given), even if it is also named as a holiday: the make-up day is the exception
    to the exception. `known_years` are the years whose holidays are published (RELIABILITY F34).

    Raises ValueError for an unknown zone or hours that overlap, run backwards or leave the day. A calendar
    that never opens may exist; asking it for a moment raises ValueError (LESSONS 98).
    """

    name: str
    zone: str
    hours: Mapping[int, DayHours] | None = field(hash=False)
    holidays: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    known_years: frozenset[int] = frozenset()
    make_up_hours: DayHours | None = None
    tz: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tz", _zone(self.zone, self.name))
        for weekday, hours in (self.hours or {}).items():
            if weekday not in range(7):
                raise ValueError(f"calendar {self.name}: {weekday!r} is no weekday; Monday is 0, Sunday is 6")
            _check_hours(hours, f"calendar {self.name}, weekday {weekday}")
        _check_hours(self.make_up_hours or (), f"calendar {self.name}, make-up days")

    @classmethod
    def never_closing(cls, name: str, zone: str) -> Self:
        """A 7×24 calendar; the zone only says when its days end."""
        return cls(name, zone, hours=None)

    @property
    def always_open(self) -> bool:
        """Whether this is a 7×24 calendar."""
        return self.hours is None

    def hours_on(self, day: date) -> DayHours:
        """The hours of one local day, in order; empty when it is no working day."""
        if self.hours is None:
            return _WHOLE_DAY
        if day in self.make_up_days:
            return self.hours.get(_MONDAY, ()) if self.make_up_hours is None else self.make_up_hours
        if day in self.holidays:
            return ()
        return self.hours.get(day.weekday(), ())


def open_between(calendar: Calendar, begin: datetime, end: datetime) -> Iterator[Period]:
    """The open periods between two moments, in order, cut at both; touching ones may come in pieces."""
    if calendar.always_open:
        yield from [(begin, end)] if begin < end else []
        return
    while begin < end:
        until = min(begin + _WINDOW, end)
        yield from _open_within(calendar, begin, until)
        begin = until


def open_before(calendar: Calendar, end: datetime) -> Iterator[Period]:
    """The open periods before `end`, the latest first, as far back as the horizon."""
    if calendar.always_open:
        yield end - HORIZON, end
        return
    until = end
    while until > end - HORIZON:
        yield from reversed(list(_open_within(calendar, until - _WINDOW, until)))
        until -= _WINDOW


def close_of(calendar: Calendar, day: date) -> datetime | None:
    """When a local day closes for good; None if it is no working day (or the zone skips all of it)."""
    if not calendar.hours_on(day):
        return None
    midnight = datetime.combine(day, time(), UTC)
    around = midnight - _FARTHEST_FROM_UTC, midnight + timedelta(days=1) + _FARTHEST_FROM_UTC
    stretches = _stretches(calendar.tz, *around)
    closings = (closes for stretch in stretches for _, closes in _open_on_day(calendar, day, stretch))
    return max(closings, default=None)


def _open_within(calendar: Calendar, begin: datetime, end: datetime) -> Iterator[Period]:
    """The open periods between two moments a few days apart."""
    for stretch in _stretches(calendar.tz, begin, end):
        for day in stretch.local_days():
            yield from _open_on_day(calendar, day, stretch)


def _open_on_day(calendar: Calendar, day: date, stretch: "_Stretch") -> Iterator[Period]:
    """As much of a local day's hours as falls into a stretch, in order."""
    midnight = datetime.combine(day, time(), UTC) - stretch.offset
    for opens, closes in calendar.hours_on(day):
        begin = max(stretch.begin, midnight + timedelta(minutes=opens))
        end = min(stretch.end, midnight + timedelta(minutes=closes))
        if begin < end:
            yield begin, end


class _Stretch(NamedTuple):
    """A piece of time, in UTC, during which local time is UTC plus `offset`."""

    begin: datetime
    end: datetime
    offset: timedelta

    def local_days(self) -> Iterator[date]:
        day, last = (self.begin + self.offset).date(), (self.end + self.offset).date()
        while day <= last:
            yield day
            day += timedelta(days=1)


def _stretches(tz: ZoneInfo, begin: datetime, end: datetime) -> Iterator[_Stretch]:
    """The time between two moments a few days apart, cut wherever the zone changes its offset."""
    last_offset = _offset(tz, end)
    while begin < end:
        offset = _offset(tz, begin)
        until = end if offset == last_offset else _change_of_offset(tz, begin, end, offset)
        yield _Stretch(begin, until, offset)
        begin = until


def _change_of_offset(tz: ZoneInfo, begin: datetime, end: datetime, offset: timedelta) -> datetime:
    """The second at which the zone leaves `offset`, knowing that it does so between the two moments."""
    # Zone changes fall on whole seconds; a moment need not.
    whole = begin.replace(microsecond=0)
    seconds = range((end - whole) // timedelta(seconds=1) + 1)
    changed = bisect_left(seconds, True, key=lambda s: _offset(tz, whole + timedelta(seconds=s)) != offset)
    return min(whole + timedelta(seconds=changed), end)


def _offset(tz: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(tz).utcoffset() or timedelta()


def _zone(name: str, calendar: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown; absolute or outside; a folder such as "Asia"
        raise ValueError(
            f"calendar {calendar}: {name!r} is no IANA time zone, such as Asia/Shanghai"
        ) from error


def _check_hours(hours: DayHours, where: str) -> None:
    previous = 0
    for opens, closes in hours:
        if not previous <= opens < closes <= 24 * 60:
            raise ValueError(
                f"{where}: ({opens}, {closes}) must open before it closes, lie within 0 to 1440 minutes"
                " and begin no earlier than the hours before it close"
            )
        previous = closes
