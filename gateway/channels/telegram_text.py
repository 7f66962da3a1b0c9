"""How a note becomes messages that Telegram takes.

Telegram counts 4096 UTF-16 units after its markup is read (Bot API, sendMessage), 1024 under a file. So a text is cut
while it is plain, and each piece is dressed by itself. The headline has its room apart, so that a card is cut in the
same places whatever stands above it.
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.chat_note import HEADLINE_UNITS, Button, ChatFile, ChatNote, pieces, utf16_units

MOST_UNITS = 4096
CAPTION_UNITS = 1024
QUOTE = "> "


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


def messages(note: ChatNote) -> Sequence[ChatMessage]:
    """The note as messages, in order: the last one of text has the buttons, and files follow.

    A short text goes as the caption of the first file.
    """
    room = MOST_UNITS - HEADLINE_UNITS - 2 if note.headline else MOST_UNITS
    texts = pieces(note.text, room)
    is_caption = not (note.buttons or note.headline) and utf16_units(note.text.strip()) <= CAPTION_UNITS
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
