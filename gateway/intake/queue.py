"""One inbound message, from the inbox to a recorded step.

Reading happens outside any transaction and touches nothing. Then one transaction looks up where the message belongs,
lets the event happen, composes what is to be said, records everything and marks the message as settled. A crash
at any instruction leaves the message in the inbox, or all of it done (RELIABILITY G1, G2, F1-F4, F9).
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

import structlog

from gateway.cases import saying
from gateway.cases.directory import Directory
from gateway.errors import NotNow, StaleCase
from gateway.intake import automatic as programs
from gateway.intake import colleagues, customers, placing, repeating
from gateway.intake.message import FAILED, POSTPONED, SET_ASIDE, Outcome, ReadMessage, Rules
from gateway.intake.proof import Prover, matters
from gateway.intake.standing import standing_of
from gateway.intake.taking import Taking
from gateway.messages import Envelope
from gateway.parsers import glance, screening
from gateway.parsers.entities import meant
from gateway.ports import Clock, Ids, Kept, Letters, Store, Work
from gateway.reading import Reading, ReadingDied
from gateway.trust import authority
from gateway.trust.authentication import Authentication

log = structlog.get_logger()

LIVES = 3
"""So often a message is tried; then it is only glanced at, and a person reads it (F9, G5)."""

LAST_LIVES = 6
"""So often it is taken in at all; then it is set aside."""

CLAIM = 50


class Readings(Protocol):
    """Where messages are read: a confined process in service (`gateway.reading`)."""

    async def read(self, kept_raw: bytes, envelope: Envelope) -> Reading:
        """What a kept message means. Raises ReadingDied when this message takes its reader down, NotNow otherwise."""
        ...

    async def learn(self, directory: Directory) -> None:
        """Read with this directory, from the next message on."""
        ...


class Intake:
    """Takes kept messages in: reading touches nothing, `take_in` runs inside a transaction."""

    def __init__(
        self, store: Store, readings: Readings, rules: Rules, letters: Letters, clock: Clock, ids: Ids
    ) -> None:
        self._store = store
        self._readings = readings
        self._rules = rules
        self._letters = letters
        self._clock = clock
        self._ids = ids
        self._prover = Prover(rules.trust, rules.dns)
        self._names_known = 0

    async def turn(self) -> Sequence[Outcome]:
        """Take in what waits, in the order it came; what each message became. Empty when nothing waits."""
        claimed, taught = await self._store.run(lambda work: (work.claim_inbox(CLAIM), work.names_taught()))
        if taught != self._names_known:
            # A colleague may have told another gateway on this database.
            with suppress(NotNow):  # no mail waits for a name
                await self.learn()
        reading = [
            asyncio.ensure_future(self.read(kept)) if kept.deaths < LAST_LIVES else None for kept in claimed
        ]
        taking: list[asyncio.Future[Outcome]] = []
        for kept, message in zip(claimed, reading, strict=True):
            if message is not None:
                # An answer must not overtake what it answers (L-69).
                await asyncio.wait((message,))
            taking.append(asyncio.ensure_future(self._one(kept, message)))
        return await asyncio.gather(*taking)

    async def _one(self, kept: Kept, reading: "asyncio.Future[ReadMessage] | None") -> Outcome:
        try:
            if reading is None:
                return await self._set_aside(kept)
            message = await reading
            outcome = await self._store.run(lambda work: self.take_in(work, message))
        except NotNow as error:
            log.warning("intake_postponed", inbox=kept.id, reason=str(error))
            await self._release(kept)
            return Outcome(POSTPONED)
        except StaleCase:
            log.info("intake_settled_elsewhere", inbox=kept.id)
            return Outcome(POSTPONED)
        except Exception as error:
            # Whatever a message does to us, the queue moves on (F9).
            log.exception("intake_failed", inbox=kept.id, deaths=kept.deaths + 1)
            return Outcome(FAILED, reason=type(error).__name__)
        log.info("message_taken_in", inbox=kept.id, outcome=outcome.name, case=outcome.case_number)
        if outcome.taught:
            with suppress(NotNow):  # it is stored, and known at the latest on the next turn
                await self.learn()
        return outcome

    async def learn(self) -> None:
        """Know customers by the names that colleagues taught, from the next message on. Raises NotNow."""
        names, taught = await self._store.run(lambda work: (work.taught_names(), work.names_taught()))
        known = self._rules.directory
        directory = await asyncio.to_thread(known.also_called, names)
        await asyncio.to_thread(meant.prepare, directory)
        if directory is not known:
            self._rules = replace(self._rules, directory=directory)
            await self._readings.learn(directory)
        self._names_known = taught

    async def _release(self, kept: Kept) -> None:
        """Our own fault, and passing: it is no death of the message's."""
        with suppress(NotNow):
            await self._store.run(lambda work: work.release_inbox(kept.id))

    async def read(self, kept: Kept) -> ReadMessage:
        """Bytes to meaning; where no reader survives them, what a glance can tell."""
        if kept.deaths >= LIVES:
            return self.glance(kept, f"taking it in failed {kept.deaths} times")
        try:
            reading = await self._read_again_if_it_dies(kept)
        except ReadingDied as died:
            return self.glance(kept, died.reason)
        answerable = screening.may_be_answered(reading.inbound, kept.envelope, reading.report.automatic)
        authentication = await self._proved(kept, reading)
        return ReadMessage(kept, reading.inbound, reading.report, answerable, reading.filed, authentication)

    async def _proved(self, kept: Kept, reading: Reading) -> Authentication:
        automatic, inbound = reading.report.automatic, reading.inbound
        needed = (automatic is None or automatic.reason == "list") and matters(
            inbound, kept.envelope, self._rules.directory, self._rules.chats, self._rules.support
        )
        return await self._prover.prove(kept, inbound, matters=needed)

    async def _read_again_if_it_dies(self, kept: Kept) -> Reading:
        """Once may be chance: a machine short of memory ends whom it likes (F43)."""
        try:
            return await self._readings.read(kept.raw, kept.envelope)
        except ReadingDied:
            return await self._readings.read(kept.raw, kept.envelope)

    def glance(self, kept: Kept, why: str) -> ReadMessage:
        """A message that takes its reader down: its sender is answered, and a person reads the rest (G5)."""
        problem = f"it could not be read ({why}): read it yourself with `gateway inbox export {kept.id}`"
        report = glance.read(kept.raw, kept.envelope, self._rules.own, problem)
        log.error("message_glanced_at", inbox=kept.id, deaths=kept.deaths, reason=why)
        answerable = screening.may_be_answered(report.inbound, kept.envelope, report.automatic)
        return ReadMessage(kept, report.inbound, report, answerable)

    def take_in(self, work: Work, message: ReadMessage) -> Outcome:
        """Everything that one message does, in the caller's transaction."""
        outcome = decide(Taking(work, message, self._rules, self._letters, self._clock, self._ids))
        work.settle(message.kept.id, outcome.name, reason=outcome.reason, case_number=outcome.case_number)
        return outcome

    async def _set_aside(self, kept: Kept) -> Outcome:
        """Even a glance at it took the process down: visible, with its bytes, and tried no more (F9)."""
        reason = f"taking it in failed {kept.deaths} times"
        await self._store.run(lambda work: work.settle(kept.id, SET_ASIDE, reason=reason))
        log.error("message_set_aside", inbox=kept.id, deaths=kept.deaths)
        return Outcome(SET_ASIDE, None, reason)


def decide(taking: Taking) -> Outcome:
    """What the message does: a program's, a colleague's or a customer's. The one place where the matrix is asked."""
    automatic = taking.message.report.automatic
    sent = placing.answered(taking)
    if automatic is not None and automatic.reason != "list":
        return programs.take(taking, automatic, sent)
    repeated = repeating.same_mail(taking)
    if repeated is not None:
        return repeated
    staff = taking.rules.directory.staff_at(taking.sender)
    ruling = authority.rule(standing_of(taking, staff, sent))
    for_colleagues = staff is not None or (sent is not None and sent.role != saying.CUSTOMER)
    if for_colleagues and ruling.may != "customer_text":
        return colleagues.take(taking, staff, sent, ruling)
    return customers.take(taking, sent, ruling)
