"""The chat joined: one bot's channel both ways, its intake, its buttons, and the mail that proves who somebody is.

`app` has one of these where a token is set; without one nothing of it is built.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from telegram.error import TelegramError

from gateway import reply_address
from gateway.channels import mail
from gateway.channels.telegram import Pace, TelegramChannel
from gateway.channels.telegram_client import TelegramClient
from gateway.channels.telegram_polling import WAIT_SECONDS, Bookmarks, TelegramPolling
from gateway.channels.telegram_text import Button, ChatNote, to_bytes
from gateway.chat import ChatIntake, ChatRules, buttons
from gateway.chat.taking import CodeByMail, House
from gateway.chat_address import ChatAddress
from gateway.chat_ports import OnCase, Pause
from gateway.chats import Chats
from gateway.config import Config
from gateway.errors import DeliveryError
from gateway.intake import FAILED, POSTPONED, Outcome, Rules
from gateway.intake.queue import Readings
from gateway.messages import Address, Envelope, Outbound, Parcel
from gateway.ports import Channel, Clock, Ids, Letters, Store, Work
from gateway.responders.composer import Composer

log = structlog.get_logger()

RETRY_SECONDS = 2.0
NAME_SECONDS = 60.0


def chat_bytes(outbound: Outbound, composer: Composer, support: str, at: datetime) -> bytes:
    """A letter as a note for a chat: its words, and the buttons that this letter has."""
    token = next(iter(reply_address.tokens_in((outbound.reply_to.address,), (), support)), "")
    labelled = [
        Button(composer.phrase("button", verb, outbound.language, at), data)
        for verb, data in buttons.under(outbound, token)
    ]
    return to_bytes(ChatNote(outbound.text, tuple(labelled)))


def pause_of(config: Config) -> Pause:
    """How long a burst is waited for."""
    telegram = config.channels.telegram
    return Pause(timedelta(seconds=telegram.quiet_seconds), timedelta(seconds=telegram.longest_seconds))


@dataclass(frozen=True)
class ChatParts:
    """What the chat shares with the rest of the gateway."""

    config: Config
    rules: Rules
    letters: Letters
    composer: Composer
    chats: Chats
    clock: Clock
    ids: Ids


class ChannelVoice:
    """`gateway.chat.saying.Voice` through the channel."""

    def __init__(self, channel: TelegramChannel) -> None:
        self._channel = channel

    async def say(self, chat: str, text: str, buttons: Sequence[tuple[str, str]]) -> None:
        """Say it."""
        note = ChatNote(text, tuple(Button(label, data) for label, data in buttons))
        await self._channel.say(chat, note)

    async def take_buttons_away(self, chat: str, message: int) -> None:
        """They have been used."""
        await self._channel.take_buttons_away(chat, message)


class CodePostman:
    """`gateway.chat.intake.Postman`: a code leaves at once by the mail channel; whoever gets none asks again."""

    def __init__(self, parts: ChatParts, out: Channel) -> None:
        self._parts = parts
        self._out = out

    async def mail_code(self, code: CodeByMail) -> None:
        """Nothing is raised."""
        parts, at = self._parts, self._parts.clock.now()
        support = parts.config.channels.mail.address
        us = Address(parts.config.vendor.names[0], support)
        words = parts.composer
        look_up = parts.ids.outbound_id()
        outbound = Outbound(
            id=look_up,
            case_number="",
            notice="chat_code",
            role="customer",
            channel="mail",
            sender=us,
            to=Address(code.name, code.address),
            reply_to=us,
            message_id=f"<{look_up}.code@{parts.config.channels.mail.domain}>",
            subject=words.phrase("chat", "code_subject", code.language, at),
            text=words.phrase(
                "chat",
                "code_text",
                code.language,
                at,
                code=code.code,
                link=parts.chats.deep_link(code.code) or "",
            ),
            html=None,
            language=code.language,
        )
        raw = mail.compose(outbound, date=at, domain=parts.config.channels.mail.domain)
        try:
            await self._out.send(Parcel(look_up, mail.envelope_from(outbound), code.address, raw))
        except DeliveryError as error:
            log.warning("chat_code_not_mailed", reason=str(error))


class ChatSide:
    """One bot, running."""

    def __init__(
        self,
        parts: ChatParts,
        store: Store,
        readings: Readings,
        bookmarks: Bookmarks,
        mail_out: Channel,
        *,
        poll_seconds: int = WAIT_SECONDS,
        pace: Pace | None = None,
    ) -> None:
        telegram = parts.config.channels.telegram
        self._store = store
        self._parts = parts
        self._client = TelegramClient(telegram.token.get_secret_value(), telegram.base_url)
        self.channel = TelegramChannel(self._client, self._note, pace)
        self.polling = TelegramPolling(
            self._client, self._keep, bookmarks, parts.clock.now, wait_seconds=poll_seconds
        )
        rules = ChatRules(
            pause_of(parts.config),
            timedelta(minutes=telegram.choice_minutes),
            parts.chats,
        )
        house = House(parts.rules, rules, parts.letters, parts.clock, parts.ids)
        postman = CodePostman(parts, mail_out)
        voice = ChannelVoice(self.channel)
        self.intake = ChatIntake(store, readings, house, parts.composer, voice, postman)
        self._pause = rules.pause
        self._came = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def load(self) -> None:
        """Whose chat is whose."""
        self._parts.chats.load(await self._store.run(lambda work: work.links()))

    def start(self, reader_ready: asyncio.Event, took_in: Callable[[Sequence[Outcome]], None]) -> None:
        """Poll, learn our own name, and take in; `took_in` hears of every outcome."""
        self._tasks = [
            asyncio.create_task(self.polling.run(), name="telegram"),
            asyncio.create_task(self.learn_name(), name="telegram name"),
            asyncio.create_task(self._take_in(reader_ready, took_in), name="chat intake"),
        ]

    async def stop(self) -> None:
        """What is kept is taken in after the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def health(self) -> Mapping[str, object]:
        """For /readyz."""
        ended = [
            task.get_name() for task in self._tasks if task.done() and task.get_name() != "telegram name"
        ]
        return {**self.polling.health(), **({"ok": False, "why": f"{ended} ended"} if ended else {})}

    async def _keep(self, envelope: Envelope, raw: bytes, digest: str) -> None:
        at = self._parts.clock.now()
        inbox_id = self._parts.ids.inbox_id(at)
        if await self._store.run(lambda work: work.keep(inbox_id, at, envelope, raw, digest)):
            self._came.set()

    async def _note(self, chat: ChatAddress, message: int, outbound_id: str) -> None:
        """An answer to this message of ours, and its buttons, find their case."""

        message_id = chat.message(message)

        def note(work: Work) -> None:
            sent = work.sent(outbound_id)
            if sent is not None:
                work.note_message(message_id, OnCase(sent.case_number, outbound_id))

        await self._store.run(note)

    async def learn_name(self) -> None:
        """For mentions in groups, and links in mails."""
        chats = self._parts.chats
        while chats.bot_name is None:
            try:
                chats.bot_name = await self._client.name()
            except TelegramError:
                await asyncio.sleep(NAME_SECONDS)

    async def _take_in(
        self, reader_ready: asyncio.Event, took_in: Callable[[Sequence[Outcome]], None]
    ) -> None:
        await reader_ready.wait()
        while True:
            self._came.clear()
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
                await asyncio.wait_for(self._came.wait(), wait if wait is None else max(wait, 0.05))


def _is_trouble(outcome: Outcome) -> bool:
    """Ours, and perhaps over in a moment; what waits for its writer's choice is none."""
    return outcome.name == FAILED or (outcome.name == POSTPONED and outcome.reason is None)
