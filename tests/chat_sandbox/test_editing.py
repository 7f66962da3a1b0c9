"""Edits, deletions and pressed buttons (docs, "Updating messages", answerCallbackQuery)."""

from typing import Any

import pytest

from gateway.chat_sandbox import CannotDo, Message
from gateway.chat_sandbox.form_data import Upload
from tests.chat_sandbox.scene import Scene

KEYS = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}, {"text": "No", "callback_data": "no"}]]}
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


def asked(scene: Scene) -> Message:
    """The bot's question with two buttons."""
    return scene.chat.messages[scene.say("Bank?", reply_markup=KEYS)["message_id"]]


def edit(scene: Scene, message_id: int, **values: Any) -> dict[str, Any]:
    """The values of an edit in Li's chat."""
    return {"chat_id": scene.chat.id, "message_id": message_id, **values}


def test_an_edit_changes_the_message_in_place(scene: Scene) -> None:
    """One card that moves with the case, not twenty; the date of the edit shows."""
    message = asked(scene)
    scene.clock.pass_(seconds=5)
    changed = scene.done("editMessageText", **edit(scene, message.id, text="Bank it is"))
    assert (changed["message_id"], changed["text"]) == (message.id, "Bank it is")
    assert changed["edit_date"] == changed["date"] + 5
    assert "reply_markup" not in changed


def test_an_edit_that_changes_nothing_is_refused(scene: Scene) -> None:
    """With the long sentence that clients look for."""
    message = asked(scene)
    same = edit(scene, message.id, text="Bank?", reply_markup=KEYS)
    assert scene.refused("editMessageText", **same) == NOT_MODIFIED
    assert (
        scene.refused("editMessageReplyMarkup", **edit(scene, message.id, reply_markup=KEYS)) == NOT_MODIFIED
    )


def test_buttons_alone_can_be_taken_away(scene: Scene) -> None:
    """editMessageReplyMarkup leaves the words."""
    message = asked(scene)
    changed = scene.done("editMessageReplyMarkup", **edit(scene, message.id))
    assert changed["text"] == "Bank?"
    assert "reply_markup" not in changed
    with pytest.raises(CannotDo, match="no such button"):
        scene.li.press(message, "Yes")


def test_only_the_bots_own_message_can_be_edited(scene: Scene) -> None:
    """And only one that exists."""
    theirs = scene.li.write(scene.chat, "mine")
    refused = scene.refused("editMessageText", **edit(scene, theirs.id, text="x"))
    assert refused == "Bad Request: message can't be edited"
    refused = scene.refused("editMessageText", **edit(scene, 999, text="x"))
    assert refused == "Bad Request: message to edit not found"


def test_text_and_caption_are_edited_each_by_its_own_method(scene: Scene) -> None:
    """A document has no text, a text no caption."""
    files = {"document": Upload("log.txt", "text/plain", b"x")}
    document = scene.done("sendDocument", chat_id=scene.chat.id, caption="old", files=files)["message_id"]
    refused = scene.refused("editMessageText", **edit(scene, document, text="x"))
    assert refused == "Bad Request: there is no text in the message to edit"
    changed = scene.done("editMessageCaption", **edit(scene, document, caption="new"))
    assert (changed["caption"], changed["document"]["file_name"]) == ("new", "log.txt")
    refused = scene.refused("editMessageCaption", **edit(scene, asked(scene).id, caption="x"))
    assert refused == "Bad Request: there is no caption in the message to edit"


def test_deletion_knows_whose_and_how_old(scene: Scene) -> None:
    """Its own and what came in private, within 48 hours; in a group others' only as administrator."""
    theirs = scene.li.write(scene.chat, "in private")
    scene.done("deleteMessage", **edit(scene, theirs.id))
    assert (
        scene.refused("deleteMessage", **edit(scene, theirs.id)) == "Bad Request: message to delete not found"
    )
    group = scene.api.add_group("Support", scene.li)
    group.add(scene.bot, scene.li)
    said = scene.li.write(group.chat, "in the group")
    refused = scene.refused("deleteMessage", chat_id=group.chat.id, message_id=said.id)
    assert refused == "Bad Request: message can't be deleted"
    old = asked(scene)
    scene.clock.pass_(hours=49)
    refused = scene.refused("deleteMessage", **edit(scene, old.id))
    assert refused == "Bad Request: message can't be deleted for everyone"


def test_a_pressed_button_brings_a_callback_query(scene: Scene) -> None:
    """With the message under which it was, and the data of that button."""
    message = asked(scene)
    query = scene.li.press(message, "No")
    update = scene.updates()[0]["callback_query"]
    assert (update["id"], update["data"], update["from"]["id"]) == (query.id, "no", scene.li.user.id)
    assert update["message"]["message_id"] == message.id
    assert update["message"]["reply_markup"] == KEYS


def test_an_answer_is_shown_once(scene: Scene) -> None:
    """A second answer to the same query is refused, and so is one to a query of nobody's."""
    query = scene.li.press(asked(scene), "Yes")
    scene.done("answerCallbackQuery", callback_query_id=query.id, text="Thank you", show_alert=True)
    assert (query.answer, query.alert) == ("Thank you", True)
    assert scene.refused("answerCallbackQuery", callback_query_id=query.id) == TOO_OLD
    assert scene.refused("answerCallbackQuery", callback_query_id="1") == TOO_OLD


def test_a_late_answer_is_refused(scene: Scene) -> None:
    """After an outage the buttons pressed before cannot be answered any more; the work must not depend on it."""
    query = scene.li.press(asked(scene), "Yes")
    scene.clock.pass_(minutes=5)
    assert scene.refused("answerCallbackQuery", callback_query_id=query.id) == TOO_OLD


def test_a_query_belongs_to_one_bot(scene: Scene) -> None:
    """Another bot cannot answer it (LESSONS 102)."""
    query = scene.li.press(asked(scene), "Yes")
    other = scene.api.add_bot("other_bot")
    assert scene.refused("answerCallbackQuery", bot=other, callback_query_id=query.id) == TOO_OLD


def test_an_altered_app_can_send_data_of_no_button(scene: Scene) -> None:
    """So tests can forge what a stranger might (RELIABILITY T31)."""
    scene.li.forge_press(asked(scene), "close:C261123-048213")
    assert scene.updates()[0]["callback_query"]["data"] == "close:C261123-048213"
