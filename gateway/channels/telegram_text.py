"""A chat message's bytes in the outbox, and how a note becomes messages that Telegram takes.

Telegram counts 4096 UTF-16 units after its markup is read (Bot API, sendMessage), 1024 under a file. So a text is cut
while it is plain, at a paragraph if it can be, and each piece is dressed by itself: markup can never be cut in half.
The headline has its room apart, so that a card is cut in the same places whatever stands above it.
"""

import base64
import html
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_UNITS = 4096
CAPTION_UNITS = 1024
HEADLINE_UNITS = 200
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
class ChatFile:
    """A file as it goes out."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ChatNote:
    """A chat message as it lies in the outbox; buttons stand one below the other, `headline` above the text."""

    text: str
    buttons: tuple[Button, ...] = ()
    headline: str = ""
    files: tuple[ChatFile, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message that Telegram takes; with a file the text is its caption."""

    text: str
    headline: str = ""
    buttons: tuple[Button, ...] = ()
    file: ChatFile | None = None

    def words(self, *, as_markup: bool) -> str:
        """The text as it is sent."""
        text = as_html(self.text) if as_markup else self.text
        if not self.headline:
            return text
        return (
            f"<b>{html.escape(self.headline, quote=False)}</b>\n\n{text}"
            if as_markup
            else f"{self.headline}\n\n{text}"
        )


def to_bytes(note: ChatNote) -> bytes:
    """The same note has the same bytes. Raises ValueError for a button that Telegram would refuse."""
    for button in note.buttons:
        if len(button.data.encode()) > LONGEST_DATA or not button.label.strip():
            raise ValueError(f"a button that Telegram refuses: {button.label!r}")
    buttons = [[button.label[:LARGEST_LABEL], button.data] for button in note.buttons]
    body: dict[str, object] = {"text": note.text, "buttons": buttons}
    if note.headline:
        body["headline"] = _prefix(note.headline, HEADLINE_UNITS)
    if note.files:
        body["files"] = [[file.name, base64.b64encode(file.content).decode()] for file in note.files]
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")


def from_bytes(raw: bytes) -> ChatNote:
    """What `to_bytes` made."""
    body = json.loads(raw)
    return ChatNote(
        text=body["text"],
        buttons=tuple(Button(label, data) for label, data in body["buttons"]),
        headline=body.get("headline", ""),
        files=tuple(ChatFile(name, base64.b64decode(content)) for name, content in body.get("files", ())),
    )


def messages(note: ChatNote) -> Sequence[ChatMessage]:
    """The note as messages, in order: the last one of text has the buttons, and files follow.

    A short text goes as the caption of the first file.
    """
    room = MOST_UNITS - HEADLINE_UNITS - 2 if note.headline else MOST_UNITS
    texts = pieces(note.text, room)
    is_caption = not (note.buttons or note.headline) and _units(note.text.strip()) <= CAPTION_UNITS
    if note.files and is_caption:
        first, *others = note.files
        return [ChatMessage(note.text.strip(), file=first), *(ChatMessage("", file=file) for file in others)]
    last = len(texts) - 1
    return [
        *(
            ChatMessage(text, note.headline if place == 0 else "", note.buttons if place == last else ())
            for place, text in enumerate(texts)
        ),
        *(ChatMessage("", file=file) for file in note.files),
    ]


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
