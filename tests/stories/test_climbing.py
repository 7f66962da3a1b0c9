"""Whole afternoons on which nobody acts: who is told, rung by rung, and who stands in for whom."""

from collections.abc import Callable

import pytest

from tests.builders import wall_clock
from tests.stories.afternoon import (
    BANK,
    FAULT,
    HOSPITAL,
    LI,
    QIAN,
    STANDSTILL,
    SUN_JIE,
    WANG,
    ZHAO,
    Afternoon,
)
from tests.stories.conftest import AfternoonOf


def test_a_silent_engineer_is_climbed_past_to_the_administrator(afternoon_of: AfternoonOf) -> None:
    """P-11 and P-50: every rung an hour apart, each told what is overdue; the administrator last, and nobody again."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(QIAN, "16:45", "#同意", answering="interim_draft")
    day.goes_on_until("17:59")
    assert day.told("escalation") == [
        "11-23 14:00 zhao.ming",
        "11-23 15:00 qian.hong",
        "11-23 16:00 feng.tao",
        "11-23 17:00 admin",
    ]
    told = day.last(ZHAO, "escalation").text
    assert "工程师响应（P-11）：应于今天 14:00 前完成" in told
    assert "北河市第一人民医院" in told
    assert day.case.priority == "urgent"


def test_a_manager_who_answers_stops_the_climb(afternoon_of: AfternoonOf) -> None:
    """P-50: a reply to the escalation is a decision, whatever its words; the customer sees none of them.

    It stops the climb for a set time (issue 6, point 7; two hours at level 2), not for good: nobody has answered them.
    """
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(ZHAO, "14:20", "我来协调，内部先别声张", answering="escalation")
    day.goes_on_until("16:19")
    assert day.told("escalation") == ["11-23 14:00 zhao.ming"]
    day.goes_on_until("16:21")
    assert day.told("escalation") == ["11-23 14:00 zhao.ming", "11-23 16:20 qian.hong"]
    assert "别声张" not in day.read_outside()


def test_a_manager_may_give_the_case_to_somebody_else(afternoon_of: AfternoonOf) -> None:
    """P-50 and P-42: "#指派" in the answer assigns, stops the climb, and the new engineer has the whole story."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(ZHAO, "14:20", "#指派 王强", answering="escalation")
    assert day.case.engineer == WANG
    assert "已升级上报" in day.last(WANG, "assignment").text
    day.goes_on_until("15:10")
    assert day.told("escalation") == ["11-23 14:00 zhao.ming"]


def test_a_rung_without_anybody_falls_through_to_the_next(other_afternoon: AfternoonOf) -> None:
    """P-50 with an empty role: the one above is told at once, and nobody is told twice."""
    nobody = {'roles = ["level_manager:1", "project_manager"]': 'roles = ["project_manager"]'}
    day = other_afternoon(HOSPITAL, staff=nobody).customer_writes("2026-11-23 09:00", FAULT)
    day.goes_on_until("16:05")
    assert day.told("escalation") == ["11-23 14:00 qian.hong", "11-23 15:00 feng.tao", "11-23 16:00 admin"]


def test_the_deputy_of_a_manager_on_leave_is_told_and_may_act(other_afternoon: AfternoonOf) -> None:
    """P-50: what is sent to an empty desk is sent to nobody; the deputy's answer is the manager's."""
    on_leave = {
        'roles = ["level_manager:1", "project_manager"]': 'roles = ["level_manager:1", "project_manager"]\n'
        'away = [{ first = 2026-11-20, last = 2026-11-27 }]\ndeputy = "sun.jie"'
    }
    day = other_afternoon(HOSPITAL, staff=on_leave).customer_writes("2026-11-23 09:00", FAULT)
    day.goes_on_until("14:00")
    assert day.told("escalation") == ["11-23 14:00 sun.jie"]
    day.staff_writes(SUN_JIE, "14:10", "#知悉", answering="escalation")
    day.goes_on_until("16:00")
    assert day.told("escalation") == ["11-23 14:00 sun.jie"]


def test_a_night_at_level_one_wakes_the_managers(afternoon_of: AfternoonOf) -> None:
    """P-10 and P-50: for a standstill nobody's duty hours count."""
    day = afternoon_of(BANK).customer_writes("2026-11-22 02:00", STANDSTILL)
    day.goes_on_until("04:35")
    assert day.told("escalation") == ["11-22 04:00 zhao.ming", "11-22 04:30 qian.hong"]
    assert day.post(SUN_JIE)[0] == "11-22 02:00 triage_request"


