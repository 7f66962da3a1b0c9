"""Whole afternoons of reports that leave something out: everything is asked once, and the answer is believed."""

import pytest

from tests.stories.afternoon import CHIPS, FAULT, HAIYAN, HE_LAN, HOSPITAL
from tests.stories.conftest import AfternoonOf

STRANGER = "linxia@chengnan-water.example"
TERSE = {
    "zh-Hans": "您好，\n日志审计登录页面打不开，请协助处理。",
    "zh-Hant": "您好，\n防火牆的登入頁面打不開，請協助處理。",
    "en": "Hello,\nthe login page of our firewall does not open, please help.",
}
"""Reports of a fault that name nobody."""

QUESTIONS = {
    "zh-Hans": ("贵公司全称", "联系人姓名", "联系电话"),
    "zh-Hant": ("貴公司全名", "聯絡人姓名", "聯絡電話"),
    "en": ("the name of your company", "the name of the person", "a phone number"),
}
ANSWERS = {
    "zh-Hans": ("公司：城南自来水有限公司\n联系人：林夏\n电话：025-55550808", "林夏"),
    "zh-Hant": ("公司：城南自來水股份有限公司\n聯絡人：林怡君\n電話：02-5555-0808", "林怡君"),
    "en": ("Company: Southgate Water Ltd\nContact: Laura Brook\nPhone: +44 20 5555 0808", "Laura Brook"),
}


@pytest.mark.parametrize("language", TERSE)
def test_everything_that_is_missing_is_asked_for_in_the_acknowledgement(
    afternoon_of: AfternoonOf, language: str
) -> None:
    """P-20 and P-23: company, contact and phone together, in the language and the script of the report."""
    day = afternoon_of(STRANGER).customer_writes("2026-11-23 09:00", TERSE[language])
    (asked,) = [mail for mail in day.mails if mail.to == STRANGER]
    assert (asked.notice, asked.language) == ("first_reply", language)
    assert [question for question in QUESTIONS[language] if question not in asked.text] == []


@pytest.mark.parametrize("language", TERSE)
def test_the_answer_in_the_thread_fills_the_case(afternoon_of: AfternoonOf, language: str) -> None:
    """P-20: what was asked for is there, and whoever works on the case reads it."""
    day = afternoon_of(STRANGER).customer_writes("2026-11-23 09:00", TERSE[language])
    answer, contact = ANSWERS[language]
    day.customer_writes("09:10", answer)
    assert day.case.missing == ()
    assert (day.case.contact, bool(day.case.company), bool(day.case.phone)) == (contact, True, True)
    assert contact in day.last("wang.qiang", "customer_wrote").text


@pytest.mark.parametrize("answered", [True, False], ids=["answered", "not answered"])
def test_nothing_is_ever_asked_twice(afternoon_of: AfternoonOf, answered: bool) -> None:
    """P-23: neither in the morning after the night's receipt, nor in any update, whether they answered or not."""
    day = afternoon_of(STRANGER).customer_writes("2026-11-23 21:00", TERSE["zh-Hans"])
    assert day.post(STRANGER) == ["11-23 21:00 receipt"]
    if answered:
        day.customer_writes("21:30", ANSWERS["zh-Hans"][0])
    day.goes_on_until("11-24 11:00")
    assert len(day.post(STRANGER)) > 2
    assert sum("贵公司全称" in mail.text for mail in day.mails if mail.to == STRANGER) == 1


def test_what_goes_to_a_consultant_is_asked_about_too(afternoon_of: AfternoonOf) -> None:
    """P-04 and P-20: the consultant gets in touch, so we must know with whom."""
    day = afternoon_of(STRANGER).customer_writes(
        "2026-11-23 09:00", "您好，\n扫描报告列出了十二个漏洞，请协助修复漏洞。"
    )
    asked = day.last(STRANGER, "out_of_scope")
    assert [question for question in QUESTIONS["zh-Hans"] if question not in asked.text] == []


@pytest.mark.parametrize("customer", [HOSPITAL, HAIYAN, CHIPS])
def test_whom_we_know_is_asked_nothing(afternoon_of: AfternoonOf, customer: str) -> None:
    """P-20: the directory says it all; nobody likes to be asked by people who should know."""
    day = afternoon_of(customer).customer_writes("2026-11-23 09:00", FAULT)
    assert day.case.missing == ()


def test_words_in_the_thread_that_answer_nothing_fill_nothing(afternoon_of: AfternoonOf) -> None:
    """P-23: "明白" is no 明白, and our own letter in their quote says nothing about them."""
    day = afternoon_of(STRANGER).customer_writes("2026-11-23 09:00", TERSE["zh-Hans"])
    for when, text in (("09:05", "明白，谢谢。"), ("09:06", "马上提供"), ("09:07", "好的，等您消息。")):
        day.customer_writes(when, text)
    assert day.case.missing == ("company", "contact", "phone")


@pytest.mark.parametrize(
    ("answer", "contact", "phone"),
    [("林夏 025-55550808", "林夏", "025-55550808"), ("林夏，13900090909", "林夏", "13900090909")],
)
def test_bare_words_answer_too(afternoon_of: AfternoonOf, answer: str, contact: str, phone: str) -> None:
    """P-23: nobody fills in a form to say their name and number."""
    day = afternoon_of(STRANGER).customer_writes("2026-11-23 09:00", TERSE["zh-Hans"])
    day.customer_writes("09:10", answer)
    assert (day.case.contact, day.case.phone, day.case.missing) == (contact, phone, ("company",))


def test_what_we_are_not_sure_of_is_not_used_but_shown_to_the_desk(afternoon_of: AfternoonOf) -> None:
    """Issue 5: below one half a value is a guess: the desk may know better, a stranger is not told it (T19)."""
    day = afternoon_of(STRANGER).customer_writes("2026-11-23 09:00", "防火墙登录不上，宏远的也是")
    assert (day.case.company, day.case.uncertain) == (None, {"company": "宏远"})
    assert "公司（可能是“宏远”）" in day.last(HE_LAN, "new_case").text
    asked = day.last(STRANGER, "first_reply").text
    assert "贵公司全称" in asked
    assert "宏远" not in asked
    day.customer_writes("09:05", "是的。")
    assert day.case.company is None, "they cannot agree to what they were not shown"
    day.customer_writes("09:10", "公司：宏远机械有限公司")
    assert (day.case.company, day.case.uncertain) == ("宏远机械有限公司", {})
