"""The new words, the quoted words, the signature.

A reply carries old mail below it, above it or around it. Commands, symptoms and a customer's "solved" are read
from the new words only, so taking old words for new ones is worse than untidy: old orders would be carried
out again (RELIABILITY 0.15, T39). A line scanner of our own does it, linear on any input (0.16, T14).

    quoting.split("Fixed, thanks.\\n\\nOn Monday Ada wrote:\\n> Any news?").text == "Fixed, thanks."
"""

from dataclasses import dataclass, replace

from gateway.parsers import lexicon
from gateway.parsers.folding import fold
from gateway.parsers.quoting.lines import Line, is_rule, join, read_lines
from gateway.parsers.quoting.marks import split_shared_line
from gateway.parsers.quoting.scan import Scan, scan
from gateway.parsers.quoting.signature import find_signature, is_client_line

__all__ = ["Words", "split"]

MAX_LINES = 20_000
MAX_LENGTH = 1_000_000
"""Lines and characters that are told apart. No letter is longer, but a pasted log may be."""

_POINTERS = frozenset(map(fold, lexicon.read("quoting")["pointers"]["notes"]))


@dataclass(frozen=True, slots=True)
class Words:
    """A body, told apart.

    `text`       what the sender wrote now; empty only when the body is
    `quoted`     everything that was cut as somebody else's, attribution lines, heads and banners included
    `signature`  the closing block, from the sign-off or rule on: company and phone are read from it
    `forwarded`  the inner message of a forward, from its announcement on, wherever it stands: in `quoted`
                 when the sender wrote something above it, in `text` when not

    `text`, `signature` and `quoted` together hold every written line of the body, once.
    """

    text: str
    quoted: str
    signature: str
    forwarded: str


def split(body: str, *, is_reply: bool | None = None) -> Words:
    """Tell a body apart.

    `body` is plain text with `\\n` line ends. `is_reply` is what the headers say: True with In-Reply-To or
    "Re:", False for a first mail, None when nobody knows. In a first mail `>` lines without an attribution
    above them are the sender's own (a log, a shell), and nothing below a signature is cut.

    Never raises, takes time linear in the length of the body, and never returns an empty `text` for a body
    that has words: a forward without a covering note, or a quote answered inside the quote, stays whole in
    `text` (LESSONS L-86). Lines beyond the limits are not looked at; they follow the quoted words, or the text
    where there are none.
    """
    top, rest = _within_limits(body)
    words = _told_apart(top, is_reply=is_reply)
    if not rest:
        return words
    if words.quoted:
        return replace(words, quoted=f"{words.quoted}\n{rest}")
    return replace(words, text=body, signature="")


def _within_limits(body: str) -> tuple[str, str]:
    """The lines that are told apart, and those below them."""
    if len(body) <= MAX_LENGTH and body.count("\n") < MAX_LINES:
        return body, ""
    end = body.rfind("\n", 0, MAX_LENGTH) if len(body) > MAX_LENGTH else len(body)
    top = "\n".join(body[: end if end > 0 else MAX_LENGTH].split("\n")[:MAX_LINES])
    return top, body[len(top) :].removeprefix("\n")


def _told_apart(body: str, *, is_reply: bool | None) -> Words:
    lines = _separate_shared_lines(read_lines(body))
    found = scan(lines, first_mail=is_reply is False)
    new = [line for line, old in zip(lines, found.old, strict=True) if not old]
    quoted = [line for line, old in zip(lines, found.old, strict=True) if old]
    forwarded = "" if found.forward is None else join(lines[found.forward :])
    if _says_nothing(new, points=bool(forwarded)) or _is_bare_forward(found):
        return Words(join(lines), "", "", forwarded)
    start = find_signature(new)
    cut = _client_line(new[:start]) if is_reply is not False else None
    if cut is None:
        return Words(join(new[:start]), join(quoted), join(new[start:]), forwarded)
    new, below = new[: cut + 1], new[cut + 1 :]
    start = find_signature(new)
    return Words(join(new[:start]), join(below + quoted), join(new[start:]), forwarded)


def _separate_shared_lines(lines: list[Line]) -> list[Line]:
    """Give the attribution a line of its own where a program put it behind the reply's last word."""
    separated: list[Line] = []
    for line in lines:
        halves = None if line.depth else split_shared_line(line.raw)
        separated += read_lines("\n".join(halves)) if halves else [line]
    return separated


def _says_nothing(new: list[Line], *, points: bool) -> bool:
    """Whether nothing was written; a note that only points at the forward below it ("FYI") says nothing either."""
    written = [line for line in new if not line.blank and not is_rule(line)]
    return all(points and (is_client_line(line) or _is_pointer(line)) for line in written)


def _is_bare_forward(found: Scan) -> bool:
    """Whether the forwarded message stands at the top, with nothing above it that it could be cut from."""
    return found.forward is not None and not found.old[found.forward]


def _is_pointer(line: Line) -> bool:
    return line.plain.strip(" .,:!。，：！") in _POINTERS


def _client_line(unsigned: list[Line]) -> int | None:
    """Where "Sent from my …" stands above the signature: what follows it is the old message, without any mark."""
    numbers = (number for number, line in enumerate(unsigned) if number and is_client_line(line))
    return next(numbers, None)
