"""reply_markup: which keyboards Telegram takes, and what it says of the others (docs, "Inline keyboards")."""

from gateway.chat_sandbox.call import Call
from gateway.chat_sandbox.wire import Json, JsonObject, bad_request

LONGEST_CALLBACK_DATA = 64  # bytes
MOST_BUTTONS = 100
_OTHER_BUTTONS = (
    *("pay", "callback_game", "switch_inline_query", "switch_inline_query_current_chat"),
    *("switch_inline_query_chosen_chat", "login_url", "web_app", "copy_text"),
)


def reply_markup(call: Call) -> JsonObject | None:
    """The call's keyboard as it is shown under the message; None for none. Raises Refusal."""
    markup = call.json("reply_markup", "can't parse reply keyboard markup JSON object")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return _other_markup(markup)
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    shown: list[Json] = [[_button(button) for button in row] for row in rows if isinstance(row, list) and row]
    if sum(len(row) for row in shown if isinstance(row, list)) > MOST_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": shown} if shown else None


def inline_markup(call: Call) -> JsonObject | None:
    """The same where only buttons under the message may be: in an edit."""
    markup = reply_markup(call)
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("message can't be edited")
    return markup


def buttons_of(markup: JsonObject | None) -> list[JsonObject]:
    """The inline buttons, row after row."""
    rows = markup.get("inline_keyboard") if markup else None
    return [
        button
        for row in (rows if isinstance(rows, list) else [])
        for button in (row if isinstance(row, list) else [])
        if isinstance(button, dict)
    ]


def _other_markup(markup: JsonObject) -> JsonObject | None:
    """A keyboard instead of the person's own, its removal, or a forced reply; it is no part of the message."""
    rows = markup.get("keyboard")
    if rows is not None and not (isinstance(rows, list) and all(isinstance(row, list) for row in rows)):
        raise bad_request('field "keyboard" must be an Array of Arrays')
    known = (
        "keyboard",
        "remove_keyboard",
        "force_reply",
        "selective",
        "input_field_placeholder",
        "one_time_keyboard",
    )
    return {key: markup[key] for key in known if key in markup} or None


def _button(button: Json) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be of type String')
    if not text.strip():
        raise bad_request("can't parse inline keyboard button: button text must be non-empty")
    if isinstance(url := button.get("url"), str) and url:
        return {"text": text, "url": url}
    if isinstance(data := button.get("callback_data"), str) and data:
        if len(data.encode("utf-8", "surrogatepass")) > LONGEST_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
        return {"text": text, "callback_data": data}
    if any(key in button for key in _OTHER_BUTTONS):
        return button
    raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
