"""Two reports of one matter become one case, when a colleague says so, and nobody's words are lost by it."""

from dataclasses import replace

from gateway.cases.case import Case
from gateway.intake import merging
from tests.builders import a_case
from tests.house import CHEN, FAULT, WANG, ZHOU, House, Letter

AGAIN = "认证服务又报错了，现在连管理员也登录不上。"


async def twice(house: House) -> tuple[str, str, Letter]:
    """One customer's two cases, and what the engineer was told of the second."""
    first = (await house.write(ZHOU, FAULT)).case_number
    second = (await house.write(ZHOU, AGAIN, subject="另一封信")).case_number
    assert first
    assert second
    assert first != second
    return first, second, house.letter(WANG, "new_case")


async def test_the_engineer_merges_what_the_customer_reported_twice(house: House) -> None:
    """The question that the new-case letter puts ("perhaps case …") has an answer: one line."""
    first, second, letter = await twice(house)
    assert f"#并入 {first}" in letter.text
    await house.answer(letter, f"#并入 {first}")
    merged, goes_on = house.case(second), house.case(first)
    assert (merged.status, merged.merged_into) == ("closed", first)
    assert not [each for each in merged.commitments if each.is_owed]
    assert goes_on.status != "closed"
    assert AGAIN[:10] in "".join(goes_on.symptoms) or first in house.letter(WANG, "absorbed").subject
    assert second in house.letter(WANG, "absorbed").text
    told = house.letter(ZHOU, "merged")
    assert first in told.text
    assert second in told.text


async def test_who_answers_a_letter_of_the_merged_case_is_heard_on_the_one_that_goes_on(house: House) -> None:
    """L-44: the chain is followed; the customer does not have to know which letter to answer."""
    first, second, letter = await twice(house)
    acknowledged = house.letter(ZHOU)
    assert second in acknowledged.subject
    await house.answer(letter, f"#并入 {first}")
    outcome = await house.answer(acknowledged, "设备在二楼机房。")
    assert outcome.case_number == first
    assert "customer_wrote" in house.happened(first)
    assert "customer_wrote" not in house.happened(second)


async def test_the_case_that_goes_on_is_as_urgent_as_the_one_that_ended(house: House) -> None:
    """A standstill that is reported as an afterthought keeps its limits."""
    first = (await house.write(ZHOU, "请问堡垒机的日志在哪里导出？")).case_number
    second = (await house.write(ZHOU, "全行业务中断，所有网点都无法登录！", subject="紧急")).case_number
    assert first
    assert house.case(second).level < house.case(first).level
    level = house.case(second).level
    await house.answer(house.letter(WANG, "new_case"), f"#并入 {first}")
    assert house.case(first).level == level


async def test_cases_of_different_customers_are_never_merged(house: House) -> None:
    """What is said on a case is read by its reporter: the other customer's words are not theirs to read."""
    other = (await house.write(CHEN, "防火牆無法連線，約二十位同仁受影響。\n陳怡君")).case_number
    mine = (await house.write(ZHOU, FAULT)).case_number
    await house.answer(house.letter(WANG, "new_case"), f"#并入 {other}")
    assert house.case(mine).merged_into is None
    assert "absorbed" not in house.happened(other)
    assert "不能并入" in house.letter(WANG, "reply_not_sent").text


async def test_a_case_is_not_merged_into_itself_nor_into_one_that_is_closed_or_unknown(house: House) -> None:
    """Nothing would go on there."""
    first, second, letter = await twice(house)
    await house.answer(letter, f"#并入 {second}")
    await house.answer(letter, "#并入 C261123-048215")
    assert house.case(second).status != "closed"
    await house.answer(letter, f"#并入 {first}")
    earlier = next(each for each in house.letters(WANG, "new_case") if first in each.subject)
    await house.answer(earlier, f"#并入 {second}")
    assert house.case(first).merged_into is None
    assert len(house.letters(WANG, "reply_not_sent")) == 3


def test_a_circle_of_merged_cases_ends() -> None:
    """L-44: it cannot come about, and were it there all the same, the mail would still find a case."""
    circle = {"A": "B", "B": "C", "C": "A"}

    class Cases:
        """A store of nothing but these."""

        def case(self, number: str) -> Case | None:
            """The case of that number."""
            return replace(a_case(), number=number, merged_into=circle[number])

    found = merging.goes_on(Cases(), "A")  # pyright: ignore[reportArgumentType] - all of a store that it asks for
    assert found is not None
    assert found.number == "A"
