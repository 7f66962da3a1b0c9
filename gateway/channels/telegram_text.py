"""How a message of ours looks with Telegram.

Telegram counts 4096 UTF-16 units after its markup is read (Bot API, sendMessage), so that each piece of a text is
dressed by itself.
"""

import html
from collections.abc import Iterator, Sequence

MOST_UNITS = 4096
QUOTE = "> "


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
