"""Letters, one oddity each, and bombs: from bytes to what was said."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.messages import Inbound
from gateway.parsers import contents, mime, structure
from tests.parsers.letters import FOLDER, letter

HEAD = b"From: a@b.example\nTo: support@panshield.example\nSubject: bomb\n"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("gb2312_label_over_gbk", "開機后报价 €120 – 请看"),
        ("big5_label_over_utf8", "您好，設備已經重啟。"),
        ("raw_gbk_headers", "交换机端口全部不亮，请尽快派人。"),
        ("charset_that_does_not_exist", "网关离线。"),
        ("utf7_charset", "+ADw-script+AD4- hello"),
        ("hz_charset", "网络中断。"),
        ("iso_2022_cn_charset", "网络中断."),
        ("signed_container_names_charset", "签名邮件"),
        ("alternative_with_stub", "核心交换机重启三次。"),
        ("alternative_both_full", "请看日志。"),
        ("html_twin_in_mixed", "设备已恢复，谢谢。"),
        ("backslashes_in_eight_bit", r"日志在 C:\new\temp\u0041.log"),
        ("old_macintosh", "first\nsecond"),
        ("headers_only", ""),
        ("boundary_that_never_comes", "实际内容"),
        ("illegal_line_in_the_head", "body"),
        ("mbox_separator", "body"),
        ("base64_with_footer", "正文在此"),
        ("nul_in_charset_and_text", "onetwo"),
    ],
)
def test_the_words_of_each_letter_are_read(name: str, body: str) -> None:
    """L-80 to L-84; each file is named for what is odd about it (L-81, L-82)."""
    assert letter(name).body.strip() == body


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("gb2312_label_over_gbk", "镕基机房–告警"),
        ("word_split_inside_character", "防火墙 2"),
        ("raw_gbk_headers", "关于端口故障"),
        ("illegal_line_in_the_head", "still here"),
        ("nul_in_charset_and_text", "ab Bcc: x@y.example"),
    ],
)
def test_the_subject_of_each_letter_is_read(name: str, subject: str) -> None:
    """Encoded, split, raw, broken off and poisoned subjects."""
    assert letter(name).subject == subject


def test_soft_line_ends_join_without_blanks_in_chinese() -> None:
    """RFC 3676 with DelSp: paragraphs and quotes are whole again, the signature rule stays a rule."""
    lines = letter("flowed_without_blanks").body.splitlines()
    assert lines == [
        "昨天下午开始，三楼的防火墙无法登录。",
        "",
        "> 请问型号是什么？",
        "已经重启。",
        "-- ",
        "林海",
    ]


def test_html_alone_becomes_text_with_its_table_and_its_quote() -> None:
    """Serial numbers come in tables, and an unmarked quotation would be read as new words."""
    inbound = letter("html_only_table")
    lines = [line.split() for line in inbound.body.splitlines() if line.strip()]
    assert lines == [["以下设备离线："], ["SN", "位置"], ["PS-4411", "三楼"], [">", "请列出序列号"]]
    assert inbound.html is not None
    assert "PS-4411" in inbound.html


def test_an_alternative_keeps_its_html_for_showing() -> None:
    """The plain text is read, the HTML is what the sender meant to show."""
    assert letter("alternative_both_full").html == "<p><b>请看日志。</b></p>"


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("file_name_continued_in_gb18030", [("日志 1.txt", "text/plain", b"log line\n")]),
        ("file_name_in_encoded_words", [("报价单表.pdf", "application/pdf", b"%PDF")]),
        ("file_name_raw_gbk", [("告警截图.png", "image/png", b"PNG")]),
        ("body_only_in_winmail_dat", [("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22")]),
    ],
)
def test_files_have_the_names_they_were_given(name: str, files: list[tuple[str, str, bytes]]) -> None:
    """RFC 2231 with a Chinese charset, RFC 2047 where it may not stand, and raw bytes."""
    found = letter(name).attachments
    assert [(file.name, file.type, file.content) for file in found] == files
    assert all(file.size == len(file.content) for file in found)


def test_an_attached_mail_is_a_file_and_not_the_body() -> None:
    """L-89: its words are somebody else's; its subject is the best name it has."""
    inbound = letter("attached_mail")
    assert inbound.body == "See the file."
    assert [(file.name, file.type) for file in inbound.attachments] == [("原始告警.eml", "message/rfc822")]


