"""Afternoons in which colleagues put right what was misread: the case, its contract, and what the reader knows."""

import tomllib

import pytest

from gateway import example_export
from gateway.cases.commitments import RUNNING
from gateway.storage.learning import corrected_reports
from tests.builders import wall_clock
from tests.stories.afternoon import HE_LAN, HOSPITAL, LI, Afternoon
from tests.stories.conftest import AfternoonOf

REPORT = "您好，\n防火墙登录不上，多台终端打不开管理页面。\n\n吴波\n青山农商总行\n电话：13700070007"
"""What 吴波 writes from an address and under a name of his bank that nobody knows."""
UNKNOWN = "wubo@mailbox.example"
BANK_NAME = "青山农村商业银行股份有限公司"


def reported(afternoon_of: AfternoonOf, text: str = REPORT) -> Afternoon:
    return afternoon_of(UNKNOWN).customer_writes("2026-11-23 09:00", text)


def test_a_company_put_right_brings_its_customer_plan_and_contract(afternoon_of: AfternoonOf) -> None:
    """P-20 and P-01: from then on it is the bank's case, under the bank's plan and its own promises."""
    day = reported(afternoon_of)
    assert (day.case.customer_id, day.case.plan) == (None, "5x8")
    day.staff_writes(HE_LAN, "09:05", "#公司 青山银行", answering="new_case")
    assert (day.case.customer_id, day.case.company, day.case.plan) == ("qingshan-bank", BANK_NAME, "7x24")
    assert "hotline-7x24" in day.case.services
    assert day.state("response_any_hour") == RUNNING
    assert day.case.region == "华东"
    told = day.last(HE_LAN, "company_corrected").text
    assert f"客户已更正为“{BANK_NAME}”" in told


def test_the_journal_says_who_put_what_right_and_when(afternoon_of: AfternoonOf) -> None:
    """P-61: whoever reads the case later sees that it was a colleague's word."""
    day = reported(afternoon_of).staff_writes(HE_LAN, "09:05", "#联系人 吴波涛", answering="new_case")
    (entry,) = [row for row in day.journal if row["name"] == "corrected"]
    assert (entry["by"], entry["field"], entry["value"]) == (HE_LAN, "contact", "吴波涛")
    assert wall_clock(entry["at"]) == "11-23 09:05"
    assert day.case.contact == "吴波涛"


def test_a_company_that_could_be_several_is_kept_as_text_and_the_desk_is_told_whom(
    afternoon_of: AfternoonOf,
) -> None:
    """P-20: 北河医院 is how one shortens 北河市第一人民医院, but a contract is not given on a guess."""
    day = reported(afternoon_of).staff_writes(HE_LAN, "09:05", "#公司 北河医院", answering="new_case")
    assert (day.case.company, day.case.customer_id, day.case.plan) == ("北河医院", None, "5x8")
    told = day.last(HE_LAN, "company_corrected").text
    assert "· 北河市第一人民医院" in told
    assert "#别名" not in told
    day.staff_writes(HE_LAN, "09:07", "#公司 北河市第一人民医院", answering="company_corrected")
    assert day.case.customer_id == "beihe-hospital"
    assert day.case.proposed_alias == "青山农商总行", "what the report says, not what the desk tried first"


def test_what_was_missing_is_put_right_by_the_desk_and_asked_no_more(afternoon_of: AfternoonOf) -> None:
    """P-23: the desk has called: company, contact and phone in one answer; the thread stays silent about it."""
    day = reported(afternoon_of, "你们的设备登录不了了，怎么办？")
    assert day.case.missing == ("company", "contact", "phone")
    words = "#公司 北河一院\n#联系人 王芳\n#电话 13900020009"
    day.staff_writes(HE_LAN, "09:10", words, answering="new_case")
    assert day.case.missing == ()
    assert (day.case.contact, day.case.phone) == ("王芳", "13900020009")
    assert day.post(HE_LAN, "reply_not_sent") == []


