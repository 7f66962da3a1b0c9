"""When promises fall due: worked examples a service manager can check with a wall calendar.

The examples are in Shanghai time unless they say otherwise. 20 November 2026 is a Friday. What must hold on every
calendar is in `test_business_time_laws`.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.calendars import builtin, load_holidays
from gateway.cases.business_time import (
    Calendar,
    Span,
    add,
    close_of_day,
    is_open,
    is_provisional,
    next_open,
    subtract,
    worked,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE_HOURS = ((9 * 60, 12 * 60), (13 * 60, 18 * 60))
CHINA = load_holidays([builtin("CN")])
FIVE_BY_EIGHT = Calendar(
    name="5x8",
    zone="Asia/Shanghai",
    hours=dict.fromkeys(range(5), OFFICE_HOURS),
    holidays=CHINA.holidays,
    make_up_days=CHINA.make_up_days,
    known_years=CHINA.known_years,
)
ROUND_THE_CLOCK = Calendar.never_closing("7x24", "Asia/Shanghai")
NEVER_OPEN = Calendar("shut", "Asia/Shanghai", hours={})


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due(start: str, span: str, *pauses: tuple[str, str], calendar: Calendar = FIVE_BY_EIGHT) -> str:
    """The due moment as the calendar's own wall clock shows it, offset included outside Shanghai."""
    zone = ZoneInfo(calendar.zone)
    moment = add(
        calendar, at(start, zone), Span.parse(span), tuple((at(a, zone), at(b, zone)) for a, b in pauses)
    )
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M}" if zone == SHANGHAI else local.isoformat(" ", "minutes")


@pytest.mark.parametrize(
    ("promise", "span", "expected"),
    [
        ("P-10 response", "2wh", "2026-11-23 10:30"),
        ("P-10 online limit", "4wh", "2026-11-23 13:30"),
        ("P-11 response", "4wh", "2026-11-23 13:30"),
        ("P-11 online limit", "8wh", "2026-11-23 17:30"),
        ("P-12 online limit", "24wh", "2026-11-25 17:30"),
        ("P-13 online limit", "48wh", "2026-11-30 17:30"),
        ("P-10 arrival, guaranteed", "24h", "2026-11-21 17:30"),
        ("P-11 arrival", "3wd", "2026-11-25 18:00"),
        ("P-12 arrival", "5wd", "2026-11-27 18:00"),
        ("P-13 arrival", "7wd", "2026-12-01 18:00"),
        ("P-30 first reply", "10wm", "2026-11-20 17:40"),
        ("P-31 second reply", "30wm", "2026-11-20 18:00"),
        ("P-32 hourly", "1wh", "2026-11-23 09:30"),
    ],
)
def test_a_fault_reported_on_friday_half_an_hour_before_close(promise: str, span: str, expected: str) -> None:
    """The table of SERVICE.md on the report that tests it hardest: only thirty minutes of the week are left."""
    assert due("2026-11-20 17:30", span) == expected, promise


def test_a_span_that_ends_at_lunch_or_at_the_close_is_due_then_and_not_at_reopening() -> None:
    """SERVICE.md, *(ours)*: a customer promised three hours at nine o'clock expects word by noon."""
    assert due("2026-11-23 09:00", "3wh") == "2026-11-23 12:00"
    assert due("2026-11-23 09:00", "181wm") == "2026-11-23 13:01"
    assert due("2026-11-23 09:00", "8wh") == "2026-11-23 18:00"
    assert due("2026-11-23 09:00", "481wm") == "2026-11-24 09:01"


def test_the_lunch_break_does_not_count() -> None:
    """A report in the break starts its clock at one o'clock; one before it stands still for an hour."""
    assert due("2026-11-23 12:10", "30wm") == "2026-11-23 13:30"
    assert due("2026-11-23 11:50", "30wm") == "2026-11-23 13:20"
    assert due("2026-11-23 12:00", "1wm") == "2026-11-23 13:01"


