"""What a customer's message does: opens a case, adds to it, confirms, refuses, or is a matter of its own."""

from dataclasses import replace

import pytest

from gateway import customer_turn
from gateway.cases.case import Case
from gateway.parsers.report import Found, Reader, Report
from tests.builders import policy
from tests.house import DUTY, FAULT, HE_LAN, SUN_JIE, WANG, ZHOU, House, mail


async def resolved(house: House) -> str:
    """A case that waits for the customer to confirm."""
    outcome = await house.write(ZHOU, FAULT)
    assert outcome.case_number
    await house.solve()
    assert house.case(outcome.case_number).status == "awaiting_confirmation"
    return outcome.case_number


@pytest.mark.parametrize(
    "words", ["已解决，谢谢", "好了，可以关闭", "問題已解決", "It works now, thanks", "确认已恢复正常"]
)
async def test_a_confirmation_closes_the_case_and_everybody_is_told(house: House, words: str) -> None:
    """P-34, P-35: in words, in three scripts."""
    number = await resolved(house)
    await house.answer(house.letter(ZHOU, "please_confirm"), words)
    case = house.case(number)
    assert case.status == "closed"
    assert case.closed_at == house.clock.now()
    assert house.letters(ZHOU, "closed")
    assert house.letters(WANG, "case_closed")
    assert not [each for each in case.commitments if each.is_owed]


@pytest.mark.parametrize("words", ["还是不行，依然无法登录", "沒有解決，還是連不上", "No, still not working"])
async def test_a_refusal_puts_the_case_back_to_work(house: House, words: str) -> None:
    """The engineer and the service manager hear it; the limit runs on (P-35)."""
    number = await resolved(house)
    await house.answer(house.letter(ZHOU, "please_confirm"), words)
    assert house.case(number).status == "in_progress"
    assert house.letters(WANG, "refused")
    assert not house.letters(ZHOU, "closed")


@pytest.mark.parametrize("words", ["谢谢", "收到", "谢谢，但还是不行吗？", "我们明天测试后回复"])
async def test_thanks_alone_close_nothing(house: House, words: str) -> None:
    """L-100: closing by mistake costs more than asking again."""
    number = await resolved(house)
    await house.answer(house.letter(ZHOU, "please_confirm"), words)
    assert house.case(number).status != "closed"


async def test_without_an_answer_the_case_stays_open_and_the_customer_is_reminded(house: House) -> None:
    """A case is never closed silently (P-35)."""
    number = await resolved(house)
    await house.wait(hours=36)
    assert house.case(number).status == "awaiting_confirmation"
    assert len(house.letters(ZHOU, "confirm_reminder")) == 1


async def test_thanks_after_the_end_stay_with_the_closed_case(house: House) -> None:
    """They open nothing (L-100) and nobody is troubled."""
    number = await resolved(house)
    await house.answer(house.letter(ZHOU, "please_confirm"), "已解决，谢谢")
    outcome = await house.answer(house.letter(ZHOU, "closed"), "好的，已恢复，非常感谢")
    assert outcome.case_number == number
    assert house.case(number).status == "closed"
    assert house.numbers() == [number]


async def test_it_is_back_reopens_the_case_within_the_days_the_owner_gives(house: House) -> None:
    """The same fault, the same case, the same engineer."""
    number = await resolved(house)
    await house.answer(house.letter(ZHOU, "please_confirm"), "已解决，谢谢")
    house.clock.pass_(days=13)
    outcome = await house.answer(house.letter(ZHOU, "closed"), "还是不行，又无法登录了")
    assert outcome.case_number == number
    assert house.case(number).status == "in_progress"
    assert house.case(number).closed_at is None


async def test_it_is_back_after_that_is_a_case_of_its_own_that_knows_the_old_one(house: House) -> None:
    """L-29, L-31: an old thread is no reason to wake an old case."""
    number = await resolved(house)
    await house.answer(house.letter(ZHOU, "please_confirm"), "已解决，谢谢")
    house.clock.pass_(days=15)
    outcome = await house.answer(house.letter(ZHOU, "closed"), "还是不行，又无法登录了")
    assert outcome.name == "case_opened"
    assert house.case(outcome.case_number).suggested_case == number
    assert house.case(number).status == "closed"


async def test_a_new_matter_on_a_closed_case_opens_its_own(house: House) -> None:
    """The customer pressed reply on an old mail (L-31)."""
    number = await resolved(house)
    await house.answer(house.letter(ZHOU, "please_confirm"), "已解决，谢谢")
    outcome = await house.answer(house.letter(ZHOU, "closed"), "另外，想咨询一下下一年度的巡检怎么安排？")
    assert outcome.name == "case_opened"
    assert outcome.case_number != number


async def test_what_was_missing_is_filled_by_the_answer_and_asked_no_more(house: House) -> None:
    """P-20, P-23: the acknowledgement asks, the reply fills."""
    outcome = await house.write("new.person@beihe-hospital.example", "防火墙故障，全院断网。")
    case = house.case(outcome.case_number)
    assert "phone" in case.missing
    letter = house.letter("new.person@beihe-hospital.example")
    await house.answer(letter, "联系人：马丽，电话 13812345678")
    case = house.case(outcome.case_number)
    assert case.phone is not None
    assert "138" in case.phone
    assert "phone" not in case.missing


TITLED = "防火墙宕机了，全院断网。联系我 陈工 13812345678"


