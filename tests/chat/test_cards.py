"""Cards: what a colleague was told in a chat stays true there, edited in place, never lost and never twice."""

from datetime import timedelta
from http import HTTPStatus

import pytest

from gateway.chat_ports import Card
from gateway.chat_sandbox import Fault, Message, Person
from gateway.chat_sandbox.keyboards import buttons_of
from gateway.errors import StorageUnavailable
from gateway.storage.cards import DatabaseCardWork
from tests.chat.scene import FIVE_LINES, ChatScene
from tests.chat.test_colleagues import colleague, reported
from tests.house import MONDAY, WANG


WORK = ["写进展", "答复客户", "处理完毕", "请求支援", "出发去现场", "内部备注"]
"""What whoever has a case is offered."""


async def card_of(scene: ChatScene) -> tuple[Person, Message]:
    """王强, and the card of a case that 李娜 has just reported."""
    wang = await colleague(scene, "王强", "wang.qiang")
    await reported(scene)
    (card,) = [message for message in scene.messages(wang) if FIVE_LINES[0] in message.text]
    return wang, card


def now(card: Message) -> Message:
    """The message as it stands in its chat."""
    return card.chat.messages[card.id]


def headline(card: Message) -> str:
    """Its first line."""
    return now(card).text.split("\n")[0]


def buttons(card: Message) -> list[str]:
    """Those that are under it."""
    return [str(button["text"]) for button in buttons_of(now(card).markup)]


async def test_a_card_says_where_its_case_stands_and_goes_on_saying_it(scene: ChatScene) -> None:
    """The same message, edited: taken, raised to another level, finished, closed (issue 6, point 8)."""
    wang, card = await card_of(scene)
    qian = await colleague(scene, "钱虹", "qian.hong")
    number = scene.case().number
    assert headline(card) == f"{number}　待分派　二级（主要功能受影响）"
    assert buttons(card) == ["接单", "稍后处理", "不归我处理"]
    await scene.presses(wang, "接单")
    assert headline(card) == f"{number}　处理中（王强）　二级（主要功能受影响）"
    assert buttons(card) == WORK, "nobody can take it any more; who has it works on from here"
    assert FIVE_LINES[0] in now(card).text, "what was said stays"
    await scene.says(wang, "/level 3")
    assert headline(card) == f"{number}　处理中（王强）　三级（局部受影响）"
    await scene.says(wang, "/resolved 更换了认证模块")
    (review,) = [message for message in scene.messages(qian) if "请您审核" in message.text]
    assert buttons(review) == ["审核通过", "不通过"]
    await scene.presses(qian, "审核通过")
    assert headline(review) == headline(card) == f"{number}　待客户确认（王强）　三级（局部受影响）"
    assert buttons(review) == []


async def test_a_used_button_goes_and_the_others_stay(scene: ChatScene) -> None:
    """A manager who has the escalation in hand may still give the case to somebody."""
    zhao = await colleague(scene, "赵明", "zhao.ming")
    await reported(scene)
    await scene.house.wait(hours=6)
    await scene.presses(zhao, "知悉")
    (card,) = [message for message in scene.messages(zhao) if "未按时兑现" in message.text]
    assert "知悉" not in buttons(card)
    assert "指派工程师" in buttons(card)


async def test_a_card_that_is_true_is_left_alone(scene: ChatScene) -> None:
    """A step that changes nothing of what it shows costs no call."""
    wang, card = await card_of(scene)
    await scene.says(wang, "/note 看过日志了", reply_to=card)
    assert now(card).edited is None


