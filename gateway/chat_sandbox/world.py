"""Everybody and everything in the sandbox: people, bots, chats, messages, files. Plain state, no rules of methods.

Ids are as large as real ones, beyond 32 bits, so that nobody can keep them in less (RELIABILITY T31).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from gateway.chat_sandbox.faults import Faults
from gateway.chat_sandbox.flood import FloodLimits
from gateway.chat_sandbox.updates import UpdateQueue, Webhook
from gateway.chat_sandbox.wire import JsonObject

FIRST_BOT = 7_100_000_001
FIRST_PERSON = 5_200_000_001
FIRST_GROUP = -4_300_000_001
FIRST_SUPERGROUP = -1_002_400_000_001


@dataclass(frozen=True, slots=True)
class User:
    """A person, or a bot as others see it."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_bot: bool = False

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass
class CallbackQuery:
    """A pressed button that waits for its answer; `answer` is the text the person saw."""

    id: str
    at: datetime
    person: int
    answered: bool = False
    answer: str = ""
    alert: bool = False


@dataclass
class Bot:
    """A bot: its token, its settings of BotFather, and what waits for it."""

    user: User
    token: str
    privacy: bool = True
    queue: UpdateQueue = field(default_factory=UpdateQueue)
    webhook: Webhook | None = None
    limits: FloodLimits | None = None
    commands: dict[str, list[JsonObject]] = field(default_factory=dict[str, list[JsonObject]])
    callbacks: dict[str, CallbackQuery] = field(default_factory=dict[str, CallbackQuery])
    actions: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    last_message: int = 0

    @property
    def id(self) -> int:
        """The bot's user id."""
        return self.user.id


class ChatType(Enum):
    """The documentation's words for them."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"


class Standing(Enum):
    """What a bot is in a group."""

    MEMBER = "member"
    ADMINISTRATOR = "administrator"
    LEFT = "left"
    KICKED = "kicked"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it now stands. `content` holds its documented fields: text, document, left_chat_member, …"""

    id: int
    chat: "Chat"
    sender: User
    at: datetime
    content: JsonObject
    thread: int | None = None
    reply_to: "Message | None" = field(default=None, repr=False)
    album: str | None = None
    markup: JsonObject | None = None
    edited: datetime | None = None

    @property
    def text(self) -> str:
        """Its text or caption; empty when it has neither."""
        words = self.content.get("text") or self.content.get("caption")
        return words if isinstance(words, str) else ""


@dataclass(eq=False)
class Chat:
    """A chat. A private one is between one person and one bot, and each bot has its own (LESSONS 102)."""

    id: int
    type: ChatType
    title: str = ""
    people: dict[int, User] = field(default_factory=dict[int, User])
    bots: dict[int, Standing] = field(default_factory=dict[int, Standing])
    topics: dict[int, str] = field(default_factory=dict[int, str])
    is_forum: bool = False
    messages: dict[int, Message] = field(default_factory=dict[int, Message], repr=False)
    last_message: int = 0
    started: bool = False
    blocked: bool = False
    upgraded_to: int | None = None
    spoke_last: int | None = None

    @property
    def person(self) -> User:
        """Whose private chat it is."""
        return next(iter(self.people.values()))

    def transcript(self) -> list[Message]:
        """Its messages, in order."""
        return sorted(self.messages.values(), key=lambda message: message.id)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as one bot knows it: another bot has another id for it. `size` may be claimed without the bytes."""

    id: str
    unique_id: str
    bot: int
    path: str
    name: str
    type: str
    size: int
    content: bytes = field(repr=False)


@dataclass
class World:
    """The state. `now` is the clock; `changed` is called after everything that happens."""

    now: Callable[[], datetime]
    bots: dict[int, Bot] = field(default_factory=dict[int, Bot])
    people: dict[int, User] = field(default_factory=dict[int, User])
    chats: list[Chat] = field(default_factory=list[Chat])
    files: dict[str, StoredFile] = field(default_factory=dict[str, StoredFile])
    downloads: dict[tuple[int, str], StoredFile] = field(default_factory=dict[tuple[int, str], StoredFile])
    faults: Faults = field(default_factory=Faults)
    watchers: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    version: int = 0
    _numbers: int = 0
    _chats_by_id: dict[int, list[Chat]] = field(default_factory=dict[int, list[Chat]])

    def changed(self) -> None:
        """Tell whoever waits."""
        self.version += 1
        for watcher in tuple(self.watchers):
            watcher()

    def number(self) -> int:
        """Never the same twice."""
        self._numbers += 1
        return self._numbers

    def private_chat(self, bot: Bot, person: User) -> Chat:
        """The chat of these two; made when they have none, and then not yet started."""
        found = self.chat_seen_by(bot, person.id)
        if found is None:
            found = Chat(
                person.id, ChatType.PRIVATE, people={person.id: person}, bots={bot.id: Standing.MEMBER}
            )
            self.add_chat(found)
        return found

    def add_chat(self, chat: Chat) -> Chat:
        """A new chat; private ones of several bots may have one id."""
        self.chats.append(chat)
        self._chats_by_id.setdefault(chat.id, []).append(chat)
        return chat

    def chat_seen_by(self, bot: Bot, chat_id: int) -> Chat | None:
        """The chat that has this id for this bot; None when the bot has never met it."""
        return next((chat for chat in self._chats_by_id.get(chat_id, ()) if bot.id in chat.bots), None)

    def keep_file(self, stored: StoredFile) -> StoredFile:
        """The file can be sent again by its id and downloaded by its path."""
        self.files[stored.id] = stored
        self.downloads[stored.bot, stored.path] = stored
        return stored

    def post(self, message: Message) -> Message:
        """A message is there now; it is numbered and kept."""
        chat = message.chat
        numbered = replace(message, id=self._next_id(chat))
        chat.messages[numbered.id] = numbered
        chat.spoke_last = message.sender.id
        return numbered

    def change(self, message: Message, **changes: object) -> Message:
        """The message, changed: kept in place of the old one."""
        changed = replace(message, **changes)
        message.chat.messages[message.id] = changed
        return changed

    def _next_id(self, chat: Chat) -> int:
        """Private chats share one count per bot, groups have their own: an id alone names no message."""
        if chat.type is ChatType.PRIVATE:
            bot = self.bots[next(iter(chat.bots))]
            bot.last_message += 1
            return bot.last_message
        chat.last_message += 1
        return chat.last_message

    def bots_in(self, chat: Chat) -> Iterable[Bot]:
        """The bots that hear what happens there."""
        present = (Standing.MEMBER, Standing.ADMINISTRATOR)
        return [self.bots[each] for each, standing in chat.bots.items() if standing in present]
