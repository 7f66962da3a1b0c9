"""Encoded words and parameters, as found in the wild."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.parsers.header_text import MAX_PARAMETERS, decode_words, one_line, parameters


def _word(data: bytes, charset: str = "utf-8") -> str:
    return f"=?{charset}?B?{base64.b64encode(data).decode()}?="


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_character_split_over_two_words_is_whole_again(cut: int) -> None:
    """L-84: the RFC forbids it, Chinese mail programs do it all the time."""
    data = "防火墙".encode()
    assert decode_words(f"{_word(data[:cut])}\n {_word(data[cut:])}") == "防火墙"


def test_a_split_inside_a_base64_group_is_mended() -> None:
    """Some encode first and split afterwards."""
    encoded = base64.b64encode("网络中断了".encode()).decode()
    assert decode_words(f"=?utf-8?B?{encoded[:5]}?= =?utf-8?B?{encoded[5:]}?=") == "网络中断了"


def test_blanks_between_words_vanish_and_others_stay() -> None:
    """RFC 2047 §6.2."""
    assert decode_words(f"Re:  {_word('告'.encode())} {_word('警'.encode())} now") == "Re:  告警 now"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("=?utf-8?Q?two words?=", "two words"),
        ("=?utf-8?q?under_score=5F?=", "under score_"),
        ("=?UTF-8*zh?Q?=E7=BD=91?=", "网"),
        ("[=?utf-8?Q?=E7=BD=91?=]", "[网]"),
        ("=?utf-8?B?572R 57uc?=", "网络"),
        ("=?gb2312?B?6V8=?=", "開"),
        ("=?utf-8?Q?=E7=BD=91?==?utf-8?Q?=E7=BB=9C?=", "网络"),
    ],
)
def test_words_bent_in_the_usual_ways_are_read(written: str, meant: str) -> None:
    """Each of these is wrong by the RFC and common in mail."""
    assert decode_words(written) == meant


@pytest.mark.parametrize("text", ["=?", "=?utf-8?", "=?utf-8?Q?open", "a =?b?= c", "=?utf-8?X?a?="])
def test_what_is_no_encoded_word_stays_as_it_is(text: str) -> None:
    """Nothing of a subject may disappear."""
    assert decode_words(text) == text


def test_a_line_break_inside_a_word_does_not_survive() -> None:
    """0.11: it cannot inject a header, but it would poison every answer that quotes the subject."""
    assert one_line(decode_words("=?utf-8?Q?a=0D=0ABcc=3A_x=40y?=")) == "a Bcc: x@y"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="a;b.txt"', "a;b.txt"),
        ("attachment; filename=my file (1).txt", "my file (1).txt"),
        ('attachment; filename="say "hi" now.txt"', 'say "hi" now.txt'),
        (r'attachment; filename="C:\new\a.txt"', r"C:\new\a.txt"),
        (r'attachment; filename="a\"b.txt"', 'a"b.txt'),
        ('attachment; filename="never closed', "never closed"),
        ("attachment; filename*=UTF-8''%E6%97%A5%E5%BF%97.txt; filename=x.txt", "日志.txt"),
        ("attachment; filename*1=b.txt; filename*0=a", "ab.txt"),
        ("attachment; filename*0*=gb2312''%C8%D5; filename*1*=%D6%BE; filename*2=.txt", "日志.txt"),
        ("attachment; filename*=%E6%97%A5.txt", "日.txt"),
        ('attachment; filename="=?utf-8?Q?=E6=97=A5.txt?="', "日.txt"),
        ('attachment; filename="one.txt"; filename="two.txt"', "one.txt"),
        ('attachment; filename="no semicolon.txt" size=3', "no semicolon.txt"),
    ],
)
def test_file_names_are_read_in_every_way_they_are_written(header: str, name: str) -> None:
    """RFC 2231, RFC 2047 where it may not stand, and neither."""
    assert parameters(header)[1]["filename"] == name


def test_parameters_beyond_the_limit_are_not_read() -> None:
    """0.12: twenty thousand of them cost the standard library five seconds."""
    assert len(parameters("text/plain" + "".join(f"; p{n}=v" for n in range(5000)))[1]) == MAX_PARAMETERS


def test_parameters_are_found_behind_any_number_of_semicolons() -> None:
    """0.12: a hundred thousand of them took a minute, each being tried as the beginning of a name (see test_growth)."""
    assert parameters("text/plain" + ";" * 100_000 + "charset=x; ; =y;;b=c") == (
        "text/plain",
        {"charset": "x", "b": "c"},
    )


@given(st.text(alphabet="=?utf-8BQ_;\"'*%0123 abc\\(\n", max_size=200))
def test_nothing_raises(text: str) -> None:
    """Header text is the sender's."""
    decode_words(text)
    parameters(text)
