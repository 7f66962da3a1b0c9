"""Whole afternoons, told as the people in them would see them: who got which mail, when, and what it said.

Real parsers, core, relay and templates on a virtual clock. 23 November 2026 is a Monday.
"""

from gateway.cases import commitments as promised
from gateway.cases import events
from tests.stories.afternoon import BANK, CHIPS, HOSPITAL, LI, WANG
from tests.stories.conftest import AfternoonOf

FAULT = "您好，\n防火墙登录不上，多台终端打不开管理页面，请尽快处理。"


def of(notices: list[str], *names: str) -> list[str]:
    """Those of a post with these names."""
    return [each for each in notices if each.rpartition(" ")[2] in names]


def test_a_fault_at_nine_is_solved_by_eleven(afternoon_of: AfternoonOf) -> None:
    """The ordinary day: every letter once, in the right order, and nothing after the thanks."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "2026-11-23 09:12", "#接单", answering="new_case")
    day.staff_writes(LI, "2026-11-23 09:40", "已定位到认证服务异常，正在重启。", answering="new_case")
    day.staff_writes(LI, "2026-11-23 10:30", "#已解决 重启认证服务后恢复", answering="new_case")
    day.customer_writes("2026-11-23 11:00", "已经恢复了，谢谢！")
    day.goes_on_until("2027-01-23 09:00")
    assert day.post(HOSPITAL) == [
        "11-23 09:00 first_reply",
        "11-23 09:12 status_update",
        "11-23 09:29 second_reply",
        "11-23 09:40 engineer_reply",
        "11-23 10:30 please_confirm",
        "11-23 11:00 closed",
    ]
    assert "已定位到认证服务异常，正在重启。" in day.last(HOSPITAL, "engineer_reply").text
    assert "重启认证服务后恢复" in day.last(HOSPITAL, "please_confirm").text
    assert day.case.status == "closed"
    assert {each.state for each in day.case.commitments} == {promised.MET, promised.WITHDRAWN}


def test_a_report_at_ten_to_twelve_is_worked_across_lunch(afternoon_of: AfternoonOf) -> None:
    """Half an hour from 11:50 is 13:20, and the first letter says so; the engineer's lunch is not prompted."""
    day = afternoon_of().customer_writes("2026-11-23 11:50", FAULT, level=2)
    assert "13:20" in day.last(HOSPITAL, "first_reply").text
    day.goes_on_until("2026-11-23 14:00")
    assert day.post(HOSPITAL) == ["11-23 11:50 first_reply", "11-23 13:19 second_reply"]
    assert of(day.post(LI), "update_prompt") == ["11-23 13:10 update_prompt"]


def test_a_report_five_minutes_before_the_weekend_is_begun_and_goes_on_on_monday(
    afternoon_of: AfternoonOf,
) -> None:
    """The first reply leaves on Friday; the second has 25 minutes of Monday."""
    day = afternoon_of().customer_writes("2026-11-20 17:55", FAULT, level=2)
    day.goes_on_until("2026-11-23 09:30")
    assert day.post(HOSPITAL) == ["11-20 17:55 first_reply", "11-23 09:24 second_reply"]
    assert "11月23日（周一）09:25" in day.last(HOSPITAL, "first_reply").text


def test_a_saturday_night_of_a_customer_with_office_hours(afternoon_of: AfternoonOf) -> None:
    """The receipt leaves at once and says when handling begins; then silence until Monday at nine (trap 3)."""
    day = afternoon_of().customer_writes("2026-11-21 23:30", FAULT, level=2)
    day.goes_on_until("2026-11-23 09:30")
    assert day.post(HOSPITAL) == [
        "11-21 23:30 receipt",
        "11-23 09:00 first_reply",
        "11-23 09:29 second_reply",
    ]
    receipt = day.last(HOSPITAL, "receipt").text
    assert "11月23日（周一）09:00" in receipt
    assert day.case.number in receipt
    assert day.post(LI)[0] >= "11-23 09:00"


