"""Inspections and follow-ups: which days they fall on, when their cases are opened, and by which key they are known.

The oracles walk from day to day and know nothing of months that are counted. Source: SERVICE.md P-07, P-63.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.calendars import builtin, load_holidays
from gateway.cases.business_time import Calendar
from gateway.cases.directory import Contract
from gateway.cases.recurring import (
    Period,
    Schedule,
    follow_up_key,
    follow_up_periods,
    key,
    occurrences,
    on_working_day,
    opens_on,
    schedule_of,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = dict.fromkeys(range(5), ((9 * 60, 12 * 60), (13 * 60, 18 * 60)))
CHINA = load_holidays([builtin("CN")])
WORKDAYS = Calendar("5x8", "Asia/Shanghai", OFFICE, CHINA.holidays, CHINA.make_up_days, CHINA.known_years)
NO_HOLIDAYS_YET = Calendar("5x8", "Asia/Shanghai", OFFICE)
ALWAYS = Calendar.never_closing("7x24", "Asia/Shanghai")
DAY = timedelta(days=1)

DAYS = st.dates(date(2023, 1, 1), date(2029, 12, 31))
SCHEDULES = st.builds(Schedule, st.integers(1, 30), DAYS)


def days(first: date, last: date) -> list[date]:
    """Every day from one to the other, both inclusive."""
    return [first + number * DAY for number in range((last - first).days + 1)]


def falls_on(schedule: Schedule, day: date) -> bool:
    """The oracle: the first visit's day of the month, or a short month's last, a multiple of months away."""
    months = (day.year * 12 + day.month) - (schedule.first.year * 12 + schedule.first.month)
    of_month = min(schedule.first.day, monthrange(day.year, day.month)[1])
    return months >= 0 and months % schedule.every_months == 0 and day.day == of_month


def shanghai(day: date, hour: int) -> datetime:
    """A moment on a Chinese wall clock."""
    return datetime.combine(day, time(hour), SHANGHAI)


# -- which days ------------------------------------------------------------------------------------


@given(SCHEDULES, st.none() | DAYS, st.none() | DAYS, DAYS, DAYS)
def test_the_visits_are_those_that_a_walk_through_the_calendar_finds(
    schedule: Schedule, starts: date | None, ends: date | None, after: date, until: date
) -> None:
    """Counting months must find what looking at every single day finds, and nothing else."""
    expected = [
        day
        for day in days(after + DAY, until)
        if falls_on(schedule, day) and (starts is None or starts <= day) and (ends is None or day <= ends)
    ]
    assert occurrences(schedule, starts, ends, after, until) == expected


@given(SCHEDULES, st.lists(DAYS, min_size=2, max_size=8))
def test_looking_often_finds_each_visit_once(schedule: Schedule, looks: list[date]) -> None:
    """Whether the gateway looks daily or was down for a month, no visit is lost and none comes twice."""
    looks.sort()
    piecewise = [
        day for after, until in pairwise(looks) for day in occurrences(schedule, None, None, after, until)
    ]
    assert piecewise == occurrences(schedule, None, None, looks[0], looks[-1])


def test_a_visit_on_the_31st_falls_on_the_last_day_of_short_months_and_does_not_drift() -> None:
    """31 January, 28 February, 31 March again: a visit that slips to the 28th would stay there."""
    found = occurrences(Schedule(1, date(2027, 1, 31)), None, None, date(2026, 12, 31), date(2027, 5, 31))
    assert found == [
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
        date(2027, 5, 31),
    ]


def test_a_leap_day_comes_back_after_four_years() -> None:
    """29 February is the 28th in common years and itself in leap years."""
    found = occurrences(Schedule(12, date(2024, 2, 29)), None, None, date(2024, 12, 31), date(2028, 12, 31))
    assert found == [date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]


def test_no_visit_is_owed_after_the_contract_has_ended_nor_before_it_begins() -> None:
    """A contract that ends between two visits owes the first of them only (P-07)."""
    schedule = Schedule(3, date(2026, 1, 15))
    assert occurrences(
        schedule, date(2026, 2, 1), date(2026, 9, 30), date(2025, 12, 31), date(2027, 12, 31)
    ) == [date(2026, 4, 15), date(2026, 7, 15)]


def test_a_visit_due_on_the_last_day_of_the_contract_is_owed() -> None:
    """Both ends of a contract are inclusive, even where that day is a holiday and the visit comes after it."""
    national_day = date(2026, 10, 1)
    found = occurrences(
        Schedule(9, date(2026, 1, 1)), None, national_day, date(2026, 9, 1), date(2026, 12, 31)
    )
    assert found == [national_day]
    assert on_working_day(WORKDAYS, national_day) == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("after", "until"), [(date.min, date.max), (date.max, date.max), (date.max, date.min)]
)
def test_the_ends_of_time_are_no_mistake(after: date, until: date) -> None:
    """Dates come from a file: no bound of theirs may raise or search for ever."""
    found = occurrences(Schedule(120, date(2026, 1, 1)), date.min, date.max, after, until)
    assert len(found) == (18 if after == date.min else 0)  # every ten years, 2026 to 2196


@pytest.mark.parametrize(
    ("months", "first"),
    [(0, date(2026, 1, 1)), (-3, date(2026, 1, 1)), (121, date(2026, 1, 1)), (3, date.min), (3, date.max)],
)
def test_a_schedule_that_makes_no_sense_is_refused(months: int, first: date) -> None:
    """Zero months would be a visit without end."""
    with pytest.raises(ValueError, match=r"every|outside"):
        Schedule(months, first)


def test_a_contract_with_a_schedule_has_one_and_others_have_none() -> None:
    """Half a schedule is none: a first day without an interval promises nothing."""
    full = Contract("A", "5x8", inspection_every_months=3, inspection_first=date(2026, 2, 15))
    assert schedule_of(full) == Schedule(3, date(2026, 2, 15))
    assert schedule_of(Contract("A", "5x8")) is None
    assert schedule_of(Contract("A", "5x8", inspection_first=date(2026, 2, 15))) is None
    assert schedule_of(Contract("A", "5x8", inspection_every_months=3)) is None


# -- when they are held and opened -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nominal", "held", "why"),
    [
        (date(2026, 10, 1), date(2026, 10, 8), "National Day: the week of holidays is over on the 8th"),
        (date(2026, 10, 10), date(2026, 10, 10), "a make-up Saturday is a working day"),
        (date(2026, 2, 15), date(2026, 2, 24), "Spring Festival, nine days"),
        (date(2026, 2, 14), date(2026, 2, 14), "the make-up Saturday before it"),
        (date(2026, 3, 7), date(2026, 3, 9), "an ordinary Saturday becomes Monday"),
        (date(2026, 3, 11), date(2026, 3, 11), "a Wednesday stays"),
        (date(2027, 2, 28), date(2027, 3, 1), "February ends on a Sunday: into the next month, not back"),
    ],
)
def test_a_visit_is_held_on_the_next_working_day(nominal: date, held: date, why: str) -> None:
    """Nobody travels on a holiday, and nobody is expected there on one (P-07)."""
    assert on_working_day(WORKDAYS, nominal) == held, why


def test_on_a_calendar_that_never_closes_every_day_is_a_working_day() -> None:
    """A 7×24 customer is there on National Day."""
    assert on_working_day(ALWAYS, date(2026, 10, 1)) == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("nominal", "lead", "opens"),
    [
        (date(2026, 10, 1), 0, date(2026, 10, 8)),
        (
            date(2026, 10, 1),
            5,
            date(2026, 9, 23),
        ),  # back from the 8th: 30, 29, 28, over the Mid-Autumn days 24, 23
        (date(2026, 10, 10), 2, date(2026, 10, 8)),
        (date(2026, 2, 24), 1, date(2026, 2, 14)),
    ],
)
def test_its_case_is_opened_so_many_working_days_before(nominal: date, lead: int, opens: date) -> None:
    """Time to agree on the day with the customer, in days on which somebody reads mail."""
    found = opens_on(WORKDAYS, nominal, lead)
    assert found == shanghai(opens, 9)
    assert found.tzinfo is UTC


def test_on_a_calendar_that_never_closes_a_day_opens_at_local_midnight() -> None:
    """Five days before, on the wall clock of the customer."""
    assert opens_on(ALWAYS, date(2026, 10, 1), 5) == shanghai(date(2026, 9, 26), 0)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    some_days = st.frozensets(st.dates(date(2026, 9, 1), date(2026, 11, 30)), max_size=40)
    return Calendar(
        name="drawn",
        zone=draw(st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Africa/Cairo"])),
        hours=dict.fromkeys(draw(st.sets(st.integers(0, 6), min_size=1)), ((8 * 60, 17 * 60),)),
        holidays=draw(some_days),
        make_up_days=draw(some_days),
        make_up_hours=((10 * 60, 12 * 60),),
    )


@given(calendars(), st.dates(date(2026, 9, 15), date(2026, 11, 15)), st.integers(0, 4))
def test_the_opening_is_what_a_walk_through_working_days_finds(
    calendar: Calendar, nominal: date, lead: int
) -> None:
    """The day held is the first working one, and exactly the lead's number of working days lies before it."""
    around = days(nominal - 400 * DAY, nominal + 400 * DAY)
    working = [day for day in around if calendar.hours_on(day)]
    held = next(day for day in working if day >= nominal)
    opening = working[working.index(held) - lead]
    first_minute = calendar.hours_on(opening)[0][0]
    assert on_working_day(calendar, nominal) == held
    local = opens_on(calendar, nominal, lead).astimezone(calendar.tz)
    assert (local.date(), local.hour * 60 + local.minute) == (opening, first_minute)
    assert opens_on(calendar, held, lead) == opens_on(calendar, nominal, lead)


