"""Feishu as a chat channel: `gateway.chat_channel.ChatChannel` for one app's bot."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping

import structlog

from gateway import chat_address, chat_note
from gateway.chat_address import ChatAddress
from gateway.chat_channel import Answer, Call, ChannelSettings, ChatHouse
from gateway.chat_note import ChatNote
from gateway.errors import DeliveryError
from gateway.messages import Parcel
from gateway_feishu import callback
from gateway_feishu.sending import MOST_BYTES, FeishuApi

log = structlog.get_logger()

FEISHU = "https://open.feishu.cn"
NEEDED = ("app_id", "bot", "app_secret", "encrypt_key")


class FeishuChat:
    """One bot. Feishu calls us, so that there is nothing to fetch."""

    def __init__(self, name: str, bot: str, encrypt_key: str, api: FeishuApi, house: ChatHouse) -> None:
        self.name = name
        self._bot = bot
        self._encrypt_key = encrypt_key
        self._api = api
        self._house = house
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def run(self) -> None:
        """Nothing to fetch."""

    async def called(self, call: Call) -> Answer:
        """200 once it is kept, 401 for a call that is not Feishu's. Raises NotAnUpdate and NotNow."""
        if not callback.is_genuine(call, self._encrypt_key, self._house.now()):
            return Answer(401)
        body = callback.decrypted(call.body, self._encrypt_key)
        if isinstance(challenge := body.get("challenge"), str):
            return Answer(200, json.dumps({"challenge": challenge}).encode())
        update = callback.read(body, self.name, self._bot)
        if update is not None:
            await self._house.keep(update, body)
        return Answer(200, b"{}")

    async def send(self, parcel: Parcel) -> str:
        """One message after the other; Feishu knows a repetition by its uuid. Raises DeliveryError."""
        chat = self._chat(parcel.recipient)
        for message in await self._deliver(chat, chat_note.from_bytes(parcel.raw), parcel.id):
            await self._house.left(chat, message, parcel.id)
        return "taken"

    async def say(self, recipient: str, note: ChatNote) -> None:
        """Tried once."""
        try:
            await self._deliver(self._chat(recipient), note, self._house.new_id())
        except DeliveryError as error:
            log.warning("chat_answer_lost", chat=recipient, reason=str(error))

    async def take_buttons_away(self, recipient: str, message: str) -> None:
        """They stay: a button that was used answers so by itself."""

    def health(self) -> Mapping[str, object]:
        """Nothing tells silence from nobody writing."""
        return {"ok": True}

    async def close(self) -> None:
        """End the connections."""
        await self._api.close()

    def _chat(self, recipient: str) -> ChatAddress:
        chat = chat_address.read(recipient)
        if chat is None or chat.channel != self.name:
            raise DeliveryError(f"{recipient!a} is no chat of {self.name}", permanent=True)
        return chat

    async def _deliver(self, chat: ChatAddress, note: ChatNote, delivery: str) -> list[str]:
        """What Feishu calls each of the messages; the last one has the buttons."""
        texts = chat_note.pieces(note.text, MOST_BYTES, chat_note.utf8_bytes)
        if not texts:
            raise DeliveryError("there is nothing to say", permanent=True)
        async with self._turns[str(chat)]:
            return [
                await self._api.post(
                    chat, text, note.buttons if place == len(texts) else (), f"{delivery}-{place}"
                )
                for place, text in enumerate(texts, 1)
            ]


def open_channel(settings: ChannelSettings, house: ChatHouse) -> FeishuChat:
    """`gateway.chat_channel.OpenChannel`. Raises ValueError."""
    given = {**settings.settings, **settings.secrets}
    if missing := [name for name in NEEDED if not given.get(name)]:
        raise ValueError(f"Feishu needs {', '.join(missing)}; see the README of gateway-feishu")
    api = FeishuApi(str(given.get("base_url", FEISHU)), str(given["app_id"]), str(given["app_secret"]))
    return FeishuChat(settings.name, str(given["bot"]), str(given["encrypt_key"]), api, house)
