"""What the parts of a mail say, and which of several versions of the same words is read."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of body: plain text, or HTML source that becomes text only if it is chosen."""

    text: str
    is_html: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """What a part says: the pieces chosen to be read, in order, and the HTML to be shown."""

    pieces: tuple[Piece, ...] = ()
    html: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        return any(piece.text.strip() for piece in self.pieces)

    @property
    def is_plain(self) -> bool:
        return all(not piece.is_html for piece in self.pieces)


def preferred(bodies: list[Body]) -> Body:
    """The alternative to read: plain text, unless it is empty or only says that there is HTML."""
    html = next((body.html for body in bodies if body.html), ())
    filled = [body for body in bodies if body.says_something]
    plain = [body for body in filled if body.is_plain]
    rich = [body for body in filled if not body.is_plain]
    if plain and rich and all(_is_stub(piece.text) for piece in plain[0].pieces):
        plain = []
    chosen = next(iter([*plain, *rich]), Body())
    return Body(chosen.pieces, html)


_STUB = re.compile(
    r"(?i)(?:view|see|read|display|open|support|enable|use|capable)\b.{0,60}\bhtml\b"
    r"|\bhtml\b.{0,60}(?:view|support|capable|enabled|compatible)"
    r"|view (?:this|it|the) .{0,40}(?:browser|online)"
    r"|(?:支持|支援|查看|开启|開啟|使用).{0,12}html|html.{0,12}(?:格式|邮件|郵件|信件)"
)


def _is_stub(text: str) -> bool:
    """Whether a plain alternative holds nothing but the advice to look at the HTML one."""
    words = " ".join(text.split())
    return not words or (len(words) <= 300 and _STUB.search(words) is not None)
