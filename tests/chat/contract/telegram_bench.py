"""Telegram, on the strict Bot API server: polled, or calling us."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import cast

from starlette.applications import Starlette

from gateway.channels.telegram import Pace
from gateway.channels.telegram_chat import TelegramChat, TelegramSettings
from gateway.channels.telegram_webhook import SECRET_HEADER, secret_for
from gateway.chat_channel import Call, ChatHouse
from gateway.chat_sandbox import Bot, BotApi, Chat, Fault, Group, Message, Person, Sandbox, running
from gateway.chat_sandbox.updates import Update
from gateway.chat_sandbox.wire import JsonObject
from gateway.errors import NotNow
from gateway.portal.calling import Called, calling_routes
from gateway.portal.server import serve
from tests.channels.mailbox_bench import until
from tests.chat.contract.bench import GROUP, Bench, CapableBench, Shown, Trouble, call

FAULTS = {
    Trouble.CLOSED: Fault.refused(HTTPStatus.FORBIDDEN, "Forbidden: bot was blocked by the user"),
    Trouble.BUSY: Fault.flood(retry_after=1),
    Trouble.BROKEN: Fault.HTML_PAGE,
    Trouble.SILENT: Fault.DROPPED_AFTER_ACCEPTING,
}
RUBBISH = (
    b"null",
    b"[]",
    b"{}",
    b"\xff\xfe",
    b"[" * 50_000,
    b'{"update_id":"x"}',
    b'{"update_id":7,"message":[]}',
)


class TelegramBench(CapableBench):
    """A bot, and people who have started it; each has a group of their own with it."""

    name = "telegram"
    longest = 4096
    knows_repetitions = False

    def __init__(self, sandbox: Sandbox, bot: Bot, hook: str = "") -> None:
        self._api = sandbox.api
        self._bot = bot
        self._url, self._hook = sandbox.url, hook
        self._people: dict[str, Person] = {}
        self._groups: dict[str, Group] = {}
        self._delivered: Update | None = None

    def opened(self, house: ChatHouse) -> TelegramChat:
        """It neither waits nor paces itself. With a hook Telegram calls us there, without one we poll."""
        settings = TelegramSettings(
            self._bot.token, self._url, self._hook, poll_seconds=0, pace=Pace(0, 0, 0)
        )
        self.channel = self.telegram = TelegramChat(settings, house, self._named)
        return self.telegram

    def address(self, who: str) -> str:
        """Bot and person."""
        return f"telegram:{self._bot.id}/{self._person(who).user.id}"

    async def bring(self) -> bool:
        """By a poll that finds everything."""
        self._note_the_last()
        try:
            while await self.telegram.polling.look():
                pass
        except NotNow:
            return False
        return True

    def writes(
        self, who: str, text: str, *, answers: Shown | None = None, in_group: bool = False, to_us: bool = True
    ) -> str:
        """In a group the bot is named."""
        named = f"@{self._bot.user.username} " if in_group and to_us else ""
        chat = self._chat(who, in_group=in_group)
        answered = self._message(chat, answers.id) if answers is not None else None
        return str(self._person(who).write(chat, named + text, reply_to=answered).id)

    def edits(self, who: str, message: str, text: str) -> None:
        """In their private chat."""
        self._person(who).edit(self._message(self._chat(who), message), text)

    def presses(self, who: str, on: Shown, data: str) -> None:
        """As an altered app might, whatever the data."""
        self._person(who).forge_press(self._message(self._chat(who), on.id), data)

    def sends_file(self, who: str, name: str, content: bytes, text: str) -> None:
        """With a caption."""
        self._person(who).send_file(self._chat(who), name, content, caption=text)

    def sends_sticker(self, who: str) -> None:
        """One of Telegram's."""
        self._person(who).send_sticker(self._chat(who))

    def says_more_than_we_know(self, who: str, text: str) -> None:
        """The Bot API grows every other month."""
        self._person(who)
        user: JsonObject = {"id": self._person(who).user.id, "is_bot": False, "first_name": who, "aura": [1]}
        chat: JsonObject = {"id": user["id"], "type": "private", "mood": {"of": "tomorrow"}}
        message: JsonObject = {
            "message_id": 4000,
            "date": 1_795_397_400,
            "chat": chat,
            "from": user,
            "text": text,
            "x": {},
        }
        self._bot.queue.add("message", message, self._api.world.now())

    def repeats(self) -> None:
        """At least once, says Telegram."""
        assert self._delivered is not None
        self._bot.queue.repeat(self._delivered)
        self._api.world.changed()

    def rubbish(self) -> Sequence[bytes]:
        """Updates that are none."""
        return RUBBISH

    async def throws(self, rubbish: bytes) -> int:
        """In a poll, where it is JSON of an object."""
        with suppress(ValueError, RecursionError):
            body = json.loads(rubbish)
            if isinstance(body, dict):
                self._bot.queue.add("message", cast("JsonObject", body), self._api.world.now())
        assert await self.bring()
        return 200

    def sees(self, who: str, *, in_group: bool = False) -> Sequence[Shown]:
        """What the bot has written there."""
        return [
            Shown(str(each.id), each.text, _buttons(each))
            for each in self._chat(who, in_group=in_group).transcript()
            if each.sender.id == self._bot.id
        ]

    def fails(self, how: Trouble, times: int = 1) -> None:
        """Of sendMessage."""
        self._api.world.faults.next("sendMessage", FAULTS[how], times=times)

    def _note_the_last(self) -> None:
        waiting = self._bot.queue.take(0, 100, self._api.world.now())
        self._delivered = waiting[-1] if waiting else self._delivered

    def _named(self, _: str) -> None:
        """Mentions are looked up by the name that the test's house was given."""

    def _person(self, who: str) -> Person:
        if who not in self._people:
            person = self._people[who] = self._api.add_person(who, language="zh-hans")
            person.start(self._bot)
            group = self._groups[who] = self._api.add_group(GROUP, person)
            group.add(self._bot, person, administrator=True)
            self._bot.queue.drop()  # greetings are told of elsewhere
        return self._people[who]

    def _chat(self, who: str, *, in_group: bool = False) -> Chat:
        person = self._person(who)
        return self._groups[who].chat if in_group else person.chat_with(self._bot)

    def _message(self, chat: Chat, message: str) -> Message:
        return next(each for each in chat.transcript() if str(each.id) == message)


