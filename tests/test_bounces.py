"""A bounce is a fact of the case when it proves that it speaks of a letter of ours; all else only lies there."""

from itertools import count
from typing import Any

import pytest

from gateway.cases import commitments as promised
from gateway.cases import saying
from gateway.cases.case import Case, Party
from gateway.cases.commitments import Commitment
from gateway.cases.events import Redirected
from gateway.intake import FILED
from gateway.storage.reading import read_case
from tests.house import CHEN, EMMA, HE_LAN, QIAN, SUPPORT, WANG, ZHOU, House, Letter, mail

FAULT = "堡垒机无法登录，十几人受影响。\n周敏\n青山农村商业银行股份有限公司"
WEBER = "d.weber@qingshan-bank.example"
"""周敏's colleague in the directory; 陳怡君 of 海燕物流 has none."""

_REPORTS = count(1)


def report(lost: str, *, action: str = "failed", status: str = "5.1.1", original: str | None = None) -> bytes:
    """What a mail system says when it could not (or not yet) deliver to `lost`; `original` is the id it returns."""
    returned = (
        f"--=b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {original}\r\n" if original else ""
    )
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {SUPPORT}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <{next(_REPORTS)}@mx.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=b"\r\n\r\n'
        "--=b\r\nContent-Type: text/plain\r\n\r\nThe mail could not be delivered.\r\n"
        "--=b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {lost}\r\nAction: {action}\r\nStatus: {status}\r\n{returned}--=b--\r\n"
    ).encode()


async def opened(house: House, sender: str = ZHOU) -> str:
    outcome = await house.write(sender, FAULT)
    assert outcome.case_number is not None
    return outcome.case_number


async def bounce(house: House, letter: Letter, **more: Any) -> None:
    """The letter comes back along its return path."""
    await house.receive(report(letter.to, **more), sender="", to=(letter.parcel.sender,))


def commitment(house: House, number: str, name: str) -> Commitment:
    found = house.case(number).commitment(name)
    assert found is not None
    return found


def failures(house: House, number: str) -> list[dict[str, Any]]:
    return [dict(entry) for entry in read_case(house.engine, number)[1] if entry["name"] == "notice_failed"]


# What is believed.


async def test_a_bounce_to_our_return_path_is_a_fact_of_the_case(house: House) -> None:
    """F24: which address, for how long, and the letter is marked as one that nobody read."""
    number = await opened(house, CHEN)
    await bounce(house, house.letter(CHEN, "first_reply"))
    (failed,) = (entry for entry in failures(house, number) if entry["kind"] == "event")
    assert (failed["notice"], failed["address"], failed["permanent"]) == ("first_reply", CHEN, True)
    assert house.case(number).unreachable == (CHEN,)
    lost = [row for row in read_case(house.engine, number)[2] if row.get("notice") == "first_reply"]
    assert [row["state"] for row in lost] == ["failed"]


async def test_a_bounce_that_returns_our_signed_message_id_is_believed_too(house: House) -> None:
    """Some systems answer the sender in the head and not the return path (L-22)."""
    number = await opened(house, CHEN)
    original = house.letter(CHEN, "first_reply").message_id
    await house.receive(report(CHEN, original=original), sender="")
    assert house.case(number).unreachable == (CHEN,)


async def test_a_passing_trouble_that_ended_in_failure_is_told_as_one_that_passes(house: House) -> None:
    """L-20: a full mailbox is no dead one, but this letter was not read all the same."""
    number = await opened(house, CHEN)
    await bounce(house, house.letter(CHEN, "first_reply"), status="4.2.2")
    assert [entry["permanent"] for entry in failures(house, number) if entry["kind"] == "event"] == [False]


@pytest.mark.parametrize("reach", ["subject", "head", "stranger", "changed"])
async def test_a_forged_bounce_does_nothing(house: House, reach: str) -> None:
    """T22, L-21: a number, a token in a header that anybody can write, or a damaged one proves nothing."""
    number = await opened(house, CHEN)
    letter = house.letter(CHEN, "first_reply")
    raw, to = report(CHEN), SUPPORT
    match reach:
        case "subject":
            raw = raw.replace(b"Undelivered Mail", f"Undelivered {number}".encode())
        case "head":
            raw = raw.replace(SUPPORT.encode(), letter.reply_to.encode(), 1)
        case "stranger":
            raw = report(CHEN, original="<someone@elsewhere.example>")
        case _:
            to = letter.parcel.sender.replace("@", "a@")
    before = house.case(number)
    outcome = await house.receive(raw, sender="", to=(to,))
    assert outcome.name == FILED
    assert house.case(number) == before
    assert failures(house, number) == []


