"""A colleague's files on the road: from their reply, through intake, to the customer's mailbox, and nowhere else."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.policy import SMTP
from itertools import count
from typing import cast

import pytest

from gateway.cases.case import Notice
from gateway.messages import Attachment
from gateway.responders.letters import files_for
from tests.house import EMMA, SUPPORT, WANG, ZHOU, House, Letter

FAULT = "堡垒机无法登录，十几名运维人员受影响，请尽快处理。\n\n周敏\n青山农村商业银行股份有限公司"
REPORT = b"%PDF-1.7\r\n\x00\xff\r\n.\r\n--\n" + bytes(range(256)) * 40
NAME = "日志分析.pdf"
_IDS = count(1)


def reply(
    letter: Letter, text: str, *files: tuple[str, bytes, str], sender: str = WANG, logo: bool = False
) -> bytes:
    """A reply with these files (name, content, type), as a desktop mail program writes it."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, letter.reply_to, f"Re: {letter.subject}"
    mail["Message-ID"] = f"<{next(_IDS)}@yunling.example>"
    mail["In-Reply-To"] = letter.message_id
    mail.set_content(text)
    if logo:
        mail.add_attachment(
            b"\x89PNG", "image", "png", filename="logo.png", disposition="inline", cid="<l@y>"
        )
    for name, content, kind in files:
        mail.add_attachment(content, *kind.split("/"), filename=name)
    return mail.as_bytes()


async def answered(house: House, raw: bytes) -> None:
    await house.receive(raw, sender=WANG, to=(SUPPORT,))


async def told(house: House, customer: str = ZHOU, text: str = FAULT) -> Letter:
    """The engineer's notice of a new case."""
    await house.write(customer, text)
    return house.letter(WANG, "new_case")


def files_of(letter: Letter) -> list[tuple[str | None, bytes]]:
    parts = message_from_bytes(letter.parcel.raw, EmailMessage, policy=policy.default).iter_attachments()
    return [(part.get_filename(), cast("bytes", part.get_payload(decode=True))) for part in parts]


def all_files(house: House) -> list[tuple[str | None, bytes]]:
    return [file for letter in house.letters() for file in files_of(letter)]


async def test_an_engineers_file_reaches_the_customer_byte_for_byte(house: House) -> None:
    """P-27: the reply is the engineer's, and a log analysis is part of it."""
    letter = await told(house)
    await answered(house, reply(letter, "请见附件中的日志分析。", (NAME, REPORT, "application/pdf")))
    to_customer = house.letter(ZHOU, "engineer_reply")
    assert "请见附件中的日志分析。" in to_customer.text
    assert files_of(to_customer) == [(NAME, REPORT)]


async def test_only_the_reply_carries_the_file(house: House) -> None:
    """Neither the desk's copies nor later updates repeat it."""
    letter = await told(house)
    await answered(house, reply(letter, "请见附件。", (NAME, REPORT, "application/pdf")))
    await house.wait(hours=2)
    assert all_files(house) == [(NAME, REPORT)]


@pytest.mark.parametrize(
    "words", ["#note 客户配置有误，见附件", "#progress 已定位到证书过期", "#note\n\n见附件"]
)
async def test_a_file_beside_a_note_stays_inside(house: House, words: str) -> None:
    """The default is internal (ARCHITECTURE "Decided"): a file may say more than any note."""
    letter = await told(house)
    before = len(house.said(house.numbers()[0]))
    await answered(house, reply(letter, words, (NAME, REPORT, "application/pdf")))
    assert len(house.said(house.numbers()[0])) == before + 1, "the reply was taken in"
    await house.wait(hours=2)
    assert all_files(house) == []


async def test_a_file_beside_a_refused_command_stays_inside(house: House) -> None:
    """Words that may have been meant for inside are not sent, and neither is what came with them."""
    letter = await told(house)
    await answered(house, reply(letter, "#frobnicate\n见附件", (NAME, REPORT, "application/pdf")))
    assert house.letters(WANG, "reply_not_sent")
    assert all_files(house) == []


async def test_logos_and_attached_notices_do_not_go_along(house: House) -> None:
    """Our own notice, attached by a mail program, holds internal words and a reply address (L-89, T2)."""
    letter = await told(house)
    raw = reply(letter, "请见附件。", (NAME, REPORT, "application/pdf"), logo=True)
    mail = message_from_bytes(raw, EmailMessage, policy=SMTP)
    notice = message_from_bytes(letter.parcel.raw, EmailMessage, policy=SMTP)
    mail.add_attachment(notice)
    await answered(house, mail.as_bytes())
    assert files_of(house.letter(ZHOU, "engineer_reply")) == [(NAME, REPORT)]


async def test_a_customers_file_goes_to_nobody_by_mail(house: House) -> None:
    """Staff are told in words; malware is not forwarded by us (T24)."""
    await told(house)
    raw = reply(house.letter(ZHOU), "补充日志，请查收。", ("a.exe", b"MZ", "application/pdf"), sender=ZHOU)
    await house.receive(raw, sender=ZHOU, to=(SUPPORT,))
    assert house.letters(WANG, "customer_wrote")
    assert all_files(house) == []


async def test_a_strangers_file_sent_to_a_colleagues_reply_address_goes_nowhere(house: House) -> None:
    """A token alone is seen by everybody in copy (T2)."""
    letter = await told(house)
    raw = reply(letter, "请见附件。", ("a.exe", b"MZ", "application/pdf"), sender="x@elsewhere.example")
    await house.receive(raw, sender="x@elsewhere.example", to=(SUPPORT,))
    assert not house.letters(ZHOU, "engineer_reply")
    assert all_files(house) == []


async def test_a_customer_in_another_language_gets_the_file_too(house: House) -> None:
    """Names in other letters survive whatever the language of the mail."""
    letter = await told(house, EMMA, "Since 08:30 the WAF blocks our order portal.\n\nEmma Clarke")
    await answered(
        house,
        reply(
            letter,
            "The certificate of the backend has expired. Please see the attached analysis for details.",
            (NAME, REPORT, "application/pdf"),
        ),
    )
    assert files_of(house.letter(EMMA, "engineer_reply")) == [(NAME, REPORT)]


# --- the rule itself -------------------------------------------------------------------------------------------

FILE = Attachment(NAME, "application/pdf", 1, inline=False, content=b"x")
REPLY = Notice(id="C/1", name="engineer_reply", to="customer")


@pytest.mark.parametrize("name", ["engineer_reply", "inspection_report"])
@pytest.mark.parametrize("role", ["customer", "foreign_manager"])
def test_replies_and_inspection_reports_carry_files_to_the_customers_people(name: str, role: str) -> None:
    """P-07, P-36."""
    assert files_for(replace(REPLY, name=name, to=role), [FILE]) == (FILE,)


@pytest.mark.parametrize(
    ("name", "role"),
    [("engineer_reply", "desk"), ("inspection_report", "engineer"), ("status_update", "customer")],
)
def test_no_other_notice_and_no_colleague_gets_files(name: str, role: str) -> None:
    """What a new notice carries is decided on purpose, never by default."""
    assert files_for(replace(REPLY, name=name, to=role), [FILE]) == ()
