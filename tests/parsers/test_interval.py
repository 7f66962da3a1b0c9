"""How often the customer wants to hear from us (P-32), in three scripts; absurd wishes are none."""

import pytest

from gateway.cases.business_time import Span
from gateway.parsers import interval


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("请每30分钟通报一次进展", 30),
        ("麻烦每隔半小时更新一次。", 30),
        ("請每兩小時同步一次進度，謝謝", 120),
        ("每一个半小时汇报一下进展", 90),
        ("请每个小时反馈进度", 60),
        ("please update us every 2 hours", 120),
        ("Could you send a status report every half an hour?", 30),
        ("We expect an update every 45 min.", 45),
        ("You could give us an update each hour", 60),
        ("先前说的不算。请每隔1小时更新进展", 60),
    ],
)
def test_a_wish_for_updates_is_understood(text: str, minutes: int) -> None:
    """In working time: a 5x8 customer is not written to all night."""
    assert interval.read(text) == Span(minutes, "wm")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "服务器每30分钟重启一次",
        "the alarm fires every 5 minutes",
        "请更新驱动。设备每天重启",
        "请尽快通报进展",
        "每隔1分钟更新一次进展",
        "please update us every 100 hours",
        "每",
        "update every",
    ],
)
def test_what_is_no_wish_for_updates_or_an_absurd_one_changes_nothing(text: str) -> None:
    """A fault that comes every thirty minutes asks for no mail every thirty minutes."""
    assert interval.read(text) is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30分钟", 30),
        ("半小时", 30),
        ("2 hours", 120),
        ("1.", None),
        ("", None),
        ("三个小时", 180),
        ("90m", 90),
    ],
)
def test_an_engineer_names_an_amount(text: str, minutes: int | None) -> None:
    """`#interval 30分钟`: no sentence around it."""
    assert interval.read_amount(text) == (Span(minutes, "wm") if minutes else None)


def test_a_long_text_is_read_only_at_its_beginning() -> None:
    """Nothing here may grow with what somebody sends."""
    assert interval.read("x" * 5000 + "。请每30分钟通报一次进展") is None
