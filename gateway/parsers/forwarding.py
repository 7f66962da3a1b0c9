"""The message inside a forward: who wrote it, to whom, about what, and their words without the wrapper.

Outlook, Foxmail, QQ, Coremail, NetEase, Gmail and Apple Mail each draw the head of a forwarded message their own way;
`quoting` finds where it stands, this room reads what it says. An attribution line ("On Monday Ada wrote:") is a head of
one line. Source: LESSONS L-50, L-51, L-86.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.messages import Address
from gateway.parsers import lexicon, quoting
from gateway.parsers.folding import fold
from gateway.parsers.quoting import Words
from gateway.parsers.quoting.lines import LONGEST, Line, is_rule, join, read_lines, tight
from gateway.parsers.quoting.marks import Mark, find_mark

__all__ = ["MOST_LEVELS", "Forwarded", "bare_subject", "chain", "inner"]

MOST_LEVELS = 10
"""How often a message may have been forwarded until nobody unwraps it any more; keeps the time linear."""

_KINDS = ("from", "to", "date", "subject", "copy", "other")
_LABELS = {tight(fold(label)): kind for kind in _KINDS for label in lexicon.read("quoting")["labels"][kind]}
_LONGEST_LABEL = 30
_MOST_RECIPIENTS = 100

# A local part and a domain with a dot: "\@DengXian" and "@font-face" of a style sheet have neither (L-50).
_ADDRESS = re.compile(
    r"(?<![\w.%+'-])(?P<address>[A-Za-z0-9][\w.%+'-]{0,63}@(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z][A-Za-z0-9-]{1,30})",
    re.ASCII,
)
_ON_BEHALF = re.compile(r"\bon behalf of\b|(?<=\S)\s+代表\s+", re.IGNORECASE)
_NAME_MARKS = " \t\"'“”‘’*;；,，、<>[]()（）|"
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)
_NOT_A_NAME = re.compile(r"\d|[,，:：]|年|月|日(?!\w)|周[一二三四五六日]|星期[一二三四五六日]|[上下]午")
_FORWARD_PREFIX = re.compile(
    r"(?:\s*(?:fwd?|fw|wg|tr|转发|轉寄|轉發|转寄)\s?[:：]|\s*[\[【](?:fwd?|转发|轉寄|轉發)[\]】])+\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A message that somebody passed on, as its head describes it.

    `sender`   as the head names them; `address` is empty where only a name stands there (Exchange does that)
    `date`     as written: every program and language writes it differently
    `body`     what stood below the head, without the quote marks that the wrapper put there
    """

    sender: Address | None
    date: str | None
    subject: str | None
    to: tuple[Address, ...]
    body: str


def inner(words: Words) -> Forwarded | None:
    """The outermost message that this one carries, or None when it carries none.

    `words` are told apart with `is_reply=False`, so that a head below a covering note counts as a forward. Never
    raises, linear in the length of the body.
    """
    lines = read_lines(words.forwarded or words.quoted)
    mark = _first_mark(lines)
    if mark is None:
        return None
    if mark.kind == "attribution":
        wrote = " ".join(line.words for line in lines[mark.start : mark.end])
        return Forwarded(_who_wrote(wrote), None, None, (), _body(lines, mark))
    fields = _fields(lines[mark.start : mark.end])
    senders = _addresses(_acting_for(fields.get("from", "")), 1)
    name = fields.get("from", "").strip(_NAME_MARKS)[:LONGEST]
    return Forwarded(
        sender=senders[0] if senders else Address(name, "") if name else None,
        date=fields.get("date") or None,
        subject=fields.get("subject") or None,
        to=_addresses(fields.get("to", ""), _MOST_RECIPIENTS),
        body=_body(lines, mark),
    )


def chain(words: Words) -> Iterator[Forwarded]:
    """The messages inside one another, the outermost first, at most ten."""
    for _ in range(MOST_LEVELS):
        found = inner(words)
        if found is None:
            return
        yield found
        words = quoting.split(found.body, is_reply=None)


def bare_subject(subject: str) -> str:
    """A subject without the prefixes that forwarding put before it: "Fw: 转发：Re: 登录不上" is "Re: 登录不上"."""
    prefix = _FORWARD_PREFIX.match(subject[:LONGEST])
    return subject[prefix.end() :].strip() if prefix else subject.strip()


# -- finding the head --------------------------------------------------------------------------------


