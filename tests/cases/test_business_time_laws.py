"""What must hold of working time on every calendar, in every zone, across every change of the clocks.

The calendars are drawn: any hours, any holidays and make-up days, zones that change by an hour, by half an
hour (Lord Howe) or never. Worked examples are in `test_business_time`. Source: RELIABILITY F32, G12.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from gateway.cases.business_time import (
    Calendar,
    Pause,
    Span,
    add,
    close_of_day,
    is_open,
    next_open,
    subtract,
    worked,
)

ZONES = ("Asia/Shanghai", "Asia/Kolkata", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC")
SOME_DAYS = st.frozensets(st.dates(date(2026, 3, 1), date(2026, 4, 30)), max_size=6)
CLOCK_CHANGES = (date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 4), date(2026, 10, 25))
ANY_MOMENT = st.datetimes(datetime(2026, 3, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 -- hypothesis takes naive bounds
AMOUNTS = st.integers(0, 1000)


@st.composite
def near_a_clock_change(draw: st.DrawFn) -> datetime:
    day = datetime.combine(draw(st.sampled_from(CLOCK_CHANGES)), time(), UTC)
    return day + timedelta(minutes=draw(st.integers(-4000, 3000)))


MOMENTS = ANY_MOMENT | near_a_clock_change()


@st.composite
def day_hours(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    # Five minutes a week at least: with less, the longest spans drawn here end beyond the twenty-year horizon.
    edges = sorted(draw(st.sets(st.integers(0, 288), min_size=2, max_size=6)))
    return tuple((5 * opens, 5 * closes) for opens, closes in pairwise(edges))[::2]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    if draw(st.integers(0, 9)) == 0:
        return Calendar.never_closing("7x24", draw(st.sampled_from(ZONES)))
    weekdays = draw(st.sets(st.integers(0, 6), min_size=1))
    return Calendar(
        name="drawn",
        zone=draw(st.sampled_from(ZONES)),
        hours={weekday: draw(day_hours()) for weekday in sorted(weekdays)},
        holidays=draw(SOME_DAYS),
        make_up_days=draw(SOME_DAYS),
        make_up_hours=draw(st.none() | day_hours()),
    )


@st.composite
def pauses_around(draw: st.DrawFn, start: datetime) -> tuple[Pause, ...]:
    minutes = st.integers(-3000, 20_000)
    pairs = draw(st.lists(st.tuples(minutes, st.integers(0, 4000)), max_size=4))
    begins = [(start + timedelta(minutes=begin), length) for begin, length in pairs]
    return tuple((begin, begin + timedelta(minutes=length)) for begin, length in begins)


INSTANT = timedelta(microseconds=1)


@given(calendars(), MOMENTS, st.integers(1, 1000))
def test_exactly_the_span_is_worked_until_it_is_due_and_not_an_instant_earlier(
    calendar: Calendar, start: datetime, amount: int
) -> None:
    """The definition of a working span, both ways round."""
    moment = add(calendar, start, Span(amount, "wm"))
    assert worked(calendar, start, moment) == timedelta(minutes=amount)
    assert worked(calendar, start, moment - INSTANT) < timedelta(minutes=amount)


@given(calendars(), MOMENTS, MOMENTS, AMOUNTS, st.sampled_from(["m", "wm", "wd"]))
def test_who_reports_later_is_never_due_earlier(
    calendar: Calendar, one: datetime, other: datetime, amount: int, unit: str
) -> None:
    """Otherwise waiting with a report would pay."""
    span = Span.parse(f"{amount % 30 if unit == 'wd' else amount}{unit}")
    first, second = sorted((one, other))
    assert add(calendar, first, span) <= add(calendar, second, span)


@given(calendars(), MOMENTS, AMOUNTS, st.integers(1, 1000))
def test_two_spans_one_after_the_other_are_one(
    calendar: Calendar, start: datetime, first: int, second: int
) -> None:
    """Re-dating a commitment half-way gives what dating it at once would have given."""
    at_once = add(calendar, start, Span(first + second, "wm"))
    assert add(calendar, add(calendar, start, Span(first, "wm")), Span(second, "wm")) == at_once


@given(calendars(), MOMENTS, st.integers(1, 1000))
def test_a_lead_is_the_latest_moment_from_which_the_span_still_fits(
    calendar: Calendar, moment: datetime, amount: int
) -> None:
    """Subtraction is the inverse of addition wherever there is one."""
    span = Span(amount, "wm")
    prompt = subtract(calendar, moment, span)
    assert worked(calendar, prompt, moment) == span.length
    assert worked(calendar, prompt + INSTANT, moment) < span.length
    assert add(calendar, prompt, span) <= moment


@given(st.data(), calendars(), MOMENTS, st.integers(1, 1000))
def test_pauses_move_a_working_span_by_exactly_the_working_time_paused(
    data: st.DataObject, calendar: Calendar, start: datetime, amount: int
) -> None:
    """LESSONS 95: what a pause takes, it gives back, once."""
    pauses = data.draw(pauses_around(start))
    moment = add(calendar, start, Span(amount, "wm"), pauses)
    running = worked(calendar, start, moment) - worked_while(calendar, pauses, start, moment)
    assert running == timedelta(minutes=amount)


@given(st.data(), calendars(), MOMENTS, st.integers(1, 15))
def test_pauses_move_working_days_by_exactly_the_working_time_paused(
    data: st.DataObject, calendar: Calendar, start: datetime, amount: int
) -> None:
    """The same for `wd`, whose unpaused due moment is a close."""
    pauses = data.draw(pauses_around(start))
    unpaused = add(calendar, start, Span(amount, "wd"))
    moment = add(calendar, start, Span(amount, "wd"), pauses)
    moved = worked(calendar, unpaused, moment)
    assert moment >= unpaused
    assert moved == worked_while(calendar, pauses, start, moment)


@given(calendars(), MOMENTS, st.integers(1, 20))
def test_working_days_end_at_a_close_after_as_many_working_days(
    calendar: Calendar, start: datetime, amount: int
) -> None:
    """Counted on the wall calendar: the days after the report's own that have a close, up to the due day's."""
    if calendar.always_open:
        calendar = Calendar("whole days", calendar.zone, dict.fromkeys(range(7), ((0, 1440),)))
    zone = ZoneInfo(calendar.zone)
    moment = add(calendar, start, Span(amount, "wd"))
    today, last = start.astimezone(zone).date(), (moment - INSTANT).astimezone(zone).date()
    following = [today + timedelta(days=ahead) for ahead in range(1, (last - today).days + 1)]
    closes = [close_of_day(calendar, datetime(d.year, d.month, d.day, 12, tzinfo=zone)) for d in following]
    assert [close for close in closes if close is not None][amount - 1 :] == [moment]


@given(calendars(), MOMENTS)
def test_the_next_open_moment_is_open_and_nothing_is_worked_before_it(
    calendar: Calendar, moment: datetime
) -> None:
    """`is_open` reads the wall clock; the periods must agree with it."""
    opens = next_open(calendar, moment)
    assert opens >= moment
    assert is_open(calendar, opens)
    assert worked(calendar, moment, opens) == timedelta()
    assert (opens == moment) == is_open(calendar, moment)


def worked_while(calendar: Calendar, pauses: tuple[Pause, ...], start: datetime, end: datetime) -> timedelta:
    """The working time of [start, end) that lies in at least one pause, by cutting at every edge."""
    inside = {edge for pause in pauses for edge in pause if start < edge < end}
    edges = sorted({start, end} | inside)
    return sum(
        (
            worked(calendar, begin, until)
            for begin, until in pairwise(edges)
            if any(paused <= begin and until <= resumed for paused, resumed in pauses)
        ),
        timedelta(),
    )
