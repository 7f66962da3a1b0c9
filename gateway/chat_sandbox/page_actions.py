"""What the page asks for, done by the person it was asked for: `{"act": "write", "person": 1, "chat": 0, …}`."""

import base64
import binascii
from collections.abc import Callable

from gateway.chat_sandbox.bot_api import BotApi
from gateway.chat_sandbox.people import CannotDo, Group, Person
from gateway.chat_sandbox.wire import Json, JsonObject
from gateway.chat_sandbox.world import Bot, Chat, Message


def act(api: BotApi, wish: JsonObject) -> None:
    """Raises CannotDo for what no app would let a person do, and for a wish that makes no sense."""
    deed = _DEEDS.get(_text(wish, "act"))
    if deed is None:
        raise CannotDo("nobody can do that")
    deed(api, wish)


def _text(wish: JsonObject, name: str) -> str:
    value = wish.get(name, "")
    return value if isinstance(value, str) else ""


def _number(wish: JsonObject, name: str) -> int | None:
    value = wish.get(name)
    return value if isinstance(value, int) else None


def _person(api: BotApi, wish: JsonObject) -> Person:
    user = api.world.people.get(_number(wish, "person") or 0)
    if user is None:
        raise CannotDo("there is no such person")
    return Person(api.world, user)


def _bot(api: BotApi, wish: JsonObject) -> Bot:
    bot = api.world.bots.get(_number(wish, "bot") or 0)
    if bot is None:
        raise CannotDo("there is no such bot")
    return bot


def _chat(api: BotApi, wish: JsonObject) -> Chat:
    place = _number(wish, "chat")
    if place is None or not 0 <= place < len(api.world.chats):
        raise CannotDo("there is no such chat")
    return api.world.chats[place]


def _message(api: BotApi, wish: JsonObject, name: str) -> Message | None:
    return _chat(api, wish).messages.get(_number(wish, name) or 0)


def _needed(message: Message | None) -> Message:
    if message is None:
        raise CannotDo("the message is gone")
    return message


def _content(wish: JsonObject) -> bytes:
    try:
        return base64.b64decode(_text(wish, "content"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise CannotDo("the file did not arrive whole") from error


def _write(api: BotApi, wish: JsonObject) -> None:
    answered, thread = _message(api, wish, "reply_to"), _number(wish, "thread")
    _person(api, wish).write(_chat(api, wish), _text(wish, "text"), reply_to=answered, thread=thread)


def _edit(api: BotApi, wish: JsonObject) -> None:
    _person(api, wish).edit(_needed(_message(api, wish, "message")), _text(wish, "text"))


def _press(api: BotApi, wish: JsonObject) -> None:
    _person(api, wish).press(_needed(_message(api, wish, "message")), _text(wish, "button"))


def _send_file(api: BotApi, wish: JsonObject) -> None:
    person, chat, content = _person(api, wish), _chat(api, wish), _content(wish)
    kind, caption = _text(wish, "type") or "application/octet-stream", _text(wish, "text")
    if kind.startswith("image/"):
        person.send_photo(chat, content, caption=caption)
    else:
        person.send_file(chat, _text(wish, "name") or "file", content, type=kind, caption=caption)


def _add_person(api: BotApi, wish: JsonObject) -> None:
    """Somebody new, with an empty chat for each bot to begin in."""
    person = api.add_person(_text(wish, "text") or "Somebody")
    for bot in api.world.bots.values():
        person.chat_with(bot)
    api.world.changed()


def _group(api: BotApi, wish: JsonObject) -> None:
    person, bot = _person(api, wish), _bot(api, wish)
    everybody = [Person(api.world, user) for user in api.world.people.values()]
    api.add_group(_text(wish, "text") or "Group", *everybody).add(bot, person)


_DEEDS: dict[str, Callable[[BotApi, JsonObject], object]] = {
    "write": _write,
    "edit": _edit,
    "press": _press,
    "file": _send_file,
    "voice": lambda api, wish: _person(api, wish).send_voice(_chat(api, wish)),
    "sticker": lambda api, wish: _person(api, wish).send_sticker(_chat(api, wish)),
    "location": lambda api, wish: _person(api, wish).send_location(_chat(api, wish), 31.2304, 121.4737),
    "start": lambda api, wish: _person(api, wish).start(_bot(api, wish), _text(wish, "text")),
    "block": lambda api, wish: _person(api, wish).block(_bot(api, wish)),
    "unblock": lambda api, wish: _person(api, wish).unblock(_bot(api, wish)),
    "person": _add_person,
    "group": _group,
    "upgrade": lambda api, wish: Group(api.world, _chat(api, wish)).upgrade(_person(api, wish)),
}


def wish_of(body: Json) -> JsonObject:
    """The body of a request, if it is a wish at all. Raises CannotDo."""
    if not isinstance(body, dict):
        raise CannotDo("a wish is an object")
    return body