class CallingTelegramBench(TelegramBench):
    """Telegram calls us; `running` is the channel, which sees to it that Telegram does."""

    running: asyncio.Task[None]

    async def rests(self) -> None:
        """A client that is closed under its own requests would leave their connections open."""
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)

    async def bring(self) -> bool:
        """Telegram delivers by itself: it has, or it was refused."""
        self._note_the_last()
        await until("our webhook", lambda: self._bot.webhook)
        webhook = self._bot.webhook
        assert webhook is not None
        webhook.last_error = ""
        await until("Telegram to be through", lambda: not len(self._bot.queue) or webhook.last_error)
        return not len(self._bot.queue)

    async def throws(self, rubbish: bytes) -> int:
        """By somebody who knows the secret."""
        headers = {SECRET_HEADER: secret_for(self._bot.token)}
        return await call(self.telegram.called, Call("POST", {}, headers, rubbish))


@asynccontextmanager
async def polled() -> AsyncGenerator[Bench]:
    """A bench with a bot that polls."""
    api = BotApi(lambda: datetime.now(UTC))
    async with running(api, retry_seconds=0.01) as sandbox:
        yield TelegramBench(sandbox, api.add_bot("support_bot"))


@asynccontextmanager
async def calling() -> AsyncGenerator[Bench]:
    """A bench with a bot that is called; at plain http, as a server of one's own does it."""
    api = BotApi(lambda: datetime.now(UTC), local=True)
    calls: dict[str, Called] = {}
    portal = await serve(Starlette(routes=calling_routes(calls)), "127.0.0.1", 0)
    async with running(api, retry_seconds=0.01) as sandbox:
        hook = f"http://127.0.0.1:{portal.port}/chat/telegram"
        bench = CallingTelegramBench(sandbox, api.add_bot("support_bot"), hook)
        bench.running = asyncio.create_task(_from_now_on(bench, calls))
        yield bench
        await bench.rests()
    await portal.stop()


async def _from_now_on(bench: CallingTelegramBench, calls: dict[str, Called]) -> None:
    await until("the channel", lambda: hasattr(bench, "channel"))
    calls["telegram"] = bench.telegram.called
    await bench.telegram.run()


def _buttons(message: Message) -> tuple[tuple[str, str], ...]:
    rows = cast("list[list[dict[str, str]]]", (message.markup or {}).get("inline_keyboard", []))
    return tuple((button["text"], button["callback_data"]) for row in rows for button in row)
