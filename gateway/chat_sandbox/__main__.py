"""`python -m gateway.chat_sandbox`: the sandbox by hand, with a small cast, until it is interrupted."""

import argparse
import asyncio
import contextlib
import logging
import sys

from gateway.chat_sandbox import cast
from gateway.chat_sandbox.bot_api import BotApi
from gateway.chat_sandbox.server import running
from gateway.clock import SystemClock

PORT = 8081


async def serve(host: str, port: int) -> None:
    """Until cancelled."""
    api = BotApi(SystemClock().now)
    bot, _ = cast.enter(api)
    async with running(api, host, port) as sandbox:
        sys.stdout.write(
            f"The page:  {sandbox.url}\n"
            f"For a bot: token {bot.token}\n"
            f"           base_url {sandbox.base_url}\n"
            f"           base_file_url {sandbox.base_file_url}\n"
        )
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m gateway.chat_sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help=f"the port to listen on ({PORT})")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve("127.0.0.1", options.port))


if __name__ == "__main__":
    main()
