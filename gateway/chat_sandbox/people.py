"""The people's side: what a person does with an app in the hand, for tests and for the page.

li.start(bot, "payload")
message = li.write(li.chat_with(bot), "登录不上", reply_to=earlier)
li.press(message, "Yes")
"""

from dataclasses import dataclass, replace

from gateway.chat_sandbox.chats import set_standing
from gateway.chat_sandbox.files import keep, media
from gateway.chat_sandbox.form_data import Upload
from gateway.chat_sandbox.formatting import Formatted
from gateway.chat_sandbox.keyboards import buttons_of
from gateway.chat_sandbox.sending import caption_content, text_content
from gateway.chat_sandbox.shapes import message_json, unix, user_json
from gateway.chat_sandbox.text_parameters import commands_in, with_found
from gateway.chat_sandbox.wire import JsonObject
from gateway.chat_sandbox.world import (
    FIRST_SUPERGROUP,
    Bot,
    CallbackQuery,
    Chat,
    ChatType,
    Message,
    Standing,
    User,
    World,
)


class CannotDo(ValueError):
    """No app would let a person do that; the message says why."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person with an app."""

    world: World
    user: User

    def chat_with(self, bot: Bot) -> Chat:
        """The private chat with this bot; not started until something was written there."""
        return self.world.private_chat(bot, self.user)

    def start(self, bot: Bot, payload: str = "") -> Message:
        """Open the bot by its link, `t.me/<bot>?start=<payload>`, and press Start."""
        return self.write(self.chat_with(bot), f"/start {payload}".rstrip())

    def write(
        self, chat: Chat, text: str, *, reply_to: Message | None = None, thread: int | None = None
    ) -> Message:
        """Type and send."""
        if not text.strip():
            raise CannotDo("an empty message cannot be sent")
        return self._post(chat, text_content(with_found(Formatted(text.strip()))), reply_to, thread)

    def forward(self, message: Message, to: Chat) -> Message:
        """Pass a message on; its writer goes with it, as Telegram shows them (docs, MessageOriginUser)."""
        origin: JsonObject = {
            "type": "user",
            "date": unix(message.at),
            "sender_user": user_json(message.sender),
        }
        content: JsonObject = {**message.content, "forward_origin": origin}
        return self._post(to, content)

    def edit(self, message: Message, text: str) -> Message:
        """Change one's own message: its text, or its caption."""
        if message.sender != self.user:
            raise CannotDo("only one's own messages can be edited")
        words = with_found(Formatted(text.strip()))
        if "text" in message.content:
            content = text_content(words)
        else:
            rest = {key: value for key, value in message.content.items() if not key.startswith("caption")}
            content = rest | caption_content(words)
        edited = self.world.change(message, content=content, edited=self.world.now())
        self._tell(edited, "edited_message")
        return edited

    def send_file(
        self,
        chat: Chat,
        name: str,
        content: bytes,
        *,
        type: str = "application/octet-stream",  # noqa: A002 -- what the documentation calls its MIME type
        caption: str = "",
        size: int | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """A document. `size` claims another size than the bytes have."""
        return self._send(
            chat, "document", Upload(name, type, content), caption, size=size, reply_to=reply_to
        )

    def send_photo(
        self, chat: Chat, content: bytes, *, caption: str = "", album: str | None = None
    ) -> Message:
        """A photo."""
        return self._send(chat, "photo", Upload("photo.jpg", "image/jpeg", content), caption, album=album)

    def send_album(self, chat: Chat, photos: list[bytes], *, caption: str = "") -> list[Message]:
        """Photos together: one message and one update each, the caption on the first."""
        album = f"1380{self.world.number():014d}"
        return [
            self.send_photo(chat, photo, caption="" if place else caption, album=album)
            for place, photo in enumerate(photos)
        ]

    def send_voice(self, chat: Chat, content: bytes = b"OggS") -> Message:
        """A voice message."""
        return self._send(chat, "voice", Upload("voice.oga", "audio/ogg", content))

    def send_sticker(self, chat: Chat) -> Message:
        """A sticker."""
        return self._send(chat, "sticker", Upload("sticker.webp", "image/webp", b"RIFF\0\0\0\0WEBP"))

    def send_location(self, chat: Chat, latitude: float, longitude: float) -> Message:
        """Where one is."""
        return self._post(chat, {"location": {"latitude": latitude, "longitude": longitude}})

    def press(self, message: Message, button: str) -> CallbackQuery:
        """Press the button with this text (or callback data) under the bot's message as it now stands."""
        now_there = message.chat.messages.get(message.id)
        if now_there is None:
            raise CannotDo("the message is gone")
        if self.user.id not in message.chat.people:
            raise CannotDo(f"{self.user.name} is not in that chat")
        found = [
            each
            for each in buttons_of(now_there.markup)
            if button in (each["text"], each.get("callback_data"))
        ]
        if not found or "callback_data" not in found[0]:
            raise CannotDo(f"there is no such button: {button}")
        return self.forge_press(now_there, str(found[0]["callback_data"]))

    def forge_press(self, message: Message, data: str) -> CallbackQuery:
        """What an altered app can send: any data, whether or not there is such a button."""
        bot = self.world.bots[message.sender.id]
        now = self.world.now()
        query = CallbackQuery(f"{4_000_000_000_000_000_000 + self.world.number()}", now, self.user.id)
        bot.callbacks[query.id] = query
        body: JsonObject = {
            "id": query.id,
            "from": user_json(self.user),
            "message": message_json(message),
            "chat_instance": str(message.chat.id),
            "data": data,
        }
        bot.queue.add("callback_query", body, now)
        self.world.changed()
        return query

    def block(self, bot: Bot) -> None:
        """Stop the bot: it is told by my_chat_member, and 403 from then on."""
        self._set_blocked(bot, blocked=True)

    def unblock(self, bot: Bot) -> None:
        """Let it write again."""
        self._set_blocked(bot, blocked=False)

    def _set_blocked(self, bot: Bot, *, blocked: bool) -> None:
        chat = self.chat_with(bot)
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        set_standing(self.world, bot, chat, Standing.KICKED if blocked else Standing.MEMBER, by=self.user)
        self.world.changed()

    def _send(
        self,
        chat: Chat,
        kind: str,
        upload: Upload,
        caption: str = "",
        *,
        album: str | None = None,
        size: int | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """A file is kept for each bot that may see it, under an id of that bot's own."""
        words = caption_content(with_found(Formatted(caption.strip())))
        readers = [bot.id for bot in self.world.bots_in(chat)] or [0]
        kept = {reader: keep(self.world, reader, kind, upload, size=size) for reader in readers}
        shown = {reader: {kind: media(kind, stored)} | words for reader, stored in kept.items()}
        plain: JsonObject = shown[readers[0]]
        return self._post(chat, plain, reply_to, album=album, per_bot=shown)

    def _post(
        self,
        chat: Chat,
        content: JsonObject,
        reply_to: Message | None = None,
        thread: int | None = None,
        *,
        album: str | None = None,
        per_bot: dict[int, JsonObject] | None = None,
    ) -> Message:
        if self.user.id not in chat.people:
            raise CannotDo(f"{self.user.name} is not in that chat")
        if chat.upgraded_to is not None:
            raise CannotDo("the group is a supergroup now")
        if chat.blocked:
            raise CannotDo("the bot is blocked: unblock it first")
        if thread is not None and thread not in chat.topics:
            raise CannotDo("there is no such topic")
        chat.started = True
        spoke_last = chat.spoke_last
        thread = thread if thread is not None or reply_to is None else reply_to.thread
        message = Message(0, chat, self.user, self.world.now(), content, thread, reply_to, album)
        posted = self.world.post(message)
        self._tell(posted, "message", spoke_last, per_bot)
        return posted

    def _tell(
        self,
        message: Message,
        kind: str,
        spoke_last: int | None = None,
        per_bot: dict[int, JsonObject] | None = None,
    ) -> None:
        for bot in self.world.bots_in(message.chat):
            if hears(bot, message, spoke_last):
                own = replace(message, content=per_bot[bot.id]) if per_bot else message
                bot.queue.add(kind, message_json(own), self.world.now())
        self.world.changed()


def hears(bot: Bot, message: Message, spoke_last: int | None) -> bool:
    """Whether a bot gets a person's message (docs, "Privacy mode").

    In a group with privacy on: commands named to it, plain commands when it was the last to speak, and replies to
    it. A mention alone is not on the documentation's list, so nobody may count on it.
    """
    chat = message.chat
    if chat.type is ChatType.PRIVATE or not bot.privacy or chat.bots[bot.id] is Standing.ADMINISTRATOR:
        return True
    if message.reply_to is not None and message.reply_to.sender.id == bot.id:
        return True
    commands = commands_in(with_found(Formatted(message.text)))
    named = f"@{bot.user.username}".lower()
    return any(
        command.lower().endswith(named) or ("@" not in command and spoke_last == bot.id)
        for command in commands
    )


@dataclass(frozen=True, slots=True)
class Group:
    """A group or supergroup, and what its owner can do."""

    world: World
    chat: Chat

    def add(self, bot: Bot, by: Person, *, administrator: bool = False) -> None:
        """Invite the bot; administrators hear everything, whatever their privacy mode."""
        standing = Standing.ADMINISTRATOR if administrator else Standing.MEMBER
        set_standing(self.world, bot, self.chat, standing, by=by.user)
        self._service(by.user, {"new_chat_members": [user_json(bot.user)]})

    def remove(self, bot: Bot, by: Person) -> None:
        """Throw the bot out."""
        set_standing(self.world, bot, self.chat, Standing.KICKED, by=by.user)
        self.world.changed()

    def open_topic(self, name: str, by: Person) -> int:
        """A new topic of a forum; its id is that of the message which says so."""
        if not self.chat.is_forum:
            raise CannotDo("only a supergroup with topics has them")
        thread = self.chat.last_message + 1
        self.chat.topics[thread] = name
        created: JsonObject = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        self._service(by.user, created, thread)
        return thread

    def upgrade(self, by: Person) -> "Group":
        """Make the group a supergroup: another chat with another id; the old one refuses everything."""
        old = self.chat
        if old.type is not ChatType.GROUP or old.upgraded_to is not None:
            raise CannotDo("only a group can become a supergroup")
        new = Chat(FIRST_SUPERGROUP - self.world.number(), ChatType.SUPERGROUP, old.title)
        new.people, new.bots = dict(old.people), dict(old.bots)
        self._service(by.user, {"migrate_to_chat_id": new.id})
        old.upgraded_to = new.id
        upgraded = Group(self.world, self.world.add_chat(new))
        upgraded._service(by.user, {"migrate_from_chat_id": old.id})
        return upgraded

    def _service(self, by: User, content: JsonObject, thread: int | None = None) -> None:
        """Service messages are heard by every bot there."""
        posted = self.world.post(Message(0, self.chat, by, self.world.now(), content, thread))
        for bot in self.world.bots_in(self.chat):
            bot.queue.add("message", message_json(posted), self.world.now())
        self.world.changed()
