"""One connection and the thread that speaks on it: every call has a limit, and one that hangs is abandoned.

imapclient blocks, and some of its calls can block for ever (imapclient#449, #565); a name server or a TLS handshake
can as well. So each connection has a thread of its own, which nobody ever joins: when a call exceeds its limit,
the connection is cut and the thread is left to end by itself (RELIABILITY F15).
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from imapclient.exceptions import (  # pyright: ignore[reportMissingTypeStubs] - the names alone are used
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
)

from gateway.channels.imap_session import ConnectionLost, Refused, Session, disturb, hang_up
from gateway.errors import GatewayError

Result = TypeVar("Result")


@dataclass(slots=True)
class _Job:
    work: Callable[[], Any]
    future: "Future[Any]" = field(default_factory=lambda: Future[Any]())


class Line:
    """A connection, made by `open`. After ConnectionLost it is of no more use."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._session: Session | None = None
        self._cut = False
        self.thread = threading.Thread(target=self._serve, name=f"imap {name}", daemon=True)
        self.thread.start()

    @classmethod
    async def open(cls, name: str, connect: Callable[[], Session], within: float) -> "Line":
        """A line to what `connect` returns, within so many seconds. Raises ConnectionLost, or what `connect` says."""
        line = cls(name)

        def begin() -> None:
            line._session = connect()  # kept by the thread itself, which closes it when nobody waits any more

        try:
            await line._run(begin, within)
        except BaseException:
            line.cut()
            raise
        return line

    @property
    def is_cut(self) -> bool:
        """Whether it is of no more use."""
        return self._cut

    async def call(self, within: float, ask: Callable[[Session], Result]) -> Result:
        """What the session answers, within so many seconds. Raises Refused, or ConnectionLost and is cut."""
        session = self._session
        if session is None or self._cut:
            raise ConnectionLost("the connection is closed")
        try:
            return await self._run(lambda: ask(session), within)
        except Refused:
            raise
        except BaseException:
            # Cancelled or failed in the middle of a command: nobody knows what the next answer belongs to.
            self.cut()
            raise

    def cut(self) -> None:
        """End the connection, whatever is being done on it; its thread closes it."""
        self._cut = True
        self._jobs.put(None)
        if self._session is not None:
            disturb(self._session)

    async def _run(self, work: Callable[[], Result], within: float) -> Result:
        job = _Job(work)
        self._jobs.put(job)
        try:
            async with asyncio.timeout(within):
                return await asyncio.wrap_future(job.future)
        except TimeoutError:
            raise ConnectionLost(f"no answer within {within:g} s") from None

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            if not job.future.set_running_or_notify_cancel():
                continue
            try:
                job.future.set_result(job.work())
            except Exception as error:  # noqa: BLE001 - whatever it was belongs to whoever asked
                job.future.set_exception(_meaning(error))
        if self._session is not None:
            hang_up(self._session)


def _meaning(error: Exception) -> GatewayError:
    """What a failed call says about the connection: after anything unexpected it is out of step."""
    if isinstance(error, GatewayError):
        return error
    if isinstance(error, IMAPClientReadOnlyError):
        return Refused('the folder is read-only: only after = "keep" can work there')
    if isinstance(error, IMAPClientError) and not isinstance(error, IMAPClientAbortError):
        return Refused(str(error))
    text = str(getattr(error, "strerror", None) or error)
    return ConnectionLost(text or type(error).__name__)