async def test_a_contact_known_by_surname_and_title_is_named_in_full_once_the_full_name_is_told(
    house: House,
) -> None:
    """P-20: the desk records a name; 陈工 is one until 陈立 signs, and then nobody asks whether they are two."""
    outcome = await house.write("new.person@beihe-hospital.example", TITLED)
    assert house.case(outcome.case_number).contact == "陈工"
    letter = house.letter("new.person@beihe-hospital.example")
    await house.answer(letter, "补充：主备都连不上。\n\n陈立\n北河市第一人民医院 信息科")
    assert house.case(outcome.case_number).contact == "陈立"


async def test_another_persons_name_takes_nobodys_place(house: House) -> None:
    """A colleague who answers in the thread is not the contact for that."""
    outcome = await house.write("new.person@beihe-hospital.example", TITLED)
    letter = house.letter("new.person@beihe-hospital.example")
    await house.answer(letter, "补充：主备都连不上。\n\n马丽\n北河市第一人民医院 信息科")
    assert house.case(outcome.case_number).contact == "陈工"


def asked(house: House, reader: Reader, channel: str, **asked_for: frozenset[str]) -> Case:
    """A case of somebody unknown who tells neither who they are nor how to reach them."""
    return opened_of(house, reader.read_chat("防火墙宕机了，全院断网。"), channel, **asked_for)


def opened_of(house: House, report: Report, channel: str, **asked_for: frozenset[str]) -> Case:
    """The case that a report opens, under a policy that asks for these."""
    return customer_turn.new_case(
        "C-1",
        report,
        report.inbound,
        house.clock.now(),
        directory=house.parts.directory,
        policy=replace(policy(), **asked_for),
        answerable=True,
        suggestion=None,
        channel=channel,
    )


def test_a_number_is_asked_for_by_mail_and_not_in_a_chat(house: House, reader: Reader) -> None:
    """P-20: the desk records a phone; but whoever writes in a chat is reached there."""
    assert asked(house, reader, "mail").missing == ("company", "contact", "phone")
    assert asked(house, reader, "telegram").missing == ("company", "contact")


def test_what_is_asked_for_is_the_owners_to_say(house: House, reader: Reader) -> None:
    """Where a mail address is enough, none is asked for; where somebody always goes there, one is, in a chat too."""
    by_mail = asked(house, reader, "mail", asked_by_mail=frozenset({"company", "contact"}))
    assert by_mail.missing == ("company", "contact")
    in_chat = asked(house, reader, "telegram", asked_in_chat=frozenset({"company", "contact", "phone"}))
    assert in_chat.missing == ("company", "contact", "phone")


async def test_a_customer_who_asks_for_updates_every_so_often_gets_them(house: House) -> None:
    """P-32: their interval takes the place of ours."""
    outcome = await house.write(ZHOU, FAULT)
    await house.answer(house.letter(ZHOU), "请每30分钟通报一次进展")
    interval = house.case(outcome.case_number).update_interval
    assert interval is not None
    assert interval.amount == 30
    await house.wait(hours=2)
    updates = house.letters(ZHOU, "second_reply") + house.letters(ZHOU, "status_update")
    assert len(updates) == 4, "the second reply within half an hour, then every half hour"


async def test_the_answer_goes_to_a_reply_to_only_within_the_senders_own_house(house: House) -> None:
    """Otherwise anybody could have our answers sent anywhere (RELIABILITY T5)."""
    own = mail(ZHOU, FAULT, headers=[("Reply-To", "it@qingshan-bank.example")])
    await house.receive(own, sender=ZHOU)
    assert house.letters("it@qingshan-bank.example")
    evil = mail(ZHOU, FAULT + "再报", headers=[("Reply-To", "victim@evil.example")])
    await house.receive(evil, sender=ZHOU)
    assert not house.letters("victim@evil.example")
    assert house.letters(ZHOU)


async def test_people_in_copy_hear_nothing_from_us(house: House) -> None:
    """CC is never subscribed (RELIABILITY T4, L-60)."""
    raw = mail(ZHOU, FAULT, headers=[("Cc", "boss@qingshan-bank.example, outsider@evil.example")])
    await house.receive(raw, sender=ZHOU)
    assert {letter.to for letter in house.letters()} == {ZHOU, WANG, HE_LAN, SUN_JIE, DUTY}


async def test_the_service_manager_hears_of_a_refusal(house: House) -> None:
    """And outside their duty hours only when these begin."""
    await resolved(house)
    await house.answer(house.letter(ZHOU, "please_confirm"), "还是不行，依然无法登录")
    assert house.letters(SUN_JIE, "refused")


async def test_an_expired_contract_gives_the_default_plan_and_no_service(house: House) -> None:
    """What was bought until last year is not promised today."""
    house.clock.moment = house.clock.moment.replace(year=2029, month=1, day=8)
    outcome = await house.write(ZHOU, FAULT)
    case = house.case(outcome.case_number)
    assert (case.plan, case.services) == ("5x8", ())
    assert case.customer_id == "qingshan-bank"


def test_a_value_we_are_not_sure_of_is_asked_for_and_offered_and_not_used(
    house: House, reader: Reader
) -> None:
    """Issue 5: below 0.5 a value is no more than a question: "是××公司吗？"."""
    report = replace(reader.read_chat("WAF 断网了"), company=Found("格伦物流", 0.42, "body", None))
    case = opened_of(house, report, "mail")
    assert case.company is None
    assert "company" in case.missing
    assert case.uncertain == {"company": "格伦物流"}


async def test_still_broken_without_a_case_of_theirs_is_the_report_of_a_fault(house: House) -> None:
    """P-20, P-30: whoever writes "it still does not work" and has no case gets one that is promised as a fault."""
    outcome = await house.write(ZHOU, "还是不行，防火墙依然无法登录，页面报错。", subject="Re: 防火墙")
    assert outcome.case_number
    assert house.case(outcome.case_number).kind == "fault"
