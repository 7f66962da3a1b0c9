"""The clock strikes: every case with a commitment near or late is looked at, each in a step of its own.

A case that cannot be advanced (a fault of ours) is let rest for a while and shouted about; the others go on.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from gateway.cases import steps
from gateway.cases.policy import Policy
from gateway.errors import NotNow, StaleCase
from gateway.ports import Letters, Store, Work

log = structlog.get_logger()

SHARE = 50
REST = timedelta(minutes=5)


class Due:
    """Looks at the clock for every case whose moment has come."""

    def __init__(self, store: Store, policy: Policy, staffed: frozenset[str], letters: Letters) -> None:
        self._store = store
        self._policy = policy
        self._staffed = staffed
        self._letters = letters
        self._resting: dict[str, datetime] = {}

    async def turn(self, at: datetime) -> int:
        """Look at a share of the cases due by `at`; how many steps were recorded."""
        self._resting = {number: until for number, until in self._resting.items() if until > at}
        resting = tuple(self._resting)
        numbers = await self._store.run(lambda work: work.due(at, SHARE, resting))
        return sum(await asyncio.gather(*(self._look(number, at) for number in numbers)))

    async def _look(self, number: str, at: datetime) -> bool:
        def step(work: Work) -> bool:
            case = work.case(number)
            if case is None or case.next_due is None or case.next_due > at:
                return False
            step = steps.look_at_the_clock(case, at, self._policy.terms(case.plan, self._staffed))
            work.record(step, self._letters.letters(case, step, at))
            return True

        try:
            return await self._store.run(step)
        except (NotNow, StaleCase) as error:
            log.warning("clock_postponed", case=number, reason=str(error))
        except Exception:
            log.exception("clock_failed", case=number)
            self._resting[number] = at + REST
        return False
