"""Whole afternoons of mails that are not what they seem: by whom they are, where they belong, and what they may do."""

import email.policy
from email.message import EmailMessage

import pytest

from gateway.cases import commitments as promised
from tests.stories.afternoon import (
    BANK,
    FAULT,
    FENG,
    HAIYAN,
    HE_LAN,
    HOSPITAL,
    HUANG,
    LI,
    QIAN,
    SUN_JIE,
    WANG,
)
from tests.stories.conftest import AfternoonOf

# What colleagues take by telephone, or pass on.


def test_a_report_by_telephone_is_filed_and_what_is_missing_is_asked_back(afternoon_of: AfternoonOf) -> None:
    """P-23, P-24, P-25: whoever takes it files it; desk and service manager know at once, the colleague is asked."""
    day = afternoon_of()
    call = "北河市第一人民医院来电报障：防火墙登录不上，二十多台终端打不开管理页面。"
    day.staff_writes(FENG, "2026-11-23 09:00", call)
    assert day.case.reported_by == FENG
    assert day.case.missing == ("contact", "phone")
    assert (day.state("told_desk"), day.state("told_service_manager")) == (promised.MET, promised.MET)
    assert day.post(HE_LAN) == ["11-23 09:00 new_case"]
    assert day.post(SUN_JIE) == ["11-23 09:00 triage_request"]
    asked = day.last(FENG, "facts_wanted")
    assert "联系人" in asked.text
    assert "联系电话" in asked.text
    day.staff_writes(FENG, "09:04", "联系人：刘建国\n联系电话：13900020002", answering="facts_wanted")
    assert day.case.missing == ()
    assert (day.case.contact, day.case.phone) == ("刘建国", "13900020002")
    assert "刘建国" in day.last(LI, "customer_wrote").text


def test_a_report_by_telephone_with_everything_in_it_is_answered_to_the_customer(
    afternoon_of: AfternoonOf,
) -> None:
    """P-23, P-30: a form names a contact whom the directory knows: they get the first reply as if they had written."""
    day = afternoon_of()
    day.staff_writes(
        HE_LAN,
        "2026-11-23 09:00",
        "客户公司：北河市第一人民医院\n联系人：刘建国\n电话：13900020002\n邮箱：liujg@beihe-hospital.example\n"
        "故障现象：防火墙登录不上，多台终端打不开管理页面",
    )
    assert day.post(HOSPITAL) == ["11-23 09:00 first_reply"]
    assert day.post(HE_LAN, "facts_wanted") == []
    day.staff_writes(LI, "09:20", "刘主任您好，我已接手。", answering="new_case")
    day.customer_writes("09:30", "好的，等您消息。")
    assert "等您消息" in day.last(LI, "customer_wrote").text


def test_a_mail_passed_on_by_a_colleague_is_the_customers_report(afternoon_of: AfternoonOf) -> None:
    """P-23 and L-50: a forward opens the customer's case, never the colleague's, and the customer is answered."""
    day = afternoon_of()
    day.staff_writes(
        HUANG,
        "2026-11-23 09:00",
        "請協助處理。\n\n---------- Forwarded message ---------\n"
        "寄件者： 陳怡君 <yijun.chen@haiyan-logistics.example>\n"
        "日期： 2026年11月23日 週一 上午8:50\n主旨： 防火牆 VPN 無法連線\n"
        "收件者： 黃志豪 <huang.zhihao@yunling.example>\n\n"
        "您好：\n今天早上起防火牆 VPN 無法連線，約二十位同仁受影響，麻煩協助。\n陳怡君",
        subject="Fwd: 防火牆 VPN 無法連線",
    )
    assert (day.case.reporter.address, day.case.reported_by) == (HAIYAN, HUANG)
    assert day.post(HAIYAN) == ["11-23 09:00 first_reply"]
    assert day.last(HAIYAN).language == "zh-Hant"
    assert day.post(HUANG, "new_case") == ["11-23 09:00 new_case"]


# What no person wrote.


