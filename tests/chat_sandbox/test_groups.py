"""Private chats, groups, topics: who hears what, and where a bot may write (RELIABILITY T31; LESSONS 102, 103)."""

from http import HTTPStatus
from typing import Any

import pytest

from gateway.chat_sandbox import CannotDo, Group
from tests.chat_sandbox.scene import Scene


@pytest.fixture
def group(scene: Scene) -> Group:
    """A group of Li and Mei with the bot in it."""
    made = scene.api.add_group("Support", scene.li, scene.mei)
    made.add(scene.bot, scene.li)
    scene.confirm_all()
    return made


def heard(scene: Scene) -> list[str]:
    """The texts the bot got."""
    return [update["message"]["text"] for update in scene.updates() if "text" in update.get("message", {})]


def test_two_bots_and_one_person_have_two_chats(scene: Scene) -> None:
    """The chat id is the same, the chat is not (LESSONS 102: messages went into the first bot's ticket)."""
    other = scene.api.add_bot("other_bot")
    scene.li.start(other)
    scene.li.write(scene.li.chat_with(other), "to the other")
    assert heard(scene) == []
    updates = scene.updates(bot=other)
    assert [update["message"]["chat"]["id"] for update in updates] == [scene.chat.id] * 2


def test_ids_do_not_fit_in_32_bits(scene: Scene, group: Group) -> None:
    """Real ids do not either (RELIABILITY T31)."""
    assert min(scene.bot.id, scene.li.user.id, -group.chat.id) > 2**32


def test_a_bot_cannot_write_first(scene: Scene) -> None:
    """Somebody it never met is no chat at all; somebody met only in a group it may not begin with."""
    call: dict[str, Any] = {"chat_id": scene.mei.user.id, "text": "hi"}
    assert scene.refused("sendMessage", **call) == "Bad Request: chat not found"
    scene.api.add_group("Support", scene.mei).add(scene.bot, scene.mei)
    assert scene.refused("sendMessage", **call) == "Forbidden: bot can't initiate conversation with a user"
    scene.mei.start(scene.bot)
    scene.done("sendMessage", **call)


def test_a_deep_link_brings_its_payload(scene: Scene) -> None:
    """`t.me/support_bot?start=…` becomes `/start …` (issue 6.4)."""
    scene.mei.start(scene.bot, "one-time-token")
    message = scene.updates()[0]["message"]
    assert message["text"] == "/start one-time-token"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]


def test_a_blocked_bot_is_told_403(scene: Scene) -> None:
    """And my_chat_member says when it began and when it ended (RELIABILITY F26: fall back to mail)."""
    scene.li.block(scene.bot)
    member = scene.updates()[0]["my_chat_member"]
    assert (member["old_chat_member"]["status"], member["new_chat_member"]["status"]) == ("member", "kicked")
    refused = scene.refused("sendMessage", chat_id=scene.chat.id, text="hi")
    assert refused == "Forbidden: bot was blocked by the user"
    scene.li.unblock(scene.bot)
    scene.say("hi again")
    with pytest.raises(CannotDo, match="not in that chat"):
        scene.mei.write(scene.chat, "not mine")


def test_privacy_mode_hides_what_is_not_meant_for_the_bot(scene: Scene, group: Group) -> None:
    """Only commands named to it and replies to it; not even a mention is promised (LESSONS 103)."""
    scene.li.write(group.chat, "lunch?")
    scene.li.write(group.chat, "@support_bot are you there")
    scene.li.write(group.chat, "/status@other_bot")
    scene.li.write(group.chat, "/status@Support_Bot")
    sent = scene.done("sendMessage", chat_id=group.chat.id, text="Which case?")
    scene.li.write(group.chat, "this one", reply_to=group.chat.messages[sent["message_id"]])
    assert heard(scene) == ["/status@Support_Bot", "this one"]


def test_a_plain_command_is_for_the_bot_that_spoke_last(scene: Scene, group: Group) -> None:
    """ "General commands if the bot was the last bot to send a message to the group"."""
    scene.li.write(group.chat, "/status")
    scene.done("sendMessage", chat_id=group.chat.id, text="Ready.")
    scene.li.write(group.chat, "/help")
    assert heard(scene) == ["/help"]


@pytest.mark.parametrize("how", ["administrator", "privacy off"])
def test_administrators_and_bots_without_privacy_hear_everything(scene: Scene, how: str) -> None:
    """As the documentation says of both."""
    scene.bot.privacy = how == "administrator"
    group = scene.api.add_group("Support", scene.li)
    group.add(scene.bot, scene.li, administrator=how == "administrator")
    scene.li.write(group.chat, "lunch?")
    assert heard(scene) == ["lunch?"]


