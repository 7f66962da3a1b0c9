"""The Bot API through python-telegram-bot, and what its errors mean to somebody who wants to send (RELIABILITY F26)."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from gateway.channels.telegram_text import ChatMessage
from gateway.chat_address import ChatAddress
from gateway.chat_note import Button
from gateway.errors import DeliveryError

TELEGRAMS_OWN = "https://api.telegram.org"
LARGEST_DOWNLOAD = 20_000_000  # bytes (Bot API, getFile)
ASKED_FOR = ("message", "edited_message", "callback_query", "my_chat_member")
CALLS_AT_ONCE = 4
"""Of a webhook: each may bring a file that we then fetch (Bot API, setWebhook, max_connections)."""

SEND_SECONDS = 20.0
POLL_GRACE_SECONDS = 10.0

Update = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Posting:
    """Where updates are posted, empty where they are fetched; how many wait; the latest error, whether over or not."""

    url: str
    waiting: int = 0
    failed_at: datetime | None = None
    error: str = ""


class TelegramClient:
    """One bot. `base_url` is the server's root; Telegram's own when empty."""

    def __init__(self, token: str, base_url: str = "") -> None:
        os.environ.setdefault("PTB_TIMEDELTA", "1")  # retry_after as a timedelta: reading the old int warns
        self._root = (base_url or TELEGRAMS_OWN).rstrip("/")
        self._methods = f"{self._root}/bot{token}"
        self._polling = HTTPXRequest(connection_pool_size=1, read_timeout=SEND_SECONDS)
        self._sending = HTTPXRequest(
            connection_pool_size=32, read_timeout=SEND_SECONDS, pool_timeout=SEND_SECONDS
        )
        self._bot = Bot(
            token,
            base_url=f"{self._root}/bot",
            base_file_url=f"{self._root}/file/bot",
            request=self._sending,
            get_updates_request=self._polling,
        )
        self.id = int(token.partition(":")[0]) if token.partition(":")[0].isdigit() else 0

    async def name(self) -> str:
        """The bot's user name, without @. Raises TelegramError."""
        return (await self._bot.get_me()).username or ""

    async def updates(self, offset: int, wait_seconds: int) -> Sequence[Update]:
        """What has happened from this update on, as it came; waits for something so long. Raises TelegramError.

        Not `Bot.get_updates`: it makes objects of the whole batch, and one update that it cannot read would for ever
        hold back all that come after it.
        """
        query = urlencode(
            {"offset": offset, "timeout": wait_seconds, "allowed_updates": json.dumps(ASKED_FOR)}
        )
        found = await self._polling.post(
            f"{self._methods}/getUpdates?{query}", read_timeout=wait_seconds + POLL_GRACE_SECONDS
        )
        items = cast("list[object]", found) if isinstance(found, list) else []
        return [cast("Update", each) for each in items if isinstance(each, dict)]

    async def set_webhook(self, url: str, secret: str) -> None:
        """From now on updates are posted there, with this secret. Raises TelegramError."""
        await self._bot.set_webhook(
            url, secret_token=secret, allowed_updates=ASKED_FOR, max_connections=CALLS_AT_ONCE
        )

    async def delete_webhook(self) -> None:
        """From now on updates are fetched; those that wait, wait. Raises TelegramError."""
        await self._bot.delete_webhook()

    async def webhook(self) -> Posting:
        """Where updates are posted, and how that goes (Bot API, getWebhookInfo). Raises TelegramError."""
        info = await self._bot.get_webhook_info()
        return Posting(
            info.url, info.pending_update_count, info.last_error_date, info.last_error_message or ""
        )

    async def send(self, chat: ChatAddress, message: ChatMessage, *, as_markup: bool) -> int:
        """One message; its number in the chat. Raises TelegramError."""
        words = message.words(as_markup=as_markup)
        mode = ParseMode.HTML if as_markup else None
        if message.file is not None:
            sent = await self._bot.send_document(
                _number(chat),
                message.file.content,
                filename=message.file.name,
                caption=words or None,
                parse_mode=mode,
                message_thread_id=_topic(chat),
            )
        else:
            sent = await self._bot.send_message(
                _number(chat),
                words,
                parse_mode=mode,
                message_thread_id=_topic(chat),
                reply_markup=_keyboard(message.buttons),
                disable_web_page_preview=True,
            )
        return sent.message_id

    async def edit(self, chat: ChatAddress, number: int, message: ChatMessage, *, as_markup: bool) -> None:
        """Let a message of ours say this instead. Raises TelegramError."""
        await self._bot.edit_message_text(
            message.words(as_markup=as_markup),
            _number(chat),
            number,
            parse_mode=ParseMode.HTML if as_markup else None,
            reply_markup=_keyboard(message.buttons),
            disable_web_page_preview=True,
        )

    async def set_buttons(self, chat: ChatAddress, number: int, buttons: Sequence[Button] = ()) -> None:
        """Let a message of ours have these buttons, or none. Raises TelegramError."""
        await self._bot.edit_message_reply_markup(_number(chat), number, reply_markup=_keyboard(buttons))

    async def heard(self, press: str) -> None:
        """The button that was pressed stops waiting. Raises TelegramError."""
        await self._bot.answer_callback_query(press)

    async def download(self, file_id: str) -> bytes:
        """A file of at most 20 MB. Raises TelegramError."""
        file = await self._bot.get_file(file_id)
        return bytes(await file.download_as_bytearray())

    async def close(self) -> None:
        """End the connections."""
        await self._polling.shutdown()
        await self._sending.shutdown()


def _number(chat: ChatAddress) -> int:
    """The chat's id as Telegram has it: a group's is negative."""
    return -int(chat.chat) if chat.is_group else int(chat.chat)


def _topic(chat: ChatAddress) -> int | None:
    return int(chat.topic) if chat.topic else None


def _keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    """One below the other."""
    rows = [[InlineKeyboardButton(each.label, callback_data=each.data)] for each in buttons]
    return InlineKeyboardMarkup(rows) if rows else None


def as_delivery_error(error: TelegramError) -> DeliveryError:
    """What an error means to the outbox: 403 and 400 for good, 429 and 5xx later, silence in doubt (F22, F26)."""
    match error:
        case Forbidden():
            return DeliveryError(f"Telegram refuses this chat: {error}", permanent=True)
        case BadRequest():
            return DeliveryError(f"Telegram refuses the message: {error}", permanent=True)
        case RetryAfter():
            return DeliveryError("Telegram asks us to wait", permanent=False)
        case InvalidToken():
            return DeliveryError("Telegram does not know the bot's token", permanent=False)
        case ChatMigrated():
            return DeliveryError("the group has become another", permanent=False)
        case _:
            reason = f"no proper answer from Telegram ({type(error).__name__})"
            return DeliveryError(reason, permanent=False, in_doubt=_may_have_arrived(error))


def seconds_to_wait(error: RetryAfter) -> float:
    """How long a chat is closed to us."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


def _may_have_arrived(error: TelegramError) -> bool:
    """Whether the call may have been carried out: the connection stood, and what came back is no refusal."""
    cause = error.__cause__
    if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return False
    return isinstance(cause, httpx.HTTPError) or not isinstance(error, NetworkError)
