"""The ten-minute prompt in a chat: answered by a reply, or by one line where it can be about nothing else (P-32)."""

import pytest

from gateway.chat_sandbox import Person
from tests.chat.scene import FIVE_LINES, ChatScene
from tests.chat.test_colleagues import colleague, reported

PROMPT = "请用一句话说明"


async def prompted(scene: ChatScene) -> tuple[Person, Person]:
    """王强 has 李娜's fault, and has been asked for a line."""
    wang = await colleague(scene, "王强", "wang.qiang")
    li = await reported(scene)
    await scene.says(wang, f"/take {scene.case().number}")
    await scene.house.wait(minutes=21)
    assert PROMPT in scene.heard(wang)[-1]
    return wang, li


async def test_a_reply_to_the_prompt_is_the_next_update(scene: ChatScene) -> None:
    """Issue 6, point 6: the prompt ten minutes before an update is answered by one line."""
    wang, li = await prompted(scene)
    prompt = next(message for message in scene.messages(wang) if PROMPT in message.text)
    await scene.says(wang, "已更换硬盘，正在重建阵列", reply_to=prompt)
    assert "已更换硬盘，正在重建阵列" in scene.heard(li)[-1]


async def test_one_line_after_the_only_prompt_is_the_next_update(scene: ChatScene) -> None:
    """Nobody presses reply on a telephone; what became of the line is said."""
    wang, li = await prompted(scene)
    await scene.says(wang, "已更换硬盘，正在重建阵列")
    assert "已更换硬盘，正在重建阵列" in scene.heard(li)[-1]
    assert "已作为进展" in scene.heard(wang)[-1]


@pytest.mark.parametrize("line", ["好的", "哪个工单？", "#不知道", "第一行\n第二行", "很" * 201])
async def test_what_is_no_line_for_a_customer_answers_no_prompt(scene: ChatScene, line: str) -> None:
    """An "ok", a question, a command, a letter: none of it was meant as progress."""
    wang, li = await prompted(scene)
    before = scene.heard(li)
    await scene.says(wang, line)
    assert scene.heard(li) == before
    assert "/reply" in scene.heard(wang)[-1]


async def test_a_line_after_news_of_another_case_answers_no_prompt(scene: ChatScene) -> None:
    """It may be about the other customer's fault: words for one never reach another."""
    wang, li = await prompted(scene)
    other = scene.person("赵客户")
    await scene.says(other, FIVE_LINES[0])
    before = scene.heard(li), scene.heard(other)
    await scene.says(wang, "请先重启认证服务")
    assert (scene.heard(li), scene.heard(other)) == before
    assert "/reply" in scene.heard(wang)[-1]


async def test_a_line_after_the_update_has_left_answers_nothing(scene: ChatScene) -> None:
    """Too late is not early for the next one."""
    wang, li = await prompted(scene)
    await scene.house.wait(minutes=12)
    before = scene.heard(li)
    await scene.says(wang, "已更换硬盘")
    assert scene.heard(li) == before


async def test_reply_goes_to_the_customer_of_the_case_it_names(scene: ChatScene) -> None:
    """#回复 by mail and /reply by chat are one command; without words it is not followed."""
    wang = await colleague(scene, "王强", "wang.qiang")
    li = await reported(scene)
    await scene.says(wang, f"/reply {scene.case().number} 请先重启认证服务。")
    assert scene.heard(li)[-1] == "请先重启认证服务。"
    assert "engineer_replied" in scene.house.happened(scene.case().number)