def test_an_engineers_out_of_office_is_shown_and_never_acted_on(afternoon_of: AfternoonOf) -> None:
    """P-27 and P-11: an automatic answer is no response, goes to nobody; the prompt still comes (L-1, L-18, L-93)."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    away = "我正在休假，11月27日回来。紧急事项请联系何岚。"
    day.staff_writes(
        LI,
        "09:01",
        away,
        answering="new_case",
        headers=[("Auto-Submitted", "auto-replied"), ("X-Auto", "oof")],
    )
    assert ("automatic", away) in [(row["audience"], row["words"]) for row in day.said]
    assert day.case.engineer is None
    assert day.state("response") == promised.RUNNING
    day.goes_on_until("13:30")
    assert day.post(LI, "response_prompt") == ["11-23 13:30 response_prompt"]
    assert "休假" not in day.read_outside()


def test_the_customers_out_of_office_stops_and_starts_nothing(afternoon_of: AfternoonOf) -> None:
    """P-35: it is no confirmation and no answer to a question; two robots never thank each other (L-8)."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.solved("10:30")
    before = len(day.mails)
    day.customer_writes(
        "10:31",
        "已收到您的来信，问题已解决请忽略。本邮件为自动回复。",
        headers=[("Auto-Submitted", "auto-replied")],
    )
    assert (day.case.status, len(day.mails)) == ("awaiting_confirmation", before)


def test_an_acknowledgement_that_bounces_is_shown_on_its_case(afternoon_of: AfternoonOf) -> None:
    """P-20: the customer never read it; it lies on the case as what it is and opens no case of its own (L-14)."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    receipt = day.last(HOSPITAL, "first_reply").letter
    day.arrives("09:02", bounce_of(receipt.message_id), "", to=receipt.reply_to)
    shown = [row for row in day.said if row["audience"] == "automatic"]
    assert len(shown) == 1
    assert "bounce" in shown[0]["evidence"]
    assert len(day.numbers) == 1


def bounce_of(message_id: str) -> bytes:
    """What a mail server answers when there is no such mailbox (RFC 3464)."""
    report = (
        "From: MAILER-DAEMON@mx.beihe-hospital.example\r\nTo: support@yunling.example\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <b1@mx.beihe-hospital.example>\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=b"\r\n\r\n'
        "--=b\r\nContent-Type: text/plain\r\n\r\nThe mail could not be delivered.\r\n"
        "--=b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.beihe-hospital.example\r\n\r\n"
        f"Final-Recipient: rfc822; {HOSPITAL}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such mailbox\r\n"
        f"--=b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n--=b--\r\n"
    )
    return report.encode()


# Who may speak for the customer.


def test_a_reply_by_somebody_we_never_wrote_to_decides_nothing(afternoon_of: AfternoonOf) -> None:
    """P-35: a stranger with the customer's letter cannot close the case; the desk reads what they wrote (L-41)."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.solved("10:30")
    stranger = "helper@elsewhere.example"
    day.customer_writes("11:00", "已经恢复了，可以关闭，谢谢！", by=stranger)
    assert day.case.status == "awaiting_confirmation"
    assert "已经恢复了" in day.last(HE_LAN, "third_party_wrote").text
    assert day.post(stranger) == []
    day.customer_writes("11:10", "已经恢复了，可以关闭，谢谢！", by="wangfang@beihe-hospital.example")
    assert day.case.status == "closed", "a colleague of the customer's may"


def test_two_cases_of_one_customer_are_kept_apart(afternoon_of: AfternoonOf) -> None:
    """P-20: two faults, two threads, two engineers; the answer about one closes that one alone (L-31)."""
    day = afternoon_of(BANK).customer_writes("2026-11-23 09:00", FAULT)
    day.customer_writes("09:05", "您好，\n堡垒机很慢，三十多名运维人员受影响。", anew=True)
    firewall, bastion = day.numbers
    day.staff_writes(WANG, "09:10", "防火墙我来看。", answering="new_case", on=firewall)
    day.staff_writes(WANG, "09:15", "堡垒机我也在看。", answering="new_case", on=bastion)
    day.staff_writes(WANG, "10:00", "#已解决 重启认证服务", answering="new_case", on=firewall)
    day.staff_writes(QIAN, "10:05", "#通过", answering="review_request", on=firewall)
    day.customer_writes("10:20", "好了，谢谢", answering="please_confirm", on=firewall)
    assert [day.case_of(number).status for number in (firewall, bastion)] == ["closed", "in_progress"]
    day.customer_writes("10:30", "现在连页面都打不开了", answering="engineer_reply", on=bastion)
    assert day.last(WANG, "customer_wrote").case_number == bastion


