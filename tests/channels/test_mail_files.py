"""Files on their way out: every byte arrives, every name can be saved, and nothing is shown or run."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.channels import mail_files
from gateway.channels.mail import compose
from gateway.channels.mail_files import LARGEST_TOTAL, LONGEST_NAME, SAVED_NOT_SHOWN, file_name, fitting
from gateway.messages import Attachment, Outbound
from gateway.parsers import mime
from gateway.parsers.file_names import harmless
from tests.channels.outbounds import TO_A_CUSTOMER
from tests.channels.test_mail import ANY_TEXT, DATE, DOMAIN, OUTBOUND, text_of

REPORT = b"%PDF-1.7\r\n\x00\xff.\r\n.\nFrom nobody\n--=_m\n"


def file(name: str | None, content: bytes = REPORT, kind: str = "application/pdf") -> Attachment:
    return Attachment(name, kind, len(content), inline=False, content=content)


def carrying(*files: Attachment, of: Outbound = TO_A_CUSTOMER) -> Outbound:
    return replace(of, attachments=files)


def written(outbound: Outbound) -> bytes:
    return compose(outbound, date=DATE, domain=DOMAIN)


def read_back(outbound: Outbound) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(written(outbound))


def files_of(mail: EmailMessage) -> list[EmailMessage]:
    return list(mail.iter_attachments())


def bytes_of(part: Message) -> bytes:
    return cast("bytes", part.get_payload(decode=True))


def only_file(name: str | None, content: bytes = REPORT, kind: str = "application/pdf") -> EmailMessage:
    (part,) = files_of(read_back(carrying(file(name, content, kind))))
    return part


# --- what arrives ----------------------------------------------------------------------------------------------


def test_an_engineers_file_arrives_beside_the_words_byte_for_byte() -> None:
    """The report of an inspection (P-07) is worth nothing if a byte of it changes."""
    mail = read_back(carrying(file("日志分析.pdf")))
    assert mail.get_content_type() == "multipart/mixed"
    assert text_of(mail, "plain") == TO_A_CUSTOMER.text
    assert text_of(mail, "html") == f"{TO_A_CUSTOMER.html}\n"
    (part,) = files_of(mail)
    assert (part.get_filename(), part.get_content_type()) == ("日志分析.pdf", "application/pdf")
    assert bytes_of(part) == REPORT


def test_a_mail_without_files_is_the_mail_it_always_was() -> None:
    """No multipart around a single body: some filters count that against a sender."""
    assert read_back(TO_A_CUSTOMER).get_content_type() == "multipart/alternative"


def test_several_files_keep_their_order_and_may_share_a_name() -> None:
    """ "See the second screenshot" must stay true."""
    names = ["image.png", "image.png", "a.log"]
    mail = read_back(carrying(*(file(name, name.encode() * n) for n, name in enumerate(names, 1))))
    assert [part.get_filename() for part in files_of(mail)] == names
    assert [bytes_of(part) for part in files_of(mail)] == [b"image.png", b"image.png" * 2, b"a.log" * 3]


FILE = st.builds(file, st.none() | ANY_TEXT, st.binary(max_size=300), ANY_TEXT | st.just("text/plain"))


@given(OUTBOUND, st.lists(FILE, min_size=1, max_size=4))
@settings(max_examples=100)
def test_whatever_the_names_and_types_a_reader_finds_the_same_files_and_words(
    outbound: Outbound, files: list[Attachment]
) -> None:
    """The differential test against both readers of the standard library, and our own."""
    outbound = carrying(*files, of=outbound)
    raw = written(outbound)
    names = [file_name(each, number) for number, each in enumerate(files, 1)]
    contents = [each.content for each in files]
    modern = files_of(BytesParser(policy=policy.default).parsebytes(raw))
    older = cast("list[Message]", message_from_bytes(raw).get_payload())[1:]
    ours = mime.read(raw).attachments
    assert [part.get_filename() for part in modern] == names
    assert [older_name(part) for part in older] == names
    assert [each.name for each in ours] == [harmless(name) or None for name in names]
    assert [bytes_of(part) for part in modern] == [bytes_of(part) for part in older] == contents
    assert [each.content for each in ours] == contents
    assert not any(part.defects for part in modern)
    assert read_back(outbound).keys().count("Content-Type") == 1
    assert text_of(read_back(outbound), "plain") == text_of(
        read_back(replace(outbound, attachments=())), "plain"
    )


def older_name(part: Message) -> str | None:
    name = part.get_param("filename", header="content-disposition")
    return name[2].encode("latin-1", "surrogateescape").decode() if isinstance(name, tuple) else name


@given(OUTBOUND, st.lists(FILE, min_size=1, max_size=3))
@settings(max_examples=60)
def test_every_line_stays_short_ascii_and_ends_in_crlf(outbound: Outbound, files: list[Attachment]) -> None:
    """What every relay takes (RFC 5322 §2.1.1), with no lone CR or LF to smuggle by."""
    raw = written(carrying(*files, of=outbound))
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) <= 998


def test_the_same_message_with_files_is_the_same_bytes() -> None:
    """A delivery in doubt is repeated with the same bytes (RELIABILITY G8)."""
    assert written(carrying(file("a.pdf"))) == written(carrying(file("a.pdf")))


def test_no_content_can_end_its_part_early() -> None:
    """Not even a file that quotes our own boundaries."""
    raw = written(carrying(file("a.txt")))
    attack = b"\r\n".join(b"--" + found + b"--" for found in re.findall(rb'boundary="(.*)"', raw))
    assert attack.count(b"=_") == 2
    mail = read_back(carrying(file("a.txt", attack), of=replace(TO_A_CUSTOMER, text=attack.decode())))
    (part,) = files_of(mail)
    assert bytes_of(part) == attack


# --- names -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["日志分析.pdf", "report (final) v2.1.tar.gz", "50% off'.txt", "émoji😀.log", "a"],
)
def test_a_name_that_can_be_saved_is_not_changed(name: str) -> None:
    """The customer looks for the name that the engineer wrote of."""
    assert only_file(name).get_filename() == name


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\a.dll", "C__Windows_a.dll"),
        ("..", "attachment-1.pdf"),
        (".bashrc", "bashrc"),
        ("report.pdf. ", "report.pdf"),
        ("\u00a0 .a.txt\u3000.", "a.txt"),
        ("CON", "_CON"),
        ("aux.txt", "_aux.txt"),
        ("console.txt", "console.txt"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\u200fb.txt", "ab.txt"),
        ('a"; filename="b.exe', "a_; filename=_b.exe"),
        ("a\r\nX-Evil: 1\r\n\r\nb", "a X-Evil_ 1 b"),
        ("=?utf-8?B?aGFja2Vk?=", "=_utf-8_B_aGFja2Vk_="),
        ("\ud800.txt", "_.txt"),
        ("", "attachment-1.pdf"),
        (None, "attachment-1.pdf"),
    ],
)
def test_a_name_that_would_harm_is_made_harmless(hostile: str | None, harmless: str) -> None:
    """Paths, devices, reversed endings and header tricks (RELIABILITY T10, T25)."""
    assert only_file(hostile).get_filename() == harmless


@given(ANY_TEXT | st.text(alphabet='./\\ \u202e\u200f"CONaux日', max_size=20))
@settings(max_examples=200)
def test_no_name_leaves_its_folder(name: str) -> None:
    """Whatever a program does with it, it is one plain file (RELIABILITY T25); cleaning it twice changes nothing."""
    safe = file_name(file(name), 1)
    assert safe
    assert not re.search(r'[\x00-\x1f\x7f-\x9f\u2028-\u202e\u200e\u200f/\\:*?"<>|]', safe)
    assert safe[0] not in ". "
    assert safe[-1] not in ". "
    assert file_name(file(safe), 1) == safe


@pytest.mark.parametrize("letter", ["a", "长", "😀"])
def test_a_giant_name_is_cut_in_front_of_its_extension(letter: str) -> None:
    """No file system takes more than 255 bytes, and a file without its ending cannot be opened."""
    name = only_file(letter * 100_000 + ".xlsx").get_filename() or ""
    assert name.endswith(f"{letter}.xlsx")
    assert LONGEST_NAME - 4 < len(name.encode()) <= LONGEST_NAME


def test_a_program_that_reads_no_other_letters_still_sees_the_ending() -> None:
    """The ASCII likeness of the name, where such programs look for it."""
    assert only_file("日志分析.pdf").get_param("name") == "____.pdf"


# --- types -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        *("text/html", "TEXT/HTML", "image/svg+xml", "application/xhtml+xml", "text/xml", "message/rfc822"),
        *(
            "multipart/mixed",
            "",
            "pdf",
            "a/b/c",
            "text/plain; charset=x",
            "application/pdf\r\nBcc: v@x.example",
        ),
        *('application/"x"', "中/文", "a" * 100 + "/b"),
    ],
)
def test_what_a_mail_program_might_show_or_stumble_over_is_only_saved(kind: str) -> None:
    """A type is a stranger's claim; the bytes travel all the same (RELIABILITY T17)."""
    part = only_file("page.html", b"<script>alert(1)</script>", kind)
    assert part.get_content_type() == SAVED_NOT_SHOWN
    assert part.get_content_disposition() == "attachment"
    assert bytes_of(part) == b"<script>alert(1)</script>"


