"""What marks the words below it as somebody else's: separators, the head of an old message, "… wrote:".

Each reader looks at a line and at no more than a handful of lines below it, so that the whole scan stays
linear (RELIABILITY 0.16). The phrases are data: `lexicon/quoting.toml`.
"""

import re
from dataclasses import dataclass
from typing import Literal

from gateway.parsers import lexicon
from gateway.parsers.folding import fold
from gateway.parsers.quoting.lines import Line, has_address, has_clock, has_year, tight

Kind = Literal["original", "forwarded", "head", "attribution"]

_PHRASES = lexicon.read("quoting")
_MOST_ATTRIBUTION_LINES = 6
_LONGEST_ATTRIBUTION = 500
_MOST_HEAD_LINES = 16
_MOST_CONTINUATIONS = 4
_LONGEST_LABEL = 30


@dataclass(frozen=True, slots=True)
class Mark:
    """Lines `start` up to, not including, `end` say that what follows is not new. `kind` says how they say it."""

    kind: Kind
    start: int
    end: int


def _folded(table: str, name: str) -> frozenset[str]:
    return frozenset(tight(fold(phrase)) for phrase in _PHRASES[table][name])


def _alternatives(phrases: tuple[str, ...]) -> str:
    """One pattern for all phrases, the longest first."""
    return "|".join(re.escape(phrase) for phrase in sorted(map(fold, phrases), key=len, reverse=True))


_ORIGINAL = _folded("separators", "original")
_FORWARDED = _folded("separators", "forwarded")
_FORWARDED_PLAIN = _folded("separators", "forwarded_plain")
_REPLY_ABOVE = _folded("separators", "reply_above")
_LABELS = {
    label: kind
    for kind in ("from", "to", "copy", "date", "subject", "other")
    for label in _folded("labels", kind)
}
_VERBS_LAST = tuple(sorted(map(fold, _PHRASES["attribution"]["verbs_last"]), key=len, reverse=True))
_VERB_INSIDE = re.compile(rf"(?<!\w)(?:{_alternatives(_PHRASES['attribution']['verbs_inside'])})(?!\w)")
_OPENERS = tuple(
    fold(opener) + ("" if opener[0] >= "\u2e80" else " ") for opener in _PHRASES["attribution"]["openers"]
)
_DASHES = "-_=*~—–─━― "
_SHARED_LINE = re.compile(r"-{3} (?=On )")


def find_mark(lines: list[Line], at: int) -> Mark | None:
    """The mark that begins at this line, or None; code between fences marks nothing."""
    if lines[at].fenced:
        return None
    return _separator(lines, at) or _attribution(lines, at) or _head(lines, at)


def split_shared_line(raw: str) -> tuple[str, str] | None:
    """The reply and the attribution when a careless program put both on one line ("reply--- On … wrote:")."""
    found = _SHARED_LINE.search(raw[:_LONGEST_ATTRIBUTION])
    if not found or not _ends_with_verb(fold(raw[:_LONGEST_ATTRIBUTION])):
        return None
    reply, attribution = raw[: found.start()], raw[found.start() :]
    return (reply, attribution) if reply.strip("- ") else None


def _separator(lines: list[Line], at: int) -> Mark | None:
    """A line that announces an old message by itself."""
    plain = lines[at].plain
    if not plain or len(plain) > 120:
        return None
    words = tight(plain.strip(_DASHES).rstrip(": ").strip(_DASHES))
    drawn = plain[0] in _DASHES and words != plain
    if drawn and (words in _ORIGINAL or words in _REPLY_ABOVE):
        return Mark("original", at, at + 1)
    if (words in _FORWARDED_PLAIN and (plain.endswith(":") or drawn)) or (drawn and words in _FORWARDED):
        return Mark("forwarded", at, at + 1)
    return None


# -- "On Monday Ada wrote:" ------------------------------------------------------------------------


def _attribution(lines: list[Line], at: int) -> Mark | None:
    """An attribution, on one line or wrapped over several."""
    first = lines[at].plain
    if not first or not _may_begin(first):
        return None
    joined = ""
    for end in range(at, min(at + _MOST_ATTRIBUTION_LINES, len(lines))):
        line = lines[end]
        if end > at and _breaks(lines, at, end, joined):
            return None
        joined = f"{joined} {line.plain}".strip()
        if len(joined) > _LONGEST_ATTRIBUTION:
            return None
        if _attributes(joined):
            return None if _later_start(lines, at, end) else Mark("attribution", at, end + 1)
    return None


