"""The Report as a whole: its JSON, whose words count, who is never taken for the customer, and hostile texts."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.messages import Address, Attachment, Inbound
from tests.parsers.reading import acquainted, chat, mail, read, stranger, value

KEYS = (
    "file message_id subject date in_reply_to references from to cc language automatic bounce text quoted signature "
    "attachments company contact phone email product place kind symptoms fault_level commands missing problems"
)


def test_every_key_of_the_interface_is_there_even_when_nothing_is_known() -> None:
    """INTERFACES: a field that is not known is null, never missing."""
    report = stranger().read(Inbound(None, "", None, None)).as_json("a.eml")
    assert " ".join(report) == KEYS
    assert report["company"] is None
    assert report["from"] is None
    assert report["symptoms"] == []


def test_the_json_says_what_was_understood() -> None:
    """The shape of INTERFACES "The Report", value by value."""
    inbound = mail("堡垒机登录不上\n联系人:邵晨\n电话:021-5555 0199", subject="求助", name="邵晨")
    attached = Attachment("日志.txt", "text/plain", 812, inline=False)
    report = stranger().read(replace(inbound, attachments=(attached,))).as_json("b.eml")
    assert report["file"] == "b.eml"
    assert report["from"] == {"name": "邵晨", "address": "a@customer.example"}
    assert report["attachments"] == [{"name": "日志.txt", "type": "text/plain", "size": 812, "inline": False}]
    assert report["contact"]["value"] == "邵晨"
    assert report["contact"]["source"] in ("body", "signature")
    assert report["phone"]["value"] == "021-5555 0199"
    assert report["symptoms"][0] == {"value": "登录不上", "confidence": 0.9, "span": [3, 7]}
    assert report["email"] == {
        "value": "a@customer.example",
        "confidence": 1.0,
        "source": "header",
        "span": None,
    }


def test_importing_the_report_does_not_load_spacy() -> None:
    """Importing spaCy takes more than a second; the command line must not pay for it."""
    code = "import sys, gateway.parsers.report; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_our_own_name_number_and_address_are_never_the_customers() -> None:
    """A mail to us is full of ourselves: the salutation, the hotline, the support address."""
    report = read(
        "卫城科技有限公司:\n\n贵司热线 010-6000 1234 打不通,邮件 support@citadel.example 也没人回。WAF 宕机了。"
    )
    assert value(report, "company") is None
    assert value(report, "phone") is None
    assert value(report, "email") == "a@customer.example"


def test_the_quote_of_a_reply_names_nobody_when_the_sender_does() -> None:
    """Below a reply stand our own words with our own names (UNDERSTANDING step 2)."""
    report = read(
        """
日志已上传。

岳珊
北岭药业有限公司

------------------ 原始邮件 ------------------
发件人: "客服" <support@citadel.example>;
> 联系人:洪涛 电话:010-7777 8888
""",
        subject="回复:工单 12",
        reply=True,
    )
    assert value(report, "contact") == "岳珊"
    assert value(report, "phone") is None


def test_the_quote_is_read_when_nothing_else_names_anybody() -> None:
    """ "见下" above one's own first mail: the names stand only there."""
    report = read(
        """
请看下面,急

------------------ 原始邮件 ------------------
发件人: <a@customer.example>;
> 单位名称:北岭药业有限公司
> 联系人:岳珊
""",
        subject="回复:防火墙",
        reply=True,
    )
    assert value(report, "company") == "北岭药业有限公司"
    assert report.company is not None
    assert report.company.source == "quoted"


def test_a_forward_by_one_of_ours_is_the_customers_letter() -> None:
    """L-62: a colleague who forwards opens the case for the customer, not for himself."""
    report = read(
        """
请处理

发件人: 颜菲 <yanfei@mulan.example>
发送时间: 2026年1月5日 9:00
主题: VPN

我们是木兰服饰,VPN 连不上。颜菲 13800001357
""",
        subject="转发: VPN",
        name="客服",
        address="desk@citadel.example",
    )
    assert value(report, "company") == "木兰服饰"
    assert value(report, "contact") == "颜菲"
    assert value(report, "email") == "yanfei@mulan.example"


def test_a_known_sender_beats_every_guess() -> None:
    """The directory first (UNDERSTANDING step 5): the signature is somebody else's template."""
    report = acquainted().read(mail("WAF 报错\n\n石涛\n华山广告有限公司", address="shi@yunling.example"))
    assert value(report, "company") == "云岭果业有限公司"
    assert value(report, "contact") == "施文静"
    assert report.company is not None
    assert report.company.source == "directory"
    assert report.missing == ()


@pytest.mark.parametrize(
    "text",
    [
        "设备 SN88420017 宕机",
        "合同 HT-2026-017 的 WAF 宕机",
        "云岭果业的 WAF 宕机了",
        "WAF 宕机 回电 13987110042",
    ],
    ids=["serial number", "contract number", "short name", "telephone"],
)
def test_the_directory_knows_a_customer_by_what_is_written(text: str) -> None:
    """People write a serial or contract number, a short name, a telephone: each is enough."""
    assert value(acquainted().read_chat(text), "company") == "云岭果业有限公司"


def test_a_free_mailbox_names_no_customer() -> None:
    """Everybody writes from qq.com; a customer may own it and yet nobody else there is his."""
    report = acquainted().read(mail("WAF 宕机", address="x@yunling.example"))
    assert value(report, "company") == "云岭果业有限公司"
    assert value(acquainted().read(mail("WAF 宕机", address="x@qq.com")), "company") is None


