"""Who may tell the gateway what: every command of the shipped config.toml, by every role that may and one that may not.

A command that cannot be followed changes nothing and is answered once (SERVICE "Roles", issue 3 "Roles by reply").
"""

from dataclasses import replace
from functools import cache

import pytest

from gateway.cases import events
from gateway.cases.case import Case
from gateway.cases.directory import Directory
from gateway.cases.events import Event
from gateway.parsers import commands
from gateway.parts import load_directory
from gateway.staff_turn import Answered, Refusal, read
from tests.builders import a_case, policy, shipped_config
from tests.house import DUTY, FAULT, HE_LAN, SUN_JIE, WANG, ZHOU, House

COMMANDS = shipped_config().commands
ROLES = sorted({role for roles in COMMANDS.values() for role in roles} | {"quality", "security_consulting"})
"""Everybody who may give some command; and two who mostly read."""

SPOKEN: dict[str, tuple[str, str, type[Event]]] = {
    "take": ("#接单", "#take", events.Assigned),
    "progress": ("#进展 已更换硬盘", "#progress disk replaced", events.ProgressGiven),
    "reply": ("#回复 请先重启", "#reply please restart it", events.EngineerReplied),
    "plan": ("#方案 今晚更换", "#plan replace it tonight", events.Planned),
    "waiting": ("#等待客户 请提供日志", "#waiting please send the log", events.WaitingOnCustomer),
    "dispatched": ("#出发", "#dispatched", events.Dispatched),
    "arrived": ("#到场", "#arrived", events.Arrived),
    "parts": ("#备件 电源两个", "#parts two power supplies", events.PartsRequested),
    "issued": ("#已出库", "#issued", events.PartsIssued),
    "resolved": ("#已解决 重启服务", "#resolved restarted it", events.Resolved),
    "passed": ("#通过", "#passed", events.ReviewPassed),
    "failed": ("#退回 没有测试记录", "#failed no test record", events.ReviewFailed),
    "agree": ("#同意 明天继续更换", "#agree we go on tomorrow", events.InterimAgreed),
    "triaged": ("#已研判", "#triaged", events.Triaged),
    "foreign": (
        "#外籍 Daniel Weber d.weber@qingshan-bank.example",
        "#foreign Daniel Weber d.weber@qingshan-bank.example en",
        events.ForeignManagerJoined,
    ),
    "complaint": ("#投诉 客户不满意", "#complaint they are not content", events.Complained),
    "stuck": ("#卡住 没有权限", "#stuck no access", events.Stuck),
    "level": ("#级别 1", "#level 1", events.LevelChanged),
    "assign": ("#指派 王强", "#assign wang.qiang", events.Assigned),
    "ack": ("#知悉", "#ack", events.Acknowledged),
    "interval": ("#间隔 30分钟", "#interval 30 min", events.IntervalAsked),
    "confirmed": ("#客户已确认", "#confirmed", events.Confirmed),
    "company": ("#公司 北河市第一人民医院", "#company Northwind Semiconductor", events.Corrected),
    "contact": ("#联系人 刘建国", "#contact Emma Clarke", events.Corrected),
    "phone": ("#电话 139 0002 0002", "#phone +86 512 5550 0404", events.Corrected),
    "merge": ("#并入 C261123-048215", "#merge C261123-048215", events.MergedInto),
    "alias": ("#别名 青山银行总行", "#alias Qingshan Bank", events.AliasTaught),
}
"""How a colleague writes it in Chinese and in English, and what happens to the case then."""


OF_A_CUSTOMER = replace(a_case(), customer_id="qingshan-bank")
ALLOWED = [(command, role) for command, roles in COMMANDS.items() for role in roles]
FORBIDDEN = [(command, role) for command, roles in COMMANDS.items() for role in ROLES if role not in roles]


@cache
def directory() -> Directory:
    """The shipped one."""
    return load_directory(shipped_config())


def said(text: str, role: str, case: Case | None = None) -> tuple[list[Event], list[Refusal]]:
    """What these words of somebody in this role make happen, and what is refused."""
    somebody = replace(directory().staff["admin"], id="somebody", roles=frozenset({role}))
    answered = Answered(somebody, role, "note")
    levels = tuple(policy().levels)
    turn = read(text, "zh-Hans", answered, case or OF_A_CUSTOMER, directory(), COMMANDS, levels)
    return list(turn.events), list(turn.refusals)


