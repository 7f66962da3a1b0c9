"""python-telegram-bot 22.8 as the client: polling, webhook, files, and everything that may go wrong between them."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from telegram import Bot as Client
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from gateway.chat_sandbox import Bot, BotApi, Fault, Person, Sandbox, running
from tests.chat_sandbox.scene import picture


@dataclass
class Stage:
    """A running sandbox with a bot and Li, who has started it."""

    sandbox: Sandbox
    bot: Bot
    li: Person

    @property
    def chat_id(self) -> int:
        """Li's chat."""
        return self.li.user.id

    def client(self, token: str | None = None) -> Client:
        """A client of the bot's."""
        return Client(
            token or self.bot.token, base_url=self.sandbox.base_url, base_file_url=self.sandbox.base_file_url
        )

    def texts(self) -> list[str]:
        """What is in Li's chat."""
        return [message.text for message in self.li.chat_with(self.bot).transcript()]


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Stage]:
    """The sandbox on a port of its own."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # else reading retry_after warns, and a warning fails a test
    api = BotApi(lambda: datetime.now(UTC))
    bot, li = api.add_bot("support_bot"), api.add_person("Li")
    li.start(bot)
    bot.queue.drop()
    async with running(api, retry_seconds=0.01) as sandbox:
        yield Stage(sandbox, bot, li)


@pytest.fixture
async def client(stage: Stage) -> AsyncGenerator[Client]:
    """The bot's client, ready."""
    async with stage.client() as client:
        yield client


async def until(true: Callable[[], bool]) -> None:
    """Wait for it; the limit is far away."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 -- what is waited for happens in a client that tells nobody
            await asyncio.sleep(0.01)


@dataclass
class Heard:
    """What an Application's handlers got."""

    texts: list[str] = field(default_factory=list[str])


@asynccontextmanager
async def application(
    stage: Stage, heard: Heard
) -> AsyncGenerator[Application[Any, Any, Any, Any, Any, Any]]:
    """A small bot: echoes with two buttons, answers commands and buttons."""
    builder = Application.builder().token(stage.bot.token)
    app = builder.base_url(stage.sandbox.base_url).base_file_url(stage.sandbox.base_file_url).build()

    async def on_start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        heard.texts.append(f"start {' '.join(context.args or [])}")

    async def on_text(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message is not None
        heard.texts.append(update.effective_message.text or "")
        keys = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="y")]])
        await update.effective_message.reply_text("Sure?", reply_markup=keys)

    async def on_button(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        heard.texts.append(f"pressed {update.callback_query.data}")
        await update.callback_query.answer("Thank you")
        await update.callback_query.edit_message_text("Noted.")

    app.add_handler(CommandHandler("start", on_start))
    app.add_handler(CallbackQueryHandler(on_button))
    app.add_handler(MessageHandler(filters.TEXT, on_text))
    async with app:
        await app.start()
        try:
            yield app
        finally:
            await app.stop()


async def test_an_application_that_polls_holds_a_conversation(stage: Stage) -> None:
    """Text, buttons, an answer, an edit and a deep link, as a real client does them."""
    heard = Heard()
    async with application(stage, heard) as app:
        assert app.updater is not None
        await app.updater.start_polling(poll_interval=0, timeout=5)
        chat = stage.li.chat_with(stage.bot)
        stage.li.start(stage.bot, "token-1")
        stage.li.write(chat, "登录不上")
        await until(lambda: chat.transcript()[-1].text == "Sure?")
        query = stage.li.press(chat.transcript()[-1], "Yes")
        await until(lambda: chat.transcript()[-1].text == "Noted.")
        await app.updater.stop()
    assert heard.texts == ["start token-1", "登录不上", "pressed y"]
    assert query.answer == "Thank you"


async def test_what_was_handled_is_confirmed_when_polling_stops(stage: Stage) -> None:
    """A restart must not bring it again."""
    async with application(stage, Heard()) as app:
        assert app.updater is not None
        await app.updater.start_polling(poll_interval=0, timeout=5)
        stage.li.write(stage.li.chat_with(stage.bot), "once")
        await until(lambda: "Sure?" in stage.texts())
        await app.updater.stop()
    assert len(stage.bot.queue) == 0


async def test_an_update_survives_an_answer_that_never_came(stage: Stage, client: Client) -> None:
    """getUpdates whose answer is lost confirms nothing (RELIABILITY 0.17, G21)."""
    stage.li.write(stage.li.chat_with(stage.bot), "kept")
    for fault in (Fault.DROPPED_AFTER_ACCEPTING, Fault.GARBAGE, Fault.HTML_PAGE):
        stage.sandbox.api.faults.next("getUpdates", fault)
        with pytest.raises(NetworkError if fault is not Fault.GARBAGE else Exception):
            await client.get_updates()
    assert [update.message and update.message.text for update in await client.get_updates()] == ["kept"]


async def test_the_later_of_two_pollers_wins_and_the_other_is_told_409(stage: Stage, client: Client) -> None:
    """ "Make sure that only one bot instance is running"."""
    first = asyncio.create_task(client.get_updates(timeout=30))
    await until(lambda: stage.bot.queue.is_current(1))
    async with stage.client() as second:
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await asyncio.gather(first, second.get_updates(timeout=0))


async def test_a_long_poll_ends_as_soon_as_something_happens(stage: Stage, client: Client) -> None:
    """No polling in circles: the answer comes with the message, long before the time is over."""
    poll = asyncio.create_task(client.get_updates(timeout=50))
    await until(lambda: stage.bot.queue.is_current(1))
    stage.li.write(stage.li.chat_with(stage.bot), "now")
    async with asyncio.timeout(30):
        assert len(await poll) == 1


async def test_a_poll_is_ended_by_a_webhook(stage: Stage, client: Client) -> None:
    """409 for the one who waits."""
    poll = asyncio.create_task(client.get_updates(timeout=50))
    await until(lambda: stage.bot.queue.is_current(1))
    async with stage.client() as other:
        await other.set_webhook("http://127.0.0.1:1/hook")
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await poll


async def test_files_go_both_ways(stage: Stage, client: Client) -> None:
    """What Li sends the bot can fetch byte by byte; what the bot sends is there."""
    content = bytes(range(256)) * 4 + b"\r\n--\r\n"
    chat = stage.li.chat_with(stage.bot)
    stage.li.send_file(chat, "日志.bin", content)
    (update,) = await client.get_updates()
    assert update.message is not None
    assert update.message.document is not None
    file = await update.message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == content
    sent = await client.send_document(
        stage.chat_id, content, filename="报告.bin", caption="<b>x</b>", parse_mode="HTML"
    )
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size) == ("报告.bin", len(content))
    album = await client.send_media_group(
        stage.chat_id, [InputMediaPhoto(picture(), caption="a"), InputMediaPhoto(picture())]
    )
    assert len({message.media_group_id for message in album}) == 1
    assert await client.send_photo(stage.chat_id, picture())


