"""An HTTP server in our own event loop: each answer with the security headers, no more at once than it can bear."""

import asyncio
import socket

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http_listening import GuestServer, listen

GRACE_SECONDS = 5  # for answers under way when stopping; the whole gateway has ten
MOST_REQUESTS = 200  # at a time; beyond it 503, so that a crowd cannot take the memory intake needs

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""What every answer carries unless its page says otherwise: links hold secrets, so nothing is cached or told on."""


class SecurityHeaders:
    """Around an application: adds each of `SECURITY_HEADERS` which the page did not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on, and adds the headers where an HTTP answer starts."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class HttpServer:
    """A running server. `port` is the real one, also where 0 was asked for."""

    def __init__(self, server: uvicorn.Server, listener: socket.socket) -> None:
        self.port: int = listener.getsockname()[1]
        self._server = server
        self._serving = asyncio.create_task(
            server.serve(sockets=[listener]), name=f"http on port {self.port}"
        )

    async def stop(self) -> None:
        """Take no more requests, let those under way finish for the grace period, then end them."""
        self._server.should_exit = True
        await self.wait_closed()

    async def wait_closed(self) -> None:
        """Returns when the server has stopped, or raises what ended it."""
        await asyncio.shield(self._serving)


async def serve(app: ASGIApp, host: str, port: int, *, grace_seconds: int = GRACE_SECONDS) -> HttpServer:
    """Start serving `app` in this event loop, every answer with the security headers.

    Connections are accepted when this returns; port 0 picks a free one. `grace_seconds` is for `stop`.
    Raises OSError when the address cannot be listened on.
    """
    listener = listen(host, port)
    config = uvicorn.Config(
        SecurityHeaders(app),
        lifespan="off",  # the composition root owns what lives how long
        ws="none",
        log_config=None,
        access_log=False,  # the links of customers carry secrets
        server_header=False,
        limit_concurrency=MOST_REQUESTS,
        timeout_graceful_shutdown=grace_seconds,
    )
    return HttpServer(GuestServer(config), listener)
