"""What a bot may send, and Telegram's sentences for what it may not (docs, "Available methods")."""

import json
from typing import Any

import pytest

from gateway.chat_sandbox import Fault, FloodLimits, Rate
from gateway.chat_sandbox.call import Call
from gateway.chat_sandbox.form_data import Upload
from tests.chat_sandbox.scene import Scene, picture


def test_a_sent_message_is_there_as_the_person_sees_it(scene: Scene) -> None:
    """The answer is the Message, and the chat has it."""
    sent = scene.say("hello *you*", parse_mode="MarkdownV2")
    assert sent["text"] == "hello you"
    assert sent["from"]["is_bot"] is True
    assert sent["chat"] == {
        "id": scene.chat.id,
        "type": "private",
        "first_name": "Li",
        "last_name": "Na",
        "username": "lina",
    }
    assert sent["date"] == int(scene.clock.now().timestamp())
    assert scene.chat.messages[sent["message_id"]].text == "hello you"


def test_a_bot_does_not_hear_itself(scene: Scene) -> None:
    """Own messages make no updates: an echo would be a loop."""
    scene.say()
    assert scene.updates() == []


@pytest.mark.parametrize(
    "text", ["a" * 4096, "\N{CJK UNIFIED IDEOGRAPH-4E00}" * 4096, "\N{GRINNING FACE}" * 2048]
)
def test_4096_units_are_taken(scene: Scene, text: str) -> None:
    """ "1-4096 characters after entities parsing", counted in UTF-16 as offsets are (LESSONS 106)."""
    assert scene.say(text)["text"] == text


@pytest.mark.parametrize("text", ["a" * 4097, "\N{GRINNING FACE}" * 2049])
def test_one_more_is_too_long(scene: Scene, text: str) -> None:
    """Nothing is cut off in silence (LESSONS 106)."""
    assert (
        scene.refused("sendMessage", chat_id=scene.chat.id, text=text) == "Bad Request: message is too long"
    )


def test_markup_does_not_count(scene: Scene) -> None:
    """The limit holds after parsing."""
    assert len(scene.say(f"<b>{'a' * 4096}</b>", parse_mode="HTML")["text"]) == 4096


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x", "parse_mode": "XML"}, "unsupported parse_mode"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        ({"text": "x", "chat_id": 12345}, "chat not found"),
        ({"text": "x", "chat_id": "no number"}, "chat not found"),
        ({"text": "x", "message_thread_id": 4}, "message thread not found"),
        ({"text": "x", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"text": "x", "reply_parameters": [1]}, "object expected as reply parameters"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "x", "reply_markup": [1]}, "object expected as reply markup"),
        (
            {"text": "x", "entities": [{"type": "shiny", "offset": 0, "length": 1}]},
            "can't parse MessageEntity: Unsupported type specified",
        ),
    ],
)
def test_what_cannot_be_sent_is_refused_in_telegrams_words(
    scene: Scene, values: dict[str, Any], problem: str
) -> None:
    """Clients tell troubles apart by these sentences."""
    call: dict[str, Any] = {"chat_id": scene.chat.id, **values}
    assert scene.refused("sendMessage", **call) == f"Bad Request: {problem}"
    assert len(scene.chat.messages) == 1


def test_a_reply_names_its_message_once(scene: Scene) -> None:
    """ "The Message object in this field will not contain further reply_to_message fields"."""
    first = scene.say("first")
    second = scene.say("second", reply_parameters={"message_id": first["message_id"]})
    third = scene.say("third", reply_parameters={"message_id": second["message_id"]})
    assert third["reply_to_message"]["text"] == "second"
    assert "reply_to_message" not in third["reply_to_message"]


def test_a_reply_to_nothing_goes_out_when_that_was_allowed(scene: Scene) -> None:
    """allow_sending_without_reply."""
    sent = scene.say(reply_parameters={"message_id": 999, "allow_sending_without_reply": True})
    assert "reply_to_message" not in sent


