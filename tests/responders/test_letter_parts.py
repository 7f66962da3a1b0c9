"""The small pure rooms behind a letter: blocks of text, moments in words, words made fit to print."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.responders.layout import Block, plain_page, read_blocks
from gateway.responders.phrasebook import Phrasebook, read_phrasebook
from gateway.responders.safe_text import bare_subject, lines_of, one_line
from tests.responders.correspondence import TEMPLATES

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 23, 10, 2, tzinfo=SHANGHAI)


def _words(language: str) -> Phrasebook:
    return read_phrasebook(TEMPLATES / language / "words.toml")


# Moments and durations.


@pytest.mark.parametrize(
    ("moment", "simplified", "traditional", "english"),
    [
        (AT.replace(hour=10, minute=30), "今天 10:30", "今天 10:30", "10:30 today"),
        (
            AT + timedelta(days=1),
            "明天（11月24日）10:02",
            "明天（11月24日）10:02",
            "10:02 tomorrow (24 Nov)",
        ),
        (
            AT - timedelta(days=1),
            "昨天（11月22日）10:02",
            "昨天（11月22日）10:02",
            "10:02 yesterday (22 Nov)",
        ),
        (
            AT + timedelta(days=3),
            "11月26日（周四）10:02",
            "11月26日（週四）10:02",
            "10:02 on Thu 26 Nov",
        ),
        (
            datetime(2027, 1, 4, 9, 0, tzinfo=SHANGHAI),
            "2027年1月4日（周一）09:00",
            "2027年1月4日（週一）09:00",
            "09:00 on Mon 4 Jan 2027",
        ),
    ],
)
def test_a_moment_is_told_the_native_way(
    moment: datetime, simplified: str, traditional: str, english: str
) -> None:
    """A letter read the next morning must still be right: only `today` goes without its date."""
    told = [_words(language).when(moment, AT, SHANGHAI) for language in ("zh-Hans", "zh-Hant", "en")]
    assert told == [simplified, traditional, english]


def test_today_is_today_where_the_reader_is() -> None:
    """23:30 in London is already tomorrow in Shanghai."""
    moment = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert _words("zh-Hans").when(moment, AT, SHANGHAI) == "今天 07:30"


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=-95), "1 hour 35 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(days=3, hours=4, minutes=5), "3 days 4 hours"),
        (timedelta(days=1, minutes=5), "1 day 5 minutes"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(span: timedelta, told: str) -> None:
    """How late a promise is must be seen at a glance."""
    assert _words("en").lasting(span) == told


def test_a_name_that_the_owner_added_to_the_policy_is_shown_as_it_is_spelled() -> None:
    """A new role or promise needs no code and no new word; a rung keeps its number."""
    words = _words("en")
    assert words.named("night_watch", "role") == "night_watch"
    assert words.named("level_manager:2", "role") == "escalation manager 2"


def test_a_zone_without_a_name_of_its_own_is_called_by_its_id() -> None:
    """A desk elsewhere than in China must name its zone in every language."""
    assert _words("zh-Hans").zone_note("Europe/Berlin") == "Europe/Berlin"
    assert not _words("zh-Hans").zone_note("Asia/Shanghai")


# Blocks.


def test_the_text_is_read_into_its_blocks() -> None:
    """The whole language of the templates in one letter."""
    text = (
        "您好！\n\n请看\n第二行\n\n公司：甲\n电话：1\n\nCase: X\nStatus: open\n\n"
        "· 一\n· 二\n\n> 她写的\n>\n> 字\n\n-- \n某某\n热线\n"
    )
    assert read_blocks(text) == (
        Block("paragraph", lines=("您好！",)),
        Block("paragraph", lines=("请看", "第二行")),
        Block("facts", rows=(("公司", "甲"), ("电话", "1"))),
        Block("facts", rows=(("Case", "X"), ("Status", "open"))),
        Block("items", lines=("一", "二")),
        Block("words", lines=("她写的", "", "字")),
        Block("signature", lines=("某某", "热线")),
    )


@pytest.mark.parametrize("line", ["请注意：今晚停机", "Reply by 10:30 today", "见 https://vendor.example/x"])
def test_a_single_sentence_with_a_colon_is_no_table(line: str) -> None:
    """An engineer's sentence must not be torn into two columns."""
    assert read_blocks(line) == (Block("paragraph", lines=(line,)),)


@pytest.mark.parametrize("line", ["mailto:a@b.example?body=x", "https://vendor.example/x"])
def test_a_link_on_a_line_of_its_own_can_be_clicked(line: str) -> None:
    """Where one click is wanted, nobody copies an address by hand."""
    assert read_blocks(line) == (Block("link", lines=(line,)),)


@given(st.lists(st.sampled_from(["", "a", "> b", ">", "· c", "标签：值", "Label: value", "-- ", "--"])))
def test_no_line_of_the_text_is_lost_in_the_page(lines: list[str]) -> None:
    """One source of words: what the text says, the page says."""
    blocks = read_blocks("\n".join(lines))
    shown = sum(len(block.lines) + len(block.rows) for block in blocks)
    mark = lines.index("-- ") if "-- " in lines else None
    assert shown == len([line for line in lines if line]) - (mark is not None)


def test_the_plain_page_escapes_everything() -> None:
    """T17 holds without the layout template too."""
    page = plain_page(read_blocks("<b>\n\n> <i>\n\na：<u>\nb：<s>"), '"><x')
    assert not any(tag in page for tag in ("<b>", "<i>", "<u>", "<s>", "<x"))


# Words made fit to print.


@given(st.text(max_size=2000))
def test_one_line_is_one_printable_line(words: str) -> None:
    """T10, T15: whatever comes in, nothing invisible and no second line comes out."""
    line = one_line(words, 100)
    assert len(line) <= 100
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert not {"\u202e", "\u2066", "\x00", "\x1b"} & set(line)


@given(st.text(max_size=500))
def test_lines_keep_every_visible_word_and_no_gap(words: str) -> None:
    """Their words reach the colleague whole; only the waste around them goes."""
    lines = lines_of(words)
    assert all(line or lines[number - 1] for number, line in enumerate(lines) if number)
    assert not lines or (lines[0] and lines[-1])
    visible = [character for character in words if character.isalnum()]
    assert [character for line in lines for character in line if character.isalnum()] == visible


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Re: hello", "hello"),
        ("RE：答复: 转发: 你好", "你好"),
        ("回覆：轉寄：您好", "您好"),
        ("Re(3): hello", "hello"),
        ("Regarding: the firewall", "Regarding: the firewall"),
        ("Fw: [C-1] hello [C-2]", "hello [C-2]"),
        ("Re:", ""),
        ("Re: " * 2000 + "hello", "hello"),
    ],
)
def test_a_subject_is_bared_of_what_mail_programs_put_before_it(subject: str, bare: str) -> None:
    """L-3, L-29: neither prefixes nor our own tag are stacked."""
    assert bare_subject(subject, "C-1") == bare
