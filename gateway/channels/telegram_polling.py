"""Telegram's updates fetched: kept before the offset moves (RELIABILITY G21), each once.

The offset lies in the bookmarks; after a crash between keeping and moving on Telegram gives the same update again, and
its digest is known.
"""

import asyncio

import structlog
from telegram.error import TelegramError

from gateway.channels.telegram_client import TelegramClient
from gateway.channels.telegram_receiving import TelegramReceiving
from gateway.channels.telegram_trouble import Troubles
from gateway.chat_address import TELEGRAM
from gateway.chat_channel import ChatHouse
from gateway.chat_update import NotAnUpdate
from gateway.errors import NotNow

log = structlog.get_logger()

WAIT_SECONDS = 25


class TelegramPolling:
    """Reads one bot's updates until it is cancelled."""

    def __init__(
        self,
        client: TelegramClient,
        house: ChatHouse,
        troubles: Troubles,
        *,
        wait_seconds: int = WAIT_SECONDS,
    ) -> None:
        self._client = client
        self._receiving = TelegramReceiving(client, house)
        self._house = house
        self._troubles = troubles
        self._wait = wait_seconds
        self._key = f"{TELEGRAM}:{client.id}"

    async def run(self) -> None:
        """Poll; whatever goes wrong, again after a while (F27)."""
        has_no_webhook = False
        while True:
            try:
                if not has_no_webhook:
                    await self._client.delete_webhook()  # Telegram answers no poll while there is one
                    has_no_webhook = True
                await self.look()
            except (TelegramError, NotNow) as error:
                pause = self._troubles.failed(error)
            except Exception as error:
                # A fault of ours must not end the channel in silence (RELIABILITY 0.17).
                log.exception("telegram_polling_failed")
                pause = self._troubles.failed(error)
            else:
                self._troubles.over()
                continue
            await asyncio.sleep(pause)

    async def look(self) -> int:
        """One long poll; how many updates were kept. Raises TelegramError and NotNow."""
        offset = int(await self._house.bookmark(self._key) or 0)
        updates = await self._client.updates(offset, self._wait)
        for update in updates:
            try:
                await self._receiving.take(update)
            except NotAnUpdate as error:
                log.error("telegram_update_not_kept", reason=str(error))
            if isinstance(number := update.get("update_id"), int):
                offset = max(offset, number + 1)
        if updates:
            await self._house.leave_bookmark(self._key, str(offset))
        return len(updates)
