"""Telegram's updates delivered: Telegram calls us, and is told 200 once an update is kept (RELIABILITY G21).

Who knows the address can call it too; so that Telegram sends a secret with each call, which we gave it and which
follows from the bot's token: nobody has to choose one, and another bot's is another (T29).
"""

import asyncio
import hashlib
import hmac
import json
from datetime import datetime
from typing import cast

import structlog
from telegram.error import TelegramError

from gateway.channels.telegram_client import Posting, TelegramClient, Update
from gateway.channels.telegram_receiving import TelegramReceiving
from gateway.channels.telegram_trouble import NotDelivered, Troubles
from gateway.chat_channel import Answer, Call, ChatHouse
from gateway.chat_update import NotAnUpdate

log = structlog.get_logger()

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name (Bot API, setWebhook)
LOOK_SECONDS = 60.0
"""Between two looks at whether Telegram still calls us: another program with the token can change it."""

_PURPOSE = b"gateway: telegram webhook"


def secret_for(token: str) -> str:
    """What Telegram has to send with every call: 64 of the characters that it allows."""
    return hmac.new(token.encode(), _PURPOSE, hashlib.sha256).hexdigest()


class TelegramWebhook:
    """One bot's updates, at `url`, which is where Telegram reaches our `/chat/telegram`."""

    def __init__(
        self, client: TelegramClient, house: ChatHouse, troubles: Troubles, *, url: str, token: str
    ) -> None:
        self._client = client
        self._receiving = TelegramReceiving(client, house)
        self._troubles = troubles
        self._url = url
        self._secret = secret_for(token)
        self._now = house.now
        self._is_set = False
        self._took_at: datetime | None = None
        self.waiting = 0
        """Updates that Telegram had for us when we last looked."""

    async def run(self) -> None:
        """Have Telegram call us, and see to it that it goes on to; whatever goes wrong, again after a while (F27)."""
        while True:
            try:
                await self._look()
            except (TelegramError, NotDelivered) as error:
                pause = self._troubles.failed(error)
            except Exception as error:
                # A fault of ours must not end the channel in silence (RELIABILITY 0.17).
                log.exception("telegram_webhook_failed")
                pause = self._troubles.failed(error)
            else:
                self._troubles.over()
                pause = LOOK_SECONDS
            await asyncio.sleep(pause)

    async def _look(self) -> None:
        """Whether Telegram calls us, and gets through. Raises TelegramError, and NotDelivered."""
        posting = await self._client.webhook() if self._is_set else None
        if posting is None or posting.url != self._url:
            await self._client.set_webhook(self._url, self._secret)
            self._is_set = True
            log.info("telegram_webhook_set", bot=self._client.id)
            return
        self.waiting = posting.waiting
        if is_stuck(posting, self._took_at):
            log.info("telegram_calls_fail", bot=self._client.id, waiting=posting.waiting, error=posting.error)
            raise NotDelivered(posting.error)

    async def called(self, call: Call) -> Answer:
        """200 once it is kept, 401 for whoever does not know the secret. Raises NotAnUpdate and NotNow."""
        given = call.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._secret.encode()):
            log.warning("telegram_webhook_forged", has_secret=bool(given))
            return Answer(401)
        if call.method != "POST":
            return Answer(405)
        await self._receiving.take(_update_in(call.body))
        self._took_at = self._now()
        return Answer(200)


def is_stuck(posting: Posting, took_at: datetime | None) -> bool:
    """Whether something waits, and Telegram's latest call has failed: its latest error alone may long be over."""
    if not posting.waiting or posting.failed_at is None:
        return False
    return took_at is None or posting.failed_at > took_at


def _update_in(body: bytes) -> Update:
    try:
        update: object = json.loads(body)
    except (ValueError, RecursionError):
        raise NotAnUpdate("the body is no JSON") from None
    if not isinstance(update, dict):
        raise NotAnUpdate("the body is no JSON object")
    return cast("Update", update)
