"""`gateway parse --explain`: what a person sees of a message that was read."""

import io

from rich.console import Console, RenderableType

from gateway.explaining import draw, harmless
from tests.parsers.reading import chat, read

LETTER = """您好，

今早起堡垒机登录不上，全公司的运维都停着。

邵晨
恒泽物流有限公司
021-5555 0199"""


def shown(drawing: RenderableType, *, colours: bool = False) -> str:
    console = Console(
        file=io.StringIO(), width=120, force_terminal=colours, color_system="truecolor" if colours else None
    )
    console.print(drawing)
    written = console.file
    assert isinstance(written, io.StringIO)
    return written.getvalue()


def test_the_drawing_holds_the_words_the_fields_and_what_would_be_asked() -> None:
    """Issue 5: spans, zones, sources and scores at one look."""
    seen = shown(draw(read(LETTER, subject="求助"), "a.eml"))
    for words in (
        "a.eml",
        "Subject: 求助",
        "登录不上",
        "signature",
        "恒泽物流有限公司",
        "level",
        "not told: nothing",
    ):
        assert words in seen, words
    assert "0." in seen


def test_a_span_is_coloured_where_it_stands() -> None:
    """The reader of the drawing must see which words were taken for the company."""
    seen = shown(draw(read(LETTER), "a.eml"), colours=True)
    assert "\x1b[1;2;35m恒泽物流有限公司\x1b[0m" in seen or "\x1b[1;35m恒泽物流有限公司\x1b[0m" in seen


def test_what_is_not_sure_enough_is_marked_as_asked() -> None:
    """Below 0.5 a value is asked for, not used."""
    seen = shown(draw(chat("VPN of Ovenmere is slow"), "b.txt"))
    assert "asked" in seen
    assert "not told: company" in seen


def test_nothing_in_a_message_commands_the_terminal() -> None:
    """T14: an escape sequence in a mail must not clear the screen of whoever looks at it."""
    seen = shown(draw(chat("\x1b[2J\x1b]0;owned\x07堡垒机登录不上\u202e abc \u200b"), "evil\x1b[31m.txt"))
    assert "\x1b" not in seen
    assert "\x07" not in seen
    assert "\u202e" not in seen


def test_rich_markup_in_a_message_is_no_markup() -> None:
    """Brackets are words of the sender's."""
    assert "[red]x[/red]" in shown(draw(chat("[red]x[/red] 堡垒机登录不上"), "[bold]c.txt"))


def test_harmless_words_keep_their_length() -> None:
    """Spans point into the words as they are shown."""
    words = "a\x00\u202e\u200b\ud800\t\nb"
    assert len(harmless(words)) == len(words)
    assert harmless("plain 好") == "plain 好"


def test_an_empty_message_is_drawn_too() -> None:
    """An empty mail is somebody's first try."""
    assert "not told" in shown(draw(read(""), "empty.eml"))