def test_what_cannot_be_answered_is_said_clearly() -> None:
    """A calendar without hours, a day nobody reckons with, a lead backwards: an answer, never a search for ever."""
    with pytest.raises(ValueError, match="no working day within twenty years"):
        on_working_day(Calendar("never", "Asia/Shanghai", {}), date(2026, 10, 1))
    for day in (date.min, date.max):
        with pytest.raises(ValueError, match="outside the years"):
            on_working_day(WORKDAYS, day)
    with pytest.raises(ValueError, match="negative"):
        opens_on(WORKDAYS, date(2026, 10, 1), -1)


# -- keys ------------------------------------------------------------------------------------------


def test_a_holiday_file_that_comes_later_moves_the_visit_and_not_its_key() -> None:
    """Begun under the old arrangement, it must not be begun again under the new one."""
    nominal = date(2026, 10, 1)
    assert on_working_day(NO_HOLIDAYS_YET, nominal) != on_working_day(WORKDAYS, nominal)
    assert key("YL-2026-0101", nominal) == "inspection:YL-2026-0101:2026-10-01"


@given(st.text(max_size=200), st.text(max_size=200), DAYS, DAYS)
def test_a_key_is_short_and_no_two_visits_share_one(one: str, other: str, first: date, second: date) -> None:
    """It is a primary key of 80 characters; a clash would lose a visit."""
    assert len(key(one, first)) <= 80
    assert (key(one, first) == key(other, second)) == ((one, first) == (other, second))


