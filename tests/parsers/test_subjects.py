"""Whether two subjects name one matter, in spite of what mail programs do to them."""

import pytest

from gateway.parsers import subjects


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("堡垒机无法登录", "Re: 答复：回复: 堡垒机无法登录"),
        ("堡垒机无法登录", "転送 堡垒机无法登录"),
        ("WAF down", "AW: Re[2]: [EXTERNAL] waf  DOWN"),
        ("防火牆無法連線", "轉寄：【急件】防火牆無法連線（補充）"),
        ("The portal has been unreachable since this morning", "Re: The portal has been unreach"),
        ("堡垒机无法登录", "Re:"),
        ("", "anything"),
    ],
)
def test_prefixes_marks_and_cuts_make_no_other_matter(one: str, other: str) -> None:
    """L-30, L-31: full and half width, three scripts, gateways that cut and mark."""
    assert subjects.same_matter(one, other)
    assert subjects.same_matter(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("堡垒机无法登录", "Re: 防火墙断网"), ("WAF down", "Report: license"), ("re", "aw: x")]
)
def test_another_name_is_perhaps_another_matter(one: str, other: str) -> None:
    """L-31: they looked for an old mail, pressed reply, and typed a new subject."""
    assert not subjects.same_matter(one, other)


def test_a_subject_of_prefixes_only_is_read_in_one_pass() -> None:
    """T14: whoever sends a megabyte of "Re:" waits for nothing."""
    assert subjects.bare("Re: " * 250_000) == ""