def test_a_working_clock_begins_at_the_next_open_moment() -> None:
    """SERVICE.md, *(ours)*: outside hours the reply rhythm starts when handling begins."""
    assert due("2026-11-23 22:00", "10wm") == "2026-11-24 09:10"
    assert due("2026-11-21 08:00", "10wm") == "2026-11-23 09:10"
    assert due("2026-11-23 22:00", "10m") == "2026-11-23 22:10"


def test_a_span_of_nothing_is_due_at_the_next_open_moment() -> None:
    """An "at once" promise on a working clock waits for the door to open, and no longer."""
    assert due("2026-11-23 10:17", "0wm") == "2026-11-23 10:17"
    assert due("2026-11-23 12:00", "0wh") == "2026-11-23 13:00"
    assert due("2026-11-20 18:00", "0wd") == "2026-11-23 09:00"
    assert due("2026-11-20 18:00", "0m") == "2026-11-20 18:00"


def test_seconds_are_kept() -> None:
    """A report at 09:00:30 has its ten minutes until 09:10:30, not 09:10:00."""
    start = at("2026-11-23 11:55:30.250000")
    assert add(FIVE_BY_EIGHT, start, Span(10, "wm")) == at("2026-11-23 13:05:30.250000")


def test_national_day_stops_the_clock_for_a_week() -> None:
    """1-7 October 2026 are off: half an hour on the 30th, the rest on the 8th."""
    assert due("2026-09-30 17:30", "4wh") == "2026-10-08 13:30"
    assert due("2026-10-03 10:00", "0wm") == "2026-10-08 09:00"
    assert due("2026-09-29 10:00", "3wd") == "2026-10-09 18:00"


def test_a_make_up_day_works_like_a_monday_although_it_is_a_weekend() -> None:
    """调休: Sunday 20 September and Saturday 10 October 2026 are worked for National Day."""
    assert due("2026-09-19 20:00", "10wm") == "2026-09-20 09:10"
    assert due("2026-10-09 17:00", "2wh") == "2026-10-10 10:00"
    assert due("2026-10-09 17:00", "1wd") == "2026-10-10 18:00"
    assert due("2026-10-10 17:00", "2wh") == "2026-10-12 10:00"
    assert not is_open(FIVE_BY_EIGHT, at("2026-10-17 10:00")), "an ordinary Saturday"


def test_make_up_days_may_have_hours_of_their_own() -> None:
    """Some customers work mornings only when they make up a day."""
    mornings = Calendar(
        "short",
        "Asia/Shanghai",
        hours={0: OFFICE_HOURS},
        make_up_days=frozenset({date(2026, 10, 10)}),
        make_up_hours=((540, 720),),
    )
    assert due("2026-10-10 11:30", "1wh", calendar=mornings) == "2026-10-12 09:30"


def test_a_day_named_both_holiday_and_make_up_day_is_worked() -> None:
    """The make-up day is announced as an exception; losing it would make every promise late."""
    both = frozenset({date(2026, 10, 10)})
    calendar = Calendar("both", "Asia/Shanghai", {0: OFFICE_HOURS}, holidays=both, make_up_days=both)
    assert is_open(calendar, at("2026-10-10 10:00"))


def test_new_year_and_the_leap_day_are_ordinary_days_to_the_arithmetic() -> None:
    """RELIABILITY F35: 1-3 January 2026 are off and Sunday the 4th is worked; 29 February 2028 is a Tuesday."""
    assert due("2025-12-31 17:00", "2wh") == "2026-01-04 10:00"
    assert due("2028-02-28 17:30", "1wh") == "2028-02-29 09:30"
    assert due("2028-02-28 17:30", "2wd") == "2028-03-01 18:00"


