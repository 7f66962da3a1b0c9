"""The life of a case as its table tells it: which event leads where, and which statuses there are."""

import pytest

from gateway.cases import lifecycle
from gateway.cases.events import EVENTS
from gateway.cases.lifecycle import (
    AWAITING_CONFIRMATION,
    CLOSED,
    HANDLED,
    IN_PROGRESS,
    IN_REVIEW,
    LIVES,
    OPEN,
    REVIEWED,
    STATUSES,
    WAITING_ON_CUSTOMER,
    status_after,
)


def test_only_a_confirmation_of_what_was_called_solved_closes_a_case() -> None:
    """P-35: a thank-you in the middle of the work closes nothing (L-100), and no other event closes at all."""
    closing = {
        (status, event)
        for status, page in HANDLED.items()
        for event, after in page.items()
        if after == CLOSED and event != "merged_into"
    }
    assert closing == {(AWAITING_CONFIRMATION, "confirmed")}


def test_what_goes_on_as_another_case_ends_in_every_status() -> None:
    """L-44: nothing is owed twice; the promises are the other case's, and its customer confirms there (P-35)."""
    assert {
        status for status in STATUSES if status_after("reviewed", status, "merged_into") == CLOSED
    } == set(STATUSES)


def test_only_a_refusal_reopens_a_closed_case() -> None:
    """Everything else that arrives late leaves it closed."""
    assert dict(HANDLED[CLOSED]) == {"refused": IN_PROGRESS}


@pytest.mark.parametrize("status", [OPEN, IN_PROGRESS, WAITING_ON_CUSTOMER])
def test_whatever_the_status_solved_asks_for_confirmation(status: str) -> None:
    """P-34: also straight from the first mail."""
    assert status_after("handled", status, "resolved") == AWAITING_CONFIRMATION


@pytest.mark.parametrize("event", ["customer_wrote", "refused", "engineer_replied", "progress", "arrived"])
def test_any_word_or_deed_ends_the_waiting(event: str) -> None:
    """The ball is with the customer until somebody moves it."""
    assert status_after("handled", WAITING_ON_CUSTOMER, event) == IN_PROGRESS


def test_words_alone_do_not_reopen_what_waits_for_confirmation() -> None:
    """A question about the invoice is no refusal."""
    assert status_after("handled", AWAITING_CONFIRMATION, "customer_wrote") == AWAITING_CONFIRMATION


@pytest.mark.parametrize("life", sorted(LIVES))
def test_every_row_speaks_of_events_and_statuses_that_exist(life: str) -> None:
    """A misspelt event in a table would silently never happen."""
    for status, page in LIVES[life].items():
        assert status in STATUSES
        assert {key for key in page if not key.startswith("missed:")} <= set(EVENTS)
        assert set(page.values()) <= set(STATUSES)


@pytest.mark.parametrize("life", sorted(LIVES))
def test_every_status_of_a_life_can_be_reached_and_all_but_closed_can_be_left(life: str) -> None:
    """No case can be stuck, and no status is a word without a case."""
    pages = LIVES[life]
    reached = {OPEN} | {after for page in pages.values() for after in page.values()}
    assert reached == set(pages)
    assert all(page for status, page in pages.items() if status != CLOSED)


def test_a_reviewed_life_asks_the_customer_only_after_the_review() -> None:
    """P-45, P-46: what the engineer has finished is passed by the centre manager, or goes back to work."""
    for status in (OPEN, IN_PROGRESS, WAITING_ON_CUSTOMER):
        assert status_after("reviewed", status, "resolved") == IN_REVIEW
    assert status_after("reviewed", IN_REVIEW, "review_passed") == AWAITING_CONFIRMATION
    assert status_after("reviewed", IN_REVIEW, "review_failed") == IN_PROGRESS
    assert status_after("reviewed", AWAITING_CONFIRMATION, "review_failed") == IN_PROGRESS
    assert REVIEWED[AWAITING_CONFIRMATION].items() >= HANDLED[AWAITING_CONFIRMATION].items()
    assert REVIEWED[CLOSED] == HANDLED[CLOSED]


def test_nobody_is_pressed_for_an_answer_to_a_question_of_ours() -> None:
    """P-63: a follow-up that is left unanswered is put away when its time is over."""
    assert status_after("asked", OPEN, "missed:follow_up") == CLOSED
    assert status_after("asked", OPEN, "satisfaction_given") == CLOSED
    assert status_after("asked", OPEN, "customer_wrote") == OPEN


def test_an_event_that_the_table_does_not_name_changes_nothing() -> None:
    """It still happens: journalled, meeting commitments, giving notices."""
    assert status_after("handled", IN_PROGRESS, "note_taken") == IN_PROGRESS


def test_only_closed_is_over() -> None:
    """As long as it is not closed something is owed or awaited."""
    assert [status for status in STATUSES if lifecycle.is_over(status)] == [CLOSED]
