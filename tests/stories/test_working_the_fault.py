"""Whole afternoons of those who work a fault: triage, plan, help, parts, the visit, the day's report, the review."""

import pytest

from gateway.cases import commitments as promised
from tests.stories.afternoon import (
    BANK,
    CHIPS,
    ENGLISH_FAULT,
    FAULT,
    HE_LAN,
    HOSPITAL,
    LI,
    QIAN,
    SMALL_FAULT,
    STANDSTILL,
    SUN_JIE,
    WANG,
    ZHAO,
    Afternoon,
)
from tests.stories.conftest import AfternoonOf

HELPER = {'roles = ["level_manager:3"]': 'roles = ["level_manager:3", "implementation_engineer"]'}
"""冯涛 can be lent as an implementation engineer."""
WAREHOUSE = {'roles = ["desk"]': 'roles = ["desk", "warehouse"]'}
"""何岚 issues spare parts as well."""


def test_the_service_manager_judges_the_report_and_assigns_it(afternoon_of: AfternoonOf) -> None:
    """P-25, P-40, P-42: level and engineer are set in one reply; P-22: by default those of the region were asked."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", SMALL_FAULT)
    assert "防火墙的报表页面偶尔打不开" in day.last(SUN_JIE, "triage_request").text
    assert {day.post(WANG)[0], day.post(LI)[0]} == {"11-23 09:00 new_case"}
    day.staff_writes(SUN_JIE, "09:06", "#级别 2\n#指派 李雯", answering="triage_request")
    assert (day.case.level, day.case.engineer) == (2, LI)
    assert day.post(LI, "assignment") == ["11-23 09:06 assignment"]
    assert day.post(WANG, "assignment") == []
    assert day.due("plan_or_help") == "11-23 09:36"
    assert "李雯" in day.last(HOSPITAL, "status_update").text


def test_an_engineer_who_is_stuck_gets_implementation_engineers(other_afternoon: AfternoonOf) -> None:
    """P-43, P-44: "#求助" reaches both managers, the project manager lends, the customer hears that help has come."""
    day = other_afternoon(HOSPITAL, staff=HELPER).customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:05", "#接单", answering="new_case")
    day.staff_writes(LI, "09:20", "#求助 认证服务起不来，需要实施同事看部署", answering="assignment")
    assert day.told("help_needed") == ["11-23 09:20 sun.jie", "11-23 09:20 zhao.ming"]
    assert "需要实施同事看部署" in day.last(ZHAO, "help_needed").text
    assert day.due("help") == "11-23 09:50"
    day.staff_writes(ZHAO, "09:40", "#指派 冯涛", answering="help_needed")
    assert day.state("help") == promised.MET
    assert (day.case.engineer, day.case.helpers) == (LI, ("feng.tao",))
    assert day.post("feng.tao") == ["11-23 09:40 help_assigned"]
    assert "已增派实施工程师协助" in day.last(HOSPITAL, "status_update").text
    assert "实施同事看部署" not in day.read_outside()
    day.staff_writes(
        "feng.tao", "10:10", "已找到原因：部署时漏了一个组件，正在补装。", answering="help_assigned"
    )
    assert day.post(HOSPITAL)[-1] == "11-23 10:10 engineer_reply"


@pytest.mark.parametrize(
    ("level", "help_within"),
    [(1, "11-23 09:35"), (2, "11-23 09:50"), (3, "11-23 10:20"), (4, "11-23 14:20")],
    ids=lambda value: f"level {value}" if isinstance(value, int) else value[6:],
)
def test_help_comes_sooner_the_worse_the_fault_is(
    afternoon_of: AfternoonOf, level: int, help_within: str
) -> None:
    """P-44: implementation engineers are lent in the order of fault levels."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    if level != day.case.level:
        day.staff_writes(SUN_JIE, "09:02", f"#级别 {level}", answering="triage_request")
    day.staff_writes(LI, "09:05", "#接单", answering="new_case")
    day.staff_writes(LI, "09:20", "#求助", answering="assignment")
    assert day.due("help") == help_within


def test_no_plan_after_half_an_hour_calls_for_help_without_being_asked(afternoon_of: AfternoonOf) -> None:
    """P-43 missed without "#stuck": the engineer was asked five minutes before, then help is called and P-44 runs.

    A reply to the customer is no plan.
    """
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:05", "您好，已接手，正在检查。", answering="new_case")
    day.goes_on_until("09:35")
    assert day.post(LI, "plan_prompt") == ["11-23 09:30 plan_prompt"]
    assert day.missed() == ["plan_or_help P-43"]
    assert day.told("help_needed") == ["11-23 09:35 sun.jie", "11-23 09:35 zhao.ming"]
    assert "既未解决问题，也未给出方案" in day.last(SUN_JIE, "help_needed").text
    assert day.told("escalation") == []
    day.goes_on_until("10:05")
    assert day.told("escalation") == ["11-23 10:05 zhao.ming"]
    assert "P-44" in day.last(ZHAO, "escalation").text


