"""Every button and command of colleagues that no story presses or types: each does what it says (issue 6)."""

import pytest

from tests.chat.scene import ChatScene
from tests.chat.test_colleagues import colleague, reported
from tests.chat.test_managers import escalated
from tests.chat.test_orders import taken


@pytest.mark.parametrize(
    ("command", "event"),
    [
        ("/parts 电源两个", "parts_requested"),
        ("/stuck 没有权限", "stuck"),
        ("/plan 今晚更换认证模块", "planned"),
        ("/waiting 请提供认证日志", "waiting_on_customer"),
        ("/arrived", "arrived"),
    ],
)
async def test_an_engineers_command_happens_to_the_case_they_hold(
    scene: ChatScene, command: str, event: str
) -> None:
    """Once, with its words."""
    wang, _ = await taken(scene)
    await scene.says(wang, command)
    assert scene.house.happened(scene.case().number).count(event) == 1
    words = command.partition(" ")[2]
    assert any(words in said["words"] for said in scene.house.said(scene.case().number))


async def test_a_manager_assigns_and_acknowledges_by_command(scene: ChatScene) -> None:
    """P-42, P-50: as #指派 and #知悉 by mail."""
    zhao, _ = await escalated(scene)
    number = scene.case().number
    await scene.says(zhao, f"/ack {number}")
    assert "acknowledged" in scene.house.happened(number)
    await scene.says(zhao, f"/assign {number} 李雯")
    assert scene.case().engineer == "li.wen"


async def test_a_manager_takes_a_case_over_with_one_tap(scene: ChatScene) -> None:
    """P-50: in hand, and theirs."""
    zhao, qian = await escalated(scene)
    before = len(scene.messages(qian))
    await scene.presses(zhao, "由我接手")
    assert scene.case().engineer == "zhao.ming"
    assert "acknowledged" in scene.house.happened(scene.case().number)
    await scene.house.wait(minutes=50)
    assert len(scene.messages(qian)) == before, "nobody further up hears of it"


async def test_the_superior_agrees_the_days_report_with_one_tap(scene: ChatScene) -> None:
    """P-33: the draft goes to the customer as it is."""
    qian = await colleague(scene, "钱虹", "qian.hong")
    _, li = await taken(scene)
    await scene.house.wait(hours=7, minutes=5)
    before = len(scene.heard(li))
    await scene.presses(qian, "同意发出")
    assert "interim_agreed" in scene.house.happened(scene.case().number)
    assert len(scene.heard(li)) == before + 1


async def test_spare_parts_are_issued_with_one_tap(scene: ChatScene) -> None:
    """P-41: asked of the warehouse, for which the service manager stands in; the engineer hears of it."""
    sun = await colleague(scene, "孙洁", "sun.jie")
    wang, _ = await taken(scene)
    await scene.says(wang, "/parts 电源两个")
    before = len(scene.heard(wang))
    await scene.presses(sun, "已出库")
    assert "parts_issued" in scene.house.happened(scene.case().number)
    assert len(scene.heard(wang)) == before + 1


async def test_an_album_is_one_message_with_its_photos(scene: ChatScene) -> None:
    """Telegram sends three updates with one media_group_id: one report, and each photo is kept."""
    li = await reported(scene)
    before = len(scene.house.said(scene.case().number))
    li.send_album(scene.chat(li), [b"picture %d" % place for place in range(3)], caption="三张截图")
    outcomes = await scene.quiet()
    assert [outcome.name for outcome in outcomes] == ["added"]
    (said,) = scene.house.said(scene.case().number)[before:]
    assert said["words"].startswith("三张截图")
    assert said["words"].count("[") == 3
