"""The clock strikes: every case with a commitment near or late is looked at, each in a step of its own.

After an outage what managers are told of each case is kept back until the backlog is through, and then every one of
them gets one digest (RELIABILITY G10, F29). A case that cannot be advanced (a fault of ours) is let rest for a while
and shouted about; the others go on.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

import structlog

from gateway.cases import commitments as promised
from gateway.cases import steps
from gateway.cases.case import Case, Fact, Notice, Step
from gateway.cases.policy import Policy
from gateway.errors import NotNow, StaleCase
from gateway.ports import Letters, Ready, Store, Work

log = structlog.get_logger()

SHARE = 50
REST = timedelta(minutes=5)
OUTAGE = timedelta(minutes=10)
DIGEST = "digest"
KEPT_BACK = frozenset({"escalation", "dispatch_needed", "help_needed"})
"""What managers get case by case, and after an outage as one digest."""


class Due:
    """Looks at the clock for every case whose moment has come; later than `outage` means that the clock had stopped.

    `recorded` hears of every step, once it is durable.
    """

    def __init__(
        self,
        store: Store,
        policy: Policy,
        staffed: frozenset[str],
        letters: Letters,
        outage: timedelta = OUTAGE,
        recorded: Callable[[Step], None] = lambda _step: None,
    ) -> None:
        self._store = store
        self._policy = policy
        self._staffed = staffed
        self._letters = letters
        self._outage = outage
        self._recorded = recorded
        self._resting: dict[str, datetime] = {}
        self._holding = True

    async def turn(self, at: datetime) -> int:
        """Look at a share of the cases due by `at`; how many steps were recorded."""
        self._resting = {number: until for number, until in self._resting.items() if until > at}
        resting = tuple(self._resting)
        numbers = await self._store.run(lambda work: work.due(at, SHARE, resting))
        recorded = sum(await asyncio.gather(*(self._look(number, at) for number in numbers)))
        if self._holding and len(numbers) < SHARE:
            self._holding = False
            await self._store.run(lambda work: self._tell_digests(work, at))
        return recorded

    async def _look(self, number: str, at: datetime) -> bool:
        def look(work: Work) -> Step | None:
            case = work.case(number)
            if case is None or case.next_due is None or case.next_due > at:
                return None
            step = steps.look_at_the_clock(case, at, self._policy.terms(case.plan, self._staffed))
            ready = self._letters.letters(case, step, at)
            if at - case.next_due > self._outage:
                ready = self._held_back(ready)
            work.record(step, ready)
            return step

        try:
            step = await self._store.run(look)
        except (NotNow, StaleCase) as error:
            log.warning("clock_postponed", case=number, reason=str(error))
        except Exception:
            # A fault of ours in one case rests that case: the others' promises go on.
            log.exception("clock_failed", case=number)
            self._resting[number] = at + REST
        else:
            if step is not None:
                self._recorded(step)
            return step is not None
        return False

    def _held_back(self, ready: Sequence[Ready]) -> Sequence[Ready]:
        held = [replace(each, held=each.outbound.notice in KEPT_BACK) for each in ready]
        self._holding = self._holding or any(each.held for each in held)
        return held

    def _tell_digests(self, work: Work, at: datetime) -> None:
        """One mail to each person, whatever was kept back for them; a single one leaves as it is."""
        by_person = sorted(work.held(), key=lambda each: each.person)
        for person, group in groupby(by_person, key=lambda each: each.person):
            held = list(group)
            if len({each.case_number for each in held}) == 1 or not person:
                work.released([each.outbound_id for each in held], at)
                continue
            cases = [
                case
                for number in dict.fromkeys(each.case_number for each in held)
                if (case := work.case(number))
            ]
            notice = Notice(
                id=f"{cases[0].number}/{DIGEST}/{held[0].outbound_id}",
                name=DIGEST,
                to=held[0].role,
                promise="P-50",
                facts={"cases": [_told(case) for case in cases]},
            )
            ready = self._letters.answer(cases[0], notice, person, at)
            work.say(cases[0], ready)
            for each in ready:
                work.digested([one.outbound_id for one in held], each.outbound.id)
            log.info("digest_given", person=person, cases=len(cases))


def _told(case: Case) -> dict[str, Fact]:
    """What a manager reads of a case in a digest."""
    return {
        "number": case.number,
        "company": case.company,
        "subject": case.subject,
        "level": case.level,
        "overdue": [
            steps.told_of(each) for each in case.commitments if each.state == promised.MISSED and each.is_owed
        ],
    }
