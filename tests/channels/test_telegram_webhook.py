"""Telegram calling us: only who knows the bot's secret is heard, and one way to get updates ends the other."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.channels.telegram_chat import TelegramChat, TelegramSettings
from gateway.channels.telegram_client import Posting
from gateway.channels.telegram_webhook import SECRET_HEADER, is_stuck, secret_for
from gateway.chat_channel import Call
from gateway.chat_sandbox import Bot, BotApi, Sandbox, running
from tests.channels.chat_house import MemoryHouse
from tests.channels.mailbox_bench import until
from tests.chat.contract.bench import call

HOOK = "http://127.0.0.1:9/chat/telegram"
"""Where nobody listens: these tests deliver by hand."""

UPDATE: dict[str, Any] = {
    "update_id": 711,
    "message": {
        "message_id": 7,
        "date": 1_795_397_400,
        "chat": {"id": 52, "type": "private"},
        "from": {"id": 52, "is_bot": False, "first_name": "Li"},
        "text": "堡垒机登录不上",
    },
}


@asynccontextmanager
async def opened(
    sandbox: Sandbox, bot: Bot, house: MemoryHouse, hook: str = HOOK
) -> AsyncGenerator[TelegramChat]:
    """A bot that is called there, or polls; at work."""
    settings = TelegramSettings(bot.token, sandbox.url, hook, poll_seconds=0)
    telegram = TelegramChat(settings, house, lambda _: None)
    working = asyncio.create_task(telegram.run())
    try:
        yield telegram
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await telegram.close()


@pytest.fixture
async def sandbox() -> AsyncGenerator[Sandbox]:
    """Telegram."""
    async with running(BotApi(lambda: datetime.now(UTC), local=True), retry_seconds=60) as server:
        yield server


def delivered(headers: dict[str, str], method: str = "POST") -> Call:
    """Telegram's call, with whatever headers."""
    return Call(method, {}, headers, json.dumps(UPDATE).encode())


async def test_telegram_is_told_where_to_call_and_with_which_secret(sandbox: Sandbox) -> None:
    """T29: the secret follows from the token, so that it is mandatory and nobody's to choose."""
    bot = sandbox.api.add_bot("support_bot")
    async with opened(sandbox, bot, MemoryHouse()) as telegram:
        await until("the webhook", lambda: bot.webhook)
        assert bot.webhook is not None
        assert (bot.webhook.url, bot.webhook.secret) == (HOOK, secret_for(bot.token))
        assert bot.token.partition(":")[2] not in bot.webhook.secret
        await until("health", lambda: telegram.health()["last_answer"])
        assert telegram.health()["by"] == "webhook"
    assert bot.queue.allowed is not None
    assert "callback_query" in bot.queue.allowed


async def test_who_does_not_know_the_secret_is_nobody(sandbox: Sandbox) -> None:
    """T29, issue 6: without it, a wrong one, another bot's, the token itself: 0 succeed."""
    bot, other = sandbox.api.add_bot("support_bot"), sandbox.api.add_bot("other_bot")
    house, secret = MemoryHouse(), secret_for(bot.token)
    attempts = [
        *(
            "",
            " ",
            secret[:-1],
            secret + "0",
            secret.upper(),
            secret[::-1],
            "null",
            "é",
            "\udcff",
            "x" * 100_000,
        ),
        *(secret_for(other.token), bot.token, secret_for(bot.token + " "), secret_for("")),
    ]
    async with opened(sandbox, bot, house) as telegram:
        forged = [delivered({SECRET_HEADER: attempt}) for attempt in attempts]
        forged += [delivered({}), delivered({"x-telegram-bot-api-secret": secret}), delivered({}, "GET")]
        assert {await call(telegram.called, each) for each in forged} == {401}
        assert house.kept == []
        assert await call(telegram.called, delivered({SECRET_HEADER: secret})) == 200
        assert house.texts == ["堡垒机登录不上"]


async def test_an_update_that_telegram_brings_again_is_known(sandbox: Sandbox) -> None:
    """Whether it comes by the same road or by the other."""
    bot, house = sandbox.api.add_bot("support_bot"), MemoryHouse()
    genuine = delivered({SECRET_HEADER: secret_for(bot.token)})
    async with opened(sandbox, bot, house) as telegram:
        assert [await call(telegram.called, genuine) for _ in range(2)] == [200, 200]
    assert len(house.kept) == 1