def _may_begin(plain: str) -> bool:
    """A cheap look at the first line: it opens like one, or somebody's name and address stand in it."""
    return (
        _opens(plain) or "<" in plain or "@" in plain or has_clock(plain) or has_year(plain) or _ends(plain)
    )


def _opens(plain: str) -> bool:
    """It begins with "On" or a sister of it and has a digit, or with the date itself."""
    plain = plain.lstrip("-— ")
    opened = plain.startswith(_OPENERS) and any(char.isdigit() for char in plain)
    return opened or (plain[:1].isdigit() and (has_clock(plain) or has_year(plain)))


def _ends(plain: str) -> bool:
    return plain.endswith(":") or _ends_with_verb(plain)


def _ends_with_verb(text: str) -> bool:
    """Whether the last word is "wrote" or a sister of it; Chinese, Japanese and Korean verbs may touch the name."""
    tail = text[-80:].rstrip(" -:,;")
    if not tail.endswith(_VERBS_LAST):
        return False
    verb = next(verb for verb in _VERBS_LAST if tail.endswith(verb))
    return verb[0] >= "\u2e80" or not tail[: -len(verb)][-1:].isalnum()


def _breaks(lines: list[Line], at: int, end: int, joined: str) -> bool:
    """Whether this line cannot belong to the attribution begun above it.

    A blank line or a quote mark inside is allowed only within an address that was opened and not closed;
    a blank line also where the address stands on the line after it.
    """
    if joined.count("<") > joined.count(">"):
        return False
    if lines[end].blank:
        return not (end + 1 < len(lines) and lines[end + 1].plain.startswith("<"))
    return lines[end].depth != lines[at].depth


def _attributes(text: str) -> bool:
    """Whether the joined lines say who wrote what follows, and when or from which address."""
    if not _ends(text):
        return False
    address, clock, opened = has_address(text), has_clock(text), _opens(text)
    if _ends_with_verb(text):
        return address or clock or opened or has_year(text)
    if _VERB_INSIDE.search(text) and (address or clock) and (opened or "<" in text or clock):
        return True
    return address and "<" in text and (clock or has_year(text))


def _later_start(lines: list[Line], at: int, end: int) -> bool:
    """Whether the attribution really begins on a later line, and this one only stands above it."""
    if any(_opens(lines[later].plain) for later in range(at + 1, end + 1)):
        return True
    if _opens(lines[at].plain) or _names_sender(lines[at].plain):
        return False
    return any(
        _attributes(" ".join(line.plain for line in lines[later : end + 1]))
        for later in range(at + 1, end + 1)
    )


def _names_sender(plain: str) -> bool:
    """ "Ada <ada@example.org> ...": a name, an address in brackets, and the sentence goes on."""
    return has_address(plain) and 0 < plain.find("<") < plain.find("@") and not plain.endswith((".", "。"))


# -- From: / Sent: / To: / Subject: ----------------------------------------------------------------


def _head(lines: list[Line], at: int) -> Mark | None:
    """The head of an old message: its labels, wrapped lines and blank lines between them."""
    if _label(lines[at]) is None:
        return None
    kinds: set[str] = set()
    end, loose, blanks = at, 0, 0
    for number in range(at, min(at + _MOST_HEAD_LINES, len(lines))):
        line = lines[number]
        if _label(line):
            kinds |= _labels(line)
            end, loose, blanks = number + 1, 0, 0
        elif line.blank:
            blanks += 1
            if blanks > 1:
                break
        else:
            loose += 1
            if loose > _MOST_CONTINUATIONS or blanks:
                break
    return Mark("head", at, end) if _is_head(kinds) else None


def _is_head(kinds: set[str]) -> bool:
    """A sender, and beside it what a mail program adds; a patch has "From:" and "Subject:" alone."""
    return "from" in kinds and ("date" in kinds or {"to", "subject"} <= kinds)


def _labels(line: Line) -> set[str]:
    """The kinds of all labels of a line that begins with one: "Date: … To: … Subject: …" may share a line."""
    words = (tight(word[:-1]) for word in line.plain.split() if word.endswith(":"))
    return {kind for kind in (_label(line), *map(_LABELS.get, words)) if kind}


def _label(line: Line) -> str | None:
    """What kind of header the line gives: from, to, copy, date, subject, other; None when it gives none."""
    plain = line.plain.lstrip("| ")
    end = plain.find(":", 0, _LONGEST_LABEL)
    if end == -1 and line.plain.startswith("|"):
        end = plain.find("|", 0, _LONGEST_LABEL)  # NetEase Mail Master draws the head as a table
    return _LABELS.get(tight(plain[:end].strip())) if end > 0 else None
