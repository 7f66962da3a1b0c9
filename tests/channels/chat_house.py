"""A house for a chat channel: its inbox, bookmarks and clock in memory."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from gateway import chat_update
from gateway.chat_address import ChatAddress
from gateway.chat_update import ChatUpdate
from gateway.errors import StorageUnavailable
from tests.house import MONDAY


@dataclass
class MemoryHouse:
    """`gateway.chat_channel.ChatHouse`: keeps by digest as the real one, and refuses when a test says so."""

    rows: dict[str, ChatUpdate] = field(default_factory=dict[str, ChatUpdate])
    marks: dict[str, str] = field(default_factory=dict[str, str])
    noted: list[tuple[ChatAddress, str, str]] = field(default_factory=list[tuple[ChatAddress, str, str]])
    moment: datetime = MONDAY
    refuses: bool = False
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    async def keep(self, update: ChatUpdate, original: object = None) -> bool:
        """Through the bytes that are kept, so that nothing is known which they do not say."""
        if self.refuses:
            raise StorageUnavailable("the disk is full")
        tidy = chat_update.tidied(update)
        mark = chat_update.digest_of(tidy)
        is_new = mark not in self.rows
        self.rows.setdefault(mark, chat_update.from_bytes(chat_update.to_bytes(tidy, original)))
        return is_new

    async def left(self, chat: ChatAddress, message: str, outbound_id: str) -> None:
        """Noted."""
        self.noted.append((chat, message, outbound_id))

    async def bookmark(self, key: str) -> str | None:
        """What was last left there."""
        return self.marks.get(key)

    async def leave_bookmark(self, key: str, value: str) -> None:
        """The bookmark, moved."""
        self.marks[key] = value

    def now(self) -> datetime:
        """The moment that a test has set."""
        return self.moment

    def new_id(self) -> str:
        """One after the other."""
        return f"said{next(self._ids):04}"

    @property
    def kept(self) -> list[ChatUpdate]:
        """In the order in which they came."""
        return list(self.rows.values())

    @property
    def texts(self) -> list[str]:
        """The words of what was kept."""
        return [update.text for update in self.kept]
