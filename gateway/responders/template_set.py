"""The templates of one language, compiled once under the strictness of `sandbox`.

A template is the owner's file and may be wrong in any way a file can be wrong. Whatever happens becomes a `Mistake`
with file, line and cause, kept when it shows at start and raised as `CannotRender` when it shows in use.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from traceback import extract_tb
from typing import cast
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import Template, TemplateNotFound, TemplateSyntaxError, pass_context
from jinja2.runtime import Context

from gateway.errors import Mistake
from gateway.responders.layout import QUOTE
from gateway.responders.letter_view import Happening
from gateway.responders.phrasebook import Phrasebook, read_phrasebook
from gateway.responders.sandbox import StrictEnvironment

SUFFIX = ".txt.j2"
WORDS = "words.toml"
SUBJECT = "Subject:"

Value = str | datetime | timedelta
"""What is put into a phrase."""


class CannotRender(Exception):
    """A template, a snippet or the words of a language cannot be used; `mistake` says which and why."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake))
        self.mistake = mistake


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template says: the subject of its first line, and the text below."""

    subject: str
    text: str


class TemplateSet:
    """`templates/<language>/`: every notice template by audience and name, and the phrasebook beside them."""

    def __init__(self, directory: Path, zone: str) -> None:
        self._mistakes: dict[str, Mistake] = {}
        self._zone = ZoneInfo(zone)
        self._above = directory.parent.parent
        self._name = f"{directory.parent.name}/{directory.name}"
        self.phrasebook = self._read_words(directory / WORDS)
        self._templates: dict[tuple[str, str], Template] = {}
        files = sorted(directory.glob(f"*/[!_]*{SUFFIX}"))
        self.names = frozenset((path.parent.name, path.name.removesuffix(SUFFIX)) for path in files)
        if (
            self.phrasebook is None
        ):  # without its filters no template compiles: one mistake to report, not thirty
            return
        environment = StrictEnvironment(directory, taught=f"{zone} {self.phrasebook}")
        _teach(environment, self.phrasebook, zone)
        for path in files:
            self._compile(environment, directory, path)

    def words(self) -> Phrasebook:
        """The phrasebook. Raises CannotRender when the file cannot be used."""
        if self.phrasebook is None:
            raise CannotRender(self._mistakes[f"{self._name}/{WORDS}"])
        return self.phrasebook

    def render(self, audience: str, notice: str, context: Mapping[str, object]) -> Rendered:
        """The letter's words. Raises CannotRender, whatever was wrong."""
        self.words()
        key = f"{self._name}/{audience}/{notice}{SUFFIX}"
        template = self._templates.get((audience, notice))
        if template is None:
            raise CannotRender(self._mistakes.get(key, Mistake(key, "", "there is no such template")))
        try:
            rendered = template.render(context)
        except Exception as error:  # the owner's template can raise anything; a letter must leave (G22)
            raise CannotRender(mistake_in(error, key, self._above)) from error
        subject, _, text = rendered.lstrip().partition("\n")
        if not subject.startswith(SUBJECT) or not text.strip():
            raise CannotRender(
                Mistake(key, "", f"it must begin with a line '{SUBJECT} ...' and have a text below it")
            )
        return Rendered(" ".join(subject.removeprefix(SUBJECT).split()), tidy(text))

    def phrase(self, table: str, name: str, at: datetime, values: Mapping[str, Value]) -> str:
        """A phrase of `words.toml` with its values put in, moments and durations in words. Raises CannotRender."""
        words = self.words()
        key = f"{self._name}/{WORDS}"
        pattern = words.names.get(table, {}).get(name)
        if pattern is None:
            raise CannotRender(Mistake(key, f"names.{table}.{name}", "there is no such phrase"))
        shown = {key: self._in_words(value, at) for key, value in values.items()}
        try:
            return pattern.format_map(shown)
        except (KeyError, ValueError, IndexError, AttributeError) as error:
            raise CannotRender(Mistake(key, f"names.{table}.{name}", _cause(error))) from error

    def _in_words(self, value: Value, at: datetime) -> str:
        if isinstance(value, datetime):
            return self.words().when(value, at, self._zone)
        return self.words().lasting(value) if isinstance(value, timedelta) else value

    def mistakes_beside(self, others: Iterable["TemplateSet"]) -> list[Mistake]:
        """What could not be read or compiled, and what this language's words lack that another language's have."""
        mine = self.phrasebook.names if self.phrasebook is not None else None
        lacking = [
            Mistake(
                f"{self._name}/{WORDS}",
                f"names.{kind}.{name}",
                "another language has this name, this one not",
            )
            for other in others
            if other.phrasebook is not None and mine is not None
            for kind, names in other.phrasebook.names.items()
            for name in names
            if name not in mine.get(kind, {})
        ]
        return [*self._mistakes.values(), *lacking]

    def _read_words(self, path: Path) -> Phrasebook | None:
        key = f"{self._name}/{WORDS}"
        try:
            return read_phrasebook(path)
        except (OSError, ValueError, msgspec.ValidationError) as error:
            self._mistakes[key] = Mistake(key, "", _cause(error))
            return None

    def _compile(self, environment: StrictEnvironment, directory: Path, path: Path) -> None:
        key = f"{self._name}/{path.relative_to(directory).as_posix()}"
        try:
            template = environment.get_template(path.relative_to(directory).as_posix())
        except Exception as error:  # noqa: BLE001 - not UTF-8, not a template, not readable: all the same to the letter
            self._mistakes[key] = mistake_in(error, key, self._above)
        else:
            self._templates[path.parent.name, path.name.removesuffix(SUFFIX)] = template


