"""Telegram as a chat channel: one bot, polled or called, and the messages that it sends."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from telegram.error import TelegramError

from gateway.channels.telegram import Pace, TelegramChannel
from gateway.channels.telegram_client import TelegramClient
from gateway.channels.telegram_polling import WAIT_SECONDS, TelegramPolling
from gateway.channels.telegram_trouble import Troubles
from gateway.channels.telegram_webhook import TelegramWebhook
from gateway.chat_address import TELEGRAM
from gateway.chat_channel import Answer, Call, ChatHouse
from gateway.chat_note import ChatNote
from gateway.messages import Parcel

NAME_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """Whose bot it is; with a `webhook_url` Telegram calls us there, without one we poll."""

    token: str
    base_url: str = ""
    webhook_url: str = ""
    poll_seconds: int = WAIT_SECONDS
    pace: Pace | None = None


class TelegramChat:
    """`gateway.chat_channel.EditingChannel`; `named` hears the bot's user name, for mentions and links."""

    name = TELEGRAM

    def __init__(self, settings: TelegramSettings, house: ChatHouse, named: Callable[[str], None]) -> None:
        self.client = TelegramClient(settings.token, settings.base_url)
        self.sending = TelegramChannel(self.client, house.left, settings.pace)
        self.troubles = Troubles(self.client.id, house.now)
        self.polling = TelegramPolling(self.client, house, self.troubles, wait_seconds=settings.poll_seconds)
        self.webhook = (
            TelegramWebhook(self.client, house, self.troubles, url=settings.webhook_url, token=settings.token)
            if settings.webhook_url
            else None
        )
        self._named = named

    async def run(self) -> None:
        """Learn our own name; poll, or have Telegram call us."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.learn_name())
            tasks.create_task(self.polling.run() if self.webhook is None else self.webhook.run())

    async def learn_name(self) -> None:
        """Asks until Telegram says."""
        while True:
            try:
                self._named(await self.client.name())
            except TelegramError:
                await asyncio.sleep(NAME_SECONDS)
            else:
                return

    async def called(self, call: Call) -> Answer:
        """An update that Telegram delivers; nobody is expected to call a bot that polls."""
        return await self.webhook.called(call) if self.webhook is not None else Answer(404)

    async def send(self, parcel: Parcel) -> str:
        """Raises DeliveryError."""
        return await self.sending.send(parcel)

    async def say(self, recipient: str, note: ChatNote) -> None:
        """Tried once."""
        await self.sending.say(recipient, note)

    async def take_buttons_away(self, recipient: str, message: str) -> None:
        """They have been used."""
        await self.sending.take_buttons_away(recipient, message)

    async def post(self, recipient: str, note: ChatNote) -> str:
        """Raises DeliveryError."""
        return await self.sending.post(recipient, note)

    async def redraw(self, recipient: str, first: str, last: str, note: ChatNote) -> None:
        """Raises MessageGone, DeliveryError."""
        await self.sending.redraw(recipient, first, last, note)

    def moved(self, before: str, now: str) -> None:
        """A group goes on under another id."""
        self.sending.moved(before, now)

    def health(self) -> Mapping[str, object]:
        """Whether updates come, and how."""
        by = {"by": "polling"} if self.webhook is None else {"by": "webhook", "waiting": self.webhook.waiting}
        return {**self.troubles.health(), **by}

    async def close(self) -> None:
        """End the connections."""
        await self.client.close()