def test_long_numbers_that_begin_alike_keep_keys_of_their_own() -> None:
    """Cut off they would be one contract."""
    assert key("合同" * 40 + "1", date(2026, 4, 1)) != key("合同" * 40 + "2", date(2026, 4, 1))


# -- follow-ups ------------------------------------------------------------------------------------


def test_a_month_is_asked_about_on_the_day_after_its_last() -> None:
    """P-63: on 31 January it is not over, on 1 February it is."""
    assert follow_up_periods(date(2026, 1, 31), date(2026, 1, 31)) == []
    january = Period("month", date(2026, 1, 1), date(2026, 1, 31), "2026-01")
    assert follow_up_periods(date(2026, 1, 31), date(2026, 2, 1)) == [january]
    assert follow_up_periods(date(2026, 2, 1), date(2026, 2, 28)) == []


def test_at_a_quarters_end_the_quarter_stands_for_the_month() -> None:
    """One mail, not two (P-63)."""
    assert follow_up_periods(date(2026, 3, 31), date(2026, 4, 1)) == [
        Period("quarter", date(2026, 1, 1), date(2026, 3, 31), "2026-Q1")
    ]


def test_a_year_has_eight_months_and_four_quarters() -> None:
    """The whole rhythm at a glance, February of a leap year among it."""
    found = follow_up_periods(date(2028, 1, 1), date(2029, 1, 1))
    assert [period.key for period in found] == [
        *("2028-01", "2028-02", "2028-Q1", "2028-04", "2028-05", "2028-Q2"),
        *("2028-07", "2028-08", "2028-Q3", "2028-10", "2028-11", "2028-Q4"),
    ]
    assert found[1].last == date(2028, 2, 29)


@given(DAYS, DAYS)
def test_the_periods_are_those_whose_last_day_was_passed(last: date, today: date) -> None:
    """The oracle looks at every day since the last look: is tomorrow another month, is it another quarter?"""
    ended = [day for day in days(last, today - DAY) if (day + DAY).day == 1]
    expected = [("quarter" if (day + DAY).month in (1, 4, 7, 10) else "month", day) for day in ended]
    found = follow_up_periods(last, today)
    assert [(period.kind, period.last) for period in found] == expected
    for period in found:
        assert period.first.day == 1
        assert (period.last.month - period.first.month) == (2 if period.kind == "quarter" else 0)


@given(st.lists(DAYS, min_size=2, max_size=8))
def test_looking_often_finds_each_period_once(looks: list[date]) -> None:
    """Daily looks and one after an outage ask the same questions."""
    looks.sort()
    piecewise = [period for last, today in pairwise(looks) for period in follow_up_periods(last, today)]
    assert piecewise == follow_up_periods(looks[0], looks[-1])


def test_each_customer_is_asked_under_a_key_of_their_own() -> None:
    """The key is what makes asking twice impossible."""
    (quarter,) = follow_up_periods(date(2026, 3, 31), date(2026, 4, 1))
    assert follow_up_key("qingshan-bank", quarter) == "follow-up:qingshan-bank:2026-Q1"
    assert follow_up_key("beihe-hospital", quarter) != follow_up_key("qingshan-bank", quarter)
    assert len(follow_up_key("x" * 500, quarter)) <= 80
