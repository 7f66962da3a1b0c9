"""Work by button: what a command lacks is asked for, its case by button and its words in a line (issue 6, point 6)."""

import pytest

from gateway.chat_sandbox import Person
from gateway.chat_sandbox.keyboards import buttons_of
from tests.chat.scene import ChatScene
from tests.chat.test_colleagues import colleague, reported


async def taken(scene: ChatScene) -> tuple[Person, Person]:
    """王强 has taken 李娜's fault from its card."""
    wang = await colleague(scene, "王强", "wang.qiang")
    li = await reported(scene)
    await scene.presses(wang, "接单")
    return wang, li


async def two_cases(scene: ChatScene) -> tuple[Person, str, str]:
    """王强 has two cases, the older one first."""
    wang, li = await taken(scene)
    await scene.says(li, "/new 防火墙的报表导不出来")
    newer, older = scene.house.numbers()
    await scene.says(wang, f"/take {newer}")
    return wang, older, newer


def labels(scene: ChatScene, person: Person) -> list[str]:
    """Under our latest message to them."""
    return [str(button["text"]) for button in buttons_of(scene.messages(person)[-1].markup)]


def label_of(scene: ChatScene, person: Person, number: str) -> str:
    """Of the button for this case."""
    return next(label for label in labels(scene, person) if label.startswith(number))


@pytest.mark.parametrize(
    ("button", "line", "event"),
    [
        ("写进展", "备件已在路上", "progress"),
        ("答复客户", "请先重启认证服务", "engineer_replied"),
        ("处理完毕", "更换了认证模块", "resolved"),
        ("内部备注", "客户情绪激动", "note_taken"),
    ],
)
async def test_a_button_of_the_card_asks_for_the_line_it_needs(
    scene: ChatScene, button: str, line: str, event: str
) -> None:
    """The next line is the command's words; the one after it is nobody's."""
    wang, li = await taken(scene)
    await scene.presses(wang, button)
    number = scene.case().number
    assert scene.house.happened(number).count(event) == 0, "not without words"
    await scene.says(wang, line)
    assert scene.house.happened(number).count(event) == 1
    await scene.says(wang, "还有一句")
    assert "没有发给任何人" in scene.heard(wang)[-1]
    assert all("还有一句" not in text for text in scene.heard(li))


@pytest.mark.parametrize(("button", "event"), [("请求支援", "stuck"), ("出发去现场", "dispatched")])
async def test_a_button_that_needs_no_words_is_one_tap(scene: ChatScene, button: str, event: str) -> None:
    """Whoever is stuck may say why later."""
    wang, _ = await taken(scene)
    await scene.presses(wang, button)
    assert event in scene.house.happened(scene.case().number)


async def test_the_line_is_waited_for_as_long_as_a_choice(scene: ChatScene) -> None:
    """What is written an hour later was not meant for the customer."""
    wang, li = await taken(scene)
    await scene.presses(wang, "答复客户")
    scene.house.clock.pass_(minutes=11)
    await scene.says(wang, "中午去哪儿吃？")
    assert all("中午" not in text for text in scene.heard(li))


async def test_my_cases_have_a_button_each_that_shows_the_case_and_its_work(scene: ChatScene) -> None:
    """/mine, tap, tap, one line: no number was typed."""
    wang, older, newer = await two_cases(scene)
    await scene.says(wang, "/mine")
    assert {label.split()[0] for label in labels(scene, wang)} == {older, newer}
    await scene.presses(wang, label_of(scene, wang, older))
    assert "产品：堡垒机" in scene.heard(wang)[-1]
    await scene.presses(wang, "处理完毕")
    await scene.says(wang, "更换了认证模块")
    assert scene.house.case(older).solution == "更换了认证模块"
    assert scene.house.case(newer).solution is None


async def test_of_several_cases_the_one_is_chosen_and_the_words_are_kept(scene: ChatScene) -> None:
    """/progress x with two cases: the button files x, once."""
    wang, older, newer = await two_cases(scene)
    await scene.says(wang, "/progress 正在更换备件")
    assert "哪个工单" in scene.heard(wang)[-1]
    offer = scene.messages(wang)[-1]
    (used,) = [button for button in buttons_of(offer.markup) if str(button["text"]).startswith(older)]
    wang.press(offer, str(used["text"]))
    await scene.taken()
    assert "progress" in scene.house.happened(older)
    assert "progress" not in scene.house.happened(newer)
    wang.forge_press(offer, str(used["callback_data"]))
    await scene.taken()
    assert scene.house.happened(older).count("progress") == 1
    assert "失效" in scene.heard(wang)[-1]


async def test_a_button_that_stands_for_a_command_is_nobody_elses(scene: ChatScene) -> None:
    """It is judged as if it had been typed: by a stranger, and by a colleague who has no part in the case (T31)."""
    _, _ = await taken(scene)
    thief, huang = scene.person("小偷"), await colleague(scene, "黄志豪", "huang.zhihao")
    thief.start(scene.bot)
    await scene.quiet()
    before = scene.case()
    for name in ("resolved", "onsite", "stuck", "case", "ack"):
        for person in (thief, huang) if name != "case" else (thief,):
            person.forge_press(scene.messages(person)[-1], f"{name}.{before.number}")
            await scene.taken()
    await scene.says(huang, "好了")
    assert scene.case() == before
    assert "堡垒机" not in "".join(scene.heard(thief))
