"""The chats joined: every channel both ways, their one intake, their buttons, and the mail that proves who somebody is.

`app` has one of these where there is a chat channel; without one nothing of it is built.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from gateway import chat_address
from gateway.cases.case import Case
from gateway.chat import ChatIntake, ChatRules
from gateway.chat.reading import Scans
from gateway.chat.taking import House
from gateway.chat_cards import Cards
from gateway.chat_channel import Answer, Call, ChatChannel, ChatHouse, EditingChannel
from gateway.chat_house import StoredChats
from gateway.chat_note import Button, ChatNote
from gateway.chat_parts import ChatParts, pause_of, work_offered
from gateway.chat_postman import CodePostman
from gateway.errors import DeliveryError, NotNow
from gateway.intake import FAILED, POSTPONED, Outcome
from gateway.intake.queue import Readings
from gateway.ports import Channel, Store

log = structlog.get_logger()

RETRY_SECONDS = 2.0
INTAKE = "chat intake"
CARDS = "chat cards"
CARD_SECONDS = 1.0
LINKS = "chat links"
LINK_SECONDS = 20.0


class ChannelsVoice:
    """`gateway.chat.saying.Voice` through whichever channel the chat belongs to."""

    def __init__(self, channels: Mapping[str, ChatChannel]) -> None:
        self._channels = channels

    async def say(self, chat: str, text: str, buttons: Sequence[tuple[str, str]]) -> None:
        """Say it."""
        if (channel := self._channel(chat)) is not None:
            await channel.say(chat, ChatNote(text, tuple(Button(label, data) for label, data in buttons)))

    async def take_buttons_away(self, chat: str, message: str) -> None:
        """They have been used."""
        if (channel := self._channel(chat)) is not None:
            await channel.take_buttons_away(chat, message)

    def _channel(self, chat: str) -> ChatChannel | None:
        """None where config.toml has no such channel any more."""
        at = chat_address.read(chat)
        return self._channels.get(at.channel) if at is not None else None


class Boards:
    """`gateway.chat_cards.Board`: of the channels that can change what they have said; elsewhere cards stay as sent."""

    def __init__(self, channels: Mapping[str, EditingChannel]) -> None:
        self._channels = channels

    async def redraw(self, recipient: str, first: str, last: str, note: ChatNote) -> None:
        """Raises MessageGone, DeliveryError."""
        await self._board(recipient).redraw(recipient, first, last, note)

    async def post(self, recipient: str, note: ChatNote) -> str:
        """Raises DeliveryError."""
        return await self._board(recipient).post(recipient, note)

    def _board(self, recipient: str) -> EditingChannel:
        at = chat_address.read(recipient)
        channel = self._channels.get(at.channel) if at is not None else None
        if channel is None:
            raise DeliveryError("nothing that was said in this chat can be changed", permanent=True)
        return channel


class ChatSide:
    """Every chat channel, running; `openers` make them, `channels` has them by name."""

    def __init__(
        self,
        parts: ChatParts,
        store: Store,
        readings: Readings,
        mail_out: Channel,
        openers: Sequence[Callable[[ChatHouse], ChatChannel]],
        *,
        scans: Scans | None = None,
    ) -> None:
        self._store = store
        self._parts = parts
        self._house = StoredChats(store, parts.clock, parts.ids)
        opened = [opener(self._house) for opener in openers]
        self.channels: Mapping[str, ChatChannel] = {channel.name: channel for channel in opened}
        rules = ChatRules(
            pause_of(parts.config),
            timedelta(minutes=parts.config.channels.chat.choice_minutes),
            parts.chats,
            link_lives=timedelta(days=parts.config.channels.chat.link_days),
        )
        house = House(parts.rules, rules, parts.letters, parts.clock, parts.ids)
        postman = CodePostman(parts, mail_out)
        voice = ChannelsVoice(self.channels)
        self.intake = ChatIntake(store, readings, house, parts.composer, voice, postman, scans)
        self._editing = {channel.name: channel for channel in opened if isinstance(channel, EditingChannel)}
        self._house.editing = frozenset(self._editing)

        def offered(case: Case, staff_id: str, at: datetime) -> Sequence[Button]:
            return work_offered(parts, case, staff_id, at)

        self.cards = Cards(store, parts.letters, Boards(self._editing), parts.clock, offered)
        self._pause = rules.pause
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def load(self) -> None:
        """Whose chat is whose."""
        self._parts.chats.load(await self._store.run(lambda work: work.links()))
        moves = await self._store.run(lambda work: work.moves())
        self._parts.chats.load_moves(moves)
        for channel in self._editing.values():
            for before, now in moves:
                channel.moved(before, now)

    def start(self, reader_ready: asyncio.Event, took_in: Callable[[Sequence[Outcome]], None]) -> None:
        """Fetch from every channel, take in, and keep cards true; `took_in` hears of every outcome."""
        self._tasks = {
            INTAKE: asyncio.create_task(self._take_in(reader_ready, took_in), name=INTAKE),
            CARDS: asyncio.create_task(self._keep_cards(), name=CARDS),
            LINKS: asyncio.create_task(self._keep_links(), name=LINKS),
            **{
                name: asyncio.create_task(channel.run(), name=f"chat {name}")
                for name, channel in self.channels.items()
            },
        }

    async def stop(self) -> None:
        """What is kept is taken in after the next start."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def close(self) -> None:
        """End every channel's connections, once nothing is sent any more."""
        for channel in self.channels.values():
            await channel.close()

    def probes(self) -> Mapping[str, Callable[[], Awaitable[Mapping[str, object]]]]:
        """For /readyz, one for each channel: its own word, unless it or the intake of all has ended."""

        def probe(name: str) -> Callable[[], Awaitable[Mapping[str, object]]]:
            async def health() -> Mapping[str, object]:
                ended = [each for each in (name, INTAKE, CARDS) if _has_died(self._tasks.get(each))]
                why = {"ok": False, "why": f"{', '.join(ended)} ended"} if ended else {}
                return {**self.channels[name].health(), **why}

            return health

        return {name: probe(name) for name in self.channels}

    def calls(self) -> Mapping[str, Callable[[Call], Awaitable[Answer]]]:
        """What `/chat/<name>` reaches."""
        return {name: channel.called for name, channel in self.channels.items()}

    async def _keep_cards(self) -> None:
        """Look again and again: what moves a case knows nothing of chats, and a look costs one row of an index."""
        while True:
            try:
                looked = await self.cards.turn()
            except Exception as error:
                # A fault of ours in one card must not let all others go stale.
                log.exception("chat_cards_failed", reason=type(error).__name__)
                looked = 0
            if not looked:
                await asyncio.sleep(CARD_SECONDS)

    async def _keep_links(self) -> None:
        """`gateway chat unlink`, and a second gateway on this database, change links behind our back."""
        while True:
            await asyncio.sleep(LINK_SECONDS)
            try:
                await self.load()
            except NotNow as error:
                log.warning("chat_links_not_read", reason=str(error))

    async def _take_in(
        self, reader_ready: asyncio.Event, took_in: Callable[[Sequence[Outcome]], None]
    ) -> None:
        await reader_ready.wait()
        while True:
            self._house.came.clear()
            try:
                outcomes = await self.intake.turn()
                due = await self._store.run(lambda work: work.next_burst(self._pause))
            except Exception as error:
                # A fault of ours in one chat must not end all chats.
                log.exception("chat_intake_failed", reason=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            took_in(outcomes)
            if outcomes:
                if any(map(_is_trouble, outcomes)):
                    await asyncio.sleep(RETRY_SECONDS)
                continue
            wait = (due - self._parts.clock.now()).total_seconds() if due is not None else None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._house.came.wait(), wait if wait is None else max(wait, 0.05))


def _has_died(task: asyncio.Task[None] | None) -> bool:
    """A channel that is only called has nothing to run, and ends well at once."""
    return task is not None and task.done() and (task.cancelled() or task.exception() is not None)


def _is_trouble(outcome: Outcome) -> bool:
    """Ours, and perhaps over in a moment; what waits for its writer's choice is none."""
    return outcome.name == FAILED or (outcome.name == POSTPONED and outcome.reason is None)