def test_a_saturday_night_of_a_customer_with_every_hour(afternoon_of: AfternoonOf) -> None:
    """7×24, level 1: first reply, second reply, hourly updates and escalation, all in the night."""
    day = afternoon_of(BANK).customer_writes("2026-11-21 23:30", "核心业务中断，所有用户无法访问！")
    day.goes_on_until("2026-11-22 02:45")
    assert (day.case.level, day.case.priority) == (1, "urgent")
    assert day.post(BANK) == [
        "11-21 23:30 first_reply",
        "11-21 23:59 second_reply",
        "11-22 00:59 status_update",
        "11-22 01:59 status_update",
    ]
    assert day.post("zhao.ming") == ["11-22 01:30 escalation"]


def test_a_silent_engineer_is_climbed_past_to_the_administrator(afternoon_of: AfternoonOf) -> None:
    """P-50: every rung an hour apart, each told what is overdue, the administrator last and then nobody again."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT, level=2)
    day.goes_on_until("2026-11-23 17:59")
    climbed = [
        (mail.clock, mail.letter.to.address.partition("@")[0])
        for mail in day.mails
        if mail.letter.notice == "escalation"
    ]
    assert climbed == [
        ("11-23 14:00", "zhao.ming"),
        ("11-23 15:00", "qian.hong"),
        ("11-23 16:00", "feng.tao"),
        ("11-23 17:00", "duty"),
    ]
    assert "P-11" in day.last("zhao.ming", "escalation").text
    assert day.case.priority == "urgent"


def test_a_manager_who_answers_stops_the_climb(afternoon_of: AfternoonOf) -> None:
    """A reply to the escalation is a decision, whatever its words; the customer sees none of them."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT, level=2)
    day.goes_on_until("2026-11-23 14:00")
    day.staff_writes(
        "zhao.ming",
        "2026-11-23 14:20",
        "我来协调，内部先别声张",
        answering="escalation",
        role="level_manager:1",
    )
    day.goes_on_until("2026-11-23 17:50")
    assert of(day.post("qian.hong"), "escalation") == []
    assert not any("别声张" in mail.text for mail in day.mails if mail.letter.role == "customer")


def test_an_engineer_who_answers_the_prompt_informs_the_customer_at_once(afternoon_of: AfternoonOf) -> None:
    """One line in answer to the prompt goes out in the same minute, and the hour begins anew."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT, level=2)
    day.staff_writes(LI, "2026-11-23 09:05", "#接单", answering="new_case")
    day.goes_on_until("2026-11-23 10:20")
    day.staff_writes(LI, "2026-11-23 10:23", "已更换证书，正在验证", answering="update_prompt")
    told = day.last(HOSPITAL)
    assert (told.clock, told.letter.notice) == ("11-23 10:23", "status_update")
    assert "已更换证书，正在验证" in told.text
    assert "11:23" in told.text
    day.goes_on_until("2026-11-23 11:30")
    assert day.post(HOSPITAL)[-1] == "11-23 11:22 status_update"


def test_an_engineer_who_says_nothing_leaves_a_truthful_update(afternoon_of: AfternoonOf) -> None:
    """It says what the case knows, when the next one comes, and invents no progress."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT, level=2)
    day.staff_writes(LI, "2026-11-23 09:05", "#接单", answering="new_case")
    day.goes_on_until("2026-11-23 10:30")
    told = day.last(HOSPITAL, "status_update").text
    assert "李雯" in told
    assert "11:30" in told