def test_a_body_that_may_hide_in_winmail_dat_is_a_problem() -> None:
    """L-88: an empty case with an unreadable file must not look like an empty mail."""
    assert "the body may be inside winmail.dat" in letter("body_only_in_winmail_dat").problems


def test_the_only_part_of_a_mail_is_its_body_even_with_a_name() -> None:
    """Some scanners and monitors name the text they send; as a mere attachment it would go unread."""
    head = b'Content-Type: text/plain; charset=utf-8; name="report.txt"\n'
    assert mime.read(HEAD + head + b"\nline down").body == "line down"
    assert mime.read(HEAD + head + b"Content-Disposition: attachment\n\nline down").body == ""


def test_the_threading_fields_keep_every_id() -> None:
    """L-34, L-83: odd ids, several parents, references glued together."""
    inbound = letter("message_id_in_square_brackets")
    assert inbound.message_id == "<[77]@x>"
    assert inbound.in_reply_to == "<a b@c.example>"
    assert inbound.references == ("<r1@c.example>", "<r2@c.example>", "<r3@c.example>", "<second@c.example>")
    assert letter("message_id_without_brackets").message_id == "<k9=&Zt@mail.example>"


def test_the_people_of_a_letter_are_read() -> None:
    """Encoded commas, groups, and a whole mailbox inside one encoded word."""
    first = letter("comma_in_encoded_name")
    assert first.sender is not None
    assert (first.sender.name, first.sender.address) == ("Chen, Jing", "chen.jing@harbour.example.cn")
    assert [one.address for one in first.to] == ["support@panshield.example", "b@x.example"]
    second = letter("name_and_address_in_one_word").sender
    assert second is not None
    assert (second.name, second.address) == ("陈静", "chen.jing@harbour.example.cn")


def test_the_parts_of_a_report_are_kept_as_reports() -> None:
    """`bounces` reads them; the explanation to people stays the body."""
    inbound = letter("bounce_report")
    assert [kind for kind, _ in inbound.reports] == ["message/delivery-status", "text/rfc822-headers"]
    assert inbound.body == "I could not deliver your message."


def test_crlf_changes_nothing() -> None:
    """Files have LF, the wire has CRLF."""
    for path in FOLDER.glob("*.eml"):
        data = path.read_bytes()
        if b"\n" in data and b"\r" not in data:
            assert mime.read(data.replace(b"\n", b"\r\n")).body == mime.read(data).body, path.name


# ------------------------------------------------------------------------------------------------- bombs


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (
            b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)),
            "nested",
        ),
        (b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * 100_000, "parts"),
        (b"X-Long: " + b"a" * 300_000 + b"\n\nbody", "header of"),
        (b"X: y\n" * 5000 + b"\nbody", "header fields"),
        (b"Content-Type: text/html\n\n" + b"<div>" * 100_000 + b"words", "deeply nested"),
        (b"Content-Type: text/html\n\n" + b"<table><tr><td>" * 200 + b"words", None),
        (b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--xx\n" * 300_000, "without its boundary"),
    ],
)
def test_bombs_are_answered_and_named(data: bytes, problem: str | None) -> None:
    """RELIABILITY T11, 0.12, 0.13: each of these costs the usual parsers seconds, or their stack."""
    inbound = mime.read(HEAD + data)
    assert inbound.subject == "bomb"
    assert problem is None or any(problem in one for one in inbound.problems)


def test_words_survive_html_that_cannot_be_laid_out() -> None:
    """0.14: libxml2 gives up silently past its own limit; the customer's words must not vanish with it."""
    for depth in (200, 300, 5000):
        page = b"<div>" * depth + "防火墙离线".encode() + b"</div>" * depth
        assert "防火墙离线" in mime.read(HEAD + b"Content-Type: text/html; charset=utf-8\n\n" + page).body


