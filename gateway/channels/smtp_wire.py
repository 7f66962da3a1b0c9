"""Bytes off an SMTP connection, in bounded memory whatever the peer sends (RELIABILITY 0.2, 0.3, G16).

`Incoming` hands out command lines and chunks, `DotDecoder` turns the DATA stream into the message (pure),
`Spool` holds the message meanwhile, `receive` joins the three.
"""

import asyncio
import errno
import tempfile
from collections.abc import Callable
from types import TracebackType
from typing import Self

from gateway.errors import NotNow, StorageFull, StorageUnavailable

CHUNK_SIZE = 64 * 1024
# RFC 5321 section 4.5.3.1.4 asks for 512 bytes and room for extensions; long VERP senders want more.
LINE_LIMIT = 2048
SPOOL_MEMORY = 1024 * 1024

_END = b"\r\n.\r\n"


class ClientGone(Exception):
    """The peer closed or lost the connection: there is nobody to answer."""


class LineTooLong(Exception):
    """A command line over LINE_LIMIT was read to its end and thrown away."""


class TooLarge(Exception):
    """The message is over its limit. `ended`: its end was seen, so the conversation can go on."""

    def __init__(self, *, ended: bool) -> None:
        super().__init__()
        self.ended = ended


class Incoming:
    """A stream reader that can take bytes back: what follows the final dot belongs to the next command."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._ahead = bytearray()

    async def line(self) -> bytes:
        """The next line without its LF or CRLF. Raises LineTooLong, ClientGone."""
        too_long = False
        while (end := self._ahead.find(b"\n")) < 0:
            if len(self._ahead) > LINE_LIMIT:
                too_long = True
                self._ahead.clear()
            self._ahead += await self._read()
        line = bytes(self._ahead[:end])
        del self._ahead[: end + 1]
        if too_long or end > LINE_LIMIT:
            raise LineTooLong
        return line.removesuffix(b"\r")

    async def chunk(self) -> bytes:
        """Some bytes, at least one, at most about CHUNK_SIZE. Raises ClientGone."""
        if self._ahead:
            ahead = bytes(self._ahead)
            self._ahead.clear()
            return ahead
        return await self._read()

    def give_back(self, data: bytes) -> None:
        """Bytes of the last chunk that are to be read again; nothing may have been read since."""
        self._ahead[:0] = data

    def clear(self) -> None:
        """Forget what was read ahead: plain text must not count as encrypted (CVE-2024-34083)."""
        self._ahead.clear()

    async def _read(self) -> bytes:
        try:
            data = await self._reader.read(CHUNK_SIZE)
        except OSError as error:  # a reset or a broken TLS record
            raise ClientGone from error
        if not data:
            raise ClientGone
        return data


class DotDecoder:
    """Finds the end of DATA and takes off the stuffed dots, chunk by chunk: RFC 5321 section 4.5.2.

    The end is CRLF.CRLF and nothing else; bare CR and LF are content (CVE-2024-27305). Works on whole chunks,
    never on lines, so a message of empty lines costs no more than any other.
    """

    def __init__(self) -> None:
        # The stream is read as if a CRLF stood before it: a first line of one dot is an end too.
        self._held = b"\r\n"
        self._to_skip = 2
        self.ended = False
        self.rest = b""

    def feed(self, chunk: bytes) -> bytes:
        """The content that is certain now. Afterwards `ended`, and then `rest`: what follows the end."""
        data = self._held + chunk
        end = data.find(_END)
        if end >= 0:
            self.ended = True
            self.rest = data[end + len(_END) :]
            self._held = b""
            certain = data[: end + 2]
        else:
            held = _length_of_possible_end(data)
            self._held = data[len(data) - held :]
            certain = data[: len(data) - held]
        content = certain.replace(b"\r\n.", b"\r\n")
        if content and self._to_skip:
            content = content[self._to_skip :]
            self._to_skip = 0
        return content


def _length_of_possible_end(data: bytes) -> int:
    """How many last bytes may turn out to begin CRLF.CRLF."""
    return next(length for length in (4, 3, 2, 1, 0) if data.endswith(_END[:length]))


class Spool:
    """Holds one message: in memory up to SPOOL_MEMORY, then in an unnamed temporary file."""

    def __init__(self) -> None:
        # Closed by whoever holds the spool: it outlives the connection when the client hangs up.
        self._file = tempfile.SpooledTemporaryFile(max_size=SPOOL_MEMORY)  # noqa: SIM115 - see above
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def large(self) -> bool:
        """Whether reading it takes more memory than holding it did."""
        return self.size > SPOOL_MEMORY

    def write(self, data: bytes) -> None:
        """Add bytes. Raises StorageFull, StorageUnavailable."""
        try:
            self._file.write(data)
        except OSError as error:
            raise _as_not_now(error) from error
        self.size += len(data)

    def read(self) -> bytes:
        """The whole message. Raises StorageUnavailable."""
        try:
            self._file.seek(0)
            return self._file.read()
        except OSError as error:
            raise _as_not_now(error) from error

    def close(self) -> None:
        """Give the memory or the file back; may be called again."""
        self._file.close()


def _as_not_now(error: OSError) -> NotNow:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return StorageFull("no room for the message")
    return StorageUnavailable("the message could not be spooled")


async def receive(
    incoming: Incoming,
    spool: Spool,
    *,
    max_size: int,
    drain_size: int,
    before_each_read: Callable[[], None],
) -> None:
    """Read one message up to its final dot into `spool`; what followed the dot stays in `incoming`.

    Over `max_size` bytes the rest is read and thrown away, up to `drain_size` more, so that the client is at
    the point where it listens for our reply. A fault of the spool is raised only there too, for the same reason.
    Raises TooLarge, NotNow, ClientGone.
    """
    decoder = DotDecoder()
    size = 0
    fault: NotNow | None = None
    while not decoder.ended:
        before_each_read()
        content = decoder.feed(await incoming.chunk())
        size += len(content)
        if size > max_size + drain_size:
            raise TooLarge(ended=False)
        if size <= max_size and fault is None:
            try:
                spool.write(content)
            except NotNow as error:
                fault = error
    incoming.give_back(decoder.rest)
    if size > max_size:
        raise TooLarge(ended=True)
    if fault is not None:
        raise fault
