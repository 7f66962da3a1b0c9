"""Whole afternoons, and weeks, of what is no fault: installation, training, inspections, complaints, what lies outside
support, the question how satisfied customers were; and the CRM, where there is one.
"""

import json

import pytest

from gateway.cases import commitments as promised
from gateway.errors import DeliveryError
from gateway.messages import Parcel
from tests.stories.afternoon import (
    ADMIN,
    BANK,
    CHIPS,
    FAULT,
    FENG,
    HAIYAN,
    HE_LAN,
    HOSPITAL,
    LI,
    SMALL_FAULT,
    SUN_JIE,
    WANG,
    ZHAO,
)
from tests.stories.conftest import AfternoonOf

INSTALLATION = "您好，\n新购的防火墙已到货，请安排上门安装。"
CONSULTANT = {'roles = ["level_manager:3"]': 'roles = ["level_manager:3", "security_consulting"]'}
"""冯涛 is the security consultant as well."""
ON_NATIONAL_DAY = {
    "# inspection = { every_months = 6, first = 2026-06-01 }": "inspection = { every_months = 6, first = 2026-10-01 }"
}


class Tickets:
    """A CRM that keeps what it is sent, or is down."""

    def __init__(self) -> None:
        self.taken: list[dict[str, object]] = []
        self.down = False

    async def send(self, parcel: Parcel) -> str:
        """Take a document; the same one twice is one."""
        if self.down:
            raise DeliveryError("the CRM took nothing", permanent=False)
        self.taken.append(json.loads(parcel.raw))
        return "201"


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


def test_nobody_arranges_the_installation(afternoon_of: AfternoonOf) -> None:
    """P-05 and P-50: eight hours for somebody to take it up, then the managers hear of it, to the last of them."""
    day = afternoon_of(BANK).customer_writes("2026-11-23 09:00", INSTALLATION)
    day.goes_on_until("17:30")
    assert day.missed() == ["visit P-05"]
    assert day.told("escalation") == ["11-23 17:00 zhao.ming"]
    day.goes_on_until("11-26 18:00")
    assert {each.split()[-1] for each in day.told("escalation")} == {
        "zhao.ming",
        "qian.hong",
        "feng.tao",
        "admin",
    }


def test_an_installation_that_nobody_confirms_is_asked_about_again(afternoon_of: AfternoonOf) -> None:
    """P-35: no case is closed silently, and none is forgotten."""
    day = afternoon_of(BANK).customer_writes("2026-11-23 09:00", INSTALLATION)
    day.staff_writes(SUN_JIE, "10:00", "#已解决 装好了", answering="visit_requested")
    day.goes_on_until("12-05 18:00")
    assert len(day.post(BANK, "confirm_reminder", "confirm_reminder_again")) == 2
    assert len(day.post(HE_LAN, "call_customer")) == 1


def test_a_complaint_about_an_installation_reaches_quality(afternoon_of: AfternoonOf) -> None:
    """P-60, whatever the case is."""
    day = afternoon_of(BANK).customer_writes("2026-11-23 09:00", INSTALLATION)
    day.customer_writes("11-24 09:00", "我要投诉，一天了没人联系我，服务太差！")
    assert day.post(ADMIN, "complaint") == ["11-24 09:00 complaint"]
    assert day.state("complaint_taken") == promised.RUNNING


