"""HTML bodies as text: readable when possible, complete always."""

import pytest

from gateway.parsers import html_text


def test_blocks_and_cells_are_laid_out() -> None:
    """A list of devices stays a list."""
    page = "<p>Offline:</p><ul><li>FW-1</li><li>FW-2</li></ul>"
    assert [line.strip(" *") for line in html_text.to_text(page)[0].splitlines() if line.strip()] == [
        "Offline:",
        "FW-1",
        "FW-2",
    ]


def test_quotations_are_marked_as_deep_as_they_are() -> None:
    """Plain mail has `>`, and `quoting` relies on it."""
    page = "<p>new</p><blockquote><p>old</p><blockquote>older</blockquote></blockquote><p>new again</p>"
    lines = [line for line in html_text.to_text(page)[0].splitlines() if line.strip()]
    assert lines == ["new", "> old", ">> older", "new again"]


def test_a_rule_becomes_a_line_of_its_own() -> None:
    """Outlook separates the old mail from the new one by a rule only."""
    assert "\n" + "_" * 32 + "\n" in html_text.to_text("<div>new<hr>From: a</div>")[0]


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 1000 + "words",
        "<p>words</p>" + " " * (html_text.MAX_LENGTH + 1),
        "<!-- never closed <p>words",
        "<?xml version='1.0' encoding='gbk'?><html><body>words</body></html>",
        "words < 3 & more",
        "<script>hidden</script>words<style>hidden</style>",
    ],
)
def test_words_come_out_of_whatever_comes_in(page: str) -> None:
    """0.13, 0.14: too deep, too long, broken or none at all."""
    text, _ = html_text.to_text(page)
    assert "words" in text
    assert "hidden" not in text


def test_html_that_was_only_stripped_says_so() -> None:
    """Whoever reads a flat text should know that it had a shape."""
    assert html_text.to_text("<div>" * 1000 + "words")[1] is not None
    assert html_text.to_text("<p>words</p>")[1] is None


def test_nesting_is_counted_without_void_and_self_closing_elements() -> None:
    """A thousand line breaks are not deep."""
    assert html_text.nesting("<br>" * 1000 + "<p>a" * 1000 + "<div><b>x</b></div>") == 2
    assert html_text.nesting("</div>" * 10 + "<div>") == 1


@pytest.mark.parametrize("filler", ["<i></b>", "<b></p>", "<span></div>", "<li><em></li>"])
def test_closing_tags_that_close_nothing_do_not_hide_depth(filler: str) -> None:
    """0.14: libxml2 drops what lies too deep without a word; what was said before it must not look like all of it."""
    text, problem = html_text.to_text("<p>first words</p>" + filler * 2000 + "last words")
    assert "first words" in text
    assert "last words" in text
    assert problem is not None


def test_a_mail_of_pictures_only_is_not_silently_empty() -> None:
    """A pasted screenshot is a report too: its name is shown, and the desk told that there are no words."""
    text, problem = html_text.to_text(
        '<html><body><img src="cid:1" alt="error 0x80 &amp; log"><img src=x></body></html>'
    )
    assert text == "[error 0x80 & log]"
    assert problem == "HTML without words"