def test_a_bot_thrown_out_neither_hears_nor_speaks(scene: Scene, group: Group) -> None:
    """403 with the kind of the chat."""
    group.remove(scene.bot, scene.li)
    scene.li.write(group.chat, "/status@support_bot")
    assert [set(update) - {"update_id"} for update in scene.updates()] == [{"my_chat_member"}]
    refused = scene.refused("sendMessage", chat_id=group.chat.id, text="hi")
    assert refused == "Forbidden: bot was kicked from the group chat"


def test_a_bot_that_left_is_no_member(scene: Scene, group: Group) -> None:
    """leaveChat; a private chat cannot be left."""
    scene.done("leaveChat", chat_id=group.chat.id)
    refused = scene.refused("sendMessage", chat_id=group.chat.id, text="hi")
    assert refused == "Forbidden: bot is not a member of the group chat"
    refused = scene.refused("leaveChat", chat_id=scene.chat.id)
    assert refused == "Bad Request: chat member status can't be changed in private chats"


def test_an_upgraded_group_has_another_id(scene: Scene, group: Group) -> None:
    """Both service messages, and migrate_to_chat_id in every refusal from then on (RELIABILITY T31)."""
    new = group.upgrade(scene.li)
    services = [update["message"] for update in scene.updates()]
    assert services[0]["migrate_to_chat_id"] == services[1]["chat"]["id"] == new.chat.id
    assert services[1]["migrate_from_chat_id"] == services[0]["chat"]["id"] == group.chat.id
    answer = scene.ask("sendMessage", chat_id=group.chat.id, text="hi")
    assert answer.status is HTTPStatus.BAD_REQUEST
    assert answer.body["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer.body["parameters"] == {"migrate_to_chat_id": new.chat.id}
    assert scene.done("sendMessage", chat_id=new.chat.id, text="hi")["chat"]["type"] == "supergroup"


def test_a_topic_keeps_its_messages_together(scene: Scene) -> None:
    """message_thread_id both ways; a topic nobody opened is refused."""
    forum = scene.api.add_group("Support", scene.li, topics=True)
    forum.add(scene.bot, scene.li, administrator=True)
    thread = forum.open_topic("Bastion", scene.li)
    scene.confirm_all()
    scene.li.write(forum.chat, "login fails", thread=thread)
    message = scene.updates()[0]["message"]
    assert (message["message_thread_id"], message["is_topic_message"]) == (thread, True)
    assert message["chat"]["is_forum"] is True
    sent = scene.done("sendMessage", chat_id=forum.chat.id, text="On it.", message_thread_id=thread)
    assert sent["message_thread_id"] == thread
    refused = scene.refused("sendMessage", chat_id=forum.chat.id, text="x", message_thread_id=thread + 50)
    assert refused == "Bad Request: message thread not found"


def test_an_edit_by_a_person_is_an_update_of_its_own(scene: Scene) -> None:
    """edited_message with the same id: it adds, it erases nothing by itself (LESSONS 104)."""
    message = scene.li.write(scene.chat, "cannot login")
    scene.clock.pass_(minutes=1)
    scene.li.edit(message, "cannot log in since nine")
    edited = scene.updates()[-1]["edited_message"]
    assert (edited["message_id"], edited["text"]) == (message.id, "cannot log in since nine")
    assert edited["edit_date"] == edited["date"] + 60
    with pytest.raises(CannotDo):
        scene.mei.edit(message, "not mine")


def test_get_chat_tells_the_kind_of_chat(scene: Scene, group: Group) -> None:
    """ChatFullInfo with its required fields."""
    assert scene.done("getChat", chat_id=scene.chat.id)["first_name"] == "Li"
    full = scene.done("getChat", chat_id=group.chat.id)
    assert (full["title"], full["type"]) == ("Support", "group")
    assert {"accent_color_id", "max_reaction_count", "accepted_gift_types"} <= set(full)
    assert scene.refused("getChat", chat_id=1) == "Bad Request: chat not found"


def test_get_chat_member_tells_who_is_in(scene: Scene, group: Group) -> None:
    """The bot, a member, and somebody who is not there."""
    outsider = scene.api.add_person("Stranger")
    users = (scene.bot.id, scene.li.user.id, outsider.user.id)
    found = [scene.done("getChatMember", chat_id=group.chat.id, user_id=user)["status"] for user in users]
    assert found == ["member", "member", "left"]
