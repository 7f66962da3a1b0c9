"""A chat channel for whatever can post signed JSON and be posted to: adapters for services that we have nothing for.

Both directions are signed alike, with one secret: HMAC-SHA256 over the time and the body. What comes in is proved
before it is read, is refused when it is older than five minutes, and has an id by which a replay is known (T29); what
goes out has one as well, so that what may have arrived can be sent once more (F22). The shapes: docs/chat-webhook.md.
"""

import asyncio
import base64
import hmac
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import msgspec
import structlog

from gateway import chat_address, chat_note
from gateway.channels import webhook_update
from gateway.channels.signed_post import SignedPost, Taken, signature
from gateway.chat_address import ChatAddress
from gateway.chat_channel import Answer, Call, ChannelSettings, ChatHouse
from gateway.chat_note import Button, ChatFile, ChatNote
from gateway.errors import DeliveryError
from gateway.messages import Parcel

log = structlog.get_logger()

KIND = "webhook"
CLOCK_WINDOW = timedelta(minutes=5)
"""So far a signature's time may lie from ours, either way."""

SHORTEST_SECRET = 16  # characters
LONGEST_WAIT_HERE = timedelta(seconds=20)
"""So long a message waits for its chat in our hands; a longer wait is the outbox's business (F26)."""

SHORTEST_PIECE, LONGEST_PIECE = 200, 20_000
DEFAULT_PIECE = 4000


Arrived = Callable[[str], Awaitable[None]]
"""Hears by which id a message that has arrived is known."""