def test_a_round_the_clock_customer_has_no_nights_weekends_or_holidays() -> None:
    """P-01: a response within four hours, day or night; n working days are n times 24 hours."""
    assert due("2026-10-03 23:30", "4wh", calendar=ROUND_THE_CLOCK) == "2026-10-04 03:30"
    assert due("2026-10-03 23:30", "3wd", calendar=ROUND_THE_CLOCK) == "2026-10-06 23:30"
    assert due("2026-10-03 23:30", "0wm", calendar=ROUND_THE_CLOCK) == "2026-10-03 23:30"


def test_a_report_on_a_day_off_counts_from_the_next_working_day() -> None:
    """One working day from a Saturday is Monday's close: Monday is the first day that follows."""
    assert due("2026-11-21 10:00", "1wd") == "2026-11-23 18:00"
    assert due("2026-11-23 00:00", "1wd") == "2026-11-24 18:00"


class TestPauses:
    """`#waiting` stops the clocks of a case; LESSONS 95: forgetting that is how others got it wrong."""

    def test_only_the_working_part_of_a_pause_moves_a_working_clock(self) -> None:
        """11:30 to 14:00 is an hour and a half of work; lunch would not have counted anyway."""
        assert due("2026-11-23 09:00", "4wh") == "2026-11-23 14:00"
        paused = ("2026-11-23 11:30", "2026-11-23 14:00")
        assert due("2026-11-23 09:00", "4wh", paused) == "2026-11-23 15:30"

    def test_a_pause_overnight_costs_what_was_left_of_the_day(self) -> None:
        """Waiting from 17:00 until nine next morning is one working hour."""
        paused = ("2026-11-23 17:00", "2026-11-24 09:00")
        assert due("2026-11-23 16:00", "2wh", paused) == "2026-11-24 10:00"

    def test_an_elapsed_clock_is_moved_by_the_whole_pause(self) -> None:
        """`m` and `h` run at night, so they stand still at night too."""
        paused = ("2026-11-23 17:00", "2026-11-24 09:00")
        assert due("2026-11-23 16:00", "2h", paused) == "2026-11-24 10:00"
        assert due("2026-11-23 16:00", "90m", paused) == "2026-11-24 09:30"

    def test_working_days_move_by_the_working_time_paused(self) -> None:
        """Two hours of waiting push Wednesday's close to eleven on Thursday; a paused night pushes nothing."""
        assert due("2026-11-23 10:00", "2wd") == "2026-11-25 18:00"
        assert due("2026-11-23 10:00", "2wd", ("2026-11-24 14:00", "2026-11-24 16:00")) == "2026-11-26 11:00"
        assert due("2026-11-23 10:00", "2wd", ("2026-11-24 18:00", "2026-11-25 09:00")) == "2026-11-25 18:00"

    def test_working_days_round_the_clock_move_by_the_time_elapsed(self) -> None:
        """On a calendar that never closes every paused hour is a working one."""
        paused = ("2026-11-24 20:00", "2026-11-25 02:00")
        assert due("2026-11-23 10:00", "2wd", paused, calendar=ROUND_THE_CLOCK) == "2026-11-25 16:00"

    def test_a_second_pause_begun_in_the_extension_counts_too(self) -> None:
        """The clock that was moved by one pause can still be stopped by the next."""
        pauses = ("2026-11-23 10:00", "2026-11-23 11:00"), ("2026-11-23 11:15", "2026-11-23 11:45")
        assert due("2026-11-23 09:00", "2wh", *pauses) == "2026-11-23 13:30"

    def test_pauses_that_overlap_count_once_in_whatever_order_they_come(self) -> None:
        """Two engineers may both say `#waiting`."""
        outer, inner, later = (
            ("2026-11-23 10:00", "2026-11-23 11:00"),
            ("2026-11-23 10:15", "2026-11-23 10:30"),
            ("2026-11-23 10:45", "2026-11-23 11:15"),
        )
        assert due("2026-11-23 09:00", "90wm", later, inner, outer) == "2026-11-23 11:45"

    def test_pauses_before_the_start_or_after_the_due_moment_change_nothing(self) -> None:
        """A pause that begins at the very moment the span ends comes too late to save it."""
        before = ("2026-11-20 10:00", "2026-11-23 08:00")
        after = ("2026-11-23 11:00", "2026-11-23 11:30")
        assert due("2026-11-23 09:00", "2wh", before, after) == "2026-11-23 11:00"

    def test_a_span_of_nothing_waits_for_the_end_of_the_pause(self) -> None:
        """Nothing is due while the ball is with the customer."""
        assert due("2026-11-23 10:30", "0wm", ("2026-11-23 10:00", "2026-11-23 12:30")) == "2026-11-23 13:00"

    def test_a_pause_that_ends_before_it_begins_is_refused(self) -> None:
        """A swapped pair would otherwise silently shorten a promise."""
        with pytest.raises(ValueError, match="cannot end"):
            due("2026-11-23 09:00", "2wh", ("2026-11-23 11:00", "2026-11-23 10:00"))


