"""A spreadsheet of customers or of staff -> the tables of a directory file. Every mistake with its line.

docs/directory.md is the owner's manual of the columns.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from gateway.directory_columns import (
    DATES,
    LISTS,
    NUMBERS_AS_TEXT,
    OF_CONTACT,
    OF_CONTRACT,
    crossed,
    language_of,
    role_of,
    service_of,
)
from gateway.directory_sheet import SEPARATOR, Sheet
from gateway.errors import Mistake

Table = dict[str, Any]
Seen = Callable[[int], None]

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0?0:00(?::00)?)?")
_SPOILED = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")


def read_sheet(sheet: Sheet, seen: Seen = lambda _line: None) -> tuple[Table, list[Mistake]]:
    """The tables that a sheet holds, and every mistake; what is wrong is left out of the tables.

    Customers have an `id` only where the sheet gives one. `seen` hears the line that is being read.
    """
    reader = _StaffReader(sheet) if sheet.kind == "staff" else _CustomerReader(sheet)
    for line, row in sheet.rows():
        reader.take(line, row)
        seen(line)
    return {sheet.kind: reader.tables()}, reader.mistakes


class _Reader:
    """Cells to values, row by row; mistakes are kept, and the value left out."""

    def __init__(self, sheet: Sheet) -> None:
        self._file = sheet.file
        self.mistakes: list[Mistake] = []

    def _values(self, line: int, row: Mapping[str, str]) -> Table:
        values: Table = {}
        for column, text in row.items():
            value = self._value(line, column, text)
            if value:
                values[column] = value
        return values

    def _value(self, line: int, column: str, text: str) -> Any:
        if column in DATES:
            return self._date(line, text)
        words = (
            [_BLANKS.sub(" ", word.strip()) for word in SEPARATOR.split(text)] if column in LISTS else [text]
        )
        words = list(dict.fromkeys(filter(None, words)))
        if column in NUMBERS_AS_TEXT and any(_SPOILED.fullmatch(word) for word in words):
            advice = "the spreadsheet has rounded it: format the column as text and type it again"
            self._wrong(line, f"{text!r} is no number", advice)
            return None
        match column:
            case "language" | "languages":
                known = [self._known(line, "language", word, language_of(word)) for word in words]
                known = [each for each in known if each]
                return known if column in LISTS else next(iter(known), None)
            case "roles":
                known = [self._known(line, "role", word, role_of(word)) for word in words]
                return [each for each in known if each]
            case "services":
                return [service_of(word) for word in words]
            case "plan" | "duty":
                return crossed(text)
            case _:
                return words if column in LISTS else _BLANKS.sub(" ", text)

    def _date(self, line: int, text: str) -> date | None:
        found = _DATE.fullmatch(text)
        try:
            return date(int(found[1]), int(found[2]), int(found[3])) if found else self._no_date(line, text)
        except ValueError:
            return self._no_date(line, text)

    def _no_date(self, line: int, text: str) -> None:
        self._wrong(line, f"{text!r} is no day", "write it as 2026-01-31")

    def _known(self, line: int, kind: str, word: str, found: str | None) -> str | None:
        if found is None:
            self._wrong(line, f"there is no {kind} {word!r}", "docs/directory.md lists them")
        return found

    def _wrong(self, line: int, problem: str, advice: str = "") -> None:
        self.mistakes.append(Mistake(self._file, f"line {line}", problem, advice))


class _CustomerReader(_Reader):
    """One row per contact; rows of one company are one customer, rows of one contract number one contract."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet)
        self._customers: dict[str, Table] = {}
        self._first_line: dict[int, int] = {}

    def take(self, line: int, row: Mapping[str, str]) -> None:
        if "name" not in row:
            self._wrong(line, "the company is missing", "repeat it in every row")
            return
        values = self._values(line, row)
        customer = self._customers.setdefault(same_name(values["name"]), {"contact": [], "contract": []})
        own = {key: values[key] for key in ("id", "name", "names", "domains", "region") if key in values}
        self._join(line, customer, own)
        self._part(line, customer["contact"], "contact", values, "name", OF_CONTACT, "contact")
        self._part(line, customer["contract"], "number", values, "number", OF_CONTRACT, "contract number")

    def tables(self) -> list[Table]:
        """Every customer in the order of the first row."""
        return list(self._customers.values())

    def _part(
        self,
        line: int,
        parts: list[Table],
        column: str,
        values: Table,
        key: str,
        fields: Sequence[str],
        called: str,
    ) -> None:
        """The row's contact, or its contract: a new one, or more about one that an earlier row named."""
        given = {field: values[field] for field in fields if field in values}
        if column not in values:
            if given:
                self._wrong(line, f"{', '.join(given)} given, but no {called}", "fill in both or neither")
            return
        part = next((each for each in parts if each[key] == values[column]), None)
        if part is None:
            part = {key: values[column]}
            parts.append(part)
        self._join(line, part, given)

    def _join(self, line: int, table: Table, given: Table) -> None:
        """What a row says is added to lists, and must not contradict an earlier row."""
        first = self._first_line.setdefault(id(table), line)
        for key, value in given.items():
            before = table.get(key)
            if before is None:
                table[key] = value
            elif isinstance(value, list):
                table[key] = list(dict.fromkeys((*before, *cast("list[str]", value))))
            elif before != value and key != "name":
                self._wrong(
                    line, f"{key} is {value!s}, but {before!s} from line {first} on", "one of them is wrong"
                )


class _StaffReader(_Reader):
    """One row per colleague."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet)
        self._people: list[Table] = []

    def take(self, line: int, row: Mapping[str, str]) -> None:
        lacking = [column for column in ("name", "email", "roles") if column not in row]
        if lacking:
            self._wrong(line, f"{', '.join(lacking)} missing", "every colleague needs them")
            return
        person = self._values(line, row)
        if person.get("roles"):
            self._people.append(person)

    def tables(self) -> list[Table]:
        """Everybody in the order of the rows."""
        return self._people


def same_name(name: str) -> str:
    """What two spellings of a company's name have in common: width, case and blanks do not count."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", name)).casefold()
