"""Feishu's call to us: proved, decrypted, and what somebody did in it.

open.feishu.cn, "Encrypt Key" and "Receive message": the signature is SHA-256 over timestamp, nonce, key and body; the
body is AES-256-CBC under SHA-256 of the key, its first block the initialization vector.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from msgspec import Struct

from gateway.chat_channel import Call
from gateway.chat_update import ChatUpdate, NotAnUpdate

CLOCK_WINDOW = timedelta(minutes=5)
_MENTION = re.compile(r"@_user_\d{1,3}\s?")


class _Id(Struct):
    open_id: str


class _Mention(Struct):
    key: str
    id: _Id


class _Sender(Struct):
    sender_id: _Id


class _Message(Struct):
    message_id: str
    chat_id: str
    chat_type: str
    message_type: str
    content: str
    create_time: str = "0"
    parent_id: str | None = None
    mentions: list[_Mention] = []


class _Received(Struct):
    sender: _Sender
    message: _Message


class _Context(Struct):
    open_message_id: str


class _Action(Struct):
    value: dict[str, Any]


class _Pressed(Struct):
    operator: _Id
    action: _Action
    context: _Context


class _Header(Struct):
    event_id: str
    event_type: str
    create_time: str = "0"


def is_genuine(call: Call, encrypt_key: str, now: datetime) -> bool:
    """Whether Feishu sent this body, and just now."""
    timestamp = call.headers.get("x-lark-request-timestamp", "")
    nonce, given = call.headers.get("x-lark-request-nonce", ""), call.headers.get("x-lark-signature", "")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return False
    signed = hashlib.sha256(f"{timestamp}{nonce}{encrypt_key}".encode("utf-8", "replace") + call.body)
    if not hmac.compare_digest(signed.hexdigest().encode(), given.encode("utf-8", "replace")):
        return False
    return abs(now.timestamp() - int(timestamp)) <= CLOCK_WINDOW.total_seconds()


def decrypted(body: bytes, encrypt_key: str) -> dict[str, Any]:
    """What Feishu said. Raises NotAnUpdate."""
    try:
        sealed = base64.b64decode(_object(json.loads(body)).get("encrypt", ""), validate=True)
        if len(sealed) < 32 or len(sealed) % 16:
            raise NotAnUpdate("the body is not encrypted")
        key = hashlib.sha256(encrypt_key.encode()).digest()
        opening = Cipher(algorithms.AES256(key), modes.CBC(sealed[:16])).decryptor()
        filled = opening.update(sealed[16:]) + opening.finalize()
        padding = PKCS7(128).unpadder()
        return _object(json.loads(padding.update(filled) + padding.finalize()))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise NotAnUpdate("the body is nothing that Feishu encrypts") from None


def read(body: dict[str, Any], channel: str, bot: str) -> ChatUpdate | None:
    """What somebody did; None for an event that we did not ask for. Raises NotAnUpdate."""
    try:
        header = msgspec.convert(body.get("header"), _Header)
        match header.event_type:
            case "im.message.receive_v1":
                return _received(header, msgspec.convert(body.get("event"), _Received), channel, bot)
            case "card.action.trigger":
                return _pressed(header, msgspec.convert(body.get("event"), _Pressed), channel)
            case _:
                return None
    except msgspec.ValidationError as error:
        raise NotAnUpdate(str(error)) from None


def _received(header: _Header, event: _Received, channel: str, bot: str) -> ChatUpdate:
    message, person = event.message, event.sender.sender_id.open_id
    is_group = message.chat_type != "p2p"
    text = _MENTION.sub("", _text(message.content)) if message.message_type == "text" else ""
    return ChatUpdate(
        "words",
        channel=channel,
        id=header.event_id,
        order=_number(message.create_time),
        chat=message.chat_id if is_group else person,
        is_group=is_group,
        person=person,
        message=message.message_id,
        at=datetime.fromtimestamp(_number(message.create_time) / 1000, UTC),
        text=text,
        reply_to=message.parent_id or None,
        answers_us=any(mention.id.open_id == bot for mention in message.mentions),
        declined=None if text.strip() else message.message_type,
    )


def _pressed(header: _Header, event: _Pressed, channel: str) -> ChatUpdate:
    """A card is only ever sent to one person's chat, or to a group that its data names."""
    person, group = event.operator.open_id, event.action.value.get("group")
    return ChatUpdate(
        "press",
        channel=channel,
        id=header.event_id,
        order=_number(header.create_time) // 1000,
        chat=group if isinstance(group, str) else person,
        is_group=isinstance(group, str),
        person=person,
        message=event.context.open_message_id,
        pressed=str(event.action.value.get("data", "")),
    )


def _text(content: str) -> str:
    """Of a message of text: JSON within JSON."""
    try:
        return str(_object(json.loads(content)).get("text", ""))
    except (ValueError, RecursionError):
        raise NotAnUpdate("content: this is no JSON") from None


def _number(text: str) -> int:
    """Milliseconds; of a time that nobody can have meant, none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 16 and int(text) < 10**14 else 0


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotAnUpdate("this is no JSON object")
    return cast("dict[str, Any]", value)