def test_a_plan_that_comes_late_spares_the_help_its_escalation(afternoon_of: AfternoonOf) -> None:
    """P-43 is missed, but nobody climbs for P-44 once the engineer knows what to do; the customer reads the plan."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:05", "#接单", answering="new_case")
    day.staff_writes(LI, "09:50", "#方案 更换证书后重启认证服务", answering="plan_prompt")
    assert "更换证书后重启认证服务" in day.last(HOSPITAL, "status_update").text
    day.goes_on_until("13:30")
    assert day.state("help") == promised.MET
    assert day.told("escalation") == []


def test_a_plan_is_the_engineers_own_words_and_so_a_response(afternoon_of: AfternoonOf) -> None:
    """P-11: the customer has read what will be done; nobody is told that no engineer has responded."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:20", "#方案 更换证书后重启认证服务", answering="new_case")
    assert day.state("response") == promised.MET
    day.goes_on_until("14:30")
    assert day.told("escalation") == []


def test_a_failed_review_goes_back_to_the_engineer_and_stays_in_the_house(afternoon_of: AfternoonOf) -> None:
    """P-46: the customer is not asked and reads no criticism; the online limit runs on; the second review passes."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "10:30", "#已解决 重启了一下", answering="new_case")
    day.staff_writes(QIAN, "10:37", "#不通过 没有查清原因，会再次发生", answering="review_request")
    assert day.case.status == "in_progress"
    assert day.told("review_failed") == ["11-23 10:37 li.wen", "11-23 10:37 he.lan"]
    assert "没有查清原因" in day.last(LI, "review_failed").text
    assert day.state("online_limit") == promised.RUNNING
    day.staff_writes(LI, "11:20", "#已解决 证书过期，已更换并设置到期提醒", answering="review_failed")
    day.staff_writes(QIAN, "11:25", "#通过", answering="review_request")
    assert day.post(HOSPITAL, "please_confirm") == ["11-23 11:25 please_confirm"]
    assert "没有查清原因" not in day.read_outside()
    assert "重启了一下" not in day.read_outside()


def test_nobody_reviews_and_the_managers_hear_of_it(afternoon_of: AfternoonOf) -> None:
    """P-45 is kept at once, P-46 is missed after ten minutes, and P-47 waits for the review and for nothing else."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "10:30", "#已解决 重启认证服务", answering="new_case")
    assert day.state("handling_ended_told") == promised.MET
    day.goes_on_until("10:40")
    assert day.missed() == ["review P-46"]
    assert day.told("escalation") == ["11-23 10:40 zhao.ming"]
    day.staff_writes(QIAN, "10:52", "通过", answering="review_request")
    assert day.case.status == "in_review", "words without a sign decide nothing"
    day.staff_writes(QIAN, "10:55", "#通过", answering="review_request")
    assert day.post(HOSPITAL)[-1] == "11-23 10:55 please_confirm"
    assert day.post(HE_LAN)[-1] == "11-23 10:55 review_passed"
    assert day.state("result_told") == promised.MET


def finished_on_friday_night(day: Afternoon) -> Afternoon:
    """A 7×24 customer's fault of level 2, finished at eight when the centre manager has gone home for the weekend."""
    day.customer_writes("2026-11-20 18:40", FAULT)
    day.staff_writes(WANG, "18:50", "已接手，正在检查。", answering="new_case")
    return day.staff_writes(WANG, "20:00", "#已解决 重启认证服务", answering="new_case")


def test_a_review_that_sleeps_is_not_told_of_every_hour(afternoon_of: AfternoonOf) -> None:
    """P-32: what was promised is kept, the next moment is printed, and then nothing new is said to be nothing new."""
    day = finished_on_friday_night(afternoon_of(BANK))
    day.goes_on_until("11-23 09:45")
    assert day.post(BANK, "status_update") == ["11-20 19:49 status_update", "11-20 20:49 status_update"]
    assert "11月23日（周一）10:00 前再次告知您进展" in day.last(BANK, "status_update").text
    day.goes_on_until("11-23 11:10")
    assert day.post(BANK, "status_update")[2:] == ["11-23 09:59 status_update", "11-23 10:59 status_update"]


