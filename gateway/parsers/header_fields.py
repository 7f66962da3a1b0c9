"""The header fields with a grammar: addresses, message ids, dates.

The standard library reads them by recursive descent and raises on `From: <` or on a thousand brackets (RELIABILITY
0.10, L-83); these readers are loops that take what they can get from anything.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from gateway.messages import Address
from gateway.parsers.header_text import decode_words, one_line

MAX_ADDRESSES = 1000
MAX_IDS = 1000

# ---------------------------------------------------------------------------------------------- addresses

_TOKEN = re.compile(r'[^"(<>,;:\\]+|.', re.DOTALL)


def addresses(text: str) -> tuple[Address, ...]:
    """The mailboxes of an address field, groups flattened (RFC 5322 §3.4), at most 1000.

    Words without an @ and without angle brackets are a name with an empty address. Where a whole mailbox hides
    inside an encoded word it is found there.
    """
    found = _mailboxes(text)
    if "=?" in text and not any("@" in mailbox.address for mailbox in found):
        found = _mailboxes(decode_words(text))
    return tuple(found)


class _Mailbox:
    """One mailbox while it is being read."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.comments: list[str] = []
        self.angle: str | None = None

    def finished(self) -> Address | None:
        """The address, or None when nothing was written between two commas."""
        phrase = _blanks("".join(self.words))
        if self.angle is not None:
            written, name = self.angle, phrase or _blanks(" ".join(self.comments))
        elif "@" in phrase:
            written, name = _bare(phrase)
            name = name or _blanks(" ".join(self.comments))
        else:
            written, name = "", phrase or _blanks(" ".join(self.comments))
        return _address(name, written)


def _mailboxes(text: str) -> list[Address]:
    """One pass over the tokens: quotes and comments shield what is inside them."""
    found: list[Address] = []
    mailbox = _Mailbox()
    position = 0

    def finish() -> None:
        nonlocal mailbox
        address = mailbox.finished()
        if address is not None:
            found.append(address)
        mailbox = _Mailbox()

    while (token := _TOKEN.match(text, position)) and len(found) < MAX_ADDRESSES:
        mark, position = token[0], token.end()
        if mark == '"':
            quoted, position = _until(text, position, '"')
            mailbox.words.append(quoted)
        elif mark == "(":
            comment, position = _comment(text, position)
            mailbox.comments.append(comment)
        elif mark == "<":
            end = text.find(">", position)
            end = len(text) if end < 0 else end
            if mailbox.angle is None or "@" not in mailbox.angle:
                mailbox.angle = text[position:end]
            position = end + 1
        elif mark in ",;":
            finish()
        elif mark == ":" and mailbox.angle is None:
            mailbox = _Mailbox()
        elif mark not in ">:":
            mailbox.words.append(mark)
    finish()
    return found


def _until(text: str, start: int, quote: str) -> tuple[str, int]:
    """A quoted string without its escapes, and the position behind it; an open one ends with the text."""
    end = start
    while end < len(text) and text[end] != quote:
        end += 2 if text[end] == "\\" else 1
    return re.sub(r"\\(.)", r"\1", text[start:end]), end + 1


def _comment(text: str, start: int) -> tuple[str, int]:
    """A comment, nested as deeply as it likes, and the position behind it."""
    depth, position = 1, start
    while position < len(text) and depth:
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        position += 2 if text[position] == "\\" else 1
    return text[start : position - (depth == 0)], position


def _bare(phrase: str) -> tuple[str, str]:
    """An address without angle brackets, and the words around it."""
    words = phrase.split(" ")
    address = next(word for word in words if "@" in word)
    return address, " ".join(word for word in words if word is not address)


def _blanks(text: str) -> str:
    return " ".join(text.split())


def _address(name: str, written: str) -> Address | None:
    """The frozen value; None when there is neither name nor address."""
    shown = _blanks(one_line(decode_words(name))).strip("'\"") or None
    bare = re.sub(r"\s+", "", one_line(decode_words(written))).strip("<>'\"")
    bare = bare.removeprefix("mailto:")
    local, at, domain = bare.rpartition("@")
    if not at and ":" in bare:
        bare = ""  # a colon stands in no address (RFC 5322 §3.2.3), but in those that chats have with us
    if not bare and shown is None:
        return None
    return Address(shown, f"{local}{at}{domain.lower()}" if at else bare)


# ---------------------------------------------------------------------------------------------- message ids

_ID = re.compile(r"<([^<>]*)>")


def message_ids(text: str) -> tuple[str, ...]:
    """The ids of a Message-ID, In-Reply-To or References field, each as `<…>`, in order, at most 1000.

    Printed ids keep what stands between their brackets, blanks included (L-83). Between them anything may stand:
    nothing, commas, prose (L-34). Where no bracket is, every word with an @ is an id; brackets are added, since
    replies will come back with them.
    """
    text = one_line(decode_words(text))
    printed = [f"<{' '.join(inside.split())}>" for inside in _ID.findall(text) if inside.strip()]
    if printed:
        return tuple(printed[:MAX_IDS])
    words = [word.strip("<>\"'") for word in re.split(r"[\s,;]+", text)]
    return tuple(f"<{word}>" for word in words if "@" in word)[:MAX_IDS]


def own_message_id(text: str) -> str | None:
    """The one id of a Message-ID field; a single word without @ counts too."""
    ids = message_ids(text)
    if ids:
        return ids[0]
    bare = one_line(text).strip("<> ")
    return f"<{bare}>" if bare else None


# ---------------------------------------------------------------------------------------------- dates

_ISO = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T\s]*(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-]\d{2}:?\d{2}|Z)?"
)
_ZONE_IN_WORDS = re.compile(r"(?:GMT|UTC)\s*([+-]\d{2}):?(\d{2})")


def date(text: str) -> datetime | None:
    """The moment of a Date field, aware; a time without a zone is read as UTC. None when there is no date in it.

    Beyond RFC 5322: ISO 8601, year first, Chinese 年月日, `GMT+0800`, comments and rubbish behind the zone.
    """
    line = _ZONE_IN_WORDS.sub(r"\1\2", one_line(_without_comments(text[:1000])))
    return _rfc_date(line) or _iso_date(line)


def _without_comments(text: str) -> str:
    """The text with a blank for each comment, nested ones too."""
    kept: list[str] = []
    position = 0
    while (opened := text.find("(", position)) >= 0:
        kept.append(text[position:opened])
        position = _comment(text, opened + 1)[1]
    return " ".join([*kept, text[position:]])


def _rfc_date(line: str) -> datetime | None:
    try:
        parsed = parsedate_tz(line)
    except (
        ValueError,
        IndexError,
        TypeError,
        OverflowError,
    ):  # all seen on garbage, depending on the version
        return None
    if parsed is None or not 1 <= parsed[0] <= 9998:
        return None
    return _moment(parsed[:6], parsed[9] or 0)


def _iso_date(line: str) -> datetime | None:
    match = _ISO.search(line)
    if match is None:
        return None
    zone = match[7]
    offset = 0
    if zone and zone != "Z":
        digits = zone[1:].replace(":", "")
        offset = (int(digits[:2]) * 3600 + int(digits[2:]) * 60) * (-1 if zone[0] == "-" else 1)
    return _moment(tuple(int(part or 0) for part in match.groups()[:6]), offset)


def _moment(parts: tuple[int, ...], offset: int) -> datetime | None:
    year, month, day, hour, minute, second = parts
    try:
        zone = timezone(timedelta(seconds=offset)) if offset else UTC
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except (ValueError, OverflowError):
        return None
