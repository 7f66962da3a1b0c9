"""Whatever happens to a case in whatever order, with the clock running, stopping and jumping: the laws of `watch` hold.

Fifty thousand moves of random lives under the shipped policy (RELIABILITY G10, G11, F29, F31), each a mail, a
command, a silence or an absence; the core takes several steps in most of them, and every single one is watched.
GATEWAY_RIG_STEPS makes it longer, GATEWAY_RIG_SEED draws other lives. A life that breaks a law is shrunk first.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from types import SimpleNamespace

import pytest

from gateway.cases import commitments, escalation, lifecycle, steps
from gateway.cases.case import Case, Notice
from gateway.cases.commitments import Commitment
from gateway.cases.policy import NoticeRule, Policy
from gateway.parts import composer_of
from gateway.responders.letters import customer_letter
from gateway.storage import mapping
from tests.builders import policy, shipped_config, terms
from tests.cases import walks
from tests.cases.happenings import SECRET
from tests.cases.walks import Played, Walk
from tests.cases.watch import OUTSIDE

STEPS = int(os.environ.get("GATEWAY_RIG_STEPS", "50000"))
SEED = int(os.environ.get("GATEWAY_RIG_SEED", "0"))
SHARDS = 10
"""So many tests, so that every core of the machine has its part."""

LIVES_A_SHARD = 10_000_000
MOVES_WITH_LETTERS = 500
FEW_MOVES = 4


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_life_of_a_case_breaks_a_law(shard: int) -> None:
    """No promise fires twice, no closed case speaks, no rung is skipped, no note leaves, nobody is asked unreviewed."""
    made, seeds = 0, count((SEED * SHARDS + shard) * LIVES_A_SHARD)
    while made < STEPS // SHARDS:
        walk = walks.draw(next(seeds))
        made += len(walk.moves)
        if walks.broken_law(walk) is not None:
            pytest.fail(_told(walk))


def _told(walk: Walk) -> str:
    shortest = walks.shrunk(walk, lambda each: walks.broken_law(each) is not None)
    return f"{walks.broken_law(shortest)}\n{shortest}"


def test_a_case_in_the_middle_of_any_life_is_stored_and_read_as_it_was() -> None:
    """What happens next depends on the case alone, and the case is what the database gives back."""
    cases = [Played(walks.draw(seed)).play().case for seed in range(100)]
    assert [mapping.case_from_json(mapping.case_to_json(case)) for case in cases] == cases


def test_no_letter_to_anybody_outside_holds_an_internal_note() -> None:
    """Nor do the words around the notice: what the templates say of the case is read as the customer reads it."""
    composer, letters = composer_of(shipped_config()), list[str]()

    def heard(notice: Notice, case: Case, at: datetime) -> None:
        if notice.to in OUTSIDE:
            letter = customer_letter(composer, notice, case, at, terms(case.plan), None)
            letters.append(letter.subject + letter.text + letter.html)

    made, seeds = 0, count()
    while made < MOVES_WITH_LETTERS:
        walk = walks.draw(next(seeds))
        made += len(walk.moves)
        Played(walk, heard=heard).play()
    assert len(letters) > MOVES_WITH_LETTERS / 5
    assert [letter for letter in letters if SECRET in letter] == []


# The machine itself: a house rule that is broken on purpose is found, and told in a few lines.


def _unreviewed(_: pytest.MonkeyPatch) -> Policy:
    kinds = {name: replace(kind, life="handled") for name, kind in policy().kinds.items()}
    return replace(policy(), kinds=kinds)


def _leaking(_: pytest.MonkeyPatch) -> Policy:
    rule = NoticeRule(
        notice="status_update", on=frozenset({"note_taken"}), to=("customer",), carries_words=True
    )
    return replace(policy(), notices=(*policy().notices, rule))


def _skipping(monkeypatch: pytest.MonkeyPatch) -> Policy:
    def second_next(chain: Sequence[str], rung: int, staffed: frozenset[str]) -> tuple[int, str]:
        return escalation.next_rung(chain, rung + 1, staffed)

    monkeypatch.setattr(steps, "escalation", SimpleNamespace(**vars(escalation) | {"next_rung": second_next}))
    return policy()


def _talking_on(monkeypatch: pytest.MonkeyPatch) -> Policy:
    def never(_status: str) -> bool:
        return False

    monkeypatch.setattr(steps, "lifecycle", SimpleNamespace(**vars(lifecycle) | {"is_over": never}))
    return policy()


def _running_on(monkeypatch: pytest.MonkeyPatch) -> Policy:
    def forgotten(each: Commitment, _at: datetime) -> Commitment:
        return each

    monkeypatch.setattr(steps, "promised", SimpleNamespace(**vars(commitments) | {"pause": forgotten}))
    return policy()


@pytest.mark.parametrize(
    ("sabotage", "law"),
    [
        (_unreviewed, "without a review"),
        (_leaking, "an internal note"),
        (_skipping, "passed over"),
        (_talking_on, "a closed case owes"),
        (_running_on, "while the case is"),
    ],
)
def test_a_broken_rule_is_found_and_told_in_a_few_lines(
    sabotage: Callable[[pytest.MonkeyPatch], Policy], law: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that finds nothing must be one that could have found it."""
    promises = sabotage(monkeypatch)

    def breaks(walk: Walk) -> bool:
        return law in (walks.broken_law(walk, promises) or "")

    found = next(walk for walk in map(walks.draw, range(500)) if breaks(walk))
    assert len(walks.shrunk(found, breaks).moves) <= FEW_MOVES
