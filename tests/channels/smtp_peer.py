"""The other side of the wire for tests of the mail server: a client without manners of its own."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import pytest

from gateway.channels.smtp_server import Keep, Limits, MailServer
from gateway.messages import Envelope

SUPPORT = "support@gateway.example"
LETTER = b"Subject: the pump has stopped\r\n\r\nIt makes no sound.\r\n"


@dataclass
class Shelf:
    """A `keep` that remembers."""

    kept: list[tuple[Envelope, bytes]] = field(default_factory=list[tuple[Envelope, bytes]])

    async def keep(self, envelope: Envelope, raw: bytes) -> None:
        self.kept.append((envelope, raw))

    @property
    def letters(self) -> list[bytes]:
        return [raw for _, raw in self.kept]


@dataclass
class SlowShelf(Shelf):
    """A `keep` that lasts until it is told to finish."""

    started: asyncio.Event = field(default_factory=asyncio.Event)
    may_finish: asyncio.Event = field(default_factory=asyncio.Event)
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep(self, envelope: Envelope, raw: bytes) -> None:
        self.started.set()
        await self.may_finish.wait()
        await super().keep(envelope, raw)
        self.finished.set()


def failing(fault: BaseException) -> Keep:
    """A `keep` that always raises."""

    async def keep(envelope: Envelope, raw: bytes) -> None:
        raise fault

    return keep


def ours(address: str) -> bool:
    """The recipients of every test server: anything at gateway.example that begins with support."""
    return address.startswith("support") and address.endswith("@gateway.example")


@asynccontextmanager
async def serving(
    keep: Keep,
    limits: Limits | None = None,
    *,
    name: Literal["smtp", "lmtp"] = "smtp",
    accepts: Callable[[str], bool] = ours,
    tls: ssl.SSLContext | None = None,
) -> AsyncGenerator[MailServer]:
    """A mail server on a free port of this machine."""
    server = MailServer(
        name,
        "127.0.0.1",
        0,
        keep=keep,
        accepts=accepts,
        limits=limits or Limits(),
        hostname="mx.gateway.example",
        tls=tls,
    )
    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    await server.start()
    try:
        yield server
    finally:
        await server.stop(1.0)
    await asyncio.sleep(0)
    assert not faults, "no task of the server may die of an exception"


class Peer:
    """A client that sends exactly the bytes it is told to and reads whole replies."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    @asynccontextmanager
    async def connected(cls, server: MailServer, *, greeted: bool = True) -> AsyncGenerator[Self]:
        """A connection; `greeted`: 220 was read and EHLO or LHLO said."""
        peer = cls(*await asyncio.open_connection("127.0.0.1", server.port))
        try:
            if greeted:
                await peer.reply()
                await peer.say("EHLO client.example" if server.name == "smtp" else "LHLO client.example")
            yield peer
        finally:
            peer.writer.close()
            with contextlib.suppress(OSError):
                await peer.writer.wait_closed()

    async def reply(self) -> str:
        """One reply, its lines joined by newlines; empty when the server has hung up."""
        lines: list[str] = []
        while True:
            try:
                line = (await self.reader.readline()).decode().rstrip("\r\n")
            except ConnectionError:
                line = ""
            lines.append(line)
            if line[3:4] != "-":
                return "\n".join(lines)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def say(self, line: str) -> str:
        await self.send(line.encode() + b"\r\n")
        return await self.reply()

    async def begin(self, *recipients: str, sender: str = "customer@plant.example") -> None:
        """MAIL, RCPT and DATA, each answered as it should be."""
        assert (await self.say(f"MAIL FROM:<{sender}>")).startswith("250")
        for recipient in recipients or (SUPPORT,):
            assert (await self.say(f"RCPT TO:<{recipient}>")).startswith("250")
        assert (await self.say("DATA")).startswith("354")

    async def mail(self, letter: bytes = LETTER, *recipients: str) -> str:
        """A whole transaction; returns the reply to the final dot."""
        await self.begin(*recipients)
        await self.send(stuffed(letter))
        return await self.reply()

    def vanish(self) -> None:
        """Reset the connection, as a machine does that lost its power."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


def stuffed(letter: bytes) -> bytes:
    """A letter that ends in CRLF, as it goes over the wire, final dot included: RFC 5321 section 4.5.2."""
    return (b"\r\n" + letter).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


def leap(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the running loop's clock jump forward, timers and all."""
    loop = asyncio.get_running_loop()
    clock = loop.time
    monkeypatch.setattr(loop, "time", lambda: clock() + seconds)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that other tasks bring about."""
    while not condition():  # noqa: ASYNC110 - what is waited for is a number in the server, not an event of ours
        await asyncio.sleep(0.002)
