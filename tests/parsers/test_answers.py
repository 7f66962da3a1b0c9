"""What a customer's message answers of what the acknowledgement asked: what they say, and nothing they do not."""

import pytest

from gateway.parsers import answers
from gateway.parsers.answers import ASKED
from tests.parsers.reading import read

OFFERED = {"company": "宏远机械", "contact": "李工"}


def answered(text: str, offered: dict[str, str] | None = None) -> dict[str, str]:
    """What the message says about company, contact, symptoms and phone."""
    return dict(answers.by_customer(ASKED, read(text, reply=True), offered or {}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("邹敏 13800138001", {"contact": "邹敏", "phone": "13800138001"}),
        ("公司：衡岳钢铁有限公司\n联系人：邹敏", {"company": "衡岳钢铁有限公司", "contact": "邹敏"}),
        ("電話：02-5555-0808", {"phone": "02-5555-0808"}),
        (
            "Contact: Laura Brook\nPhone: +44 20 5555 0808",
            {"contact": "Laura Brook", "phone": "+44 20 5555 0808"},
        ),
        ("邹敏", {"contact": "邹敏"}),
    ],
)
def test_what_they_say_is_an_answer(text: str, said: dict[str, str]) -> None:
    """P-20: labelled, in a signature's manner, or bare."""
    assert answered(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "明白",
        "马上提供",
        "好的，谢谢",
        "稍等，我问一下同事",
        "方便的时候请来电",
        "OK, will do",
        "Sure",
        "",
        "？",
    ],
)
def test_other_words_are_none(text: str) -> None:
    """A contact called 马上 would be asked for on the telephone."""
    assert answered(text) == {}


@pytest.mark.parametrize("text", ["是的", "对的，谢谢", "沒錯。", "Yes, that's right", "正确\n我们等您消息"])
def test_yes_makes_what_was_offered_certain(text: str) -> None:
    """Issue 5: uncertain values are offered for confirmation."""
    assert answered(text, OFFERED) == OFFERED


@pytest.mark.parametrize(
    "text", ["不是", "是的吗？我不清楚", "对不起，不清楚", "No, it is not", "yesterday it began"]
)
def test_anything_else_does_not(text: str) -> None:
    """Only a first clause that says yes and nothing more."""
    assert not set(OFFERED.values()) & set(answered(text, OFFERED).values())


def test_what_they_say_beside_yes_counts_more_than_what_we_offered() -> None:
    """ "Yes, but his name is 邹敏"."""
    assert answered("是的。\n联系人：邹敏", OFFERED) == {"company": "宏远机械", "contact": "邹敏"}


def test_only_what_was_asked_is_answered() -> None:
    """P-20: what is known already is not overwritten by what a message happens to hold."""
    report = read("联系人：邹敏\n电话：13800138001", reply=True)
    assert answers.by_customer(("phone",), report, OFFERED) == (("phone", "13800138001"),)
