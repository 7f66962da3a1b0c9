"""The way mail comes in: a server for SMTP or LMTP that keeps each message, then says 250, and decides nothing.

This room opens the port, counts who is connected, refuses whom there is no room for, and closes in good order. The
talking is in `smtp_session`, the bytes in `smtp_wire`, the keeping in `smtp_keeper`.
"""

import asyncio
import contextlib
import ipaddress
import ssl
from collections import Counter
from collections.abc import Callable
from typing import Literal

import structlog

from gateway.channels.smtp_keeper import Keep, Keeper
from gateway.channels.smtp_limits import Limits
from gateway.channels.smtp_session import House, MailSession

__all__ = ["Keep", "Limits", "MailServer"]

# The part of the grace that is left for saying good-bye to those who did not finish.
FAREWELL_SHARE = 0.1
SHUTTING_DOWN = "421 4.3.2 Shutting down, please try again later"

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def network_of(peer: str) -> str:
    """Whom a connection is counted for: the IPv4 address, or the IPv6 /64, which is one household."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def is_loopback(network: str) -> bool:
    """Whether a result of `network_of` is this machine itself."""
    return network.startswith("127.") or network == "::/64"


class Doorkeeper:
    """Counts connections, all and per peer, against the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._inside = Counter[str]()
        self.connections = 0

    @property
    def peers(self) -> int:
        """From how many different networks they come."""
        return len(self._inside)

    def admit(self, peer: str) -> str | None:
        """Count the peer in and return None, or return the reason for refusing it: "total" or "peer"."""
        network = network_of(peer)
        if self.connections >= self._limits.connections:
            return "total"
        exempt = self._limits.loopback_exempt and is_loopback(network)
        if not exempt and self._inside[network] >= self._limits.connections_per_peer:
            return "peer"
        self.connections += 1
        self._inside[network] += 1
        return None

    def leave(self, peer: str) -> None:
        """Count out a peer that was admitted."""
        network = network_of(peer)
        self.connections -= 1
        self._inside[network] -= 1
        if not self._inside[network]:
            del self._inside[network]


class MailServer:
    """One listening SMTP or LMTP port in the running event loop.

    `name` is the protocol and the `source` of every Envelope. `keep` makes a message durable (see `Keep`);
    `accepts` says whether a recipient is ours, postmaster is accepted always. With `tls`, STARTTLS is offered.
    """

    def __init__(
        self,
        name: Literal["smtp", "lmtp"],
        host: str,
        port: int,
        *,
        keep: Keep,
        accepts: Callable[[str], bool],
        limits: Limits,
        hostname: str,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.name = name
        self._address = host, port
        self._doorkeeper = Doorkeeper(limits)
        self._keeper = Keeper(keep, patience=limits.commit_seconds, large_at_once=limits.large_at_once)
        self._house = House(
            name=name,
            hostname=hostname,
            keeper=self._keeper,
            accepts=accepts,
            limits=limits,
            tls=tls,
            admit=self._admit,
            left=self._left,
        )
        self._inside: dict[MailSession, str] = {}
        self._empty = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._stopping = False

    @property
    def connections(self) -> int:
        """How many clients are connected and admitted now."""
        return self._doorkeeper.connections

    @property
    def port(self) -> int:
        """The port that is listened on, also where 0 was asked for; 0 when not started."""
        if self._server is None or not self._server.sockets:
            return 0
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen. Raises OSError where the address cannot be had."""
        self._stopping = False
        host, port = self._address
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: MailSession(self._house), host or None, port)

    async def stop(self, grace_seconds: float) -> None:
        """Stop within `grace_seconds`: nobody new, messages on their way get their answer, the rest gets 421.

        A message not answered by then was not promised: its sender still has it (RELIABILITY F42).
        """
        if self._server is None:
            return
        self._stopping = True
        self._server.close()
        sessions = list(self._inside)
        for session in sessions:
            session.leave(SHUTTING_DOWN)
        await self._wait_until_empty(grace_seconds * (1 - FAREWELL_SHARE))
        for session in list(self._inside):
            session.cut(SHUTTING_DOWN)
        await self._keeper.settle(grace_seconds * FAREWELL_SHARE / 2)
        await self._wait_until_empty(grace_seconds * FAREWELL_SHARE / 2)
        for session in sessions:
            session.abort()
        self._server = None

    async def _wait_until_empty(self, seconds: float) -> None:
        if self._inside:
            self._empty.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), seconds)

    def _admit(self, session: MailSession) -> str | None:
        if self._stopping:
            return SHUTTING_DOWN
        reason = self._doorkeeper.admit(session.peer)
        if reason is not None:
            log.warning("connection_refused", source=self.name, reason=reason, peer=session.peer)
            return "421 4.7.0 Too many connections, please try again later"
        self._inside[session] = session.peer
        return None

    def _left(self, session: MailSession) -> None:
        peer = self._inside.pop(session, None)
        if peer is not None:
            self._doorkeeper.leave(peer)
        if not self._inside:
            self._empty.set()
