"""Managers in their chats: an escalation rests for as long as they say, help is one tap away, a flood is one digest."""

import pytest

from gateway.chat_sandbox import Person
from tests.chat.scene import FIVE_LINES, ChatScene
from tests.chat.test_colleagues import colleague, reported
from tests.house import SUN_JIE, WANG


async def escalated(scene: ChatScene) -> tuple[Person, Person]:
    """李娜's fault has been escalated to 赵明; 钱虹 is the next one."""
    zhao = await colleague(scene, "赵明", "zhao.ming")
    qian = await colleague(scene, "钱虹", "qian.hong")
    await reported(scene)
    await scene.house.wait(hours=5, minutes=10)
    assert escalations(scene, zhao) == 1
    return zhao, qian


def escalations(scene: ChatScene, manager: Person) -> int:
    """Cards of escalations that this manager was given."""
    return sum("有承诺未按时兑现" in text for text in scene.heard(manager))


async def test_the_card_tells_what_was_done_as_the_mail_does(scene: ChatScene) -> None:
    """Issue 6, point 7: promised what, to whom, how late, and what was done; all of it on one small screen."""
    zhao, _ = await escalated(scene)
    (card,) = [text for text in scene.heard(zhao) if "有承诺未按时兑现" in text]
    for part in ("（P-11）", "已超时", "责任方：维护工程师", "故障现象：登录不上", "今天 09:31 发出首次回复"):
        assert part in card, card


async def test_who_has_it_in_hand_says_for_how_long(scene: ChatScene) -> None:
    """P-50, issue 6, point 7: acknowledged at once; unanswered by then, it climbs on."""
    zhao, qian = await escalated(scene)
    await scene.presses(zhao, "知悉")
    assert "由您跟进" in scene.heard(zhao)[-1]
    await scene.presses(zhao, "2 小时后")
    await scene.house.wait(hours=1, minutes=50)
    assert escalations(scene, qian) == 0, "in an hour it would have climbed"
    await scene.house.wait(minutes=20)
    assert escalations(scene, qian) == 1


async def test_what_was_answered_meanwhile_climbs_no_more(scene: ChatScene) -> None:
    """The rest ends with whatever ends a climb: the customer has been answered."""
    zhao, qian = await escalated(scene)
    await scene.presses(zhao, "知悉")
    await scene.presses(zhao, "30 分钟后")
    await scene.house.answer(scene.house.letter(WANG, "new_case"), "请先重启认证服务。")
    await scene.house.wait(minutes=35)
    assert escalations(scene, qian) == 0


async def test_without_a_time_it_does_not_climb_again(scene: ChatScene) -> None:
    """One tap is an answer."""
    zhao, qian = await escalated(scene)
    await scene.presses(zhao, "知悉")
    await scene.house.wait(hours=2)
    assert escalations(scene, qian) == 0


@pytest.mark.parametrize("argument", ["1", "99999", "x", "-5"])
async def test_a_time_that_no_button_has_is_nobodys(scene: ChatScene, argument: str) -> None:
    """A forged length of time (T31): the button is dead, and the escalation stays in hand."""
    zhao, _ = await escalated(scene)
    await scene.presses(zhao, "知悉")
    offer = scene.messages(zhao)[-1]
    data = str(offer.markup).partition("ack.")[2][:24]
    before = scene.case()
    zhao.forge_press(offer, f"ack.{data}.{argument}")
    await scene.taken()
    assert scene.case() == before
    assert "失效" in scene.heard(zhao)[-1]


async def test_a_project_engineer_is_one_tap_away(scene: ChatScene) -> None:
    """P-44: the service manager and the project manager are asked for help; who asked cannot ask twice by it."""
    zhao, _ = await escalated(scene)
    await scene.presses(zhao, "呼叫实施工程师")
    assert "stuck" in scene.house.happened(scene.case().number)
    assert scene.case().number in scene.house.letter(SUN_JIE, "help_needed").text
    card = next(message for message in scene.messages(zhao) if "未按时兑现" in message.text)
    assert "呼叫实施工程师" not in str(card.markup)


@pytest.mark.parametrize(("customers", "cards", "digests"), [(3, 3, 0), (7, 0, 1)])
async def test_of_many_cases_at_once_a_manager_has_one_digest(
    scene: ChatScene, customers: int, cards: int, digests: int
) -> None:
    """A digest instead of a flood; one tap has all of them in hand."""
    zhao = await colleague(scene, "赵明", "zhao.ming")
    people = [scene.person(f"客户{number}") for number in range(customers)]
    for person in people:
        person.write(scene.chat(person), FIVE_LINES[0] + "，十几个人都受影响")
    await scene.quiet()
    await scene.house.wait(hours=5, minutes=10)
    told = [text for text in scene.heard(zhao) if "合并上报" in text]
    assert (escalations(scene, zhao), len(told)) == (cards, digests)
    if digests:
        assert all(number in told[0] for number in scene.house.numbers())
        await scene.presses(zhao, "知悉")
        assert all("acknowledged" in scene.house.happened(number) for number in scene.house.numbers())
