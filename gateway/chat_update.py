"""What somebody did in a chat, whatever the service: the one value that every channel makes of what its service sends.

It is kept in the inbox as JSON, beside what the service sent where the channel gives that along. Reading it back is
total: nothing raises, since what is in the inbox has to end somewhere (RELIABILITY G4).
"""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from gateway import chat_address
from gateway.chat_address import LONGEST, LONGEST_MESSAGE, ChatAddress
from gateway.messages import Attachment, Envelope

Kind = Literal["words", "edit", "press", "added", "moved", "closed", "nothing"]

KINDS: tuple[str, ...] = get_args(Kind)
NEW = "new"
"""The command that begins a new matter."""

LONGEST_TEXT = 20_000
LONGEST_NAME = 80
LONGEST_FILE_NAME = 200
LONGEST_PRESS = 64
LONGEST_PEER = 45
"""Characters of a person's id; with the address of a group before it, it is what an open question is kept under."""

MOST_PROBLEMS = 10
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,32}))?(?:\s+|$)")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BREAKS = re.compile(r"[\r\n\t\x85\u2028\u2029]+")


class NotAnUpdate(ValueError):
    """A channel was given, or has made, something that no chat can mean; the sentence says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Command:
    """`/name argument`; `bot` is whom it was addressed to in a group, None for whoever listens. Name in lower case."""

    name: str
    argument: str
    bot: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Who wrote a message that was forwarded, as far as the service tells: a person's id and name, or a name alone."""

    person: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class ChatUpdate:
    """One thing that somebody did. Every id is the service's own, as text.

    `kind`: "words" were written, a message became another by "edit", a button was pressed ("press"), we were "added" to
    a group, a group goes on under another id ("moved"), the chat is closed to us ("closed"), or it means "nothing".
    `id`: two deliveries with the same one are one update. `order` grows with time.
    `chat` is the group's id, or the person's in a private chat. `message` is the message in its chat; of a press, the
    one that has the button. `reply_to` is the message it answers; `answers_us`: that one was ours, or it names us, as
    far as the channel can tell. `mentions` are the names written with @, in lower case.
    `pressed` is the button's data. `declined` is the kind of medium that we cannot read. `problems` say what of it
    could not be had. `moved_to` is the id that a group has now.
    """

    kind: Kind
    channel: str = ""
    account: str = ""
    id: str = ""
    order: int = 0
    chat: str | None = None
    is_group: bool = False
    topic: str | None = None
    person: str | None = None
    person_name: str | None = None
    language: str | None = None
    message: str | None = None
    at: datetime | None = None
    text: str = ""
    reply_to: str | None = None
    answers_us: bool = False
    mentions: tuple[str, ...] = ()
    pressed: str | None = None
    declined: str | None = None
    file: Attachment | None = None
    problems: tuple[str, ...] = ()
    forwarded: Origin | None = None
    moved_to: str | None = None

    @property
    def address(self) -> ChatAddress | None:
        """The chat it happened in, as letters name it."""
        if self.chat is None:
            return None
        return ChatAddress(self.channel, self.account, self.chat, self.is_group, self.topic)

    @property
    def command(self) -> Command | None:
        """What the words begin with, if it is a command."""
        return command_in(self.text) if self.kind == "words" else None

    @property
    def begins(self) -> bool:
        """Whether it opens a new matter with its first words: people go on in the next lines."""
        command = self.command
        return command is not None and command.name == NEW and bool(command.argument)

    @property
    def is_act(self) -> bool:
        """Whether it stands for itself: nobody waits whether more is coming."""
        if self.kind in ("press", "added") or self.chat is None:
            return True
        return self.text.startswith("/") and not self.begins


NOTHING = ChatUpdate("nothing")


class _Kept(Struct):
    update: ChatUpdate