class TestLeads:
    """Prompts are given shortly before a promise falls due, on the same clock."""

    @pytest.mark.parametrize(
        ("moment", "lead", "expected"),
        [
            ("2026-11-23 13:05", "10wm", "2026-11-23 11:55"),
            ("2026-11-23 13:05", "5wm", "2026-11-23 13:00"),
            ("2026-11-23 13:00", "10wm", "2026-11-23 11:50"),
            ("2026-11-23 12:30", "10wm", "2026-11-23 11:50"),
            ("2026-11-23 09:05", "10wm", "2026-11-20 17:55"),
            ("2026-10-08 09:30", "1wh", "2026-09-30 17:30"),
            ("2026-11-23 13:05", "10m", "2026-11-23 12:55"),
            ("2026-11-23 01:00", "2h", "2026-11-22 23:00"),
            ("2026-11-23 12:30", "0wm", "2026-11-23 12:30"),
        ],
    )
    def test_a_lead_counts_backwards_over_closed_time(self, moment: str, lead: str, expected: str) -> None:
        """A prompt at 12:55 for a reply due at 13:05 would reach an engineer at lunch."""
        assert subtract(FIVE_BY_EIGHT, at(moment), Span.parse(lead)) == at(expected)

    def test_a_round_the_clock_lead_is_elapsed_time(self) -> None:
        """Ten working minutes at night are ten minutes."""
        assert subtract(ROUND_THE_CLOCK, at("2026-11-22 00:05"), Span(10, "wm")) == at("2026-11-21 23:55")

    def test_a_lead_in_working_days_is_refused(self) -> None:
        """ "Three days before, at the close" has no single meaning; the sentence says what to write instead."""
        with pytest.raises(ValueError, match="m, h, wm or wh"):
            subtract(FIVE_BY_EIGHT, at("2026-11-23 13:05"), Span(1, "wd"))


