"""Telegram's updates as what somebody did in a chat, and everything that is none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import chat_update
from gateway.channels import telegram_update
from gateway.chat_update import ChatUpdate, Command, tidied

LI = {"id": 5_200_000_001, "is_bot": False, "first_name": "Li", "last_name": "Na", "language_code": "zh-hans"}
BOT = {"id": 7_100_000_001, "is_bot": True, "first_name": "Support"}
CHAT = {"id": 5_200_000_001, "type": "private"}


def read(file: bytes | str | None = None, **update: Any) -> ChatUpdate:
    """As it is kept."""
    return tidied(telegram_update.read(7_100_000_001, {"update_id": 1, **update}, file))


def message(**more: Any) -> dict[str, Any]:
    return {"message_id": 7, "date": 1_795_397_400, "chat": CHAT, "from": LI, **more}


def test_words_come_with_who_wrote_them_and_where() -> None:
    """A private chat has its person's id, beyond 32 bits (RELIABILITY T31)."""
    found = read(message=message(text="登录不上\x00了"))
    assert (found.kind, found.text, found.chat, found.person) == (
        "words",
        "登录不上 了",
        str(LI["id"]),
        str(LI["id"]),
    )
    assert (found.person_name, found.message, found.is_group) == ("Li Na", "7", False)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/status", Command("status", "")),
        ("/Note@Support_Bot 等备件", Command("note", "等备件", "support_bot")),
        ("/new\n堡垒机登录不上", Command("new", "堡垒机登录不上")),
        ("/var/log 满了", None),
        ("看 /status", None),
    ],
)
def test_a_command_stands_at_the_beginning(text: str, command: Command | None) -> None:
    """A path in a log is none."""
    assert read(message=message(text=text)).command == command


def test_an_answer_to_us_is_told_from_an_answer_to_somebody() -> None:
    """In groups we are quiet unless addressed."""
    to_us = message(text="好了", reply_to_message={"message_id": 3, "from": BOT})
    to_li = message(text="好了", reply_to_message={"message_id": 4, "from": LI})
    assert [read(message=each).answers_us for each in (to_us, to_li)] == [True, False]
    assert read(message=to_li).reply_to == "4"


def test_a_file_comes_whole_or_says_why_not() -> None:
    """What was kept with the message is what Telegram gave us."""
    document = {"file_name": "日志.txt", "mime_type": "text/plain", "file_size": 3}
    found = read(b"abc", message=message(document=document, caption="看日志"))
    assert found.file is not None
    assert (found.text, found.file.name, found.file.content) == ("看日志", "日志.txt", b"abc")
    lost = read("is too large", message=message(document=document))
    assert (lost.kind, lost.file, lost.problems) == ("words", None, ("the file 日志.txt is too large",))


@pytest.mark.parametrize("medium", telegram_update.DECLINED)
def test_a_medium_that_we_cannot_read_is_named(medium: str) -> None:
    """So that it is kindly declined instead of passed over (issue 6)."""
    assert read(message=message(**{medium: {"duration": 3}})).declined == medium


def test_an_edit_a_press_a_move_and_a_blocked_bot_are_each_themselves() -> None:
    """Each has a meaning of its own."""
    press = {"id": "1", "from": LI, "message": message(text="?"), "data": "confirm.x"}
    gone = {"chat": CHAT, "from": LI, "new_chat_member": {"status": "kicked"}}
    assert read(edited_message=message(text="更正")).kind == "edit"
    pressed = read(callback_query=press)
    assert (pressed.kind, pressed.pressed, pressed.person) == ("press", "confirm.x", str(LI["id"]))
    assert read(my_chat_member=gone).kind == "closed"
    group = {"id": -4300000001, "type": "group"}
    came = {
        "chat": group,
        "from": LI,
        "old_chat_member": {"status": "left"},
        "new_chat_member": {"status": "member"},
    }
    promoted = {
        **came,
        "old_chat_member": {"status": "member"},
        "new_chat_member": {"status": "administrator"},
    }
    assert read(my_chat_member=came).kind == "added"
    assert read(my_chat_member=promoted).kind == "nothing"
    assert read(my_chat_member={**came, "chat": CHAT}).kind == "nothing", "in private they press Start"
    assert read(message=message(migrate_to_chat_id=-100)).moved_to == "100"


@pytest.mark.parametrize(
    "update",
    [
        {"message": {"chat": "nonsense"}},
        {"message": None},
        {"message": message(new_chat_members=[LI])},
        {"some_new_kind": {"of": "update"}},
        {"callback_query": {"id": "1", "from": LI}},
    ],
)
def test_what_is_no_update_of_ours_means_nothing_and_raises_nothing(update: dict[str, Any]) -> None:
    """A poison update costs itself and nobody else (F9)."""
    assert read(**update).kind == "nothing"


@pytest.mark.parametrize(
    "raw", [b"", b"nonsense", b"[" * 100_000, b'{"update":' * 50_000, b'{"update":{"kind":"?"}}', b"\xff"]
)
def test_what_the_inbox_holds_is_read_back_whatever_it_is(raw: bytes) -> None:
    """It has to end somewhere (G4)."""
    assert chat_update.from_bytes(raw).kind == "nothing"


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
def test_any_json_at_all_is_survived(part: Any) -> None:
    """Whatever Telegram, or somebody in its place, sends."""
    read(message=message(text=part, reply_to_message=part, photo=part, date=part))
