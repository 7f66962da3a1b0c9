"""The text of a call, in whatever of the three ways it is formatted, measured as Telegram measures it.

And what Telegram finds in plain text by itself: commands, mentions, addresses.
"""

import re
from bisect import bisect_left
from itertools import accumulate

from gateway.chat_sandbox.call import Call, objects_in
from gateway.chat_sandbox.formatting import LONGEST_SOURCE, Entity, Formatted, entities_given, tidied, units
from gateway.chat_sandbox.html_markup import parse_html
from gateway.chat_sandbox.markdown_markup import parse_markdown
from gateway.chat_sandbox.wire import bad_request

LONGEST_TEXT = 4096  # UTF-16 units after parsing: the strictest way to read the documentation's "characters"
LONGEST_CAPTION = 1024
_PARSERS = {"html": parse_html, "markdownv2": parse_markdown}
_FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<url>https?://[^\s<>\"]{1,2048})"
    r"|(?P<email>(?<![\w.+\-])[A-Za-z0-9_.+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,8})"
    r"|(?P<mention>(?<![\w@])@[A-Za-z0-9_]{3,32}(?!\w))"
    r"|(?P<hashtag>(?<!\w)#\w{1,256})"
)


def message_text(call: Call) -> Formatted:
    """The `text` of a call. Raises Refusal when it is empty, too long or its markup is broken."""
    if not call.has("text"):
        raise bad_request("message text is empty")
    text = formatted(call.text("text"), call.text("parse_mode"), call, "entities")
    if not text.text:
        raise bad_request("text must be non-empty")
    if units(text.text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return text


def caption_of(call: Call) -> Formatted:
    """The `caption` of a call, empty when there is none. Raises Refusal."""
    return checked_caption(formatted(call.text("caption"), call.text("parse_mode"), call, "caption_entities"))


def checked_caption(caption: Formatted) -> Formatted:
    """The caption itself, unless it is longer than Telegram takes."""
    if units(caption.text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    return caption


def formatted(source: str, parse_mode: str, call: Call, entities: str) -> Formatted:
    """`source` as text with entities: by its markup, or by the call's parameter named `entities`, or plain."""
    if len(source.encode("utf-8", "surrogatepass")) > LONGEST_SOURCE:
        raise bad_request("text is too long")
    mode = parse_mode.lower()
    if source and mode not in ("", "none"):
        if mode not in _PARSERS:
            raise bad_request("unsupported parse_mode")  # legacy "Markdown" too: nothing of ours may use it
        return with_found(tidied(_PARSERS[mode](source)))
    given = objects_in(call.json(entities, "can't parse entities JSON object")) or []
    return with_found(tidied(Formatted(source, entities_given(given, source))))


def with_found(text: Formatted) -> Formatted:
    """The text with what Telegram finds by itself, where nothing else stands."""
    taken = text.entities
    starts = [0, *accumulate(units(character) for character in text.text)]
    found = [
        Entity(match.lastgroup, starts[match.start()], starts[match.end()] - starts[match.start()])
        for match in _FOUND.finditer(text.text)
        if match.lastgroup
    ]
    solid = sorted(
        (each.offset, each.end) for each in taken if each.type in ("pre", "code", "text_link", "text_mention")
    )
    ends = [end for _, end in solid]
    free = [each for each in found if not _meets(each, solid, ends)]
    merged = sorted((*taken, *free), key=lambda each: (each.offset, -each.length))
    return Formatted(text.text, tuple(merged))


def _meets(entity: Entity, solid: list[tuple[int, int]], ends: list[int]) -> bool:
    """Whether it touches one of the sorted stretches that do not overlap."""
    first = bisect_left(ends, entity.offset + 1)
    return first < len(solid) and solid[first][0] < entity.end


def commands_in(text: Formatted) -> list[str]:
    """The commands in a text, as written: `/start`, `/help@our_bot`."""
    raw = text.text.encode("utf-16-le", "surrogatepass")
    return [
        raw[2 * each.offset : 2 * each.end].decode("utf-16-le", "surrogatepass")
        for each in text.entities
        if each.type == "bot_command"
    ]