class TestZones:
    """RELIABILITY F32: what counts is elapsed real time while the local clock shows working hours."""

    nights = Calendar("nights", "Europe/Berlin", dict.fromkeys(range(7), ((60, 240),)))
    whole_nights = Calendar("whole nights", "Europe/Berlin", dict.fromkeys(range(7), ((0, 480),)))
    offices = Calendar("Berlin", "Europe/Berlin", dict.fromkeys(range(5), OFFICE_HOURS))

    def test_the_night_that_loses_an_hour_works_one_hour_less(self) -> None:
        """29 March 2026: after 01:59 the clocks of Berlin show 03:00."""
        day = at("2026-03-29 00:00", BERLIN), at("2026-03-30 00:00", BERLIN)
        assert worked(self.whole_nights, *day) == timedelta(hours=7)
        assert due("2026-03-29 01:30", "1wh", calendar=self.nights) == "2026-03-29 03:30+02:00"

    def test_the_night_that_gains_an_hour_works_one_hour_more(self) -> None:
        """25 October 2026: the hour from 02:00 to 03:00 is lived twice, and worked twice."""
        day = at("2026-10-25 00:00", BERLIN), at("2026-10-26 00:00", BERLIN)
        assert worked(self.whole_nights, *day) == timedelta(hours=9)
        assert due("2026-10-25 01:30", "1wh", calendar=self.nights) == "2026-10-25 02:30+02:00"
        assert due("2026-10-25 01:30", "2wh", calendar=self.nights) == "2026-10-25 02:30+01:00"

    def test_hours_that_begin_in_the_lost_hour_begin_when_it_is_over(self) -> None:
        """ "02:30" does not exist that night; the first valid minute after it is 03:00."""
        early = Calendar("early", "Europe/Berlin", {6: ((150, 240),)})
        assert due("2026-03-29 00:00", "0wm", calendar=early) == "2026-03-29 03:00+02:00"
        assert worked(early, at("2026-03-29 00:00", BERLIN), at("2026-03-30 00:00", BERLIN)) == timedelta(
            hours=1
        )

    def test_hours_that_lie_wholly_in_the_lost_hour_do_not_happen(self) -> None:
        """A backup shift from 02:00 to 03:00 skips that night, and the day is no working day."""
        shift = Calendar("shift", "Europe/Berlin", dict.fromkeys(range(7), ((120, 180),)))
        assert due("2026-03-29 00:00", "0wm", calendar=shift) == "2026-03-30 02:00+02:00"
        assert next_open(shift, at("2026-03-29 00:00:00.5", BERLIN)) == at("2026-03-30 02:00", BERLIN)
        assert close_of_day(shift, at("2026-03-29 12:00", BERLIN)) is None

    def test_two_hours_over_the_change_are_two_real_hours(self) -> None:
        """ "Hourly" is elapsed time: naive addition over Berlin's change is one hour wrong."""
        assert due("2026-03-29 01:00", "2h", calendar=self.offices) == "2026-03-29 04:00+02:00"

    def test_office_hours_keep_to_the_wall_clock_across_the_change(self) -> None:
        """Friday's last hour and Monday's first are at the same local times in winter and in summer."""
        assert due("2026-03-27 17:00", "2wh", calendar=self.offices) == "2026-03-30 10:00+02:00"
        assert due("2026-03-27 17:00", "1wd", calendar=self.offices) == "2026-03-30 18:00+02:00"

    def test_the_zone_with_half_hours_is_counted_in_its_own_day(self) -> None:
        """Kolkata is UTC+05:30: nine o'clock there is half past three."""
        kolkata = Calendar("Kolkata", "Asia/Kolkata", dict.fromkeys(range(5), OFFICE_HOURS))
        assert next_open(kolkata, datetime(2026, 11, 23, 0, 0, tzinfo=UTC)) == datetime(
            2026, 11, 23, 3, 30, tzinfo=UTC
        )
        assert due("2026-11-20 17:30", "4wh", calendar=kolkata) == "2026-11-23 13:30+05:30"

    def test_a_day_that_a_zone_skips_is_not_a_working_day(self) -> None:
        """Samoa had no 30 December 2011; the day after Thursday was Saturday."""
        samoa = Calendar("Apia", "Pacific/Apia", dict.fromkeys(range(7), OFFICE_HOURS))
        assert due("2011-12-29 17:30", "1wh", calendar=samoa) == "2011-12-31 09:30+14:00"
        assert due("2011-12-29 17:30", "1wd", calendar=samoa) == "2011-12-31 18:00+14:00"

    def test_a_day_that_is_interrupted_by_the_day_before_is_in_order(self) -> None:
        """Until 2011 St John's turned back at 00:01, so that one minute of Sunday came before Saturday's last hour."""
        zone = ZoneInfo("America/St_Johns")
        calendar = Calendar("St John's", "America/St_Johns", {5: ((23 * 60, 1440),), 6: ((0, 60),)})
        night = at("2010-11-06 22:00", zone), at("2010-11-07 12:00", zone)
        assert worked(calendar, *night) == timedelta(hours=3)
        assert due("2010-11-06 23:30", "31wm", calendar=calendar) == "2010-11-06 23:01-03:30"

    def test_answers_are_utc_whatever_zone_the_question_is_asked_in(self) -> None:
        """What is stored and compared has one zone; who asks does not matter."""
        start = at("2026-11-20 17:30")
        answers = [
            add(FIVE_BY_EIGHT, start.astimezone(zone), Span(4, "wh")) for zone in (SHANGHAI, BERLIN, UTC)
        ]
        assert answers == [datetime(2026, 11, 23, 5, 30, tzinfo=UTC)] * 3
        assert {answer.tzinfo for answer in answers} == {UTC}


