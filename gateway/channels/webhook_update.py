"""What a chat service, or an adapter in front of it, posts to the webhook: one JSON object per thing that somebody did.

docs/chat-webhook.md has the shape. What it does not name is passed over; what it names must be right, since whoever
posts can mend it.
"""

import base64
import binascii
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from gateway.chat_update import ChatUpdate, Kind, NotAnUpdate
from gateway.messages import Attachment

Event = Literal["message", "edited", "pressed", "closed"]
_KINDS: dict[Event, Kind] = {"message": "words", "edited": "edit", "pressed": "press", "closed": "closed"}


class _Person(Struct):
    id: str
    name: str | None = None
    language: str | None = None


class _File(Struct):
    name: str | None = None
    type: str = "application/octet-stream"
    content: str | None = None
    problem: str | None = None


class _Posted(Struct):
    id: str
    event: Event
    person: _Person
    at: datetime | None = None
    group: str | None = None
    thread: str | None = None
    message: str | None = None
    reply_to: str | None = None
    to_us: bool = False
    text: str = ""
    button: str | None = None
    file: _File | None = None
    unreadable: str | None = None


def read(channel: str, body: bytes, now: datetime, place: int = 0) -> ChatUpdate:
    """What was posted to the channel of this name. Raises NotAnUpdate with what is wrong.

    `place` counts what came, below a thousand: the order of what happened within one millisecond.
    """
    try:
        posted = msgspec.json.decode(body, type=_Posted)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NotAnUpdate(_plain(error)) from None
    _check(posted)
    at = _moment(posted.at, now)
    file, problems = _file(posted.file)
    return ChatUpdate(
        kind=_KINDS[posted.event],
        channel=channel,
        id=posted.id,
        order=int(at.timestamp() * 1000) * 1000 + place,
        chat=posted.group if posted.group is not None else posted.person.id,
        is_group=posted.group is not None,
        topic=posted.thread,
        person=posted.person.id,
        person_name=posted.person.name,
        language=posted.person.language,
        message=posted.message,
        at=at,
        text=posted.text,
        reply_to=posted.reply_to,
        answers_us=posted.to_us,
        pressed=posted.button,
        declined=posted.unreadable,
        file=file,
        problems=problems,
    )


def _check(posted: _Posted) -> None:
    if posted.event in ("message", "edited") and posted.message is None:
        raise NotAnUpdate(f"message: an event {posted.event!r} has the id of the message")
    if posted.event == "pressed" and not posted.button:
        raise NotAnUpdate("button: an event 'pressed' has the data of the button")
    says = posted.text.strip() or posted.file or posted.unreadable
    if posted.event == "message" and not says:
        raise NotAnUpdate("text: a message says something, has a file, or is unreadable")


def _moment(at: datetime | None, now: datetime) -> datetime:
    """When it happened; a date to come would stand at the head of every list for ever (LESSONS 62)."""
    if at is not None and at.tzinfo is None:
        raise NotAnUpdate("at: a moment has an offset, as in 2026-11-23T09:30:00+08:00")
    return min(at, now) if at is not None else now


def _file(posted: _File | None) -> tuple[Attachment | None, tuple[str, ...]]:
    if posted is None:
        return None, ()
    if posted.content is None:
        return None, (f"the file {posted.name or 'that came with it'} {posted.problem or 'is missing'}",)
    try:
        content = base64.b64decode(posted.content, validate=True)
    except (binascii.Error, ValueError):
        raise NotAnUpdate("file.content: this is no base64") from None
    return Attachment(posted.name, posted.type, len(content), inline=False, content=content), ()


def _plain(error: Exception) -> str:
    """What msgspec says, which names the place and quotes nothing of the body."""
    return str(error) if isinstance(error, msgspec.ValidationError) else "the body is no JSON object in UTF-8"