async def test_what_stands_there_already_is_as_good_as_an_edit(
    scene: ChatScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the edit and its mark, it is done again: "message is not modified" is success."""
    wang, card = await card_of(scene)

    mark = DatabaseCardWork.card_shown

    def die(work: DatabaseCardWork, shown: Card, face: bytes) -> None:
        if FIVE_LINES[0].encode() in face:
            raise StorageUnavailable("killed")
        mark(work, shown, face)

    with monkeypatch.context() as killed:
        killed.setattr(DatabaseCardWork, "card_shown", die)
        with pytest.raises(StorageUnavailable):
            await scene.presses(wang, "接单")
    assert "处理中（王强）" in headline(card)
    before = len(scene.messages(wang))
    await scene.settle()
    assert await scene.house.store.run(lambda work: work.next_card()) is None
    assert len(scene.messages(wang)) == before


async def test_a_card_that_was_deleted_is_sent_anew_and_can_be_answered(scene: ChatScene) -> None:
    """Too old to be edited, or gone: the colleague has a card all the same, once."""
    wang, card = await card_of(scene)
    del card.chat.messages[card.id]
    await scene.says(wang, f"/take {scene.case().number}")
    anew = [message for message in scene.messages(wang) if FIVE_LINES[0] in message.text]
    assert len(anew) == 1
    assert "处理中（王强）" in headline(anew[0])
    await scene.says(wang, "/level 3", reply_to=anew[0])
    assert "三级" in headline(anew[0])


async def test_of_a_case_that_is_over_nobody_is_sent_a_card_anew(scene: ChatScene) -> None:
    """There is nothing left to do with it."""
    wang, card = await card_of(scene)
    await scene.presses(wang, "接单")
    await scene.says(wang, "/resolved 更换了认证模块")
    await scene.house.pass_review()
    del card.chat.messages[card.id]
    before = len(scene.messages(wang))
    li = next(person for person in scene.api.world.people.values() if person.name == "李娜")
    await scene.presses(Person(scene.api.world, li), "已解决")
    assert scene.case().status == "closed"
    assert FIVE_LINES[0] not in "".join(message.text for message in scene.messages(wang)[before:])


@pytest.mark.parametrize(
    "trouble",
    [
        Fault.HTML_PAGE,
        Fault.internal(),
        Fault.DROPPED,
        Fault.DROPPED_AFTER_ACCEPTING,
        Fault.flood(retry_after=1),
    ],
    ids=str,
)
async def test_an_edit_that_telegram_does_not_take_is_made_later(scene: ChatScene, trouble: Fault) -> None:
    """Never lost: what the step marked waits, whatever happens on the way (F19, F26)."""
    wang, card = await card_of(scene)
    scene.api.world.faults.next("editMessageText", trouble)
    await scene.presses(wang, "接单")
    scene.house.clock.pass_(minutes=2)
    await scene.settle()
    assert "处理中（王强）" in headline(card)


async def test_a_chat_that_is_closed_to_us_is_not_knocked_at_for_ever(scene: ChatScene) -> None:
    """403 is an end: the letters of the case go by mail anyway (F26)."""
    wang, _ = await card_of(scene)
    refusal = Fault.refused(HTTPStatus.FORBIDDEN, "Forbidden: bot was blocked by the user")
    scene.api.world.faults.next("editMessageText", refusal)
    await scene.presses(wang, "接单")
    assert await scene.house.store.run(lambda work: work.next_card()) is None


async def test_a_card_that_waited_for_somebodys_hours_is_true_when_it_comes(scene: ChatScene) -> None:
    """Composed in the evening, read in the morning: taken by then."""
    scene.house.clock.moment = MONDAY.replace(hour=19)
    sun = await colleague(scene, "孙洁", "sun.jie")
    await reported(scene)
    await scene.house.answer(scene.house.letter(WANG, "new_case"), "#接单")
    assert not [message for message in scene.messages(sun) if FIVE_LINES[0] in message.text]
    await scene.house.wait(hours=15)
    await scene.settle()
    (card,) = [message for message in scene.messages(sun) if FIVE_LINES[0] in message.text]
    assert "处理中（王强）" in headline(card)


async def test_a_long_card_is_true_in_its_first_and_in_its_last_message(scene: ChatScene) -> None:
    """Its headline stands above the first piece, its buttons under the last; the pieces are cut where they were."""
    wang = await colleague(scene, "王强", "wang.qiang")
    li = scene.person("李娜")
    words = [f"堡垒机登录不上，第 {line} 行日志：{'timeout ' * 40}" for line in range(20)]
    await scene.says(li, *words)
    cards = scene.messages(wang)[1:]
    assert len(cards) > 1
    texts = [card.text for card in cards]
    await scene.presses(wang, "接单")
    assert "处理中（王强）" in headline(cards[0])
    assert buttons(cards[-1]) == WORK
    assert [now(card).text for card in cards[1:]] == texts[1:]
    assert now(cards[0]).text.split("\n")[1:] == texts[0].split("\n")[1:]


async def test_an_old_card_is_found_again_days_later(scene: ChatScene) -> None:
    """Bots may edit what they wrote as long as it stands (Bot API, "Updating messages")."""
    wang, card = await card_of(scene)
    await scene.presses(wang, "接单")
    scene.house.clock.moment += timedelta(days=4)
    await scene.says(wang, "/level 3", reply_to=card)
    assert "三级" in headline(card)