class TestDays:
    """What the P-33 interim report and the "no longer today" wording ask of the calendar."""

    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            ("2026-11-23 10:00", "2026-11-23 18:00"),
            ("2026-11-23 23:59", "2026-11-23 18:00"),
            ("2026-10-10 00:00", "2026-10-10 18:00"),
        ],
    )
    def test_a_working_day_closes_in_the_evening(self, moment: str, expected: str) -> None:
        """The last close, not lunch; also when asked after it, and on a make-up Saturday."""
        assert close_of_day(FIVE_BY_EIGHT, at(moment)) == at(expected)

    @pytest.mark.parametrize("moment", ["2026-11-21 10:00", "2026-10-01 10:00"])
    def test_a_weekend_or_a_holiday_has_no_close(self, moment: str) -> None:
        """No interim report is asked for on a day nobody works."""
        assert close_of_day(FIVE_BY_EIGHT, at(moment)) is None

    def test_a_round_the_clock_day_ends_at_local_midnight(self) -> None:
        """The zone matters to a 7x24 calendar only here."""
        assert close_of_day(ROUND_THE_CLOCK, at("2026-10-03 10:00")) == at("2026-10-04 00:00")
        berlin = Calendar.never_closing("7x24", "Europe/Berlin")
        assert close_of_day(berlin, at("2026-10-25 12:00", BERLIN)) == at("2026-10-26 00:00", BERLIN)

    def test_open_is_from_the_first_minute_up_to_but_not_including_the_last(self) -> None:
        """At twelve sharp it is lunch; at one sharp it is over."""
        shown = ["08:59:59", "09:00", "11:59:59", "12:00", "12:59:59", "13:00", "17:59:59", "18:00"]
        openings = [is_open(FIVE_BY_EIGHT, at(f"2026-11-23 {clock}")) for clock in shown]
        assert openings == [False, True, True, False, False, True, True, False]
        assert is_open(ROUND_THE_CLOCK, at("2026-10-01 03:00"))

    def test_next_open_is_the_moment_itself_while_open(self) -> None:
        """A receipt written at ten says "we have begun", not "tomorrow"."""
        assert next_open(FIVE_BY_EIGHT, at("2026-11-23 10:00")) == at("2026-11-23 10:00")
        assert next_open(FIVE_BY_EIGHT, at("2026-11-23 12:00")) == at("2026-11-23 13:00")
        assert next_open(FIVE_BY_EIGHT, at("2026-09-30 18:00")) == at("2026-10-08 09:00")
        assert next_open(ROUND_THE_CLOCK, at("2026-10-01 03:00")) == at("2026-10-01 03:00")

    def test_nothing_is_worked_backwards(self) -> None:
        """A late-arriving event must not give a negative figure in a report."""
        monday, tuesday = at("2026-11-23 09:00"), at("2026-11-24 09:00")
        assert worked(FIVE_BY_EIGHT, monday, tuesday) == timedelta(hours=8)
        assert worked(FIVE_BY_EIGHT, tuesday, monday) == timedelta()
        assert worked(ROUND_THE_CLOCK, tuesday, monday) == timedelta()


