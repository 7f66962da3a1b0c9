"""How a request waits: until something happened in the sandbox, its client hung up, or its time is over."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar

from starlette.types import Receive

Found = TypeVar("Found")


class Bell:
    """Rung after every change. When it is closed, nobody waits any longer."""

    def __init__(self) -> None:
        self._rung: set[asyncio.Event] = set()
        self._closed = False

    def ring(self) -> None:
        """Wake everybody who waits."""
        for event in self._rung:
            event.set()

    def close(self) -> None:
        """The server stops: every wait ends now."""
        self._closed = True
        self.ring()

    async def first(self, look: Callable[[], Found], seconds: float) -> Found:
        """What `look` sees as soon as it sees something, or what it sees when the time is over."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        rung = asyncio.Event()
        self._rung.add(rung)
        try:
            while not (found := look()) and not self._closed and (left := deadline - loop.time()) > 0:
                rung.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(rung.wait(), left)
            return found
        finally:
            self._rung.discard(rung)

    async def first_while_connected(
        self, look: Callable[[], Found], seconds: float, receive: Receive
    ) -> Found | None:
        """The same, and None as soon as the client has hung up."""
        looking = asyncio.ensure_future(self.first(look, seconds))
        hanging_up = asyncio.ensure_future(_hung_up(receive))
        try:
            await asyncio.wait({looking, hanging_up}, return_when=asyncio.FIRST_COMPLETED)
            return looking.result() if looking.done() else None
        finally:
            for task in (looking, hanging_up):
                task.cancel()
            await asyncio.gather(looking, hanging_up, return_exceptions=True)


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
