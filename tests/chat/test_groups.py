"""A group that becomes a supergroup: Telegram calls it otherwise, and it is the same chat with the same cases."""

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
