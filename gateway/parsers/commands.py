"""What a colleague tells the gateway to do: "#progress disk replaced", "#级别 2".

Only in the first lines of the new words, each with a sign, one fixed grammar (LESSONS L-56, RELIABILITY T39): a
line of a log, a quoted command or a heading further down changes nothing. Whether the sender may give a
command is not decided here.

    #word argument      full-width ＃ and ：, blanks after the sign, any case, small slips: all understood
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.parsers import lexicon
from gateway.parsers.folding import fold

__all__ = ["Command", "CommandsRead", "read"]

_PHRASES = lexicon.read("commands")
_NAME_OF = {fold(word).replace(" ", ""): name for name, words in _PHRASES["words"].items() for word in words}
_NEVER = frozenset(map(fold, _PHRASES["spelling"]["never"]))
_LINES_ALWAYS = frozenset(_PHRASES["argument"]["lines_always"])
_LINES_IF_EMPTY = frozenset(_PHRASES["argument"]["lines_if_empty"])
_PARAGRAPHS = frozenset(_PHRASES["argument"]["lines_and_paragraphs"])
_TOUCHING = sorted(
    (
        word
        for word, name in _NAME_OF.items()
        if name in _PHRASES["argument"]["touching"] and word[0] >= "\u2e80"
    ),
    key=len,
    reverse=True,
)
_EXACT = frozenset(_PHRASES["spelling"]["exact"])
_FORGIVING = {
    word: name for word, name in _NAME_OF.items() if word.isascii() and len(word) >= 5 and name not in _EXACT
}

_SIGIL = re.compile(r"\s*[#＃]\s*")
_WORD = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]{2,24}|[\u3400-\u9fff]{1,12}")
_AFTER_WORD = re.compile(
    r"\s*[:：,，.。!！、]\s*|\s+|(?=[\d（(@]|$)|(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])(?=[A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command by its canonical name ("progress") and what was said with it; lines joined by `\\n`, or empty."""

    name: str
    argument: str


@dataclass(frozen=True, slots=True)
class CommandsRead:
    """The commands in their order, the words that are left, and the lines that look like a command and are none."""

    commands: tuple[Command, ...]
    rest: str
    unknown: tuple[str, ...]


def read(text: str) -> CommandsRead:
    """Read the commands that stand at the beginning of the new words.

    `text` is `quoting.Words.text`: never pass a whole body. Reading stops at the first written line without a
    sign; blank lines between commands are skipped. A line with a sign and a strange word is reported in `unknown`,
    stays in `rest`, and does not stop the reading. `#note` takes the lines below it up to a blank line or
    the next sign; `#progress` and `#plan` do so when their own line says nothing; `#reply` takes all of them up to the
    next sign. Never raises.
    """
    lines = text.split("\n")
    commands: list[Command] = []
    unknown: list[str] = []
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
        elif not _is_signed(lines[at]):
            break
        elif (command := _command(lines[at])) is None:
            unknown.append(lines[at].strip())
            kept.append(lines[at])
            at += 1
        else:
            below = list(_taken_below(command, lines, at + 1))
            argument = "\n".join((command.argument, *below)).strip("\n")
            commands.append(Command(command.name, argument))
            at += 1 + len(below)
    rest = "\n".join([*kept, *lines[at:]]).strip("\n")
    return CommandsRead(tuple(commands), rest, tuple(unknown))


def _is_signed(line: str) -> bool:
    """Whether the line begins with a sign and a word; `##` and `#1` do not."""
    sign = _SIGIL.match(line)
    return sign is not None and _WORD.match(line, sign.end()) is not None


def _command(line: str) -> Command | None:
    """The command of a signed line; None when its word is none of ours."""
    sign = _SIGIL.match(line)
    word = _WORD.match(line, sign.end()) if sign else None
    if word is None:
        return None
    name, end = _name(word.group()), word.end()
    if name is None and (touching := _touching(line, word.start())):
        name, end = _NAME_OF[touching], word.start() + len(touching)
    after = _AFTER_WORD.match(line, end)
    return Command(name, line[after.end() :].strip()) if name and after else None


def _name(word: str) -> str | None:
    """The canonical name of a word as written, small slips forgiven."""
    word = fold(word)
    exact = _NAME_OF.get(word)
    if exact or word in _NEVER or not word.isascii() or len(word) < 4:
        return exact
    return next((name for right, name in _FORGIVING.items() if _one_slip(word, right)), None)


def _touching(line: str, start: int) -> str | None:
    """The Chinese word that stands here with its argument right behind it."""
    head = fold(line[start : start + 12])
    return next((word for word in _TOUCHING if head.startswith(word)), None)


def _one_slip(written: str, right: str) -> bool:
    """Whether one letter is wrong, missing, doubled or changed places with its neighbour."""
    if abs(len(written) - len(right)) > 1:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(written, right, strict=False)) if a != b),
        min(len(written), len(right)),
    )
    tails = written[start:], right[start:]
    return (
        tails[0][1:] == tails[1][1:]
        or tails[0][1:] == tails[1]
        or tails[0] == tails[1][1:]
        or (tails[0][:2] == tails[1][:2][::-1] and tails[0][2:] == tails[1][2:])
    )


def _taken_below(command: Command, lines: list[str], at: int) -> Iterator[str]:
    """The lines from `at` that belong to the command."""
    name = command.name
    if name in _PARAGRAPHS or name in _LINES_ALWAYS or (name in _LINES_IF_EMPTY and not command.argument):
        yield from _lines_below(lines, at, to_the_end=name in _PARAGRAPHS)


def _lines_below(lines: list[str], at: int, *, to_the_end: bool) -> Iterator[str]:
    """The lines from `at` up to a blank line, unless `to_the_end`, or the next sign."""
    while at < len(lines) and (to_the_end or lines[at].strip()) and not _is_signed(lines[at]):
        yield lines[at].strip()
        at += 1
