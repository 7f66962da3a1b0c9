"""A spreadsheet as it comes from Excel -> rows of named cells, whatever its encoding, separator and column order.

Values are text and nothing else: no formula is evaluated, no type is guessed (RELIABILITY T26, T38). Columns are known
by their heading, Chinese or English, in any order; docs/directory.md is their manual.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.directory_columns import CUSTOMER_COLUMNS, STAFF_COLUMNS
from gateway.errors import ConfigError, Mistake

SEPARATOR = re.compile(r"[;；、|\n]+")
_KEPT_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A decoded spreadsheet: its kind, and which column holds what."""

    file: str
    kind: str
    columns: tuple[str | None, ...]
    text: str
    delimiter: str

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Rows that say anything, each with its line. Raises ConfigError where it is no CSV."""
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                row = {
                    column: value
                    for column, cell in zip(self.columns, cells, strict=False)
                    if column is not None and (value := plain(cell))
                }
                if line > 1 and row:
                    yield line, row
                line = reader.line_num + 1
        except csv.Error as error:
            raise ConfigError([Mistake(self.file, f"line {line}", f"is no CSV: {error}")]) from None


def open_sheet(path: Path) -> Sheet:
    """Decode a file and know its columns. Raises ConfigError with every mistake in its heading."""
    file = str(path)
    text = _decoded(path)
    heading = text.partition("\n")[0].strip("\r")
    delimiter = max(",;\t", key=heading.count)
    try:
        cells = next(csv.reader([heading], delimiter=delimiter, strict=True), list[str]())
    except csv.Error as error:
        raise ConfigError([Mistake(file, "line 1", f"is no CSV: {error}")]) from None
    headings = [_BLANKS.sub(" ", plain(cell)).casefold() for cell in cells]
    kind, known = (
        ("staff", STAFF_COLUMNS) if _has(headings, STAFF_COLUMNS["roles"]) else ("customer", CUSTOMER_COLUMNS)
    )
    column_of = {name: column for column, names in known.items() for name in names}
    columns = tuple(column_of.get(heading) for heading in headings)
    mistakes = list(_of_heading(file, kind, headings, columns, known))
    if mistakes:
        raise ConfigError(mistakes)
    return Sheet(file, kind, columns, text, delimiter)


def plain(cell: str) -> str:
    """A cell's text without the marks by which spreadsheets keep text as text."""
    text = cell.strip().strip("\ufeff")
    if (kept := _KEPT_AS_TEXT.fullmatch(text)) is not None:
        text = kept[1].replace('""', '"').strip()
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _decoded(path: Path) -> str:
    """UTF-8, UTF-16 with its mark, or GB18030 as Excel writes it in China."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError([Mistake(str(path), "", f"cannot be read: {error.strerror}")]) from None
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise ConfigError(
        [Mistake(str(path), "", "is neither UTF-8 nor GB18030", "save it as CSV UTF-8 and import it again")]
    )


def _has(headings: Sequence[str], names: Sequence[str]) -> bool:
    return any(name in headings for name in names)


def _of_heading(
    file: str,
    kind: str,
    headings: Sequence[str],
    columns: Sequence[str | None],
    known: Mapping[str, Sequence[str]],
) -> Iterator[Mistake]:
    there_are = "there are: " + ", ".join(
        names[-1] if len(names) < 3 else names[0] for names in known.values()
    )
    for heading, column in zip(headings, columns, strict=True):
        if column is None and heading:
            yield Mistake(file, "line 1", f"no column is called {heading!r}", there_are)
    for column in known:
        if columns.count(column) > 1:
            yield Mistake(file, "line 1", f"two columns are {column!r}", "one of them must go")
    for column in ("name", "email", "roles") if kind == "staff" else ("name",):
        if column not in columns:
            yield Mistake(
                file, "line 1", f"there is no column {known[column][0]!r}", f"or {known[column][-1]!r}"
            )