def test_html_is_laid_out_within_one_budget_for_the_whole_mail() -> None:
    """0.13: five hundred small pages cost as much as one large page; their words are kept all the same."""
    page = b"<p>a</p>" * 20_000 + b"<p>word%d</p>"
    parts = b"".join(b"--x\nContent-Type: text/html\n\n" + page % n + b"\n" for n in range(6))
    inbound = mime.read(HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + parts + b"--x--\n")
    assert all(f"word{n}" in inbound.body for n in range(6))
    assert any("stripped" in problem for problem in inbound.problems)


def test_a_text_without_end_is_read_to_its_limit() -> None:
    """G17: twenty megabytes of log in a body are no reason to die; all of it is in the mail as received."""
    inbound = mime.read(HEAD + b"\n" + b"a line of a log\n" * 200_000)
    assert len(inbound.body) == contents.MAX_BODY
    assert any("only the first 2000000" in problem for problem in inbound.problems)


def test_attachments_beyond_the_limit_are_not_listed() -> None:
    """T11: listed are the first hundred; the raw mail holds them all."""
    part = b"--x\nContent-Type: image/gif\n\nGIF\n"
    inbound = mime.read(HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + part * 300 + b"--x--\n")
    assert len(inbound.attachments) == contents.MAX_ATTACHMENTS
    assert any("attachments" in problem for problem in inbound.problems)


def test_the_tree_ends_at_the_limit_of_parts() -> None:
    """T11: the whole mail has one budget, however the parts are nested."""
    inner = b"Content-Type: multipart/mixed; boundary=i\n\n" + b"--i\n\na\n" * 400 + b"--i--\n"
    root, problems = structure.read(
        b"Content-Type: multipart/mixed; boundary=o\n\n" + (b"--o\n" + inner) * 5 + b"--o--\n"
    )
    assert _count(root) <= structure.MAX_PARTS
    assert problems


def _count(part: structure.Part) -> int:
    return 1 + sum(_count(child) for child in part.children)


# ------------------------------------------------------------------------------------------------- anything

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LETTERS = [path.read_bytes() for path in sorted(FOLDER.glob("*.eml"))]
_SPLINTERS = [
    b"\0",
    b"\r",
    b"\n",
    b"\n\n",
    b'"',
    b"<",
    b"(",
    b"=?gb2312?B?",
    b"?=",
    b"\x1b$B",
    b"\xff\xfe",
    b"--=_m\n",
    b"*0*=",
]


def _strings(inbound: Inbound) -> list[str]:
    people = [*inbound.to, *inbound.cc, *inbound.reply_to, *([inbound.sender] if inbound.sender else [])]
    return [
        inbound.subject,
        inbound.body,
        inbound.html or "",
        inbound.message_id or "",
        inbound.in_reply_to or "",
        *inbound.references,
        *inbound.problems,
        *(text for pair in (*inbound.headers, *inbound.reports) for text in pair),
        *(text for one in people for text in (one.name or "", one.address)),
        *(
            text
            for file in inbound.attachments
            for text in (file.name or "", file.type, file.content_id or "")
        ),
    ]


def _assert_sound(data: bytes) -> None:
    inbound = mime.read(data)
    for text in _strings(inbound):
        assert not _FORBIDDEN.search(text), repr(text[:100])
    assert inbound.date is None or inbound.date.utcoffset() is not None


@given(st.binary(max_size=400))
def test_any_bytes_are_read_and_leave_no_control_character(data: bytes) -> None:
    """G5, 0.11: intake never stops at a mail, and no string carries NUL or line breaks where none belong."""
    _assert_sound(data)


@settings(max_examples=300)
@given(
    st.sampled_from(_LETTERS),
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(_SPLINTERS), st.integers(0, 40)), max_size=6),
)
def test_damaged_letters_are_read_too(data: bytes, wounds: list[tuple[float, bytes, int]]) -> None:
    """0.10: one in two hundred mutated mails makes the standard library raise."""
    for place, splinter, cut in wounds:
        at = int(place * len(data))
        data = data[:at] + splinter + data[at + cut :]
    _assert_sound(data)


def test_every_letter_is_used() -> None:
    """A fixture that no test names proves nothing."""
    tests = "\n".join(path.read_text("utf-8") for path in FOLDER.parent.rglob("test_*.py"))
    assert [path.stem for path in FOLDER.glob("*.eml") if f'"{path.stem}"' not in tests] == []
