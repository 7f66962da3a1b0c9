"""Mail out, through a relay: one message, one recipient, one transaction, and an honest account of how it went.

What the caller must know is whether to try again. Until the relay has the whole message, a failure means "not
sent". After that, silence means "in doubt" (RFC 1047, RELIABILITY F22): it may have been taken, and the outbox
decides. Connections are few, shared and bounded in every direction, so that a slow relay holds up nothing but
the mail that waits for it (RELIABILITY F23).
"""

import asyncio
import re
import ssl
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from gateway.channels.mail_format import one_line, sendable
from gateway.errors import DeliveryError
from gateway.messages import Parcel

Security = Literal["plain", "starttls", "tls"]

_SCHEMES: dict[str, tuple[Security, int]] = {
    "smtp": ("plain", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
_URL_ADVICE = (
    "a relay is smtp://, smtp+starttls:// or smtps:// and then [user:password@]host[:port], "
    "where user and password are percent-encoded"
)

_ABOUT_US = frozenset({421, 530, 534, 535, 538})
"""Replies to a message that speak of the relay's day or of our credentials, never of the message."""

_HOSTNAME = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")
_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class RelayUrl:
    """Where the relay is and how to reach it."""

    host: str
    port: int
    security: Security
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> "RelayUrl":
        """`smtp://`, `smtp+starttls://` or `smtps://[user:pass@]host[:port]`; user and pass percent-encoded.

        Raises ValueError, which never quotes the URL: it may hold a password.
        """
        try:
            parts = urlsplit(url)
            security, default_port = _SCHEMES[parts.scheme]
            port = parts.port or default_port
        except (KeyError, ValueError):
            raise ValueError(_URL_ADVICE) from None
        if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError(_URL_ADVICE)
        username, password = (unquote(part) if part else None for part in (parts.username, parts.password))
        return cls(parts.hostname, port, security, username, password)


@dataclass(slots=True, eq=False)
class _Line:
    """A connection to the relay, greeted and logged in."""

    smtp: SMTP
    messages: int = 0
    idle_timer: asyncio.TimerHandle | None = None


class SmtpRelay:
    """A mail channel that hands every message to one relay.

    At most `connections` are open at a time; further messages wait. A connection carries up to
    `messages_per_connection` messages and closes after `idle_seconds` without one. `timeout` bounds, in seconds,
    everything up to the moment the relay asks for the message, `data_done_timeout` all that follows (RFC 1047
    asks for ten minutes). `hostname` is the name we greet with.

    Raises ValueError for a malformed URL or a name no host can have.
    """

    name = "mail"

    def __init__(
        self,
        url: str,
        hostname: str,
        *,
        timeout: float = 60.0,
        data_done_timeout: float = 600.0,
        connections: int = 4,
        messages_per_connection: int = 100,
        idle_seconds: float = 20.0,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._url = RelayUrl.parse(url)
        if not _HOSTNAME.fullmatch(hostname):
            raise ValueError(f"{hostname[:100]!a} is no name to greet a relay with")
        self._hostname = hostname
        self._timeout = timeout
        self._data_done_timeout = data_done_timeout
        self._slots = asyncio.Semaphore(connections)
        self._messages_per_connection = messages_per_connection
        self._idle_seconds = idle_seconds
        self._tls_context = tls_context
        self._idle: list[_Line] = []

    async def send(self, parcel: Parcel) -> str:
        """Hand the parcel over and return the relay's answer.

        Raises DeliveryError: permanent after a 5xx about the message or for an address that is none, in doubt when
        the relay has the message but never said so, otherwise to be tried again.
        """
        sender = sendable(parcel.sender) if parcel.sender else ""
        recipient = sendable(parcel.recipient)
        payload = _payload(parcel.raw)
        async with self._slots:
            with _not_sent():
                async with asyncio.timeout(self._timeout):
                    line = await self._ready_line(sender, recipient)
            with _closed_on_failure(line.smtp):
                receipt = await _hand_over(line.smtp, payload, self._data_done_timeout)
            self._keep_for_next(line)
            return receipt

    async def close(self) -> None:
        """Say goodbye on every idle connection; those at work close by themselves."""
        self._messages_per_connection = 0
        while self._idle:
            _say_goodbye(self._idle.pop())
        await asyncio.sleep(0)  # lets the goodbyes reach the wire

    async def _ready_line(self, sender: str, recipient: str) -> _Line:
        """A connection whose relay has accepted sender and recipient and now waits for the message."""
        while self._idle:
            line = self._idle.pop()
            try:
                return await _offer(line, sender, recipient)
            except (SMTPServerDisconnected, SMTPResponseException) as error:
                # The relay ended a connection that had idled; that says nothing about this message.
                if isinstance(error, SMTPResponseException) and error.code != 421:
                    raise
        return await _offer(_Line(await self._connect()), sender, recipient)

    async def _connect(self) -> SMTP:
        """A new connection. Whatever goes wrong here is not the message's fault, so nothing is permanent."""
        where = f"the relay {self._url.host}:{self._url.port}"
        smtp = SMTP(
            hostname=self._url.host,
            port=self._url.port,
            username=self._url.username,
            password=self._url.password,
            local_hostname=self._hostname,
            use_tls=self._url.security == "tls",
            start_tls=self._url.security == "starttls",
            tls_context=self._tls_context,
            timeout=self._timeout,
        )
        try:
            await smtp.connect()
            if smtp.is_ehlo_or_helo_needed:
                await smtp.ehlo()
        except SMTPAuthenticationError as error:
            # The relay's text is left out: some repeat the credentials in it.
            raise DeliveryError(f"{where} refuses our credentials ({error.code})", permanent=False) from None
        except SMTPResponseException as error:
            raise DeliveryError(f"{where} says {_said(error.code, error.message)}", permanent=False) from None
        return smtp

    def _keep_for_next(self, line: _Line) -> None:
        line.messages += 1
        if line.messages >= self._messages_per_connection:
            _say_goodbye(line)
            return
        line.idle_timer = asyncio.get_running_loop().call_later(self._idle_seconds, self._let_go, line)
        self._idle.append(line)

    def _let_go(self, line: _Line) -> None:
        if line in self._idle:
            self._idle.remove(line)
            _say_goodbye(line)


async def _offer(line: _Line, sender: str, recipient: str) -> _Line:
    """MAIL, RCPT and DATA for one recipient, up to the relay's 354."""
    if line.idle_timer is not None:
        line.idle_timer.cancel()
    with _closed_on_failure(line.smtp):
        await line.smtp.mail(sender)
        await line.smtp.rcpt(recipient)
        reply = await line.smtp.execute_command(b"DATA")
        if reply.code != 354:
            raise SMTPResponseException(reply.code, reply.message)
    return line


async def _hand_over(smtp: SMTP, payload: bytes, patience: float) -> str:
    """Send the message itself and wait for the relay's word, `patience` seconds. From now on silence is doubt.

    aiosmtplib's own `data()` does not tell a connection lost before the message from one lost after it.
    """
    protocol = smtp.protocol
    if protocol is None or not protocol.is_connected:
        raise DeliveryError("the relay went away before it had the message", permanent=False)
    try:
        protocol.write(payload)
        reply = await protocol.read_response(timeout=patience)
    except (SMTPException, OSError) as error:
        text = f"the relay may have taken the message: {_why(error)}"
        raise DeliveryError(text, permanent=False, in_doubt=True) from None
    if 200 <= reply.code < 300:
        return _said(reply.code, reply.message)
    if reply.code < 400:
        text = f"the relay answered the message with {_said(reply.code, reply.message)}"
        raise DeliveryError(text, permanent=False, in_doubt=True)
    raise _refusal(reply.code, reply.message)


@contextmanager
def _not_sent() -> Generator[None]:
    """Turns every failure before the message was handed over into a DeliveryError without doubt."""
    try:
        yield
    except SMTPResponseException as error:
        raise _refusal(error.code, error.message) from None
    except (SMTPException, OSError) as error:
        raise DeliveryError(f"the relay took nothing: {_why(error)}", permanent=False) from None


@contextmanager
def _closed_on_failure(smtp: SMTP) -> Generator[None]:
    """A conversation that broke off, for whatever reason, must not be continued with the next message."""
    try:
        yield
    except BaseException:
        smtp.close()
        raise


def _refusal(code: int, message: str) -> DeliveryError:
    permanent = 500 <= code < 600 and code not in _ABOUT_US
    return DeliveryError(f"the relay says {_said(code, message)}", permanent=permanent)


def _said(code: int, message: str) -> str:
    return one_line(f"{code} {message}")


def _why(error: Exception) -> str:
    return one_line(str(error)) or (
        "no answer in time" if isinstance(error, TimeoutError) else type(error).__name__
    )


def _payload(raw: bytes) -> bytes:
    """The message as it travels after DATA: every line end CRLF, dots doubled, the final dot (RFC 5321 §4.5.2).

    A lone CR or LF must not survive: relays differ in what they take for the end (SMTP smuggling).
    """
    lines = _LINE_END.sub(b"\r\n", raw)
    whole = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    stuffed = whole.replace(b"\r\n.", b"\r\n..")
    return (b"." if stuffed.startswith(b".") else b"") + stuffed + b".\r\n"


def _say_goodbye(line: _Line) -> None:
    """QUIT without waiting for the answer: there is nothing left to learn from it."""
    if line.idle_timer is not None:
        line.idle_timer.cancel()
    with suppress(SMTPServerDisconnected):
        if line.smtp.protocol is not None:
            line.smtp.protocol.write(b"QUIT\r\n")
    line.smtp.close()