async def test_the_same_letter_comes_back_only_once(house: House) -> None:
    """Whoever holds one genuine bounce cannot play it again (T22)."""
    number = await opened(house)
    letter = house.letter(ZHOU, "first_reply")
    await bounce(house, letter)
    after = house.case(number)
    await house.receive(report(ZHOU, status="5.2.1"), sender="", to=(letter.parcel.sender,))
    assert house.case(number) == after


# What it undoes.


async def test_what_the_lost_letter_had_kept_is_owed_again(house: House) -> None:
    """P-30: nobody has read the first reply, so it was not given."""
    number = await opened(house, CHEN)
    assert commitment(house, number, "first_reply").state == promised.MET
    await bounce(house, house.letter(CHEN, "first_reply"))
    assert commitment(house, number, "first_reply").state == promised.RUNNING
    await house.wait(minutes=11)
    assert commitment(house, number, "first_reply").state == promised.MISSED


async def test_the_desk_is_told_which_address_it_was(house: House) -> None:
    """G9: a person must reach the customer another way."""
    number = await opened(house, CHEN)
    await bounce(house, house.letter(CHEN, "first_reply"))
    told = house.letter(HE_LAN, "notice_failed")
    assert number in told.subject
    assert CHEN in told.text
    assert "5.1.1" in told.text


async def test_another_contact_of_the_customer_gets_what_was_lost(house: House) -> None:
    """F24: in their own language; the promise is kept with them, and the desk reads to whom it went."""
    number = await opened(house)
    await bounce(house, house.letter(ZHOU, "first_reply"))
    (again,) = house.letters(WEBER)
    assert again.text.startswith("Dear Daniel Weber")
    assert commitment(house, number, "first_reply").state == promised.MET
    assert "redirected" in house.happened(number)
    assert WEBER in house.letter(HE_LAN, "notice_failed").text


async def test_the_contact_who_stands_in_gets_what_follows_and_may_answer(house: House) -> None:
    """P-31: the second reply goes to whom we can reach; their answer lies on the case as the customer's."""
    number = await opened(house)
    before = len(house.letters(ZHOU))
    await bounce(house, house.letter(ZHOU, "first_reply"))
    await house.wait(minutes=40)
    assert len(house.letters(ZHOU)) == before
    assert house.letters(WEBER, "second_reply")
    await house.answer(house.letter(WEBER, "second_reply"), "Thank you, I will wait.")
    assert house.said(number)[-1]["audience"] == "customer"


async def test_an_engineers_lost_words_go_to_a_person_where_the_other_contact_does_not_read_them(
    house: House,
) -> None:
    """P-36: 周敏's colleague reads English; no machine translates, and nothing is lost."""
    await opened(house)
    await house.answer(house.letter(WANG, "new_case"), "已找到原因，正在重启认证服务，请稍候。")
    await bounce(house, house.letter(ZHOU, "engineer_reply"))
    (asked,) = house.letters(notice="wording_needed")
    assert "正在重启认证服务" in asked.text
    assert not house.letters(WEBER, "engineer_reply")


def test_an_engineers_lost_words_are_given_again_to_who_reads_them(house: House) -> None:
    """P-27: the same notice with the same words, under the other contact's name."""
    party = Party(address=WEBER, language="zh-Hant", known=True)
    case = Case(
        number="C1", opened_at=house.clock.now(), reporter=party, subject="", unreachable=(), stand_in=None
    )
    words = ("正在重启认证服务", "zh-Hans")
    lost = Redirected(notice="engineer_reply", address=WEBER, text=words[0], language=words[1])
    again = saying.once_more(case, lost)
    assert (again.name, again.to, again.words) == ("engineer_reply", "customer", words)


async def test_who_writes_again_is_answered_again(house: House) -> None:
    """A mailbox that was full yesterday is theirs again today."""
    number = await opened(house)
    await bounce(house, house.letter(ZHOU, "first_reply"))
    await house.answer(house.letter(ZHOU, "first_reply"), "邮箱已清理，请继续发给我。")
    assert house.case(number).unreachable == ()
    await house.wait(minutes=40)
    assert house.letters(ZHOU, "second_reply")


async def test_a_strangers_bounce_brings_nobody_else_their_words(house: House) -> None:
    """T19: whoever invents an address at a customer's must not make us write to the customer's people."""
    invented = "wu.gang@qingshan-bank.example"
    number = await opened(house, invented)
    (letter,) = house.letters(invented)
    await bounce(house, letter)
    assert house.letters(WEBER) == house.letters(ZHOU) == []
    assert house.case(number).unreachable == (invented,)


async def test_nobody_is_reminded_of_a_question_that_never_arrived(house: House) -> None:
    """L-23, P-35: the reminders stop, the result is owed again (P-47), the desk calls; the case stays open."""
    number = await opened(house, EMMA)
    await house.solve()
    await bounce(house, house.letter(EMMA, "please_confirm"))
    assert commitment(house, number, "confirm_reminder").state == promised.WITHDRAWN
    assert commitment(house, number, "confirm_reminder_again").state == promised.WITHDRAWN
    assert commitment(house, number, "result_told").state == promised.RUNNING
    assert EMMA in house.letter(HE_LAN, "notice_failed").text
    await house.wait(days=5)
    assert not house.letters(EMMA, "confirm_reminder")
    assert house.letters(HE_LAN, "call_customer")
    assert house.case(number).status == "awaiting_confirmation"


