"""A message of ours to a chat, whatever the service: its bytes in the outbox, and how a long text becomes several.

A text is cut while it is plain, at a paragraph if it can be; each channel then dresses the pieces as its service wants
them, so that markup can never be cut in half.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

MOST_PIECES = 10
"""More than this nobody reads on a telephone; the rest is cut, and the last piece says so."""

LONGEST_LABEL = 64  # characters of a button that are still shown whole
LONGEST_DATA = 64  # bytes: what the smallest service takes (Bot API, InlineKeyboardButton)
CUT = "…"

Size = Callable[[str], int]
"""How long a text is, as a service counts: it must grow with every character, by four at most."""


@dataclass(frozen=True, slots=True)
class Button:
    """A label, and what comes back when it is pressed."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class ChatNote:
    """A chat message as it lies in the outbox; buttons stand one below the other."""

    text: str
    buttons: tuple[Button, ...] = ()


def to_bytes(note: ChatNote) -> bytes:
    """The same note has the same bytes. Raises ValueError for a button that some service would refuse."""
    for button in note.buttons:
        if len(button.data.encode()) > LONGEST_DATA or not button.label.strip():
            raise ValueError(f"a button that is refused: {button.label!r}")
    buttons = [[button.label[:LONGEST_LABEL], button.data] for button in note.buttons]
    return json.dumps({"text": note.text, "buttons": buttons}, ensure_ascii=False).encode(
        "utf-8", "backslashreplace"
    )


def from_bytes(raw: bytes) -> ChatNote:
    """What `to_bytes` made."""
    body = json.loads(raw)
    return ChatNote(body["text"], tuple(Button(label, data) for label, data in body["buttons"]))


def utf16_units(text: str) -> int:
    """As Telegram and JavaScript count: a character beyond the basic plane is two."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf8_bytes(text: str) -> int:
    """As services count that have a limit in bytes; half of a surrogate pair counts as what replaces it."""
    return len(text.encode("utf-8", "replace"))


def pieces(text: str, most: int, size: Size = utf16_units) -> Sequence[str]:
    """The text in messages of at most this size: cut at paragraphs, else lines, else anywhere."""
    cut = list(islice(_pieces(text.strip(), most, size), MOST_PIECES + 1))
    if len(cut) <= MOST_PIECES:
        return cut
    return [*cut[: MOST_PIECES - 1], _prefix(cut[MOST_PIECES - 1], most - size(CUT), size) + CUT]


def _pieces(text: str, most: int, size: Size) -> Iterator[str]:
    while text:
        piece = _prefix(text, most, size)
        if len(piece) < len(text):
            at = max(piece.rfind("\n\n"), 0) or max(piece.rfind("\n"), 0)
            piece = piece[:at] if at else piece
        if piece.strip():
            yield piece.strip("\n")
        text = text[len(piece) :].lstrip("\n")


def _prefix(text: str, most: int, size: Size) -> str:
    """The longest beginning of this size; what is too long loses at least a quarter of the excess each time."""
    piece = text[:most]
    while (over := size(piece) - most) > 0:
        piece = piece[: -max(over // 4, 1)]
    return piece
