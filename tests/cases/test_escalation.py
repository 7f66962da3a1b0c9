"""Whom to tell next: rung by rung, over empty ones, to the administrator at last, and never to nobody (P-50)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cases.escalation import ADMINISTRATOR, is_top, next_rung

CHAIN = ("level_manager:1", "level_manager:2", "level_manager:3")
EVERYBODY = frozenset(CHAIN)


def test_the_next_rung_is_the_one_above() -> None:
    """From the ground to the first, from the first to the second."""
    assert next_rung(CHAIN, 0, EVERYBODY) == (1, "level_manager:1")
    assert next_rung(CHAIN, 1, EVERYBODY) == (2, "level_manager:2")


def test_an_empty_rung_falls_through() -> None:
    """SERVICE "ours": to the next one above."""
    assert next_rung(CHAIN, 0, frozenset({"level_manager:3"})) == (3, "level_manager:3")


@pytest.mark.parametrize("rung", [3, 4, 9])
def test_past_the_last_rung_stands_the_administrator(rung: int) -> None:
    """And the rung stays at the top, however often it is asked."""
    assert next_rung(CHAIN, rung, EVERYBODY) == (4, ADMINISTRATOR)


@pytest.mark.parametrize("chain", [(), CHAIN])
def test_with_nobody_in_any_role_it_is_the_administrator(chain: tuple[str, ...]) -> None:
    """Never nobody, also for an owner who wrote no chain."""
    assert next_rung(chain, 0, frozenset()) == (len(chain) + 1, ADMINISTRATOR)


def test_only_the_administrator_is_the_top() -> None:
    """The last manager still has somebody above."""
    assert [is_top(CHAIN, rung) for rung in range(5)] == [False, False, False, False, True]


@given(st.integers(0, 6), st.frozensets(st.sampled_from(CHAIN)))
def test_it_never_goes_down_and_never_passes_anybody(rung: int, staffed: frozenset[str]) -> None:
    """For every rung and every staffing."""
    above, role = next_rung(CHAIN, rung, staffed)
    assert above > rung or above == len(CHAIN) + 1
    assert staffed.isdisjoint(CHAIN[rung : above - 1])
    assert role == ADMINISTRATOR or role in staffed
