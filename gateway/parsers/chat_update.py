"""What somebody did in a chat: the bytes that the Telegram channel kept, as one plain value. Total: nothing raises.

Only what we use is read (Bot API, Update); whatever else Telegram sends, now or some day, is passed over.
"""

import base64
import binascii
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct, field

from gateway.messages import Attachment
from gateway.parsers.header_text import one_line

Kind = Literal["words", "edit", "press", "moved", "closed", "nothing"]

LONGEST_TEXT = 20_000
LONGEST_NAME = 80
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,32}))?(?:\s+|$)")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

DECLINED = ("voice", "video_note", "sticker", "location", "contact", "poll", "venue", "dice", "story")
"""Kinds of message that hold nothing we could read; kindly declined. Photos and files stay with the case."""


@dataclass(frozen=True, slots=True)
class Command:
    """`/name argument`; `bot` is whom it was addressed to in a group, None for whoever listens. Name in lower case."""

    name: str
    argument: str
    bot: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Who wrote a message that was forwarded, as far as Telegram tells: a person's id and name, or a name alone."""

    person: int | None
    name: str | None


@dataclass(frozen=True, slots=True)
class ChatUpdate:
    """One update. `kind` "nothing": it means nothing to us. `update_id` grows with time.

    `message` numbers the message in its chat; `reply_to` is the message it answers, `to_us` that this one was ours or
    that a mention names us by `@bot`. `pressed` is a button's data. `declined` is the kind of medium we cannot read.
    `moved_to` is the id of the supergroup that a group became.
    """

    kind: Kind
    update_id: int = 0
    chat: int | None = None
    is_private: bool = False
    person: int | None = None
    person_name: str | None = None
    language: str | None = None
    message: int | None = None
    at: datetime | None = None
    text: str = ""
    command: Command | None = None
    reply_to: int | None = None
    answers_us: bool = False
    mentions: tuple[str, ...] = ()
    pressed: str | None = None
    declined: str | None = None
    file: Attachment | None = None
    problems: tuple[str, ...] = ()
    forwarded: Origin | None = None
    moved_to: int | None = None


_ABSENT = msgspec.Raw()
"""False where a part is not there; what is there is read by itself, so that it spoils nothing beside it."""


class _User(Struct):
    id: int
    first_name: str = ""
    last_name: str = ""
    language_code: str | None = None
    is_bot: bool = False


class _Chat(Struct):
    id: int
    type: str = ""


class _File(Struct):
    file_name: str | None = None
    mime_type: str | None = None
    file_size: int | None = None


class _Answered(Struct):
    message_id: int
    sender: _User | None = field(default=None, name="from")


class _Origin(Struct):
    sender_user: _User | None = None
    sender_user_name: str | None = None


class _Message(Struct):
    message_id: int
    chat: _Chat
    date: int = 0
    sender: _User | None = field(default=None, name="from")
    text: str | None = None
    caption: str | None = None
    reply_to_message: _Answered | None = None
    forward_origin: _Origin | None = None
    document: _File | None = None
    photo: list[_File] | None = None
    video: _File | None = None
    audio: _File | None = None
    animation: _File | None = None
    voice: msgspec.Raw = _ABSENT
    video_note: msgspec.Raw = _ABSENT
    sticker: msgspec.Raw = _ABSENT
    location: msgspec.Raw = _ABSENT
    contact: msgspec.Raw = _ABSENT
    poll: msgspec.Raw = _ABSENT
    venue: msgspec.Raw = _ABSENT
    dice: msgspec.Raw = _ABSENT
    story: msgspec.Raw = _ABSENT
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None


class _Press(Struct):
    sender: _User = field(name="from")
    message: _Message | None = None
    data: str | None = None


class _Member(Struct):
    status: str


class _Membership(Struct):
    chat: _Chat
    sender: _User | None = field(default=None, name="from")
    new_chat_member: _Member | None = None


class _Update(Struct):
    update_id: int
    message: msgspec.Raw = _ABSENT
    edited_message: msgspec.Raw = _ABSENT
    callback_query: msgspec.Raw = _ABSENT
    my_chat_member: msgspec.Raw = _ABSENT


class _Fetched(Struct):
    content: str | None = None
    problem: str | None = None


class _Kept(Struct):
    bot: int
    update: _Update
    file: _Fetched | None = None


Part = TypeVar("Part")
NOTHING = ChatUpdate("nothing")


