"""A chat message's bytes, its pieces and its markup."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.telegram_text import MOST_UNITS, as_html
from gateway.chat_note import MOST_PIECES, Button, ChatNote, from_bytes, to_bytes
from gateway.chat_note import pieces as cut_to


def pieces(text: str, most: int = MOST_UNITS) -> Sequence[str]:
    return cut_to(text, most)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_a_note_comes_back_from_its_bytes_as_it_was() -> None:
    """The outbox holds bytes; what was in doubt goes out again as the same."""
    note = ChatNote("工单 C-1\n第二行", (Button("已解决", "confirm.abc"),))
    assert from_bytes(to_bytes(note)) == note


def test_a_button_that_telegram_would_refuse_is_our_own_mistake() -> None:
    """Callback data has 64 bytes (Bot API); found when the note is made, not when a customer waits for it."""
    with pytest.raises(ValueError, match="refused"):
        to_bytes(ChatNote("?", (Button("x", "d" * 65),)))


def test_a_long_text_is_cut_at_a_paragraph() -> None:
    """A log that an engineer pastes stays readable."""
    first, second = "一" * 3000, "二" * 3000
    assert pieces(f"{first}\n\n{second}") == [first, second]


def test_without_paragraphs_it_is_cut_at_a_line_and_without_lines_anywhere() -> None:
    """Whatever comes, something is sent."""
    assert pieces("a" * 3000 + "\n" + "b" * 3000) == ["a" * 3000, "b" * 3000]
    assert [len(piece) for piece in pieces("x" * 9000)] == [4096, 4096, 808]


def test_characters_beyond_the_basic_plane_count_twice_as_telegram_counts_them() -> None:
    """4096 emoji are 8192 units, and Telegram would refuse them as one message."""
    assert [units(piece) for piece in pieces("😀" * 4096)] == [4096, 4096]


def test_a_text_without_end_is_cut_and_says_so() -> None:
    """Nobody's telephone rings a hundred times for one log."""
    cut = pieces("x" * 4096 * 30)
    assert len(cut) == MOST_PIECES
    assert cut[-1].endswith("…")


@given(st.text(alphabet=st.sampled_from("ab \n😀中<>&"), max_size=600))
def test_pieces_lose_nothing_but_blank_ends_and_fit(text: str) -> None:
    """For any text at all."""
    cut = pieces(text, most=50)
    assert all(units(piece) <= 50 and piece.strip() for piece in cut)
    if len(cut) < MOST_PIECES:
        assert "".join("".join(cut).split()) == "".join(text.split())


def test_quoted_words_stand_in_a_quotation_and_nothing_in_them_is_markup() -> None:
    """A customer's `<b>` is shown as they wrote it (RELIABILITY T17)."""
    assert as_html("进展：\n> 已更换 <b>\n> 完成\n\n完") == (
        "进展：\n<blockquote>已更换 &lt;b&gt;\n完成</blockquote>\n完"
    )