def test_the_customer_never_sees_a_correction(afternoon_of: AfternoonOf) -> None:
    """P-31: not in the second reply, not in any update, not even in the words beside it."""
    day = afternoon_of(HOSPITAL).customer_writes("2026-11-23 09:00", REPORT)
    day.staff_writes(LI, "09:05", "#联系人 爱抱怨的吴先生\n您好，我已接手。", answering="new_case")
    day.goes_on_until("11:30")
    assert "我已接手" in day.read_outside()
    assert "爱抱怨" not in day.read_outside()
    assert len(day.post(HOSPITAL)) > 3


def test_a_name_that_a_colleague_confirms_is_read_in_the_next_message(afternoon_of: AfternoonOf) -> None:
    """Issue 5: proposed with the answer, learnt by one word, known to the running reader and after a restart."""
    day = reported(afternoon_of)
    read = day.case.company
    assert read == "青山农商总行"
    day.staff_writes(HE_LAN, "09:05", "#公司 青山银行", answering="new_case")
    assert f"来信中识别到的名称是“{read}”" in day.last(HE_LAN, "company_corrected").text
    day.staff_writes(HE_LAN, "09:06", "#别名", answering="company_corrected")
    assert day.case.proposed_alias is None
    day.customer_writes("09:30", REPORT.replace("吴波", "何平"), by="heping@elsewhere.example", anew=True)
    assert day.case.company == BANK_NAME
    assert day.names_known_after_a_restart()[read] == "qingshan-bank"


def test_company_and_name_may_be_put_right_in_one_message(afternoon_of: AfternoonOf) -> None:
    """Whoever knows the customer does not wait for our answer; of two companies the last counts, and its contract."""
    day = reported(afternoon_of)
    day.staff_writes(HE_LAN, "09:05", "#公司 北河一院\n#公司 青山银行\n#别名", answering="new_case")
    assert (day.case.customer_id, day.case.plan) == ("qingshan-bank", "7x24")
    assert day.names_known_after_a_restart() == {"青山农商总行": "qingshan-bank"}
    assert day.post(HE_LAN, "company_corrected", "reply_not_sent") == ["11-23 09:05 company_corrected"]
    assert "请回复 #别名" not in day.last(HE_LAN, "company_corrected").text


@pytest.mark.parametrize(
    ("corrected", "taught"),
    [
        pytest.param("#公司 青山银行", "#别名 北河一院", id="somebody else's name"),
        pytest.param("#公司 青山银行", "#别名 青山", id="two letters"),
        pytest.param("#公司 无此公司", "#别名 无此公司总部", id="no customer"),
    ],
)
def test_a_name_that_cannot_be_learnt_is_refused(
    afternoon_of: AfternoonOf, corrected: str, taught: str
) -> None:
    """A name that means two customers means none, and a short one is in every second letter."""
    day = reported(afternoon_of).staff_writes(HE_LAN, "09:05", corrected, answering="new_case")
    day.staff_writes(HE_LAN, "09:06", taught, answering="company_corrected")
    assert "别名未能采用" in day.last(HE_LAN, "reply_not_sent").text
    assert day.names_known_after_a_restart() == {}


def exported(day: Afternoon) -> list[dict[str, object]]:
    """The labelled messages, as whoever improves the reader has them."""
    return tomllib.loads("\n".join(example_export.written(corrected_reports(day.engine)))).get("message", [])


def test_a_correction_is_exported_as_a_labelled_message(afternoon_of: AfternoonOf) -> None:
    """Issue 5: the report as it came, what is right, and what had been read before; of two corrections the last."""
    day = reported(afternoon_of)
    level = day.case.level
    words = "#公司 北河医院\n#公司 青山银行\n#级别 1"
    day.staff_writes(HE_LAN, "09:05", words, answering="new_case")
    (message,) = exported(day)
    assert message["text"] == REPORT
    assert message["from"] == f"<{UNKNOWN}>"
    assert (message["company"], message["level"]) == (BANK_NAME, [1])
    assert message["before"] == {"company": "青山农商总行", "level": str(level)}
    assert "contact" not in message


def test_a_level_that_changed_with_the_fault_is_no_example(afternoon_of: AfternoonOf) -> None:
    """The reading of the first message was not wrong because the fault grew worse after it."""
    day = reported(afternoon_of).customer_writes("09:10", "现在全部业务中断了！")
    day.staff_writes(LI, "09:12", "#级别 1", answering="customer_wrote")
    assert day.case.level == 1
    assert exported(day) == []