async def test_a_download_needs_the_right_token_and_path(stage: Stage) -> None:
    """404 and 401 in the documented envelope."""
    async with httpx.AsyncClient(trust_env=False) as http:
        missing = await http.get(f"{stage.sandbox.base_file_url}{stage.bot.token}/documents/file_9.txt")
        strange = await http.get(f"{stage.sandbox.base_file_url}{stage.bot.token[:-1]}_/documents/file_9.txt")
    assert (missing.status_code, missing.json()["description"]) == (404, "Not Found")
    assert (strange.status_code, strange.json()["description"]) == (401, "Unauthorized")


async def test_errors_arrive_as_the_clients_own_exceptions(stage: Stage, client: Client) -> None:
    """python-telegram-bot must understand every envelope (RELIABILITY F26)."""
    group = stage.sandbox.api.add_group("Support", stage.li)
    group.add(stage.bot, stage.li)
    new = group.upgrade(stage.li)
    with pytest.raises(ChatMigrated) as migrated:
        await client.send_message(group.chat.id, "x")
    assert migrated.value.new_chat_id == new.chat.id
    with pytest.raises(BadRequest, match=r"(?i)can't parse entities: Unsupported start tag"):
        await client.send_message(stage.chat_id, "<br>", parse_mode="HTML")
    with pytest.raises(InvalidToken):
        await stage.client("7100000001:" + "A" * 35).__aenter__()  # which asks getMe
    stage.li.block(stage.bot)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await client.send_message(stage.chat_id, "x")


