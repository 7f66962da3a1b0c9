"""Engineers and managers in their chats: cards, buttons, commands; and what each may do."""

from gateway.chat_sandbox import Person
from tests.chat.scene import FIVE_LINES, ChatScene
from tests.house import HE_LAN


async def colleague(scene: ChatScene, name: str, staff_id: str) -> Person:
    """A colleague whose chat is linked."""
    person = scene.person(name)
    person.start(scene.bot)
    await scene.quiet()
    await scene.link(person, "staff", staff_id)
    return person


async def reported(scene: ChatScene) -> Person:
    """李娜 has reported a fault."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    return li


async def test_a_new_case_is_a_card_and_one_tap_takes_it(scene: ChatScene) -> None:
    """P-22, P-27; the card comes instead of the mail, not beside it."""
    wang = await colleague(scene, "王强", "wang.qiang")
    await reported(scene)
    card = scene.messages(wang)[-1]
    assert scene.case().number in card.text
    assert FIVE_LINES[0] in card.text
    assert not scene.house.letters("wang.qiang@yunling.example")
    await scene.presses(wang, "接单")
    assert scene.case().engineer == "wang.qiang"


async def test_an_answer_to_the_card_goes_to_the_customer_and_a_note_never(scene: ChatScene) -> None:
    """What a reply means is a property of the letter (LESSONS 54, 106)."""
    wang = await colleague(scene, "王强", "wang.qiang")
    li = await reported(scene)
    card = scene.messages(wang)[-1]
    await scene.says(wang, "请先重启认证服务。", reply_to=card)
    assert scene.heard(li)[-1] == "请先重启认证服务。"
    await scene.says(wang, "/note 客户情绪激动", reply_to=card)
    assert "客户情绪激动" not in "".join(scene.heard(li))
    assert "note_taken" in scene.house.happened(scene.case().number)


async def test_an_engineer_works_a_case_by_commands(scene: ChatScene) -> None:
    """/mine, /progress, /onsite, /resolved about the only case they hold."""
    wang = await colleague(scene, "王强", "wang.qiang")
    await reported(scene)
    await scene.presses(wang, "接单")
    await scene.says(wang, "/mine")
    assert scene.case().number in scene.heard(wang)[-1]
    await scene.says(wang, "/progress 正在更换备件")
    await scene.says(wang, "/onsite")
    await scene.says(wang, f"/resolved {scene.case().number} 更换了认证模块")
    assert (scene.case().status, scene.case().solution) == ("in_review", "更换了认证模块")
    assert {"progress", "dispatched", "resolved"} <= set(scene.house.happened(scene.case().number))


async def test_a_case_is_shown_to_a_colleague(scene: ChatScene) -> None:
    """/case says what a card says."""
    wang = await colleague(scene, "王强", "wang.qiang")
    await reported(scene)
    await scene.says(wang, f"/case {scene.case().number.lower()}")
    assert "产品：堡垒机" in scene.heard(wang)[-1]
    await scene.says(wang, "/case C000000-000000")
    assert "工单号" in scene.heard(wang)[-1]


async def test_words_that_answer_nothing_reach_no_customer(scene: ChatScene) -> None:
    """A colleague who forgets to press reply is told so."""
    wang = await colleague(scene, "王强", "wang.qiang")
    li = await reported(scene)
    before = scene.heard(li)
    await scene.says(wang, "请先重启认证服务。")
    assert scene.heard(li) == before
    assert "/mine" in scene.heard(wang)[-1]


async def test_the_review_is_one_tap_and_a_refusal_asks_why(scene: ChatScene) -> None:
    """P-46; the engineer reads the reason, the customer never."""
    wang = await colleague(scene, "王强", "wang.qiang")
    qian = await colleague(scene, "钱虹", "qian.hong")
    li = await reported(scene)
    await scene.presses(wang, "接单")
    await scene.says(wang, "/resolved 重启了服务")
    await scene.presses(qian, "不通过")
    assert scene.case().status == "in_review", "only with its reason"
    await scene.says(qian, "没有找到根因")
    assert scene.case().status == "in_progress"
    assert "没有找到根因" in scene.heard(wang)[-1]
    await scene.says(wang, "/resolved 更换了认证模块")
    await scene.presses(qian, "审核通过")
    assert scene.case().status == "awaiting_confirmation"
    assert "没有找到根因" not in "".join(scene.heard(li))
    await scene.presses(li, "已解决")
    assert scene.case().status == "closed"


async def test_an_escalation_is_a_card_that_stops_the_climb_and_assigns(scene: ChatScene) -> None:
    """P-50: acknowledged, and given to somebody, by two taps."""
    zhao = await colleague(scene, "赵明", "zhao.ming")
    await reported(scene)
    await scene.house.wait(hours=6)
    assert any("升级上报" in text or "未按时兑现" in text for text in scene.heard(zhao))
    await scene.presses(zhao, "指派工程师")
    assert "指派给谁" in scene.heard(zhao)[-1]
    await scene.presses(zhao, "王强")
    assert scene.case().engineer == "wang.qiang"
    await scene.presses(zhao, "知悉")
    assert "acknowledged" in scene.house.happened(scene.case().number)


async def test_what_a_colleague_may_not_do_by_mail_they_may_not_do_by_chat(scene: ChatScene) -> None:
    """The owner's table of commands counts here as there."""
    he = await colleague(scene, "何兰", "he.lan")
    await reported(scene)
    await scene.says(he, f"/resolved {scene.case().number} 好了")
    assert scene.case().status == "open"
    assert "不能执行" in scene.heard(he)[-1]
    assert not scene.house.letters(HE_LAN, "reply_not_sent")


async def test_a_case_that_somebody_else_has_is_not_worked_by_the_way(scene: ChatScene) -> None:
    """Take it first, for all to see."""
    wang = await colleague(scene, "王强", "wang.qiang")
    huang = await colleague(scene, "黄志豪", "huang.zhihao")
    await reported(scene)
    await scene.presses(wang, "接单")
    await scene.says(huang, f"/resolved {scene.case().number} 好了")
    assert scene.case().status == "in_progress"
    await scene.says(huang, f"/take {scene.case().number}")
    assert scene.case().engineer == "huang.zhihao"


async def test_an_edit_of_what_went_to_the_customer_is_answered_once(scene: ChatScene) -> None:
    """Issue 6, 6: the customer has the first wording, and the engineer must know; a note's edit is no matter."""
    wang = await colleague(scene, "王强", "wang.qiang")
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    card = scene.messages(wang)[-1]
    reply = wang.write(scene.chat(wang), "请重启认证服务。", reply_to=card)
    await scene.quiet()
    heard = len(scene.heard(wang))
    wang.edit(reply, "请先不要重启认证服务。")
    await scene.quiet()
    wang.edit(reply, "请千万不要重启认证服务。")
    await scene.quiet()
    (answer,) = scene.heard(wang)[heard:]
    assert answer.startswith(f"工单 {scene.case().number}：发给客户的是修改前的内容")
    assert scene.heard(li)[-1] == "请重启认证服务。"
    note = wang.write(scene.chat(wang), "/note 可能是证书", reply_to=card)
    await scene.quiet()
    heard = len(scene.heard(wang))
    wang.edit(note, "/note 是证书")
    await scene.quiet()
    assert len(scene.heard(wang)) == heard
