"""Afternoons that showed a promise broken where two rows, or two rooms, met."""

from gateway.cases import commitments as promised
from tests.stories.afternoon import ADMIN, BANK, HE_LAN, HOSPITAL, LI, QIAN, SUN_JIE, WANG
from tests.stories.conftest import AfternoonOf
from tests.stories.test_afternoons import FAULT
from tests.stories.test_who_writes import solved


def test_an_installation_is_arranged_done_and_confirmed(afternoon_of: AfternoonOf) -> None:
    """P-05: from the request to the confirmed end, with every step told and no rhythm of hourly updates."""
    day = afternoon_of(BANK).customer_writes(
        "2026-11-23 09:00", "您好，\n新购的两台防火墙已到货，请安排工程师上门安装调试。"
    )
    assert day.case.kind == "installation"
    assert day.post(BANK) == ["11-23 09:00 receipt"]
    assert day.post(SUN_JIE) == ["11-23 09:00 visit_requested"]
    day.staff_writes(SUN_JIE, "09:30", "#指派 王强", answering="visit_requested")
    day.staff_writes(WANG, "09:50", "周敏您好，周三上午九点到，方便吗？", answering="assignment")
    assert day.state("visit") == promised.MET
    day.staff_writes(WANG, "2026-11-25 07:30", "#出发", answering="assignment")
    day.staff_writes(WANG, "09:00", "#到场", answering="assignment")
    day.staff_writes(WANG, "16:00", "#已解决 两台防火墙已上架并完成策略调优", answering="assignment")
    day.customer_writes("16:30", "没有问题，确认完成，谢谢！")
    assert day.case.status == "closed"
    assert day.post(BANK) == [
        "11-23 09:00 receipt",
        "11-23 09:30 status_update",
        "11-23 09:50 engineer_reply",
        "11-25 07:30 status_update",
        "11-25 09:00 status_update",
        "11-25 16:00 please_confirm",
        "11-25 16:30 closed",
    ]
    assert day.missed() == []


def test_an_installation_that_nobody_arranges_climbs_to_the_top(afternoon_of: AfternoonOf) -> None:
    """P-05 and P-50: rung by rung, though it is no fault."""
    day = afternoon_of(BANK).customer_writes(
        "2026-11-23 09:00", "您好，\n新购的防火墙已到货，请安排上门安装。"
    )
    day.goes_on_until("11-26 18:00")
    assert {each.split()[-1] for each in day.told("escalation")} == {
        "zhao.ming",
        "qian.hong",
        "feng.tao",
        "admin",
    }


def test_an_installation_that_nobody_confirms_is_asked_about_again(afternoon_of: AfternoonOf) -> None:
    """P-35: no case is closed silently, and none is forgotten."""
    day = afternoon_of(BANK).customer_writes(
        "2026-11-23 09:00", "您好，\n新购的防火墙已到货，请安排上门安装。"
    )
    day.staff_writes(SUN_JIE, "10:00", "#已解决 装好了", answering="visit_requested")
    day.goes_on_until("12-05 18:00")
    assert len(day.post(BANK, "confirm_reminder", "confirm_reminder_again")) == 2
    assert len(day.post(HE_LAN, "call_customer")) == 1


def test_a_complaint_about_an_installation_reaches_quality(afternoon_of: AfternoonOf) -> None:
    """P-60, whatever the case is."""
    day = afternoon_of(BANK).customer_writes(
        "2026-11-23 09:00", "您好，\n新购的防火墙已到货，请安排上门安装。"
    )
    day.customer_writes("11-24 09:00", "我要投诉，一天了没人联系我，服务太差！")
    assert day.post(ADMIN, "complaint") == ["11-24 09:00 complaint"]
    assert day.state("complaint_taken") == promised.RUNNING


def test_what_is_out_of_scope_is_not_promised_an_engineer(afternoon_of: AfternoonOf) -> None:
    """P-04: one letter, that a consultant gets in touch; no receipt that says the opposite."""
    day = afternoon_of().customer_writes(
        "2026-11-23 09:00", "您好，\n扫描报告列出了十二个漏洞，请协助修复漏洞。"
    )
    assert day.post(HOSPITAL) == ["11-23 09:00 out_of_scope"]


def test_a_mere_thank_you_after_the_end_opens_nothing(afternoon_of: AfternoonOf) -> None:
    """P-35: a closed case stays silent (L-100)."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    solved(day, "10:30").customer_writes("11:00", "已经恢复了，谢谢！")
    day.customer_writes("11:20", "辛苦了，谢谢！", answering="closed")
    assert len(day.numbers) == 1


def test_a_day_whose_report_was_agreed_needs_no_second_one(afternoon_of: AfternoonOf) -> None:
    """P-33: agreed at 16:40, sent back by the review at 17:05: the superior has done their part for today."""
    day = afternoon_of().customer_writes("2026-11-23 11:00", FAULT)
    day.staff_writes(LI, "11:10", "已接手。", answering="new_case")
    day.staff_writes(LI, "11:20", "#方案 更换证书", answering="assignment")
    day.staff_writes(QIAN, "16:40", "#同意", answering="interim_draft")
    day.staff_writes(LI, "17:00", "#已解决 已更换", answering="assignment")
    day.staff_writes(QIAN, "17:05", "#不通过 没有测试", answering="review_request")
    day.goes_on_until("18:00")
    assert day.missed() == []


def test_a_poor_score_reaches_quality_as_a_number(other_afternoon: AfternoonOf) -> None:
    """P-63: the worst answers are those whose score must not be lost."""
    day = other_afternoon(HOSPITAL, rounds=True).customer_writes("2026-11-23 09:00", FAULT)
    solved(day, "10:30").customer_writes("11:00", "已经恢复了，谢谢！")
    day.goes_on_until("2026-12-01 09:30")
    day.opened_by_the_calendar()
    day.customer_writes("10:00", "2\n没有人联系我们。", answering="follow_up")
    assert "评分：2" in day.last(ADMIN, "satisfaction").text


def test_a_dispatched_engineer_is_expected_by_the_promised_moment(afternoon_of: AfternoonOf) -> None:
    """P-11: the customer reads by when somebody is there."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "10:00", "#方案 远程排查", answering="new_case")
    day.staff_writes(QIAN, "17:10", "#同意", answering="interim_draft")
    day.staff_writes(LI, "2026-11-24 10:00", "#出发", answering="assignment")
    assert "工程师将在11月26日（周四）18:00 前到达现场。" in day.last(HOSPITAL, "status_update").text
