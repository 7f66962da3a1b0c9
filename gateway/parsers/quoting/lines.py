"""One line of a body, prepared once so that every rule can look at it cheaply.

Everything here is linear in the length of the body: a pattern never sees more than `LONGEST` characters
of a line, however long the line is (RELIABILITY T14).
"""

import re
from dataclasses import dataclass

from gateway.parsers.folding import fold, visible

LONGEST = 1000
"""Characters of a line that patterns look at."""

_MARKS = re.compile(r"[\s>]*")
_FENCE = "```"
_FENCED = "`"
_CJK_OR_KANA = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CLOCK = re.compile(r"\d{1,2}(?:[:.h]\d{2}|時\d|时\d)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as written (`raw`), how deep it is quoted, and its words as rules compare them (`plain`).

    `plain` has no quote marks, no bold marks, no outer blanks and no invisible characters; case and width
    are folded. It is cut after `LONGEST` characters.
    """

    raw: str
    depth: int
    plain: str

    @property
    def blank(self) -> bool:
        """Whether there is nothing to read in it."""
        return not self.plain

    @property
    def fenced(self) -> bool:
        """Whether it lies in or on a ``` fence: its `plain` begins with a back quote, so that no rule fits it."""
        return self.plain.startswith(_FENCED)

    @property
    def words(self) -> str:
        """The line as written, without quote marks and outer blanks, at most `LONGEST` characters."""
        return visible(_unmarked(self.raw[:LONGEST], self.depth)).strip()


def read_lines(body: str) -> list[Line]:
    """The lines of a body; lines inside a closed ``` fence carry no quote depth, for code may begin with `>`."""
    lines = [_read_line(raw) for raw in body.split("\n")]
    fences = [number for number, line in enumerate(lines) if line.plain.startswith(_FENCE)]
    for start, end in zip(fences[::2], fences[1::2], strict=False):
        for number in range(start, end + 1):
            lines[number] = Line(lines[number].raw, 0, _FENCED + lines[number].plain)
    return lines


def tight(text: str) -> str:
    """A label without the blanks that Chinese, Japanese and Korean programs put inside it ("抄 送")."""
    return text.replace(" ", "") if _CJK_OR_KANA.search(text) else " ".join(text.split())


def is_rule(line: Line) -> bool:
    """Whether the line is drawn, not written: three or more dashes, underscores, stars or equal signs."""
    drawn = line.plain.replace(" ", "")
    drawn = drawn or line.words.replace(" ", "")
    return len(drawn) >= 3 and not drawn.strip("-_=*~—–─━―")


def has_address(text: str) -> bool:
    """Whether a mail address stands in it: an @ between two characters that an address may have."""
    at = text.find("@")
    while at != -1:
        if (
            0 < at < len(text) - 1
            and text[at - 1].isalnum()
            and (text[at + 1].isalnum() or text[at + 1] == "[")
        ):
            return True
        at = text.find("@", at + 1)
    return False


def has_clock(text: str) -> bool:
    """Whether a time of day stands in it."""
    return _CLOCK.search(text) is not None


def has_year(text: str) -> bool:
    """Whether a year of this or the last century stands in it."""
    return _YEAR.search(text) is not None


def join(lines: list[Line]) -> str:
    """The lines as written, without blank lines around them."""
    return "\n".join(line.raw for line in lines).strip("\n").rstrip()


def _read_line(raw: str) -> Line:
    raw = raw.rstrip("\r")
    head = raw[:LONGEST]
    depth = _depth(head)
    plain = fold(_unmarked(head, depth)).replace("*", "").strip()
    return Line(raw, depth, plain)


def _depth(head: str) -> int:
    """How many `>` stand before the words; a line that also ends with `<` is a decoration, not a quote."""
    marks = _MARKS.match(head)
    depth = marks.group().count(">") if marks else 0
    return 0 if depth and head.rstrip().endswith("<") else depth


def _unmarked(head: str, depth: int) -> str:
    return head[_end_of_marks(head) :] if depth else head


def _end_of_marks(head: str) -> int:
    marks = _MARKS.match(head)
    return marks.end() if marks else 0