def _first_mark(lines: Sequence[Line]) -> Mark | None:
    """The head or attribution of the carried message; what only announces it is passed over."""
    lines = list(lines)
    at = 0
    while at < len(lines):
        mark = find_mark(lines, at)
        if mark is None:
            at += 1
        elif mark.kind in ("head", "attribution"):
            return _one_head(lines, mark)
        else:
            below = _first_written(lines, mark.end)
            head = find_mark(lines, below) if below < len(lines) else None
            return _one_head(lines, head) if head and head.kind == "head" else _short_head(lines, below)
    return None


def _one_head(lines: Sequence[Line], mark: Mark) -> Mark:
    """The mark up to the next sender: a forward of a forward without a word between has two heads in a row."""
    again = (at for at in range(mark.start + 1, mark.end) if (_label(lines[at]) or ("",))[0] == "from")
    return replace(mark, end=next(again, mark.end)) if mark.kind == "head" else mark


def _short_head(lines: Sequence[Line], start: int) -> Mark:
    """Right below an announcement every labelled line belongs to the head, even where a sender stands alone."""
    end = start
    while end < len(lines) and _label(lines[end]) is not None:
        end += 1
    return Mark("head", start, end)


def _first_written(lines: Sequence[Line], at: int) -> int:
    while at < len(lines) and (lines[at].blank or is_rule(lines[at])):
        at += 1
    return at


# -- reading it --------------------------------------------------------------------------------------


def _fields(head: Sequence[Line]) -> Mapping[str, str]:
    """The values of a head by kind, the first of each kind; a wrapped line continues the one above it."""
    values: dict[str, list[str]] = {}
    current: list[str] = []
    for line in head:
        if (labelled := _label(line)) is not None:
            kind, value = labelled
            current = [value]
            values.setdefault(kind, current)
        elif not line.blank:
            current.append(line.words)
    return {kind: " ".join(parts).strip(" \t*|") for kind, parts in values.items()}


def _label(line: Line) -> tuple[str, str] | None:
    """The kind of a head's line and what it says; NetEase draws its head as a table with bars."""
    words = line.words.lstrip("|* \t")
    for separator in (":", "：", "|"):
        label, found, value = words[:LONGEST].partition(separator)
        if found and len(label) <= _LONGEST_LABEL:
            kind = _LABELS.get(tight(fold(label).replace("*", "").strip()))
            if kind is not None:
                return kind, value.strip(" \t*|")
    return None


def _addresses(text: str, most: int) -> tuple[Address, ...]:
    """The mailboxes of a line, each with the name before it, none twice."""
    text = _MAILTO.sub("", text)
    found: dict[str, Address] = {}
    read_to = 0
    for match in _ADDRESS.finditer(text):
        local, _, domain = match["address"].rpartition("@")
        name = text[read_to : match.start()].strip(_NAME_MARKS)
        address = f"{local}@{domain.lower()}"
        found.setdefault(address.lower(), Address(name or None, address))
        read_to = match.end()
        if len(found) == most:
            break
    return tuple(found.values())


def _acting_for(text: str) -> str:
    """Of "the assistant on behalf of the manager <…>" the part that names who speaks."""
    return _ON_BEHALF.split(text[:LONGEST])[-1]


def _who_wrote(attribution: str) -> Address | None:
    """Who an attribution names: what stands before the address, without the date before it."""
    found = _addresses(attribution, 1)
    if not found:
        return None
    name = _NOT_A_NAME.split(found[0].name or "")[-1].strip(_NAME_MARKS)
    return Address(name or None, found[0].address)


def _body(lines: Sequence[Line], mark: Mark) -> str:
    """What stands below the head, freed from the quote marks of the wrapper."""
    below = list(lines[mark.end :])
    depth = min((line.depth for line in below if not line.blank), default=0)
    head_depth = lines[mark.start].depth if mark.start < len(lines) else 0
    wrapped = max(depth, head_depth, 1 if mark.kind == "attribution" and _quotes_first(below) else 0)
    kept = [line for number, line in enumerate(below) if _is_inside(below, number, wrapped)]
    return join([Line(_unquoted(line.raw, wrapped), 0, line.plain) for line in kept])


def _quotes_first(below: Sequence[Line]) -> bool:
    return next((line.depth > 0 for line in below if not line.blank), False)


def _is_inside(below: Sequence[Line], number: int, depth: int) -> bool:
    """Whether a line belongs to the message: quoted as deep as it, blank, or the wrapped end of such a line."""
    line = below[number]
    if line.depth >= depth or line.blank:
        return True
    around = below[max(0, number - 1) : number + 2]
    return len(around) == 3 and around[0].depth >= depth and around[2].depth >= depth


def _unquoted(raw: str, depth: int) -> str:
    for _ in range(depth):
        bare = raw.lstrip()
        if not bare.startswith(">"):
            return raw
        raw = bare[1:].removeprefix(" ")
    return raw
