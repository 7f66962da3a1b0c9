"""Groups: how we are spoken to there, and a group that becomes a supergroup, which is the same chat."""

import pytest

from gateway.chat_sandbox import Group, Person
from tests.chat.scene import ChatScene
from tests.house import WANG


async def reported_in_a_group(scene: ChatScene) -> tuple[Person, Group]:
    """李娜 has reported a fault in her company's group."""
    li = scene.person("李娜")
    group = scene.api.add_group("青山银行 · 运维", li)
    group.add(scene.bot, li, administrator=True)
    li.write(group.chat, "@support_bot 堡垒机登录不上，十几个人受影响")
    await scene.quiet()
    return li, group


def from_us(scene: ChatScene, group: Group) -> list[str]:
    """What we have written there."""
    return [each.text for each in group.chat.transcript() if each.sender.id == scene.bot.id]


async def test_what_is_said_under_the_new_number_is_said_in_the_same_chat(scene: ChatScene) -> None:
    """T31: its open case is meant, as before; nothing is opened anew."""
    li, group = await reported_in_a_group(scene)
    upgraded = group.upgrade(li)
    await scene.quiet()
    li.write(upgraded.chat, "@support_bot 现在连管理页面也打不开了")
    outcomes = await scene.quiet()
    assert [(each.name, each.case_number) for each in outcomes] == [("added", scene.case().number)]
    assert len(scene.house.numbers()) == 1
    li.write(upgraded.chat, "/status@support_bot")
    await scene.quiet()
    assert scene.case().number in from_us(scene, upgraded)[-1]


async def test_messages_are_counted_anew_and_none_is_taken_for_an_older_one(scene: ChatScene) -> None:
    """A reply to the first message of the new chat is no reply to the first of the old one."""
    li, group = await reported_in_a_group(scene)
    await scene.house.answer(scene.house.letter(WANG, "new_case"), "请先重启认证服务。")
    upgraded = group.upgrade(li)
    await scene.quiet()
    await scene.house.answer(scene.house.letter(WANG, "new_case"), "好了吗？")
    ours = upgraded.chat.transcript()[-1]
    assert ours.text == "好了吗？"
    li.write(upgraded.chat, "重启过了，还是不行", reply_to=ours)
    outcomes = await scene.quiet()
    assert [(each.name, each.case_number) for each in outcomes] == [("added", scene.case().number)]


async def test_after_a_restart_the_new_number_is_known(scene: ChatScene) -> None:
    """It is stored: nobody waits for Telegram to refuse the old one first."""
    li, group = await reported_in_a_group(scene)
    upgraded = group.upgrade(li)
    await scene.quiet()
    scene.house.parts.chats.load_moves(())
    await scene.side.load()
    li.write(upgraded.chat, "@support_bot 现在连管理页面也打不开了")
    outcomes = await scene.quiet()
    assert [each.name for each in outcomes] == ["added"]


async def test_a_button_of_the_old_group_works_in_the_new_one(scene: ChatScene) -> None:
    """The letter was made for this chat, whatever it is called (P-35)."""
    li, group = await reported_in_a_group(scene)
    upgraded = group.upgrade(li)
    await scene.quiet()
    await scene.house.solve()
    asking = upgraded.chat.transcript()[-1]
    li.press(asking, "已解决")
    await scene.taken()
    assert scene.case().status == "closed"


@pytest.mark.parametrize(
    ("language", "hello", "how"),
    [
        ("zh-hans", "大家好", "请直接回复我的消息"),
        ("zh-hant", "大家好", "請直接回覆我的訊息"),
        ("en", "Hello everybody", "reply to my message"),
    ],
)
async def test_a_group_is_told_once_how_we_are_spoken_to(
    scene: ChatScene, language: str, hello: str, how: str
) -> None:
    """L-103: in one message, when we are added; a promotion is no new greeting, and /start asks for it again."""
    li = scene.person("李娜", language=language)
    group = scene.api.add_group("青山银行 · 运维", li)
    group.add(scene.bot, li)
    await scene.quiet()
    (greeting,) = from_us(scene, group)
    assert greeting.startswith(hello)
    assert how in greeting
    assert "/new@support_bot" in greeting
    group.add(scene.bot, li, administrator=True)
    await scene.quiet()
    assert from_us(scene, group) == [greeting]
    li.write(group.chat, "/start@support_bot")
    await scene.quiet()
    assert from_us(scene, group) == [greeting, greeting]


@pytest.mark.parametrize("opening", ["/new@support_bot 堡垒机登录不上", "/new@support_bot"])
async def test_what_follows_a_new_belongs_to_it(scene: ChatScene, opening: str) -> None:
    """Issue 6, 2: five short lines are one report, whether its first words stand behind the command or below it."""
    li, mei = scene.person("李娜"), scene.person("梅")
    group = scene.api.add_group("青山银行 · 运维", li, mei)
    group.add(scene.bot, li, administrator=True)
    li.write(group.chat, opening)
    for line in ("从早上九点开始的", "提示认证超时", "十几个人都受影响"):
        li.write(group.chat, line)
    mei.write(group.chat, "中午吃什么")
    outcomes = await scene.quiet()
    assert sorted(outcome.name for outcome in outcomes if outcome.case_number) == ["case_opened"]
    (said,) = scene.house.said(scene.case().number)
    words = str(said["words"]).split("\n")
    assert words[-3:] == ["从早上九点开始的", "提示认证超时", "十几个人都受影响"]
    assert words[:-3] == ([opening.partition(" ")[2]] if " " in opening else [])


async def test_after_a_bare_new_the_next_words_are_the_report(scene: ChatScene) -> None:
    """Whoever was asked to describe it has not to name us again."""
    li = scene.person("李娜")
    group = scene.api.add_group("青山银行 · 运维", li)
    group.add(scene.bot, li, administrator=True)
    li.write(group.chat, "/new@support_bot")
    await scene.taken()
    assert "请描述新的问题" in from_us(scene, group)[-1]
    li.write(group.chat, "堡垒机登录不上")
    assert [outcome.name for outcome in await scene.quiet()] == ["case_opened"]


async def test_a_new_of_another_bot_is_not_ours(scene: ChatScene) -> None:
    """Nor is what follows it."""
    li = scene.person("李娜")
    group = scene.api.add_group("青山银行 · 运维", li)
    group.add(scene.bot, li, administrator=True)
    li.write(group.chat, "/new@another_bot 开会")
    li.write(group.chat, "下午三点")
    outcomes = await scene.quiet()
    assert {outcome.name for outcome in outcomes} == {"filed"}


async def test_a_reply_to_any_message_of_a_case_is_said_to_us(scene: ChatScene) -> None:
    """Issue 6, 4: also to the customer's own message; a reply to any other is said among themselves."""
    li, group = await reported_in_a_group(scene)
    mei = scene.person("梅")
    group.chat.people[mei.user.id] = mei.user
    reporting = next(each for each in group.chat.transcript() if "十几个人受影响" in each.text)
    mei.write(group.chat, "我们机房也连不上", reply_to=reporting)
    (outcome,) = await scene.quiet()
    assert (outcome.name, outcome.case_number) == ("added", scene.case().number)
    lunch = li.write(group.chat, "中午吃什么")
    mei.write(group.chat, "面条", reply_to=lunch)
    assert {outcome.name for outcome in await scene.quiet()} == {"filed"}
