"""The sandbox as a server in this event loop: Bot API, downloads, webhooks going out, and the people's page.

async with running(BotApi(clock.now)) as sandbox:
    bot = sandbox.api.add_bot("support_bot")
    Application.builder().token(bot.token).base_url(sandbox.base_url).base_file_url(sandbox.base_file_url)
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from gateway.chat_sandbox.bot_api import BotApi
from gateway.chat_sandbox.courier import Courier
from gateway.chat_sandbox.endpoint import BotEndpoint
from gateway.chat_sandbox.page import page_routes
from gateway.chat_sandbox.waiting import Bell
from gateway.http_listening import GuestServer, listen

GRACE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox. `base_url` and `base_file_url` are what a client puts before the token."""

    api: BotApi
    host: str
    port: int

    @property
    def url(self) -> str:
        """The people's page."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def base_url(self) -> str:
        """For methods."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """For downloads."""
        return f"{self.url}/file/bot"


def application(api: BotApi, bell: Bell) -> Starlette:
    """The whole of it as an ASGI application."""
    endpoint = BotEndpoint(api, bell)
    return Starlette(
        routes=[
            Route("/bot{token}/{method}", endpoint),
            Route("/file/bot{token}/{path:path}", endpoint.download),
            *page_routes(api, bell),
        ]
    )


@contextlib.asynccontextmanager
async def running(
    api: BotApi, host: str = "127.0.0.1", port: int = 0, *, retry_seconds: float = 1.0
) -> AsyncGenerator[Sandbox]:
    """The sandbox, listening; port 0 picks a free one. `retry_seconds` is between two tries of a webhook.

    Raises OSError when the address cannot be listened on. Everything that happens must happen in this event loop.
    """
    bell = Bell()
    api.world.watchers.append(bell.ring)
    listener = listen(host, port)
    config = uvicorn.Config(
        application(api, bell),
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,  # the path holds the token
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = GuestServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    carrying = asyncio.create_task(Courier(api.world, bell, retry_seconds=retry_seconds).run())
    try:
        yield Sandbox(api, host, listener.getsockname()[1])
    finally:
        carrying.cancel()
        bell.close()
        server.should_exit = True
        await asyncio.gather(carrying, serving, return_exceptions=True)
        api.world.watchers.remove(bell.ring)