@pytest.mark.parametrize(
    ("fault", "error", "arrived"),
    [
        (Fault.flood(7), RetryAfter, False),
        (Fault.internal(), NetworkError, False),
        (Fault.HTML_PAGE, NetworkError, False),
        (Fault.DROPPED, NetworkError, False),
        (Fault.TIMEOUT, TimedOut, False),
        (Fault.DROPPED_AFTER_ACCEPTING, NetworkError, True),
        (Fault.TIMEOUT_AFTER_ACCEPTING, TimedOut, True),
    ],
    ids=[
        "429",
        "500",
        "HTML page",
        "dropped",
        "time-out",
        "dropped after accepting",
        "time-out after accepting",
    ],
)
async def test_a_fault_of_the_script_strikes_one_call(
    stage: Stage,
    client: Client,
    fault: Fault,
    error: type[Exception],
    *,
    arrived: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Including the treacherous two: the message is there although the client saw an error (RELIABILITY F26)."""
    caplog.set_level(logging.CRITICAL)
    stage.sandbox.api.faults.next("sendMessage", fault)
    with pytest.raises(error):
        await client.send_message(stage.chat_id, "first", read_timeout=0.3)
    assert ("first" in stage.texts()) is arrived
    await client.send_message(stage.chat_id, "second")
    assert stage.texts()[-1] == "second"


@dataclass
class Hook:
    """A webhook of a test's: what was posted, and what it answers first."""

    statuses: list[int]
    secrets: list[str | None] = field(default_factory=list[str | None])
    ids: list[int] = field(default_factory=list[int])
    take: Callable[[dict[str, Any]], None] = lambda _: None
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request after the other."""
        head = await reader.readuntil(b"\r\n\r\n")
        lines = (line.partition(":") for line in head.decode().lower().split("\r\n"))
        headers = {name: value.strip() for name, _, value in lines}
        body = await reader.readexactly(int(headers["content-length"]))
        update = json.loads(body)
        self.secrets.append(headers.get("x-telegram-bot-api-secret-token"))
        self.ids.append(update["update_id"])
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.take(update)
        writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def hooked(*statuses: int) -> AsyncGenerator[Hook]:
    """A webhook that answers these and then 200."""
    hook = Hook(list(statuses))
    server = await asyncio.start_server(hook.serve, "127.0.0.1", 0)
    hook.port = server.sockets[0].getsockname()[1]
    async with server:
        yield hook


async def test_a_webhook_gets_the_secret_and_every_update_until_it_takes_it(
    stage: Stage, client: Client
) -> None:
    """X-Telegram-Bot-Api-Secret-Token on each try; what was refused comes again, in order (RELIABILITY T29)."""
    async with hooked(500, 302) as hook:
        await client.set_webhook(f"http://127.0.0.1:{hook.port}/hook", secret_token="canary_secret-1")
        chat = stage.li.chat_with(stage.bot)
        stage.li.write(chat, "one")
        stage.li.write(chat, "two")
        await until(lambda: len(hook.ids) == 4)
        first = hook.ids[0]
        assert hook.ids == [first, first, first, first + 1]
        assert set(hook.secrets) == {"canary_secret-1"}
        await until(lambda: not len(stage.bot.queue))
        info = await client.get_webhook_info()
    assert (info.pending_update_count, info.last_error_message) == (
        0,
        "Wrong response from the webhook: 302 X",
    )


async def test_an_application_behind_a_webhook_holds_a_conversation(stage: Stage) -> None:
    """The same bot as above, its updates posted to it instead of fetched."""
    heard = Heard()
    async with application(stage, heard) as app, hooked(503) as hook:
        hook.take = lambda update: app.update_queue.put_nowait(Update.de_json(update, app.bot))
        await app.bot.set_webhook(f"http://127.0.0.1:{hook.port}/hook")
        chat = stage.li.chat_with(stage.bot)
        stage.li.write(chat, "登录不上")
        await until(lambda: chat.transcript()[-1].text == "Sure?")
        stage.li.press(chat.transcript()[-1], "Yes")
        await until(lambda: chat.transcript()[-1].text == "Noted.")
        await app.bot.delete_webhook()
    assert heard.texts == ["登录不上", "pressed y"]


async def test_a_webhook_that_is_not_there_keeps_its_updates(stage: Stage, client: Client) -> None:
    """They wait, and getWebhookInfo says why."""
    await client.set_webhook("http://127.0.0.1:1/hook")
    stage.li.write(stage.li.chat_with(stage.bot), "waiting")
    await until(lambda: bool(stage.bot.webhook and stage.bot.webhook.last_error))
    info = await client.get_webhook_info()
    assert (info.pending_update_count, info.last_error_message) == (1, "Connection refused")
    assert info.last_error_date is not None
    await client.delete_webhook()
    assert len(await client.get_updates()) == 1


@pytest.mark.parametrize("way", ["query", "form", "JSON", "multipart"])
async def test_parameters_come_in_all_four_documented_ways(stage: Stage, way: str) -> None:
    """ "We support four ways of passing parameters"."""
    url, call = (
        f"{stage.sandbox.base_url}{stage.bot.token}/sendMessage",
        {"chat_id": str(stage.chat_id), "text": "一"},
    )
    async with httpx.AsyncClient(trust_env=False) as http:
        if way == "query":
            answer = await http.get(url, params=call)
        elif way == "form":
            answer = await http.post(url, data=call)
        elif way == "JSON":
            answer = await http.post(url, json=call)
        else:
            answer = await http.post(url, files={name: (None, value) for name, value in call.items()})
    assert answer.json()["result"]["text"] == "一"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[1]"),
        ("application/json", b'{"chat_id": ' + b"[" * 100_000),
        ("application/json", b'{"chat_id": NaN}'),
        ("application/json", b'{"chat_id": 5200000001, "text": "\\ud800"}'),
        ("multipart/form-data", b"x"),
        ("application/x-www-form-urlencoded", b"a=1&" * 100_000),
        ("text/plain", b"\xff\xfe\x00"),
    ],
)
async def test_a_call_that_is_none_is_refused(stage: Stage, content_type: str, body: bytes) -> None:
    """400 and a sentence, whatever comes."""
    url = f"{stage.sandbox.base_url}{stage.bot.token}/sendMessage"
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(url, content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["ok"]) == (400, False)
