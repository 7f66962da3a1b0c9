"""The Bot API through python-telegram-bot, and what its errors mean to somebody who wants to send (RELIABILITY F26)."""

import json
import os
from collections.abc import Sequence
from datetime import timedelta
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

    async def webhook(self) -> str:
        """Where updates are posted; empty where they are fetched. Raises TelegramError."""
        return (await self._bot.get_webhook_info()).url

    async def send(
        self, chat: ChatAddress, text: str, buttons: Sequence[Button] = (), *, as_markup: bool
    ) -> int:
        """One message; its number in the chat. Raises TelegramError."""
        keyboard = [[InlineKeyboardButton(each.label, callback_data=each.data)] for each in buttons]
        message = await self._bot.send_message(
            _number(chat),
            text,
            parse_mode=ParseMode.HTML if as_markup else None,
            message_thread_id=int(chat.topic) if chat.topic else None,
            reply_markup=InlineKeyboardMarkup(keyboard) if keyboard else None,
            disable_web_page_preview=True,
        )
        return message.message_id

    async def take_buttons_away(self, chat: ChatAddress, message: int) -> None:
        """They have been used. Raises TelegramError."""
        await self._bot.edit_message_reply_markup(_number(chat), message)

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
