"""`gateway import directory`: spreadsheets or TOML into the owner's directory file, whole or not at all.

First everything is read, merged and written beside the target, and that file is read back as the gateway will read it;
only then is anybody asked, and one rename makes it the directory. The file before stays as `….before`.
"""

import gc
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, cast

from gateway import directory_file
from gateway.directory_columns import LISTS
from gateway.directory_csv import read_sheet
from gateway.directory_merge import Change, merge
from gateway.directory_sheet import SEPARATOR, Sheet, open_sheet
from gateway.directory_toml import KINDS, PARTS, written
from gateway.errors import ConfigError, GatewayError, Mistake

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is, and of how much (None: nobody knows)."""

MOST_LINES = 3
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_LABEL = re.compile(r"\[([^\]]+)\]")
_VALUE = re.compile(r"'([^']+)'")


@dataclass(frozen=True, slots=True)
class Known:
    """What contracts and staff may name: those of config.toml."""

    plans: Iterable[str]
    services: Iterable[str]
    calendars: Iterable[str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A finished directory beside its place. `changes` is empty when it would say what is said already."""

    target: Path
    unfinished: Path | None
    changes: tuple[Change, ...]

    def keep(self) -> None:
        """Make it the directory: durable when this returns. Raises GatewayError when the folder does not let us."""
        if self.unfinished is None:
            return
        try:
            if self.target.exists():
                shutil.copy2(self.target, self.target.with_name(self.target.name + ".before"))
                shutil.copymode(self.target, self.unfinished)
            self.unfinished.replace(self.target)
            folder = os.open(self.target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise GatewayError(f"{self.target} cannot be written: {error.strerror}") from None

    def drop(self) -> None:
        """Leave the directory as it is."""
        if self.unfinished is not None:
            self.unfinished.unlink(missing_ok=True)


def prepare(
    files: Sequence[Path],
    present: Path | Traversable,
    target: Path,
    known: Known,
    *,
    prune: bool = False,
    progress: Progress = lambda _stage, _done, _total: None,
) -> Draft:
    """The directory `present` with the files merged in, as a draft for `target`; nothing is changed yet.

    A `present` that does not exist is empty. Raises ConfigError with every mistake of all files, each with its lines.
    """
    target = target.resolve()  # a link stays a link
    with _no_garbage():
        sources = [_open(file) for file in files]
        unfinished, changes, mistakes = _drafted(sources, present, target, progress, prune=prune)
        if unfinished is None:
            return Draft(target, None, ())
        try:
            progress("check", 0, None)
            directory_file.load(
                unfinished, plans=known.plans, services=known.services, calendars=known.calendars
            )
        except ConfigError as error:
            mistakes += _with_lines(error.mistakes, sources, str(present))
        if mistakes:
            unfinished.unlink()
            raise ConfigError(mistakes)
    return Draft(target, unfinished, tuple(changes))


@contextmanager
def _no_garbage() -> Generator[None]:
    """Without Python's collector: among a million live rows it looks for cycles that there are none of, for seconds."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _drafted(
    sources: Sequence["_Source"],
    present: Path | Traversable,
    target: Path,
    progress: Progress,
    *,
    prune: bool,
) -> tuple[Path | None, list[Change], list[Mistake]]:
    """The merged directory in a file of its own, what changes and what was wrong; no file when nothing was either.

    The tables are gone when it returns: checking reads them again, and twice would be twice the memory.
    """
    mistakes: list[Mistake] = []
    arriving: dict[str, list[Any]] = {}
    for source in sources:
        tables, wrong = source.read(progress)
        mistakes += wrong
        for kind, rows in tables.items():
            arriving.setdefault(kind, []).extend(rows)
    progress("merge", 0, None)
    before = _tables(present) if present.is_file() else dict[str, Any]()
    after, changes = merge(before, arriving, prune=prune)
    if not changes and not mistakes:
        return None, [], []
    return _write(after, target, progress), changes, mistakes


# What is imported.


@dataclass(frozen=True, slots=True)
class _TomlSource:
    file: Path
    tables: Mapping[str, Any]

    def read(self, _: Progress) -> tuple[Mapping[str, Any], list[Mistake]]:
        return self.tables, []

    def strings(self) -> Iterator[tuple[int, str]]:
        """Every string of the file with its line."""
        for line, text in enumerate(self.file.read_text(encoding="utf-8").splitlines(), 1):
            yield from ((line, string) for string in _QUOTED.findall(text))


@dataclass(frozen=True, slots=True)
class _SheetSource:
    sheet: Sheet

    @property
    def file(self) -> Path:
        return Path(self.sheet.file)

    def read(self, progress: Progress) -> tuple[Mapping[str, Any], list[Mistake]]:
        lines = self.sheet.text.count("\n")
        return read_sheet(self.sheet, lambda line: progress("read", line, lines))

    def strings(self) -> Iterator[tuple[int, str]]:
        """Every cell, and every word of a cell that is a list, with its line."""
        for line, row in self.sheet.rows():
            for cell in row.values():
                yield from ((line, word.strip()) for word in (cell, *SEPARATOR.split(cell)))


_Source = _TomlSource | _SheetSource


def _open(file: Path) -> _Source:
    if file.suffix.lower() == ".toml":
        return _TomlSource(file, _tables(file))
    if file.suffix.lower() in (".csv", ".txt", ".tsv"):
        return _SheetSource(open_sheet(file))
    raise ConfigError([Mistake(str(file), "", "is neither .toml nor .csv", "save the spreadsheet as CSV")])


def _tables(path: Path | Traversable) -> Mapping[str, Any]:
    """A TOML file of the shape that merging needs; its values are checked when all is merged."""
    try:
        tables = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise ConfigError([Mistake(str(path), "", f"cannot be read: {error.strerror}")]) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError([Mistake(str(path), "", f"is no valid TOML: {error}")]) from None
    misshapen = list(_misshapen(str(path), tables))
    if misshapen:
        raise ConfigError(misshapen)
    return tables


def _misshapen(file: str, tables: Mapping[str, Any]) -> Iterator[Mistake]:
    for kind, rows in tables.items():
        if kind not in KINDS or not _is_rows(rows):
            yield Mistake(file, kind, "belongs in no directory", "there are: [[customer]] and [[staff]]")
            continue
        for number, row in enumerate(cast("list[dict[str, object]]", rows), 1):
            yield from _misshapen_row(file, f"{kind}[{number}]", row)


def _misshapen_row(file: str, where: str, row: Mapping[str, object]) -> Iterator[Mistake]:
    for key, value in row.items():
        if key in PARTS and not _is_rows(value):
            yield Mistake(file, f"{where}.{key}", "is no table", f"write [[customer.{key}]]")
        elif key in PARTS:
            for part in cast("list[dict[str, object]]", value):
                yield from _misshapen_row(file, f"{where}.{key}", part)
        elif key in LISTS and not isinstance(value, list):
            yield Mistake(file, f"{where}.{key}", "is no list", f'write {key} = ["…"]')


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in cast("list[object]", value))


# What becomes of it.


def _write(tables: Mapping[str, Any], target: Path, progress: Progress) -> Path:
    """The tables in a file beside the target, on the disk when this returns."""
    total = sum(len(tables.get(kind, ())) for kind in KINDS)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            for done, text in enumerate(written(tables), 1):
                file.write(text)
                progress("write", done, total)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise GatewayError(f"{target} cannot be written: {error.strerror}") from None
    return Path(name)


def _with_lines(mistakes: Sequence[Mistake], sources: Sequence[_Source], present: str) -> list[Mistake]:
    """Mistakes of the merged file, told of the lines that they came from; the others are the present file's own."""
    wanted = {each for mistake in mistakes for each in _said_in(mistake)}
    lines: dict[tuple[str, str], list[int]] = {}
    for source in sources:
        for line, string in source.strings():
            if (folded := string.casefold()) in wanted:
                found = lines.setdefault((str(source.file), folded), [])
                if line not in found[-1:]:
                    found.append(line)
    return [_told(mistake, [str(source.file) for source in sources], lines, present) for mistake in mistakes]


def _said_in(mistake: Mistake) -> tuple[str, ...]:
    """What the mistake quotes of the file: labels of rows in its key, values in its sentence."""
    return (*_labels(mistake), *_values(mistake))


def _labels(mistake: Mistake) -> list[str]:
    return [label.casefold() for label in _LABEL.findall(mistake.key)]


def _values(mistake: Mistake) -> list[str]:
    return [value.casefold() for value in _VALUE.findall(mistake.problem)]


def _told(
    mistake: Mistake, files: Sequence[str], lines: Mapping[tuple[str, str], Sequence[int]], present: str
) -> Mistake:
    labels, values = _labels(mistake), _values(mistake)
    for file in files:
        of_value = [line for value in values for line in lines.get((file, value), ())]
        of_label = next((found for label in reversed(labels) if (found := lines.get((file, label)))), ())
        here = (
            [line for line in of_value if line in of_label]
            or (of_value if not labels else of_label)
            or of_value
        )
        if here:
            told = ", ".join(map(str, here[:MOST_LINES])) + (" …" if len(here) > MOST_LINES else "")
            return Mistake(file, f"line {told}", f"{mistake.key}: {mistake.problem}", mistake.advice)
    return Mistake(present, mistake.key, mistake.problem, mistake.advice)
