"""Who is on duty decides who is asked: "not mine", and whom a manager may assign (P-22, P-42)."""

from datetime import timedelta

from gateway.chat_sandbox import Person
from gateway.chat_sandbox.keyboards import buttons_of
from tests.chat.scene import FIVE_LINES, ChatScene
from tests.chat.test_colleagues import colleague, reported
from tests.house import MONDAY, SUN_JIE, WANG

ENGINEERS = {"王强": "wang.qiang", "李雯": "li.wen", "黄志豪": "huang.zhihao"}


async def test_who_says_not_mine_is_told_of_the_case_no_more(scene: ChatScene) -> None:
    """The others are; and one tap takes it after all."""
    wang = await colleague(scene, "王强", "wang.qiang")
    li = await reported(scene)
    await scene.presses(wang, "不归我处理")
    before = len(scene.messages(wang))
    await scene.says(li, "现在所有人都登录不上了")
    assert len(scene.messages(wang)) == before
    assert not scene.house.letters(SUN_JIE, "unclaimed"), "others are left"
    await scene.presses(wang, "接单")
    assert (scene.case().engineer, scene.case().declined) == ("wang.qiang", ())


async def test_when_everybody_on_duty_says_not_mine_the_service_manager_hears_it(scene: ChatScene) -> None:
    """P-42: once, with a button to give it to somebody."""
    sun = await colleague(scene, "孙洁", "sun.jie")
    people = [await colleague(scene, *each) for each in ENGINEERS.items()]
    await reported(scene)
    for number, person in enumerate(people):
        assert not any("无人接单" in text for text in scene.heard(sun)), number
        scene.house.clock.pass_(seconds=1)
        await presses_not_mine(scene, person)
    assert sum("无人接单" in text for text in scene.heard(sun)) == 1
    await scene.presses(sun, "指派工程师")
    await scene.presses(sun, "王强")
    assert scene.case().engineer == "wang.qiang"


async def presses_not_mine(scene: ChatScene, person: Person) -> None:
    """In whichever script they have it."""
    card = next(message for message in scene.messages(person) if FIVE_LINES[0] in message.text)
    person.press(card, str(buttons_of(card.markup)[2]["text"]))
    await scene.taken()


async def test_at_night_the_one_on_duty_is_everybody(scene: ChatScene) -> None:
    """Two engineers work 5×8: asleep, they are nobody who could take it now."""
    scene.house.clock.moment = MONDAY.replace(hour=23)
    wang = await colleague(scene, "王强", "wang.qiang")
    await reported(scene)
    await scene.presses(wang, "不归我处理")
    assert "left_to_nobody" in scene.house.happened(scene.case().number)


async def test_not_mine_is_a_command_by_mail_as_well(scene: ChatScene) -> None:
    """Commands are one table."""
    scene.house.clock.moment = MONDAY.replace(hour=23)
    await reported(scene)
    await scene.house.answer(scene.house.letter(WANG, "new_case"), "#不归我处理 这是外包客户")
    assert {"declined", "left_to_nobody"} <= set(scene.house.happened(scene.case().number))


async def test_who_is_off_duty_is_offered_last_and_marked(scene: ChatScene) -> None:
    """Issue 6, point 7: assign to a person on duty; by their hours, where they work."""
    zhao = await colleague(scene, "赵明", "zhao.ming")
    await reported(scene)
    await scene.house.wait(hours=6)
    scene.house.clock.moment = MONDAY.replace(hour=23) + timedelta(days=1)
    await scene.presses(zhao, "指派工程师")
    names = [str(button["text"]) for button in buttons_of(scene.messages(zhao)[-1].markup)]
    assert names == ["王强", "李雯（不在班）", "黃志豪（不在班）"]
