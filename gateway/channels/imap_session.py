"""A session with an IMAP server: what the channel asks of imapclient, and how one is opened (L-72, L-73, F17).

Everything here blocks, each read and write for at most its socket timeout; it runs in the thread of an
`imap_line.Line`, which also bounds the whole.
"""

import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast

from imapclient import IMAPClient, SocketTimeout  # pyright: ignore[reportMissingTypeStubs] - typed by Session below
from imapclient.exceptions import (  # pyright: ignore[reportMissingTypeStubs] - the names alone are used
    IMAPClientAbortError,
    IMAPClientError,
    LoginError,
)

from gateway.errors import GatewayError

__all__ = [
    "ConnectionLost",
    "Login",
    "LoginRefused",
    "Refused",
    "Server",
    "Session",
    "disturb",
    "hang_up",
    "is_servers_fault",
    "open_session",
]

OURSELVES = {"name": "intake-gateway", "vendor": "intake-gateway", "version": "1"}
"""163, 126 and yeah.net answer SELECT with "Unsafe Login" to clients that do not say who they are (L-73, RFC 2971)."""

SERVERS_FAULT = ("[UNAVAILABLE]", "[SERVERBUG]")
PASSING = (*SERVERS_FAULT, "[INUSE]", "[LIMIT]")
"""Response codes of a login that may succeed in a moment (RFC 5530)."""

CERTIFICATE = {
    9: "the server's certificate is not valid yet: does the clock of this machine stand right?",
    10: "the server's certificate has expired, or the clock of this machine is ahead",
}
"""OpenSSL's verdicts that a wrong clock causes (F17)."""


class ConnectionLost(GatewayError):
    """The connection is of no more use: cut, silent, or out of step. A new one may work."""


class Refused(GatewayError):
    """The server said no to one command; the connection goes on."""


class LoginRefused(GatewayError):
    """The server does not let us in, or we have nothing to show it: trying at once will not help."""


class Session(Protocol):
    """The part of `imapclient.IMAPClient` that we use, with its types."""

    def has_capability(self, capability: str) -> bool: ...
    def starttls(self, ssl_context: ssl.SSLContext) -> Any: ...
    def login(self, username: str, password: str) -> Any: ...
    def oauth2_login(self, user: str, access_token: str) -> Any: ...
    def oauthbearer_login(self, identity: str, access_token: str) -> Any: ...
    def id_(self, parameters: Mapping[str, str]) -> Any: ...
    def select_folder(self, folder: str, readonly: bool) -> Mapping[bytes, Any]: ...
    def search(self, criteria: Sequence[object]) -> Sequence[int]: ...
    def fetch(self, messages: Sequence[int], data: Sequence[str]) -> Mapping[int, Mapping[bytes, Any]]: ...
    def add_flags(self, messages: Sequence[int], flags: Sequence[str], silent: bool) -> Any: ...
    def create_folder(self, folder: str) -> Any: ...
    def move(self, messages: Sequence[int], folder: str) -> Any: ...
    def copy(self, messages: Sequence[int], folder: str) -> Any: ...
    def uid_expunge(self, messages: Sequence[int]) -> Any: ...
    def idle(self) -> None: ...
    def idle_check(self, timeout: float) -> Sequence[tuple[Any, ...]]: ...
    def idle_done(self) -> tuple[bytes, Sequence[tuple[Any, ...]]]: ...
    def socket(self) -> socket.socket: ...
    def shutdown(self) -> None: ...


class Login(Protocol):
    """How we show who we are."""

    def enter(self, session: Session, user: str) -> None:
        """Log in; blocks. Raises LoginRefused where there is nothing to show, whatever imapclient raises otherwise."""
        ...

    def renew(self) -> bool:
        """The server refused what was shown: whether the next attempt will show something newer."""
        ...

    def figures(self, now: datetime) -> Mapping[str, object]:
        """What is worth showing about it, such as a token's age in seconds (L-74)."""
        ...


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect. `plain_is_safe`: the server is this host, so a password may travel unencrypted."""

    host: str
    port: int
    tls: bool
    plain_is_safe: bool = False


def open_session(server: Server, user: str, login: Login, *, connect: float, read: float) -> Session:
    """Connect, encrypt, log in and introduce ourselves; `connect` and `read` are seconds of one socket operation.

    Raises ConnectionLost and LoginRefused.
    """
    try:
        session = _connect(server, connect, read)
    except ssl.SSLCertVerificationError as error:
        raise ConnectionLost(CERTIFICATE.get(error.verify_code, error.verify_message)) from None
    try:
        _encrypt(session, server)
        login.enter(session, user)
        if session.has_capability("ID"):
            with suppress(IMAPClientError):
                session.id_(OURSELVES)
    except LoginError as error:
        hang_up(session)
        raise _login_failure(error) from None
    except BaseException:
        hang_up(session)
        raise
    return session


def is_servers_fault(error: Refused) -> bool:
    """Whether the server says that nothing was wrong with what we asked: another connection may be answered better."""
    return any(code in str(error) for code in SERVERS_FAULT)


def disturb(session: Session) -> None:
    """End the connection from another thread: the one that reads from it wakes up, and nobody waits."""
    with suppress(OSError, IMAPClientError):
        session.socket().shutdown(socket.SHUT_RDWR)


def hang_up(session: Session) -> None:
    """Close the connection without asking the server."""
    with suppress(OSError, IMAPClientError):
        session.shutdown()


def _connect(server: Server, connect: float, read: float) -> Session:
    client = IMAPClient(
        server.host,
        server.port,
        ssl=server.tls,
        ssl_context=ssl.create_default_context() if server.tls else None,
        timeout=cast("Any", SocketTimeout(connect, read)),  # annotated as a number, documented as this
    )
    client.normalise_times = False
    return cast("Session", client)


def _encrypt(session: Session, server: Server) -> None:
    if server.tls:
        return
    if session.has_capability("STARTTLS"):
        session.starttls(ssl.create_default_context())
    elif not server.plain_is_safe:
        raise LoginRefused("the server offers no encryption: use imaps://")


def _login_failure(error: LoginError) -> GatewayError:
    text = str(error)
    # imapclient says LoginError also where the connection broke.
    if isinstance(error.__context__, IMAPClientAbortError) or any(code in text for code in PASSING):
        return ConnectionLost(text)
    return LoginRefused(text)