@pytest.mark.parametrize("kind", ["application/pdf", "text/plain", "image/png", "application/vnd.ms-excel"])
def test_a_harmless_type_is_kept_and_never_shown_inline(kind: str) -> None:
    """So that a phone knows which app opens it."""
    part = only_file("file", REPORT, kind)
    assert part.get_content_type() == kind
    assert part.get_content_disposition() == "attachment"


# --- how much --------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 60), max_size=12), st.integers(0, 200))
def test_only_the_largest_stay_behind_and_only_as_many_as_must(sizes: list[int], room: int) -> None:
    """One giant dump must not cost the customer the short report beside it."""
    files = [file(str(number), b"x" * size) for number, size in enumerate(sizes)]
    carried, left_out = fitting(files, room)
    total = sum(each.size for each in carried)
    assert total <= room
    assert sorted([*carried, *left_out], key=files.index) == files
    assert [*carried] == sorted(carried, key=files.index)
    if left_out:
        smallest = min(each.size for each in left_out)
        assert smallest >= max((each.size for each in carried), default=0)
        assert total + smallest > room


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-Hans", "附件过大"), ("zh-Hant", "附件過大"), ("en", "Too large"), ("fr", "Too large")],
)
def test_a_customer_is_told_in_their_language_what_did_not_fit(language: str, words: str) -> None:
    """Silence would look as if the engineer had forgotten the file; the mail itself always goes."""
    giant = file("内存转储 <1>.dmp", b"x" * (LARGEST_TOTAL + 1))
    text = "您好：\n\n请见附件。\n\n-- \n技术支持中心\n"
    page = "<html><body><p>请见附件。</p></body></html>"
    letter = replace(TO_A_CUSTOMER, language=language, text=text, html=page)
    mail = read_back(carrying(giant, file("报告.pdf"), of=letter))
    assert [part.get_filename() for part in files_of(mail)] == ["报告.pdf"]
    plain, dressed = text_of(mail, "plain") or "", text_of(mail, "html") or ""
    above, _, signature = plain.partition("\n-- \n")
    assert words in above
    assert "内存转储 _1_.dmp" in above
    assert signature == "技术支持中心\n"
    assert words in dressed
    assert dressed.index("内存转储") < dressed.index("</body>")


