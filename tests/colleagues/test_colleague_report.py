"""What colleagues file for customers: forms, free words and forwards, read for the customer and nobody else (P-23)."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import colleague_report
from gateway.cases.directory import Contact, Customer, Directory, Staff
from gateway.colleague_report import Filed
from gateway.messages import Address, Attachment, Inbound
from gateway.parsers import answers
from gateway.parsers.report import Reader
from tests.parsers.reading import ORCHARD, VENDOR, value

MAILS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("mails.toml").read_text("utf-8"))["mail"]
HAN = Staff("han", "韩冰", "han.bing@citadel.example", frozenset({"desk"}), phone="010-6000 1250")
LU = Staff("lu", "陆遥", "lu.yao@citadel.example", frozenset({"sales"}), phone="13300001111")
GRACE = Staff("grace", "Grace Miller", "grace@citadel.example", frozenset({"desk"}), phone="+86 10 6000 1260")
WRITERS = {
    "han": Address("韩冰", HAN.email),
    "lu": Address("陸遙", LU.email),
    "grace": Address("Grace Miller", GRACE.email),
}
DIRECTORY = Directory([ORCHARD], [HAN, LU, GRACE])
FIELDS = ("company", "contact", "phone", "product", "place")


@cache
def reader() -> Reader:
    """A reader that knows one customer and our people."""
    return Reader(DIRECTORY, VENDOR)


def filed(text: str, *, by: str = "han", subject: str = "", **more: Any) -> Filed:
    """What a colleague's mail files."""
    inbound = Inbound("<1@citadel.example>", subject, None, WRITERS[by], body=text.strip("\n"), **more)
    return colleague_report.read(
        reader().read(inbound), inbound, reader(), vendor=VENDOR, directory=DIRECTORY
    )


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: str(mail["name"]))
def test_a_colleagues_mail_is_read_for_the_customer(mail: dict[str, Any]) -> None:
    """Every client, both scripts, English: each labelled field exactly, and nobody asked for what was said (P-23)."""
    answers_to = mail.get("message_id")
    found = filed(
        mail["text"],
        by=mail["by"],
        subject=mail["subject"],
        in_reply_to=answers_to,
        references=(answers_to,) if answers_to else (),
    )
    report = found.report
    assert found.is_report is mail.get("is_report", True)
    seen: dict[str, Any] = {field: value(report, field) or "" for field in FIELDS} | {
        "customer": found.customer.address if found.customer else "",
        "symptoms": [symptom.value for symptom in report.symptoms],
        "level": report.fault_level.value,
        "kind": report.kind.value,
        "missing": list(found.missing),
        "original_subject": found.original_subject,
        "original_message_id": found.original_message_id,
    }
    expected = {key: label for key, label in mail.items() if key in seen}
    if "symptoms" in expected:
        expected["symptoms"] = (
            seen["symptoms"] if _holds(seen["symptoms"], expected["symptoms"]) else expected["symptoms"]
        )
    assert {key: seen[key] for key in expected} == expected


def _holds(found: list[str], wanted: list[str]) -> bool:
    return all(any(each in symptom for symptom in found) for each in wanted)


# -- the colleague is not the customer -----------------------------------------------------------------


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: str(mail["name"]))
def test_nothing_of_ours_is_taken_for_the_customers(mail: dict[str, Any]) -> None:
    """Our people, numbers, addresses and company stand in every such mail, and in no report (L-50, L-53)."""
    found = filed(mail["text"], by=mail["by"], subject=mail["subject"])
    taken = {field: value(found.report, field) for field in ("company", "contact", "phone", "email")}
    ours = {"韩冰", "陆遥", "陸遙", "韓冰", "Grace Miller", "卫城", "Citadel", "010-6000 1250", "13300001111"}
    assert not ours & set(taken.values())
    assert not any((taken[field] or "").endswith("citadel.example") for field in taken)
    assert found.customer is None or found.customer.domain != "citadel.example"