def test_every_command_is_tried_here() -> None:
    """A new row of [commands] needs its words and its event in this table."""
    assert set(SPOKEN) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_understood_in_both_languages(command: str) -> None:
    """Issue 3: commands in Chinese and English."""
    chinese, english, _ = SPOKEN[command]
    for text in (chinese, english):
        assert [found.name for found in commands.read(text).commands] == [command]


@pytest.mark.parametrize(("command", "role"), ALLOWED)
def test_whoever_may_give_it_moves_the_case(command: str, role: str) -> None:
    """The event of the command, signed by whoever gave it, and nothing is refused."""
    chinese, english, kind = SPOKEN[command]
    for text in (chinese, english):
        happened, refused = said(text, role)
        assert refused == []
        (event,) = [each for each in happened if isinstance(each, kind)]
        assert event.by == "somebody"


def test_nobody_else_moves_it() -> None:
    """Whatever the role: nothing happens, and the refusal repeats the line that was not followed."""
    for command, role in FORBIDDEN:
        text = SPOKEN[command][1]
        happened, refused = said(text, role)
        assert happened == [], f"{role} may not {command}"
        assert [each.why for each in refused] == ["not_allowed"], f"{role} may not {command}"
        assert refused[0].words.startswith(f"#{command}")


def test_every_command_is_refused_on_a_closed_case() -> None:
    """A late reply must not wake it (G11); a note may always be taken."""
    closed = replace(a_case(), status="closed")
    for command, role in ALLOWED:
        happened, refused = said(SPOKEN[command][0], role, closed)
        assert (happened, [each.why for each in refused]) == ([], ["case_closed"]), f"{role}: {command}"
    happened, refused = said("#内部 客户又来电", "quality", closed)
    assert ([type(each) for each in happened], refused) == ([events.NoteTaken], [])


async def test_what_cannot_be_followed_is_answered_once_and_changes_nothing(house: House) -> None:
    """By mail, every command once, from somebody who may not give it: one answer each, and no event on the case."""
    outcome = await house.write(ZHOU, FAULT)
    before = house.happened(outcome.case_number)
    readers = {
        "engineer": house.letter(WANG, "new_case"),
        "desk": house.letter(HE_LAN, "new_case"),
        "service_manager": house.letter(SUN_JIE, "triage_request"),
        "quality": house.letter(DUTY, "case_for_quality"),
    }
    for command, roles in COMMANDS.items():
        role = next(role for role in readers if role not in roles)
        answers = len(house.letters(readers[role].to, "reply_not_sent"))
        await house.answer(readers[role], SPOKEN[command][1])
        told = house.letters(readers[role].to, "reply_not_sent")[answers:]
        assert len(told) == 1, f"{role}: {command}"
        assert f"#{command}" in told[0].text
    assert house.happened(outcome.case_number) == before


async def test_an_unknown_command_is_answered_with_what_this_reader_may_say(house: House) -> None:
    """Each reads of their own commands: the desk may assign, the engineer may not."""
    await house.write(ZHOU, FAULT)
    await house.answer(house.letter(HE_LAN, "new_case"), "#frobnicate")
    await house.answer(house.letter(WANG, "new_case"), "#frobnicate")
    desk, engineer = (house.letter(to, "reply_not_sent").text for to in (HE_LAN, WANG))
    assert "#指派" in desk
    assert "#指派" not in engineer
    assert "#已解决" in engineer
    assert "#已解决" not in desk


def test_a_party_of_the_customers_is_no_role() -> None:
    """No row of [commands] may ever name somebody outside the house."""
    outside = {"customer", "foreign_manager"}
    assert not outside.intersection(role for roles in COMMANDS.values() for role in roles)


async def test_a_command_that_a_role_may_not_give_is_answered_with_those_it_may(house: House) -> None:
    """Issue 3 "Roles by reply" -> tests/test_commands_by_role.py."""
    await house.write(ZHOU, FAULT)
    await house.answer(house.letter(HE_LAN, "new_case"), "#已解决 好了")
    assert "#指派" in house.letter(HE_LAN, "reply_not_sent").text
