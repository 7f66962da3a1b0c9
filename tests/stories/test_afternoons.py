"""Whole afternoons of customers: who got which mail, when, and what it said.

23 November 2026 is a Monday.
"""

import pytest

from gateway.cases import commitments as promised
from tests.stories.afternoon import (
    ADMIN,
    BANK,
    CHIPS,
    ENGLISH_FAULT,
    FAULT,
    HAIYAN,
    HE_LAN,
    HOSPITAL,
    HUANG,
    LI,
    QIAN,
    SMALL_FAULT,
    STANDSTILL,
    SUN_JIE,
    WANG,
)
from tests.stories.conftest import AfternoonOf


def test_a_fault_at_nine_is_solved_by_eleven(afternoon_of: AfternoonOf) -> None:
    """The ordinary day, P-20 to P-48: everybody is told once and in order, and nothing follows the thanks.

    P-24 the desk, P-25 the service manager, P-26 quality, P-27 the engineer replies, P-30 and P-31, P-43 a plan in
    time, P-45 and P-46 the review, P-34, P-47 and P-35 the confirmation, P-48 the service manager hears of the end.
    """
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(SUN_JIE, "09:08", "#已研判", answering="triage_request")
    day.staff_writes(LI, "09:12", "#接单", answering="new_case")
    day.staff_writes(LI, "09:25", "#方案 先重启认证服务，再核对证书有效期。", answering="assignment")
    day.staff_writes(LI, "10:05", "已定位到认证服务异常，正在重启。", answering="assignment")
    day.staff_writes(LI, "10:30", "#已解决 重启认证服务后恢复", answering="assignment")
    day.staff_writes(QIAN, "10:36", "#通过", answering="review_request")
    day.customer_writes("11:00", "已经恢复了，谢谢！")
    day.goes_on_until("2027-01-23 09:00")
    assert day.post(HOSPITAL) == [
        "11-23 09:00 first_reply",
        "11-23 09:12 status_update",
        "11-23 09:25 status_update",
        "11-23 09:29 second_reply",
        "11-23 10:05 engineer_reply",
        "11-23 10:36 please_confirm",
        "11-23 11:00 closed",
    ]
    assert "先重启认证服务，再核对证书有效期。" in day.last(HOSPITAL, "status_update").text
    assert "已定位到认证服务异常，正在重启。" in day.last(HOSPITAL, "engineer_reply").text
    assert "重启认证服务后恢复" in day.last(HOSPITAL, "please_confirm").text
    assert day.post(HE_LAN) == ["11-23 09:00 new_case", "11-23 10:36 review_passed"]
    assert day.post(SUN_JIE) == ["11-23 09:00 triage_request", "11-23 11:00 case_closed"]
    assert day.post(ADMIN) == ["11-23 09:00 case_for_quality"]
    assert day.post(QIAN) == ["11-23 10:30 review_request"]
    assert (day.case.status, day.missed()) == ("closed", [])
    assert {each.state for each in day.case.commitments} == {promised.MET, promised.WITHDRAWN}


def test_a_report_at_ten_to_twelve_is_worked_across_lunch(afternoon_of: AfternoonOf) -> None:
    """P-31: half an hour from 11:50 is 13:20, as the first letter says; the engineers' lunch is not disturbed."""
    day = afternoon_of().customer_writes("2026-11-23 11:50", FAULT)
    assert "13:20" in day.last(HOSPITAL, "first_reply").text
    day.goes_on_until("14:00")
    assert day.post(HOSPITAL) == ["11-23 11:50 first_reply", "11-23 13:19 second_reply"]
    assert day.post(LI, "update_prompt") == ["11-23 13:10 update_prompt"]


def test_a_report_five_minutes_before_the_weekend_goes_on_on_monday(afternoon_of: AfternoonOf) -> None:
    """P-30 on Friday; P-31 has 25 minutes of Monday."""
    day = afternoon_of().customer_writes("2026-11-20 17:55", FAULT)
    day.goes_on_until("2026-11-23 09:30")
    assert day.post(HOSPITAL) == ["11-20 17:55 first_reply", "11-23 09:24 second_reply"]
    assert "11月23日（周一）09:25" in day.last(HOSPITAL, "first_reply").text


