"""A relay that does as it is told: a small SMTP server whose every answer a test can replace."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Answer = str | Literal["drop", "silence"]

POLITE: dict[str, Answer] = {
    "greeting": "220 relay.example",
    "EHLO": "250-relay.example\r\n250 AUTH PLAIN",
    "AUTH": "235 welcome",
    "MAIL": "250 sender ok",
    "RCPT": "250 recipient ok",
    "DATA": "354 go ahead",
    "message": "250 2.0.0 queued as 4711",
    "QUIT": "221 bye",
}


@dataclass
class ScriptedRelay:
    """`script` maps a verb, "greeting" or "message" to an answer; a list is used up one transaction at a time.

    "drop" closes the connection instead of answering, "silence" never answers. `delay` is waited before each.
    """

    script: dict[str, Answer | list[Answer]] = field(default_factory=dict[str, Answer | list[Answer]])
    delay: float = 0.0
    port: int = 0
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    commands: list[str] = field(default_factory=list[str])
    messages: list[bytes] = field(default_factory=list[bytes])
    all_closed: asyncio.Event = field(default_factory=asyncio.Event)
    message_arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it listens, without credentials."""
        return f"smtp://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until somebody ends it."""
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        self.all_closed.clear()
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open_now -= 1
            if not self.open_now:
                self.all_closed.set()
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answered = await self._answer("greeting", writer)
        while answered and (line := await reader.readline()):
            self.commands.append(line.decode().strip())
            verb = line.split()[0].decode().upper()
            answered = await self._answer(verb, writer)
            if verb == "DATA" and answered == "354 go ahead":
                self.messages.append(await reader.readuntil(b"\r\n.\r\n"))
                self.message_arrived.set()
                answered = await self._answer("message", writer)

    async def _answer(self, moment: str, writer: asyncio.StreamWriter) -> str | None:
        answer = self.script.get(moment, POLITE.get(moment, "500 what?"))
        if isinstance(answer, list):
            answer = answer.pop(0) if answer else POLITE[moment]
        await asyncio.sleep(self.delay)
        if answer == "drop":
            return None
        if answer == "silence":
            await asyncio.Event().wait()
        writer.write(answer.encode() + b"\r\n")
        await writer.drain()
        return answer


@asynccontextmanager
async def running(relay: ScriptedRelay, certificate: Path | None = None) -> AsyncGenerator[ScriptedRelay]:
    """The relay, listening on a port of its own choice; under TLS from the start where there is a certificate."""
    tls = None
    if certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate)
    conversations: set[asyncio.Task[None]] = set()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversations.add(asyncio.create_task(relay.serve(reader, writer)))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
