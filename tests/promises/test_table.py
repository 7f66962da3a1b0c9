"""No promise is forgotten: each has a row that keeps it and a story that tells of it, and the page says so truly."""

from pathlib import Path

import pytest

from tests.promises import table


def test_every_promise_has_its_row_and_its_story() -> None:
    """P-01 … P-64: what has none by its nature says why in the list; a reason that nobody needs any more goes."""
    assert table.gaps() == []


def test_the_page_is_what_the_command_makes() -> None:
    """A table made by hand would be wrong within a week; after a change of rows or stories: make promises."""
    assert table.PAGE.read_text() == table.page()


def test_no_row_and_no_story_serves_a_promise_that_does_not_exist() -> None:
    """A slip of the finger in an id would take the row out of every report."""
    known = {promise.id for promise in table.promises()}
    assert {row.promise for row in table.rows()} <= known
    assert {each for story in table.stories() for each in story.cites} <= known


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("P-30: at once.", {"P-30"}),
        ("From P-40 … P-42, and P-50", {"P-40", "P-41", "P-42", "P-50"}),
        ("the whole day, P-20 to P-48", {"P-20", "P-48"}),
        ("L-41, RELIABILITY G10", set[str]()),
    ],
)
def test_ranges_are_written_out(text: str, ids: set[str]) -> None:
    """A story that tells of P-45 … P-47 tells of P-46."""
    assert table.cited(text) == ids


def test_a_promise_that_loses_its_last_row_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above must be one that can fail."""
    without = tmp_path / "config.toml"
    without.write_text(table.CONFIG.read_text().replace('promise = "P-41"', 'promise = "P-44"'))
    assert "P-41: has no row" not in table.gaps()
    kept = table.rows(without)
    monkeypatch.setattr(table, "rows", lambda: kept)
    assert "P-41: has no row" in table.gaps()
