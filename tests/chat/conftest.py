"""The scene of every story in a chat."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.chat_sandbox import BotApi, running
from gateway.config import Config
from gateway.parsers.report import Reader
from gateway.parts import Parts, build_parts
from tests.chat.scene import ChatScene, ChatWay, chat_side
from tests.house import FakeClock, House, close
from tests.stories.conftest import engine_on


@pytest.fixture(scope="session")
def chat_parts(shipped_config: Config, tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """The shipped gateway but for its clock and its bot: built once."""
    data = tmp_path_factory.mktemp("chat")
    return build_parts(shipped_config.model_copy(update={"data_dir": data}), clock=FakeClock())


@pytest.fixture
async def scene(chat_parts: Parts, reader: Reader, sqlite_url: str) -> AsyncGenerator[ChatScene]:
    """A gateway of the test's own, whose Telegram is the sandbox."""
    clock = FakeClock()
    api = BotApi(clock.now)
    bot = api.add_bot("support_bot")
    async with running(api, retry_seconds=0.01) as sandbox:
        shipped = chat_parts.config
        telegram = shipped.channels.telegram.model_copy(
            update={"token": SecretStr(bot.token), "base_url": sandbox.url}
        )
        channels = shipped.channels.model_copy(update={"telegram": telegram})
        config = shipped.model_copy(update={"channels": channels}).joined(
            shipped.path(Path()), shipped.promises
        )
        parts = replace(chat_parts, clock=clock, config=config)
        parts.chats.load(())
        way = ChatWay()
        house = House(parts, reader, engine_on(sqlite_url), {"telegram": way})
        house.store.start()
        side, telegram = chat_side(house, parts)
        way.channel = telegram
        await telegram.learn_name()
        yield ChatScene(house, side, telegram, sandbox, bot)
        await side.close()
        await close(house)
