"""What our HTTP servers share: where they listen, and a uvicorn that is a guest in our event loop.

uvicorn by itself wants to be the whole program. Here the gateway is, and a server is one of its parts.
"""

import contextlib
import socket
from collections.abc import Generator

import uvicorn


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one. Raises OSError when the address cannot be listened on.

    asyncio turns Nagle's algorithm off only on sockets that name TCP as their protocol, and those that Python's own
    `create_server` makes name none: every answer in two writes would wait 40 ms for the peer's delayed acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class GuestServer(uvicorn.Server):
    """One part of a program, which takes no signals and ends when it is told."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Captures none: signals are the program's to handle."""
        yield
