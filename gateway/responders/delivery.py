"""The outbox through the channels: sent once, tried again when it may help, given up aloud.

The row says `attempting` before the first byte leaves; `sent` and what follows from it (a promise kept) are one
step. What was in somebody's hands when the process died or the relay fell silent goes out again, once per time, as
the same bytes under the same Message-ID (RELIABILITY F19-F28).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from gateway.cases import events, steps
from gateway.cases.events import Event
from gateway.cases.policy import Policy
from gateway.errors import DeliveryError, NotNow
from gateway.ports import Channel, Clock, Letters, Store, Waiting, Work

log = structlog.get_logger()

CLAIM = 50


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long. `back_off` are the pauses after the first, second … attempt; the last one repeats."""

    back_off: Sequence[timedelta]
    in_doubt: timedelta

    def pause(self, attempts: int) -> timedelta:
        """How long to wait after so many attempts."""
        return self.back_off[min(attempts, len(self.back_off)) - 1]


class Delivery:
    """Sends what is due and records what became of it."""

    def __init__(
        self,
        *,
        store: Store,
        channels: Mapping[str, Channel],
        policy: Policy,
        staffed: frozenset[str],
        letters: Letters,
        clock: Clock,
        patience: Patience,
        observe: Callable[[str, str], None] = lambda _kind, _name: None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._policy = policy
        self._staffed = staffed
        self._letters = letters
        self._clock = clock
        self._patience = patience
        self._observe = observe
        self._heard = {
            key for target in policy.targets for key in (target.starts_on | target.met_by | target.ends_on)
        }
        self._heard |= {key for rule in policy.notices for key in rule.on}

    async def turn(self) -> int:
        """Send what is due now; how many messages were tried."""
        at = self._clock.now()
        claimed = await self._store.run(lambda work: work.claim_outbox(at, CLAIM))
        await asyncio.gather(*(self._deliver(waiting) for waiting in claimed))
        return len(claimed)

    async def _deliver(self, waiting: Waiting) -> None:
        channel = self._channels.get(waiting.channel)
        try:
            if channel is None:
                raise DeliveryError(f"there is no channel {waiting.channel!r}", permanent=True)
            receipt = await channel.send(waiting.parcel)
        except DeliveryError as error:
            await self._failed(waiting, error)
            return
        except Exception as error:
            # A fault in a channel must not stop the others; whether the message left is anybody's guess.
            log.exception("channel_failed", channel=waiting.channel)
            await self._failed(waiting, DeliveryError(type(error).__name__, permanent=False, in_doubt=True))
            return
        try:
            await self._store.run(lambda work: self._sent(work, waiting))
        except NotNow as error:
            # It left, but we could not write that down: the row stays in doubt, and the same bytes go once more.
            log.error(
                "delivery_not_recorded", case=waiting.case_number, notice=waiting.notice, reason=str(error)
            )
            return
        self._observe("sent", waiting.notice)
        log.info(
            "notice_sent", case=waiting.case_number, notice=waiting.notice, role=waiting.role, receipt=receipt
        )

    def _sent(self, work: Work, waiting: Waiting) -> None:
        """Mark it and let the promise be met: one transaction."""
        at = self._clock.now()
        work.delivered(waiting.parcel.id, at)
        event = events.NoticeSent(notice=waiting.notice, to=waiting.role)
        if event.key in self._heard:
            self._advance(work, waiting, event, at)

    async def _failed(self, waiting: Waiting, error: DeliveryError) -> None:
        at = self._clock.now()
        if error.in_doubt:
            until, kind = at + self._patience.in_doubt, "in_doubt"
        else:
            until, kind = at + self._patience.pause(waiting.attempts), "deferred"
        given_up = error.permanent or until > waiting.expires_at

        def write(work: Work) -> None:
            if not given_up:
                work.deferred(waiting.parcel.id, until, str(error), in_doubt=error.in_doubt)
                return
            work.gave_up(waiting.parcel.id, at, str(error))
            failed = events.NoticeFailed(notice=waiting.notice, role=waiting.role, reason=str(error))
            self._advance(work, waiting, failed, at)

        self._observe("failed" if given_up else kind, waiting.notice)
        log.warning(
            "notice_failed" if given_up else "notice_deferred",
            case=waiting.case_number,
            notice=waiting.notice,
            attempts=waiting.attempts,
            reason=str(error),
        )
        try:
            await self._store.run(write)
        except NotNow as trouble:
            log.error(
                "delivery_not_recorded", case=waiting.case_number, notice=waiting.notice, reason=str(trouble)
            )

    def _advance(self, work: Work, waiting: Waiting, event: Event, at: datetime) -> None:
        case = work.case(waiting.case_number)
        if case is None:
            return
        step = steps.advance(case, event, at, self._policy.terms(case.plan, self._staffed))
        work.record(step, self._letters.letters(case, step, at))
