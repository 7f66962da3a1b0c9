"""Which lines of a body are somebody else's: one pass from top to bottom.

A mark (see `marks`) either heads a block of `>` lines, below which the sender may go on writing, or it cuts
off everything below it. What stands above decides: a cut that would leave nothing is not made.
"""

from dataclasses import dataclass, field

from gateway.parsers import lexicon
from gateway.parsers.folding import fold, width
from gateway.parsers.quoting.lines import Line, is_rule
from gateway.parsers.quoting.marks import Mark, find_mark

_BANNERS = tuple(map(fold, lexicon.read("quoting")["banners"]["starts"]))
_MOST_BLANKS = 3
_WRAPS_AFTER = 50
_SENTENCE_ENDS = ".。!！?？:：;；"


@dataclass(slots=True)
class Scan:
    """The outcome: `old[n]` says whether line n is somebody else's; `forward` is where a forwarded message begins."""

    old: list[bool]
    forward: int | None = None
    spoken: bool = field(default=False, repr=False)
    """Whether the sender has written something above the line under the cursor."""
    attributed: bool = field(default=False, repr=False)
    """Whether an attribution was seen: from there on `>` means a quote, in a first mail too."""


def scan(lines: list[Line], *, first_mail: bool) -> Scan:
    """Tell old lines from new ones. In a first mail `>` lines are the sender's unless an attribution heads them."""
    found = Scan([False] * len(lines))
    at = 0
    while at < len(lines):
        if lines[at].depth:
            at = _take_block(lines, at, found, keep=first_mail and not _is_quote(lines, at, found))
        elif (mark := find_mark(lines, at)) is not None:
            at = _take_mark(lines, mark, found, first_mail=first_mail)
        else:
            _take_line(lines, at, found)
            at += 1
    return found


def _take_line(lines: list[Line], at: int, found: Scan) -> None:
    """A line of the sender's, unless a mail gateway put it there."""
    line = lines[at]
    if line.plain.startswith(_BANNERS):
        found.old[at] = True
    elif not line.blank and not is_rule(line):
        found.spoken = True


def _take_block(lines: list[Line], at: int, found: Scan, *, keep: bool) -> int:
    """A block of `>` lines with the wrapped ends that lost their mark; returns the line after it."""
    if found.forward is None and _announces_forward(lines, at):
        found.forward = at
    end = at
    while end < len(lines) and (lines[end].depth or _is_wrapped_end(lines, end)):
        found.old[end] = not keep
        end += 1
    found.spoken = found.spoken or keep
    return end


def _take_mark(lines: list[Line], mark: Mark, found: Scan, *, first_mail: bool) -> int:
    """Follow a mark; returns the line after what it covers. In a first mail the head of an old one is a forward."""
    if mark.kind in ("attribution", "forwarded") and _quote_follows(lines, mark.end):
        _flag(found, mark.start, mark.end)
        found.attributed = True
        if mark.kind == "forwarded":
            found.forward = mark.start
        return mark.end
    if mark.kind == "forwarded" or (mark.kind == "head" and (first_mail or not found.spoken)):
        found.forward = mark.start if found.forward is None else found.forward
    if found.spoken:
        _flag(found, _with_rules_above(lines, mark.start), len(lines))
        return len(lines)
    return len(lines) if found.forward is not None else mark.end


def _flag(found: Scan, start: int, end: int) -> None:
    found.old[start:end] = [True] * (end - start)


def _quote_follows(lines: list[Line], at: int) -> bool:
    """Whether the next written line, at most three blank ones later, is a `>` line."""
    for line in lines[at : at + _MOST_BLANKS + 1]:
        if line.depth:
            return True
        if not line.blank:
            return False
    return False


def _is_quote(lines: list[Line], at: int, found: Scan) -> bool:
    """Whether somebody is quoted: an attribution stands above the block, or it begins with a mark of its own."""
    found.attributed = found.attributed or find_mark(lines, _first_written(lines, at)) is not None
    return found.attributed


def _announces_forward(lines: list[Line], at: int) -> bool:
    """Whether a `>` block begins with the announcement or the head of a forwarded message."""
    mark = find_mark(lines, _first_written(lines, at))
    return mark is not None and mark.kind in ("forwarded", "head")


def _first_written(lines: list[Line], at: int) -> int:
    """The first line with words from `at` on, looking at most three lines further."""
    return next((n for n in range(at, min(at + _MOST_BLANKS + 1, len(lines))) if not lines[n].blank), at)


def _is_wrapped_end(lines: list[Line], at: int) -> bool:
    """Whether an unmarked line is the end of the long `>` line above it, broken off by a mail program.

    It stands alone between two `>` lines, and the line above it is long or has an open bracket, and does not
    end a sentence. An answer squeezed between two quoted lines hardly ever does all of this.
    """
    if lines[at].blank or not 0 < at < len(lines) - 1:
        return False
    above, below = lines[at - 1], lines[at + 1]
    if not above.depth or not below.depth or above.blank:
        return False
    words = above.words
    unfinished = width(words) >= _WRAPS_AFTER or words.count("(") > words.count(")")
    return unfinished and not words.endswith(tuple(_SENTENCE_ENDS)) and not lines[at].words[:1].isupper()


def _with_rules_above(lines: list[Line], start: int) -> int:
    """The first of the rules that stand right above a cut and belong to it."""
    first, above = start, start - 1
    while above >= 0 and (lines[above].blank or is_rule(lines[above])):
        if is_rule(lines[above]):
            first = above
        above -= 1
    return first