class TestProvisional:
    """RELIABILITY F34: a promise that rests on a year without published holidays says so."""

    def test_a_due_moment_in_a_year_without_data_is_provisional(self) -> None:
        """2027's make-up days are in no notice yet."""
        assert not is_provisional(FIVE_BY_EIGHT, at("2026-12-30 10:00"), at("2026-12-31 18:00"))
        assert is_provisional(FIVE_BY_EIGHT, at("2026-12-30 10:00"), at("2027-01-04 18:00"))
        assert is_provisional(FIVE_BY_EIGHT, at("2027-01-04 18:00"), at("2026-12-30 10:00"))

    def test_a_gap_between_two_known_years_counts(self) -> None:
        """The span ran through the year nobody knows."""
        gap = Calendar("gap", "Asia/Shanghai", {0: OFFICE_HOURS}, known_years=frozenset({2025, 2027}))
        assert is_provisional(gap, at("2025-12-30 10:00"), at("2027-01-04 18:00"))

    def test_the_year_is_the_local_one(self) -> None:
        """At 20:00 UTC on New Year's Eve it is already 2027 in Shanghai."""
        moment = datetime(2026, 12, 31, 20, 0, tzinfo=UTC)
        assert is_provisional(FIVE_BY_EIGHT, moment, moment)

    def test_a_calendar_that_never_closes_is_never_provisional(self) -> None:
        """It has no holidays to wait for."""
        assert not is_provisional(ROUND_THE_CLOCK, at("2026-12-30 10:00"), at("2031-01-04 18:00"))


class TestSpans:
    """Spans are what the owner writes in config.toml."""

    @pytest.mark.parametrize("text", ["30m", "1h", "10wm", "2wh", "3wd", "0wm"])
    def test_a_span_is_written_as_it_is_read(self, text: str) -> None:
        """What a journal shows can be pasted back into the policy."""
        assert str(Span.parse(text)) == text
        assert Span.parse(f" {text} ") == Span.parse(text)

    @pytest.mark.parametrize(
        "text", ["", "2", "wh", "2 wh", "-2wh", "2.5h", "2WH", "2d", "2wh 3m", "٢wh", "9" * 5000]
    )
    def test_what_is_no_span_is_refused_with_an_example(self, text: str) -> None:
        """The owner reads this sentence, so it must show how to write it, and not repeat a page of text."""
        with pytest.raises(ValueError, match="10wm") as refused:
            Span.parse(text)
        assert len(str(refused.value)) < 200

    @pytest.mark.parametrize("text", ["733wd", "17569h", "999999999wm"])
    def test_a_span_longer_than_two_years_is_refused(self, text: str) -> None:
        """One digit too many must not become a promise, or a search through centuries."""
        with pytest.raises(ValueError, match="two years"):
            Span.parse(text)

    def test_a_span_made_by_hand_is_checked_too(self) -> None:
        """A unit from elsewhere or a negative amount would silently move promises into the past."""
        with pytest.raises(ValueError, match="negative"):
            Span(-1, "h")
        with pytest.raises(ValueError, match="no unit"):
            Span(1, "d")  # pyright: ignore[reportArgumentType] -- the very mistake this test makes on purpose

    def test_units_beginning_with_w_work_only_while_the_calendar_does(self) -> None:
        """The unit names the clock (ARCHITECTURE, "Commitments", trap 3)."""
        assert [Span.parse(f"1{unit}").working for unit in ("m", "h", "wm", "wh", "wd")] == [
            False, False, True, True, True,
        ]  # fmt: skip