def test_training_without_installation_is_not_refused_in_silence(afternoon_of: AfternoonOf) -> None:
    """P-06: the customer hears kindly why, and the desk takes it up."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", "您好，\n我们想安排一次防火墙的现场培训。")
    assert day.case.kind == "training"
    assert day.post(HOSPITAL) == ["11-23 09:00 service_not_covered"]
    assert day.post(HE_LAN) == ["11-23 09:00 service_not_covered"]
    assert "现场培训面向已购买现场安装服务的客户" in day.last(HOSPITAL).text
    day.goes_on_until("2026-11-27 18:00")
    assert day.post(HOSPITAL) == ["11-23 09:00 service_not_covered"]


def test_training_with_installation_is_arranged(afternoon_of: AfternoonOf) -> None:
    """P-06 for a customer who bought installation: like any visit."""
    day = afternoon_of(BANK).customer_writes("2026-11-23 09:00", "您好，\n我们想安排一次防火墙的现场培训。")
    assert day.post(BANK) == ["11-23 09:00 receipt"]
    assert day.post(SUN_JIE) == ["11-23 09:00 visit_requested"]
    assert "培训" in day.last(SUN_JIE).text


def test_an_inspection_that_falls_on_national_day_is_held_after_it(other_afternoon: AfternoonOf) -> None:
    """P-07: opened five working days ahead, held on 8 October, engineer and customer reminded, the report attached."""
    day = other_afternoon(HOSPITAL, staff=ON_NATIONAL_DAY, rounds=True)
    day.goes_on_until("2026-09-21 08:00")
    day.goes_on_until("2026-10-07 18:00")
    day.opened_by_the_calendar()
    assert (day.case.kind, day.due("inspection_visit")) == ("inspection", "10-08 18:00")
    assert day.post(HOSPITAL)[0].endswith("inspection_planned")
    assert "10月8日（周四）18:00" in day.last(HOSPITAL, "inspection_planned").text
    assert len(day.post(HOSPITAL, "inspection_reminder")) == 1
    day.staff_writes(LI, "2026-10-08 08:30", "#出发", answering="inspection_due")
    assert "工程师将在今天 18:00 前到达现场。" in day.last(HOSPITAL, "status_update").text
    day.staff_writes(LI, "09:30", "#到场", answering="inspection_due")
    assert "工程师将在" not in day.last(HOSPITAL, "status_update").text
    day.staff_writes(
        LI,
        "2026-10-09 15:00",
        "#已解决 设备运行正常，建议升级固件",
        answering="inspection_due",
        file="巡检报告.pdf",
    )
    report = day.last(HOSPITAL, "inspection_report")
    assert report.files == ["巡检报告.pdf"]
    assert "巡检报告.pdf" in report.text
    day.customer_writes("15:30", "已确认，谢谢", answering="inspection_report")
    assert day.case.status == "closed"
    assert day.missed() == []


def test_an_inspection_that_nobody_holds_climbs(other_afternoon: AfternoonOf) -> None:
    """P-07 and P-50: asked for before, escalated at the close of the planned day."""
    day = other_afternoon(HOSPITAL, staff=ON_NATIONAL_DAY, rounds=True)
    day.goes_on_until("2026-09-21 08:00")
    day.goes_on_until("2026-10-09 10:00")
    day.opened_by_the_calendar()
    assert day.post(LI, "inspection_prompt") != []
    assert day.missed() == ["inspection_visit P-07"]
    # At six the manager has gone home; below level 1 nobody is woken for it.
    assert day.told("escalation") == ["10-09 09:00 zhao.ming"]


def test_a_complaint_goes_to_quality_and_to_the_engineer(afternoon_of: AfternoonOf) -> None:
    """P-60: in the middle of a fault; quality has four hours, acknowledges, and the case goes on."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:10", "已接手。", answering="new_case")
    day.customer_writes("10:00", "我要投诉，一个小时了都没人告诉我们进展，服务太差了！")
    complaint = day.last(ADMIN, "complaint")
    assert "服务太差了" in complaint.text
    assert day.post(LI, "customer_wrote") == ["11-23 10:00 customer_wrote"]
    day.staff_writes(ADMIN, "10:30", "#知悉 已与客户通话", answering="complaint")
    assert day.state("complaint_taken") == promised.MET
    assert day.case.status == "in_progress"
    assert "已与客户通话" not in day.read_outside()


def test_a_complaint_that_comes_first_is_answered_as_one(afternoon_of: AfternoonOf) -> None:
    """P-60 and P-30: an apology and who has it, and nobody's manners are listed as the symptoms of a fault."""
    day = afternoon_of().customer_writes(
        "2026-11-23 09:00", "我要投诉：你们的工程师态度很差，上周答应的回访一直没有人处理。"
    )
    assert (day.case.kind, day.post(ADMIN, "complaint")) == ("complaint", ["11-23 09:00 complaint"])
    day.goes_on_until("10:30")
    assert "深表歉意" in day.last(HOSPITAL, "first_reply").text
    assert day.post(HOSPITAL)[1:] == ["11-23 09:29 second_reply", "11-23 10:29 status_update"]
    assert "故障" not in day.read_outside()


def test_what_is_out_of_scope_is_not_promised_an_engineer(afternoon_of: AfternoonOf) -> None:
    """P-04: one letter, that a consultant gets in touch; no receipt that says the opposite."""
    day = afternoon_of().customer_writes(
        "2026-11-23 09:00", "您好，\n扫描报告列出了十二个漏洞，请协助修复漏洞。"
    )
    assert day.post(HOSPITAL) == ["11-23 09:00 out_of_scope"]


