"""Bytes become the words that were written, whatever the label says."""

from encodings.aliases import aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.parsers import charsets

TROUBLE = "防火墙无法登录，请尽快派人处理。"
TROUBLE_HANT = "防火牆無法登入，請儘快派人處理。"
BOTHER = "ファイアウォールにログインできません。至急ご確認をお願いします。"


@pytest.mark.parametrize("label", ["gb2312", "GBK", "gb_2312-80", "x-gbk", "cp936", '"gb2312"', "iso-gb2312"])
def test_every_chinese_label_is_read_as_gb18030(label: str) -> None:
    """L-80: 镕, – and € stand outside GB 2312, and mail programs write them under that label all the same."""
    assert charsets.decode("镕基 – €".encode("gb18030"), label)[0] == "镕基 – €"


def test_a_label_that_was_too_narrow_is_a_problem_and_a_fitting_one_is_not() -> None:
    """Whoever wonders about a character can see that the label was not obeyed."""
    assert charsets.decode("開".encode("gbk"), "gb2312")[1] == "charset gb2312 read as gb18030"
    assert charsets.decode("开".encode("gbk"), "gb2312")[1] is None


@pytest.mark.parametrize("label", ["big5", "gb2312", "iso-8859-1", "us-ascii", "shift_jis"])
def test_utf8_is_recognised_under_any_other_label(label: str) -> None:
    """Obeying such a label gives rubbish without any error."""
    assert charsets.decode(TROUBLE.encode(), label)[0] == TROUBLE


def test_a_short_chinese_word_that_happens_to_be_utf8_stays_chinese() -> None:
    """The bytes of 一 in GB 2312 are ӻ in UTF-8; two-byte characters prove nothing under a Chinese label."""
    assert charsets.decode("一".encode("gb2312"), "gb2312")[0] == "一"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("你好", "gb18030"),
        ("硬盘故障 SN 4411", "gb18030"),
        (TROUBLE, "gb18030"),
        (TROUBLE_HANT, "cp950"),
        (TROUBLE, "utf-8"),
        ("Störung in Köln seit früh", "cp1252"),
        (BOTHER, "euc_jp"),
        (BOTHER, "cp932"),
        (BOTHER, "iso2022_jp"),
        ("Не работает межсетевой экран, помогите", "cp1251"),
    ],
)
def test_text_without_a_label_is_read_by_what_it_looks_like(text: str, codec: str) -> None:
    """RELIABILITY 0.25: the statistical guess alone takes short Chinese for Korean."""
    assert charsets.decode(text.encode(codec), None)[0] == text


def test_windows_characters_under_a_latin_label_are_read() -> None:
    """“Quotes” of Windows-1252 are labelled ISO-8859-1 by half the programs."""
    assert charsets.decode(b"\x93ok\x94 \x96 \x80", "iso-8859-1")[0] == "“ok” – €"


def test_a_few_bad_bytes_do_not_cost_the_rest() -> None:
    """A character cut in the middle is marked; the label still holds for all others."""
    text, problem = charsets.decode(TROUBLE.encode()[:-1], "utf-8")
    assert text == TROUBLE[:-1] + "\ufffd"
    assert problem is not None


def test_the_marks_of_older_damage_do_not_make_utf8_of_chinese() -> None:
    """锟斤拷 is what two lost characters look like in GBK; the same bytes are valid UTF-8."""
    assert charsets.decode("锟斤拷".encode("gbk"), "gbk")[0] == "锟斤拷"


def test_korean_outside_the_standard_table_is_composed() -> None:
    """KS X 1001 writes rare syllables as letters, which EUC-KR readers put together."""
    assert charsets.decode("똠방각하 쓔".encode("euc_kr"), "ks_c_5601-1987")[0] == "똠방각하 쓔"


def test_unmarked_utf16_and_utf32_are_read_in_their_byte_order() -> None:
    """Without a mark the zeros tell."""
    assert charsets.decode("ok 网".encode("utf-16-le"), "utf-16")[0] == "ok 网"
    assert charsets.decode("ok 网".encode("utf-16-be"), "utf-16")[0] == "ok 网"
    assert charsets.decode("あい".encode("utf-32-be"), "UTF-32")[0] == "あい"


@pytest.mark.parametrize("label", ["utf-7", "UTF7", "unicode-1-1-utf-7"])
def test_utf7_is_never_decoded(label: str) -> None:
    """T13: it is mark-up in disguise."""
    assert charsets.decode(b"+ADw-script+AD4-", label)[0] == "+ADw-script+AD4-"


@pytest.mark.parametrize(
    "label", [*sorted(aliases), "y", "", "rot13", "zlib", "idna", "utf\0-8", "\ud800", "x" * 5000]
)
def test_no_label_reaches_a_codec_that_is_not_for_mail(label: str) -> None:
    """T13: `rot13` and `zlib` are codecs too, and a NUL in a name raises; all of them give the same plain words."""
    assert charsets.decode(b"plain words", label)[0] == "plain words"


@given(
    st.binary(max_size=300),
    st.sampled_from([None, "gb2312", "big5", "hz", "iso-2022-jp", "iso-2022-cn", "utf-16", "utf-8", "?"]),
)
def test_every_input_gives_a_text(data: bytes, label: str | None) -> None:
    """Nothing from outside raises here, and what comes out can be written as UTF-8."""
    charsets.decode(data, label)[0].encode()