def read(raw: bytes) -> ChatUpdate:
    """What was kept of an update."""
    kept = _decoded(raw, _Kept)
    return replace(_read(kept), update_id=kept.update.update_id) if kept is not None else NOTHING


def _read(kept: _Kept) -> ChatUpdate:
    update = kept.update
    if update.message:
        message = _decoded(update.message, _Message)
        return _of_message(message, "words", kept) if message else NOTHING
    if update.edited_message:
        message = _decoded(update.edited_message, _Message)
        return _of_message(message, "edit", kept) if message else NOTHING
    if update.callback_query:
        press = _decoded(update.callback_query, _Press)
        return _of_press(press) if press else NOTHING
    if update.my_chat_member:
        membership = _decoded(update.my_chat_member, _Membership)
        return _of_membership(membership) if membership else NOTHING
    return NOTHING


def _decoded(raw: bytes | msgspec.Raw, into: type[Part]) -> Part | None:
    try:
        return msgspec.json.decode(raw, type=into)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None


def _of_message(message: _Message, kind: Kind, kept: _Kept) -> ChatUpdate:
    if message.migrate_to_chat_id is not None:
        return ChatUpdate("moved", chat=message.chat.id, moved_to=message.migrate_to_chat_id)
    if message.migrate_from_chat_id is not None:
        return ChatUpdate("moved", chat=message.migrate_from_chat_id, moved_to=message.chat.id)
    text = clean(message.text or message.caption or "")
    declined = next((each for each in DECLINED if getattr(message, each)), None)
    file, problems = _file(message, kept.file)
    if not text and declined is None and file is None and not problems:
        return NOTHING
    answered, sender = message.reply_to_message, message.sender
    return ChatUpdate(
        kind=kind,
        chat=message.chat.id,
        is_private=message.chat.type == "private",
        person=sender.id if sender else None,
        person_name=_name(sender),
        language=sender.language_code if sender else None,
        message=message.message_id,
        at=_moment(message.date),
        text=text,
        command=command_in(text) if kind == "words" else None,
        reply_to=answered.message_id if answered else None,
        answers_us=bool(answered and answered.sender and answered.sender.id == kept.bot),
        mentions=tuple(each.lower() for each in re.findall(r"@([A-Za-z0-9_]{5,32})", text)[:10]),
        declined=declined,
        file=file,
        problems=problems,
        forwarded=_origin(message.forward_origin),
    )


def _of_press(press: _Press) -> ChatUpdate:
    message = press.message
    if message is None or press.data is None:
        return NOTHING
    return ChatUpdate(
        kind="press",
        chat=message.chat.id,
        is_private=message.chat.type == "private",
        person=press.sender.id,
        person_name=_name(press.sender),
        language=press.sender.language_code,
        message=message.message_id,
        pressed=press.data[:64],
    )


def _of_membership(membership: _Membership) -> ChatUpdate:
    member = membership.new_chat_member
    if member is None or member.status not in ("kicked", "left"):
        return NOTHING
    return ChatUpdate("closed", chat=membership.chat.id, is_private=membership.chat.type == "private")


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


def _origin(origin: _Origin | None) -> Origin | None:
    """A channel or a group is nobody who reports; yet what it wrote was not written by who forwards it."""
    if origin is None:
        return None
    user = origin.sender_user
    hidden = one_line(origin.sender_user_name or "")[:LONGEST_NAME].strip() or None
    return Origin(user.id if user is not None and not user.is_bot else None, _name(user) or hidden)


def _name(sender: _User | None) -> str | None:
    return (
        one_line(f"{sender.first_name} {sender.last_name}")[:LONGEST_NAME].strip() or None if sender else None
    )


def _moment(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _file(message: _Message, fetched: _Fetched | None) -> tuple[Attachment | None, tuple[str, ...]]:
    photo = message.photo[-1] if message.photo else None
    found = message.document or photo or message.video or message.audio or message.animation
    if found is None:
        return None, ()
    name = one_line(found.file_name)[:200] if found.file_name else None
    if fetched is None or fetched.content is None:
        return None, (
            f"the file {name or 'that came with it'} {fetched.problem if fetched else 'is missing'}",
        )
    try:
        content = base64.b64decode(fetched.content, validate=True)
    except (binascii.Error, ValueError):
        return None, (f"the file {name or 'that came with it'} was damaged on our side",)
    kind = found.mime_type or ("image/jpeg" if photo is not None else "application/octet-stream")
    return Attachment(name, kind[:100], len(content), inline=False, content=content), ()