def test_fixing_what_a_report_lists_is_for_security_consulting(other_afternoon: AfternoonOf) -> None:
    """P-04: the customer is told, a consultant gets in touch, and their words go out as from the desk."""
    day = other_afternoon(HOSPITAL, staff=CONSULTANT).customer_writes(
        "2026-11-23 09:00", "您好，\n扫描报告列出了十二个漏洞，请协助修复漏洞。"
    )
    assert day.case.kind == "out_of_scope"
    assert "不属于产品维护服务的范围" in day.last(HOSPITAL, "out_of_scope").text
    assert day.post("feng.tao") == ["11-23 09:00 consulting_needed"]
    words = "刘主任您好，我是安全咨询的冯涛，下午两点给您打电话。"
    day.staff_writes("feng.tao", "10:00", words, answering="consulting_needed")
    assert words in day.last(HOSPITAL, "engineer_reply").text


BREAK_INS = [
    (HOSPITAL, "您好，\n服务器文件全被加密了，桌面上留了勒索信，请马上处理！", "勒索", "安全咨询服务工程师"),
    (HAIYAN, "您好，\n我們的伺服器遭駭客入侵，後台多了不認識的帳號，請立即協助。", "入侵", "資安顧問"),
    (
        CHIPS,
        "Hello,\nour file server was hacked last night, the files are encrypted and there is a ransom note.",
        "hacked",
        "security consultants",
    ),
]


@pytest.mark.parametrize(("customer", "words", "sign", "told"), BREAK_INS)
def test_a_break_in_is_a_fault_and_goes_to_a_consultant_besides(
    other_afternoon: AfternoonOf, customer: str, words: str, sign: str, told: str
) -> None:
    """P-04, P-10: the engineer works on the product, a consultant gets in touch, and the customer knows of both."""
    day = other_afternoon(customer, staff=CONSULTANT).customer_writes("2026-11-23 09:00", words)
    assert (day.case.kind, day.case.level) == ("fault", 1)
    assert any(sign in each for each in day.case.incident)
    assert day.post(FENG, "incident") == ["11-23 09:00 incident"]
    assert words.splitlines()[1] in day.last(FENG, "incident").text.replace("\n> ", " ")
    assert day.told("new_case") != []
    assert told in day.last(customer, "first_reply").text
    day.staff_writes(FENG, "09:20", "请先断开受影响主机的网络，我十分钟后来电。", answering="incident")
    assert day.state("response") == promised.MET


def test_a_break_in_on_saturday_night_wakes_the_consultant(other_afternoon: AfternoonOf) -> None:
    """P-04: at once, as an attack is of level 1; nobody waits for Monday."""
    day = other_afternoon(HOSPITAL, staff=CONSULTANT).customer_writes("2026-11-21 23:00", BREAK_INS[0][1])
    assert day.post(FENG, "incident") == ["11-21 23:00 incident"]


def test_a_break_in_found_later_reaches_the_consultant_once(other_afternoon: AfternoonOf) -> None:
    """P-04, P-21: what began as a small fault is of level 1 from then on, at any hour; nobody is told twice."""
    day = other_afternoon(HOSPITAL, staff=CONSULTANT).customer_writes("2026-11-23 09:00", SMALL_FAULT)
    assert (day.case.level, day.post(FENG, "incident")) == (3, [])
    day.customer_writes("22:00", "刚刚发现管理员账号被盗，黑客从境外登录进来，服务器被植入木马！")
    assert day.case.level == 1
    assert day.post(FENG, "incident") == ["11-23 22:00 incident"]
    assert "境外登录" in day.last(FENG, "incident").text
    day.customer_writes("22:10", "木马还在，另一台服务器也被入侵了！")
    assert day.post(FENG, "incident") == ["11-23 22:00 incident"]


