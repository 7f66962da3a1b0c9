"""One update of Telegram's into the inbox, by whichever road it came: kept once, with its file, nothing decided."""

from contextlib import suppress

import structlog
from telegram.error import TelegramError

from gateway.channels import telegram_update
from gateway.channels.telegram_client import LARGEST_DOWNLOAD, TelegramClient, Update
from gateway.channels.telegram_update import Fetched
from gateway.chat_channel import ChatHouse
from gateway.chat_update import NotAnUpdate

log = structlog.get_logger()


class TelegramReceiving:
    """Of one bot."""

    def __init__(self, client: TelegramClient, house: ChatHouse) -> None:
        self._client = client
        self._house = house

    async def take(self, update: Update) -> None:
        """Durable when it returns (RELIABILITY G21). Raises NotNow, and NotAnUpdate for one without a number."""
        if not isinstance(update.get("update_id"), int):
            raise NotAnUpdate("an update of Telegram's has a number, update_id")
        await self._stop_the_button_waiting(update)
        await self._house.keep(
            telegram_update.read(self._client.id, update, await self._file(update)), update
        )

    async def _stop_the_button_waiting(self, update: Update) -> None:
        press = telegram_update.part(update, "callback_query").get("id")
        if isinstance(press, str):
            with suppress(TelegramError):  # it is only the little clock on the button
                await self._client.heard(press)

    async def _file(self, update: Update) -> Fetched | None:
        """The file of a message, or why it could not be had; Telegram gives it away for an hour (docs, getFile)."""
        found = telegram_update.file_in(update)
        if found is None:
            return None
        size = found.get("file_size")
        if isinstance(size, int) and size > LARGEST_DOWNLOAD:
            return "is too large"
        try:
            return await self._client.download(str(found.get("file_id")))
        except TelegramError as error:
            log.warning("telegram_file_lost", reason=type(error).__name__)
            return "could not be fetched"
