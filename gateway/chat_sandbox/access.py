"""Whether a bot may do what it asks in a chat, and which message it means."""

from gateway.chat_sandbox.call import Call, as_number
from gateway.chat_sandbox.wire import Refusal, bad_request, forbidden, upgraded
from gateway.chat_sandbox.world import Bot, Chat, ChatType, Message, Standing, World


def chat_of(world: World, bot: Bot, call: Call) -> Chat:
    """The chat that `chat_id` names, if the bot has ever met it. Raises Refusal."""
    if not call.has("chat_id"):
        raise bad_request("chat_id is empty")
    return known_chat(world, bot, as_number(call.text("chat_id")))


def known_chat(world: World, bot: Bot, chat_id: int) -> Chat:
    """The chat with this id. A person met only in a group is known, but not to be written to."""
    found = world.chat_seen_by(bot, chat_id)
    if found is not None:
        return found
    met = (chat.people for chat in world.chats if bot.id in chat.bots)
    if any(chat_id in people for people in met):
        raise forbidden("bot can't initiate conversation with a user")
    raise bad_request("chat not found")


def writable_chat(world: World, bot: Bot, call: Call) -> Chat:
    """The chat that `chat_id` names, if the bot may write there. Raises Refusal: 400 or, for good, 403."""
    chat = chat_of(world, bot, call)
    if trouble := _why_not(bot, chat):
        raise trouble
    return chat


def _why_not(bot: Bot, chat: Chat) -> Refusal | None:
    if chat.upgraded_to is not None:
        return upgraded(chat.upgraded_to)
    if chat.type is ChatType.PRIVATE:
        if chat.blocked:
            return forbidden("bot was blocked by the user")
        return None if chat.started else forbidden("bot can't initiate conversation with a user")
    if chat.bots[bot.id] is Standing.KICKED:
        return forbidden(f"bot was kicked from the {chat.type.value} chat")
    if chat.bots[bot.id] is Standing.LEFT:
        return forbidden(f"bot is not a member of the {chat.type.value} chat")
    return None


def thread_of(chat: Chat, call: Call) -> int | None:
    """The topic that `message_thread_id` names; None for the general one. Raises Refusal."""
    thread = call.number("message_thread_id")
    if not thread:
        return None
    if thread not in chat.topics:
        raise bad_request("message thread not found")
    return thread


def replied_message(chat: Chat, call: Call) -> Message | None:
    """The message that `reply_parameters` (or the older `reply_to_message_id`) names. Raises Refusal."""
    given = call.json("reply_parameters", "can't parse reply parameters JSON object")
    if given is not None and not isinstance(given, dict):
        raise bad_request("object expected as reply parameters")
    wanted = given.get("message_id", 0) if given else call.number("reply_to_message_id")
    lenient = given.get("allow_sending_without_reply") if given else call.flag("allow_sending_without_reply")
    if not wanted:
        return None
    found = chat.messages.get(as_number(str(wanted)))
    if found is None and lenient is not True:
        raise bad_request("message to be replied not found")
    return found


def own_message(bot: Bot, chat: Chat, call: Call) -> Message:
    """The bot's message that is to be edited. Raises Refusal."""
    found = chat.messages.get(call.number("message_id"))
    if found is None:
        raise bad_request("message to edit not found")
    if found.sender.id != bot.id:
        raise bad_request("message can't be edited")
    return found
