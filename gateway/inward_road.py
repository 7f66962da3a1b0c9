"""The inward road, running: mail is kept at once, and taken in as soon as the parsers are loaded."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog

from gateway import digest
from gateway.channels.clamd import Clamd
from gateway.errors import NotNow
from gateway.intake import POSTPONED, Intake, Outcome
from gateway.intake.queue import Readings
from gateway.messages import Envelope
from gateway.metrics import Metrics
from gateway.parts import Parts
from gateway.ports import Store
from gateway.reading import ReadingProcess, Recipe
from gateway.scanning import ScannedReadings

log = structlog.get_logger()

RETRY_SECONDS = 2


class InwardRoad:
    """From a channel to a case. `took_in` hears the outcomes of every turn."""

    def __init__(
        self, parts: Parts, store: Store, metrics: Metrics, took_in: Callable[[Sequence[Outcome]], None]
    ) -> None:
        self._parts = parts
        self._store = store
        self._metrics = metrics
        self._took_in = took_in
        self._came = asyncio.Event()
        self._stopping = asyncio.Event()
        self.reader = ReadingProcess(Recipe.of(parts.directory, parts.rules.vendor, parts.rules.own))
        self.reader_ready = asyncio.Event()

    async def keep(self, envelope: Envelope, raw: bytes) -> None:
        """Durable when it returns; the second delivery of a message is kept as such and changes nothing."""
        at = self._parts.clock.now()
        inbox_id = self._parts.ids.inbox_id(at)
        mark = digest.of_message(raw)
        fresh = await self._store.run(lambda work: work.keep(inbox_id, at, envelope, raw, mark))
        if fresh:
            self._metrics.mails_kept.inc()
            self._came.set()
        else:
            log.info("message_known", source=envelope.source, digest=mark[:12])

    async def run(self) -> None:
        """Load the parsers beside the open ports, in a process of their own, then take in whatever waits."""
        parts = self._parts
        readings = _scanned(self.reader, parts.config.scanner.url)
        intake = Intake(self._store, readings, parts.rules, parts.letters, parts.clock, parts.ids)
        await self._until_it_works(intake.learn)
        await self._until_it_works(self.reader.start)
        self.reader_ready.set()
        log.info("parsers_loaded")
        while not self._stopping.is_set():
            self._came.clear()
            try:
                outcomes = await intake.turn()
            except NotNow as error:
                log.warning("intake_postponed", reason=str(error))
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._took_in(outcomes)
            if any(outcome.name == POSTPONED for outcome in outcomes):
                await asyncio.sleep(RETRY_SECONDS)
            elif not outcomes and not self._stopping.is_set():
                await self._came.wait()

    def stop(self) -> None:
        """`run` returns after the turn in hand; the reader is `close`d when nobody reads any more."""
        self._stopping.set()
        self._came.set()

    async def close(self) -> None:
        """End the reading process."""
        await self.reader.stop()

    async def _until_it_works(self, begin: Callable[[], Awaitable[None]]) -> None:
        """Again and again, unless we are told to stop: without a reader mail is kept all the same."""
        while not self._stopping.is_set():
            try:
                await begin()
            except NotNow as error:
                log.warning("intake_postponed", reason=str(error))
            else:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), RETRY_SECONDS)


def _scanned(reader: ReadingProcess, url: str) -> Readings:
    """The reader, with a look at every file where there is a scanner (T24)."""
    return ScannedReadings(reader, Clamd(url)) if url else reader