def test_what_a_message_does_not_tell_is_missing_however_it_came() -> None:
    """P-20 and P-23: company, contact, phone, symptoms. What of it somebody is asked for is the policy's business."""
    assert read("防火墙宕机了").missing == ("company", "contact", "phone")
    assert chat("防火墙宕机了").missing == ("company", "contact", "phone")


def test_a_confirmation_asks_for_nothing() -> None:
    """Who says that all is well is not asked for his telephone number (P-35)."""
    assert read("好了，谢谢", subject="Re: 工单 9", reply=True).missing == ()


def test_a_command_is_no_symptom_and_is_reported() -> None:
    """Colleagues write commands in the first lines; the Report carries them on."""
    report = chat("#级别 2\n防火墙宕机了")
    assert [(command.name, command.argument) for command in report.commands] == [("level", "2")]


def test_unseen_characters_hide_nothing() -> None:
    """Zero-width and direction marks between the characters: spans still point into the text as sent."""
    report = chat("防\u200b火\u200b墙\u202e 宕\u200b机了 139\u200b1111 2233")
    assert value(report, "product") is not None
    assert report.product is not None
    assert report.product.span == (0, 5)
    assert value(report, "phone") == "1391111 2233"


def test_a_long_message_says_that_it_was_not_read_to_the_end() -> None:
    """Time is bounded by a cap per zone, and the cap is no secret."""
    report = chat("防火墙宕机了\n" + "一二三四五六七八九\n" * 4000)
    assert any("20000 characters" in problem for problem in report.problems)
    assert value(report, "product") == "防火墙"


@pytest.mark.parametrize(
    "text",
    [
        "1" * 200_000,
        "A" * 200_000,
        "a@" * 100_000,
        "(" * 100_000,
        "公司:" * 60_000,
        "代" * 100_000,
        "\n".join(f"1390561{n:04d}" for n in range(10_000)),
        "\u202e\u200b" * 50_000,
        "1 2 3 4 " * 20_000,
        "防火墙\ud83d宕机\udc00" * 2_000,
        "防火墙无法登录，" * 125_000,
        "the firewall is down and the vpn too, " * 26_000,
        "全公司今天" * 200_000,
    ],
    ids=[
        "digits",
        "capitals",
        "at signs",
        "brackets",
        "labels",
        "代",
        "ten thousand numbers",
        "unseen",
        "spaced",
        "half characters",
        "a megabyte of clauses",
        "a megabyte of English clauses",
        "a megabyte in one line",
    ],
)
def test_a_hostile_text_gets_an_answer(text: str) -> None:
    """Nothing is quadratic: each of these took minutes in a careless pattern (RELIABILITY G5)."""
    assert stranger().read(mail(text)).kind.value


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            ["防火墙", "宕机了", "有限公司", "王工", "我是", "的", "代", ":", "\n", " ", ",", "(", ")", "139 1111 2233",
             "Ltd", "Mr. ", "On behalf of ", "Acme", "> ", "发件人: a <a@b.c>", "İ", "\u200b", "①", "Ａ",
             "\U0001f600", "\ud83d"]
        ),
        max_size=40,
    ).map("".join)
)  # fmt: skip
def test_no_text_whatever_breaks_the_reader(text: str) -> None:
    """Everything from outside is hostile; a Report comes back, and its spans lie within the text."""
    report = stranger().read(mail(text, subject=text[:60], name=text[:20]))
    printed = report.text + report.signature
    for found in (report.company, report.contact, report.phone, report.product, report.place):
        if found and found.span:
            assert printed[slice(*found.span)].strip()


def test_what_prints_nothing_hides_no_fault() -> None:
    """T14: marks of direction and of no width between the letters; the words are read, and as they were written."""
    report = read("\u202e堡\u200b垒\u200b机登\u2060录不\ufeff上\u202c，全\u200b公司都用不了")
    assert [symptom.value for symptom in report.symptoms] == ["登录不上", "全公司都用不了"]
    assert report.fault_level.value <= 2


def test_what_prints_nothing_hides_no_break_in() -> None:
    """P-04, T14: security consulting hears of it, in words that print."""
    report = read("服\u200b务器文件全被加\u2060密，桌面上有勒\u202e索\u202c信")
    assert report.fault_level.value == 1
    assert report.incident
    assert all(words.isprintable() for words in report.incident)


def test_a_disclaimer_is_not_read() -> None:
    """The mail system of a company adds it; it names that company and speaks of what must not be leaked."""
    report = read(
        "WAF 宕机了。\n\n本邮件及其附件含有蓝桥商贸公司的保密信息，如您错收了本邮件，数据泄露后果自负"
    )
    assert value(report, "company") is None
    assert report.fault_level.value > 1


def test_behind_a_list_the_author_is_whom_reply_to_names() -> None:
    """L-52: a list that rewrites From writes "Name via List" and keeps the author in Reply-To."""
    inbound = mail("WAF 宕机了", name="冯涛 via some-list", address="some-list@lists.example")
    report = stranger().read(replace(inbound, reply_to=(Address("冯涛", "fengtao@customer.example"),)))
    assert value(report, "contact") == "冯涛"
    assert value(report, "email") == "fengtao@customer.example"


def test_a_company_in_the_display_name_counts() -> None:
    """Many write it there and nowhere else: "刘涛-北岭药业"."""
    report = read("WAF 宕机了", name="刘涛-北岭药业")
    assert (value(report, "company"), value(report, "contact")) == ("北岭药业", "刘涛")
    assert report.company is not None
    assert report.company.source == "header"
