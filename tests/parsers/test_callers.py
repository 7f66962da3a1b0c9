"""Who called, in the words of the colleague who took the call (P-23)."""

import pytest

from gateway.parsers import callers
from gateway.parsers.callers import Caller


@pytest.mark.parametrize(
    ("text", "company", "contact"),
    [
        ("客户青岚银行的邹敏来电，说登录不上", "青岚银行", "邹敏"),
        ("客户海燕航运陈怡说磁盘满了", "海燕航运", "陈怡"),
        ("刚才接到长河电力的孙师傅电话", "长河电力", "孙师傅"),
        ("长河电力孙师傅打电话来说掉线", "长河电力", "孙师傅"),
        ("接到海棠食品股份有限公司冯丽小姐的电话", "海棠食品股份有限公司", "冯丽小姐"),
        ("青岚银行 邹敏 来电", "青岚银行", "邹敏"),
        ("您好，今天上午客户青岚银行那边的邹敏反馈很慢", "青岚银行", "邹敏"),
        ("客戶港灣保險的林佩君來電", "港灣保險", "林佩君"),
        ("今天上午客户邹敏报修", None, "邹敏"),
        ("福满楼餐饮张经理13655551111来电，收银系统连不上网", "福满楼餐饮", "张经理"),
        ("中午接到城東圖書館的陳小姐來電", "城東圖書館", "陳小姐"),
        ("客户信息部的邹敏来电", None, "邹敏"),
        ("Anna Berg from Greenhill Bank called about the firewall", "Greenhill Bank", "Anna Berg"),
        (
            "Tom Lee at Harbour Lane Freight Ltd reports that it is down",
            "Harbour Lane Freight Ltd",
            "Tom Lee",
        ),
        ("Got a call from Tom Lee of Harbour Lane Freight Ltd: down", "Harbour Lane Freight Ltd", "Tom Lee"),
        ("Ms Ruth Owen from our customer Alder Mills Ltd rang", "Alder Mills Ltd", "Ms Ruth Owen"),
    ],
)
def test_a_caller_is_a_person_and_their_company(text: str, company: str | None, contact: str) -> None:
    """As colleagues say it, in both scripts and English."""
    assert callers.find(text) == Caller(company, contact)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "客户说打不开",
            "他来电问进度",
            "我说了算",
            "公司名称：不详",
            "我跟王经理说了",
            "请打电话给客户",
            "有说明文档",
        ),
        *(
            "Tom from home called it a day",
            "I called the office",
            "the firewall from Greenhill called home",
            "",
        ),
    ],
)
def test_who_is_not_named_is_not_made_up(text: str) -> None:
    """A wrong name on a case is worse than none: nobody would ask any more."""
    assert callers.find(text).company is None
    assert callers.find(text).contact is None


def test_a_caller_with_a_company_comes_before_one_without() -> None:
    """The one who can be told apart is the customer's."""
    assert callers.find("邹敏来电。青岚银行的贺斌报修。") == Caller("青岚银行", "贺斌")


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        *(("有客户打电话来", True), ("客戶報修", True), ("a customer rang", True), ("客户想升级", True)),
        *(
            ("午饭吃什么", False),
            ("Lunch?", False),
            ("本周处理客户故障12起", False),
            ("明天去拜訪客戶", False),
        ),
    ],
)
def test_a_report_is_told_from_talk_about_customers(text: str, spoken: bool) -> None:
    """Somebody called, reported or asked; that there are customers reports nothing."""
    assert callers.speaks_of_report(text) is spoken
