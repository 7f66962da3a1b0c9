"""The language that a sender is answered in: their new words decide, not the subject somebody else wrote."""

import pytest

from gateway.parsers import written_in
from tests.parsers.reading import read


def test_an_english_reply_under_a_chinese_subject_is_english() -> None:
    """The subject of a reply is ours; whoever answers in English gets English."""
    report = read("Still down, please call me.", subject="回复:【工单 C-1024】防火墙无法登录", reply=True)
    assert report.language == "en"


def test_a_chinese_reply_under_an_english_subject_is_chinese() -> None:
    """And the other way round, however long the subject is."""
    subject = "RE: [C-1024] The firewall does not start and the site is down"
    assert read("還是不行,請盡快處理", subject=subject, reply=True).language == "zh-Hant"


@pytest.mark.parametrize(
    ("words", "subject", "language"),
    [
        ("OK", "防火墙已恢复", "zh-Hans"),
        ("ok", "防火牆已經恢復", "zh-Hant"),
        ("", "The tunnel is down and we cannot work", "en"),
        ("WAF", "網站打不開", "zh-Hant"),
    ],
)
def test_too_few_words_leave_the_subject_to_decide(words: str, subject: str, language: str) -> None:
    """One word is no language: an "OK" is written by everybody."""
    assert written_in.detect(subject, words) == language


def test_chinese_without_a_character_of_one_script_takes_the_subjects() -> None:
    """ "可以了" is written alike in Taipei and in Beijing."""
    assert written_in.detect("回覆:防火牆無法登入", "可以了") == "zh-Hant"
    assert written_in.detect("回复:防火墙无法登录", "可以了") == "zh-Hans"


def test_simplified_words_are_not_overruled_by_a_subject_of_many_traditional_characters() -> None:
    """A colleague of another office writes under the first one's subject."""
    assert written_in.detect("回覆:資料庫稽核無法寫入紀錄,請儘速協助處理", "还没好") == "zh-Hans"
