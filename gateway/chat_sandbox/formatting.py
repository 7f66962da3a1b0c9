"""Formatted text: what both markups become, and the rules that hold for either (docs, "Formatting options").

Offsets and lengths are UTF-16 code units, as the documentation counts them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

from gateway.chat_sandbox.wire import JsonObject, Refusal, bad_request

LONGEST_SOURCE = 1 << 15  # bytes; the server parses no more than this
MOST_ENTITIES = 100  # further ones are ignored without a word
_NESTING = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 11,
    "code": 20,
    "text_link": 49,
    "text_mention": 50,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
    "custom_emoji": 99,
}
"""Of entities over the same words, which one is named first."""
_OPAQUE = ("pre", "code")


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of text that means or looks something: `details` is url, language, user or custom_emoji_id."""

    type: str
    offset: int
    length: int
    details: JsonObject = field(default_factory=JsonObject)

    @property
    def end(self) -> int:
        """The first unit after it."""
        return self.offset + self.length

    def to_json(self) -> JsonObject:
        """A MessageEntity."""
        return {"type": self.type, "offset": self.offset, "length": self.length, **self.details}


@dataclass(frozen=True, slots=True)
class Formatted:
    """Text without markup, and its entities in order."""

    text: str
    entities: tuple[Entity, ...] = ()


class FormattedWriter:
    """Text under way: pieces are appended, `length` says how many units there are so far."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.entities: list[Entity] = []
        self.length = 0

    @property
    def mark(self) -> int:
        """A place to read from later with `since`."""
        return len(self._pieces)

    def write(self, piece: str) -> None:
        """Append text."""
        self._pieces.append(piece)
        self.length += units(piece)

    def since(self, mark: int) -> str:
        """What was written from there on."""
        return "".join(self._pieces[mark:])

    def add(self, kind: str, offset: int, details: JsonObject | None = None) -> None:
        """An entity from `offset` to here; nothing when it would be empty."""
        if self.length > offset:
            self.entities.append(Entity(kind, offset, self.length - offset, details or {}))

    def add_link(self, offset: int, url: str) -> None:
        """A link, a mention of a user by id, or nothing where the address is none."""
        if user := mentioned_user(url):
            self.add("text_mention", offset, {"user": {"id": user, "is_bot": False, "first_name": ""}})
        elif checked := checked_link(url):
            self.add("text_link", offset, {"url": checked})

    def finished(self) -> Formatted:
        """The whole, its entities in Telegram's order."""
        return Formatted("".join(self._pieces), tuple(self.entities))


def unreadable(problem: str) -> Refusal:
    """What a broken markup is refused with."""
    return bad_request(f"can't parse entities: {problem}")


def units(text: str) -> int:
    """The length in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def byte_offset(source: str, at: int) -> int:
    """Where the `at`-th character begins in UTF-8: the server's errors count bytes."""
    return len(source[:at].encode("utf-8", "surrogatepass"))


def tidied(formatted: Formatted) -> Formatted:
    """As the server keeps it: blanks at the ends cut off, entities sorted, none within code, a hundred at most."""
    text = formatted.text.strip()
    cut = units(formatted.text[: len(formatted.text) - len(formatted.text.lstrip())])
    size = units(text)
    moved = (_cut_to(entity, cut, size) for entity in formatted.entities)
    kept = _without_those_in_code(sorted((each for each in moved if each is not None), key=_order))
    return Formatted(text, tuple(kept[:MOST_ENTITIES]))


def _cut_to(entity: Entity, cut: int, size: int) -> Entity | None:
    begin, end = max(entity.offset - cut, 0), min(entity.end - cut, size)
    return replace(entity, offset=begin, length=end - begin) if end > begin else None


def _order(entity: Entity) -> tuple[int, int, int]:
    return entity.offset, -entity.length, _NESTING.get(entity.type, 50)


def _without_those_in_code(entities: Iterable[Entity]) -> list[Entity]:
    """ "pre and code entities can't contain other entities"; the quotation around code stays."""
    kept: list[Entity] = []
    code_ends = 0
    for entity in entities:
        if entity.offset < code_ends:
            continue
        if entity.type in _OPAQUE:
            code_ends = entity.end
        kept.append(entity)
    return kept


def mentioned_user(url: str) -> int | None:
    """The id in `tg://user?id=…`, None for any other address."""
    scheme, _, rest = url.partition(":")
    if scheme.lower() != "tg" or not rest.removeprefix("//").lower().startswith("user?"):
        return None
    ids = parse_qs(rest.partition("?")[2]).get("id", [""])
    return int(ids[0]) if ids[0].isascii() and ids[0].isdigit() and len(ids[0]) < 20 else None


def checked_link(url: str) -> str | None:
    """The address as the server keeps it (`telegram.org` -> `http://telegram.org/`); None for what is none."""
    if url.lower().startswith(("tg://", "tg:")):
        return url
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    labels = host.split(".")
    if parts.scheme not in ("http", "https") or len(labels) < 2 or not all(map(_is_label, labels)):
        return None
    tail = f"?{parts.query}" if parts.query or url.endswith("?") else ""
    place = host + (f":{port}" if port else "")
    return f"{parts.scheme}://{place}{parts.path or '/'}{tail}" + (
        f"#{parts.fragment}" if parts.fragment else ""
    )


def _is_label(label: str) -> bool:
    return bool(label) and len(label) <= 63 and all(each.isalnum() or each in "-_" for each in label)


def entities_given(given: list[JsonObject], text: str) -> tuple[Entity, ...]:
    """The `entities` parameter of a call; those Telegram finds by itself are left out. Raises Refusal."""
    size = units(text)
    found: list[Entity] = []
    for each in given:
        kind, offset, length = each.get("type"), each.get("offset"), each.get("length")
        if not isinstance(kind, str) or not isinstance(offset, int) or not isinstance(length, int):
            raise bad_request('can\'t parse MessageEntity: Field "type", "offset" or "length" is wrong')
        if kind in _NESTING and offset >= 0 and length > 0 and offset + length <= size:
            details = {
                key: each[key] for key in ("url", "language", "user", "custom_emoji_id") if key in each
            }
            found.append(Entity(kind, offset, length, details))
        elif kind not in _NESTING and kind not in FOUND_BY_TELEGRAM:
            raise bad_request("can't parse MessageEntity: Unsupported type specified")
    return tuple(found)


FOUND_BY_TELEGRAM = (
    *("mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"),
)
