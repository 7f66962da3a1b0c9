"""The letters of a mail: header words, encoded words, folding, text parts, addresses, and the last gate.

RFC 5322, 2045, 2047 and 5321 for the few shapes we write, and nothing about what a mail of ours says. Every
function is pure. Text may come from outside and hold anything; what leaves here is ASCII in CRLF lines.

A header is a name and the words between which it may fold.
"""

import binascii
import re
from collections.abc import Iterable, Sequence
from email.parser import BytesHeaderParser
from functools import lru_cache

from gateway.errors import DeliveryError
from gateway.messages import Address

Header = tuple[str, Sequence[str]]
Part = tuple[list[Header], bytes]
"""A body part: the headers that describe it, and its bytes in CRLF lines."""

LONGEST_TEXT = 250  # characters of a subject or display name: nobody reads further, and relays refuse giants
LONGEST_ID = 749  # characters: two and a space fit the longest References (L-39), and one any line
LONGEST_ADDRESS = 254  # characters (RFC 5321 §4.5.3.1.3)
LINE = 76  # characters of a folded line (RFC 2047 §2)
ENCODED_WORD = 36  # bytes of UTF-8 in one: 60 characters, so that even "Thread-Topic: " and a word fit a line

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_DOMAIN = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+>")

_SPACES = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # with these a display name shows as another one
_ASCII = bytes(range(128))
_BODY_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")


def sendable(address: str) -> str:
    """`local@domain` as it may stand in a header and on an SMTP command line (RELIABILITY T9).

    A domain in other letters becomes its IDNA form; a local part with stray dots, as some carriers hand them
    out, is quoted. Raises DeliveryError (permanent) for what is outside this strict subset of RFC 5321 §4.1.2.
    """
    local, _, domain = address.rpartition("@")
    if len(address) <= LONGEST_ADDRESS and _LOCAL_PART.fullmatch(local):
        ascii_domain = _idna(domain)
        if _DOMAIN.fullmatch(ascii_domain):
            return f"{local}@{ascii_domain}" if _DOT_ATOM.fullmatch(local) else f'"{local}"@{ascii_domain}'
    raise DeliveryError(
        f"{address[:LONGEST_ADDRESS]!a} is no address that mail can be sent to", permanent=True
    )


def mailbox(address: Address) -> list[str]:
    """Display name and address as header words (RFC 5322 §3.4).

    An address that cannot be sent to becomes the name of an empty group (`"a b@c": ;`): the mail can still be
    written, and it is its delivery that fails, where a human hears of it.
    """
    try:
        bare = sendable(address.address)
    except DeliveryError:
        return [*_phrase(one_line(address.address)), ":", ";"]
    name = one_line(address.name or "")
    return [*_phrase(name), f"<{bare}>"] if name else [bare]


def message_ids(candidates: Iterable[str]) -> list[str]:
    """The message ids among them, each once, in order: whole or not at all, never encoded (L-36)."""
    unique = dict.fromkeys(candidate.strip() for candidate in candidates)
    return [one for one in unique if len(one) <= LONGEST_ID and _MESSAGE_ID.fullmatch(one)]


def one_line(text: str, longest: int = LONGEST_TEXT) -> str:
    """Text fit for a header, of at most `longest` characters: no controls, bidi marks or runs of spaces."""
    line = _SPACES.sub(" ", _BIDI.sub("", _whole(text))).strip(" ")
    return line if len(line) <= longest else line[: longest - 1].rstrip(" ") + "…"


def text_words(line: str) -> list[str]:
    """One line of unstructured text as header words: plain where it is ASCII, RFC 2047 where it is not."""
    return _encoded_words(line) if _needs_encoding(line) else line.split(" ")


def head(headers: Iterable[Header]) -> bytes:
    """The headers and the empty line after them."""
    return "".join(_folded(name, words) for name, words in headers).encode("ascii") + b"\r\n"


