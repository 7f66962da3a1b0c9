"""Between the final dot and our answer: hands the message to `keep` and says what became of it.

A message being kept belongs to nobody's connection. The client may hang up, the client may hear 451 because
the database is slow: keeping goes on to its end, and since `keep` is idempotent the client's second
attempt does no harm (RELIABILITY 0.5, F1-F7).
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext

import structlog

from gateway.channels.smtp_commands import domain_of
from gateway.channels.smtp_wire import Spool
from gateway.errors import StorageFull
from gateway.messages import Envelope

Keep = Callable[[Envelope, bytes], Awaitable[None]]
"""Durable when it returns; idempotent; raises `gateway.errors.NotNow` when it cannot."""

KEPT = "250 2.0.0 Kept"
# Our own faults, in words that say nothing about us (RELIABILITY 0.4, G3).
TRY_LATER = "451 4.3.0 Local fault, please try again later"
NO_ROOM = "452 4.3.1 No room at the moment, please try again later"

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def reply_to_fault(fault: BaseException) -> str:
    """The reply for a fault of ours: always 4xx, never a word of the fault itself."""
    return NO_ROOM if isinstance(fault, StorageFull) else TRY_LATER


class Keeper:
    """Keeps messages for all connections of one server.

    `patience` is how many seconds a client waits for its answer; `large_at_once` how many messages over
    `smtp_wire.SPOOL_MEMORY` may be in memory together, since `keep` takes them whole.
    """

    def __init__(self, keep: Keep, *, patience: float, large_at_once: int) -> None:
        self._keep = keep
        self._patience = patience
        self._large = asyncio.Semaphore(large_at_once)
        self._running: set[asyncio.Task[str]] = set()

    async def take(self, envelope: Envelope, spool: Spool) -> str:
        """Keep the spooled message and return the reply; the spool is closed by us, whatever happens."""
        task = asyncio.get_running_loop().create_task(self._run(envelope, spool))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # asyncio.wait shields: neither its timeout nor the cancelling of its caller reaches the task.
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        if done and not task.cancelled():
            return task.result()
        log.warning("mail_not_kept", source=envelope.source, fault="Timeout", size=spool.size)
        return TRY_LATER

    async def settle(self, seconds: float) -> None:
        """Let what is being kept finish for so long; then cancel it, which is no worse than a crash."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.sleep(0)  # let them hear it

    async def _run(self, envelope: Envelope, spool: Spool) -> str:
        with spool:
            try:
                async with self._large if spool.large else nullcontext():
                    await self._keep(envelope, spool.read())
            except Exception as fault:  # noqa: BLE001 - whatever failed, the sender still has the mail and must hear 4xx
                log.warning(
                    "mail_not_kept", source=envelope.source, fault=type(fault).__name__, size=spool.size
                )
                return reply_to_fault(fault)
        log.info(
            "mail_kept",
            source=envelope.source,
            size=spool.size,
            recipients=len(envelope.recipients),
            sender_domain=domain_of(envelope.mail_from),
        )
        return KEPT