def test_a_saturday_night_of_a_customer_with_office_hours(afternoon_of: AfternoonOf) -> None:
    """P-20 and P-04: the receipt leaves at once and says when handling begins; then silence until Monday at nine."""
    day = afternoon_of().customer_writes("2026-11-21 23:30", FAULT)
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
    """P-01, P-02, P-10, P-21, P-50: 7×24 at level 1: first reply, second reply, updates and escalation in the night."""
    day = afternoon_of(BANK).customer_writes("2026-11-21 23:30", STANDSTILL)
    day.goes_on_until("11-22 02:45")
    assert (day.case.level, day.case.priority) == (1, "urgent")
    assert day.post(BANK) == [
        "11-21 23:30 first_reply",
        "11-21 23:59 second_reply",
        "11-22 00:59 status_update",
        "11-22 01:59 status_update",
    ]
    assert day.told("escalation") == [
        "11-22 01:30 zhao.ming",
        "11-22 02:00 qian.hong",
        "11-22 02:30 feng.tao",
    ]


def test_a_small_fault_of_a_customer_with_every_hour_is_answered_within_four_hours_of_the_night(
    afternoon_of: AfternoonOf,
) -> None:
    """P-01 beside P-12: the hotline's four hours run at night and are the earlier ones; P-02: the priority is high."""
    day = afternoon_of(BANK).customer_writes("2026-11-23 20:00", SMALL_FAULT)
    assert (day.case.level, day.case.priority) == (3, "high")
    assert (day.due("response_any_hour"), day.due("response")) == ("11-24 00:00", "11-24 04:00")
    assert day.post(WANG, "new_case") == ["11-23 20:00 new_case"]
    day.goes_on_until("11-24 00:00")
    assert "11-23 23:30 response_prompt" in day.post(WANG)
    assert "response_any_hour P-01" in day.missed()


def test_the_same_small_fault_of_a_customer_with_office_hours_waits_for_the_morning(
    afternoon_of: AfternoonOf,
) -> None:
    """P-12: eight working hours from the opening, and nobody's evening is disturbed."""
    day = afternoon_of().customer_writes("2026-11-23 20:00", SMALL_FAULT)
    assert (day.case.level, day.case.priority, day.due("response")) == (3, "normal", "11-24 18:00")
    day.goes_on_until("11-24 08:59")
    assert {mail.to for mail in day.mails} == {
        HOSPITAL,
        "he.lan@yunling.example",
        "duty@yunling.example",
        "wang.qiang@yunling.example",
    }


def test_an_engineer_who_answers_the_prompt_informs_the_customer_at_once(afternoon_of: AfternoonOf) -> None:
    """P-32: one line in answer to the prompt goes out in the same minute, and the hour begins anew."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:05", "#接单", answering="new_case")
    day.staff_writes(LI, "09:20", "#方案 更换证书", answering="assignment")
    day.goes_on_until("10:20")
    day.staff_writes(LI, "10:23", "已更换证书，正在验证", answering="update_prompt")
    told = day.last(HOSPITAL)
    assert (told.clock, told.notice) == ("11-23 10:23", "status_update")
    assert "已更换证书，正在验证" in told.text
    assert "11:23" in told.text
    day.goes_on_until("11:30")
    assert day.post(HOSPITAL)[-1] == "11-23 11:22 status_update"


def test_an_engineer_who_says_nothing_leaves_a_truthful_update(afternoon_of: AfternoonOf) -> None:
    """P-32: it says what the case knows and when the next one comes, and invents no progress."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:05", "#接单", answering="new_case")
    day.goes_on_until("10:30")
    told = day.last(HOSPITAL, "status_update").text
    assert "李雯" in told
    assert "暂无新的进展" in told
    assert "11:30" in told


