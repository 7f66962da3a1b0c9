"""A whole gateway with a chat on a fake clock: the strict sandbox for Telegram, and all of ours real but the waiting.

The people are those of the seed directory: 周敏 of the bank, whose mail we know; 王强, an engineer; 钱虹, the manager.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from gateway.cases.case import Case
from gateway.channels.telegram import Pace
from gateway.channels.telegram_chat import TelegramChat, TelegramSettings
from gateway.chat_channel import ChatHouse
from gateway.chat_joining import ChatSide
from gateway.chat_parts import ChatParts
from gateway.chat_ports import Link
from gateway.chat_sandbox import Bot, BotApi, Chat, Fault, Message, Person, Sandbox
from gateway.intake import Outcome
from gateway.messages import Attachment, Parcel
from gateway.parts import Parts
from gateway.ports import Channel
from gateway.scanning import Judged, Scans
from tests.house import House

FAILED_POLLS = (
    Fault.HTML_PAGE,
    Fault.internal(),
    Fault.GARBAGE,
    Fault.DROPPED,
    Fault.DROPPED_AFTER_ACCEPTING,
    Fault.flood(retry_after=1),
    Fault.refused(HTTPStatus.CONFLICT, "Conflict: terminated by other getUpdates request"),
)
"""Whatever can be answered instead of updates."""

FIVE_LINES = ("堡垒机登录不上", "从早上九点开始的", "提示认证超时", "十几个人都受影响", "麻烦尽快看一下")


class ChatWay:
    """The way out that the house has before its chat is joined."""

    channel: Channel

    async def send(self, parcel: Parcel) -> str:
        """Through the chat."""
        return await self.channel.send(parcel)


@dataclass
class OurScans:
    """A scanner that finds nothing, until there is one."""

    scans: Scans | None = None

    async def judge(self, files: Sequence[Attachment]) -> Sequence[Judged]:
        """As it says; else every file is clean."""
        return await self.scans.judge(files) if self.scans is not None else [Judged(False, None)] * len(files)


@dataclass
class ChatScene:
    """The house, its chat, and the sandbox that stands in Telegram's place."""

    house: House
    side: ChatSide
    telegram: TelegramChat
    sandbox: Sandbox
    bot: Bot
    scans: OurScans

    def have_scanned(self, scans: Scans) -> None:
        """From now on every file is looked at."""
        self.scans.scans = scans

    @property
    def api(self) -> BotApi:
        """The sandbox's people and chats."""
        return self.sandbox.api

    def person(self, *names: str, language: str = "zh-hans") -> Person:
        """Somebody who has opened the bot and pressed Start, and was greeted."""
        return self.api.add_person(*names, language=language)

    def chat(self, person: Person) -> Chat:
        """Their private chat with the bot."""
        return person.chat_with(self.bot)

    def address(self, person: Person) -> str:
        """Their private chat, as letters name it."""
        return f"telegram:{self.bot.id}/{person.user.id}"

    async def link(self, person: Person, kind: Any, who: str) -> None:
        """As if a code had been used."""
        at, link = self.house.clock.now(), Link(self.address(person), kind, who)
        await self.house.store.run(lambda work: work.link(link, at))
        await self.side.load()

    async def look(self) -> None:
        """Everything that Telegram has for us is kept."""
        while await self.telegram.polling.look():
            pass

    async def taken(self) -> list[Outcome]:
        """What Telegram has is kept, and taken in as far as people have paused; what follows leaves."""
        await self.look()
        outcomes: list[Outcome] = []
        while more := await self.side.intake.turn():
            outcomes += more
            if any(outcome.name == "postponed" for outcome in more):
                break
        await self.settle()
        return outcomes

    async def settle(self) -> None:
        """What follows leaves, and every card is true."""
        await self.house.settle()
        while await self.side.cards.turn():
            pass

    async def quiet(self, seconds: float = 31) -> list[Outcome]:
        """Nobody types for a while."""
        await self.look()
        self.house.clock.moment += timedelta(seconds=seconds)
        return await self.taken()

    async def says(self, person: Person, *lines: str, reply_to: Message | None = None) -> list[Outcome]:
        """They write these lines, and pause."""
        for line in lines:
            person.write(self.chat(person), line, reply_to=reply_to)
        return await self.quiet()

    async def presses(self, person: Person, button: str) -> list[Outcome]:
        """They press a button under the latest message that has it."""
        holding = [message for message in self.chat(person).transcript() if button in str(message.markup)]
        person.press(holding[-1], button)
        return await self.taken()

    def heard(self, person: Person) -> list[str]:
        """What we have said in their private chat."""
        return [message.text for message in self.messages(person)]

    def messages(self, person: Person) -> list[Message]:
        """Our messages there."""
        return [each for each in self.chat(person).transcript() if each.sender.id == self.bot.id]

    def case(self) -> Case:
        """The only case, or the latest."""
        return self.house.case(self.house.numbers()[0])


def chat_parts_of(parts: Parts) -> ChatParts:
    """What the chats share with the house."""
    return ChatParts(
        parts.config, parts.rules, parts.letters, parts.composer, parts.chats, parts.clock, parts.ids
    )


def chat_side(house: House, parts: Parts, scans: OurScans) -> tuple[ChatSide, TelegramChat]:
    """The chats of this house: Telegram alone, which neither waits nor paces itself."""
    telegram = parts.config.channels.telegram
    opened: list[TelegramChat] = []

    def named(name: str) -> None:
        parts.chats.bot_name = name

    def opener(chat_house: ChatHouse) -> TelegramChat:
        settings = TelegramSettings(
            telegram.token.get_secret_value(), telegram.base_url, poll_seconds=0, pace=Pace(0, 0, 0)
        )
        opened.append(TelegramChat(settings, chat_house, named))
        return opened[0]

    shared = chat_parts_of(parts)
    side = ChatSide(shared, house.store, house.readings, house.outgoing, [opener], scans=scans)
    return side, opened[0]
