"""A chat message's bytes in the outbox, and how a text becomes messages that Telegram takes.

Telegram counts 4096 UTF-16 units after its markup is read (Bot API, sendMessage). So a text is cut while it is plain,
at a paragraph if it can be, and each piece is dressed by itself: markup can never be cut in half.
"""

import html
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_UNITS = 4096
MOST_PIECES = 10
"""More than this nobody reads on a telephone; the rest is cut, and the last piece says so."""

LARGEST_LABEL = 64  # characters of a button that are still shown whole
LONGEST_DATA = 64  # bytes (Bot API, InlineKeyboardButton)
QUOTE = "> "
CUT = "…"


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
    """The same note has the same bytes. Raises ValueError for a button that Telegram would refuse."""
    for button in note.buttons:
        if len(button.data.encode()) > LONGEST_DATA or not button.label.strip():
            raise ValueError(f"a button that Telegram refuses: {button.label!r}")
    buttons = [[button.label[:LARGEST_LABEL], button.data] for button in note.buttons]
    return json.dumps({"text": note.text, "buttons": buttons}, ensure_ascii=False).encode(
        "utf-8", "backslashreplace"
    )


def from_bytes(raw: bytes) -> ChatNote:
    """What `to_bytes` made."""
    body = json.loads(raw)
    return ChatNote(body["text"], tuple(Button(label, data) for label, data in body["buttons"]))


def pieces(text: str, most: int = MOST_UNITS) -> Sequence[str]:
    """The text in messages of at most so many UTF-16 units: cut at paragraphs, else lines, else anywhere."""
    cut = list(_pieces(text.strip(), most))
    if len(cut) <= MOST_PIECES:
        return cut
    return [*cut[: MOST_PIECES - 1], _prefix(cut[MOST_PIECES - 1], most - len(CUT)) + CUT]


def _pieces(text: str, most: int) -> Iterator[str]:
    while text:
        piece = _prefix(text, most)
        if len(piece) < len(text):
            at = max(piece.rfind("\n\n"), 0) or max(piece.rfind("\n"), 0)
            piece = piece[:at] if at else piece
        if piece.strip():
            yield piece.strip("\n")
        text = text[len(piece) :].lstrip("\n")


def _prefix(text: str, most: int) -> str:
    """The longest beginning of so many UTF-16 units; a character beyond the basic plane counts two."""
    piece = text[:most]
    while (over := _units(piece) - most) > 0:
        piece = piece[: -max(over // 2, 1)]
    return piece


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def as_html(piece: str) -> str:
    """Telegram's HTML: a person's words, marked `> ` in our letters, stand in a quotation; nothing else is markup."""
    return "\n".join(_blocks(piece.split("\n")))


def _blocks(lines: Sequence[str]) -> Iterator[str]:
    quoted: list[str] = []
    stands_apart = False  # a quotation does so by itself: an empty line after it would be a second one
    for line in [*lines, None]:
        if line is not None and line.startswith(QUOTE.rstrip()):
            quoted.append(line.removeprefix(QUOTE.rstrip()).removeprefix(" "))
            continue
        if quoted:
            yield f"<blockquote>{html.escape(chr(10).join(quoted), quote=False)}</blockquote>"
            quoted, stands_apart = [], True
        if line is not None and (line or not stands_apart):
            yield html.escape(line, quote=False)
        stands_apart = stands_apart and not line
