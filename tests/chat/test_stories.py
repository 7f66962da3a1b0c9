"""Issue 6, shown: one afternoon from five short lines to a closed case, in each language and wherever it is told."""

import pytest

from tests.chat.customers import WORDS, ByMailHalfWay, InAGroup, InAGroupAsMember, InPrivate
from tests.chat.scene import ChatScene
from tests.chat.test_colleagues import colleague


@pytest.mark.parametrize("place", [InPrivate, InAGroup, InAGroupAsMember, ByMailHalfWay])
@pytest.mark.parametrize("language", list(WORDS))
async def test_a_fault_is_one_case_from_its_first_words_to_its_close(
    scene: ChatScene, language: str, place: type[InPrivate]
) -> None:
    """P-20 to P-48 by chat: nobody opens a mail but who chose to, and everything is told once."""
    words = WORDS[language]
    acknowledgement, second_reply, hourly = words.take_note_of
    asks_company, asks_contact = words.asked
    engineer = await colleague(scene, *words.engineer)
    first_manager = await colleague(scene, "赵明", "zhao.ming")
    second_manager = await colleague(scene, "钱虹", "qian.hong")
    customer = place(scene, words)

    # Five short lines: one case, one acknowledgement, and two questions, one after the other.
    await customer.reports(*words.report)
    (number,) = scene.house.numbers()
    (acknowledged,) = customer.heard()
    assert acknowledged.startswith(acknowledgement)
    assert number in acknowledged
    assert acknowledged.endswith(asks_company)
    await customer.answers(words.company)
    assert customer.heard()[-1].endswith(asks_contact)
    await customer.answers(words.contact)
    case = scene.case()
    assert (case.company, case.contact, case.missing) == (words.company, words.contact, ())
    assert (case.subject, case.reporter.language) == (words.report[0], language)

    # The timed replies, where the customer is (P-31, P-32).
    await scene.house.wait(minutes=30)
    assert customer.heard()[-1].startswith(second_reply)
    await scene.house.wait(hours=1)
    assert customer.heard()[-1].startswith(hourly)
    await customer.goes_on()
    told = len(customer.heard())
    await scene.house.wait(hours=2)  # noon is no working time
    assert len(customer.heard()) == told + 1
    assert hourly in customer.heard()[-1]

    # Nobody answers the customer: it climbs until a manager gives it to somebody, with two taps (P-50).
    await scene.house.wait(hours=3)
    for manager in (first_manager, second_manager):
        assert any(number in card.text and card.markup for card in scene.messages(manager))
    await scene.presses(second_manager, "指派工程师")
    await scene.presses(second_manager, words.engineer[0])
    assert scene.case().engineer == words.engineer[1]

    # The engineer answers from the chat, and ends the work there; the manager passes it with one tap.
    await scene.says(engineer, words.advice, reply_to=scene.messages(engineer)[-1])
    assert words.advice in customer.heard()[-1]
    await scene.says(engineer, f"/resolved {words.cure}")
    assert scene.case().status == "in_review"
    await scene.presses(second_manager, "审核通过")
    assert words.cure in customer.heard()[-1]

    # The customer confirms, and it is over: one case, nothing left undelivered.
    await customer.confirms()
    assert scene.case().status == "closed"
    assert scene.house.numbers() == [number]
    assert len(customer.heard()) == len(set(customer.heard())), "nothing was said twice"
    assert not scene.house.letters(notice="notice_failed")
