"""The seam at which a chat service is attached: what a chat channel is, and what the gateway does for it.

A channel translates and decides nothing. What people do with its service it gives to `ChatHouse.keep` as a
`ChatUpdate`, before it tells the service that it has it. What is to be said comes to `send` as the bytes of a
`ChatNote`. Telegram and the signed webhook are such channels, and so is whatever a package names as an `OpenChannel`
in the entry point group `gateway.chat_channels` (docs/chat-webhook.md); `tests/chat/contract` is what all must do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from gateway.chat_address import ChatAddress
from gateway.chat_note import ChatNote
from gateway.chat_update import ChatUpdate
from gateway.messages import Parcel

GROUP = "gateway.chat_channels"
"""The group of entry points by which packages bring channels along (PyPA, "Entry points specification")."""

LARGEST_CALL = 16 * 1024 * 1024
"""Bytes of a body that a service may post to a channel; the house refuses more before the channel hears of it."""


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """A row of `[[chat_channels]]`: `name` is in every address of it; `secrets` never reach a log."""

    name: str
    settings: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    secrets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """What a service asked of `/chat/NAME`: header names in lower case, the body as it came and whole."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service is told. 2xx says that what it brought is kept."""

    status: int
    body: bytes = b""
    media_type: str = "application/json"


class ChatHouse(Protocol):
    """What the gateway does for a channel."""

    async def keep(self, update: ChatUpdate, original: object = None) -> bool:
        """Durable when it returns; False when an update with this id is there already, which changes nothing.

        `original` is what the service sent, any JSON value, kept beside it as evidence. Raises NotAnUpdate for what is
        none, and NotNow when it cannot be kept: then the service must have it again later.
        """
        ...

    async def left(self, chat: ChatAddress, message: str, outbound_id: str) -> None:
        """A message of ours is there under this id: an answer to it, and its buttons, find their case."""
        ...

    async def bookmark(self, key: str) -> str | None:
        """How far one of its sources was read: what was last left there; `key` begins with the channel's name."""
        ...

    async def leave_bookmark(self, key: str, value: str) -> None:
        """Durable when it returns."""
        ...

    def now(self) -> datetime:
        """The present moment, aware."""
        ...

    def new_id(self) -> str:
        """Eight letters that nothing else of ours has, for a message that lies in no outbox."""
        ...


class ChatChannel(Protocol):
    """A chat service, both ways. One that is opened twice is two channels, with two names.

    A private chat has the id of its person, a group one of its own. Nothing here but `send` raises, unless it says so.
    """

    @property
    def name(self) -> str:
        """The first part of its addresses."""
        ...

    async def run(self) -> None:
        """Fetch, and keep, until cancelled; a channel that is only called returns at once."""
        ...

    async def called(self, call: Call) -> Answer:
        """The service calls: prove that it is the service, keep what it brings, and only then answer 2xx.

        May raise NotAnUpdate (the house answers 400) and NotNow or anything else (503: the service tries again).
        """
        ...

    async def send(self, parcel: Parcel) -> str:
        """Deliver a note (`chat_note.from_bytes`) to `parcel.recipient`, in as many messages as it needs; a receipt.

        The same parcel may come again when it was in doubt: what has arrived must not be shown twice. Each message is
        told to `ChatHouse.left`. Raises DeliveryError: permanent where the chat is closed to us, which goes by mail.
        """
        ...

    async def say(self, recipient: str, note: ChatNote) -> None:
        """Answer somebody who has just asked: tried once, since they can ask again."""
        ...

    async def take_buttons_away(self, recipient: str, message: str) -> None:
        """They have been used; a service that cannot take them away leaves them."""
        ...

    def health(self) -> Mapping[str, object]:
        """For /readyz: `ok`, and figures worth showing; no words of the service's."""
        ...

    async def close(self) -> None:
        """End its connections."""
        ...


@runtime_checkable
class EditingChannel(ChatChannel, Protocol):
    """A channel whose messages can be changed once they have left: cards stay true there."""

    async def post(self, recipient: str, note: ChatNote) -> str:
        """Send a note that no parcel is for; the id of its last message. Raises DeliveryError."""
        ...

    async def redraw(self, recipient: str, first: str, last: str, note: ChatNote) -> None:
        """Let a note that left as the messages `first` to `last` have this headline and these buttons.

        That it shows them already is as good. Raises MessageGone where it can be changed no more, and DeliveryError.
        """
        ...

    def moved(self, before: str, now: str) -> None:
        """What is known as the chat `before` is to be written to as `now`."""
        ...


OpenChannel = Callable[[ChannelSettings, ChatHouse], ChatChannel]
"""What an entry point names. It opens no connection yet; it raises ValueError, with a sentence for the owner of
config.toml, where the settings are wrong."""