def test_without_a_directory_the_writer_and_their_domain_are_ours_nevertheless() -> None:
    """The three arguments are enough to be right about whoever writes."""
    inbound = Inbound(
        None,
        "",
        None,
        WRITERS["grace"],
        body="Grace Miller here: customer Alder Mills Ltd called, WAF is down.",
    )
    found = colleague_report.read(reader().read(inbound), inbound, reader())
    assert value(found.report, "company") == "Alder Mills Ltd"
    assert value(found.report, "contact") is None
    assert found.customer is None


def test_one_of_us_whom_the_customer_names_is_not_the_contact() -> None:
    """The customer asks for Grace; the contact is asked from whoever filed it."""
    head = "From: {} <it@aldermills.example>\nSent: 2 March 2026\nTo: Desk\nSubject: WAF\n\n"
    body = "The WAF blocks our order page. Our contact is Grace Miller.\nContact: Grace Miller"
    found = filed(head.format("IT") + body, subject="FW: WAF")
    assert value(found.report, "contact") is None
    assert "contact" in found.missing
    namesake = filed(head.format("Grace Miller") + "The WAF blocks our order page.", subject="FW: WAF")
    assert value(namesake.report, "contact") == "Grace Miller"


def test_a_customer_named_like_one_of_our_people_may_stand_in_a_form() -> None:
    """Chinese names repeat; what is labelled as the customer's contact is that."""
    found = filed("客户公司：青岚银行\n联系人：陆遥\n电话：13800138001\n故障现象：堡垒机登录不上")
    assert value(found.report, "contact") == "陆遥"


def test_the_report_is_written_by_the_customer_and_answers_to_nobody_else() -> None:
    """Whoever opens the case from it must write to the customer, never to the colleague (L-50)."""
    found = filed(
        "发件人: 邹敏 <zou.min@qinglan.example>\n发送时间: 2026年3月2日 10:05\n收件人: 韩冰\n主题: 登录不上\n\n"
        "堡垒机登录不上",
        subject="转发: 登录不上",
        reply_to=(WRITERS["han"],),
    )
    inbound = found.report.inbound
    assert inbound.sender == found.customer == Address("邹敏", "zou.min@qinglan.example")
    assert inbound.reply_to == ()
    assert inbound.subject == "登录不上"
    assert "堡垒机登录不上" in found.report.text


def test_a_known_contact_is_answered_in_their_language() -> None:
    """The colleague writes Chinese; Emma reads English."""
    emma = Contact("Emma Clarke", "n", ("emma@north.example",), ("+86 512 5550 0404",), language="en")
    north = Customer("n", "诺风半导体有限公司", names=("诺风半导体",), contacts=(emma,))
    directory = Directory([north], [HAN])
    inbound = Inbound(None, "", None, WRITERS["han"], body="客户来电，+86 512 5550 0404，防火墙连不上了")
    its_reader = Reader(directory, VENDOR)
    found = colleague_report.read(
        its_reader.read(inbound), inbound, its_reader, vendor=VENDOR, directory=directory
    )
    assert found.report.language == "en"
    assert found.customer == Address("Emma Clarke", "emma@north.example")


# -- mails passed on otherwise ---------------------------------------------------------------------------


def attached(sender: str) -> Inbound:
    """A colleague's mail with a mail attached."""
    raw = (
        f"From: {sender}\r\nTo: grace@citadel.example\r\nSubject: WAF down\r\nMessage-ID: <c9@aldermills.example>\r\n"
        "\r\nThe WAF blocks our order page.\r\n\r\nRuth Owen\r\nAlder Mills Ltd\r\n0161 496 0345\r\n"
    ).encode()
    return Inbound(
        "<1@citadel.example>",
        "a customer's mail",
        None,
        WRITERS["grace"],
        body="See attached.",
        attachments=(Attachment("WAF down.eml", "message/rfc822", len(raw), inline=False, content=raw),),
    )


