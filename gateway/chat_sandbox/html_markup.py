"""parse_mode HTML, as strict as Telegram (docs, "HTML style"), with its sentences for what is wrong.

The tags of the documentation and no others; nothing is repaired, nothing guessed. `&lt; &gt; &amp; &quot;` and
numeric references are the only ones known: any other `&` stands for itself.
"""

import re
from dataclasses import dataclass

from gateway.chat_sandbox.formatting import Formatted, FormattedWriter, byte_offset, unreadable
from gateway.chat_sandbox.wire import JsonObject, Refusal

_KIND = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "a",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_CHARACTER = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![A-Za-z]));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE_NAME = re.compile(r"[^\s=>]*")
_BLANKS = re.compile(r"\s*")
_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
_PLAIN = re.compile(r"[^<]+")


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    mark: int


def parse_html(source: str) -> Formatted:
    """The text and entities of `source`. Raises Refusal: "can't parse entities: …", offsets in bytes."""
    return _Html(source).read()


def _decoded(text: str) -> str:
    return _CHARACTER.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    if found[3]:
        return _NAMED[found[3]]
    code = int(found[1], 16) if found[1] else int(found[2])
    if 0xD800 <= code <= 0xDFFF:
        raise unreadable(
            "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched "
            "surrogate code units"
        )
    return chr(code) if 0 < code < 0x10FFFF else found[0]


class _Html:
    """One pass over the source; `at` is the next character, `begin` where the tag in hand began."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.begin = 0
        self.open: list[_Open] = []
        self.written = FormattedWriter()

    def read(self) -> Formatted:
        """To the end."""
        while self.at < len(self.source):
            if plain := self._take(_PLAIN):
                self.written.write(_decoded(plain))
                continue
            self.begin = self.at
            self.at += 1
            if self._next() == "/":
                self.at += 1
                self._close()
            else:
                self._start()
        if self.open:
            raise unreadable(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return self.written.finished()

    def _next(self) -> str:
        return self.source[self.at : self.at + 1]

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.source, self.at)
        piece = found[0] if found else ""
        self.at += len(piece)
        return piece

    def _wrong(self, problem: str, after: str = "", at: int | None = None) -> Refusal:
        place = byte_offset(self.source, self.begin if at is None else at)
        return unreadable(f"{problem} at byte offset {place}{after}")

    def _start(self) -> None:
        tag = self._take(_NAME).lower()
        if not self._next():
            raise self._wrong("Unclosed start tag")
        if tag not in _KIND:
            raise self._wrong(f'Unsupported start tag "{tag}"')
        attributes = self._attributes(tag)
        argument = _argument(tag, attributes)
        if tag == "span" and argument != "spoiler":
            raise self._wrong('Tag "span" must have class "tg-spoiler"')
        self.open.append(_Open(tag, argument, self.written.length, self.written.mark))

    def _attributes(self, tag: str) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            self._take(_BLANKS)
            if self._next() == ">":
                self.at += 1
                return found
            name = self._take(_ATTRIBUTE_NAME)
            if not name and self._next():
                raise self._wrong(f'Empty attribute name in the tag "{tag}"')
            self._take(_BLANKS)
            found[name] = self._value(tag) if self._next() == "=" else self._no_value(tag, name)

    def _no_value(self, tag: str, name: str) -> str:
        """Only a quotation's attributes need no value: `<blockquote expandable>`."""
        if not self._next():
            raise self._wrong("Unclosed start tag")
        if tag == "blockquote":
            return name
        raise self._wrong(f'Expected equal sign in declaration of an attribute of the tag "{tag}"')

    def _value(self, tag: str) -> str:
        self.at += 1
        self._take(_BLANKS)
        quote = self._next()
        if not quote:
            raise self._wrong(f'Unclosed start tag "{tag}"')
        if quote in "'\"":
            end = self.source.find(quote, self.at + 1)
            if end < 0 or end + 1 == len(self.source):
                raise self._wrong("Unclosed start tag")
            value, self.at = self.source[self.at + 1 : end], end + 1
            return _decoded(value)
        begin = self.at
        token = self._take(_TOKEN).lower()
        if self._next() != ">" and not self._next().isspace():
            raise self._wrong("Unexpected end of name token", at=begin)
        return token

    def _close(self) -> None:
        if not self.open:
            raise self._wrong("Unexpected end tag")
        name = self._take(_NAME).lower()
        self._take(_BLANKS)
        if self._next() != ">":
            raise self._wrong("Unclosed end tag")
        self.at += 1
        last = self.open.pop()
        if name and name != last.tag:
            raise self._wrong("Unmatched end tag", f', expected "</{last.tag}>", found "</{name}>"')
        self._entity(last)

    def _entity(self, last: _Open) -> None:
        kind = _KIND[last.tag]
        if kind == "a":
            self.written.add_link(last.offset, last.argument or self.written.since(last.mark))
        elif kind in ("code", "pre"):
            self._code(kind, last)
        elif kind == "blockquote" and last.argument:
            self.written.add("expandable_blockquote", last.offset)
        else:
            self.written.add(kind, last.offset, self._details(kind, last))

    def _details(self, kind: str, last: _Open) -> JsonObject:
        if kind != "custom_emoji":
            return {}
        if not last.argument.isdigit() or int(last.argument) == 0:
            raise unreadable("Invalid custom emoji identifier specified")
        return {"custom_emoji_id": last.argument}

    def _code(self, kind: str, last: _Open) -> None:
        """`<pre><code class="language-…">` is one entity: code that knows its language."""
        inner = self.written.entities[-1] if self.written.entities else None
        same = inner is not None and (inner.offset, inner.end) == (last.offset, self.written.length)
        if kind == "pre" and same and inner is not None and inner.type == "code":
            self.written.entities.pop()
            self.written.add("pre", last.offset, inner.details)
        else:
            language: JsonObject = {"language": last.argument} if last.argument else {}
            self.written.add(kind, last.offset, language)


def _argument(tag: str, attributes: dict[str, str]) -> str:
    """What the tag's own attribute says; attributes it does not know are passed over."""
    if tag == "a":
        return attributes.get("href", "")
    if tag == "tg-emoji":
        return attributes.get("emoji-id", "")
    if tag == "blockquote":
        return attributes.get("expandable", "")
    prefix = {"code": "language-", "span": "tg-"}.get(tag)
    value = attributes.get("class", "")
    return value.removeprefix(prefix) if prefix and value.startswith(prefix) else ""
