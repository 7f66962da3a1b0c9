"""One contact, their mailbox and their chat: one case, answered where they wrote last, and nothing on a guess."""

import re

import pytest

from gateway.chat_sandbox import Person
from tests.chat.scene import FIVE_LINES, ChatScene
from tests.house import FAULT, HE_LAN, WANG, ZHOU, mail

STILL = "堡垒机还是登录不上，我改用邮件联系。\n周敏"


async def begun_in_chat(scene: ChatScene) -> Person:
    """周敏 has reported a fault in her linked chat."""
    zhou = scene.person("周敏")
    await scene.link(zhou, "contact", ZHOU)
    await scene.says(zhou, *FIVE_LINES)
    return zhou


async def test_a_fresh_mail_of_the_same_symptoms_goes_on_with_the_case_of_the_chat(scene: ChatScene) -> None:
    """Issue 6, point 5: no mail of that case could have been answered; from now on there is one."""
    zhou = await begun_in_chat(scene)
    outcome = await scene.house.write(ZHOU, STILL, subject="堡垒机登录问题")
    assert (outcome.name, outcome.case_number) == ("added", scene.case().number)
    heard = scene.heard(zhou)
    await scene.house.answer(scene.house.letter(WANG, "new_case"), "请重启认证服务后再试。")
    assert "请重启认证服务后再试。" in scene.house.letter(ZHOU).text
    assert scene.heard(zhou) == heard, "nothing is said twice"


async def test_the_number_of_the_case_in_the_subject_is_as_good_as_its_symptoms(scene: ChatScene) -> None:
    """Somebody proved, on that case: then a number decides (ARCHITECTURE, Trust)."""
    await begun_in_chat(scene)
    outcome = await scene.house.write(
        ZHOU, "补充：重启过了。\n周敏", subject=f"工单 {scene.case().number} 补充"
    )
    assert (outcome.name, outcome.case_number) == ("added", scene.case().number)


@pytest.mark.parametrize(
    ("subject", "text"),
    [("防火墙报表", "防火墙的报表导不出来。\n周敏"), ("咨询", "请问贵公司的培训怎么报名？\n周敏")],
)
async def test_another_matter_is_a_case_of_its_own_that_names_the_other(
    scene: ChatScene, subject: str, text: str
) -> None:
    """Less than certain only suggests (RELIABILITY 2.1)."""
    await begun_in_chat(scene)
    first = scene.case().number
    outcome = await scene.house.write(ZHOU, text, subject=subject)
    assert outcome.name == "case_opened"
    assert scene.house.case(outcome.case_number).suggested_case == first


async def test_a_mail_that_does_not_prove_its_sender_is_not_put_on_the_case(scene: ChatScene) -> None:
    """G14: a From with her name, her symptoms and the number, from a stranger's server, moves nothing."""
    zhou = await begun_in_chat(scene)
    case = scene.case()
    forged = mail(ZHOU, STILL, subject=f"工单 {case.number}")
    await scene.house.keep(forged, sender=ZHOU, peer="203.0.113.9")
    (outcome,) = await scene.house.intake.turn()
    assert outcome.name == "case_opened"
    assert scene.house.case(case.number).reporter.address == scene.address(zhou)


async def test_two_open_cases_in_the_chat_leave_a_fresh_mail_to_the_desk(scene: ChatScene) -> None:
    """Nobody guesses which one."""
    zhou = await begun_in_chat(scene)
    await scene.says(zhou, "/new 另一台堡垒机也登录不上")
    outcome = await scene.house.write(ZHOU, STILL, subject="堡垒机登录问题")
    assert outcome.name == "case_opened"


async def test_who_began_by_mail_and_goes_on_in_the_chat_is_answered_there(scene: ChatScene) -> None:
    """The link of the first mail opens the chat; the case is the same one, and its next letters come there."""
    await scene.house.write(ZHOU, FAULT)
    found = re.search(r"start=([a-z2-7]{24})", scene.house.letter(ZHOU).text)
    assert found
    zhou = scene.person("周敏")
    await scene.says(zhou, f"/start {found[1]}")
    await scene.says(zhou, "现在所有人都登录不上了")
    mails = len(scene.house.letters(ZHOU))
    await scene.house.wait(hours=1)
    assert len(scene.house.letters(ZHOU)) == mails
    assert "现将故障情况和处理状态告知如下" in "".join(scene.heard(zhou))
    assert not scene.house.letters(HE_LAN, "notice_failed")


async def test_the_mail_that_a_blocked_chat_became_moves_the_conversation_there(scene: ChatScene) -> None:
    """Once she answers it, nobody tries the closed chat first any more."""
    zhou = await begun_in_chat(scene)
    zhou.block(scene.bot)
    await scene.house.answer(scene.house.letter(WANG, "new_case"), "请重启认证服务后再试。")
    await scene.house.answer(scene.house.letter(ZHOU), "重启过了，还是登录不上。")
    assert scene.case().reporter.address == ZHOU
