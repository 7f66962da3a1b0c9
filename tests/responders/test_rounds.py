"""What comes round by itself: inspections before their day (P-07), and asking how satisfied customers are (P-63)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import pytest

from gateway.cases.directory import Customer, Directory
from gateway.responders.rounds import Rounds
from tests.builders import at
from tests.house import CHEN, DUTY, FAULT, ZHOU, House, rounds_of

NATIONAL_DAY = date(2026, 10, 1)
"""A Thursday; work begins again on the 8th, and five working days before that is 23 September."""

OPENS = "2026-09-23 09:00"
LI = "li.wen@yunling.example"
"""The engineer of the hospital's region."""

LIU = "liujg@beihe-hospital.example"
HOSPITAL, BANK = "beihe-hospital", "qingshan-bank"

Watch = Callable[[Directory], Rounds]


@pytest.fixture
def watch(house: House) -> Watch:
    """The rounds of this house over another directory of customers; anew each time, as after a restart."""

    def rounds(directory: Directory) -> Rounds:
        return rounds_of(house.parts, house.store, directory=directory)

    return rounds


def customer(house: House, customer_id: str) -> Customer:
    """One of the shipped directory."""
    return house.parts.directory.customers[customer_id]


def inspected(house: House, every_months: int, first: date, **changes: object) -> Directory:
    """The hospital alone, whose contract asks for these inspections."""
    hospital = customer(house, HOSPITAL)
    contract = replace(
        hospital.contracts[0],
        inspection_every_months=every_months,
        inspection_first=first,
        **changes,  # type: ignore[arg-type] - fields of Contract, by name
    )
    return Directory([replace(hospital, contracts=(contract,))], house.parts.directory.staff.values())


async def look(house: House, rounds: Rounds, when: str) -> int:
    """One look at this moment, and what follows from it leaves; how many cases it opened."""
    house.clock.moment = at(when)
    opened = await rounds.turn(house.clock.now())
    await house.settle()
    return opened


class TestInspections:
    async def test_one_that_falls_on_a_holiday_is_held_on_the_next_working_day(
        self, house: House, watch: Watch
    ) -> None:
        """1 October is no day for a visit: opened five working days before the 8th, and due at its close (P-07)."""
        rounds = watch(inspected(house, 6, NATIONAL_DAY))
        assert await look(house, rounds, "2026-09-23 07:59") == 0
        assert await look(house, rounds, OPENS) == 1
        (number,) = house.numbers()
        case = house.case(number)
        assert (case.kind, case.customer_id) == ("inspection", HOSPITAL)
        assert case.subject.endswith("2026-10-08")
        visit = case.commitment("inspection_visit")
        assert visit is not None
        assert visit.due == at("2026-10-08 18:00")

    async def test_customer_and_engineer_are_told_when_and_reminded_before(
        self, house: House, watch: Watch
    ) -> None:
        """Both read the day on which it is held, not the holiday in the contract."""
        await look(house, watch(inspected(house, 6, NATIONAL_DAY)), OPENS)
        assert "10月8日" in house.letter(LIU, "inspection_planned").text
        assert house.letters(LI, "inspection_due")
        await house.wait(days=15)
        assert len(house.letters(LIU, "inspection_reminder")) == 1
        assert len(house.letters(LI, "inspection_prompt")) == 1

    async def test_each_is_opened_once_also_after_a_restart(self, house: House, watch: Watch) -> None:
        """Its key lies in the database, not in the process."""
        directory = inspected(house, 6, NATIONAL_DAY)
        rounds = watch(directory)
        assert await look(house, rounds, OPENS) == 1
        assert await look(house, rounds, "2026-09-23 10:00") == 0
        assert await look(house, watch(directory), "2026-09-24 09:00") == 0
        assert len(house.numbers()) == 1

    async def test_it_looks_once_an_hour(self, house: House, watch: Watch) -> None:
        """The loop turns every moment; a schedule of months does not need that."""
        rounds = watch(inspected(house, 6, NATIONAL_DAY))
        assert await look(house, rounds, "2026-09-23 08:30") == 0
        assert await look(house, rounds, "2026-09-23 09:29") == 0
        assert await look(house, rounds, "2026-09-23 09:30") == 1

    async def test_after_a_long_outage_the_coming_one_is_opened_and_not_those_gone_by(
        self, house: House, watch: Watch
    ) -> None:
        """Every month since January, and nobody looked till September: one visit, not nine."""
        rounds = watch(inspected(house, 1, date(2026, 3, 1)))
        assert await look(house, rounds, "2026-09-30 09:00") == 1
        assert [house.case(number).subject[-10:] for number in house.numbers()] == ["2026-10-08"]

    async def test_what_should_have_been_opened_while_we_were_away_is_opened_late(
        self, house: House, watch: Watch
    ) -> None:
        """As long as the day of the visit itself has not passed; after that there is nothing to announce."""
        directory = inspected(house, 6, NATIONAL_DAY)
        assert await look(house, watch(directory), "2026-10-09 00:01") == 0
        assert await look(house, watch(directory), "2026-10-07 11:00") == 1

    @pytest.mark.parametrize(
        "changes",
        [{"services": frozenset({"onsite-5x8"})}, {"ends": date(2026, 9, 30)}],
        ids=["the service was not bought", "the contract has ended"],
    )
    async def test_nothing_is_opened_that_no_contract_promises(
        self, house: House, watch: Watch, changes: dict[str, object]
    ) -> None:
        """Inspections are scheduled by contract (P-07)."""
        rounds = watch(inspected(house, 6, NATIONAL_DAY, **changes))
        assert await look(house, rounds, OPENS) == 0

    async def test_a_customer_without_an_address_is_inspected_all_the_same(
        self, house: House, watch: Watch
    ) -> None:
        """The engineer hears of it and can call; nobody outside is written to."""
        directory = inspected(house, 6, NATIONAL_DAY)
        silent = [replace(each, contacts=()) for each in directory.customers.values()]
        assert await look(house, watch(Directory(silent, directory.staff.values())), OPENS) == 1
        assert house.letters(LI, "inspection_due")
        assert not [letter for letter in house.letters() if not letter.to.endswith("@yunling.example")]


