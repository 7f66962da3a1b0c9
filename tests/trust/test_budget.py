"""Budgets for automatic mail: who gets how many, and when a person hears of the silence."""

from dataclasses import replace

import pytest

from gateway.trust.budget import Counts, Limits, allowance

LIMITS = Limits()
NOTHING_YET = Counts(0, 0, 0, 0)


@pytest.mark.parametrize(("known", "most"), [(True, 10), (False, 2)])
def test_an_address_gets_its_day_s_budget_and_no_more(known: bool, most: int) -> None:
    """G15: ten a day, two for an address that we do not know, whoever asks."""
    sent = 0
    for _ in range(50):
        if allowance(replace(NOTHING_YET, to_address_in_a_day=sent), LIMITS, known=known).allowed:
            sent += 1
    assert sent == most


def test_ten_thousand_forged_senders_get_the_hour_s_budget_between_them() -> None:
    """T19: each of them another address of another domain, so that only their sum shows it."""
    sent = sum(
        allowance(replace(NOTHING_YET, to_strangers_in_an_hour=min(n, 300)), LIMITS, known=False).allowed
        for n in range(10_000)
    )
    assert sent == LIMITS.strangers_per_hour
    flooded = replace(NOTHING_YET, to_strangers_in_an_hour=10_000)
    assert allowance(flooded, LIMITS, known=True).allowed, (
        "customers are answered during a flood of strangers"
    )


def test_a_domain_has_a_budget_of_its_own() -> None:
    """T19: a mail bomb at a.1@, a.2@, a.3@ of one company is one flood."""
    full = replace(NOTHING_YET, to_domain_in_an_hour=LIMITS.domain_per_hour)
    for known in (True, False):
        assert not allowance(full, LIMITS, known=known).allowed
        assert allowance(full, LIMITS, known=known).tell
    assert allowance(replace(full, to_domain_in_an_hour=59), LIMITS, known=True).allowed


def test_two_machines_that_answer_each_other_fall_silent_within_five_rounds() -> None:
    """T20, FreeScout #2445: every automatic header stripped, so only the rounds can be counted."""
    exchanges = 0
    while allowance(replace(NOTHING_YET, exchanges=exchanges), LIMITS, known=True).allowed:
        exchanges += 1
    assert exchanges == 5
    last = allowance(replace(NOTHING_YET, exchanges=exchanges), LIMITS, known=True)
    assert last.tell
    assert "machine" in (last.reason or "")


def test_the_owner_s_limits_hold() -> None:
    """Nothing is fixed in code; zero is silence (L-25)."""
    none_at_all = Limits(0, 0, 0, 0, 0)
    assert not allowance(NOTHING_YET, none_at_all, known=True).allowed
    assert allowance(
        replace(NOTHING_YET, to_address_in_a_day=10), replace(LIMITS, known_per_day=20), known=True
    ).allowed


def test_silence_towards_a_stranger_is_nobody_s_alarm_and_towards_a_customer_is() -> None:
    """Forged senders use up their two a day by the thousand; a customer who hears no more is a person's business."""
    worn = replace(NOTHING_YET, to_address_in_a_day=10)
    assert not allowance(worn, LIMITS, known=False).tell
    assert allowance(worn, LIMITS, known=True).tell
    assert allowance(NOTHING_YET, LIMITS, known=True).reason is None