async def test_what_cannot_be_kept_is_telegrams_to_bring_again(sandbox: Sandbox) -> None:
    """G21: a fault of ours is never a 200."""
    bot, house = sandbox.api.add_bot("support_bot"), MemoryHouse(refuses=True)
    genuine = delivered({SECRET_HEADER: secret_for(bot.token)})
    async with opened(sandbox, bot, house) as telegram:
        assert await call(telegram.called, genuine) == 503
        house.refuses = False
        assert await call(telegram.called, genuine) == 200


async def test_a_bot_that_polls_takes_the_webhook_down_first(sandbox: Sandbox) -> None:
    """Telegram answers no poll while there is one (409); and what waited is not dropped."""
    bot, house = sandbox.api.add_bot("support_bot"), MemoryHouse()
    async with opened(sandbox, bot, house):
        await until("the webhook", lambda: bot.webhook)
    li = sandbox.api.add_person("Li")
    li.start(bot)
    async with opened(sandbox, bot, house, hook="") as telegram:
        await until("the update", lambda: house.kept)
        assert bot.webhook is None
        assert telegram.health()["ok"] is True
        assert await call(telegram.called, delivered({SECRET_HEADER: secret_for(bot.token)})) == 404


async def test_a_webhook_that_somebody_else_has_set_is_set_again(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program with the same token must not leave us deaf."""
    monkeypatch.setattr("gateway.channels.telegram_webhook.LOOK_SECONDS", 0.01)
    bot = sandbox.api.add_bot("support_bot")
    async with opened(sandbox, bot, MemoryHouse()):
        await until("the webhook", lambda: bot.webhook)
        assert bot.webhook is not None
        bot.webhook.url = "https://elsewhere.example/"
        await until("our webhook", lambda: bot.webhook and bot.webhook.url == HOOK)


async def test_calls_that_do_not_get_through_are_told_by_readyz(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F27: with the front down, or its certificate ended, nobody calls; Telegram knows why, and so must the owner."""
    monkeypatch.setattr("gateway.channels.telegram_webhook.LOOK_SECONDS", 0.01)
    monkeypatch.setattr("gateway.channels.telegram_trouble.RETRY_SECONDS", (0.01,))
    bot, house = sandbox.api.add_bot("support_bot"), MemoryHouse()
    why = "Telegram cannot deliver to our address"
    async with opened(sandbox, bot, house) as telegram:
        await until("the webhook", lambda: bot.webhook)
        assert telegram.health()["why"] is None
        sandbox.api.add_person("Li").start(bot)
        await until("the trouble", lambda: telegram.health()["why"] == why)
        assert telegram.health()["waiting"] == 1
        assert telegram.health()["ok"] is True, "one failure is none yet"
        house.moment += timedelta(minutes=2)
        await until("the alarm", lambda: telegram.health()["ok"] is False)
        house.moment = datetime.now(UTC) + timedelta(seconds=5)
        assert await call(telegram.called, delivered({SECRET_HEADER: secret_for(bot.token)})) == 200
        await until("the end of it", lambda: telegram.health()["ok"] is True)


@pytest.mark.parametrize(
    ("waiting", "failed", "took", "stuck"),
    [
        (3, 5, None, True),
        (3, 5, 4, True),
        (3, 5, 6, False),  # Telegram works off what has waited
        (0, 5, 4, False),  # it got through at the second attempt
        (3, None, None, False),
    ],
)
def test_an_error_that_is_over_is_no_trouble(
    waiting: int, failed: int | None, took: int | None, stuck: bool
) -> None:
    """getWebhookInfo tells of the latest error for ever: only one after which nothing came says that nothing comes."""

    def at(minute: int | None) -> datetime | None:
        return datetime(2026, 11, 23, 9, minute, tzinfo=UTC) if minute is not None else None

    posting = Posting(HOOK, waiting, at(failed), "Connection refused")
    assert is_stuck(posting, at(took)) is stuck