def test_a_name_cannot_dress_up_as_html() -> None:
    """It is a stranger's text, in a page of ours (RELIABILITY T17)."""
    letter = mail_files.naming_left_out(TO_A_CUSTOMER, [file("a&lt;b.dmp")])
    assert "a&amp;lt;b.dmp" in (letter.html or "")
    assert "a&lt;b.dmp" in letter.text


def test_when_nothing_fits_the_words_still_go() -> None:
    """Without a signature, without HTML, without any file."""
    giants = [file(f"{number}.dmp", b"x" * (LARGEST_TOTAL + 1)) for number in range(3)]
    mail = read_back(carrying(*giants, of=replace(TO_A_CUSTOMER, html=None, text="见附件")))
    assert mail.get_content_type() == "text/plain"
    assert text_of(mail, "plain") == (
        "见附件\n\n以下附件过大，未能随本邮件发出：0.dmp、1.dmp、2.dmp。如有需要，请直接回复本邮件告知我们。\n"
    )


def test_of_many_files_left_out_only_some_are_named() -> None:
    """A line, not a page."""
    letter = mail_files.naming_left_out(TO_A_CUSTOMER, [file(f"{number}.dmp") for number in range(100)])
    assert "9.dmp、…" in letter.text
    assert "10.dmp" not in letter.text


def test_the_limit_counts_bytes_and_not_what_a_sender_claims() -> None:
    """`size` is what the sender's mail said of itself."""
    lying = Attachment("a.bin", "application/pdf", size=10**9, inline=False, content=b"small")
    assert fitting([lying]) == ((lying,), ())
