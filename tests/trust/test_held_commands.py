"""Commands that nothing proves to be a colleague's: held, told to the directory's address, run when that says yes."""

from pathlib import Path

import pytest

from gateway.storage import reading
from tests.house import WANG, ZHOU, House, Letter, mail
from tests.trust.outside import Outside, signed, stand_outside

FAULT = "堡垒机无法登录，十几名运维人员受影响。"


@pytest.fixture
async def outside(house: House) -> Outside:
    """A customer has reported a fault, and 王强 has the notice of it."""
    await house.write(ZHOU, FAULT)
    return stand_outside(house)


def reply(letter: Letter, text: str, *, sender: str = WANG, date: str | None = None) -> bytes:
    headers = [("Date", date)] if date else []
    return mail(
        sender, text, to=letter.reply_to, answers=letter.message_id, subject="Re: 新报障", headers=headers
    )


async def says(outside: Outside, letter: Letter, text: str, *, sender: str = WANG) -> str:
    outcome = await outside.send(reply(letter, text, sender=sender), sender=sender, to=(letter.reply_to,))
    return outcome.reason or ""


async def test_an_unproved_command_does_nothing_and_is_asked_back(outside: Outside) -> None:
    """G13, T1: whoever holds the token and writes the engineer's address is not the engineer."""
    house = outside.house
    (number,) = house.numbers()
    await says(outside, house.letter(WANG, "new_case"), "#已解决 换了电源")
    assert house.happened(number)[-1] != "resolved"
    assert not house.letters(ZHOU, "engineer_reply")
    asked = house.letter(WANG, "held_command")
    assert "换了电源" in asked.text
    assert f"mailto:{asked.reply_to.replace('+', '%2B')}?subject=" in asked.text
    assert house.said(number)[-1]["audience"] == "unverified"


async def test_yes_from_the_mailbox_of_the_directory_runs_it(outside: Outside) -> None:
    """Only who reads that mailbox has this token; no signature is asked for."""
    house = outside.house
    (number,) = house.numbers()
    await says(outside, house.letter(WANG, "new_case"), "#已解决 换了电源")
    await says(outside, house.letter(WANG, "held_command"), "#confirm")
    assert house.case(number).status == "in_review"
    assert house.case(number).solution == "换了电源"


async def test_held_words_for_the_customer_leave_only_after_the_yes(outside: Outside) -> None:
    """Words to the customer are as strong as a command."""
    house = outside.house
    await says(outside, house.letter(WANG, "new_case"), "请重启认证服务。")
    assert not house.letters(ZHOU, "engineer_reply")
    await says(outside, house.letter(WANG, "held_command"), "确认")
    assert "请重启认证服务" in house.letter(ZHOU, "engineer_reply").text


@pytest.mark.parametrize("answer", ["不是我", "我在休假，周一回来处理。", "收到，稍后再看", "yes and no"])
async def test_anything_but_a_plain_yes_runs_nothing(outside: Outside, answer: str) -> None:
    """A vacation program that no header gives away answers too."""
    house = outside.house
    (number,) = house.numbers()
    await says(outside, house.letter(WANG, "new_case"), "#已解决 换了电源")
    await says(outside, house.letter(WANG, "held_command"), answer)
    assert house.case(number).status != "in_review"


async def test_a_no_ends_it(outside: Outside) -> None:
    """What was refused cannot be confirmed afterwards."""
    house = outside.house
    (number,) = house.numbers()
    await says(outside, house.letter(WANG, "new_case"), "#已解决 换了电源")
    asked = house.letter(WANG, "held_command")
    await says(outside, asked, "不是我")
    await says(outside, asked, "确认")
    assert house.case(number).status != "in_review"
    assert house.letters(WANG, "reply_not_sent")


async def test_a_yes_counts_once(outside: Outside) -> None:
    """T40: the confirmation that somebody caught and sends again finds nothing waiting."""
    house = outside.house
    (number,) = house.numbers()
    await says(outside, house.letter(WANG, "new_case"), "请重启认证服务。")
    asked = house.letter(WANG, "held_command")
    await says(outside, asked, "确认")
    await says(outside, asked, "确认")
    assert len(house.letters(ZHOU, "engineer_reply")) == 1
    assert house.happened(number).count("engineer_replied") == 1


