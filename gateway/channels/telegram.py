"""Messages out to Telegram chats: in their order, not faster than Telegram takes them, each piece once.

A chat that asks us to wait is waited for alone (RELIABILITY F26); one that is closed to us for good is a permanent
failure, and whoever composed the message says it another way.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from gateway import chat_address, chat_note
from gateway.channels import telegram_text
from gateway.channels.telegram_client import TelegramClient, as_delivery_error, seconds_to_wait
from gateway.channels.telegram_text import MOST_UNITS
from gateway.chat_address import ChatAddress
from gateway.chat_note import Button, ChatNote
from gateway.errors import DeliveryError
from gateway.messages import Parcel

log = structlog.get_logger()

LONGEST_WAIT_HERE = 20.0
"""Seconds that a message waits for its chat in our hands; a longer wait is the outbox's business."""

NOT_MARKUP = "parse entities"

Left = Callable[[ChatAddress, str, str], Awaitable[None]]
"""A message left: its chat, its id there, and the outbox row it came from."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two messages to one chat, to one group, to anybody (Bot API FAQ, "hitting limits")."""

    private: float = 1.0
    group: float = 3.0
    anybody: float = 1 / 30


@dataclass
class _Lane:
    """One chat: whose turn it is, and from when on (by the loop's clock) it may be written to again."""

    lock: asyncio.Lock
    free_at: float = 0.0


class TelegramChannel:
    """Fulfils `gateway.ports.Channel`; also says at once what needs no keeping."""

    name = chat_address.TELEGRAM

    def __init__(self, client: TelegramClient, left: Left, pace: Pace | None = None) -> None:
        self._client = client
        self._pace = pace or Pace()
        self._left = left
        self._lanes: defaultdict[str, _Lane] = defaultdict(lambda: _Lane(asyncio.Lock()))
        self._everybody = _Lane(asyncio.Lock())
        self._begun: dict[str, int] = {}
        self._moved: dict[str, str] = {}

    async def send(self, parcel: Parcel) -> str:
        """Deliver a note in as many messages as it needs; the last one has its buttons. Raises DeliveryError."""
        chat = self._now_at(parcel.recipient)
        note = chat_note.from_bytes(parcel.raw)
        return await self._send(chat, note, parcel.id)

    async def say(self, recipient: str, note: ChatNote) -> None:
        """Answer somebody who has just asked: tried once, since they can ask again."""
        try:
            await self._send(self._now_at(recipient), note, None)
        except DeliveryError as error:
            log.warning("chat_answer_lost", chat=recipient, reason=str(error))

    async def take_buttons_away(self, recipient: str, message: str) -> None:
        """Buttons that have been used; that they stay is no harm."""
        try:
            await self._client.take_buttons_away(self._now_at(recipient), int(message))
        except TelegramError as error:
            log.info("chat_buttons_stay", chat=recipient, reason=type(error).__name__)

    async def close(self) -> None:
        """End the connections."""
        await self._client.close()

    def _now_at(self, recipient: str) -> ChatAddress:
        """The chat as it is called now: a group that became a supergroup has another id."""
        chat = chat_address.read(recipient)
        if chat is None or not chat.chat.isdecimal():
            raise DeliveryError(f"{recipient!a} is no chat", permanent=True)
        return replace(chat, chat=self._moved.get(chat.chat, chat.chat))

    async def _send(self, chat: ChatAddress, note: ChatNote, outbound_id: str | None) -> str:
        texts = chat_note.pieces(note.text, MOST_UNITS)
        if not texts:
            raise DeliveryError("there is nothing to say", permanent=True)
        lane = self._lanes[chat.chat]
        async with lane.lock:
            begun, message = self._begun.pop(outbound_id, 0) if outbound_id else 0, 0
            for number, text in enumerate(texts[begun:], begun):
                buttons = note.buttons if number == len(texts) - 1 else ()
                try:
                    message, chat = await self._one(lane, chat, text, buttons)
                except DeliveryError:
                    # What has arrived of a long text is not sent again when the rest is.
                    if outbound_id and number:
                        self._begun[outbound_id] = number
                    raise
                if outbound_id:
                    await self._left(chat, str(message), outbound_id)
        return f"message {message} in {chat}"

    async def _one(
        self, lane: _Lane, chat: ChatAddress, text: str, buttons: tuple[Button, ...]
    ) -> tuple[int, ChatAddress]:
        """One message at its time; again at once as plain text, at its new place, or when the chat is free again."""
        as_markup, tries = True, 0
        while True:
            await self._turn(lane, chat)
            tries += 1
            words = telegram_text.as_html(text) if as_markup else text
            try:
                return await self._client.send(chat, words, buttons, as_markup=as_markup), chat
            except RetryAfter as error:
                lane.free_at = _clock() + seconds_to_wait(error)
                if tries > 3:
                    raise as_delivery_error(error) from None
            except ChatMigrated as error:
                self._moved[chat.chat] = str(abs(error.new_chat_id))
                chat = replace(chat, chat=self._moved[chat.chat])
                if tries > 3:
                    raise as_delivery_error(error) from None
            except (BadRequest, Forbidden) as error:
                if not as_markup or NOT_MARKUP not in str(error):
                    raise as_delivery_error(error) from None
                as_markup = False
            except TelegramError as error:
                raise as_delivery_error(error) from None

    async def _turn(self, lane: _Lane, chat: ChatAddress) -> None:
        """Wait until this chat, and the bot as a whole, may be written to. Raises DeliveryError for a long wait."""
        wait = lane.free_at - _clock()
        if wait > LONGEST_WAIT_HERE:
            raise DeliveryError(f"Telegram asks us to wait {wait:.0f} s", permanent=False)
        await asyncio.sleep(max(wait, 0))
        async with self._everybody.lock:
            await asyncio.sleep(max(self._everybody.free_at - _clock(), 0))
            self._everybody.free_at = _clock() + self._pace.anybody
        lane.free_at = _clock() + (self._pace.private if chat.is_private else self._pace.group)


def _clock() -> float:
    """The loop's own: the pace of sending is no matter of the gateway's time of day."""
    return asyncio.get_running_loop().time()
