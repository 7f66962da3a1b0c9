"""A commitment by itself: its two moments, standing still, going on, another date, met, late, withdrawn, reopened."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.cases import commitments as promised
from gateway.cases.business_time import Span
from gateway.cases.commitments import Commitment, next_due, start
from gateway.cases.policy import Ahead, Target
from tests.builders import at, terms

Ending = Callable[[Commitment, datetime], Commitment]
NINE = at("2026-11-23 09:00")
TARGET = Target(
    name="news",
    promises={1: "P-31", 2: "P-32"},
    starts_on=frozenset({"reported"}),
    met_by=frozenset({"sent:news"}),
    within={1: (Span(1, "wh"),), 2: (Span(4, "wh"), Span(6, "h"))},
    owed_by="gateway",
    prompt=Ahead("ask", "engineer", before=Span(10, "wm")),
    speak=Ahead("news", "customer", before=Span(1, "wm")),
    customer_sets_interval=True,
)


@pytest.fixture
def running() -> Commitment:
    """Made at nine under level 2, due at two."""
    return start(TARGET, 2, NINE, terms())


def test_it_is_due_at_the_earliest_of_its_spans(running: Commitment) -> None:
    """SERVICE: where two promises of the same kind apply the earlier counts; lunch makes 4wh 14:00, 6h is 15:00."""
    assert running.due == at("2026-11-23 14:00")
    assert start(TARGET, 2, at("2026-11-23 16:00"), terms()).due == at("2026-11-23 22:00")


def test_it_acts_at_the_prompt_then_at_the_speech_then_when_due(running: Commitment) -> None:
    """Two moments, and each once."""
    assert running.acts_at() == at("2026-11-23 13:50")
    prompted = replace(running, prompted=True)
    assert prompted.acts_at() == at("2026-11-23 13:59")
    assert replace(prompted, spoken=True).acts_at() == at("2026-11-23 14:00")


@pytest.mark.parametrize("state", [promised.PAUSED, promised.MET, promised.MISSED, promised.WITHDRAWN])
def test_only_what_runs_acts(running: Commitment, state: str) -> None:
    """Nothing is said of what is done, late already, or stands still."""
    assert replace(running, state=state).acts_at() is None


def test_a_prompt_is_never_before_the_promise_was_made() -> None:
    """A lead longer than the promise asks at once, not in the past."""
    hasty = replace(TARGET, prompt=Ahead("ask", "engineer", before=Span(8, "wh")))
    assert start(hasty, 1, NINE, terms()).prompt_at == NINE


def test_speaking_after_none_of_the_working_time_waits_for_the_clock_to_run() -> None:
    """P-30: at once in the day, at nine in the night."""
    at_once = replace(TARGET, speak=Ahead("news", "customer", after=Span(0, "wm")))
    assert start(at_once, 1, at("2026-11-22 23:00"), terms()).speak_at == NINE
    assert start(at_once, 1, at("2026-11-23 10:00"), terms()).speak_at == at("2026-11-23 10:00")


def test_pausing_and_resuming_moves_the_due_moment_by_the_pause(running: Commitment) -> None:
    """An hour of waiting is an hour more."""
    paused = promised.pause(running, at("2026-11-23 10:00"))
    assert (paused.state, paused.due) == (promised.PAUSED, running.due)
    resumed = promised.resume(paused, at("2026-11-23 11:00"))
    again = promised.redate(resumed, replace(TARGET, within={2: (Span(4, "wh"),)}), 2, terms())
    assert (again.state, again.due) == (promised.RUNNING, at("2026-11-23 15:00"))
    assert again.pauses == ((at("2026-11-23 10:00"), at("2026-11-23 11:00")),)


def test_another_level_counts_from_the_original_moment(running: Commitment) -> None:
    """And cites the other promise."""
    redated = promised.redate(running, TARGET, 1, terms(), not_before=at("2026-11-23 09:20"))
    assert (redated.due, redated.promise) == (at("2026-11-23 10:00"), "P-31")


def test_a_change_leaves_the_prompts_lead(running: Commitment) -> None:
    """Never due before the change and ten minutes; without a prompt the policy's own lead counts."""
    noon = at("2026-11-23 11:00")
    assert promised.redate(running, TARGET, 1, terms(), not_before=noon).due == noon + timedelta(minutes=10)
    silent = replace(TARGET, prompt=None)
    lead = terms().policy.lead.length
    assert promised.redate(running, silent, 1, terms(), not_before=noon).due == noon + lead


def test_an_interval_of_the_customers_takes_the_place_of_the_rows_own(running: Commitment) -> None:
    """P-32, for rows that allow it and no others."""
    half_an_hour = Span(30, "wm")
    asked = promised.redate(running, TARGET, 2, terms(), interval=half_an_hour)
    assert asked.due == at("2026-11-23 09:30")
    fixed = replace(TARGET, customer_sets_interval=False)
    assert promised.redate(running, fixed, 2, terms(), interval=half_an_hour).due == running.due


def test_met_in_time_is_met_and_met_late_stays_missed(running: Commitment) -> None:
    """Quality must not lose the miss because somebody did it in the end."""
    done = at("2026-11-23 15:00")
    assert promised.meet(running, done).state == promised.MET
    late = promised.meet(replace(running, state=promised.MISSED), done)
    assert (late.state, late.ended_at, late.is_owed) == (promised.MISSED, done, False)


def test_withdrawn_is_neither_met_nor_missed_unless_it_was(running: Commitment) -> None:
    """A case closed at noon did not break its promise of two o'clock."""
    noon = at("2026-11-23 12:00")
    assert promised.withdraw(running, noon).state == promised.WITHDRAWN
    assert promised.withdraw(replace(running, state=promised.MISSED), noon).state == promised.MISSED


@pytest.mark.parametrize("end", [promised.meet, promised.withdraw])
def test_ending_closes_an_open_pause(running: Commitment, end: Ending) -> None:
    """No pause is left open on what is done with."""
    ten, noon = at("2026-11-23 10:00"), at("2026-11-23 12:00")
    ended = end(promised.pause(running, ten), noon)
    assert (ended.paused_at, ended.pauses) == (None, ((ten, noon),))


def test_what_turned_out_not_to_hold_is_owed_again_without_the_time_between(running: Commitment) -> None:
    """Solved at ten, refused at three: the hours between are a pause, and its prompts come again."""
    ten, three = at("2026-11-23 10:00"), at("2026-11-23 15:00")
    again = promised.reopen(promised.meet(replace(running, prompted=True, spoken=True), ten), three)
    assert (again.state, again.ended_at, again.pauses) == (promised.RUNNING, None, ((ten, three),))
    assert (again.prompted, again.spoken) == (False, False)


def test_a_year_without_published_holidays_is_marked(running: Commitment) -> None:
    """F34: computed all the same, and said to be provisional."""
    assert not running.provisional
    assert start(TARGET, 2, at("2031-03-03 09:00"), terms()).provisional


def test_the_clock_next_looks_at_the_earliest_of_all(running: Commitment) -> None:
    """And at nothing where nothing runs."""
    later = replace(running, prompted=True)
    assert next_due([later, running]) == running.acts_at()
    assert next_due([promised.pause(running, NINE)]) is None
    assert next_due([]) is None
