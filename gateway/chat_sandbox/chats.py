"""getChat, getChatMember, leaveChat, and the bot's list of commands."""

import json
import re

from gateway.chat_sandbox.access import chat_of, known_chat, writable_chat
from gateway.chat_sandbox.call import Call, as_number, objects_in
from gateway.chat_sandbox.shapes import chat_json, full_chat_json, me_json, member_json, unix, user_json
from gateway.chat_sandbox.wire import Json, JsonObject, bad_request
from gateway.chat_sandbox.world import Bot, Chat, ChatType, Standing, User, World

MOST_COMMANDS = 100
LONGEST_COMMAND, LONGEST_DESCRIPTION = 32, 256
_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
_CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")


def get_me(_: World, bot: Bot, __: Call) -> Json:
    """getMe."""
    return me_json(bot)


def get_chat(world: World, bot: Bot, call: Call) -> Json:
    """getChat."""
    return full_chat_json(writable_chat(world, bot, call))


def get_chat_member(world: World, bot: Bot, call: Call) -> Json:
    """getChatMember: of a person or of the bot itself."""
    chat, user = chat_of(world, bot, call), call.number("user_id")
    if user == bot.id:
        return member_json(bot.user, chat.bots[bot.id])
    if user in chat.people:
        return member_json(chat.people[user], Standing.MEMBER)
    if user in world.people:
        return member_json(world.people[user], Standing.LEFT)
    raise bad_request("invalid user_id specified")


def leave_chat(world: World, bot: Bot, call: Call) -> Json:
    """leaveChat: afterwards the bot hears and says nothing there."""
    chat = writable_chat(world, bot, call)
    if chat.type is ChatType.PRIVATE:
        raise bad_request("chat member status can't be changed in private chats")
    set_standing(world, bot, chat, Standing.LEFT, by=bot.user)
    world.changed()
    return True


def set_standing(world: World, bot: Bot, chat: Chat, standing: Standing, *, by: User) -> None:
    """The bot's place in a chat changes, and its `my_chat_member` says so."""
    before = chat.bots.get(bot.id, Standing.LEFT)
    chat.bots[bot.id] = standing
    body: JsonObject = {
        "chat": chat_json(chat),
        "from": user_json(by),
        "date": unix(world.now()),
        "old_chat_member": member_json(bot.user, before),
        "new_chat_member": member_json(bot.user, standing),
    }
    bot.queue.add("my_chat_member", body, world.now())


def set_my_commands(world: World, bot: Bot, call: Call) -> Json:
    """setMyCommands: at most a hundred, by scope and language."""
    commands = objects_in(call.json("commands", "can't parse commands JSON object"))
    if commands is None:
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    checked = [_command(each) for each in commands]
    bot.commands[_scope(world, bot, call)] = checked
    world.changed()
    return True


def get_my_commands(world: World, bot: Bot, call: Call) -> Json:
    """getMyCommands: exactly the list of this scope and language."""
    return list(bot.commands.get(_scope(world, bot, call), []))


def delete_my_commands(world: World, bot: Bot, call: Call) -> Json:
    """deleteMyCommands."""
    bot.commands.pop(_scope(world, bot, call), None)
    return True


def _command(given: JsonObject) -> JsonObject:
    name, description = given.get("command"), given.get("description")
    if not isinstance(name, str) or not isinstance(description, str):
        raise bad_request('can\'t parse BotCommand: Field "command" and "description" must be of type String')
    name, description = name.removeprefix("/"), description.strip()
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > LONGEST_COMMAND:
        raise bad_request(f"command length must not exceed {LONGEST_COMMAND}")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > LONGEST_DESCRIPTION:
        raise bad_request(f"command description length must not exceed {LONGEST_DESCRIPTION}")
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}


def _scope(world: World, bot: Bot, call: Call) -> str:
    """A key for the call's scope and language. Raises Refusal."""
    scope = call.json("scope", "can't parse BotCommandScope JSON object") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad_request("can't parse BotCommandScope: BotCommandScope must be an Object")
    kind = scope.get("type")
    if kind in _CHAT_SCOPES:
        known_chat(world, bot, as_number(str(scope.get("chat_id", ""))))
    elif kind not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    language = call.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    return json.dumps([scope, language], sort_keys=True)