def test_a_polite_refusal_is_worked_again_and_solved(afternoon_of: AfternoonOf) -> None:
    """Thanks with a "but" closes nothing (L-100); the second solution is confirmed and the case closes once."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT, level=2)
    day.staff_writes(LI, "2026-11-23 10:30", "#已解决 重启认证服务", answering="new_case")
    day.customer_writes("2026-11-23 14:00", "谢谢，但是还没好")
    assert day.case.status == "in_progress"
    assert "谢谢，但是还没好" in day.last(LI, "refused").text
    assert "谢谢，但是还没好" not in day.last(HOSPITAL, "status_update").text
    day.staff_writes(LI, "2026-11-23 15:10", "#已解决 更换了过期的证书", answering="refused")
    assert "更换了过期的证书" in day.last(HOSPITAL, "please_confirm").text
    day.customer_writes("2026-11-23 15:30", "这次好了，谢谢")
    assert day.case.status == "closed"
    assert of(day.post(HOSPITAL), "closed") == ["11-23 15:30 closed"]


def test_waiting_for_the_customer_stops_the_clock_until_they_write(afternoon_of: AfternoonOf) -> None:
    """The question goes out; no updates meanwhile; the hours of waiting are not ours."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT, level=2)
    day.staff_writes(LI, "2026-11-23 09:40", "已开始排查。", answering="new_case")
    day.staff_writes(LI, "2026-11-23 10:00", "#等待客户 请提供防火墙的运行日志", answering="new_case")
    assert "请提供防火墙的运行日志" in day.last(HOSPITAL).text
    before = day.post(HOSPITAL)
    day.goes_on_until("2026-11-25 10:00")
    assert day.post(HOSPITAL) == before
    day.customer_writes("2026-11-25 10:00", "日志已经放在附件里了")
    assert day.case.status == "in_progress"
    assert day.due("online_limit") == "11-25 18:00"
    assert "日志已经放在附件里了" in day.last(LI, "customer_wrote").text


def test_a_level_raised_after_six_hours_leaves_time_to_act(afternoon_of: AfternoonOf) -> None:
    """Level 3 at nine, level 1 at four: its two hours are long over, yet half an hour is left and asked for."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT, level=3)
    day.goes_on_until("2026-11-23 16:00")
    day.staff_writes("he.lan", "2026-11-23 16:00", "#级别 1", answering="new_case", role="desk")
    assert day.case.level == 1
    assert (day.state("response"), day.due("response")) == (promised.RUNNING, "11-23 16:30")
    assert day.post(LI)[-3:].count("11-23 16:00 level_changed") == 1
    day.goes_on_until("2026-11-23 16:30")
    assert day.post("zhao.ming") == ["11-23 16:30 escalation"]


def test_nobody_confirms_and_the_desk_is_asked_to_call(afternoon_of: AfternoonOf) -> None:
    """P-35: two reminders, then a person with a telephone; the case stays open."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT + "\n电话 13900020002", level=2)
    day.staff_writes(LI, "2026-11-23 10:30", "#已解决 重启认证服务", answering="new_case")
    day.goes_on_until("2027-01-23 09:00")
    assert day.post(HOSPITAL)[-3:] == [
        "11-23 10:30 please_confirm",
        "11-24 17:30 confirm_reminder",
        "11-26 17:30 confirm_reminder_again",
    ]
    assert day.post("he.lan")[-1] == "11-27 17:30 call_customer"
    assert day.case.status == "awaiting_confirmation"


