"""The life of a case as its table tells it: which event leads where, and which statuses there are."""

import pytest

from gateway.cases import lifecycle
from gateway.cases.events import EVENTS
from gateway.cases.lifecycle import (
    AWAITING_CONFIRMATION,
    CLOSED,
    FAULT,
    IN_PROGRESS,
    OPEN,
    STATUSES,
    WAITING_ON_CUSTOMER,
    status_after,
)


def test_only_a_confirmation_of_what_was_called_solved_closes_a_case() -> None:
    """P-35: a thank-you in the middle of the work closes nothing (L-100), and no other event closes at all."""
    closing = {
        (status, event) for status, page in FAULT.items() for event, after in page.items() if after == CLOSED
    }
    assert closing == {(AWAITING_CONFIRMATION, "confirmed")}


def test_only_a_refusal_reopens_a_closed_case() -> None:
    """Everything else that arrives late leaves it closed."""
    assert dict(FAULT[CLOSED]) == {"refused": IN_PROGRESS}


@pytest.mark.parametrize("status", [OPEN, IN_PROGRESS, WAITING_ON_CUSTOMER])
def test_whatever_the_status_solved_asks_for_confirmation(status: str) -> None:
    """P-34: also straight from the first mail."""
    assert status_after("fault", status, "resolved") == AWAITING_CONFIRMATION


@pytest.mark.parametrize("event", ["customer_wrote", "refused", "engineer_replied", "progress", "arrived"])
def test_any_word_or_deed_ends_the_waiting(event: str) -> None:
    """The ball is with the customer until somebody moves it."""
    assert status_after("fault", WAITING_ON_CUSTOMER, event) == IN_PROGRESS


def test_words_alone_do_not_reopen_what_waits_for_confirmation() -> None:
    """A question about the invoice is no refusal."""
    assert status_after("fault", AWAITING_CONFIRMATION, "customer_wrote") == AWAITING_CONFIRMATION


def test_every_row_speaks_of_events_and_statuses_that_exist() -> None:
    """A misspelt event in the table would silently never happen."""
    assert set(FAULT) == set(STATUSES)
    for page in FAULT.values():
        assert set(page) <= set(EVENTS)
        assert set(page.values()) <= set(STATUSES)


def test_every_status_can_be_reached_and_every_one_but_closed_can_be_left() -> None:
    """No case can be stuck, and no status is a word without a case."""
    reached = {OPEN} | {after for page in FAULT.values() for after in page.values()}
    assert reached == set(STATUSES)
    assert all(FAULT[status] for status in STATUSES)


def test_a_kind_without_a_page_lives_as_a_fault_does() -> None:
    """A complaint is worked before its own life is written down."""
    assert status_after("complaint", OPEN, "assigned") == IN_PROGRESS


def test_an_event_that_the_table_does_not_name_changes_nothing() -> None:
    """It still happens: journalled, meeting commitments, giving notices."""
    assert status_after("fault", IN_PROGRESS, "note_taken") == IN_PROGRESS


def test_only_closed_is_over() -> None:
    """As long as it is not closed something is owed or awaited."""
    assert [status for status in STATUSES if lifecycle.is_over(status)] == [CLOSED]