def test_a_customer_who_wants_to_hear_every_half_hour_does(afternoon_of: AfternoonOf) -> None:
    """P-32, in the customer's own words, read from a mail of theirs."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.customer_writes("09:05", "请每30分钟通报一次进展")
    day.goes_on_until("11:00")
    assert day.post(HOSPITAL)[1:] == [
        "11-23 09:29 second_reply",
        "11-23 09:59 status_update",
        "11-23 10:29 status_update",
        "11-23 10:59 status_update",
    ]


@pytest.mark.parametrize(
    ("customer", "report", "refusal", "sorry", "confirmation"),
    [
        pytest.param(
            HOSPITAL, FAULT, "谢谢，但是还没好", "您告知问题仍未解决", "这次好了，谢谢", id="zh-Hans"
        ),
        pytest.param(
            HAIYAN,
            "您好：\n防火牆 VPN 無法連線，約二十位同仁受影響，請協助。",
            "謝謝，但是還沒好",
            "您告知問題仍未解決",
            "已經恢復正常了，謝謝",
            id="zh-Hant",
        ),
        pytest.param(
            CHIPS,
            ENGLISH_FAULT,
            "Thanks, but it is still not working.",
            "We are sorry that it is not solved yet",
            "It works now, thank you!",
            id="en",
        ),
    ],
)
def test_a_polite_refusal_is_worked_again_reviewed_again_and_solved(
    afternoon_of: AfternoonOf, customer: str, report: str, refusal: str, sorry: str, confirmation: str
) -> None:
    """Thanks with a "but" closes nothing (L-100, P-35); the second solution goes through P-46, P-34 and closes once.

    The customer reads the language they write in, and nothing else, in every letter of the afternoon.
    """
    day = afternoon_of(customer).customer_writes("2026-11-23 09:00", report)
    engineer = {HOSPITAL: LI, HAIYAN: HUANG, CHIPS: WANG}[customer]
    day.staff_writes(engineer, "09:20", "#已解决 Done", answering="new_case")
    day.staff_writes(QIAN, "09:25", "#通过", answering="review_request")
    day.customer_writes("14:00", refusal)
    assert day.case.status == "in_progress"
    assert refusal in day.last(engineer, "refused").text
    assert refusal in day.last(SUN_JIE, "refused").text
    heard = day.last(customer, "status_update").text
    assert sorry in heard
    assert refusal not in heard
    day.staff_writes(engineer, "15:10", "#resolved Done again", answering="refused")
    day.staff_writes(QIAN, "15:15", "#通过", answering="review_request")
    day.customer_writes("15:30", confirmation)
    assert day.case.status == "closed"
    assert day.post(customer, "closed") == ["11-23 15:30 closed"]
    assert {mail.language for mail in day.mails if mail.to == customer} == {day.case.reporter.language}


def test_waiting_for_the_customer_stops_the_clock_until_they_write(afternoon_of: AfternoonOf) -> None:
    """P-31, P-32 and P-43 stand still while the ball is with the customer; the hours of waiting are not ours."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:40", "已开始排查。", answering="new_case")
    day.staff_writes(LI, "10:00", "#等待客户 请提供防火墙的运行日志", answering="new_case")
    assert "请提供防火墙的运行日志" in day.last(HOSPITAL, "status_update").text
    assert (day.state("plan_or_help"), day.state("online_limit")) == (promised.PAUSED, promised.PAUSED)
    quiet = day.post(HOSPITAL)
    day.goes_on_until("15:00")
    assert day.post(HOSPITAL) == quiet
    day.customer_writes("15:00", "日志已经放在附件里了，请查收。")
    assert day.case.status == "in_progress"
    assert "日志已经放在附件里了" in day.last(LI, "customer_wrote").text
    assert day.due("plan_or_help") == "11-23 15:10"
    # Four hours of the working day were the customer's: 10:00 to 12:00 and 13:00 to 15:00.
    assert day.due("online_limit") == "11-24 14:00"


def test_a_level_raised_after_six_hours_leaves_time_to_act(afternoon_of: AfternoonOf) -> None:
    """P-12 becomes P-10 at four o'clock: its two hours are long over, yet half an hour is left and asked for."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", SMALL_FAULT)
    day.goes_on_until("16:00")
    day.staff_writes(HE_LAN, "16:00", "#级别 1", answering="new_case")
    assert (day.case.level, day.case.priority) == (1, "urgent")
    assert (day.state("response"), day.due("response")) == (promised.RUNNING, "11-23 16:30")
    assert day.post(LI, "level_changed") == ["11-23 16:00 level_changed"]
    day.goes_on_until("16:30")
    assert day.told("escalation") == ["11-23 16:30 zhao.ming"]


def test_nobody_confirms_and_the_desk_is_asked_to_call(afternoon_of: AfternoonOf) -> None:
    """P-35: two reminders, then a person with a telephone; the case stays open until the customer has said so."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "10:30", "#已解决 重启认证服务", answering="new_case")
    day.staff_writes(QIAN, "10:31", "#通过", answering="review_request")
    day.goes_on_until("2026-12-02 09:00")
    assert day.post(HOSPITAL)[-3:] == [
        "11-23 10:31 please_confirm",
        "11-24 17:30 confirm_reminder",
        "11-26 17:30 confirm_reminder_again",
    ]
    assert day.post(HE_LAN)[-1] == "11-27 17:30 call_customer"
    assert "13900020002" in day.last(HE_LAN, "call_customer").text
    assert day.case.status == "awaiting_confirmation"
    day.staff_writes(HE_LAN, "2026-12-02 09:20", "#客户已确认 电话里说已经好了", answering="call_customer")
    assert day.case.status == "closed"
    assert day.post(HOSPITAL)[-1] == "12-02 09:20 closed"