@dataclass
class _Lane:
    """One chat: whose turn it is, and from when on (by the loop's clock) it may be written to again."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0


class WebhookChat:
    """`gateway.chat_channel.ChatChannel`."""

    def __init__(self, name: str, post: SignedPost, secret: str, house: ChatHouse, most: int) -> None:
        self.name = name
        self._post = post
        self._key = secret.encode()
        self._house = house
        self._most = most
        self._lanes: defaultdict[str, _Lane] = defaultdict(_Lane)
        self._last_call: datetime | None = None
        self._places = count()

    async def run(self) -> None:
        """There is nothing to fetch."""

    # In.

    async def called(self, call: Call) -> Answer:
        """200 once it is kept, 401 for whoever does not know the secret. Raises NotAnUpdate and NotNow."""
        if call.method != "POST":
            return Answer(405)
        if not is_genuine(self._key, call, self._house.now()):
            log.warning("chat_webhook_forged", channel=self.name)
            return Answer(401)
        self._last_call = self._house.now()
        update = webhook_update.read(self.name, call.body, self._last_call, next(self._places) % 1000)
        is_new = await self._house.keep(update)
        return Answer(200, json.dumps({"kept": is_new}).encode())

    # Out.

    async def send(self, parcel: Parcel) -> str:
        """Each piece under an id of its own, which is the same whenever it is sent. Raises DeliveryError."""
        chat = self._chat(parcel.recipient)

        async def arrived(known_as: str) -> None:
            await self._house.left(chat, known_as, parcel.id)

        return await self._deliver(chat, chat_note.from_bytes(parcel.raw), parcel.id, arrived)

    async def say(self, recipient: str, note: ChatNote) -> None:
        """Tried once."""
        try:
            await self._deliver(self._chat(recipient), note, self._house.new_id(), _forget)
        except DeliveryError as error:
            log.warning("chat_answer_lost", chat=recipient, reason=str(error))

    async def take_buttons_away(self, recipient: str, message: str) -> None:
        """The other side is told, and does what its service lets it."""
        delivery = self._house.new_id()
        try:
            document = _document(delivery, "buttons_used", self._chat(recipient), message=message)
            await self._post.send(delivery, document)
        except DeliveryError as error:
            log.info("chat_buttons_stay", chat=recipient, reason=str(error))

    def health(self) -> Mapping[str, object]:
        """Nothing tells silence from nobody writing."""
        return {"ok": True, "last_call": self._last_call}

    async def close(self) -> None:
        """End the connections."""
        await self._post.close()

    def _chat(self, recipient: str) -> ChatAddress:
        chat = chat_address.read(recipient)
        if chat is None or chat.channel != self.name:
            raise DeliveryError(f"{recipient!a} is no chat of {self.name}", permanent=True)
        return chat

    async def _deliver(self, chat: ChatAddress, note: ChatNote, delivery: str, arrived: Arrived) -> str:
        """In as many messages as it needs, the last one with its buttons. Raises DeliveryError."""
        texts = chat_note.pieces(chat_note.whole_text(note), self._most)
        if not texts:
            raise DeliveryError("there is nothing to say", permanent=True)
        lane, said = self._lanes[str(chat)], ""
        async with lane.lock:
            for number, text in enumerate(texts, 1):
                known_as = delivery if len(texts) == 1 else f"{delivery}-{number}"
                buttons, files = (note.buttons, note.files) if number == len(texts) else ((), ())
                taken = await self._posted(lane, known_as, _message(known_as, chat, text, buttons, files))
                for name in {known_as, _message_id(taken.body) or known_as}:
                    await arrived(name)
                said = taken.said
        return said

    async def _posted(self, lane: _Lane, delivery: str, document: bytes) -> Taken:
        """At its time; a short wait that the other side asks for is waited here, once."""
        await _turn(lane)
        try:
            return await self._post.send(delivery, document)
        except DeliveryError as error:
            if error.permanent or not error.wait:
                raise
            lane.free_at = _clock() + error.wait.total_seconds()
            if error.wait > LONGEST_WAIT_HERE:
                raise
        await _turn(lane)
        return await self._post.send(delivery, document)


def open_channel(settings: ChannelSettings, house: ChatHouse) -> WebhookChat:
    """`gateway.chat_channel.OpenChannel`: settings `url` and `longest_text`, secret `signing`. Raises ValueError."""
    url, most = settings.settings.get("url", ""), settings.settings.get("longest_text", DEFAULT_PIECE)
    secret = settings.secrets.get("signing", "")
    if unknown := sorted({*settings.settings} - {"url", "longest_text"} | {*settings.secrets} - {"signing"}):
        raise ValueError(f"a {KIND} has no setting {', '.join(unknown)}")
    if not isinstance(url, str) or len(secret) < SHORTEST_SECRET:
        raise ValueError(
            f"a {KIND} needs settings.url, and secrets.signing of at least {SHORTEST_SECRET} characters"
        )
    if not isinstance(most, int) or not SHORTEST_PIECE <= most <= LONGEST_PIECE:
        raise ValueError(f"settings.longest_text is from {SHORTEST_PIECE} to {LONGEST_PIECE} characters")
    post = SignedPost("chat webhook", url, secret, now=house.now)
    return WebhookChat(settings.name, post, secret, house, most)


async def _forget(_: str) -> None:
    """Nobody answers what was said in passing."""


async def _turn(lane: _Lane) -> None:
    """Wait until the chat may be written to. Raises DeliveryError for a long wait."""
    wait = timedelta(seconds=max(lane.free_at - _clock(), 0))
    if wait > LONGEST_WAIT_HERE:
        raise DeliveryError("the chat is to be left alone for a while", permanent=False, wait=wait)
    await asyncio.sleep(wait.total_seconds())


def _clock() -> float:
    """The loop's own: the pace of sending is no matter of the gateway's time of day."""
    return asyncio.get_running_loop().time()


def is_genuine(key: bytes, call: Call, now: datetime) -> bool:
    """Whether somebody who knows the secret sent this body, and sent it just now."""
    timestamp = call.headers.get("x-gateway-timestamp", "")
    given = call.headers.get("x-gateway-signature", "").encode("utf-8", "replace")
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        return False
    if not hmac.compare_digest(signature(key, timestamp, call.body).encode(), given):
        return False
    return abs(now.timestamp() - int(timestamp)) <= CLOCK_WINDOW.total_seconds()


def _message(
    delivery: str, chat: ChatAddress, text: str, buttons: tuple[Button, ...], files: tuple[ChatFile, ...]
) -> bytes:
    more: dict[str, object] = {
        "buttons": [{"label": button.label, "data": button.data} for button in buttons]
    }
    if files:
        more["files"] = [
            {"name": file.name, "content": base64.b64encode(file.content).decode()} for file in files
        ]
    return _document(delivery, "message", chat, text=text, **more)


def _document(delivery: str, event: str, chat: ChatAddress, **more: object) -> bytes:
    """What is posted: `to` is where. A document of ours that is thrown back at us has no `person`, and is refused."""
    to = {
        "person": None if chat.is_group else chat.chat,
        "group": chat.chat if chat.is_group else None,
        "thread": chat.topic,
    }
    document = {"id": delivery, "event": event, "to": to, **more}
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


class _Told(msgspec.Struct):
    message: str | None = None


def _message_id(body: bytes) -> str | None:
    """What the other side calls the message, if it says so in a way that we can keep."""
    try:
        message = msgspec.json.decode(body, type=_Told).message
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return message if message and message.isprintable() and len(message) <= 60 else None
