"""Due moments equal those of an independent minute-by-minute oracle: 100,000 at random, and the worked cases.

The issue's acceptance: 0 differences. The seed is fixed; GATEWAY_ORACLE_SEED sets another for a longer hunt.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

import numpy as np
import pytest

from gateway.cases import business_time
from gateway.cases.business_time import Calendar, Span, Unit
from tests.builders import at, policy
from tests.cases import oracle

SEED = int(os.environ.get("GATEWAY_ORACLE_SEED", "20261123"))
LAST_START = oracle.seconds(datetime(2026, 9, 1, tzinfo=oracle.SHANGHAI))
LONGEST: dict[Unit, int] = {"m": 5000, "h": 300, "wm": 4000, "wh": 60, "wd": 12}
PAUSES = (0, 1, 3)
"""How many pauses a commitment has had."""
EACH = 3334
"""Comparisons for each of 2 calendars, 5 units and 3 numbers of pauses: 100,020 together."""
SECONDS_A_DAY = 86400


@dataclass(frozen=True)
class Draw:
    """Random questions of one kind, as arrays; `begins` and `ends` of the pauses are in order of their beginnings."""

    starts: oracle.Seconds
    amounts: oracle.Seconds
    pauses: list[tuple[oracle.Seconds, oracle.Seconds]]


def calendar(plan: str) -> Calendar:
    return policy().plans[plan].calendar


def draw(random: np.random.Generator, unit: Unit, pauses: int) -> Draw:
    """Starts to the second, half of them near an edge of the day; pauses from a second to days long."""
    starts = random.integers(0, LAST_START, EACH)
    edges = random.choice([9, 12, 13, 18], EACH) * 3600 + random.integers(-90, 90, EACH)
    starts = np.where(random.random(EACH) < 0.5, starts // SECONDS_A_DAY * SECONDS_A_DAY + edges, starts)
    begins = np.sort(starts + random.integers(-4 * 3600, 6 * SECONDS_A_DAY, (pauses, EACH)), axis=0)
    lengths = (10 ** random.uniform(0, 5.6, (pauses, EACH))).astype(np.int64)
    begins = np.maximum(begins, 0)
    return Draw(
        starts, random.integers(1, LONGEST[unit] + 1, EACH), list(zip(begins, begins + lengths, strict=True))
    )


def differences(plan: str, unit: Unit, drawn: Draw) -> Iterator[str]:
    """Every question to which the gateway gives another answer than the oracle."""
    expected = oracle.due_all(oracle.calendar(plan), unit, drawn.starts, drawn.amounts, drawn.pauses)
    gateways = calendar(plan)
    for index in range(EACH):
        start = oracle.moment(drawn.starts[index])
        span = Span(int(drawn.amounts[index]), unit)
        pauses = [(oracle.moment(begins[index]), oracle.moment(ends[index])) for begins, ends in drawn.pauses]
        found = business_time.add(gateways, start, span, pauses)
        if found != oracle.moment(expected[index]):
            yield f"{plan} {start} + {span} without {pauses}: {found}, oracle {oracle.moment(expected[index])}"


@pytest.mark.parametrize("pauses", PAUSES)
@pytest.mark.parametrize("unit", LONGEST)
@pytest.mark.parametrize("plan", ["5x8", "7x24"])
def test_due_moments_equal_the_oracles(plan: str, unit: Unit, pauses: int) -> None:
    """100,020 random spans over the thirty cases of this test, 0 differences (issue, "Show"; RELIABILITY G12)."""
    seed = [SEED, *plan.encode(), *unit.encode(), pauses]
    assert list(differences(plan, unit, draw(np.random.default_rng(seed), unit, pauses))) == []


@pytest.mark.parametrize("plan", ["5x8", "7x24"])
def test_the_first_open_moment_equals_the_oracles(plan: str) -> None:
    """P-30 and P-31 begin there when the report comes at night (SERVICE "ours")."""
    random = Random(SEED)
    for _ in range(2000):
        moment = oracle.moment(random.randrange(LAST_START))
        assert business_time.next_open(calendar(plan), moment) == oracle.first_open(plan, moment)
        assert business_time.add(calendar(plan), moment, Span(0, "wm")) == oracle.first_open(plan, moment)


@pytest.mark.parametrize("plan", ["5x8", "7x24"])
def test_working_time_between_two_moments_equals_the_oracles(plan: str) -> None:
    """Prompts are so much working time ahead, and the quality figures count in it."""
    random = Random(SEED)
    minutes = oracle.calendar(plan)
    for _ in range(2000):
        first = random.randrange(LAST_START)
        last = first + random.randrange(20 * SECONDS_A_DAY)
        until = minutes.worked_until(np.array([first, last]))
        worked = business_time.worked(calendar(plan), oracle.moment(first), oracle.moment(last))
        assert worked == timedelta(seconds=int(until[1] - until[0]))


def test_both_sources_of_holidays_agree_on_every_day() -> None:
    """Our data file and the chinesecalendar package: otherwise one of the two has a day wrong (2024-2026)."""
    known = calendar("5x8")
    for offset in range(oracle.DAYS):
        day = (oracle.BEGIN + timedelta(days=offset)).date()
        noon = datetime(day.year, day.month, day.day, 10, tzinfo=oracle.SHANGHAI)
        assert business_time.is_open(known, noon) == oracle.is_workday(day), day


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        ("2026-11-23 11:50", "30wm", "2026-11-23 13:20"),
        ("2026-11-23 09:00", "8wh", "2026-11-23 18:00"),
        ("2026-11-20 17:55", "10wm", "2026-11-23 09:05"),
        ("2026-10-09 17:30", "1wh", "2026-10-10 09:30"),
        ("2026-09-30 17:00", "2wh", "2026-10-08 10:00"),
        ("2026-11-23 10:00", "3wd", "2026-11-26 18:00"),
    ],
)
def test_the_oracle_itself_gives_what_a_wall_calendar_gives(start: str, span: str, expected: str) -> None:
    """An oracle that is wrong in the same way as the code proves nothing; these were worked out by hand."""
    assert oracle.due("5x8", at(start), span) == at(expected)


def test_the_oracle_knows_a_make_up_saturday() -> None:
    """10 October 2026 is a Saturday and worked; the Thursday of National Day week is not."""
    assert oracle.is_workday(date(2026, 10, 10))
    assert not oracle.is_workday(date(2026, 10, 1))