@pytest.mark.parametrize(
    ("when", "cases", "status"),
    [
        pytest.param("2026-11-30 10:00", 1, "in_progress", id="after a week it is the same case"),
        pytest.param("2026-12-21 10:00", 2, "open", id="after four weeks it is a new one"),
    ],
)
def test_it_is_back(afternoon_of: AfternoonOf, when: str, cases: int, status: str) -> None:
    """P-35 and P-20: within the window the case is worked again under its number, later a new one begins."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.solved("10:30").customer_writes("11:00", "已经恢复了，谢谢！")
    day.customer_writes(when, "又出现了，防火墙还是登录不上，多台终端受影响。", answering="closed")
    assert (len(day.numbers), day.case.status) == (cases, status)
    assert day.post(LI)[-1] == f"{when[5:]} {'refused' if cases == 1 else 'new_case'}"
    assert day.post(HOSPITAL)[-1] == f"{when[5:]} {'status_update' if cases == 1 else 'first_reply'}"


@pytest.mark.parametrize("thanks", ["已经好了，辛苦了，谢谢！", "辛苦了，谢谢！"])
def test_thanks_after_the_end_are_kept_and_not_answered(afternoon_of: AfternoonOf, thanks: str) -> None:
    """P-35: a closed case stays silent, whether or not they say once more that it is solved (L-100)."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.solved("10:30").customer_writes("11:00", "已经恢复了，谢谢！")
    before = len(day.post(HOSPITAL))
    day.customer_writes("11:20", thanks, answering="closed")
    assert (day.case.status, len(day.numbers), len(day.post(HOSPITAL))) == ("closed", 1, before)


def test_a_stranger_is_asked_for_what_is_missing_and_answers(afternoon_of: AfternoonOf) -> None:
    """P-20 and P-23: company, contact and phone are asked for in the first letter; nothing of theirs is repeated."""
    day = afternoon_of("linxia@chengnan-water.example").customer_writes(
        "2026-11-23 09:00", "你们的设备登录不了了，怎么办？"
    )
    asked = day.last("linxia@chengnan-water.example").text
    assert "贵公司全称" in asked
    assert "设备登录不了" not in asked
    day.customer_writes(
        "09:10",
        "公司：城南自来水有限公司\n联系人：林夏\n电话：025-55550808\n故障现象：日志审计登录页面打不开",
    )
    assert (day.case.missing, day.case.company) == ((), "城南自来水有限公司")


# What our own people may do.


def test_a_command_that_is_not_theirs_is_answered_once_with_what_they_can_do(
    afternoon_of: AfternoonOf,
) -> None:
    """P-46: an engineer cannot pass their own work; the words beside the command reach nobody outside."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:10", "已接手。", answering="new_case")
    day.staff_writes(LI, "10:30", "#已解决 重启认证服务", answering="new_case")
    day.staff_writes(LI, "10:31", "#通过\n没问题了吧", answering="new_case")
    assert day.case.status == "in_review"
    assert day.post(LI, "reply_not_sent") == ["11-23 10:31 reply_not_sent"]
    assert "没问题了吧" not in day.read_outside()


def test_a_command_with_a_slip_of_the_pen_is_understood_and_a_strange_one_is_answered(
    afternoon_of: AfternoonOf,
) -> None:
    """P-43: "#prgress" is forgiven, "#飞" is answered with the commands that there are."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:10", "#take", answering="new_case")
    day.staff_writes(LI, "09:21", "＃prgress 已更换证书", answering="assignment")
    assert "已更换证书" in day.last(HOSPITAL).text
    day.staff_writes(LI, "09:25", "#飞 到月球", answering="assignment")
    told = day.last(LI, "reply_not_sent").text
    assert "#飞 到月球" in told
    assert "#方案" in told


def test_what_an_engineer_writes_after_the_end_is_kept_from_the_customer(afternoon_of: AfternoonOf) -> None:
    """P-48: a closed case never speaks; the engineer is told that their words did not go out."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.solved("10:30").customer_writes("11:00", "已经恢复了，谢谢！")
    day.staff_writes(LI, "11:30", "对了，顺便把固件也升级一下吧。", answering="new_case")
    assert "固件" not in day.read_outside()
    assert day.post(LI)[-1] == "11-23 11:30 reply_not_sent"


def test_a_colleagues_letter_is_worth_nothing_in_other_hands(afternoon_of: AfternoonOf) -> None:
    """P-46: whoever got hold of the centre manager's letter cannot pass the review with it (T39)."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "10:30", "#已解决 重启认证服务", answering="new_case")
    request = day.last(QIAN, "review_request").letter
    forged = EmailMessage(policy=email.policy.SMTP)
    forged["From"], forged["To"] = "somebody@elsewhere.example", request.reply_to
    forged["Message-ID"], forged["In-Reply-To"] = "<f1@elsewhere.example>", request.message_id
    forged["Subject"] = "Re: 审核"
    forged.set_content("#通过")
    day.arrives("10:31", forged.as_bytes(), "somebody@elsewhere.example", to=request.reply_to)
    assert day.case.status == "in_review"
    assert day.post(HE_LAN)[-1] == "11-23 10:31 third_party_wrote"