def test_a_customer_who_asked_for_an_interval_has_it_through_a_review_that_sleeps(
    afternoon_of: AfternoonOf,
) -> None:
    """P-32: "the interval that the customer asked for" is theirs, night and day."""
    day = finished_on_friday_night(afternoon_of(BANK))
    day.customer_writes("20:10", "请每2小时通报一次进展")
    day.goes_on_until("11-21 01:00")
    assert day.post(BANK, "status_update")[1:] == ["11-20 21:49 status_update", "11-20 23:49 status_update"]


def test_a_customer_who_confirms_during_the_review_is_not_asked_again(afternoon_of: AfternoonOf) -> None:
    """P-35: the desk hears it on the telephone while P-46 still runs; the case is over for everybody."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "10:30", "#已解决 重启认证服务", answering="new_case")
    day.staff_writes(HE_LAN, "10:34", "#客户已确认", answering="new_case")
    day.goes_on_until("2026-11-25 18:00")
    assert day.case.status == "closed"
    assert day.post(HOSPITAL)[-1] == "11-23 10:34 closed"
    assert day.post(HOSPITAL, "please_confirm") == []
    assert day.missed() == []


def test_a_spare_part_is_asked_for_issued_and_told(other_afternoon: AfternoonOf) -> None:
    """P-41: the warehouse has its time, the engineer and the customer hear when it is on its way."""
    day = other_afternoon(HOSPITAL, staff=WAREHOUSE).customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:20", "#方案 更换电源模块", answering="new_case")
    day.staff_writes(LI, "09:30", "#备件 电源模块 PSU-500 一块", answering="assignment")
    wanted = day.last(HE_LAN, "parts_wanted")
    assert "电源模块 PSU-500 一块" in wanted.text
    assert day.due("parts") == "11-23 11:30"
    day.staff_writes(HE_LAN, "10:40", "#出库", answering="parts_wanted")
    assert day.state("parts") == promised.MET
    assert day.post(LI, "parts_ready") == ["11-23 10:40 parts_ready"]
    assert "备件已出库" in day.last(HOSPITAL, "status_update").text
    assert "PSU-500" not in day.read_outside()


def test_a_spare_part_that_nobody_issues_climbs_and_the_customer_is_kept_informed(
    afternoon_of: AfternoonOf,
) -> None:
    """P-41 with an empty warehouse: the service manager stands in, and after two working hours P-50 begins."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:20", "#方案 更换电源模块", answering="new_case")
    day.staff_writes(LI, "09:30", "#备件 电源模块一块", answering="assignment")
    assert day.told("parts_wanted") == ["11-23 09:30 sun.jie"]
    day.goes_on_until("11:30")
    assert day.missed() == ["parts P-41"]
    assert day.told("escalation") == ["11-23 11:30 zhao.ming"]
    assert "P-41" in day.last(ZHAO, "escalation").text
    assert "已申请备件" in day.last(HOSPITAL, "status_update").text


def test_an_unsolved_fault_is_worked_on_site(afternoon_of: AfternoonOf) -> None:
    """P-11 and P-04: the limit of eight working hours is missed, somebody is sent, and the customer reads by when."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "10:00", "#方案 远程排查认证服务", answering="new_case")
    day.staff_writes(QIAN, "17:10", "#同意", answering="interim_draft")
    day.goes_on_until("18:00")
    # At six the service manager has gone home; below level 1 nobody is woken for it.
    assert day.told("dispatch_needed") == []
    day.goes_on_until("2026-11-24 09:00")
    assert day.told("dispatch_needed") == ["11-24 09:00 sun.jie"]
    assert day.due("arrival") == "11-26 18:00"
    day.staff_writes(SUN_JIE, "10:00", "#出发", answering="dispatch_needed")
    told = day.last(HOSPITAL, "status_update")
    assert told.clock == "11-24 10:00"
    assert "工程师已出发前往现场" in told.text
    day.staff_writes(LI, "2026-11-25 09:30", "#到场", answering="assignment")
    assert day.state("arrival") == promised.MET
    assert "工程师已到达现场" in day.last(HOSPITAL, "status_update").text


def test_a_dispatched_engineer_is_expected_by_the_promised_moment(afternoon_of: AfternoonOf) -> None:
    """P-11: the customer reads by when somebody is there."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "10:00", "#方案 远程排查", answering="new_case")
    day.staff_writes(QIAN, "17:10", "#同意", answering="interim_draft")
    day.staff_writes(LI, "2026-11-24 10:00", "#出发", answering="assignment")
    assert "工程师将在11月26日（周四）18:00 前到达现场。" in day.last(HOSPITAL, "status_update").text