def mistake_in(error: Exception, file: str, root: Path) -> Mistake:
    """Where in the owner's files the error arose, and what it says."""
    if isinstance(error, TemplateSyntaxError) and error.filename:
        return Mistake(_below(error.filename, root), f"line {error.lineno}", _cause(error))
    frames = [frame for frame in extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
    if frames:
        return Mistake(_below(frames[-1].filename, root), f"line {frames[-1].lineno}", _cause(error))
    return Mistake(file, "", _cause(error))


def tidy(text: str) -> str:
    """The text without trailing blanks and with single empty lines; only the signature mark keeps its blank."""
    lines: list[str] = []
    for line in text.split("\n"):
        kept = line if line == "-- " else line.rstrip()
        if kept or (lines and lines[-1]):
            lines.append(kept)
    return "\n".join(lines).rstrip("\n") + "\n"


def _below(filename: str, root: Path) -> str:
    path = Path(filename)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _cause(error: Exception) -> str:
    """What the error says, without our own machine's paths."""
    if isinstance(error, TemplateNotFound):
        return f"there is no file {error.name}"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return " ".join(str(error).split())[:300] or type(error).__name__


def _teach(environment: StrictEnvironment, words: Phrasebook, zone: str) -> None:
    """The filters by which templates write moments, durations, names, lists and a person's words."""
    local = ZoneInfo(zone)

    @pass_context
    def when(context: Context, moment: datetime) -> str:
        return words.when(moment, context["at"], local)

    @pass_context
    def late(context: Context, moment: datetime) -> str:
        return words.lasting(context["at"] - moment)

    @pass_context
    def today(context: Context, happened: tuple[Happening, ...]) -> tuple[Happening, ...]:
        day = cast("datetime", context["at"]).astimezone(local).date()
        return tuple(each for each in happened if each.at.astimezone(local).date() == day)

    def told(happened: tuple[Happening, ...], kind: str) -> tuple[Happening, ...]:
        return tuple(each for each in happened if each.key in words.names[kind])

    # Jinja2 declares both tables as holding only what it puts there itself.
    cast("dict[str, object]", environment.globals)["zone"] = words.zone_note(zone)
    cast("dict[str, object]", environment.filters).update(
        {
            "when": when,
            "late": late,
            "lasting": words.lasting,
            "told": told,
            "today": today,
            "named": words.named,
            "listed": words.listed,
            "quoted": _quoted,
            "lines": _lines,
        }
    )


def _quoted(lines: tuple[str, ...]) -> str:
    """A person's words, marked on every line, so that none of them can pass for ours."""
    return "\n".join(f"{QUOTE} {line}".rstrip() for line in lines)


def _lines(lines: tuple[str, ...]) -> str:
    return "\n".join(lines)