def test_a_break_in_where_nobody_is_a_consultant_goes_to_the_service_manager(
    afternoon_of: AfternoonOf,
) -> None:
    """P-04: an empty role falls through to who answers for it, never to nobody."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", BREAK_INS[0][1])
    assert day.post(SUN_JIE, "incident") == ["11-23 09:00 incident"]


def test_a_question_about_ransomware_is_no_break_in(other_afternoon: AfternoonOf) -> None:
    """P-04: a consultant is not sent to whoever only asks what a product can do."""
    day = other_afternoon(HOSPITAL, staff=CONSULTANT).customer_writes(
        "2026-11-23 09:00", "您好，\n请问贵司的防火墙能不能防勒索病毒？"
    )
    assert (day.case.incident, day.post(FENG)) == ((), [])
    assert "安全咨询" not in day.read_outside()


def test_a_bad_answer_to_the_follow_up_is_traced_to_the_engineer(other_afternoon: AfternoonOf) -> None:
    """P-63, P-64, P-60: after the month's end the customer is asked once; a poor score is a complaint with a name."""
    day = other_afternoon(HOSPITAL, rounds=True).customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:10", "已接手。", answering="new_case")
    day.solved("10:30")
    day.customer_writes("11:00", "已经恢复了，谢谢！")
    fault = day.numbers[0]
    day.goes_on_until("2026-12-01 09:30")
    day.opened_by_the_calendar()
    asked = day.last(HOSPITAL, "follow_up")
    assert asked.clock == "12-01 09:00"
    assert fault in asked.text
    day.customer_writes("10:00", "2\n问题虽然解决了，但是中间没有人联系我们。", answering="follow_up")
    told = day.last(ADMIN, "satisfaction").text
    assert "李雯" in told
    assert "没有人联系我们" in told
    day.goes_on_until("2026-12-31 09:00")
    assert len(day.post(HOSPITAL, "follow_up")) == 1


def test_a_poor_score_reaches_quality_as_a_number(other_afternoon: AfternoonOf) -> None:
    """P-63: the worst answers are those whose score must not be lost."""
    day = other_afternoon(HOSPITAL, rounds=True).customer_writes("2026-11-23 09:00", FAULT)
    day.solved("10:30").customer_writes("11:00", "已经恢复了，谢谢！")
    day.goes_on_until("2026-12-01 09:30")
    day.opened_by_the_calendar()
    day.customer_writes("10:00", "2\n没有人联系我们。", answering="follow_up")
    assert "评分：2" in day.last(ADMIN, "satisfaction").text


def test_a_follow_up_that_nobody_answers_is_put_away(other_afternoon: AfternoonOf) -> None:
    """P-63: nobody is pressed for an opinion."""
    day = other_afternoon(HOSPITAL, rounds=True).customer_writes("2026-11-23 09:00", FAULT)
    day.solved("10:30")
    day.customer_writes("11:00", "已经恢复了，谢谢！")
    day.goes_on_until("2026-12-20 09:30")
    day.opened_by_the_calendar()
    assert day.case.status == "closed"
    assert day.post(HOSPITAL)[-1].endswith("follow_up")
    assert day.told("escalation") == []


def test_a_crm_has_its_ticket_opened_and_closed(other_afternoon: AfternoonOf) -> None:
    """P-26 and P-48: opened with the case, closed with the customer's word, once each."""
    crm = Tickets()
    day = other_afternoon(HOSPITAL, crm=crm).customer_writes("2026-11-23 09:00", FAULT)
    day.solved("10:30")
    day.customer_writes("11:00", "已经恢复了，谢谢！")
    day.goes_on_until("12:00")
    assert len(crm.taken) == 2
    assert {str(day.case.number) in json.dumps(ticket) for ticket in crm.taken} == {True}
    assert day.state("closed_in_crm") == promised.MET
    assert day.missed() == []


def test_a_crm_that_is_down_is_tried_again_and_then_somebody_is_told(other_afternoon: AfternoonOf) -> None:
    """P-48 and P-50: after thirty minutes the closed case climbs, among our people alone; then it is taken."""
    crm = Tickets()
    day = other_afternoon(HOSPITAL, crm=crm).customer_writes("2026-11-23 09:00", FAULT)
    day.solved("10:30")
    crm.down = True
    day.customer_writes("11:00", "已经恢复了，谢谢！")
    day.goes_on_until("11:30")
    assert day.missed() == ["closed_in_crm P-48"]
    assert day.told("escalation") == ["11-23 11:30 zhao.ming"]
    assert "P-48" in day.last(ZHAO, "escalation").text
    crm.down = False
    day.goes_on_until("12:00")
    assert len(crm.taken) == 2
    assert day.post(HOSPITAL)[-1] == "11-23 11:00 closed"