def test_nobody_is_climbed_past_in_their_sleep(afternoon_of: AfternoonOf) -> None:
    """P-50: two promises are missed in one night; the first manager reads of both and has an hour to act."""
    day = afternoon_of(BANK).customer_writes("2026-11-23 22:00", FAULT)
    day.goes_on_until("11-24 08:59")
    assert {"response P-11", "online_limit P-11"} <= set(day.missed())
    day.goes_on_until("11-24 10:30")
    assert day.told("escalation") == [
        "11-24 09:00 zhao.ming",
        "11-24 09:00 zhao.ming",
        "11-24 10:00 qian.hong",
    ]


def test_a_fault_that_turns_out_to_be_a_standstill_wakes_whom_it_had_let_sleep(
    afternoon_of: AfternoonOf,
) -> None:
    """P-25 at level 1: what waited for Monday leaves when the level rises, so that the gateway misses nothing."""
    day = afternoon_of(BANK).customer_writes("2026-11-21 17:10", FAULT)
    assert day.post(SUN_JIE) == []
    day.staff_writes(WANG, "19:00", "#级别 1", answering="new_case")
    day.goes_on_until("19:30")
    assert day.post(SUN_JIE, "triage_request") == ["11-21 19:00 triage_request"]
    assert "told_service_manager P-25" not in day.missed()
    day.goes_on_until("11-23 10:00")
    assert len(day.post(SUN_JIE, "triage_request")) == 1


def working(day: Afternoon) -> Afternoon:
    """The engineer has answered and has a plan; the day's report is agreed."""
    day.staff_writes(LI, "09:05", "已接手，正在检查。", answering="new_case")
    return day.staff_writes(LI, "09:10", "#方案 更换证书", answering="assignment")


def on_site(day: Afternoon) -> None:
    """Online it was not solved, and the superior agrees every day what the customer reads."""
    working(day)
    for date in ("23", "24", "25", "26"):
        day.staff_writes(QIAN, f"2026-11-{date} 17:00", "#同意", answering="interim_draft")


DEADLINES: dict[str, tuple[str, str, Callable[[Afternoon], object]]] = {
    "P-11 response": ("14:00", FAULT, lambda day: None),
    "P-44 help": (
        "10:05",
        FAULT,
        lambda day: day.staff_writes(LI, "09:05", "已接手，正在检查。", answering="new_case"),
    ),
    "P-33 day_report": ("17:30", FAULT, working),
    "P-11 online_limit": (
        "18:00",
        FAULT,
        lambda day: working(day).staff_writes(QIAN, "17:00", "#同意", answering="interim_draft"),
    ),
    "P-11 arrival": ("11-26 18:00", FAULT, on_site),
    "P-41 parts": (
        "11:20",
        FAULT,
        lambda day: working(day).staff_writes(LI, "09:20", "#备件 电源模块", answering="assignment"),
    ),
    "P-46 review": (
        "09:40",
        FAULT,
        lambda day: working(day).staff_writes(LI, "09:30", "#已解决 已更换", answering="assignment"),
    ),
    "P-60 complaint_taken": (
        "14:00",
        "我要投诉：你们的工程师态度很差，上周答应的回访一直没有人处理。",
        lambda day: day.staff_writes(LI, "09:05", "非常抱歉，马上核实。", answering="new_case"),
    ),
}


@pytest.mark.parametrize("missed", DEADLINES)
def test_whatever_is_missed_climbs_rung_by_rung_and_skips_none(
    afternoon_of: AfternoonOf, missed: str
) -> None:
    """P-50 for each deadline in turn: the first rung at the due moment, then one by one, each named once (G11)."""
    due, text, happens = DEADLINES[missed]
    promise, name = missed.split()
    day = afternoon_of().customer_writes("2026-11-23 09:00", text)
    happens(day)
    day.goes_on_until("11-27 12:00" if name == "arrival" else "11-24 12:00")
    assert f"{name} {promise}" in day.missed()
    climbs = [row for row in day.journal if (row["kind"], row["name"]) == ("notice", "escalation")]
    first = next(row for row in climbs if name in str(row["overdue"]))
    assert wall_clock(first["at"]).endswith(due)
    rungs = [row["rung"] for row in climbs]
    assert rungs[:4] == [1, 2, 3, 4][: len(rungs)]
    assert set(rungs[4:]) <= {4}