@pytest.mark.parametrize(
    ("button", "problem"),
    [
        (
            {"text": "Go"},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "", "callback_data": "x"},
            "can't parse inline keyboard button: button text must be non-empty",
        ),
        ({"callback_data": "x"}, 'can\'t parse inline keyboard button: Field "text" must be of type String'),
        ({"text": "Go", "callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "Go", "callback_data": "\N{CJK UNIFIED IDEOGRAPH-4E00}" * 22}, "BUTTON_DATA_INVALID"),
        ("Go", "can't parse inline keyboard button: InlineKeyboardButton must be an Object"),
    ],
)
def test_a_button_that_could_not_work_is_refused(scene: Scene, button: Any, problem: str) -> None:
    """callback_data has 1-64 bytes, not characters: three to a Chinese one."""
    markup = {"inline_keyboard": [[button]]}
    refused = scene.refused("sendMessage", chat_id=scene.chat.id, text="x", reply_markup=markup)
    assert refused == f"Bad Request: {problem}"


def test_64_bytes_of_callback_data_come_back_whole(scene: Scene) -> None:
    """The limit itself is allowed."""
    data = "\N{CJK UNIFIED IDEOGRAPH-4E00}" * 21 + "x"
    sent = scene.say(reply_markup={"inline_keyboard": [[{"text": "Go", "callback_data": data}]]})
    scene.li.press(scene.chat.messages[sent["message_id"]], "Go")
    assert scene.updates()[0]["callback_query"]["data"] == data


def test_a_caption_has_1024_units(scene: Scene) -> None:
    """ "0-1024 characters after entities parsing"."""
    files = {"document": Upload("log.txt", "text/plain", b"x")}
    sent = scene.done("sendDocument", chat_id=scene.chat.id, caption="a" * 1024, files=files)
    assert len(sent["caption"]) == 1024
    refused = scene.refused("sendDocument", chat_id=scene.chat.id, caption="a" * 1025, files=files)
    assert refused == "Bad Request: message caption is too long"


def album(*kinds: str) -> tuple[str, dict[str, Upload]]:
    """The media of an album and the parts it is in."""
    media = [{"type": kind, "media": f"attach://part{place}"} for place, kind in enumerate(kinds)]
    return json.dumps(media), {
        f"part{place}": Upload("p.png", "image/png", picture()) for place in range(len(kinds))
    }


def test_an_album_is_several_messages_of_one_group(scene: Scene) -> None:
    """sendMediaGroup gives the messages, all with one media_group_id."""
    media, files = album("photo", "photo", "photo")
    sent = scene.done("sendMediaGroup", chat_id=scene.chat.id, media=media, files=files)
    assert len({message["media_group_id"] for message in sent}) == 1
    assert [message["photo"][-1]["width"] for message in sent] == [6, 6, 6]


@pytest.mark.parametrize(
    ("kinds", "problem"),
    [
        (("photo",), "media group must include 2-10 items"),
        (("photo",) * 11, "too many messages to send as an album"),
        (("photo", "document"), "document can't be mixed with other media types"),
    ],
)
def test_an_album_has_2_to_10_of_one_kind(scene: Scene, kinds: tuple[str, ...], problem: str) -> None:
    """ "Documents and audio files can be only grouped in an album with messages of the same type"."""
    media, files = album(*kinds)
    refused = scene.refused("sendMediaGroup", chat_id=scene.chat.id, media=media, files=files)
    assert refused == f"Bad Request: {problem}"


def test_an_album_with_a_broken_file_is_not_sent_at_all(scene: Scene) -> None:
    """The sentence names the place; nothing of it stays behind."""
    media, files = album("photo", "photo")
    del files["part1"]
    refused = scene.refused("sendMediaGroup", chat_id=scene.chat.id, media=media, files=files)
    assert refused == (
        'Bad Request: failed to send message #2 with the error message "there is no photo in the request"'
    )
    assert len(scene.chat.messages) == 1


def test_a_chat_action_is_one_of_the_list(scene: Scene) -> None:
    """sendChatAction; the person sees it."""
    scene.done("sendChatAction", chat_id=scene.chat.id, action="typing")
    assert scene.bot.actions == [(scene.chat.id, "typing")]
    refused = scene.refused("sendChatAction", chat_id=scene.chat.id, action="dancing")
    assert refused == "Bad Request: wrong parameter action in request"


def test_a_chat_takes_a_burst_and_then_one_a_second(scene: Scene) -> None:
    """429 with the seconds to wait, for this chat only (RELIABILITY F26)."""
    scene.bot.limits = FloodLimits(chat=Rate(burst=2, per_second=1.0))
    other = scene.mei.chat_with(scene.bot)
    scene.mei.start(scene.bot)
    scene.say("1")
    scene.say("2")
    answer = scene.ask("sendMessage", chat_id=scene.chat.id, text="3")
    assert answer.body == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    scene.done("sendMessage", chat_id=other.id, text="others go on")
    scene.clock.pass_(seconds=1)
    scene.say("3")


def test_a_group_takes_twenty_a_minute(scene: Scene) -> None:
    """ "Your bot will not be able to send more than 20 messages per minute to the same group"."""
    scene.bot.limits = FloodLimits()
    group = scene.api.add_group("Support", scene.li)
    group.add(scene.bot, scene.li)
    for number in range(20):
        scene.done("sendMessage", chat_id=group.chat.id, text=str(number))
    answer = scene.ask("sendMessage", chat_id=group.chat.id, text="too much")
    assert answer.body["parameters"] == {"retry_after": 3}


def test_everybody_together_gets_thirty_a_second(scene: Scene) -> None:
    """The global limit holds across chats; a call that was refused counted for nothing."""
    scene.bot.limits = FloodLimits()
    people = [scene.api.add_person(f"P{number}") for number in range(31)]
    for person in people:
        person.start(scene.bot)
    answers = [scene.ask("sendMessage", chat_id=person.user.id, text="hi") for person in people]
    assert [int(answer.status) for answer in answers] == [200] * 30 + [429]
    scene.clock.pass_(seconds=1)
    assert scene.ask("sendMessage", chat_id=people[-1].user.id, text="hi").status == 200


def test_faults_are_used_up_in_their_order(scene: Scene) -> None:
    """A script of a test strikes the calls it names, each once."""
    script = scene.api.faults
    script.next("sendMessage", Fault.flood(3), times=2)
    script.next("*", Fault.TIMEOUT)
    taken = [script.take(method) for method in ("sendmessage", "sendMessage", "getMe", "sendMessage")]
    assert taken == [taken[0], taken[0], Fault.TIMEOUT, None]
    assert taken[0] is not None


def test_commands_follow_telegrams_rules(scene: Scene) -> None:
    """setMyCommands and its kin, by scope and language."""
    scene.done("setMyCommands", commands=[{"command": "/status", "description": "Where your case is"}])
    assert scene.done("getMyCommands") == [{"command": "status", "description": "Where your case is"}]
    assert scene.done("getMyCommands", language_code="zh") == []
    scope = {"type": "chat", "chat_id": 99}
    assert scene.refused("getMyCommands", scope=scope) == "Bad Request: chat not found"
    for command, problem in [
        ("Status", "BOT_COMMAND_INVALID"),
        ("c" * 33, "command length must not exceed 32"),
    ]:
        commands = [{"command": command, "description": "x"}]
        assert scene.refused("setMyCommands", commands=commands) == f"Bad Request: {problem}"
    scene.done("deleteMyCommands")
    assert scene.done("getMyCommands") == []


@pytest.mark.parametrize(
    ("token", "method", "sentence"),
    [
        ("nonsense", "getMe", "Not Found"),
        ("7100000001:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "getMe", "Unauthorized"),
        ("", "getMe", "Not Found"),
        ("own", "inventMe", "Not Found: method not found"),
    ],
)
def test_a_token_or_method_nobody_has_is_refused(
    scene: Scene, token: str, method: str, sentence: str
) -> None:
    """404 for what is no token or no method, 401 for a token that is nobody's."""
    answer = scene.api.answer(scene.bot.token if token == "own" else token, method, Call())
    assert answer.body["description"] == sentence


def test_methods_have_no_case(scene: Scene) -> None:
    """ "All methods in the Bot API are case-insensitive"."""
    assert scene.done("GETME")["username"] == "support_bot"
