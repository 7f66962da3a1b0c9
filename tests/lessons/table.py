"""The table of lessons: read from the list and from the docstrings of tests; written to docs/lessons.md.

`make lessons` writes it; tests/lessons/test_table.py fails when the file on disk says something else, or when a number
that applies is named by no test. A docstring names a number as "L-41", or several as "LESSONS 26, 41".
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tests.sentences import sentences

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("lessons.toml")
TESTS = ROOT / "tests"
PAGE = ROOT / "docs" / "lessons.md"

_ONE = re.compile(r"\bL-(\d{1,3})\b")
_SEVERAL = re.compile(r"\bLESSONS (\d{1,3}(?:(?:,| and) \d{1,3})*)")
_HEAD = """\
# What others learned the hard way

Help desks met these behaviours of mail, chat and clocks in the open before us. Each number has what we do, and the
tests that hold us to it. Made by `make lessons` from [the list](../tests/lessons/lessons.toml) and the docstrings of
the tests: change those, not this.
"""
_TABLE = "| number | what we do | tests |\n| --- | --- | --- |"


@dataclass(frozen=True, slots=True)
class Lesson:
    """A number and what we do. `why_not`: why it does not apply; `ahead`: what is not part of the gateway yet."""

    n: int
    line: str
    group: str
    why_not: str | None = None
    ahead: str | None = None


@dataclass(frozen=True, slots=True)
class Naming:
    """A test that names lessons; `file` is its path below tests/."""

    sentence: str
    file: str
    names: frozenset[int]


def lessons() -> list[Lesson]:
    """Every lesson, in the order of the list."""
    return [
        Lesson(group=group["name"], ahead=group.get("ahead"), **each)
        for group in tomllib.loads(LIST.read_text("utf-8"))["group"]
        for each in group["lessons"]
    ]


def named(text: str) -> frozenset[int]:
    """The numbers that a text names: "L-41, and LESSONS 26, 33" names three."""
    several = (number for row in _SEVERAL.findall(text) for number in re.findall(r"\d+", row))
    return frozenset(int(number) for number in (*_ONE.findall(text), *several))


def namings(folder: Path = TESTS) -> list[Naming]:
    """Every test of the folder that names a lesson, in the order of files and lines."""
    return [
        Naming(sentence, path.relative_to(folder).as_posix(), numbers)
        for sentence, path, docstring in sentences(folder.rglob("test_*.py"))
        if (numbers := named(docstring))
    ]


def gaps(found: Sequence[Naming]) -> list[str]:
    """Numbers that apply and no test names; excuses that nobody needs; numbers that do not exist."""
    with_test = {number for each in found for number in each.names}
    listed = {lesson.n: lesson for lesson in lessons()}
    return [
        *(
            f"L-{lesson.n}: no test names it"
            for lesson in listed.values()
            if lesson.n not in with_test and not lesson.why_not and not lesson.ahead
        ),
        *(
            f"L-{lesson.n}: has a test, and an excuse for having none"
            for lesson in listed.values()
            if lesson.n in with_test and lesson.why_not
        ),
        *(f"L-{number}: there is no such lesson" for number in sorted(with_test - set(listed))),
    ]


def page(found: Sequence[Naming]) -> str:
    """The whole of docs/lessons.md."""
    tests_of: dict[int, list[Naming]] = {}
    for naming in found:
        for number in naming.names:
            tests_of.setdefault(number, []).append(naming)
    parts = [_HEAD]
    for group, members in groupby(lessons(), key=lambda lesson: lesson.group):
        lines = "\n".join(_line(lesson, tests_of) for lesson in members)
        parts.append(f"## {group}\n\n{_TABLE}\n{lines}\n")
    return "\n".join(parts)


def _line(lesson: Lesson, tests_of: Mapping[int, Sequence[Naming]]) -> str:
    its = [f"[{each.sentence}](../tests/{each.file})" for each in tests_of.get(lesson.n, ())]
    does_not_apply = f"– ({lesson.why_not or lesson.ahead or 'missing'})"
    return f"| {lesson.n} | {lesson.line} | {'<br>'.join(its) or does_not_apply} |"


if __name__ == "__main__":
    every = namings()
    PAGE.write_text(page(every), "utf-8")
    print(f"{PAGE.relative_to(ROOT)} is written", *gaps(every), sep="\n")
