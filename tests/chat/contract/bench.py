"""What a contract test needs to know of a chat service: what its people do and see there, and how it goes wrong."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import count

from gateway.chat_channel import Answer, Call, ChatChannel, ChatHouse
from gateway.chat_update import NotAnUpdate
from gateway.errors import NotNow

GROUP = "青山银行运维群"
"""The group in which everybody is."""


class Trouble(Enum):
    """What a service may do instead of taking a message."""

    CLOSED = "the chat is closed to us"
    BUSY = "it asks us to come again in a second"
    BROKEN = "it has a fault of its own"
    SILENT = "it takes the message and says nothing"


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of ours as somebody sees it; buttons as (label, data)."""

    id: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()


class Bench(ABC):
    """One service with people in it. What they do waits until `bring` has the service deliver it."""

    name: str
    """The channel's."""

    longest: int
    """Characters of a message of ours, at most."""

    knows_repetitions: bool
    """Whether a message that comes twice under one id is shown once."""

    channel: ChatChannel

    @abstractmethod
    def opened(self, house: ChatHouse) -> ChatChannel:
        """The channel, made for this house."""

    @abstractmethod
    def address(self, who: str) -> str:
        """Their private chat, as letters name it."""

    @abstractmethod
    async def bring(self) -> bool:
        """The service delivers all that waits, what was refused again; whether it was told that all is kept."""

    @abstractmethod
    def writes(
        self, who: str, text: str, *, answers: Shown | None = None, in_group: bool = False, to_us: bool = True
    ) -> str:
        """They write; the message's id."""

    @abstractmethod
    def presses(self, who: str, on: Shown, data: str) -> None:
        """They press the button with this data."""

    @abstractmethod
    def sends_sticker(self, who: str) -> None:
        """They send what nobody can read."""

    @abstractmethod
    def says_more_than_we_know(self, who: str, text: str) -> None:
        """They write, and the service tells it with parts that we have never heard of."""

    @abstractmethod
    def repeats(self) -> None:
        """The service delivers once more what it delivered last."""

    @abstractmethod
    def rubbish(self) -> Sequence[bytes]:
        """What somebody who is the service, or has its secret, might post; or a poll might bring."""

    @abstractmethod
    async def throws(self, rubbish: bytes) -> int:
        """It comes; the status that it was answered with, 200 where nobody is answered."""

    @abstractmethod
    def sees(self, who: str, *, in_group: bool = False) -> Sequence[Shown]:
        """Our messages to them, in order."""

    @abstractmethod
    def fails(self, how: Trouble, times: int = 1) -> None:
        """So it treats our next messages."""

    async def rests(self) -> None:
        """The channel runs no longer, so that it can be closed; most benches run none."""
        return


class CapableBench(Bench):
    """Of a service that tells of edits, and of a channel that takes files."""

    @abstractmethod
    def edits(self, who: str, message: str, text: str) -> None:
        """They change what they wrote."""

    @abstractmethod
    def sends_file(self, who: str, name: str, content: bytes, text: str) -> None:
        """They send a file with some words."""


class CallingBench(Bench):
    """Of a service that posts to us: what waits is posted one after the other, as `sealed_by_service` makes it."""

    knows_repetitions = True

    def __init__(self, url: str) -> None:
        self._url = url
        self._ids = count(1)
        self._waiting: list[bytes] = []
        self._last = b""
        self._troubles: list[Trouble] = []

    @abstractmethod
    def sealed_by_service(self, event: bytes) -> tuple[dict[str, str], bytes]:
        """Headers and body of its call."""

    async def bring(self) -> bool:
        """One after the other, until one is not accepted."""
        while self._waiting:
            if await self.throws(self._waiting[0]) != 200:
                return False
            self._last = self._waiting.pop(0)
        return True

    def repeats(self) -> None:
        """As services do that were not answered in time."""
        self._waiting.append(self._last)

    async def throws(self, rubbish: bytes) -> int:
        """In the service's name."""
        headers, body = self.sealed_by_service(rubbish)
        return await call(self.channel.called, Call("POST", {}, headers, body))

    def fails(self, how: Trouble, times: int = 1) -> None:
        """Whatever is posted to it next."""
        self._troubles += [how] * times


async def call(called: Callable[[Call], Awaitable[Answer]], question: Call) -> int:
    """The status as the house would give it (`gateway.portal.calling` has tests of its own)."""
    try:
        return (await called(question)).status
    except NotAnUpdate:
        return 400
    except NotNow:
        return 503
