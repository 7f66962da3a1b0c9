"""Whatever happens to a case in whatever order, with the clock running, stopping and jumping: these laws hold.

A hypothesis state machine over the shipped policy (RELIABILITY G10, G11, F29, F31).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.cases import commitments as promised
from gateway.cases import escalation, lifecycle
from gateway.cases.case import Case, Step
from gateway.cases.events import Event
from gateway.cases.policy import PRIORITIES
from gateway.storage import mapping
from tests.builders import CUSTOMER, Life, at, policy
from tests.cases.happenings import ANYTHING, ORDINARY, SECRET

MINUTES = st.sampled_from([0, 1, 9, 30, 61, 300, 24 * 60, 3 * 24 * 60])
CHAIN = policy().escalation_chain
STAFFED = st.frozensets(st.sampled_from(CHAIN))


@dataclass
class Watched(Life):
    """A life that checks every single step, whoever caused it."""

    def _take(self, step: Step, moment: datetime) -> None:
        self.check(self.case, step, moment)
        super()._take(step, moment)

    def check(self, before: Case, step: Step, moment: datetime) -> None:
        """What must hold from each case to the next."""
        changed = step.case != before
        assert step.case.version == before.version + changed
        assert changed or (step.entries, step.notices) == ((), ())
        assert step.case.next_due is None or step.case.next_due > moment, "it would be looked at for ever"
        if lifecycle.is_over(before.status) and lifecycle.is_over(step.case.status):
            assert [notice for notice in step.notices if notice.to == CUSTOMER] == []
        if step.case.rung != before.rung:
            rung, role = escalation.next_rung(CHAIN, before.rung, self.terms.staffed)
            assert step.case.rung == rung, "a rung with somebody on it was passed over"
            assert role in {notice.to for notice in step.notices if notice.name == "escalation"}


class CaseMachine(RuleBasedStateMachine):
    """One case; the clock only ever goes forward."""

    life: Watched
    now: datetime

    @initialize(
        level=st.integers(1, 4),
        plan=st.sampled_from(["5x8", "7x24"]),
        language=st.sampled_from(["zh-Hans", "en"]),
        staffed=STAFFED,
        delivers=st.booleans(),
        night=st.booleans(),
    )
    def report(
        self, level: int, plan: str, language: str, staffed: frozenset[str], delivers: bool, night: bool
    ) -> None:
        self.now = at("2026-11-21 23:30" if night else "2026-11-23 11:50")
        self.life = Watched(plan, level, language, staffed, delivers=delivers)
        self.life.reported(self.now)

    @rule(event=ANYTHING, minutes=MINUTES)
    def something_happens(self, event: Event, minutes: int) -> None:
        self._happens(event, minutes)

    @rule(event=ORDINARY, minutes=MINUTES)
    def life_goes_on(self, event: Event, minutes: int) -> None:
        self._happens(event, minutes)

    def _happens(self, event: Event, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.life.happens(self.now, event)

    @rule(minutes=MINUTES)
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.life.runs(self.now)

    @rule(minutes=MINUTES)
    def the_gateway_is_away(self, minutes: int) -> None:
        """G10: one update to the customer and one escalation at most, however long."""
        self.now += timedelta(minutes=minutes)
        step = self.life.looks(self.now)
        assert len([notice for notice in step.notices if notice.to == CUSTOMER]) <= 1
        assert len([notice for notice in step.notices if notice.name == "escalation"]) <= 1

    @rule()
    def a_second_look_finds_nothing(self) -> None:
        """F31: what has fired has a state, and fires no more."""
        self.life.looks(self.now)
        again = self.life.looks(self.now)
        assert (again.entries, again.notices) == ((), ())

    @invariant()
    def nothing_fires_twice(self) -> None:
        missed = Counter(
            (entry.name, str(entry.detail["made_at"]))
            for entry in self.life.journal
            if entry.kind == "commitment" and entry.detail["state"] == "missed"
        )
        assert [fired for fired, times in missed.items() if times > 1] == []

    @invariant()
    def a_closed_case_owes_nothing(self) -> None:
        if lifecycle.is_over(self.life.case.status):
            assert self.life.case.next_due is None
            assert [each for each in self.life.case.commitments if each.is_owed] == []

    @invariant()
    def every_commitment_belongs_to_a_row(self) -> None:
        for each in self.life.case.commitments:
            target = self.life.terms.target(each.name)
            assert target is not None
            assert each.promise in target.promises.values()

    @invariant()
    def a_clock_stands_still_exactly_while_its_row_says_so(self) -> None:
        for each in self.life.case.commitments:
            target = self.life.terms.target(each.name)
            assert target is not None
            if each.is_owed and each.state != promised.MISSED:
                assert (each.state == promised.PAUSED) == (self.life.case.status in target.pauses_while)

    @invariant()
    def at_most_one_promise_of_a_kind_is_running(self) -> None:
        running = Counter(each.name for each in self.life.case.commitments if each.state == promised.RUNNING)
        assert [name for name, count in running.items() if count > 1] == []

    @invariant()
    def the_customer_never_reads_a_note(self) -> None:
        told = [each.notice for each in self.life.said if each.notice.to == CUSTOMER]
        assert SECRET not in str([notice.facts for notice in told])
        assert SECRET not in str(self.life.case.pending_words)

    @invariant()
    def words_to_the_customer_are_words_they_can_read(self) -> None:
        told = [each.notice.facts for each in self.life.said if each.notice.to == CUSTOMER]
        reads = self.life.case.reporter.language[:2]
        assert all(str(facts["words_language"])[:2] == reads for facts in told if "words" in facts)

    @invariant()
    def the_priority_is_never_below_what_the_level_gives(self) -> None:
        start = policy().levels[self.life.case.level].priority
        assert PRIORITIES.index(self.life.case.priority) >= PRIORITIES.index(start)

    @invariant()
    def no_notice_id_is_used_twice(self) -> None:
        ids = [each.notice.id for each in self.life.said]
        assert len(set(ids)) == len(ids)

    @invariant()
    def a_stored_case_is_the_same_case(self) -> None:
        assert mapping.case_from_json(mapping.case_to_json(self.life.case)) == self.life.case

    @invariant()
    def the_case_does_not_grow_with_its_years(self) -> None:
        """Of what is done with, only the latest is kept; the journal has the rest."""
        assert len(self.life.case.commitments) <= 2 * len(policy().targets)


TestCaseMachine = CaseMachine.TestCase
TestCaseMachine.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
