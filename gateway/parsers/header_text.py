"""Header values as people wrote them: RFC 2047 encoded words and RFC 2231 parameters, as found in the wild.

Works on header text that is already unfolded and decoded from bytes (`charsets.decode`); what is left to do is
undo the encodings inside. Every scan is linear, nothing raises.
"""

import binascii
import re
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import unquote_to_bytes

from gateway.parsers import charsets
from gateway.parsers.transfer import base64_bytes

MAX_PARAMETERS = 100
"""Parameters read from one header field; Content-Type with 20,000 of them is an attack (RELIABILITY 0.12)."""

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What no string may carry into the house (RELIABILITY 0.11): C0 and C1 but tab and newline, and lone surrogates."""


def one_line(text: str) -> str:
    """Text fit for a header: no control character, no line break, blanks at neither end."""
    return CONTROLS.sub("", re.sub(r"[\r\n\t\x0b\x0c\x85\u2028\u2029]+", " ", text)).strip()


# ---------------------------------------------------------------------------------------------- encoded words


@dataclass(frozen=True, slots=True)
class _Word:
    """One encoded word: charset, "b" or "q", and what stands between the last question marks."""

    charset: str
    encoding: str
    payload: str


_WORD_START = re.compile(r"=\?([^?\s=*]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?")


def decode_words(text: str) -> str:
    """Text with its encoded words read (RFC 2047).

    More tolerant than the RFC: words may stand inside quotes or glued to other text, hold blanks, be split within a
    multibyte character or within a base64 group (L-84). What cannot be read stays as it is.
    """
    if "=?" not in text:
        return text
    decoded: list[str] = []
    for is_word, group in groupby(_tokens(text), key=lambda token: isinstance(token, _Word)):
        tokens = list(group)
        if is_word:
            words = [token for token in tokens if isinstance(token, _Word)]
            for _, same in groupby(words, key=lambda word: (word.charset.lower(), word.encoding)):
                decoded.append(_read_together(list(same)))
        else:
            decoded.extend(token for token in tokens if isinstance(token, str))
    return "".join(decoded)


def _tokens(text: str) -> list[str | _Word]:
    """The text cut into plain pieces and encoded words; blanks between two words are dropped."""
    tokens: list[str | _Word] = []
    position = plain_from = 0
    while (start := text.find("=?", position)) >= 0:
        head = _WORD_START.match(text, start)
        end = text.find("?=", head.end()) if head else -1
        if head is None:
            position = start + 2
            continue
        if end < 0:
            break
        gap = text[plain_from:start]
        if gap and not (gap.isspace() and tokens and isinstance(tokens[-1], _Word)):
            tokens.append(gap)
        tokens.append(_Word(head[1], head[2].lower(), text[head.end() : end]))
        position = plain_from = end + 2
    if plain_from < len(text):
        tokens.append(text[plain_from:])
    return tokens


def _read_together(words: list[_Word]) -> str:
    """Neighbours of one charset and encoding, joined as bytes before they become text."""
    payloads = [word.payload for word in words]
    if words[0].encoding == "b":
        data = _base64_words(payloads)
    else:
        data = b"".join(
            binascii.a2b_qp(payload.replace(" ", "_").encode("utf-8", "replace"), header=True)
            for payload in payloads
        )
    return charsets.decode(data, words[0].charset)[0]


def _base64_words(payloads: list[str]) -> bytes:
    """Each word by itself where each is whole; otherwise the split went through a group of four."""
    bare = ["".join(payload.split()).rstrip("=") for payload in payloads]
    if any(len(payload) % 4 == 1 for payload in bare[:-1]):
        return base64_bytes("".join(bare).encode("utf-8", "replace"))
    return b"".join(base64_bytes(payload.encode("utf-8", "replace")) for payload in bare)


# ---------------------------------------------------------------------------------------------- parameters


_BETWEEN = re.compile(r"[\s;]*")
_PARAMETER_NAME = re.compile(r"([^\s;=\"]{1,80})\s*+=\s*+")
_CLOSING_QUOTE = re.compile(r"\"\s*(?:;|$|\(|[\w*-]{1,80}\s*=)")
_EXTENDED_NAME = re.compile(r"([^*]+)(?:\*([0-9]{1,3}))?(\*)?")


def parameters(text: str) -> tuple[str, dict[str, str]]:
    """A structured header's value and its parameters, names in lower case (RFC 2045 §5.1, RFC 2231).

    Continuations and percent-encoding are undone, and encoded words are read though they may not stand there. A name
    given in the extended form wins over its plain twin, the first of two equals wins.
    """
    value, _, rest = text.partition(";")
    plain: dict[str, str] = {}
    extended: dict[str, dict[int, _Section]] = {}
    for name, content in _pairs(rest):
        form = _EXTENDED_NAME.fullmatch(name)
        if form is None or (form[2] is None and form[3] is None):
            plain.setdefault(name, decode_words(content))
        else:
            sections = extended.setdefault(form[1], {})
            sections.setdefault(int(form[2] or 0), _Section(content, percent_encoded=form[3] is not None))
    joined = {name: _join(sections) for name, sections in extended.items()}
    return value.strip(), {**plain, **{name: content for name, content in joined.items() if content}}


@dataclass(frozen=True, slots=True)
class _Section:
    """One piece of a parameter that RFC 2231 lets continue over several."""

    text: str
    percent_encoded: bool


def _pairs(text: str) -> list[tuple[str, str]]:
    """`name=value` pairs in order; quotes that are never closed, or stand inside a value, are forgiven."""
    pairs: list[tuple[str, str]] = []
    position = 0
    while len(pairs) < MAX_PARAMETERS:
        # One step over all that stands between, lest every semicolon of a long row be tried as a beginning.
        position = between.end() if (between := _BETWEEN.match(text, position)) else position
        name = _PARAMETER_NAME.match(text, position)
        if name is None:
            semicolon = text.find(";", position)
            if semicolon < 0:
                break
            position = semicolon + 1
            continue
        if text.startswith('"', name.end()):
            content, position = _quoted(text, name.end() + 1)
        else:
            end = text.find(";", name.end())
            position = len(text) if end < 0 else end
            content = text[name.end() : position].strip()
        pairs.append((name[1].lower(), content))
    return pairs


def _quoted(text: str, start: int) -> tuple[str, int]:
    """The quoted string that starts here, and where it ends.

    Only `\\"` and `\\\\` are unescaped: programs also write Windows paths with single backslashes.
    """
    position = start
    while (quote := text.find('"', position)) >= 0:
        if not _escaped(text, start, quote) and _CLOSING_QUOTE.match(text, quote):
            break
        position = quote + 1
    end = quote if quote >= 0 else len(text)
    return re.sub(r'\\(["\\])', r"\1", text[start:end]), end + 1


def _escaped(text: str, start: int, position: int) -> bool:
    """Whether an odd number of backslashes stands before this character."""
    first = position
    while first > start and text[first - 1] == "\\":
        first -= 1
    return (position - first) % 2 == 1


def _join(sections: dict[int, _Section]) -> str:
    """The pieces of one parameter in order, as text in the charset that the first one names."""
    charset: str | None = None
    data = b""
    for number in sorted(sections):
        section = sections[number]
        content = section.text
        if section.percent_encoded:
            if number == min(sections) and content.count("'") >= 2:
                charset, _, content = content.split("'", 2)
            data += unquote_to_bytes(content)
        else:
            data += decode_words(content).encode("utf-8", "replace")
    return charsets.decode(data, charset)[0]