def test_an_attached_mail_is_the_customers_report() -> None:
    """Forwarded as attachment nothing is lost, its id least of all."""
    inbound = attached("Ruth Owen <ruth.owen@aldermills.example>")
    found = colleague_report.read(
        reader().read(inbound), inbound, reader(), vendor=VENDOR, directory=DIRECTORY
    )
    assert found.is_report
    assert found.customer == Address("Ruth Owen", "ruth.owen@aldermills.example")
    assert (found.original_message_id, found.original_subject) == ("<c9@aldermills.example>", "WAF down")
    assert value(found.report, "company") == "Alder Mills Ltd"
    assert found.missing == ()


def test_an_attached_mail_of_ours_is_none() -> None:
    """A colleague's own mail in the attachment makes nobody a customer."""
    inbound = attached("Grace Miller <grace@citadel.example>")
    found = colleague_report.read(
        reader().read(inbound), inbound, reader(), vendor=VENDOR, directory=DIRECTORY
    )
    assert found.customer is None
    assert found.original_message_id is None


HEAD = "From: {}\nSent: Monday, March 2, 2026 9:12 AM\nTo: {}\nSubject: {}\n\n"
TWICE = (
    HEAD.format("陆遥 <lu.yao@citadel.example>", "韩冰", "FW: down")
    + "see below\n\n"
    + HEAD.format("Tom Lee <tom.lee@harbourlane.example>", "陆遥", "down")
    + "The VPN is down."
)


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        (HEAD.format("Tom <t@h.example>", "韩冰", "x") + "VPN is down", {"in_reply_to": "<c@h>"}, "<c@h>"),
        (
            HEAD.format("Tom <t@h.example>", "韩冰", "x") + "VPN is down",
            {"references": ("<a@h>", "<c@h>")},
            "<c@h>",
        ),
        (
            HEAD.format("Tom <t@h.example>", "韩冰", "x") + "VPN is down",
            {"headers": (("X-Forwarded-Message-Id", "<t@h>"),), "in_reply_to": "<c@h>"},
            "<t@h>",
        ),
        (HEAD.format("Tom <t@h.example>", "韩冰", "x") + "VPN is down", {}, None),
        (TWICE, {"references": ("<c@h>", "<lu@citadel>"), "in_reply_to": "<lu@citadel>"}, "<c@h>"),
        (TWICE, {"references": ("<lu@citadel>",)}, None),
    ],
)
def test_the_id_of_the_customers_mail_is_read_from_the_forwards_own_headers(
    text: str, more: dict[str, Any], expected: str | None
) -> None:
    """By it the mail is found on a case already; a colleague's id in its place would find the wrong one (L-34)."""
    found = filed(text, subject="FW: x", **more)
    assert found.original_message_id == expected
    assert found.customer is not None


# -- hostile mail ----------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *(
            "客户公司：",
            "联系人：",
            "电话：",
            "故障现象：",
            "级别：",
            "From: ",
            "发件人: ",
            "主题:",
            "发送时间：",
            "> ",
            "\n",
            "\n\n",
        ),
        *(
            "----- Original Message -----\n",
            "---------- Forwarded message ---------\n",
            "写道：",
            "On 2 March 2026, a <a@b.example> wrote:",
        ),
        *(
            "青岚银行",
            "邹敏",
            "来电",
            "13800138001",
            "@DengXian",
            "a@b.example",
            "的",
            "|",
            "【",
            "】",
            "\u200b",
            "\x7f",
            "😀",
            " ",
        ),
    ]
)


@settings(max_examples=150)
@given(st.lists(PIECES | st.text(max_size=12), max_size=40).map("".join), st.text(max_size=20))
def test_no_mail_breaks_the_reading(text: str, subject: str) -> None:
    """Whatever stands in it, a colleague's mail is read to an end and says whether it reports anything."""
    found = filed(text, subject=subject)
    assert found.is_report or found.missing == ()
    assert set(found.missing) <= {"company", "contact", "symptoms", "phone"}
    assert set(dict(answers.by_colleague(("company", "contact", "symptoms", "phone"), found.report))) <= {
        *("company", "contact", "symptoms", "phone")
    }


