"""One connection to our SMTP or LMTP port: patience, last words, hanging up. What is said is `smtp_session`'s.

aiosmtpd carries the transport and STARTTLS. It would cancel a message whose client stops sending early, cut idle
clients without a word and arm a timer for every command; those three are replaced here (RELIABILITY 0.5, T18).
"""

import asyncio
import ssl
from abc import abstractmethod

from aiosmtpd.smtp import SMTP, TLSSetupException

from gateway.channels.smtp_wire import CHUNK_SIZE, ClientGone, Incoming

# How long an unread last reply may keep a closed connection's socket open.
LINGER_SECONDS = 5.0


class Connection(SMTP):
    """The server's side of one connection. Subclasses say what happens in it: `_converse`."""

    # The name is aiosmtpd's; for us it is only how much the stream reader takes before it stops the peer.
    line_length_limit = CHUNK_SIZE

    def __init__(self, *, hostname: str, tls: ssl.SSLContext | None, idle_seconds: float) -> None:
        self._deadline = 0.0
        self._idle_seconds = idle_seconds
        super().__init__(
            None,
            enable_SMTPUTF8=True,
            hostname=hostname,
            tls_context=tls,
            timeout=idle_seconds,
            loop=asyncio.get_running_loop(),
        )

    @property
    def peer(self) -> str:
        """The client's IP address; empty where the transport has none."""
        address = self.session.peer if self.session else None
        return str(address[0]) if isinstance(address, tuple) and address else ""

    @property
    def encrypted(self) -> bool:
        """Whether STARTTLS was given."""
        return self._tls_protocol is not None

    @abstractmethod
    async def _converse(self) -> None:
        """Talk until nothing is left to say. May raise ClientGone."""

    async def _handle_client(self) -> None:
        self._incoming = Incoming(self._reader)
        try:
            await self._converse()
        except (ClientGone, TLSSetupException):
            pass  # nobody is left to talk to
        finally:
            self._hang_up()

    def cut(self, reply: str) -> None:
        """Say `reply` (a 421) and end the conversation now, wherever it is."""
        self._say(reply)
        self._hang_up()
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()

    def abort(self) -> None:
        """Drop the connection without waiting for the client to read anything."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    def eof_received(self) -> bool:
        """A client that has said all it wants may still wait for the answers."""
        asyncio.StreamReaderProtocol.eof_received(self)
        return not self.encrypted  # TLS cannot stay half open

    async def push(self, status: str | bytes) -> None:
        """Send a reply. Raises ClientGone."""
        self._say(status if isinstance(status, str) else status.decode())
        try:
            await self._writer.drain()
        except OSError as error:
            raise ClientGone from error

    def _say(self, reply: str) -> None:
        if not self._writer.is_closing():
            self._writer.write(reply.encode() + b"\r\n")

    def _hang_up(self) -> None:
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        transport = self.transport
        if not isinstance(transport, asyncio.Transport) or transport.is_closing():
            return  # a TLS transport that is closed twice forgets what it is
        transport.close()
        if transport.get_write_buffer_size():
            self.loop.call_later(LINGER_SECONDS, transport.abort)

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Give the client `duration` seconds from now (default: the idle time).

        One timer serves the whole connection and looks at the deadline when it strikes.
        """
        self._deadline = self.loop.time() + (self._idle_seconds if duration is None else duration)
        timer = self._timeout_handle
        if timer is None or timer.cancelled() or self._deadline < timer.when():
            self._arm_timer()

    def _arm_timer(self) -> None:
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        self._timeout_handle = self.loop.call_at(self._deadline, self._timeout_cb)

    def _timeout_cb(self) -> None:
        if self.loop.time() < self._deadline:
            self._arm_timer()
        else:
            self.cut("421 4.4.2 Waited too long for you")
