"""The figures as CSV that no spreadsheet executes (RELIABILITY T26).

A name that a customer chose may begin like a formula. Every field is quoted, and whatever a spreadsheet might take for
a formula gets an apostrophe in front. UTF-8 with a byte order mark, without which Excel reads Chinese as noise.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta

from gateway.cases.quality import By, Figures, Quality
from gateway.reporting.wording import Wording

__all__ = ["COLUMNS", "harmless", "sheet"]

COLUMNS = (
    *("grouped_by", "key", "name", "cases_opened"),
    *("made", "met", "missed", "met_late", "withdrawn", "open", "provisional", "share_kept"),
    *("informed_updates", "holding_updates"),
    *("responses", "response_median_min", "response_p90_min"),
    *("response_worked_median_min", "response_worked_p90_min"),
    *("solutions", "solution_median_min", "solution_p90_min"),
    *("solution_worked_median_min", "solution_worked_p90_min"),
    *("escalations", "undelivered", "satisfaction_answers", "satisfaction_mean"),
)
"""Stable names for programs; durations are minutes, shares 0 to 1."""

_MARK = "\ufeff"
_FORMULA = "=+-@＝＋－＠"  # the full-width twins are formulas to an East Asian Excel
_STARTS_A_CELL = "\t\r\n"
# Where the list separator is a semicolon, Excel splits a comma file there, quotes or not.
_INNER_CELL = re.compile(rf"(?<=[;\t\r\n])(?=\s*[{re.escape(_FORMULA)}])")


def sheet(quality: Quality, by: tuple[By, ...], wording: Wording) -> bytes:
    """The whole file: a line of totals, then one line for each group, with a header line of COLUMNS."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(quality, by, wording):
        writer.writerow([harmless(value) for value in row])
    return (_MARK + text.getvalue()).encode("utf-8", errors="replace")


def harmless(text: str) -> str:
    """The text such that no spreadsheet computes it: an apostrophe stands before whatever begins like a formula."""
    guarded = _INNER_CELL.sub("'", text)
    bare = guarded.lstrip("".join(character for character in set(guarded) if _is_invisible(character)))
    skipped = guarded[: len(guarded) - len(bare)]
    risky = bare.startswith(tuple(_FORMULA)) or any(character in _STARTS_A_CELL for character in skipped)
    return "'" + guarded if risky else guarded


def _is_invisible(character: str) -> bool:
    """Blanks of any width, control and format characters: a spreadsheet may look past them."""
    return unicodedata.category(character)[0] in "ZC"


def _rows(quality: Quality, by: tuple[By, ...], wording: Wording) -> Iterator[list[str]]:
    yield ["total", "", "", *_cells(quality.total)]
    for each in by:
        for line in wording.lines(quality, each):
            yield [each.value, line.key, line.name, *_cells(line.figures)]


def _cells(figures: Figures) -> Iterator[str]:
    yield from map(str, (figures.cases, figures.made, figures.met, figures.missed, figures.met_late))
    yield from map(str, (figures.withdrawn, figures.open, figures.provisional))
    yield _number(figures.share_kept)
    yield from map(str, (figures.informed, figures.holding))
    for times in (figures.response, figures.solution):
        yield str(times.count)
        yield from map(_minutes, (times.median, times.p90, times.worked_median, times.worked_p90))
    yield from map(str, (sum(figures.climbs.values()), sum(figures.failures.values())))
    yield str(sum(figures.scores.values()))
    yield _number(figures.satisfaction)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _minutes(span: timedelta | None) -> str:
    return "" if span is None else f"{span / timedelta(minutes=1):.1f}"