@pytest.mark.parametrize(
    "unit",
    [
        "客户公司：",
        "来电",
        "的周敏来电",
        "> ",
        "From: a <a@b.example>\n",
        "转发：",
        "a@",
        "【联系人】",
        "13800138001 ",
    ],
)
def test_a_long_mail_of_one_thing_is_read_to_an_end(unit: str) -> None:
    """Sixty thousand characters of what a pattern looks for: quadratic work would not come back (T14)."""
    filed(unit * (60_000 // len(unit)), subject=unit * 50)


# -- what was missing ------------------------------------------------------------------------------------

ALL = ("company", "contact", "symptoms", "phone")


@pytest.mark.parametrize(
    ("missing", "text", "expected"),
    [
        (("phone",), "13800138001", {"phone": "13800138001"}),
        (("phone",), "电话：0755-8320 7711 转 206", {"phone": "0755-8320 7711 转 206"}),
        (("contact", "phone"), "邹敏 13800138001", {"contact": "邹敏", "phone": "13800138001"}),
        (("contact", "phone"), "他叫邹敏，电话是13800138001", {"contact": "邹敏", "phone": "13800138001"}),
        (("company",), "青岚银行", {"company": "青岚银行"}),
        (("company",), "公司：鸿图", {"company": "鸿图"}),
        (("company",), "鸿图", {"company": "鸿图"}),
        (("company",), "Greenhill Bank", {"company": "Greenhill Bank"}),
        (
            ("company", "contact", "phone"),
            "长河证券 贺斌 13912340088",
            {"company": "长河证券", "contact": "贺斌", "phone": "13912340088"},
        ),
        (
            ("company", "contact"),
            "公司名稱：港灣保險\n聯絡人：林佩君",
            {"company": "港灣保險", "contact": "林佩君"},
        ),
        (
            ("contact", "phone"),
            "Tom Lee, +44 20 7946 0123",
            {"contact": "Tom Lee", "phone": "+44 20 7946 0123"},
        ),
        (("symptoms",), "堡垒机登录不上", {"symptoms": "登录不上"}),
        (("symptoms",), "故障现象：首页更新被拦", {"symptoms": "首页更新被拦"}),
        (("symptoms",), "指示灯变成了紫色", {"symptoms": "指示灯变成了紫色"}),
        (ALL, "好的，谢谢", {}),
        (("contact", "phone"), "我问一下客户再回复", {}),
        (("phone",), "客户没留电话", {}),
        (("contact",), "联系人：不详", {}),
    ],
)
def test_what_was_missing_is_read_from_the_colleagues_reply(
    missing: tuple[str, ...], text: str, expected: dict[str, str]
) -> None:
    """Form lines or two words typed on a telephone: both are an answer, and a courtesy is none (P-23)."""
    reply = Inbound(
        "<2@citadel.example>",
        "Re: 请补充",
        None,
        WRITERS["han"],
        body=text,
        in_reply_to="<q@citadel.example>",
    )
    assert dict(answers.by_colleague(missing, reader().read(reply))) == expected


def test_only_what_was_asked_is_answered_and_in_the_order_of_asking() -> None:
    """The reply may say more; the case is not overwritten by it."""
    reply = Inbound(
        None, "Re: 请补充", None, WRITERS["han"], body="长河证券 贺斌 13912340088", in_reply_to="<q@c>"
    )
    report = reader().read(reply)
    assert answers.by_colleague(("phone", "contact"), report) == (
        ("phone", "13912340088"),
        ("contact", "贺斌"),
    )
    assert answers.by_colleague((), report) == ()


def test_the_colleagues_own_signature_answers_nothing() -> None:
    """Their number is below every mail they write."""
    reply = Inbound(
        None,
        "Re: 请补充",
        None,
        WRITERS["han"],
        body="客户是青岚银行。\n\n韩冰\n卫城客服部\n电话：010-6000 1250",
        in_reply_to="<q@citadel.example>",
    )
    assert answers.by_colleague(("company", "phone"), reader().read(reply)) == (("company", "青岚银行"),)
