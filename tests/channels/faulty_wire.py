"""A wire between the channel and a real server that is cut, or falls silent, when a test says so."""

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self


class FaultyWire:
    """A TCP proxy in the test's own loop.

    `cut_when` looks at everything that the server has said on a connection so far: when it is true, the connection is
    cut in the middle of the last piece. `silent` swallows whatever either side says on the connections there are.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._deaf: set[int] = set()
        self._said: dict[int, bytes] = {}
        self.cut_when: Callable[[bytes], bool] = lambda _said: False
        self.connections = 0
        self.cuts = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    @property
    def port(self) -> int:
        """Where to connect to."""
        assert self._server is not None
        return self._server.sockets[0].getsockname()[1]

    def silence(self, *, only_idle: bool = False) -> int:
        """The connections there are, or those in IDLE, die without anybody noticing; how many."""
        chosen = {
            number
            for number, heard in list(self._said.items())
            if not only_idle or heard.upper().endswith(b"IDLE\r\n")
        }
        self._deaf |= chosen
        return len(chosen)

    def cut(self) -> None:
        """The connections there are end now."""
        for talk in self._talks:
            talk.cancel()

    @property
    def idling(self) -> int:
        """Connections whose client's last word was IDLE."""
        return sum(heard.upper().endswith(b"IDLE\r\n") for heard in list(self._said.values()))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self.connections += 1
        number = self.connections
        self._said[number] = b""
        ends = [writer]
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
            ends.append(back)
            async with asyncio.TaskGroup() as both:
                up = both.create_task(self._pass(number, reader, back, is_server=False))
                down = both.create_task(self._pass(number, there, writer, is_server=True))
                await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
                up.cancel()
                down.cancel()
        finally:
            del self._said[number]
            for end in ends:
                end.transport.abort()
            self._talks.discard(task)

    async def _pass(
        self, number: int, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_server: bool
    ) -> None:
        said = b""
        with suppress(ConnectionError):
            while piece := await source.read(65_536):
                if number in self._deaf:
                    continue
                if not is_server:
                    self._said[number] = piece
                said += piece if is_server else b""
                if is_server and self.cut_when(said):
                    self.cuts += 1
                    sink.write(piece[: len(piece) // 2])
                    await sink.drain()
                    return
                sink.write(piece)
                await sink.drain()


@contextmanager
def wire_beside(port: int) -> Generator[FaultyWire]:
    """A wire in a thread of its own, for a test that waits for a real process; `cut` alone belongs to its loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="faulty wire")
    thread.start()
    wire = FaultyWire(port)
    try:
        asyncio.run_coroutine_threadsafe(wire.__aenter__(), loop).result(30)
        try:
            yield wire
        finally:
            asyncio.run_coroutine_threadsafe(wire.__aexit__(None, None, None), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
