"""The table of promises: read from the list, config.toml and the stories; written to docs/promises.md.

`make promises` writes it, tests/promises/test_table.py fails when the file on disk says something else. The stories
are found by the ids in their docstrings ("P-30", "P-40 … P-42").
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from gateway.cases.policy import BeforeClose, Limit
from gateway.config import load
from gateway.policy_rows import EVERY_KIND, NoticeRow, TargetRow
from tests.sentences import sentences

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("service.toml")
CONFIG = ROOT / "config.toml"
STORIES = ROOT / "tests" / "stories"
PAGE = ROOT / "docs" / "promises.md"

EVERY_LEVEL = 0

_CITED = re.compile(r"P-(\d\d)(?:\s*(?:…|\.\.\.|–|to)\s*P-(\d\d))?")
_HEAD = """\
# Every promise, its rows and its stories

Made by `make promises` from [the list](../tests/promises/service.toml), [config.toml](../config.toml) and the
docstrings in [tests/stories](../tests/stories): change those, not this. Units: `m h` always run, `wm wh wd` only while
the plan's calendar works.
"""
_TABLE = "| id | promise | rows | stories |\n| --- | --- | --- | --- |"


@dataclass(frozen=True, slots=True)
class Promise:
    """One id of the service. `ahead`: why it is not part of handling a case yet."""

    id: str
    line: str
    group: str
    no_row: str | None = None
    no_story: str | None = None
    ahead: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A story as its name tells it, in which file, and the ids that its docstring cites."""

    sentence: str
    file: str
    cites: frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """What a row of config.toml says of one promise, in a few words."""

    promise: str
    words: str


def promises() -> list[Promise]:
    """Every promise, in the order of the list."""
    return [
        Promise(group=group["name"], ahead=group.get("ahead"), **each)
        for group in tomllib.loads(LIST.read_text())["group"]
        for each in group["promises"]
    ]


def cited(text: str) -> frozenset[str]:
    """The ids that a text names, ranges of one ten written out: "P-40 … P-42" names three, "P-20 … P-48" two."""
    return frozenset(each for first, last in _CITED.findall(text) for each in _between(first, last or first))


def _between(first: str, last: str) -> Iterator[str]:
    if first[0] != last[0]:
        yield from (f"P-{first}", f"P-{last}")
    else:
        yield from (f"P-{number:02}" for number in range(int(first), int(last) + 1))


def stories(folder: Path = STORIES) -> list[Story]:
    """Every story of the folder, in the order of files and lines."""
    return [
        Story(sentence, path.name, cited(docstring))
        for sentence, path, docstring in sentences(folder.glob("test_*.py"))
    ]


def rows(config: Path = CONFIG) -> list[Row]:
    """What the rows of a config.toml say of every promise, in the order of the file."""
    said = load(config, {})
    return [
        *(Row(row.promise, f"service `{row.name}`") for row in said.service if row.promise),
        *(each for row in said.target for each in _of_target(row)),
        *(Row(row.promise, _of_notice(row)) for row in said.notice if row.promise),
    ]


def _of_target(row: TargetRow) -> Iterator[Row]:
    """One for each id: a row that promises something else at each level speaks of four."""
    limits = row.within if isinstance(row.within, Mapping) else {EVERY_LEVEL: row.within}
    ids = row.promise if isinstance(row.promise, Mapping) else dict.fromkeys(limits, row.promise)
    for promise in dict.fromkeys(ids.values()):
        mine = {level: limits.get(level, limits.get(EVERY_LEVEL)) for level in ids if ids[level] == promise}
        said = {level: _in_words(limit) for level, limit in mine.items() if limit is not None}
        yield Row(promise, f"`{row.name}` {_by_level(said)}, owed by {row.owed_by}{_clock(row)}{_only(row)}")


def _in_words(limits: Sequence[Limit]) -> str:
    return " or ".join(
        f"{limit.lead} before close" if isinstance(limit, BeforeClose) else str(limit) for limit in limits
    )


def _by_level(said: Mapping[int, str]) -> str:
    """ "10wm (levels 1, 2, 3)", "1wh (level 1), 2wh (level 2)", or "5wm" where the level makes no difference."""
    grouped = [(limit, list(levels)) for limit, levels in groupby(said, key=lambda level: said[level])]
    return ", ".join(
        limit
        if levels == [EVERY_LEVEL]
        else f"{limit} (level{'s' * (len(levels) > 1)} {', '.join(map(str, levels))})"
        for limit, levels in grouped
    )


def _clock(row: TargetRow) -> str:
    """ ", on the 5x8 clock (levels 2, 3, 4)" where another calendar than the plan's counts."""
    if row.clock is None:
        return ""
    clocks = row.clock if isinstance(row.clock, Mapping) else {EVERY_LEVEL: row.clock}
    return f", on the clock {_by_level(clocks)}"


def _of_notice(row: NoticeRow) -> str:
    return f"says `{row.notice}` to {', '.join(row.to)}{_only(row)}"


def _only(row: TargetRow | NoticeRow) -> str:
    """For whom alone: kinds of case, services, levels, or where something is configured."""
    narrower = row.services if isinstance(row, TargetRow) else [f"level {each}" for each in row.levels]
    kinds = ["every kind"] if row.kinds == (EVERY_KIND,) else row.kinds
    needs = [f"where there is a {need.upper()}" for need in row.needs]
    named = ", ".join([*kinds, *narrower])
    return f" ({'; '.join(filter(None, (named, *needs)))})" if named or needs else ""


def gaps() -> list[str]:
    """What is missing, or excused without need: nothing, if every promise has its row and its story."""
    with_row, with_story = (
        {row.promise for row in rows()},
        {each for story in stories() for each in story.cites},
    )
    return [
        f"{promise.id}: {problem}"
        for promise in promises()
        if promise.ahead is None
        for has, excuse, what in (
            (promise.id in with_row, promise.no_row, "row"),
            (promise.id in with_story, promise.no_story, "story"),
        )
        for problem in _problems(has, excuse, what)
    ]


def _problems(has: bool, excuse: str | None, what: str) -> Iterator[str]:
    if not has and excuse is None:
        yield f"has no {what}"
    if has and excuse is not None:
        yield f"has a {what}, and an excuse for having none"


def page() -> str:
    """The whole of docs/promises.md."""
    said, told = rows(), stories()
    parts = [_HEAD]
    for group, members in groupby(promises(), key=lambda promise: promise.group):
        lines = "\n".join(_line(promise, said, told) for promise in members)
        parts.append(f"## {group}\n\n{_TABLE}\n{lines}\n")
    return "\n".join(parts)


def _line(promise: Promise, said: Sequence[Row], told: Sequence[Story]) -> str:
    mine = [row.words for row in said if row.promise == promise.id]
    its = [
        f"[{story.sentence}](../tests/stories/{story.file})" for story in told if promise.id in story.cites
    ]
    why_no_row, why_no_story = promise.no_row or promise.ahead, promise.no_story or promise.ahead
    cells = (
        promise.id,
        promise.line,
        "<br>".join(mine) or f"– ({why_no_row or 'missing'})",
        "<br>".join(its) or f"– ({why_no_story or 'missing'})",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page())
    print(f"{PAGE.relative_to(ROOT)} is written", *gaps(), sep="\n")
