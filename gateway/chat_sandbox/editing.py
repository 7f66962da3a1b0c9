"""The methods that change what was sent, and answerCallbackQuery."""

from datetime import timedelta

from gateway.chat_sandbox.access import chat_of, own_message, writable_chat
from gateway.chat_sandbox.call import Call
from gateway.chat_sandbox.formatting import units
from gateway.chat_sandbox.keyboards import inline_markup
from gateway.chat_sandbox.sending import caption_content, text_content
from gateway.chat_sandbox.shapes import message_json
from gateway.chat_sandbox.text_parameters import caption_of, message_text
from gateway.chat_sandbox.wire import Json, JsonObject, bad_request
from gateway.chat_sandbox.world import Bot, ChatType, Message, Standing, World

DELETABLE = timedelta(hours=48)
CALLBACK_LIFETIME = timedelta(
    seconds=60
)  # the documentation names no time; real ones go stale within minutes
LONGEST_ANSWER = 200
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def edit_message_text(world: World, bot: Bot, call: Call) -> Json:
    """editMessageText: the bot's own message of text; without a keyboard the old one goes away."""
    text, markup = message_text(call), inline_markup(call)
    message = own_message(bot, writable_chat(world, bot, call), call)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _changed(world, message, text_content(text), markup)


def edit_message_caption(world: World, bot: Bot, call: Call) -> Json:
    """editMessageCaption: the words under the bot's own file."""
    caption, markup = caption_of(call), inline_markup(call)
    message = own_message(bot, writable_chat(world, bot, call), call)
    if "text" in message.content:
        raise bad_request("there is no caption in the message to edit")
    rest = {key: value for key, value in message.content.items() if not key.startswith("caption")}
    return _changed(world, message, rest | caption_content(caption), markup)


def edit_message_reply_markup(world: World, bot: Bot, call: Call) -> Json:
    """editMessageReplyMarkup: only the buttons."""
    markup = inline_markup(call)
    message = own_message(bot, writable_chat(world, bot, call), call)
    return _changed(world, message, message.content, markup)


def _changed(world: World, message: Message, content: JsonObject, markup: JsonObject | None) -> Json:
    if (content, markup) == (message.content, message.markup):
        raise bad_request(_NOT_MODIFIED)
    changed = world.change(message, content=content, markup=markup, edited=world.now())
    world.changed()
    return message_json(changed)


def delete_message(world: World, bot: Bot, call: Call) -> Json:
    """deleteMessage: its own, what came in a private chat, and as administrator all; none older than 48 hours."""
    chat = chat_of(world, bot, call)
    message = chat.messages.get(call.number("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    own = message.sender.id == bot.id or chat.type is ChatType.PRIVATE
    if not own and chat.bots[bot.id] is not Standing.ADMINISTRATOR:
        raise bad_request("message can't be deleted")
    if world.now() - message.at > DELETABLE:
        raise bad_request("message can't be deleted for everyone")
    del chat.messages[message.id]
    world.changed()
    return True


def answer_callback_query(world: World, bot: Bot, call: Call) -> Json:
    """answerCallbackQuery: once, and soon; afterwards the query is too old."""
    if units(call.text("text")) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    query = bot.callbacks.get(call.text("callback_query_id"))
    if query is None or query.answered or world.now() - query.at > CALLBACK_LIFETIME:
        raise bad_request(_TOO_OLD)
    query.answered = True
    query.answer, query.alert = call.text("text"), call.flag("show_alert")
    world.changed()
    return True
