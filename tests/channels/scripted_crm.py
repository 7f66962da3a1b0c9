"""A CRM that does as it is told: a tiny HTTP server whose every answer a test can replace."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"


def status(code: int, *headers: str, body: bytes = b"") -> bytes:
    """An answer with this status."""
    lines = (f"HTTP/1.1 {code} Whatever", *headers, f"Content-Length: {len(body)}", "", "")
    return "\r\n".join(lines).encode() + body


@dataclass(frozen=True)
class Posted:
    """A request as the CRM got it; header names in lower case."""

    line: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class ScriptedCrm:
    """`answers` is used up one request at a time, and then everything is created.

    An answer is bytes (closing after them if they are no whole head), or: "drop" closes after the request, "silence"
    never answers, "endless" and "half" send 200 and a body without end or its beginning, "endless head" says what it
    says, "drop early" closes and "stall" stops reading before the request's body.
    """

    answers: list[bytes | str] = field(default_factory=list[bytes | str])
    delay: float = 0.0
    port: int = 0
    scheme: str = "http"
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    body_written: int = 0
    posted: list[Posted] = field(default_factory=list[Posted])
    all_closed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where tickets are taken."""
        return f"{self.scheme}://127.0.0.1:{self.port}/tickets?token=url-canary"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until somebody ends it."""
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        self.all_closed.clear()
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open_now -= 1
            if not self.open_now:
                self.all_closed.set()
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        line, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (header.partition(": ") for header in rest)}
        answer = self.answers.pop(0) if self.answers else CREATED
        if answer == "drop early":
            return False
        if answer == "stall":
            await asyncio.Event().wait()
        self.posted.append(Posted(line, headers, await reader.readexactly(int(headers["content-length"]))))
        await asyncio.sleep(self.delay)
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
            return b"\r\n\r\n" in answer
        return await self._misbehave(answer, reader, writer)

    async def _misbehave(
        self, manner: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if manner == "silence":
            await asyncio.Event().wait()
        if manner == "half":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            await reader.read()
        if manner == "endless":
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while not writer.is_closing():
                writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
                self.body_written += 4096
                await writer.drain()
        if manner == "endless head":
            writer.write(b"HTTP/1.1 200 OK\r\n")
            while not writer.is_closing():
                writer.write(b"X-Long: " + b"x" * 4096 + b"\r\n")
                await writer.drain()
        return False


@asynccontextmanager
async def running(crm: ScriptedCrm, certificate: Path | None = None) -> AsyncGenerator[ScriptedCrm]:
    """The CRM, listening on a port of its own choice; under TLS where there is a certificate."""
    tls = None
    if certificate is not None:
        crm.scheme = "https"
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate)
    conversations: set[asyncio.Task[None]] = set()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversations.add(asyncio.create_task(crm.serve(reader, writer)))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    crm.port = server.sockets[0].getsockname()[1]
    try:
        yield crm
    finally:
        server.close()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
