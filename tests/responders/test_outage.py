"""After an outage: one digest to each manager, whatever piled up for them, and one answer to it for all (G10, F29)."""

from tests.house import CHEN, QIAN, SUN_JIE, SUPPORT, WANG, House, Letter

ZHAO = "zhao.ming@yunling.example"
"""The first rung of the chain; 钱虹 is the second."""

FAULT = "防火牆無法連線，約二十位同仁受影響。\n陳怡君\n海燕物流股份有限公司"


async def unanswered(house: House, *subjects: str) -> list[str]:
    """Cases of level 2 on which no engineer says a word; their numbers."""
    outcomes = [await house.write(CHEN, f"{FAULT}\n{subject}", subject=subject) for subject in subjects]
    return [str(outcome.case_number) for outcome in outcomes]


async def away(house: House, **span: float) -> None:
    """The gateway stands still for so long, and then works off what is due."""
    house.clock.pass_(**span)
    await house.settle()


def told(house: House) -> list[tuple[str, str]]:
    """Which managers of the chain got which of the two mails that tell of what is late."""
    return [
        (letter.to, notice)
        for notice in ("digest", "escalation")
        for letter in house.letters(notice=notice)
        if letter.to != SUN_JIE
    ]


async def test_a_manager_gets_one_mail_that_names_every_case(house: House) -> None:
    """Three cases are late after two days: one mail, and none for each of them."""
    numbers = await unanswered(house, "一", "二", "三")
    await away(house, days=2)
    assert told(house) == [(ZHAO, "digest")]
    text = house.letter(ZHAO, "digest").text
    assert [number for number in numbers if number not in text] == []


async def test_the_service_manager_gets_one_as_well(house: House) -> None:
    """Each of the three needs help and an engineer on site: six things to be told, in one mail."""
    numbers = await unanswered(house, "一", "二", "三")
    for number in numbers:
        notice = next(each for each in house.letters(notice="new_case") if number in each.subject)
        await house.answer(notice, "#接单")
    await away(house, days=3)
    later = [*house.letters(SUN_JIE, "dispatch_needed"), *house.letters(SUN_JIE, "help_needed")]
    assert later == []
    (digest,) = house.letters(SUN_JIE, "digest")
    assert [number for number in numbers if number not in digest.text] == []


async def test_each_manager_gets_one_with_the_cases_of_their_own_rung(house: House) -> None:
    """Two had climbed before the outage: they go to the second rung, the two new ones to the first."""
    climbed = await unanswered(house, "一", "二")
    await house.wait(hours=5, minutes=5)
    assert told(house) == [(ZHAO, "escalation")] * 2
    new = await unanswered(house, "三", "四")
    await away(house, days=2)
    assert sorted(told(house)) == [(QIAN, "digest"), (ZHAO, "digest"), *[(ZHAO, "escalation")] * 2]
    for manager, theirs, others in ((QIAN, climbed, new), (ZHAO, new, climbed)):
        text = house.letter(manager, "digest").text
        assert all(number in text for number in theirs)
        assert not any(number in text for number in others)


async def test_one_late_case_alone_is_told_as_ever(house: House) -> None:
    """A digest of one says less than the escalation itself: what was promised, to whom, how late."""
    await unanswered(house, "一")
    await away(house, days=2)
    assert told(house) == [(ZHAO, "escalation")]


async def test_a_pause_of_a_few_minutes_is_no_outage(house: House) -> None:
    """Within the owner's digest_after_minutes every case is told at once and by itself."""
    await unanswered(house, "一", "二")
    await house.wait(hours=4, minutes=59)
    await away(house, minutes=10)
    assert told(house) == [(ZHAO, "escalation")] * 2


async def test_the_digest_comes_once_however_often_the_clock_is_looked_at(house: House) -> None:
    """And the next outage has a digest of its own."""
    await unanswered(house, "一", "二")
    await away(house, days=2)
    await house.settle()
    await away(house, minutes=5)
    assert told(house) == [(ZHAO, "digest")]
    await away(house, days=1)
    assert told(house) == [(ZHAO, "digest"), (QIAN, "digest")]


async def test_one_answer_takes_every_case_in_hand(house: House) -> None:
    """Acknowledged as one: on every case the climb rests for `[escalation] rest`, and then goes on; P-50."""
    numbers = await unanswered(house, "一", "二", "三")
    await away(house, days=2)
    await house.answer(house.letter(ZHAO, "digest"), "#知悉")
    for number in numbers:
        assert house.happened(number).count("acknowledged") == 1
    await house.wait(hours=1, minutes=55)
    assert told(house) == [(ZHAO, "digest")], "in an hour it would have climbed"
    await house.wait(minutes=10)
    assert told(house) == [(ZHAO, "digest"), *[(QIAN, "escalation")] * 3]


async def test_words_alone_are_an_answer_too(house: House) -> None:
    """What the digest says of a reply is what it does; the words stay in the house."""
    numbers = await unanswered(house, "一", "二")
    await away(house, days=2)
    await house.answer(house.letter(ZHAO, "digest"), "我让王强今天上午处理。")
    assert all("acknowledged" in house.happened(number) for number in numbers)
    assert not [letter for letter in house.letters(CHEN) if "王强今天上午" in letter.text]


async def test_unanswered_it_climbs_case_by_case_as_any_escalation(house: House) -> None:
    """The digest is no answer: an hour later the second rung hears of both."""
    await unanswered(house, "一", "二")
    await away(house, days=2)
    await house.wait(hours=1, minutes=5)
    assert told(house) == [(ZHAO, "digest"), *[(QIAN, "escalation")] * 2]


async def test_somebody_elses_answer_takes_nothing_in_hand(house: House) -> None:
    """The digest's reply address is worth nothing to others (RELIABILITY T1)."""
    numbers = await unanswered(house, "一", "二")
    await away(house, days=2)
    digest: Letter = house.letter(ZHAO, "digest")
    await house.answer(digest, "#知悉", sender="stranger@evil.example")
    await house.write(ZHAO, "#知悉", to=SUPPORT, subject=f"Re: {digest.subject}")
    assert not any("acknowledged" in house.happened(number) for number in numbers)


async def test_a_digest_is_acknowledged_as_one_although_its_first_case_is_closed_by_then(
    house: House,
) -> None:
    """The digest is about all of its cases, whichever was named first (G10)."""
    numbers = await unanswered(house, "一", "二")
    await away(house, days=2)
    digest = house.letter(ZHAO, "digest")
    first = min(numbers, key=lambda number: digest.text.index(number))
    notice = next(letter for letter in house.letters(WANG, "new_case") if first in letter.subject)
    await house.answer(notice, "#已解决 好了")
    await house.answer(house.letter(QIAN, "review_request"), "#通过")
    await house.answer(house.letter(CHEN, "please_confirm"), "已解決，謝謝")
    await house.answer(digest, "#知悉")
    (other,) = [number for number in numbers if number != first]
    assert "acknowledged" in house.happened(other)