async def test_a_yes_after_a_day_runs_nothing(outside: Outside) -> None:
    """Held for 24 hours; then the colleague is told that it came too late."""
    house = outside.house
    (number,) = house.numbers()
    await says(outside, house.letter(WANG, "new_case"), "#已解决 换了电源")
    asked = house.letter(WANG, "held_command")
    house.clock.pass_(hours=25)
    await says(outside, asked, "确认")
    assert house.case(number).status != "in_review"
    assert house.letters(WANG, "reply_not_sent")


async def test_a_yes_to_what_makes_sense_no_more_is_told_so(outside: Outside) -> None:
    """It runs against the case as it is then; that one is closed by now."""
    house = outside.house
    (number,) = house.numbers()
    await says(outside, house.letter(WANG, "new_case"), "#进展 正在看")
    asked = house.letter(WANG, "held_command")
    await house.solve()
    await house.answer(house.letter(ZHOU, "please_confirm"), "已解决，谢谢")
    assert house.case(number).status == "closed"
    await says(outside, asked, "确认")
    assert "工单已经关闭" in house.letter(WANG, "reply_not_sent").text


async def test_the_token_of_the_question_is_worth_nothing_from_another_address(outside: Outside) -> None:
    """It is bound to the colleague's address as every token is."""
    house = outside.house
    (number,) = house.numbers()
    await says(outside, house.letter(WANG, "new_case"), "#已解决 换了电源")
    await says(outside, house.letter(WANG, "held_command"), "确认", sender="mallory@elsewhere.example")
    assert house.case(number).status != "in_review"


async def test_mischief_does_not_fill_a_colleagues_mailbox(outside: Outside) -> None:
    """After five questions about one case in a day the rest is only noted."""
    house = outside.house
    for minute in range(8):
        await says(outside, house.letter(WANG, "new_case"), f"#已解决 第{minute}次")
    assert len(house.letters(WANG, "held_command")) == 5


async def test_what_waits_is_seen_with_its_case(outside: Outside) -> None:
    """Nothing that was held is invisible."""
    house = outside.house
    (number,) = house.numbers()
    await says(outside, house.letter(WANG, "new_case"), "#已解决 换了电源")
    (waiting,) = reading.unconfirmed_on(house.engine, number)
    assert (waiting["staff"], waiting["state"], waiting["words"]) == (
        "wang.qiang",
        "waiting",
        "#已解决 换了电源",
    )


async def test_a_proved_command_runs_at_once(outside: Outside) -> None:
    """The one cell in which it does: known colleague, their token, their domain's signature."""
    house = outside.house
    (number,) = house.numbers()
    letter = house.letter(WANG, "new_case")
    raw = signed(reply(letter, "#已解决 换了电源", date="Mon, 23 Nov 2026 09:29:00 +0800"))
    await outside.send(raw, sender=WANG, to=(letter.reply_to,))
    assert house.case(number).status == "in_review"


async def test_when_no_name_server_answers_nothing_is_lost_or_run(house: House) -> None:
    """A DNS outage is "not authenticated yet": the message is taken in at once, its commands held."""
    await house.write(ZHOU, FAULT)
    outside = stand_outside(house, silent=True)
    (number,) = house.numbers()
    letter = house.letter(WANG, "new_case")
    raw = signed(reply(letter, "#已解决 换了电源", date="Mon, 23 Nov 2026 09:29:00 +0800"))
    await outside.send(raw, sender=WANG, to=(letter.reply_to,))
    assert house.case(number).status != "in_review"
    assert house.letters(WANG, "held_command")


def test_the_templates_say_it_in_every_language() -> None:
    """Staff read three languages."""
    for language in ("zh-Hans", "zh-Hant", "en"):
        assert Path(f"templates/{language}/staff/held_command.txt.j2").exists()
