"""The methods that send: sendMessage, sendDocument, sendPhoto, sendMediaGroup, sendChatAction.

The order of the checks is the server's: markup first, then the chat, the topic, the reply, and the rate last.
"""

from collections.abc import Callable

from gateway.chat_sandbox.access import replied_message, thread_of, writable_chat
from gateway.chat_sandbox.call import Call, objects_in
from gateway.chat_sandbox.files import file_given, media
from gateway.chat_sandbox.formatting import Formatted
from gateway.chat_sandbox.keyboards import reply_markup
from gateway.chat_sandbox.shapes import message_json
from gateway.chat_sandbox.text_parameters import caption_of, checked_caption, formatted, message_text
from gateway.chat_sandbox.wire import Json, JsonObject, Refusal, bad_request
from gateway.chat_sandbox.world import Bot, Chat, Message, World

ACTIONS = (
    *(
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "record_audio",
    ),
    *("upload_audio", "upload_document", "choose_sticker", "find_location", "record_video_note"),
    *("upload_video_note", "cancel"),
)
SMALLEST_ALBUM, LARGEST_ALBUM = 2, 10
IN_ALBUMS = ("photo", "document")  # of the documentation's five kinds, those that a gateway sends


def send_message(world: World, bot: Bot, call: Call) -> Json:
    """sendMessage: text of 1-4096 characters."""
    text = message_text(call)
    return message_json(_send(world, bot, call, lambda: text_content(text)))


def send_document(world: World, bot: Bot, call: Call) -> Json:
    """sendDocument: any file up to 50 MB, its caption up to 1024 characters."""
    return _send_file(world, bot, call, "document")


def send_photo(world: World, bot: Bot, call: Call) -> Json:
    """sendPhoto: a picture up to 10 MB, its caption up to 1024 characters."""
    return _send_file(world, bot, call, "photo")


def _send_file(world: World, bot: Bot, call: Call, kind: str) -> Json:
    caption = caption_of(call)

    def content() -> JsonObject:
        stored = file_given(world, bot, call, kind, call.text(kind))
        return {kind: media(kind, stored)} | caption_content(caption)

    return message_json(_send(world, bot, call, content))


def text_content(text: Formatted) -> JsonObject:
    """The fields of a message of text."""
    return _words("text", "entities", text)


def caption_content(caption: Formatted) -> JsonObject:
    """The fields of a caption; none for an empty one."""
    return _words("caption", "caption_entities", caption) if caption.text else {}


def _words(name: str, entities: str, text: Formatted) -> JsonObject:
    shown: JsonObject = {name: text.text}
    if text.entities:
        shown[entities] = [each.to_json() for each in text.entities]
    return shown


def _send(world: World, bot: Bot, call: Call, content: Callable[[], JsonObject]) -> Message:
    """One message; `content` is made only when the chat may be written to, since it keeps the upload."""
    markup = reply_markup(call)
    chat = writable_chat(world, bot, call)
    thread, replied = thread_of(chat, call), replied_message(chat, call)
    made = content()
    _spend(world, bot, chat, 1)
    sent = world.post(Message(0, chat, bot.user, world.now(), made, thread, replied, markup=markup))
    world.changed()
    return sent


def _spend(world: World, bot: Bot, chat: Chat, messages: int) -> None:
    if bot.limits is not None:
        bot.limits.spend(chat.id, messages, world.now())


def send_media_group(world: World, bot: Bot, call: Call) -> Json:
    """sendMediaGroup: 2-10 photos, or 2-10 documents, as one album. All of them are sent or none."""
    items = objects_in(call.json("media", "can't parse media JSON object"))
    if items is None:
        raise bad_request("expected an Array of InputMedia")
    kinds = [_kind_in_album(item) for item in items]
    if len(items) > LARGEST_ALBUM:
        raise bad_request("too many messages to send as an album")
    if len(items) < SMALLEST_ALBUM:
        raise bad_request("media group must include 2-10 items")
    if len(set(kinds)) > 1:
        raise bad_request("document can't be mixed with other media types")
    captions = [_caption_in_album(item, call) for item in items]
    chat = writable_chat(world, bot, call)
    thread, replied = thread_of(chat, call), replied_message(chat, call)
    contents = [
        _content_in_album(world, bot, call, item, caption, place)
        for place, (item, caption) in enumerate(zip(items, captions, strict=True), start=1)
    ]
    _spend(world, bot, chat, len(items))
    album = f"1370{world.number():014d}"
    now = world.now()
    sent = [world.post(Message(0, chat, bot.user, now, made, thread, replied, album)) for made in contents]
    world.changed()
    return [message_json(message) for message in sent]


def _kind_in_album(item: JsonObject) -> str:
    kind = item.get("type")
    if not isinstance(kind, str) or kind not in IN_ALBUMS:
        raise bad_request(f'can\'t parse InputMedia: media type "{kind}" is not supported')
    return kind


def _caption_in_album(item: JsonObject, call: Call) -> Formatted:
    caption, mode = item.get("caption", ""), item.get("parse_mode", "")
    if not isinstance(caption, str) or not isinstance(mode, str):
        raise bad_request('can\'t parse InputMedia: field "caption" must be a String')
    return checked_caption(formatted(caption, mode, call, ""))


def _content_in_album(
    world: World, bot: Bot, call: Call, item: JsonObject, caption: Formatted, place: int
) -> JsonObject:
    kind, source = str(item["type"]), item.get("media")
    if not isinstance(source, str) or not source:
        raise bad_request("can't parse InputMedia: media not found")
    try:
        stored = file_given(world, bot, call, kind, source)
    except Refusal as refusal:
        problem = refusal.description.partition(": ")[2] or refusal.description
        raise bad_request(f'failed to send message #{place} with the error message "{problem}"') from refusal
    return {kind: media(kind, stored)} | caption_content(caption)


def send_chat_action(world: World, bot: Bot, call: Call) -> Json:
    """sendChatAction: what the person sees the bot doing."""
    action = call.text("action").lower()
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(world, bot, call)
    thread_of(chat, call)
    bot.actions.append((chat.id, action))
    world.changed()
    return True
