"""The Bot API as a state machine: a call goes in, an answer comes out, and the world is another.

No network and no waiting. The documentation this follows is core.telegram.org/bots/api; where it is silent, the
behaviour of its server (github.com/tdlib/telegram-bot-api) counts.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus

from gateway.chat_sandbox import chats, editing, files, receiving, sending
from gateway.chat_sandbox.call import Call
from gateway.chat_sandbox.flood import FloodLimits
from gateway.chat_sandbox.people import Group, Person
from gateway.chat_sandbox.wire import Json, JsonObject, Refusal, not_found, unauthorized
from gateway.chat_sandbox.world import (
    FIRST_BOT,
    FIRST_GROUP,
    FIRST_PERSON,
    FIRST_SUPERGROUP,
    Bot,
    Chat,
    ChatType,
    User,
    World,
)

Method = Callable[[World, Bot, Call], Json]
_TOKEN = re.compile(r"\d{1,15}:[A-Za-z0-9_-]{10,100}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: the HTTP status, and the envelope with `ok`."""

    status: HTTPStatus
    body: JsonObject


class BotApi:
    """The sandbox: bots and people are made here, and bots' calls answered.

    `now` is the clock. `local` takes webhooks at plain http and any port, as a server run with `--local` does.
    """

    def __init__(self, now: Callable[[], datetime], *, local: bool = True) -> None:
        self.world = World(now)
        self.faults = self.world.faults
        self._methods: dict[str, Method] = {
            "getme": chats.get_me,
            "getupdates": receiving.get_updates,
            "setwebhook": partial(receiving.set_webhook, local=local),
            "deletewebhook": receiving.delete_webhook,
            "getwebhookinfo": receiving.get_webhook_info,
            "sendmessage": sending.send_message,
            "senddocument": sending.send_document,
            "sendphoto": sending.send_photo,
            "sendmediagroup": sending.send_media_group,
            "sendchataction": sending.send_chat_action,
            "editmessagetext": editing.edit_message_text,
            "editmessagecaption": editing.edit_message_caption,
            "editmessagereplymarkup": editing.edit_message_reply_markup,
            "deletemessage": editing.delete_message,
            "answercallbackquery": editing.answer_callback_query,
            "getfile": files.get_file,
            "getchat": chats.get_chat,
            "getchatmember": chats.get_chat_member,
            "leavechat": chats.leave_chat,
            "setmycommands": chats.set_my_commands,
            "getmycommands": chats.get_my_commands,
            "deletemycommands": chats.delete_my_commands,
        }

    # Making the cast.

    def add_bot(self, username: str, *, privacy: bool = True, limits: FloodLimits | None = None) -> Bot:
        """A new bot with a token of its own.

        `privacy` is BotFather's privacy mode; `limits` are its flood limits, None for none.
        """
        number = FIRST_BOT + len(self.world.bots)
        user = User(number, username, username=username, is_bot=True)
        bot = Bot(user, f"{number}:{secrets.token_urlsafe(26)}", privacy=privacy, limits=limits)
        self.world.bots[number] = bot
        self.world.changed()
        return bot

    def add_person(
        self, first_name: str, last_name: str = "", *, username: str = "", language: str = ""
    ) -> Person:
        """A new person."""
        number = FIRST_PERSON + len(self.world.people)
        user = User(number, first_name, last_name, username, language)
        self.world.people[number] = user
        self.world.changed()
        return Person(self.world, user)

    def add_group(self, title: str, *people: Person, topics: bool = False, supergroup: bool = False) -> Group:
        """A group of these people; with `topics` it is a supergroup."""
        kind = ChatType.SUPERGROUP if supergroup or topics else ChatType.GROUP
        first = FIRST_GROUP if kind is ChatType.GROUP else FIRST_SUPERGROUP
        chat = Chat(first - self.world.number(), kind, title, is_forum=topics)
        chat.people = {person.user.id: person.user for person in people}
        self.world.add_chat(chat)
        self.world.changed()
        return Group(self.world, chat)

    # Answering.

    def bot_of(self, token: str) -> Bot:
        """Whose token it is. Raises Refusal 404 for what is no token and 401 for nobody's."""
        if not _TOKEN.fullmatch(token):
            raise not_found()
        bot = self.world.bots.get(int(token.partition(":")[0]))
        if bot is None or not secrets.compare_digest(bot.token, token):
            raise unauthorized()
        return bot

    def answer(self, token: str, method: str, call: Call) -> Answer:
        """One call, carried out or refused. Never raises for what a client sent."""
        try:
            bot = self.bot_of(token)
            carry_out = self._methods.get(method.lower())
            if carry_out is None:
                raise not_found("method not found")
            return success(carry_out(self.world, bot, call))
        except Refusal as refusal:
            return refused(refusal)


def success(result: Json) -> Answer:
    """200 with the result."""
    return Answer(HTTPStatus.OK, {"ok": True, "result": result})


def refused(refusal: Refusal) -> Answer:
    """The refusal as an answer."""
    return Answer(refusal.status, refusal.envelope())