def to_bytes(update: ChatUpdate, original: object = None) -> bytes:
    """As it is kept; `original` is what the service sent, any JSON value. Raises ValueError where it is none."""
    came = json.dumps(original, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return b'{"update":' + msgspec.json.encode(update) + b',"original":' + came + b"}"


def from_bytes(raw: bytes) -> ChatUpdate:
    """What was kept; `NOTHING` where that is no update."""
    try:
        return msgspec.json.decode(raw, type=_Kept).update
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, ValueError):
        return NOTHING


def envelope_of(update: ChatUpdate) -> Envelope:
    """How it came: which chat, and whose hand."""
    return Envelope(
        source=chat_address.source_of(update.channel, is_act=update.is_act, begins=update.begins),
        mail_from=str(update.address or ""),
        recipients=(f"{update.channel}:{update.account}",),
        peer=update.person or "",
    )


def digest_of(update: ChatUpdate) -> str:
    """What makes two deliveries of it one: the bot, and the service's id (LESSONS 102)."""
    return hashlib.sha256(f"{update.channel}\0{update.account}\0{update.id}".encode()).hexdigest()


def tidied(update: ChatUpdate) -> ChatUpdate:
    """Without controls and surrogate halves, nothing longer than we read or keep. Raises NotAnUpdate."""
    _check(update)
    return replace(
        update,
        text=clean(update.text),
        person_name=one_line(update.person_name or "", LONGEST_NAME) or None,
        language=one_line(update.language or "", 20) or None,
        pressed=one_line(update.pressed, LONGEST_PRESS) if update.pressed is not None else None,
        declined=one_line(update.declined or "", 20) or None,
        problems=tuple(one_line(each, LONGEST_FILE_NAME) for each in update.problems[:MOST_PROBLEMS]),
        file=_tidied_file(update.file),
    )


def command_in(text: str) -> Command | None:
    """The command that a message begins with."""
    found = _COMMAND.match(text)
    if found is None:
        return None
    return Command(found[1].lower(), text[found.end() :].strip(), found[2].lower() if found[2] else None)


def clean(text: str) -> str:
    """Without controls and surrogate halves, at most 20,000 characters."""
    whole = text[:LONGEST_TEXT].replace("\r\n", "\n").encode("utf-8", "replace").decode()
    return _CONTROLS.sub(" ", whole).strip()


def one_line(text: str, most: int) -> str:
    """The same in one line of so many characters."""
    return clean(_BREAKS.sub(" ", text[: most * 2]))[:most].strip()


def _check(update: ChatUpdate) -> None:
    if update.kind not in KINDS:
        raise NotAnUpdate(f"there is no kind of update called {update.kind!a}")
    if not update.id or len(update.id) > 200:
        raise NotAnUpdate("id must have 1 to 200 characters")
    for name in ("id", "chat", "topic", "person", "message", "reply_to", "moved_to"):
        value: str | None = getattr(update, name)
        if value is not None and (not value or not _is_text(value)):
            raise NotAnUpdate(f"{name} must be text without controls, and not empty")
    if update.person is not None and len(update.person) > LONGEST_PEER:
        raise NotAnUpdate(f"a person's id has at most {LONGEST_PEER} characters")
    at = update.address
    if at is not None and chat_address.read(str(at)) != at:
        raise NotAnUpdate(f"the chat's address is longer than {LONGEST} characters: {str(at)[:LONGEST]}")
    if at is not None and len(f"{at} {update.person or ''}") > LONGEST + LONGEST_PEER - 15:
        raise NotAnUpdate("the ids of chat and person together are too long")
    for number in (update.message, update.reply_to):
        if at is not None and number is not None and len(at.message(number)) > LONGEST_MESSAGE:
            raise NotAnUpdate(f"a message's id with its chat has at most {LONGEST_MESSAGE} characters")


def _is_text(value: str) -> bool:
    return value.isprintable() and not any("\ud800" <= character <= "\udfff" for character in value)


def _tidied_file(file: Attachment | None) -> Attachment | None:
    if file is None:
        return None
    name = one_line(file.name or "", LONGEST_FILE_NAME) or None
    return Attachment(name, one_line(file.type, 100), len(file.content), inline=False, content=file.content)
