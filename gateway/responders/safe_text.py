"""Words from outside, made fit to stand in a letter: nothing invisible, no forged lines, no subject of two lines.

Everything that a template prints of a person's words has gone through here; what it means is not this room's business.
"""

import re

MAX_LINE = 300
MAX_WORDS = 20_000
MAX_SUBJECT = 120
MAX_HEADER = 10_000

_INVISIBLE = dict.fromkeys(
    [
        *range(0x09),  # C0 without tab and the line ends, which splitlines() and split() deal with
        *range(0x0E, 0x1C),
        0x1F,
        *range(0x7F, 0x85),  # DEL and C1 without NEL
        *range(0x86, 0xA0),
        0x061C,  # bidirectional controls: they would reorder our own words around theirs (T15)
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        0xFEFF,
    ]
) | dict.fromkeys(
    range(0xD800, 0xE000), "\ufffd"
)  # lone surrogates could not be encoded when the mail leaves

_ANSWER_PREFIX = re.compile(
    r"(?:re|fw|fwd|aw|回复|回覆|答复|答覆|转发|轉寄|轉發)\s{0,3}(?:[\[(]\d{1,3}[\])])?\s{0,3}[:：]\s{0,3}",
    re.IGNORECASE,
)


def one_line(words: str, limit: int = MAX_LINE) -> str:
    """The words on one line without invisible characters, at most `limit` characters long."""
    line = " ".join(words[: limit * 4].translate(_INVISIBLE).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def lines_of(words: str, limit: int = MAX_WORDS) -> tuple[str, ...]:
    """The words line by line, never two empty lines in a row, none at either end; "…" stands for what is cut off."""
    kept: list[str] = []
    for line in words[:limit].translate(_INVISIBLE).splitlines():
        line = line.rstrip()
        if line or (kept and kept[-1]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    if len(words) > limit:
        kept.append("…")
    return tuple(kept)


def bare_subject(subject: str, number: str) -> str:
    """A subject without its answer and forward prefixes and without our tag, so that neither is stacked (L-3, L-29)."""
    bare = one_line(subject, MAX_HEADER).replace(f"[{number}]", " ").strip()
    start = 0
    while prefix := _ANSWER_PREFIX.match(bare, start):
        start = prefix.end()
    return one_line(bare[start:], MAX_SUBJECT)