def test_a_question_is_answered_by_a_person_and_by_nobody_else(afternoon_of: AfternoonOf) -> None:
    """P-13 and P-27 at level 4: a receipt, the engineer's answer, and no rhythm of updates around it."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", "请问防火墙的日志怎么导出？")
    assert (day.case.kind, day.case.level) == ("question", 4)
    day.staff_writes(LI, "11:00", "在“系统-日志”页右上角点“导出”。", answering="new_case")
    day.goes_on_until("2026-11-24 17:00")
    assert day.post(HOSPITAL) == ["11-23 09:00 receipt", "11-23 11:00 engineer_reply"]
    assert day.owed("response").promise == "P-13"
    assert day.state("response") == promised.MET


def test_a_request_for_a_quote_is_a_case_like_any_other_and_reaches_a_person(
    afternoon_of: AfternoonOf,
) -> None:
    """P-13, P-20 and P-25: low priority, no fault for quality (P-26), and still nobody waits for an answer in vain."""
    day = afternoon_of(HAIYAN).customer_writes(
        "2026-11-23 09:00", "您好：\n想請貴公司提供兩台防火牆的報價，謝謝。"
    )
    assert (day.case.kind, day.case.level, day.case.priority) == ("quote", 4, "low")
    assert day.post(SUN_JIE) == ["11-23 09:00 triage_request"]
    assert day.post(ADMIN) == []
    day.staff_writes(HUANG, "15:00", "陳小姐您好：報價單今天下班前寄給您。", answering="new_case")
    day.goes_on_until("2026-11-25 09:00")
    assert day.post(HAIYAN) == ["11-23 09:00 receipt", "11-23 15:00 engineer_reply"]
    assert day.missed() == []


def test_an_english_customer_never_reads_the_engineers_chinese(afternoon_of: AfternoonOf) -> None:
    """The liaison words it, meanwhile a holding update in English; the question to confirm is asked in time (P-32)."""
    day = afternoon_of(CHIPS).customer_writes("2026-11-23 09:00", ENGLISH_FAULT)
    day.staff_writes(WANG, "09:40", "证书过期，正在更换。", answering="new_case")
    assert "证书过期，正在更换。" in day.last(HUANG, "wording_needed").text
    assert day.post(CHIPS)[-1] == "11-23 09:40 status_update"
    words = "The certificate has expired; we are replacing it."
    day.staff_writes(HUANG, "09:55", words, answering="wording_needed")
    assert words in day.last(CHIPS, "engineer_reply").text
    day.staff_writes(WANG, "10:30", "#已解决 已更换证书", answering="new_case")
    day.staff_writes(QIAN, "10:33", "#通过", answering="review_request")
    assert day.post(CHIPS)[-1] == "11-23 10:33 please_confirm"
    day.customer_writes("11:00", "It works again, thank you!")
    assert day.case.status == "closed"
    assert {mail.language for mail in day.mails if mail.to == CHIPS} == {"en"}
    assert "证书" not in day.read_outside()


def test_a_foreign_manager_who_joins_half_way_reads_the_rest_in_english(afternoon_of: AfternoonOf) -> None:
    """P-36: the same replies at the same times; what our people wrote in Chinese comes through the liaison."""
    manager = "d.weber@qingshan-bank.example"
    day = afternoon_of(BANK).customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(WANG, "09:10", "已接手，正在检查。", answering="new_case")
    day.staff_writes(WANG, "09:20", f"#外籍 Daniel Weber {manager}", answering="new_case")
    assert [mail.clock for mail in day.mails if mail.notice == "foreign_manager_joined"] == [
        "11-23 09:20",
        "11-23 09:20",
    ]
    before = len(day.post(BANK))
    day.staff_writes(WANG, "09:50", "证书过期，正在更换。", answering="new_case")
    day.staff_writes(HUANG, "09:58", "The certificate has expired.", answering="wording_needed")
    day.staff_writes(WANG, "10:30", "#已解决 已更换证书", answering="new_case")
    day.staff_writes(QIAN, "10:33", "#通过", answering="review_request")
    day.customer_writes("11:00", "恢复了，谢谢", answering="please_confirm")
    theirs = [each[:11] for each in day.post(BANK)[before:]]
    assert [each[:11] for each in day.post(manager)] == sorted([*theirs, "11-23 09:58"])
    assert "The certificate has expired." in day.last(manager, "engineer_reply").text
    assert {mail.language for mail in day.mails if mail.to == manager} == {"en"}
    assert "证书" not in "".join(mail.text for mail in day.mails if mail.to == manager)


def test_friday_evening_before_a_make_up_saturday(afternoon_of: AfternoonOf) -> None:
    """P-31: 10 October 2026 is worked in return for National Day: the second reply comes on that Saturday morning."""
    day = afternoon_of().customer_writes("2026-10-09 17:50", FAULT)
    day.goes_on_until("2026-10-10 10:30")
    assert day.post(HOSPITAL) == [
        "10-09 17:50 first_reply",
        "10-10 09:19 second_reply",
        "10-10 10:19 status_update",
    ]
    assert day.due("response") == "10-10 13:50"


def test_the_eve_of_national_day(afternoon_of: AfternoonOf) -> None:
    """P-30, P-31: seven days off: nothing is said or due until 8 October, and the first letter said so."""
    day = afternoon_of().customer_writes("2026-09-30 17:45", FAULT)
    assert "10月8日（周四）09:15" in day.last(HOSPITAL, "first_reply").text
    day.goes_on_until("2026-10-08 09:30")
    assert day.post(HOSPITAL) == ["09-30 17:45 first_reply", "10-08 09:14 second_reply"]


def test_an_internal_note_never_reaches_the_customer(afternoon_of: AfternoonOf) -> None:
    """#内部 in any answer stays in the house in every letter that follows, and is no response (P-11)."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:15", "#内部 这个客户上次也是自己改错了配置", answering="new_case")
    day.goes_on_until("17:50")
    assert "改错了配置" not in day.read_outside()
    assert day.state("response") != promised.MET


