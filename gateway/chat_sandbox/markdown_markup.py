"""parse_mode MarkdownV2, as strict as Telegram (docs, "MarkdownV2 style"), with its sentences for what is wrong.

Every `_ * [ ] ( ) ~ ` > # + - = | { } . !` that opens or closes nothing must have a backslash before it.
"""

from dataclasses import dataclass

from gateway.chat_sandbox.formatting import Formatted, FormattedWriter, byte_offset, unreadable
from gateway.chat_sandbox.wire import JsonObject, Refusal

RESERVED = frozenset("_*[]()~`>#+-=|{}.!\n")
_ENDS = {
    "bold": "*",
    "underline": "__",
    "strikethrough": "~",
    "spoiler": "||",
    "code": "`",
    "pre": "```",
    "text_link": "]",
    "custom_emoji": "]",
}
_BEGINS = {"*": "bold", "~": "strikethrough", "[": "text_link"}
_NAME = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "code": "Code",
    "text_link": "TextUrl",
    "custom_emoji": "CustomEmoji",
    "blockquote": "BlockQuote",
}
"""How the server calls an entity that has no end."""


@dataclass(slots=True)
class _Open:
    kind: str
    offset: int
    at: int
    mark: int
    language: str = ""

    @property
    def name(self) -> str:
        if self.kind == "pre":
            return "PreCode" if self.language else "Pre"
        return _NAME[self.kind]


def parse_markdown(source: str) -> Formatted:
    """The text and entities of `source`. Raises Refusal: "can't parse entities: …", offsets in bytes."""
    return _Markdown(source).read()


class _Markdown:
    """One pass over the source; `at` is the next character."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.open: list[_Open] = []
        self.written = FormattedWriter()
        self.line_begins = True  # nothing but empty entities so far: `**>` may still begin a quotation

    def read(self) -> Formatted:
        """To the end."""
        while self.at < len(self.source):
            character = self.source[self.at]
            if character == "\\" and 0 < ord(self._peek(1) or "\0") <= 126:
                self._write(self.source[self.at + 1], 2)
            elif character not in self._reserved():
                self._write(character, 1)
            elif character == "\n":
                self._end_line()
            elif not self._closes():
                self._begin(character)
        self._end_quotation()
        if self.open:
            raise self._without_end(self.open[-1])
        return self.written.finished()

    def _peek(self, ahead: int) -> str:
        return self.source[self.at + ahead : self.at + ahead + 1]

    def _starts(self, sign: str) -> bool:
        return self.source.startswith(sign, self.at)

    def _write(self, text: str, read: int) -> None:
        self.written.write(text)
        self.at += read
        self.line_begins = False

    def _reserved(self) -> frozenset[str]:
        in_code = self.open and self.open[-1].kind in ("code", "pre")
        return frozenset("`") if in_code else RESERVED

    def _without_end(self, last: _Open) -> Refusal:
        return unreadable(
            f"Can't find end of {last.name} entity at byte offset {byte_offset(self.source, last.at)}"
        )

    def _must_be_escaped(self) -> Refusal:
        return unreadable(
            f"Character '{self.source[self.at]}' is reserved and must be escaped with the preceding '\\'"
        )

    # Beginnings.

    def _begin(self, character: str) -> None:
        begun = self.at
        language = ""
        if character == "_":
            kind = "underline" if self._peek(1) == "_" else "italic"
            self.at += 2 if kind == "underline" else 1
        elif character == "`":
            kind, language = self._begin_code()
        elif character in _BEGINS:
            kind = _BEGINS[character]
            self.at += 1
        elif self._starts("||"):
            kind = "spoiler"
            self.at += 2
        elif self._starts("!["):
            kind = "custom_emoji"
            self.at += 2
        elif character == ">" and self.line_begins and not self.open:
            kind = "blockquote"
            self.at += 1
        else:
            raise self._must_be_escaped()
        self.open.append(_Open(kind, self.written.length, begun, self.written.mark, language))

    def _begin_code(self) -> tuple[str, str]:
        if not self._starts("```"):
            self.at += 1
            return "code", ""
        self.at += 3
        end = self.at
        while end < len(self.source) and not self.source[end].isspace() and self.source[end] != "`":
            end += 1
        language = ""
        if end < len(self.source) and self.source[end] != "`":
            language, self.at = self.source[self.at : end], end
        for line_end in ("\r\n", "\n\r", "\n", "\r"):
            if self._starts(line_end):
                self.at += len(line_end)
                break
        return "pre", language

    # Ends.

    def _closes(self) -> bool:
        """Whether the sign here ends the innermost entity; if so, it is ended."""
        last = self.open[-1] if self.open else None
        if last is None or last.kind == "blockquote" or not self._is_end_of(last.kind):
            return False
        self.open.pop()
        self.at += len(_ENDS.get(last.kind, "_"))
        if last.kind == "text_link":
            url = self._address("a URL") if self._peek(0) == "(" else self.written.since(last.mark)
            self.written.add_link(last.offset, url)
        elif last.kind == "custom_emoji":
            self.written.add("custom_emoji", last.offset, self._emoji())
        else:
            language: JsonObject = {"language": last.language} if last.language else {}
            self.written.add(last.kind, last.offset, language)
        return True

    def _is_end_of(self, kind: str) -> bool:
        if kind == "italic":
            return self._peek(0) == "_" and self._peek(1) != "_"
        return self._starts(_ENDS[kind])

    def _address(self, what: str) -> str:
        """What stands in the parentheses here."""
        self.at += 1
        begun = self.at
        address: list[str] = []
        while self._peek(0) not in ("", ")"):
            if self._peek(0) == "\\" and 0 < ord(self._peek(1) or "\0") <= 126:
                self.at += 1
            address.append(self._peek(0))
            self.at += 1
        if not self._peek(0):
            raise unreadable(f"Can't find end of {what} at byte offset {byte_offset(self.source, begun)}")
        self.at += 1
        return "".join(address)

    def _emoji(self) -> JsonObject:
        if self._peek(0) != "(":
            raise unreadable("Custom emoji entity must contain a tg://emoji URL")
        url = self._address("a custom emoji URL")
        found = url.lower().removeprefix("tg:").removeprefix("//").removeprefix("emoji?id=")
        if not url.lower().startswith("tg:"):
            raise unreadable("Custom emoji URL must have scheme tg")
        if not found.isdigit() or found.startswith("0"):
            raise unreadable("Invalid custom emoji identifier specified")
        return {"custom_emoji_id": found}

    def _end_line(self) -> None:
        """A line's end ends a quotation too, unless the next line goes on quoting."""
        quoting = bool(self.open) and self.open[0].kind == "blockquote"
        goes_on = self._peek(1) == ">"
        if quoting and not goes_on:
            self._end_quotation("\n")
            if self.open:
                raise self._without_end(self.open[-1])
        else:
            self.written.write("\n")
        self.at += 2 if quoting and goes_on else 1
        self.line_begins = True

    def _end_quotation(self, line_end: str = "") -> None:
        """The quotation ends here, its line end within it; `||` as its very last sign makes it expandable."""
        if not self.open or self.open[0].kind != "blockquote":
            return
        last = self.open[-1]
        expandable = last.kind == "spoiler" and last.at + 2 == self.at
        if expandable:
            self.open.pop()
        if len(self.open) == 1:
            quotation = self.open.pop()
            self.written.write(line_end)
            self.written.add("expandable_blockquote" if expandable else "blockquote", quotation.offset)
