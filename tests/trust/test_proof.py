"""When the name system is asked about a mail, and when nobody need be."""

import pytest

from gateway.intake.budgeting import mailbox
from gateway.storage.reading import read_case
from tests.house import EMMA, WANG, ZHOU, House, mail
from tests.trust.outside import stand_outside

FAULT = "堡垒机无法登录，十几名运维人员受影响。"


async def test_an_ordinary_report_of_a_known_customer_asks_nobody(house: House) -> None:
    """Most mail is this: it must cost no look-up, and wait for none."""
    outside = stand_outside(house)
    await outside.send(mail(ZHOU, FAULT), sender=ZHOU)
    assert outside.dns.asked == []


async def test_what_is_handed_in_on_this_machine_asks_nobody(house: House) -> None:
    """`make run` works on a laptop in a train: a colleague's command by loopback is theirs."""
    outside = stand_outside(house)
    number = (await outside.send(mail(ZHOU, FAULT), sender=ZHOU, peer="127.0.0.1")).case_number
    await house.answer(house.letter(WANG, "new_case"), "#已解决 换了电源")
    assert house.case(number).status == "in_review"
    assert outside.dns.asked == []


@pytest.mark.parametrize("sender", [WANG, "stranger@elsewhere.example"])
async def test_a_colleague_and_a_stranger_are_looked_up(house: House, sender: str) -> None:
    """What they may do, or hear, depends on it."""
    outside = stand_outside(house)
    await outside.send(mail(sender, FAULT), sender=sender)
    assert outside.dns.asked


async def test_a_mail_server_on_this_machine_hands_nothing_in_as_itself(house: House) -> None:
    """What it relays has a Received field, and may come from anywhere."""
    outside = stand_outside(house)
    number = (await outside.send(mail(ZHOU, FAULT), sender=ZHOU)).case_number
    letter = house.letter(WANG, "new_case")
    raw = mail(WANG, "#已解决 换了电源", to=letter.reply_to, answers=letter.message_id)
    relayed = b"Received: from evil.example by mx.yunling.example; Mon, 23 Nov 2026 10:00:00 +0800\r\n" + raw
    await outside.send(relayed, sender=WANG, to=(letter.reply_to,), peer="127.0.0.1")
    assert house.case(number).status != "in_review"


async def test_a_customers_reply_that_nothing_proves_says_so(house: House) -> None:
    """It counts, since their token does; whoever reads the case sees the doubt."""
    outside = stand_outside(house)
    number = (await outside.send(mail(EMMA, "The WAF is down."), sender=EMMA)).case_number
    letter = house.letter(EMMA)
    await outside.send(mail(EMMA, "Since 8:30.", to=letter.reply_to), sender=EMMA, to=(letter.reply_to,))
    assert house.said(number)[-1]["evidence"].endswith("not authenticated")


async def test_what_was_not_sent_is_in_the_journal(house: House) -> None:
    """Muting is written down with its reason, and the notice that never left is not said to have been given."""
    outside = stand_outside(house)
    senders = ["a@elsewhere.example", "A+1@elsewhere.example", "a+2@elsewhere.example"]
    cases = [house.case((await outside.send(mail(each, FAULT), sender=each)).case_number) for each in senders]
    assert [case.reporter.unproved for case in cases] == [True, True, True]
    assert len([letter for letter in house.letters() if "elsewhere" in letter.to]) == 2
    journal = read_case(house.engine, cases[-1].number)[1]
    (muted,) = [entry for entry in journal if entry["kind"] == "muted"]
    assert "within 24 hours" in muted["reason"]
    assert muted["name"] not in {entry["name"] for entry in journal if entry["kind"] == "notice"}


def test_a_mailbox_is_one_whatever_is_written_behind_the_plus() -> None:
    """Or one victim would be as many as a forger likes."""
    assert mailbox("Victim+99@Elsewhere.example") == mailbox("victim@elsewhere.example")
