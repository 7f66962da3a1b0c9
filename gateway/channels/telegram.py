"""Messages out to Telegram chats: in their order, not faster than Telegram takes them, each piece once; cards in place.

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
from gateway.channels.telegram_text import ChatMessage
from gateway.chat_address import ChatAddress
from gateway.chat_note import Button, ChatNote
from gateway.errors import DeliveryError, MessageGone
from gateway.messages import Parcel

log = structlog.get_logger()

LONGEST_WAIT_HERE = 20.0
"""Seconds that a message waits for its chat in our hands; a longer wait is the outbox's business."""

NOT_MARKUP = "parse entities"
NOT_MODIFIED = "message is not modified"
GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
"""What Telegram says of a message that shows already what is wanted, and of one that can show it no more."""

MOST_TRIES = 3

Act = Callable[[ChatAddress, bool], Awaitable[int]]
"""Something to be done in a chat, with markup or without; the message's number there."""

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
        return f"message {await self._send(chat, note, parcel.id)} in {chat}"

    def moved(self, before: str, now: str) -> None:
        """What is known as `before` is to be written to as `now`."""
        old, new = chat_address.read(before), chat_address.read(now)
        if old is not None and new is not None:
            self._moved[old.chat] = new.chat

    async def say(self, recipient: str, note: ChatNote) -> None:
        """Answer somebody who has just asked: tried once, since they can ask again."""
        try:
            await self._send(self._now_at(recipient), note, None)
        except DeliveryError as error:
            log.warning("chat_answer_lost", chat=recipient, reason=str(error))

    async def take_buttons_away(self, recipient: str, message: str) -> None:
        """Buttons that have been used; that they stay is no harm."""
        try:
            await self._client.set_buttons(self._now_at(recipient), int(message))
        except TelegramError as error:
            log.info("chat_buttons_stay", chat=recipient, reason=type(error).__name__)

    async def post(self, recipient: str, note: ChatNote) -> str:
        """Send a note that no outbox row is for; the id of its last message. Raises DeliveryError."""
        return str(await self._send(self._now_at(recipient), note, None))

    async def redraw(self, recipient: str, first: str, last: str, note: ChatNote) -> None:
        """Let a note that left as the messages `first` to `last` have this headline and these buttons.

        That it shows it already is as good. Raises MessageGone, DeliveryError.
        """
        chat = self._now_at(recipient)
        head, *others = telegram_text.messages(note)
        lane = self._lanes[chat.chat]
        async with lane.lock:
            await self._one(
                lane, chat, lambda at, markup: self._edited(at, int(first), head, as_markup=markup)
            )
            if others and last != first:
                await self._one(lane, chat, lambda at, _: self._with_buttons(at, int(last), note.buttons))

    async def _edited(self, chat: ChatAddress, number: int, message: ChatMessage, *, as_markup: bool) -> int:
        await self._client.edit(chat, number, message, as_markup=as_markup)
        return number

    async def _with_buttons(self, chat: ChatAddress, number: int, buttons: tuple[Button, ...]) -> int:
        await self._client.set_buttons(chat, number, buttons)
        return number

    async def close(self) -> None:
        """End the connections."""
        await self._client.close()

    def _now_at(self, recipient: str) -> ChatAddress:
        """The chat as it is called now: a group that became a supergroup has another id."""
        chat = chat_address.read(recipient)
        if chat is None or not chat.chat.isdecimal():
            raise DeliveryError(f"{recipient!a} is no chat", permanent=True)
        number = chat.chat
        for _ in self._moved:
            number = self._moved.get(number, number)
        return replace(chat, chat=number)

    async def _send(self, chat: ChatAddress, note: ChatNote, outbound_id: str | None) -> int:
        messages = telegram_text.messages(note)
        if not messages:
            raise DeliveryError("there is nothing to say", permanent=True)
        lane = self._lanes[chat.chat]
        async with lane.lock:
            begun, message = self._begun.pop(outbound_id, 0) if outbound_id else 0, 0
            for number, each in enumerate(messages[begun:], begun):
                try:
                    message, chat = await self._one(lane, chat, self._sending(each))
                except DeliveryError:
                    # What has arrived of a long text is not sent again when the rest is.
                    if outbound_id and number:
                        self._begun[outbound_id] = number
                    raise
                if outbound_id:
                    await self._left(chat, str(message), outbound_id)
        return message

    def _sending(self, message: ChatMessage) -> Act:
        async def send(chat: ChatAddress, as_markup: bool) -> int:
            return await self._client.send(chat, message, as_markup=as_markup)

        return send

    async def _one(self, lane: _Lane, chat: ChatAddress, act: Act) -> tuple[int, ChatAddress]:
        """One act at its time; again at once as plain text, at its new place, or when the chat is free again."""
        as_markup, tries = True, 0
        while True:
            await self._turn(lane, chat)
            tries += 1
            try:
                return await act(chat, as_markup), chat
            except RetryAfter as error:
                lane.free_at = _clock() + seconds_to_wait(error)
                if tries > MOST_TRIES:
                    raise as_delivery_error(error) from None
            except ChatMigrated as error:
                self._moved[chat.chat] = str(abs(error.new_chat_id))
                chat = replace(chat, chat=self._moved[chat.chat])
                if tries > MOST_TRIES:
                    raise as_delivery_error(error) from None
            except (BadRequest, Forbidden) as error:
                if NOT_MODIFIED in str(error).lower():
                    return 0, chat
                if any(each in str(error).lower() for each in GONE):
                    raise MessageGone(str(error)) from None
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
        await _pause(wait)
        async with self._everybody.lock:
            await _pause(self._everybody.free_at - _clock())
            self._everybody.free_at = _clock() + self._pace.anybody
        lane.free_at = _clock() + (self._pace.private if chat.is_private else self._pace.group)


async def _pause(seconds: float) -> None:
    await asyncio.sleep(max(seconds, 0))


def _clock() -> float:
    """The loop's own: the pace of sending is no matter of the gateway's time of day."""
    return asyncio.get_running_loop().time()
