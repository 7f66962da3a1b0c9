"""The language of an answer is the sender's: by script, by characters of one script only, by small words."""

from collections.abc import Callable
from functools import cache

import opencc
import pytest

from gateway.parsers import language, lexicon


@pytest.mark.parametrize(
    "text",
    [
        "防火墙断网了，请尽快处理。",
        "NGFW-3100 HA failover 之后 SSL VPN 登录不上",
        "Hi,\n\n堡垒机无法登录，日志如下：\nMar  5 10:33:22 fw01 sshd[211]: error: connect to 10.0.0.1",
        "收到",
        "好的，今天内完成",
        "我司的 gateway 重启以后 dashboard is empty，请协助",
    ],
)
def test_simplified_chinese_is_recognised_among_english_terms(text: str) -> None:
    """Product names and log lines are English in every report; the sender is not."""
    assert language.detect(text) == "zh-Hans"


@pytest.mark.parametrize(
    "text",
    [
        "防火牆斷線，請儘快處理。",
        "WAF 升級後 dashboard 圖表跑不出來",
        "您好，伺服器當機了。Please help.",
        "謝謝",
    ],
)
def test_traditional_chinese_is_told_from_simplified(text: str) -> None:
    """An answer in the other script is a discourtesy."""
    assert language.detect(text) == "zh-Hant"


@pytest.mark.parametrize(
    "text",
    [
        "The tunnel is down and we cannot reach the head office.",
        "Dear desk, this is Lin (林芳) of Elm. The gateway restarts every hour, please have a look.",
        'The page shows "连接失败" when we log in to the portal, and it did not do so before.',
        "IPS cpu",
        "ok",
    ],
)
def test_english_is_recognised_beside_a_chinese_name_or_message(text: str) -> None:
    """A name in the signature or a quoted error does not make the mail Chinese."""
    assert language.detect(text) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "ファイアウォールに接続できません。至急確認してください。",
        "방화벽에 접속할 수 없습니다.",
        "Межсетевой экран недоступен, помогите.",
        "لا يمكن الوصول إلى الجدار الناري",
        "Die Firewall ist seit heute nicht erreichbar, bitte helfen Sie uns.",
        "Le pare-feu ne répond pas depuis ce matin, nous ne pouvons pas nous connecter.",
    ],
)
def test_every_other_language_is_other(text: str) -> None:
    """Nobody is answered in a language that was only guessed."""
    assert language.detect(text) == "other"


@pytest.mark.parametrize("text", ["", "   \n", "12345", "中文", "!!!"])
def test_when_nothing_decides_it_is_simplified(text: str) -> None:
    """Most customers write it."""
    assert language.detect(text) == "zh-Hans"


def test_only_the_first_pages_count() -> None:
    """The time is bounded, however long the text."""
    assert language.detect("请处理。" * 6000 + "The rest is in English. " * 100_000) == "zh-Hans"


def test_the_two_sets_of_characters_are_what_opencc_says() -> None:
    """The list is made, not written: this is how (see lexicon/language.toml)."""
    every = [chr(code) for code in range(0x4E00, 0xA000)]
    gb, big5 = (frozenset(char for char in every if _has(codec, char)) for codec in ("gb2312", "big5"))
    characters = lexicon.read("language")["characters"]
    assert set("".join(characters["simplified"])) == {c for c in gb - big5 if _converted("s2t", c) != c}
    assert set("".join(characters["traditional"])) == {c for c in big5 - gb if _converted("t2s", c) != c}


@cache
def _converter(scheme: str) -> Callable[[str], str]:
    return opencc.OpenCC(scheme).convert  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] no types


def _converted(scheme: str, char: str) -> str:
    return _converter(scheme)(char)


def _has(codec: str, char: str) -> bool:
    return bool(char.encode(codec, "ignore"))