def test_a_question_is_answered_by_a_person_and_by_nobody_else(afternoon_of: AfternoonOf) -> None:
    """Level 4: a receipt, the engineer's answer, and no rhythm of updates around it."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", "请问日志怎么导出？", level=4)
    day.staff_writes(LI, "2026-11-23 11:00", "在“系统-日志”页右上角点“导出”。", answering="new_case")
    day.goes_on_until("2026-11-24 17:00")
    assert day.post(HOSPITAL) == ["11-23 09:00 receipt", "11-23 11:00 engineer_reply"]
    assert day.state("response") == promised.MET


def test_an_english_customer_never_reads_the_engineers_chinese(afternoon_of: AfternoonOf) -> None:
    """The liaison words it, meanwhile a holding update in English; the question to confirm is asked in time."""
    day = afternoon_of(CHIPS).customer_writes(
        "2026-11-23 09:00", "Hello,\nour firewall rejects every login, many users are affected.", level=2
    )
    day.staff_writes(WANG, "2026-11-23 09:40", "证书过期，正在更换。", answering="new_case")
    liaison = "huang.zhihao"
    assert "证书过期，正在更换。" in day.last(liaison, "wording_needed").text
    assert day.post(CHIPS)[-1] == "11-23 09:40 status_update"
    day.staff_writes(
        liaison,
        "2026-11-23 09:55",
        "The certificate has expired; we are replacing it.",
        answering="wording_needed",
        role="liaison",
    )
    assert "The certificate has expired" in day.last(CHIPS, "engineer_reply").text
    day.staff_writes(WANG, "2026-11-23 10:30", "#已解决 已更换证书", answering="new_case")
    assert day.post(CHIPS)[-1] == "11-23 10:30 please_confirm"
    day.customer_writes("2026-11-23 11:00", "It works again, thank you!")
    assert day.case.status == "closed"
    letters = [mail for mail in day.mails if mail.letter.to.address == CHIPS]
    assert {mail.letter.language for mail in letters} == {"en"}
    assert not any("证书" in mail.text for mail in letters)


def test_friday_evening_before_a_make_up_saturday(afternoon_of: AfternoonOf) -> None:
    """10 October 2026 is worked in return for National Day: the second reply comes on that Saturday morning."""
    day = afternoon_of().customer_writes("2026-10-09 17:50", FAULT, level=2)
    day.goes_on_until("2026-10-10 10:30")
    assert day.post(HOSPITAL) == [
        "10-09 17:50 first_reply",
        "10-10 09:19 second_reply",
        "10-10 10:19 status_update",
    ]
    assert day.due("response") == "10-10 13:50"


def test_the_eve_of_national_day(afternoon_of: AfternoonOf) -> None:
    """Seven days off: nothing is said or due until 8 October, and the first letter said so."""
    day = afternoon_of().customer_writes("2026-09-30 17:45", FAULT, level=2)
    assert "10月8日（周四）09:15" in day.last(HOSPITAL, "first_reply").text
    day.goes_on_until("2026-10-08 09:30")
    assert day.post(HOSPITAL) == ["09-30 17:45 first_reply", "10-08 09:14 second_reply"]


def test_a_customer_who_wants_to_hear_every_half_hour_does(afternoon_of: AfternoonOf) -> None:
    """P-32, in the customer's own words, read from a mail of theirs."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT, level=2)
    day.customer_writes("2026-11-23 09:05", "请每30分钟通报一次进展")
    day.goes_on_until("2026-11-23 11:00")
    assert day.post(HOSPITAL)[1:] == [
        "11-23 09:29 second_reply",
        "11-23 09:59 status_update",
        "11-23 10:29 status_update",
        "11-23 10:59 status_update",
    ]


def test_an_internal_note_never_reaches_the_customer(afternoon_of: AfternoonOf) -> None:
    """#内部 in any answer stays in the house, in every letter that follows."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT, level=2)
    day.staff_writes(LI, "2026-11-23 09:15", "#内部 这个客户上次也是自己改错了配置", answering="new_case")
    day.goes_on_until("2026-11-23 17:50")
    assert not any("改错了配置" in mail.text for mail in day.mails if mail.letter.role == "customer")
    assert day.state("response") != promised.MET


def test_an_unsolved_fault_is_worked_on_site(afternoon_of: AfternoonOf) -> None:
    """P-11: the limit of eight working hours is missed, somebody is sent, and is there within three working days."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT, level=2)
    day.staff_writes(LI, "2026-11-23 10:00", "已开始排查，暂未定位。", answering="new_case")
    day.goes_on_until("2026-11-23 18:00")
    # At six the service manager has gone home; below level 1 nobody is woken for it.
    assert of(day.post("sun.jie"), "dispatch_needed") == ["11-24 09:00 dispatch_needed"]
    assert day.due("arrival") == "11-26 18:00"
    day.occurs("2026-11-24 10:00", events.Dispatched(by=LI))
    day.occurs("2026-11-25 09:30", events.Arrived(by=LI))
    assert day.state("arrival") == promised.MET
    assert of(day.post(HOSPITAL), "status_update")[-1].startswith("11-25 09:30")
