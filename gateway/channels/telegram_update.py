"""Telegram's updates as what somebody did in a chat. Total: nothing raises.

Only what we use is read (Bot API, Update); whatever else Telegram sends, now or some day, is passed over.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar, cast

import msgspec
from msgspec import Struct, field

from gateway.chat_address import TELEGRAM
from gateway.chat_update import LONGEST_NAME, NOTHING, ChatUpdate, Origin, one_line
from gateway.messages import Attachment

DECLINED = ("voice", "video_note", "sticker", "location", "contact", "poll", "venue", "dice", "story")
"""Kinds of message that hold nothing we could read; kindly declined. Photos and files stay with the case."""

FILE_KINDS = ("document", "video", "audio", "voice", "animation", "video_note")

Update = Mapping[str, Any]
Fetched = bytes | str
"""A file's bytes, or why they could not be had."""


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
    message_thread_id: int | None = None
    is_topic_message: bool = False
    text: str | None = None
    caption: str | None = None
    reply_to_message: _Answered | None = None
    forward_origin: _Origin | None = None
    document: _File | None = None
    photo: list[_File] | None = None
    video: _File | None = None
    audio: _File | None = None
    animation: _File | None = None
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None


OUTSIDE = ("kicked", "left")
"""Standings of somebody who is not in a chat."""


class _Press(Struct):
    sender: _User = field(name="from")
    message: _Message | None = None
    data: str | None = None


class _Member(Struct):
    status: str


class _Membership(Struct):
    chat: _Chat
    sender: _User | None = field(default=None, name="from")
    old_chat_member: _Member | None = None
    new_chat_member: _Member | None = None


Part = TypeVar("Part")


def read(bot: int, update: Update, file: Fetched | None = None) -> ChatUpdate:
    """What it is to us. `file` is what there is of the file that `file_in` found."""
    number = update.get("update_id")
    return replace(
        _read(bot, update, file),
        channel=TELEGRAM,
        account=str(bot),
        id=str(number),
        order=number if isinstance(number, int) else 0,
    )


def file_in(update: Update) -> Mapping[str, Any] | None:
    """The file of a message; of a photo the largest size."""
    message = part(update, "message")
    sizes = message.get("photo")
    if isinstance(sizes, list) and sizes and isinstance(sizes[-1], dict):
        return cast("dict[str, Any]", sizes[-1])
    return next((found for kind in FILE_KINDS if (found := part(message, kind))), None)


def part(of: Update, name: str) -> Mapping[str, Any]:
    """A part that is an object; an empty one where there is none."""
    found = of.get(name)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _read(bot: int, update: Update, file: Fetched | None) -> ChatUpdate:
    """Each part is read by itself, so that it spoils nothing beside it."""
    if "message" in update:
        message = _decoded(update["message"], _Message)
        return _of_message(bot, message, "words", part(update, "message"), file) if message else NOTHING
    if "edited_message" in update:
        message = _decoded(update["edited_message"], _Message)
        return _of_message(bot, message, "edit", part(update, "edited_message"), file) if message else NOTHING
    if "callback_query" in update:
        press = _decoded(update["callback_query"], _Press)
        return _of_press(press) if press else NOTHING
    if "my_chat_member" in update:
        membership = _decoded(update["my_chat_member"], _Membership)
        return _of_membership(membership) if membership else NOTHING
    return NOTHING


def _decoded(value: object, into: type[Part]) -> Part | None:
    try:
        return msgspec.convert(value, type=into)
    except (msgspec.MsgspecError, RecursionError):
        return None


def _of_message(
    bot: int, message: _Message, kind: Literal["words", "edit"], whole: Update, fetched: Fetched | None
) -> ChatUpdate:
    here = _in(message.chat, message.sender, message.message_thread_id if message.is_topic_message else None)
    if message.migrate_to_chat_id is not None:
        return replace(here, kind="moved", moved_to=_id(message.migrate_to_chat_id))
    if message.migrate_from_chat_id is not None:
        before = _id(message.migrate_from_chat_id)
        return replace(here, kind="moved", chat=before, moved_to=_id(message.chat.id))
    text = message.text or message.caption or ""
    declined = next((each for each in DECLINED if whole.get(each)), None)
    file, problems = _file(message, fetched)
    if not text.strip() and declined is None and file is None and not problems:
        return here
    answered = message.reply_to_message
    return replace(
        here,
        kind=kind,
        message=str(message.message_id),
        at=_moment(message.date),
        text=text,
        reply_to=str(answered.message_id) if answered else None,
        answers_us=bool(answered and answered.sender and answered.sender.id == bot),
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
    topic = message.message_thread_id if message.is_topic_message else None
    here = _in(message.chat, press.sender, topic)
    return replace(here, kind="press", message=str(message.message_id), pressed=press.data)


def _of_membership(membership: _Membership) -> ChatUpdate:
    before, now = membership.old_chat_member, membership.new_chat_member
    here = _in(membership.chat, membership.sender, None)
    if now is not None and now.status in OUTSIDE:
        return replace(here, kind="closed")
    is_new = now is not None and (before is None or before.status in OUTSIDE)
    return replace(here, kind="added") if is_new and here.is_group else here


def _in(chat: _Chat, sender: _User | None, topic: int | None) -> ChatUpdate:
    """Where, and whose hand; a group's id is negative with Telegram."""
    return ChatUpdate(
        "nothing",
        chat=_id(chat.id),
        is_group=chat.id < 0,
        topic=str(topic) if topic is not None else None,
        person=str(sender.id) if sender else None,
        person_name=_name(sender),
        language=sender.language_code if sender else None,
    )


def _origin(origin: _Origin | None) -> Origin | None:
    """A channel or a group is nobody who reports; yet what it wrote was not written by who forwards it."""
    if origin is None:
        return None
    user = origin.sender_user
    hidden = one_line(origin.sender_user_name or "", LONGEST_NAME) or None
    return Origin(str(user.id) if user is not None and not user.is_bot else None, _name(user) or hidden)


def _name(sender: _User | None) -> str | None:
    return one_line(f"{sender.first_name} {sender.last_name}", LONGEST_NAME) or None if sender else None


def _id(chat: int) -> str:
    return str(abs(chat))


def _moment(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _file(message: _Message, fetched: Fetched | None) -> tuple[Attachment | None, tuple[str, ...]]:
    photo = message.photo[-1] if message.photo else None
    found = message.document or photo or message.video or message.audio or message.animation
    if found is None:
        return None, ()
    if not isinstance(fetched, bytes):
        return None, (f"the file {found.file_name or 'that came with it'} {fetched or 'is missing'}",)
    kind = found.mime_type or ("image/jpeg" if photo is not None else "application/octet-stream")
    return Attachment(found.file_name, kind, len(fetched), inline=False, content=fetched), ()