async def closed(house: House, when: str, sender: str = ZHOU, subject: str = "堡垒机无法登录") -> str:
    """A fault that is reported, solved and confirmed at this moment; its number."""
    house.clock.moment = at(when)
    outcome = await house.write(sender, f"{FAULT}\n{subject}", subject=subject)
    await house.solve()
    await house.answer(house.letter(sender, "please_confirm"), "已解决，谢谢")
    number = str(outcome.case_number)
    assert house.case(number).status == "closed"
    return number


def asked(house: House) -> Sequence[str]:
    """The periods that customers were asked about, the latest first."""
    cases = [house.case(number) for number in house.numbers()]
    return [case.subject for case in cases if case.kind == "follow_up"]


class TestFollowUps:
    async def test_after_a_month_its_customers_are_asked_once(self, house: House, watch: Watch) -> None:
        """P-63: one mail for three cases of November, on 1 December and not again on the 2nd."""
        numbers = [await closed(house, f"2026-11-2{day} 10:00", subject=f"第{day}次") for day in (3, 4, 5)]
        rounds = watch(house.parts.directory)
        assert await look(house, rounds, "2026-11-30 18:00") == 0
        assert await look(house, rounds, "2026-12-01 09:00") == 1
        assert await look(house, rounds, "2026-12-02 09:00") == 0
        (letter,) = house.letters(ZHOU, "follow_up")
        assert [number for number in numbers if number not in letter.text] == []

    async def test_after_a_quarter_they_are_asked_about_all_of_it_and_not_about_its_last_month_too(
        self, house: House, watch: Watch
    ) -> None:
        """One mail on the first working day of January: for October to December."""
        october = await closed(house, "2026-10-20 10:00", subject="十月")
        december = await closed(house, "2026-12-22 10:00", subject="十二月")
        assert await look(house, watch(house.parts.directory), "2027-01-04 09:00") == 1
        assert asked(house) == ["2026-Q4"]
        text = house.letter(ZHOU, "follow_up").text
        assert october in text
        assert december in text

    async def test_after_a_long_outage_one_question_comes_and_not_one_for_each_month(
        self, house: House, watch: Watch
    ) -> None:
        """Closed in October and November, nobody looked till 3 December: November is asked about."""
        await closed(house, "2026-10-20 10:00", subject="十月")
        await closed(house, "2026-11-20 10:00", subject="十一月")
        assert await look(house, watch(house.parts.directory), "2026-12-03 09:00") == 1
        assert asked(house) == ["2026-11"]

    async def test_nobody_is_asked_on_a_holiday_or_at_night_but_on_the_first_working_day(
        self, house: House, watch: Watch
    ) -> None:
        """The third quarter ends before National Day: the question comes on the 8th in the morning, once."""
        await closed(house, "2026-09-21 10:00")
        rounds = watch(house.parts.directory)
        assert await look(house, rounds, "2026-10-01 10:00") == 0
        assert await look(house, rounds, "2026-10-08 07:00") == 0
        assert await look(house, rounds, "2026-10-08 09:00") == 1
        assert await look(house, rounds, "2026-10-08 11:00") == 0
        assert asked(house) == ["2026-Q3"]

    async def test_weeks_after_the_end_of_a_period_nobody_is_asked_any_more(
        self, house: House, watch: Watch
    ) -> None:
        """A question about what is long forgotten is worse than none; a week late it is asked."""
        await closed(house, "2026-11-20 10:00")
        assert await look(house, watch(house.parts.directory), "2026-12-20 09:00") == 0
        assert await look(house, watch(house.parts.directory), "2026-12-07 09:00") == 1

    async def test_it_is_traced_to_the_engineer_and_the_answer_goes_to_quality(
        self, house: House, watch: Watch
    ) -> None:
        """P-63, P-64: who worked most of the cases; a score in words or a figure ends it."""
        await closed(house, "2026-11-20 10:00")
        await look(house, watch(house.parts.directory), "2026-12-01 09:00")
        (number,) = [number for number in house.numbers() if house.case(number).kind == "follow_up"]
        assert house.case(number).engineer == "wang.qiang"
        await house.answer(house.letter(ZHOU, "follow_up"), "5 分，非常满意")
        assert house.case(number).status == "closed"
        assert house.letters(DUTY, "satisfaction")

    async def test_the_question_itself_is_asked_about_by_nobody(self, house: House, watch: Watch) -> None:
        """A follow-up closed in December must not bring a follow-up in January."""
        await closed(house, "2026-11-20 10:00")
        await look(house, watch(house.parts.directory), "2026-12-01 09:00")
        await house.answer(house.letter(ZHOU, "follow_up"), "5 分")
        assert await look(house, watch(house.parts.directory), "2027-01-04 09:00") == 1
        about = house.case(house.numbers()[0]).about["cases"]
        assert isinstance(about, tuple)
        assert [each["subject"] for each in about] == ["堡垒机无法登录"]
        assert asked(house) == ["2026-Q4", "2026-11"]

    async def test_each_customer_is_asked_for_themselves(self, house: House, watch: Watch) -> None:
        """Two customers with a case each: two mails, and neither reads of the other."""
        banks = await closed(house, "2026-11-20 10:00")
        house.clock.moment = at("2026-11-20 11:00")
        outcome = await house.write(CHEN, "防火牆無法連線，約二十位同仁受影響。\n陳怡君")
        others = str(outcome.case_number)
        await house.solve()
        await house.answer(house.letter(CHEN, "please_confirm"), "已解決，謝謝")
        assert await look(house, watch(house.parts.directory), "2026-12-01 09:00") == 2
        assert others not in house.letter(ZHOU, "follow_up").text
        assert banks not in house.letter(CHEN, "follow_up").text


async def test_late_on_the_day_itself_it_is_still_opened(house: House, watch: Watch) -> None:
    """P-07: planned for the first day of a holiday week, it is held after it, eight days later."""
    rounds = watch(inspected(house, 6, NATIONAL_DAY))
    assert await look(house, rounds, "2026-10-08 08:00") == 1