async def test_the_question_is_put_to_the_other_contact_and_they_are_reminded(house: House) -> None:
    """P-34, P-35: asked anew, with the reminders counted from then."""
    number = await opened(house)
    await house.solve()
    await bounce(house, house.letter(ZHOU, "please_confirm"))
    assert commitment(house, number, "result_told").state == promised.MET
    assert house.letters(WEBER, "please_confirm")
    await house.wait(days=2)
    assert house.letters(WEBER, "confirm_reminder")
    await house.answer(house.letter(WEBER, "please_confirm"), "Yes, it is solved, please close the case.")
    assert house.case(number).status == "closed"


async def test_a_closing_letter_that_comes_back_is_told_to_the_desk_and_opens_no_case(house: House) -> None:
    """L-23: it went unseen elsewhere; but the customer has said that it is solved, and a lost letter unsays nothing."""
    number = await opened(house, EMMA)
    await house.solve()
    await house.answer(house.letter(EMMA, "please_confirm"), "Yes, it is solved, please close the case.")
    closing = house.letter(EMMA, "closed")
    await bounce(house, house.letters(EMMA, "please_confirm")[0])
    await bounce(house, closing)
    assert len(house.letters(HE_LAN, "notice_failed")) == 2
    assert EMMA in house.letter(HE_LAN, "notice_failed").text
    case = house.case(number)
    assert (case.status, [each.name for each in case.commitments if each.is_owed]) == (
        "closed",
        ["closed_in_crm"] if case.commitment("closed_in_crm") else [],
    )


# What it never does.


async def test_a_customer_of_whom_everything_comes_back_is_written_to_no_more(house: House) -> None:
    """L-1: a lost letter, sent again and lost again, would go on all night."""
    await opened(house)
    for _ in range(10):
        for lost in (ZHOU, WEBER):
            for letter in house.letters(lost):
                await bounce(house, letter)
        await house.wait(hours=1)
    assert [len(house.letters(each)) for each in (ZHOU, WEBER)] == [1, 1]


async def test_a_lost_notice_about_a_lost_letter_is_told_to_nobody(house: House) -> None:
    """L-2: notices about notices do not multiply."""
    await opened(house, CHEN)
    await bounce(house, house.letter(CHEN, "first_reply"))
    before = len(house.outgoing.parcels)
    await bounce(house, house.letter(HE_LAN, "notice_failed"))
    assert len(house.outgoing.parcels) == before


async def test_a_colleagues_lost_letter_is_seen_by_the_desk(house: House) -> None:
    """L-14: an alert that nobody got must not look as if somebody had it."""
    await opened(house)
    await bounce(house, house.letter(WANG, "new_case"))
    assert WANG in house.letter(HE_LAN, "notice_failed").text


async def test_a_letter_that_is_late_has_not_failed(house: House) -> None:
    """RFC 3464: a warning is shown on the case, and nothing is undone."""
    number = await opened(house)
    before = house.case(number)
    await bounce(house, house.letter(ZHOU, "first_reply"), action="delayed", status="4.4.1")
    assert house.case(number) == before
    assert house.said(number)[-1]["audience"] == "automatic"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("自动回复：Re: 堡垒机无法登录", "您好，我正在休假，有事请联系同事。"),
        ("Automatic reply: login", "I am out of the office until Monday."),
    ],
)
async def test_an_absence_note_is_shown_and_resets_nothing(house: House, subject: str, text: str) -> None:
    """L-8, L-9: neither status, promises nor the pause change, and nobody is answered."""
    number = await opened(house)
    await house.answer(house.letter(WANG, "new_case"), "#等客户 请提供日志")
    before, sent = house.case(number), len(house.outgoing.parcels)
    letter = house.letter(ZHOU)
    raw = mail(ZHOU, text, subject=subject, headers=[("Auto-Submitted", "auto-replied")])
    await house.receive(raw, sender="", to=(letter.parcel.sender,))
    assert house.case(number) == before
    assert len(house.outgoing.parcels) == sent
    assert house.said(number)[-1]["words"].startswith(text[:5])


async def test_every_letter_leaves_with_the_return_path_that_a_bounce_must_show(house: House) -> None:
    """VERP: engineer, desk, managers and customer alike; one path for one letter (T22)."""
    await opened(house)
    await house.solve()
    paths = [letter.parcel.sender for letter in house.letters()]
    assert paths == [letter.reply_to for letter in house.letters()]
    assert len(set(paths)) == len(paths)
    assert house.letters(QIAN)