def text_part(subtype: str, text: str) -> Part:
    """The headers and the body of one text part, in whichever of the two encodings is shorter.

    Every kind of line break becomes CRLF, the last line gets one, other controls than tab are left out.
    """
    lines = _BODY_CONTROLS.sub("", _whole(text)).splitlines()
    data = "\r\n".join([*lines, ""]).encode()
    name, body = _shorter(data)
    content_type = ("Content-Type", [f"text/{subtype};", 'charset="utf-8"'])
    return [content_type, ("Content-Transfer-Encoding", [name])], body


def _shorter(data: bytes) -> tuple[str, bytes]:
    """The bytes in whichever of the two encodings is shorter, and its name; the other one is not written out."""
    base64 = _base64_length(len(data))
    beyond_ascii = len(data.translate(None, _ASCII))
    if len(data) + 2 * beyond_ascii <= base64:
        quoted = binascii.b2a_qp(data, istext=True)
        if len(quoted) <= base64:
            return "quoted-printable", quoted
    return "base64", base64_lines(data)


def base64_lines(data: bytes) -> bytes:
    """The bytes in base64, in lines of 76 characters (RFC 2045 §6.8)."""
    encoded = binascii.b2a_base64(data, newline=False)
    return b"".join([encoded[start : start + 76] + b"\r\n" for start in range(0, len(encoded), 76)])


def _base64_length(size: int) -> int:
    """How long so many bytes are in `base64_lines`."""
    encoded = -(-size // 3) * 4
    return encoded + 2 * -(-encoded // 76)


def multipart(subtype: str, boundary: str, parts: Iterable[Part]) -> Part:
    """The parts as one (RFC 2046 §5.1). `boundary` must hold "=_", which no quoted-printable or base64 line can
    (RFC 2045 §6.7): no content ends its part early. Raises ValueError when a part's head fails the last gate.
    """
    delimiter = b"--" + boundary.encode("ascii")
    pieces: list[bytes] = []
    for headers, body in parts:
        pieces += (delimiter, _part_head(tuple((name, tuple(words)) for name, words in headers)) + body)
    content_type = ("Content-Type", [f"multipart/{subtype};", f'boundary="{boundary}"'])
    return [content_type], b"\r\n".join((*pieces, delimiter + b"--\r\n"))


@lru_cache(maxsize=64)
def _part_head(headers: tuple[tuple[str, tuple[str, ...]], ...]) -> bytes:
    """The head of a body part, past the last gate once: most parts of most mails have one of four heads."""
    written = head(headers)
    check_head(written, [name for name, _ in headers])
    return written


def check_head(written: bytes, intended: list[str]) -> None:
    """The last gate (RELIABILITY T10): a parser that is not ours must find exactly the intended headers.

    `written` is a whole head with its empty line, `intended` the header names in order. Raises ValueError.
    """
    found = BytesHeaderParser().parsebytes(written)
    if found.keys() != intended or found.defects or found.get_payload():
        raise ValueError(f"the headers written are not those intended: {found.keys()!a}")


def _phrase(name: str) -> list[str]:
    if _needs_encoding(name):
        return _encoded_words(name)
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{quoted}"']


def _idna(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _whole(text: str) -> str:
    """The text without halves of surrogate pairs, which no encoding can carry."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def _needs_encoding(line: str) -> bool:
    # ASCII that looks like an encoded word would be shown decoded: as something nobody wrote.
    return not line.isascii() or "=?" in line


def _encoded_words(line: str) -> list[str]:
    """RFC 2047 words of at most 60 characters, cut between characters (§5: each must make sense alone)."""
    data = line.encode()
    words: list[str] = []
    start = 0
    while start < len(data):
        end = min(start + ENCODED_WORD, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        words.append(f"=?utf-8?B?{binascii.b2a_base64(data[start:end], newline=False).decode('ascii')}?=")
        start = end
    return words


def _folded(name: str, words: Sequence[str]) -> str:
    """The header with its line end. The first word stays beside the name: some readers skip an empty line."""
    lines = [f"{name}: {words[0]}"]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= LINE:
            lines[-1] += " " + word
        else:
            lines.append(" " + word)
    return "\r\n".join(lines) + "\r\n"
