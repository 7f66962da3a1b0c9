"""turn(): due commitments, then the outbox; and sleep until the next moment that anything is owed."""

import asyncio
from datetime import timedelta

import structlog

from gateway.errors import NotNow
from gateway.ports import Clock, Store
from gateway.responders.delivery import Delivery
from gateway.responders.due import Due
from gateway.responders.rounds import Rounds

log = structlog.get_logger()

LONGEST_SLEEP = timedelta(seconds=30)
"""However late the next moment: clocks are set back and machines suspended (RELIABILITY F30, F31)."""

RETRY_AFTER = timedelta(seconds=2)
LOOK_AGAIN = timedelta(seconds=1)
"""While deliveries take long: what follows from them is seen to as soon as they end."""


class Loop:
    """Keeps the promises. `wake` may be called from any task whenever something new was recorded."""

    def __init__(
        self, store: Store, due: Due, delivery: Delivery, clock: Clock, rounds: Rounds | None = None
    ) -> None:
        self._store = store
        self._due = due
        self._rounds = rounds
        self._delivery = delivery
        self._clock = clock
        self._news = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """There is something new."""
        self._news.set()

    def stop(self) -> None:
        """No turn after this one."""
        self._stopping = True
        self._news.set()

    async def run(self) -> None:
        """Turn after turn, until stopped."""
        while not self._stopping:
            self._news.clear()
            try:
                busy = await self.turn()
                pause = timedelta() if busy else await self._until_next()
            except NotNow as error:
                log.warning("turn_postponed", reason=str(error))
                pause = RETRY_AFTER
            except Exception:
                # A fault of ours in one turn must not stop the promises of all other cases.
                log.exception("turn_failed")
                pause = RETRY_AFTER
            if not self._stopping:
                await self._sleep(pause)

    async def turn(self) -> bool:
        """Everything due now, once; whether there was anything."""
        opened = await self._rounds.turn(self._clock.now()) if self._rounds is not None else 0
        looked = await self._due.turn(self._clock.now())
        sent = await self._delivery.turn()
        return bool(opened or looked or sent)

    async def _until_next(self) -> timedelta:
        moment = await self._store.run(lambda work: work.next_moment())
        longest = LOOK_AGAIN if self._delivery.in_hand else LONGEST_SLEEP
        if moment is None:
            return longest
        # Due, and yet nothing could be done: a case that rests, a database that is away. Not at once again.
        return min(moment - self._clock.now() if moment > self._clock.now() else RETRY_AFTER, longest)

    async def _sleep(self, pause: timedelta) -> None:
        if pause <= timedelta():
            return
        try:
            await asyncio.wait_for(self._news.wait(), pause.total_seconds())
        except TimeoutError:
            return