def test_an_afternoon_in_taipei_is_in_traditional_chinese_throughout(afternoon_of: AfternoonOf) -> None:
    """P-30 to P-35: every letter to the customer, and those to the engineer of the region, in their own script."""
    day = afternoon_of(HAIYAN).customer_writes(
        "2026-11-23 13:00",
        "您好：\n防火牆 VPN 無法連線，約二十位同仁受影響，麻煩盡快協助。\n陳怡君\n電話：+886 2 5550 0303",
    )
    day.staff_writes(HUANG, "13:10", "#接單", answering="new_case")
    day.staff_writes(HUANG, "13:25", "#方案 更新 VPN 憑證並重新套用政策", answering="assignment")
    day.staff_writes(HUANG, "14:00", "#等待客戶 請提供用戶端的連線紀錄", answering="assignment")
    day.customer_writes("14:40", "紀錄如附件，請查收。")
    day.staff_writes(HUANG, "15:20", "#已解決 已更新憑證，測試帳號可以連線", answering="customer_wrote")
    day.staff_writes(QIAN, "15:26", "#通过", answering="review_request")
    day.customer_writes("15:50", "已經可以正常連線了，謝謝，可以結案。")
    assert day.case.status == "closed"
    assert day.post(HAIYAN) == [
        "11-23 13:00 first_reply",
        "11-23 13:10 status_update",
        "11-23 13:25 status_update",
        "11-23 13:29 second_reply",
        "11-23 14:00 status_update",
        "11-23 15:26 please_confirm",
        "11-23 15:50 closed",
    ]
    assert {mail.language for mail in day.mails if mail.to == HAIYAN} == {"zh-Hant"}
    assert {mail.language for mail in day.mails if mail.to.startswith("huang")} == {"zh-Hant"}
    assert not set("报处级别单") & set(day.read_outside())
    assert day.missed() == []