def test_nobody_arrives_in_time_and_it_climbs(afternoon_of: AfternoonOf) -> None:
    """P-10: the earlier of the next working day's close and 24 hours; asked for before, then escalated (P-50)."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", STANDSTILL)
    day.staff_writes(LI, "09:10", "#方案 远程切换到备机", answering="new_case")
    day.goes_on_until("2026-11-24 14:00")
    assert day.due("arrival") == "11-24 14:00"
    assert "arrival P-10" in day.missed()
    assert len(day.post(LI, "arrival_prompt")) == 1
    latest = [mail for mail in day.mails if mail.notice == "escalation"][-1]
    assert (latest.clock, "工程师到达现场（P-10）" in latest.text) == ("11-24 14:00", True)


def test_an_interim_report_is_agreed_and_read_by_the_customer(afternoon_of: AfternoonOf) -> None:
    """P-33: drafted an hour ahead, agreed with one word, and the customer reads what the superior has read."""
    day = afternoon_of().customer_writes("2026-11-23 11:00", FAULT)
    day.staff_writes(LI, "11:20", "#方案 更换证书", answering="new_case")
    day.goes_on_until("16:30")
    draft = day.last(QIAN, "interim_draft")
    assert draft.clock == "11-23 16:30"
    day.staff_writes(QIAN, "16:50", "#同意", answering="interim_draft")
    report = day.last(HOSPITAL)
    assert (report.clock, report.notice) == ("11-23 16:50", "interim_report")
    assert "已制定处理方案" in draft.text
    assert "已制定处理方案" in report.text
    assert day.state("day_report") == promised.RUNNING, "tomorrow's"
    assert day.due("day_report") == "11-24 17:30"


def test_an_interim_report_is_put_into_other_words_by_the_superior(afternoon_of: AfternoonOf) -> None:
    """P-33: what the superior writes replaces the draft, and nothing of the draft is read outside."""
    day = afternoon_of().customer_writes("2026-11-23 11:00", FAULT)
    day.staff_writes(LI, "11:20", "已接手，正在申请新证书。", answering="new_case")
    day.staff_writes(LI, "11:30", "#方案 更换证书", answering="assignment")
    words = "证书已向厂商申请，明天上午十点前换好，换好后立即通知您。"
    day.staff_writes(QIAN, "17:05", words, answering="interim_draft")
    report = day.last(HOSPITAL, "interim_report")
    assert report.clock == "11-23 17:05"
    assert words in report.text
    assert "今天的处理经过" not in report.text
    assert day.told("escalation") == []


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


def test_a_superior_who_says_nothing_is_climbed_past(afternoon_of: AfternoonOf) -> None:
    """P-33 missed half an hour before the close: P-50, and the customer's own rhythm of updates goes on."""
    day = afternoon_of().customer_writes("2026-11-23 11:00", FAULT)
    day.staff_writes(LI, "11:20", "#方案 更换证书", answering="new_case")
    day.staff_writes(LI, "11:40", "方案已经确定，今天动手。", answering="assignment")
    day.goes_on_until("18:00")
    assert day.missed() == ["day_report P-33"]
    assert day.told("escalation") == ["11-23 17:30 zhao.ming"]
    assert day.post(HOSPITAL, "interim_report") == []
    assert day.post(HOSPITAL)[-1] == "11-23 17:39 status_update"


def test_an_interim_report_for_an_english_customer_is_in_english(afternoon_of: AfternoonOf) -> None:
    """P-33 at six o'clock for 7×24; a Chinese edit would need the liaison, the agreed draft does not."""
    day = afternoon_of(CHIPS).customer_writes("2026-11-23 13:00", ENGLISH_FAULT)
    day.staff_writes(WANG, "13:10", "#plan Replace the certificate tonight.", answering="new_case")
    day.goes_on_until("17:20")
    day.staff_writes(QIAN, "17:20", "#同意", answering="interim_draft")
    report = day.last(CHIPS, "interim_report")
    assert report.language == "en"
    assert "a plan was made" in report.text
    assert not any("\u4e00" <= character <= "\u9fff" for character in report.text.replace("王强", ""))


def test_an_engineer_on_site_and_one_at_home_are_one_case_for_the_bank(afternoon_of: AfternoonOf) -> None:
    """P-03 at night: dispatched and arrived are told at once, at level 1 with the night's rhythm going on (P-32)."""
    day = afternoon_of(BANK).customer_writes("2026-11-23 20:00", STANDSTILL)
    day.staff_writes(WANG, "20:05", "#方案 带备机到现场替换", answering="new_case")
    day.staff_writes(WANG, "20:20", "#出发", answering="assignment")
    day.staff_writes(WANG, "21:10", "#到场", answering="assignment")
    day.goes_on_until("22:15")
    assert day.post(BANK, "status_update")[-3:] == [
        "11-23 20:20 status_update",
        "11-23 21:10 status_update",
        "11-23 22:09 status_update",
    ]
