"""`python -m gateway.chat_sandbox`: the sandbox by hand, with a small cast, until it is interrupted."""

import argparse
import asyncio
import contextlib
import logging
import sys

from gateway.chat_sandbox.bot_api import BotApi
from gateway.chat_sandbox.flood import FloodLimits
from gateway.chat_sandbox.server import running
from gateway.chat_sandbox.world import Bot
from gateway.clock import SystemClock

PORT = 8081


def cast(api: BotApi) -> Bot:
    """A support bot, a customer's two people, an engineer, and the customer's support group."""
    bot = api.add_bot("support_bot", limits=FloodLimits())
    zhou = api.add_person("周敏", language="zh-hans")
    chan = api.add_person("Yi-jun", "Chan", language="zh-hant")
    api.add_person("Wang", "Qiang", language="en")
    for person in (zhou, chan):
        person.chat_with(bot)
    api.add_group("青山银行 · 运维支持", zhou, chan).add(bot, zhou)
    return bot


async def serve(host: str, port: int) -> None:
    """Until cancelled."""
    api = BotApi(SystemClock().now)
    bot = cast(api)
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