class TestRefusals:
    """A bad calendar or moment gets a clear ValueError; nothing loops (LESSONS 98)."""

    questions: tuple[Callable[[Calendar, datetime], object], ...] = (
        lambda calendar, moment: add(calendar, moment, Span(1, "wm")),
        lambda calendar, moment: add(calendar, moment, Span(0, "wh")),
        lambda calendar, moment: add(calendar, moment, Span(1, "wd")),
        lambda calendar, moment: subtract(calendar, moment, Span(1, "wm")),
        next_open,
    )
    indifferent: tuple[Callable[[Calendar, datetime], object], ...] = (
        is_open,
        close_of_day,
        lambda calendar, moment: worked(calendar, moment, moment),
        lambda calendar, moment: is_provisional(calendar, moment, moment),
    )

    @pytest.mark.parametrize("ask", questions)
    def test_a_calendar_without_an_open_minute_is_named(
        self, ask: Callable[[Calendar, datetime], object]
    ) -> None:
        """LESSONS 98: others needed an iteration guard after production hung."""
        with pytest.raises(ValueError, match="calendar shut has too little open time"):
            ask(NEVER_OPEN, at("2026-11-23 10:00"))

    def test_a_calendar_whose_every_day_is_a_holiday_is_named_too(self) -> None:
        """The guard is on the search and not on the look of the table."""
        first = date(2026, 1, 1)
        closed = frozenset(first + timedelta(days=ahead) for ahead in range(25 * 366))
        calendar = Calendar("shut", "Asia/Shanghai", {0: OFFICE_HOURS}, holidays=closed)
        with pytest.raises(ValueError, match="too little open time"):
            next_open(calendar, at("2026-11-23 10:00"))

    def test_a_calendar_that_never_opens_still_answers_what_has_an_answer(self) -> None:
        """An elapsed clock needs no calendar, and "no" is an answer."""
        moment = at("2026-11-23 10:00")
        assert add(NEVER_OPEN, moment, Span(2, "h")) == at("2026-11-23 12:00")
        assert not is_open(NEVER_OPEN, moment)
        assert close_of_day(NEVER_OPEN, moment) is None
        assert worked(NEVER_OPEN, moment, at("2027-11-23 10:00")) == timedelta()

    @pytest.mark.parametrize("ask", questions + indifferent)
    @pytest.mark.parametrize("calendar", [FIVE_BY_EIGHT, ROUND_THE_CLOCK])
    def test_a_naive_moment_is_refused(
        self, ask: Callable[[Calendar, datetime], object], calendar: Calendar
    ) -> None:
        """Nobody knows whose ten o'clock it would be."""
        moment = datetime(2026, 11, 23, 10, 0)  # noqa: DTZ001 -- naive on purpose
        with pytest.raises(ValueError, match="aware"):
            ask(calendar, moment)

    @pytest.mark.parametrize("ask", questions + indifferent)
    @pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
    def test_a_moment_at_the_ends_of_time_is_refused(
        self, ask: Callable[[Calendar, datetime], object], moment: datetime
    ) -> None:
        """A hostile Date header must not become an OverflowError."""
        with pytest.raises(ValueError, match="outside the years"):
            ask(FIVE_BY_EIGHT, moment)

    def test_an_unknown_zone_is_refused(self) -> None:
        """Whatever zoneinfo raises for it: a typo, a folder, a path."""
        for zone in ("Asia/Shangai", "Asia", "/etc/passwd", "../UTC", "", "a\0b"):
            with pytest.raises(ValueError, match="IANA"):
                Calendar("x", zone, {})

    @pytest.mark.parametrize(
        "hours", [((540, 540),), ((720, 540),), ((-1, 60),), ((0, 1441),), ((540, 720), (700, 800))]
    )
    def test_hours_that_are_no_hours_are_refused(self, hours: tuple[tuple[int, int], ...]) -> None:
        """Overlapping hours would count twice; the sentence names calendar and weekday."""
        with pytest.raises(ValueError, match="calendar x, weekday 2"):
            Calendar("x", "Asia/Shanghai", {2: hours})
        with pytest.raises(ValueError, match="calendar x, make-up days"):
            Calendar("x", "Asia/Shanghai", {}, make_up_hours=hours)

    def test_a_weekday_that_does_not_exist_is_refused(self) -> None:
        """ISO numbers run to 7, Python's to 6."""
        with pytest.raises(ValueError, match="Monday is 0"):
            Calendar("x", "Asia/Shanghai", {7: OFFICE_HOURS})
