"""Forms that colleagues fill in: labels in any order, width and script; a signature is none (P-20, P-23)."""

import pytest

from gateway.parsers import form


def read(text: str) -> dict[str, str]:
    """The fields that were filled in."""
    return dict(form.read(text).values)


@pytest.mark.parametrize("colon", [":", "：", " : ", "=", " ： "])
def test_every_colon_will_do(colon: str) -> None:
    """People type what their keyboard gives them."""
    assert read(f"联系人{colon}邹敏\n电话{colon}13800138001") == {"contact": "邹敏", "phone": "13800138001"}


@pytest.mark.parametrize(
    "line",
    [
        "- 联系人：邹敏",
        "2. 联系人：邹敏",
        "【联系人】邹敏",
        "[联系人]: 邹敏",
        "**联系人**：邹敏",
        "联系人（必填）：邹敏",
        "| 联系人 | 邹敏 |",
        "聯絡人：邹敏",
        "　联系人：　邹敏　",
        "联系人    邹敏",
    ],
)
def test_every_dress_of_a_label_is_seen_through(line: str) -> None:
    """Lists, brackets, tables, bold type and remarks are only dress."""
    assert read(line) == {"contact": "邹敏"}


def test_labels_of_signatures_count_only_in_a_form() -> None:
    """Every mail ends with a name, a number and an address: the colleague's."""
    signature = "韩冰\n电话：010-6000 1250\n邮箱：han.bing@citadel.example\n地址：北京"
    assert read(signature) == {}
    assert read(f"联系人：邹敏\n故障现象：登录不上\n\n{signature}") == {
        "contact": "邹敏",
        "symptoms": "登录不上",
    }
    assert read("联系人：邹敏\n\n电话：13800138001") == {"contact": "邹敏", "phone": "13800138001"}


def test_a_text_without_a_signature_may_hold_any_label() -> None:
    """A reply that says nothing but the number we asked for."""
    assert dict(form.read("电话：13800138001", anywhere=True).values) == {"phone": "13800138001"}


def test_symptoms_go_on_until_something_else_begins() -> None:
    """A fault takes more than one line; a blank line, a rule or the next label ends it."""
    assert read("故障现象：\n1. 登录不上\n2. 很慢\n\n谢谢")["symptoms"] == "1. 登录不上\n2. 很慢"
    assert read("故障现象：登录不上\n很慢\n级别：2")["symptoms"] == "登录不上\n很慢"
    assert read("故障现象：登录不上\n--\n韩冰")["symptoms"] == "登录不上"


def test_a_field_left_empty_is_known_to_be_empty() -> None:
    """Asked for and not known is something else than never asked."""
    found = form.read("公司名称：青岚银行\n联系人：不详\n电话：")
    assert (dict(found.values), found.empty) == ({"company": "青岚银行"}, {"contact", "phone"})


def test_of_two_answers_the_first_counts() -> None:
    """The second is a signature's, or another customer's."""
    assert read("联系人：邹敏\n联系人：贺斌") == {"contact": "邹敏"}


def test_whoever_stands_behind_the_company_is_the_contact() -> None:
    """One field holds all that was said at once; a field of its own comes first."""
    line = "客户：青岚银行 邹敏 13800138001"
    assert read(line) == {"company": "青岚银行", "contact": "邹敏", "phone": "13800138001"}
    assert read(f"{line}\n联系人：贺斌")["contact"] == "贺斌"


def test_fields_on_one_line_may_be_parted_by_strokes() -> None:
    """The stroke is no part of the value before it."""
    assert read("Client: Alder Mills Ltd / Contact: Ruth Owen / Tel: 0161 496 0345") == {
        "company": "Alder Mills Ltd",
        "contact": "Ruth Owen",
        "phone": "0161 496 0345",
    }


def test_fields_we_do_not_read_end_the_value_before_them() -> None:
    """序列号 is no part of the fault."""
    assert read("故障现象：登录不上 序列号：SN-1 联系人：邹敏") == {"symptoms": "登录不上", "contact": "邹敏"}


@pytest.mark.parametrize("value", ["@DengXian", "han at citadel", "a@b", ""])
def test_what_is_no_mail_address_is_not_taken_for_one(value: str) -> None:
    """L-50."""
    assert form.address_in(value) is None
    assert "email" not in read(f"客户邮箱：{value}")


@pytest.mark.parametrize(
    ("value", "level"),
    [
        *(("1", 1), ("2级", 2), ("二级", 2), ("P1", 1), ("p 3", 3), ("Level 4", 4), ("３", 3), ("sev2", 2)),
        *(
            ("严重", 2),
            ("嚴重", 2),
            ("紧急", 1),
            ("一般", 3),
            ("轻微", 4),
            ("High", 2),
            ("critical", 1),
            ("low", 4),
        ),
        *(("0", None), ("5", None), ("12", None), ("7级", None), ("待定", None), ("", None), ("P9", None)),
    ],
)
def test_a_level_is_a_digit_or_a_word(value: str, level: int | None) -> None:
    """Four levels (P-10 to P-13); what is none of them is not guessed at."""
    assert form.level_of(value) == level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("先按级别2处理", 2),
        ("这是二级故障，请尽快", 2),
        ("请按 P1 处理", 1),
        ("severity 3 please", 3),
        ("第二级交换机掉线", None),
        ("有2台设备离线", None),
        ("级别待定", None),
    ],
)
def test_a_level_is_read_from_a_sentence_that_names_one(text: str, level: int | None) -> None:
    """And from no other number."""
    assert form.level_in(text) == level


def test_a_telephone_number_ends_where_chinese_begins() -> None:
    """Between Chinese characters there are no blanks."""
    assert form.phone_in("电话是13800138001谢谢") == "13800138001"
    assert form.phone_in("分机 8001") is None
    assert form.phone_in("SN13800138001") is None
