"""No lesson is forgotten: each that applies is named by a test, and the page says so truly."""

from pathlib import Path

import pytest

from tests.lessons import table


def test_every_lesson_that_applies_is_named_by_a_test() -> None:
    """What does not apply says why in the list; a reason that nobody needs any more goes."""
    assert table.gaps(table.namings()) == []


def test_the_page_is_what_the_command_makes() -> None:
    """A table made by hand would be wrong within a week; after a change of tests: make lessons."""
    assert table.PAGE.read_text("utf-8") == table.page(table.namings())


def test_the_numbers_run_on_without_a_hole() -> None:
    """A lesson left out of the list would be missed by nobody."""
    assert [lesson.n for lesson in table.lessons()] == list(range(1, 108))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("the rule of one: L" + "-41.", {41}),
        ("LESSONS " + "26, 33 and 107", {26, 33, 107}),
        ("P-30, HTML-5, RELIABILITY G10", set[int]()),
    ],
)
def test_numbers_are_read_alone_and_in_rows(text: str, numbers: set[int]) -> None:
    """Both ways of writing occur."""
    assert table.named(text) == numbers


def test_a_lesson_that_loses_its_last_test_is_missed(tmp_path: Path) -> None:
    """The first test of this file must be one that can fail."""
    (tmp_path / "test_one.py").write_text('def test_it() -> None:\n    """L' + "-42, L" + '-200."""\n')
    gaps = table.gaps(table.namings(tmp_path))
    assert "L-41: no test names it" in gaps
    assert "L-42: has a test, and an excuse for having none" in gaps
    assert "L-200: there is no such lesson" in gaps
