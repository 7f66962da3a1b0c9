"""What an import reads: TOML files and spreadsheets as tables of one shape, and the lines that a mistake came from."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, cast

from gateway.directory_columns import LISTS
from gateway.directory_csv import read_sheet
from gateway.directory_sheet import SEPARATOR, Sheet, open_sheet
from gateway.directory_toml import KINDS, PARTS
from gateway.errors import ConfigError, Mistake

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is, and of how much (None: nobody knows)."""

MOST_LINES = 3
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_LABEL = re.compile(r"\[([^\]]+)\]")
_VALUE = re.compile(r"'([^']+)'")


@dataclass(frozen=True, slots=True)
class TomlSource:
    file: Path
    tables: Mapping[str, Any]

    def read(self, _: Progress) -> tuple[Mapping[str, Any], list[Mistake]]:
        return self.tables, []

    def strings(self) -> Iterator[tuple[int, str]]:
        """Every string of the file with its line."""
        for line, text in enumerate(self.file.read_text(encoding="utf-8").splitlines(), 1):
            yield from ((line, string) for string in _QUOTED.findall(text))


@dataclass(frozen=True, slots=True)
class SheetSource:
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


Source = TomlSource | SheetSource


def open_sources(files: Sequence[Path]) -> list[Source]:
    """Every file, decoded. Raises ConfigError with the mistakes of all that cannot be read at all."""
    sources: list[Source] = []
    mistakes: list[Mistake] = []
    for file in files:
        try:
            sources.append(_open(file))
        except ConfigError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigError(mistakes)
    return sources


def _open(file: Path) -> Source:
    if file.suffix.lower() == ".toml":
        return TomlSource(file, tables_of(file))
    if file.suffix.lower() in (".csv", ".txt", ".tsv"):
        return SheetSource(open_sheet(file))
    raise ConfigError([Mistake(str(file), "", "is neither .toml nor .csv", "save the spreadsheet as CSV")])


def tables_of(path: Path | Traversable) -> Mapping[str, Any]:
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


def with_lines(mistakes: Sequence[Mistake], sources: Sequence[Source], present: str) -> list[Mistake]:
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
