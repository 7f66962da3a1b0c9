"""IDLE: a second connection on which the server says at once that something came. It only ever wakes the poll.

IDLE dies in silence often enough (imapclient#349, #449, #565) that nothing may depend on it: it fetches nothing,
is renewed every few minutes, and the poll beside it goes on whatever becomes of it (RELIABILITY F15; RFC 2177).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from gateway.channels.imap_line import Line
from gateway.channels.imap_session import ConnectionLost, LoginRefused, Refused, Session

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

BREATH_SECONDS = 0.2
"""Between two rounds: a server that chatters keeps us no busier than this."""

GRACE_SECONDS = 10.0
"""How much longer than asked a call may wait before it counts as hung."""


async def watch(
    folder: str,
    connect: Callable[[], Awaitable[Line]],
    wake: Callable[[], None],
    *,
    renew: float,
    within: float,
    again: float,
) -> None:
    """Call `wake` whenever the folder changes, until cancelled; returns only where the server knows no IDLE.

    Seconds: `renew` how long one IDLE lasts, `within` what a command may take, `again` before connecting anew.
    """
    while True:
        try:
            line = await connect()
        except (ConnectionLost, LoginRefused, Refused):
            # The poll has the same trouble and tells of it.
            await asyncio.sleep(again)
            continue
        try:
            if not await line.call(within, lambda session: session.has_capability("IDLE")):
                log.info("no_idle", connection=line.name, means="new mail is seen by the poll alone")
                return
            await line.call(within, lambda session: session.select_folder(folder, True))
            wake()  # something may have come between the last poll and now
            while True:
                await _idle_once(line, wake, renew, within)
                await asyncio.sleep(BREATH_SECONDS)
        except (ConnectionLost, Refused) as error:
            log.info("idle_ended", connection=line.name, reason=str(error))
        finally:
            line.cut()
        await asyncio.sleep(again)


async def _idle_once(line: Line, wake: Callable[[], None], renew: float, within: float) -> None:
    await line.call(within, lambda session: session.idle())
    said = await line.call(renew + GRACE_SECONDS, _listening(renew))
    if _something_came(said):
        wake()  # before DONE, which may hang
    _, more = await line.call(within, lambda session: session.idle_done())
    if _something_came(more):
        wake()


def _listening(seconds: float) -> Callable[[Session], Sequence[tuple[Any, ...]]]:
    return lambda session: session.idle_check(timeout=seconds)


def _something_came(said: Sequence[tuple[Any, ...]]) -> bool:
    return any(b"EXISTS" in each for each in said)
