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
from gateway.chat_address import is_chat
from gateway.errors import DeliveryError, NotNow
from gateway.ports import Channel, Clock, Letters, Store, Waiting, Work

log = structlog.get_logger()

CLAIM = 50
"""How many messages of one channel are in hand at once: one that hangs must not hold up the others (F27)."""

GLANCE_SECONDS = 1.0
"""How long a turn waits for what it has sent off; a slow relay must not stop the clock of all cases (F23)."""

CHAT_ATTEMPTS = 3
"""After so many a letter to somebody whose mailbox we know goes there: a promise does not wait for a chat."""

Write = Callable[[Work], None]


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
        self._tasks: dict[asyncio.Task[None], Waiting] = {}
        self._unwritten: list[tuple[Waiting, Write]] = []

    @property
    def in_hand(self) -> int:
        """Messages being sent, or sent and not yet written down."""
        return len(self._tasks) + len(self._unwritten)

    async def turn(self) -> int:
        """Send off what is due now; how many messages, with those of earlier turns that came to an end and made room.

        Those that take long go on beside later turns.
        """
        unwritten, self._unwritten = self._unwritten, []
        for waiting, write in unwritten:
            await self._record(waiting, write)
        at, in_hand = self._clock.now(), dict(self._tasks)
        claimed = await self._store.run(lambda work: work.claim_outbox(at, CLAIM, tuple(in_hand.values())))
        for waiting in claimed:
            task = asyncio.create_task(self._deliver(waiting))
            self._tasks[task] = waiting
            task.add_done_callback(self._tasks.pop)
        await self.finish(GLANCE_SECONDS)
        return len(claimed) + sum(task not in self._tasks for task in in_hand)

    async def finish(self, seconds: float) -> None:
        """Wait for what is in hand, so long at most."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

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
        at = self._clock.now()
        event = events.NoticeSent(notice=waiting.notice, to=waiting.role)
        await self._write(
            waiting,
            lambda work: work.delivered(waiting.parcel.id, at),
            event if event.key in self._heard else None,
        )
        self._observe("sent", waiting.notice)
        log.info(
            "notice_sent", case=waiting.case_number, notice=waiting.notice, role=waiting.role, receipt=receipt
        )

    async def _failed(self, waiting: Waiting, error: DeliveryError) -> None:
        at = self._clock.now()
        if error.in_doubt:
            until, kind = at + self._patience.in_doubt, "in_doubt"
        else:
            until, kind = at + max(self._patience.pause(waiting.attempts), error.wait), "deferred"
        given_up = error.permanent or until > waiting.expires_at
        mark, reason = waiting.parcel.id, str(error)
        may_go_by_mail = given_up or (waiting.attempts >= CHAT_ATTEMPTS and not error.in_doubt)
        try:
            if (
                is_chat(waiting.parcel.recipient)
                and may_go_by_mail
                and await self._went_by_mail(waiting, reason)
            ):
                return
        except NotNow:
            # Its mail could not be written down yet: until it can be, this letter has no end.
            given_up = False
        if given_up:
            failed = events.NoticeFailed(notice=waiting.notice, role=waiting.role, reason=reason)
            await self._write(waiting, lambda work: work.gave_up(mark, at, reason), failed)
        else:
            in_doubt = error.in_doubt
            await self._record(waiting, lambda work: work.deferred(mark, until, reason, in_doubt=in_doubt))
        # As with what was sent: the log tells of what is written down.
        self._observe("failed" if given_up else kind, waiting.notice)
        log.warning(
            "notice_failed" if given_up else "notice_deferred",
            case=waiting.case_number,
            notice=waiting.notice,
            attempts=waiting.attempts,
            reason=reason,
        )

    async def _went_by_mail(self, waiting: Waiting, reason: str) -> bool:
        """Whether a mail has taken its place: a chat may be closed to us, or its service away for days (F26, F27).

        Raises NotNow when the database could not take it: then the next attempt decides again.
        """
        at = self._clock.now()

        def instead(work: Work) -> bool:
            lost, case = work.undelivered(waiting.parcel.id), work.case(waiting.case_number)
            ready = self._letters.by_mail(case, lost, at) if lost is not None and case is not None else None
            if ready is None or case is None:
                return False
            work.replace_letter(waiting.parcel.id, at, reason)
            work.say(case, [ready])
            return True

        try:
            went = await self._store.run(instead)
        except NotNow:
            raise
        except Exception:
            # However that failed, the letter's own end is written down by the caller.
            log.exception("not_by_mail_either", case=waiting.case_number, notice=waiting.notice)
            return False
        if went:
            self._observe("by_mail", waiting.notice)
            log.warning("notice_goes_by_mail", case=waiting.case_number, notice=waiting.notice, reason=reason)
        return went

    async def _write(self, waiting: Waiting, mark: Write, event: Event | None) -> None:
        """The mark on its row and what it means to the case, in one transaction."""
        at = self._clock.now()

        def step(work: Work) -> None:
            mark(work)
            if event is not None:
                self._advance(work, waiting, event, at)

        try:
            await self._record(waiting, step)
        except Exception:
            # A fault of ours in the case's step must not make the mail go out again.
            log.exception("delivery_step_failed", case=waiting.case_number, notice=waiting.notice)
            await self._record(waiting, mark)

    async def _record(self, waiting: Waiting, write: Write) -> None:
        """Write down what became of it; what cannot be written now is at the next turn (in doubt, if we die before)."""
        try:
            await self._store.run(write)
        except NotNow as error:
            self._unwritten.append((waiting, write))
            log.error(
                "delivery_not_recorded", case=waiting.case_number, notice=waiting.notice, reason=str(error)
            )

    def _advance(self, work: Work, waiting: Waiting, event: Event, at: datetime) -> None:
        case = work.case(waiting.case_number)
        if case is None:
            return
        step = steps.advance(case, event, at, self._policy.terms(case.plan, self._staffed))
        work.record(step, self._letters.letters(case, step, at))
