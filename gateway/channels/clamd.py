"""Asking clamd whether some bytes are known to be harmful (INSTREAM, clamd(8)); optional, and no reason to lose mail.

The scanner gives a mark beside a file, no more: what it cannot scan is "unscanned" and goes its way (RELIABILITY T24).
The protocol is a dozen lines, so there is no library for it here.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import structlog

log = structlog.get_logger()

PATIENCE_SECONDS = 30.0
"""How long one scan may take in all; then the file is unscanned."""

CHUNK = 64 * 1024
LONGEST_REPLY = 4096
DEFAULT_PORT = 3310


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scanner said. `detail` is the name of what it found, or why nothing was scanned."""

    state: Literal["clean", "infected", "unscanned"]
    detail: str = ""


class Clamd:
    """A scanner at `tcp://host:port` or `unix:/path/to/clamd.ctl`. Any number of scans may run at once."""

    def __init__(self, url: str, patience: float = PATIENCE_SECONDS) -> None:
        """Raises ValueError for a URL of another kind. Connects only when something is scanned."""
        parts = urlsplit(url)
        if not (parts.scheme == "tcp" and parts.hostname) and not (parts.scheme == "unix" and parts.path):
            raise ValueError(f"{url}: write it as tcp://host:port or unix:/path")
        self._host, self._port = parts.hostname, parts.port or DEFAULT_PORT
        self._path = parts.path
        self._patience = patience

    async def scan(self, data: bytes) -> Verdict:
        """Scan some bytes. Never raises but when cancelled: whatever goes wrong is an `unscanned` with its reason."""
        try:
            async with asyncio.timeout(self._patience):
                verdict = _verdict(await self._ask(data))
        except TimeoutError:
            verdict = Verdict("unscanned", f"no answer within {self._patience:g} s")
        except OSError as error:
            verdict = Verdict("unscanned", error.strerror or type(error).__name__)
        if verdict.state != "clean":
            log.warning("scanned", state=verdict.state, detail=verdict.detail, size=len(data))
        return verdict

    async def _ask(self, data: bytes) -> bytes:
        """clamd's reply. Raises OSError."""
        if self._host is not None:
            reader, writer = await asyncio.open_connection(self._host, self._port)
        else:
            reader, writer = await asyncio.open_unix_connection(self._path)
        try:
            await _send(writer, data)
            return await _reply(reader)
        finally:
            writer.transport.abort()


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    """The stream in chunks, each behind its length. clamd hangs up in the middle when it has had enough."""
    try:
        writer.write(b"zINSTREAM\0")
        for start in range(0, len(data), CHUNK):
            chunk = data[start : start + CHUNK]
            writer.write(len(chunk).to_bytes(4, "big") + chunk)
            await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
    except ConnectionError:
        return


async def _reply(reader: asyncio.StreamReader) -> bytes:
    """All that comes before the closing NUL or the end, up to a bound."""
    reply = b""
    while b"\0" not in reply and len(reply) < LONGEST_REPLY and (more := await reader.read(LONGEST_REPLY)):
        reply += more
    return reply.partition(b"\0")[0]


def _verdict(reply: bytes) -> Verdict:
    """`stream: OK`, `stream: NAME FOUND`, or something else, which is no verdict."""
    text = "".join(character for character in reply.decode("utf-8", "replace") if character.isprintable())[
        :200
    ]
    said = text.removeprefix("stream:").strip()
    if said == "OK":
        return Verdict("clean")
    if said.endswith(" FOUND"):
        return Verdict("infected", said.removesuffix(" FOUND"))
    return Verdict("unscanned", said or "no answer")
