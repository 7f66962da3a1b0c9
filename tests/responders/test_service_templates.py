"""The words of the whole service: what each role is told, what its reply does, and what never reaches a customer."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.cases import commitments
from gateway.cases.case import Case, Fact, Party
from gateway.cases.commitments import Commitment
from gateway.cases.events import FOREIGN_MANAGER
from gateway.cases.lifecycle import STATUSES
from gateway.parsers import commands, confirmation, satisfaction
from gateway.responders.composer import Recipient
from gateway.responders.letter_view import case_for
from gateway.responders.phrasebook import read_phrasebook
from tests.responders.correspondence import (
    AT,
    CASE,
    CONFIG,
    LANGUAGES,
    NUMBER,
    POLICY,
    STRANGER,
    TEMPLATES,
    customer,
    staff,
    write,
)

BEYOND_THE_ROWS = [
    ("digest", "level_manager:1"),
    ("facts_wanted", "colleague"),
    ("interim_report", "customer"),
    ("interim_draft", "superior"),
    ("plan_prompt", "engineer"),
    ("wording_needed", "liaison"),
    ("escalation", "level_manager:1"),
    ("escalation", "administrator"),
    ("notice_failed", "desk"),
    ("operator_alert", "administrator"),
    ("reply_not_sent", "engineer"),
]
"""Notices that no row of the policy gives, or that an owner may well do without, and to whom they go."""

ASKED_OF: list[tuple[str, str, str, list[str]]] = [
    (
        "triage_request",
        "service_manager",
        "",
        ["· #已研判", "· #级别", "· #指派", "> 电源模块", "类型：故障"],
    ),
    ("complaint", "quality", "complaint_taken", ["今天 10:32", "> 电源模块", "· #知悉", "处理人：李明"]),
    ("assignment", "engineer", "plan_or_help", ["今天 10:32 前", "#方案", "#求助", "请先亲自回复客户"]),
    (
        "help_needed",
        "project_manager",
        "help",
        ["李明请求支援", "> 电源模块", "#指派 姓名", "今天 10:32", "二级"],
    ),
    ("help_assigned", "implementation_engineer", "", ["（李明）", "以服务台名义发给客户"]),
    ("parts_wanted", "warehouse", "parts", ["李明", "> 电源模块 PS-200 一块", "今天 10:32", "· #出库"]),
    (
        "review_request",
        "centre_manager",
        "review",
        ["> 更换了证书", "今天 10:32", "· #通过", "· #不通过 原因"],
    ),
    ("review_failed", "engineer", "", ["> 电源模块", "> 更换了证书", "没有告知客户"]),
    ("review_passed", "desk", "", ["已请客户确认", "> 更换了证书"]),
    ("visit_requested", "service_manager", "visit", ["今天 10:32", "> 电源模块", "· #指派"]),
    ("consulting_needed", "security_consulting", "", ["> 电源模块", "以服务台名义发给客户"]),
    ("incident", "security_consulting", "", ["> 电源模块", "以服务台名义发给客户", "由维护工程师照常处理"]),
    ("case_for_quality", "quality", "response", ["无须答复", "工程师响应"]),
    ("parts_ready", "engineer", "", ["仓库已发出", "· #到场"]),
    ("inspection_due", "engineer", "inspection_visit", ["今天 10:32 前", "#已解决", "· #到场"]),
]
"""What a role reads: notice, role, the promise that is due at half past ten, and what the letter must say then."""

BY_RULE = [(rule.notice, role) for rule in POLICY.notices for role in rule.to]
BY_CLOCK = [
    (ahead.notice, ahead.to)
    for target in POLICY.targets
    for ahead in (target.prompt, target.speak)
    if ahead is not None
]
ASKED = [(notice, role) for notice, role, *_ in ASKED_OF]
EVERY_NOTICE = sorted({*BY_RULE, *BY_CLOCK, *BEYOND_THE_ROWS, *ASKED})
TO_CUSTOMERS = [notice for notice, role in EVERY_NOTICE if role == "customer"]
TO_COLLEAGUES = [(notice, role) for notice, role in EVERY_NOTICE if role not in ("customer", "crm")]

INSPECTION = replace(CASE, kind="inspection", subject="某某制造有限公司 2026-11-30")
FOLLOW_UP: dict[str, Fact] = {
    "period": "2026-Q3",
    "cases": [
        {"number": "C-ONE", "subject": "登录失败", "company": "INTERNAL-COMPANY", "level": 1},
        {"number": "C-TWO", "subject": None},
    ],
}
WORDS: dict[str, Fact] = {"words": "电源模块 PS-200 一块", "words_language": "zh-Hans"}


def _owed(
    name: str, due: datetime, *, owed_by: str = "engineer", state: str = commitments.RUNNING
) -> Commitment:
    return Commitment(name=name, promise="P-00", owed_by=owed_by, made_at=AT, due=due, state=state)


def _owing(name: str, minutes: int = 30, case: Case = CASE) -> Case:
    return replace(case, commitments=(_owed(name, AT + timedelta(minutes=minutes)),))


def _quoted(text: str) -> list[str]:
    return [line.removeprefix(">").strip() for line in text.split("\n") if line.startswith(">")]


# What the policy gives must have words, and what the words teach must be so.


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_the_policy_says_has_a_letter_in_every_language(language: str) -> None:
    """A notice without a template would go out in the plain form, in that language only."""
    lacking = [
        f"{audience}/{notice}"
        for notice, role in EVERY_NOTICE
        if role != "crm"
        for audience in ("customer" if role in ("customer", "foreign_manager") else "staff",)
        if not (TEMPLATES / language / audience / f"{notice}.txt.j2").is_file()
    ]
    assert lacking == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_the_settings_name_is_called_something(language: str) -> None:
    """Rows, commands, kinds, services, statuses and roles: an id in the middle of a sentence is no language."""
    names = read_phrasebook(TEMPLATES / language / "words.toml").names
    assert {target.name for target in POLICY.targets} <= set(names["commitment"])
    assert {row.name for row in CONFIG.target} <= set(names["commitment"])
    assert {*CONFIG.commands, "note"} <= set(names["command"])
    assert set(POLICY.kinds) <= set(names["kind"])
    assert {row.name for row in CONFIG.service} <= set(names["service"])
    assert set(STATUSES) == set(names["status"]) == set(names["internal_status"])
    assert {role.partition(":")[0] for _, role in EVERY_NOTICE} <= set(names["role"])
    assert {target.owed_by for target in POLICY.targets} <= set(names["role"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("notice", "role"), TO_COLLEAGUES)
def test_no_letter_teaches_a_command_that_its_reader_would_be_refused(
    notice: str, role: str, language: str
) -> None:
    """Whoever is told to write #指派 must be one who may; words.toml and the parser must mean the same command."""
    for case in (CASE, _owing("plan_or_help"), replace(INSPECTION, level=1)):
        taught = re.findall(r"#(\w+)", write(notice, staff(language), case, to=role, facts=WORDS).text)
        for word in taught:
            (command,) = commands.read(f"#{word} 2").commands
            assert command.name == "note" or role in CONFIG.commands[command.name], word


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_explained_by_a_word_that_the_gateway_reads_as_that_command(language: str) -> None:
    """The list of commands in a letter is the only manual that an engineer in the field has."""
    explained = read_phrasebook(TEMPLATES / language / "words.toml").names["command"]
    for name, words in explained.items():
        assert commands.read(words).commands[0].name == name


# The day's interim report (P-33).

_TODAY = AT.replace(hour=8, minute=30)
UNSOLVED = replace(
    CASE,
    moments={
        "reported": AT - timedelta(days=1),
        "assigned": _TODAY,
        "stuck": _TODAY + timedelta(minutes=10),
        "parts_requested": _TODAY + timedelta(minutes=20),
    },
)


@pytest.mark.parametrize(
    ("language", "status", "done", "comes", "then"),
    [
        (
            "zh-Hans",
            "处理中",
            "· 今天 08:50 已申请备件",
            "· 等待备件出库",
            "下一次进展，我们将在今天 11:17 前",
        ),
        (
            "zh-Hant",
            "處理中",
            "· 今天 08:50 已申請備品",
            "· 等候備品出庫",
            "下一次進度，我們將於今天 11:17 前",
        ),
        ("en", "in progress", "· 08:50 today: spare parts", "· Spare parts are on order", "by 11:17 today"),
    ],
)
def test_the_interim_report_says_where_it_stands_what_was_done_what_comes_and_when(
    language: str, status: str, done: str, comes: str, then: str
) -> None:
    """P-33: a customer who goes home with an unsolved fault knows all four."""
    text = write(
        "interim_report", customer(language), UNSOLVED, next_update=AT.replace(hour=11, minute=17)
    ).text
    for expected in (status, done, comes, then):
        assert expected in text


def test_the_interim_report_tells_of_today_and_not_of_yesterday() -> None:
    """It is the day's report; a day on which nothing happened says so."""
    assert "受理您的问题" not in write("interim_report", customer(), UNSOLVED).text
    yesterday = replace(UNSOLVED, moments={key: AT - timedelta(days=1) for key in UNSOLVED.moments})
    assert "今天暂无新的进展" in write("interim_report", customer(), yesterday).text


def test_parts_that_have_come_are_no_longer_waited_for() -> None:
    """What comes next follows what happened last."""
    moments = {**UNSOLVED.moments, "parts_issued": _TODAY + timedelta(minutes=40)}
    assert "等待备件" not in write("interim_report", customer(), replace(UNSOLVED, moments=moments)).text


def test_the_superiors_words_stand_in_place_of_the_draft() -> None:
    """P-33: what was agreed is what the customer reads, marked as somebody's words."""
    text = write(
        "interim_report", customer(), UNSOLVED, facts={"words": "明早更换主板。", "words_language": "zh-Hans"}
    ).text
    assert "> 明早更换主板。" in text.split("\n")
    assert "等待备件" not in text


def test_a_superiors_words_that_the_customer_cannot_read_leave_a_whole_letter_behind() -> None:
    """P-36: somebody words them; meanwhile the customer reads what the case knows, in their language."""
    text = write(
        "interim_report", customer("en"), UNSOLVED, facts={"words": "明早更换", "words_language": "zh-Hans"}
    ).text
    assert "明早" not in text
    assert "What comes next:" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_draft_is_word_for_word_what_the_customer_will_read(language: str) -> None:
    """P-33: a superior who agrees must know to what."""
    draft = _quoted(write("interim_draft", staff(language), UNSOLVED, to="superior").text)
    letter = write("interim_report", customer(language), UNSOLVED).text.split("\n")
    assert len(draft) > 4
    assert set(draft) <= {line.strip() for line in letter}


def test_the_draft_says_by_when_how_to_agree_and_what_other_words_do() -> None:
    """P-33: these words leave the house, and the superior must know it before writing them."""
    text = write(
        "interim_draft",
        staff(),
        UNSOLVED,
        to="superior",
        facts={"due": (AT + timedelta(minutes=60)).isoformat()},
    ).text
    assert "今天 11:02 前" in text
    assert "· #同意：" in text
    assert "另写的文字会代替拟稿发给客户" in text
    assert "· 今天 08:40 工程师请求支援" in text


def test_the_draft_warns_when_the_customer_reads_another_language() -> None:
    """No machine translates: words in the wrong one would wait for somebody else."""
    reads_english = replace(UNSOLVED, reporter=replace(CASE.reporter, language="en"))
    assert "客户使用英文" in write("interim_draft", staff(), reads_english, to="superior").text
    assert "客户使用" not in write("interim_draft", staff(), UNSOLVED, to="superior").text


# Services (P-04 … P-07).


@pytest.mark.parametrize(
    ("language", "who", "comes"),
    [
        ("zh-Hans", "安全咨询服务工程师", "尽快与您联系"),
        ("zh-Hant", "資安顧問", "儘快與您聯絡"),
        ("en", "security consultant", "will contact you"),
    ],
)
def test_a_request_beyond_support_is_passed_on_and_stays_visible(language: str, who: str, comes: str) -> None:
    """P-04: the customer is told who gets in touch, and that the case is not closed."""
    text = write("out_of_scope", customer(language)).text
    assert who in text
    assert comes in text
    assert NUMBER in text.split("\n-- \n")[0]


def test_training_without_installation_is_answered_kindly_and_taken_up_by_the_desk() -> None:
    """P-06: why, who gets in touch, and what else we need to know; the desk sees what was bought."""
    asked = replace(CASE, kind="training", missing=("phone",), services=("onsite-5x8", "inspection"))
    text = write("service_not_covered", customer(), asked).text
    assert "现场培训面向已购买现场安装服务的客户" in text
    assert "客服专员会尽快与您联系" in text
    assert "· 联系电话" in text
    desk = write("service_not_covered", staff(), asked, to="desk").text
    assert "· 5×8 现场服务\n· 定期巡检" in desk
    bought_nothing = replace(asked, services=())
    assert "没有查到该客户的有效合同" in write("service_not_covered", staff(), bought_nothing, to="desk").text


def test_another_service_that_was_not_bought_says_nothing_of_training() -> None:
    """The rule about installation is about training only."""
    text = write("service_not_covered", customer(), replace(CASE, kind="installation")).text
    assert "安装服务" in text
    assert "培训" not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notice", ["inspection_planned", "inspection_reminder"])
def test_an_inspection_says_by_when_and_how_to_prepare(notice: str, language: str) -> None:
    """P-07; and nobody is invited to send passwords by mail."""
    text = write(notice, customer(language), _owing("inspection_visit", 6 * 24 * 60, INSPECTION)).text
    assert {"zh-Hans": "11月29日", "zh-Hant": "11月29日", "en": "Sun 29 Nov"}[language] in text
    assert len([line for line in text.split("\n") if line.startswith("· ")]) == 4
    assert re.search("密码请勿|密碼請勿|do not send passwords", text)


@pytest.mark.parametrize("minutes", [-60, None])
def test_an_inspection_whose_day_is_past_or_unknown_promises_none(minutes: int | None) -> None:
    """After an outage "by yesterday" would be a joke."""
    case = INSPECTION if minutes is None else _owing("inspection_visit", minutes, INSPECTION)
    text = write("inspection_planned", customer(), case).text
    assert "我们将上门为贵公司的设备进行定期巡检" in text
    assert not re.search(r"\d\d:\d\d", text)


def test_an_inspection_report_names_its_file_and_claims_none_that_is_not_there() -> None:
    """P-07: "attached" is true or it is not said."""
    attached = write(
        "inspection_report", customer(), INSPECTION, facts={"attachments": ["巡检报告.pdf"]}
    ).text
    assert "见附件（巡检报告.pdf）" in attached
    assert "附件" not in write("inspection_report", customer(), INSPECTION).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("notice", "kind"), [("inspection_report", "inspection"), ("please_confirm", "training")]
)
def test_what_is_no_fault_is_not_asked_whether_it_works_again(notice: str, kind: str, language: str) -> None:
    """P-07, P-35: and the answer that is suggested instead counts as a confirmation."""
    text = write(notice, customer(language), replace(CASE, kind=kind)).text
    told = re.search(r"[“「\"](\w+)[”」\"]", text)
    assert told
    assert confirmation.read(told[1]) == "confirmation"
    assert not re.search("恢复正常|恢復正常|works again", text)


def test_a_service_is_no_fault_and_has_no_fault_level() -> None:
    """P-05: "level 4, minor problem" about a training would puzzle customer and engineer."""
    training = replace(CASE, kind="training")
    assert "故障" not in write("status_update", customer(), training).text
    assert "级别：" not in write("visit_requested", staff(), training, to="service_manager").text


def test_what_we_began_goes_under_our_subject_until_the_customer_writes() -> None:
    """ "Re:" to something that nobody wrote looks like a fraud."""
    assert write("inspection_planned", customer(), INSPECTION).subject == f"定期巡检安排，工单 {NUMBER}"
    written = replace(INSPECTION, thread=("<a@customer.example>",), subject="周四可以吗")
    assert write("inspection_reminder", customer(), written).subject == f"Re: 周四可以吗 [{NUMBER}]"


# Follow-ups (P-63, P-64).


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_that_a_follow_up_offers_is_read_as_that_score(language: str) -> None:
    """P-63: by its number and by its words, or the figures would lie."""
    offered = re.findall(r"^· ([1-5])[:：] ?(.+)$", write("follow_up", customer(language)).text, re.MULTILINE)
    assert [score for score, _ in offered] == ["5", "4", "3", "2", "1"]
    for score, words in offered:
        assert satisfaction.read(score) == int(score)
        assert satisfaction.read(f"{score}\n{words}") == int(score)


@pytest.mark.parametrize(
    ("period", "language", "called"),
    [
        ("2026-Q3", "zh-Hans", "评价我们2026年第三季度的服务"),
        ("2026-Q4", "zh-Hant", "評價我們2026年第四季的服務"),
        ("2026-02", "zh-Hans", "评价我们2026年2月的服务"),
        ("2026-12", "en", "our service in December 2026?"),
        ("2026-Q1", "en", "our service in the first quarter of 2026?"),
        ("2026-13", "en", "our service recently?"),
        (None, "zh-Hans", "评价我们近期的服务"),
    ],
)
def test_a_follow_up_says_which_time_it_asks_about(period: str | None, language: str, called: str) -> None:
    """P-63: monthly or quarterly; a period that nobody understands is left vague and not printed."""
    assert called in write("follow_up", customer(language), facts={"period": period}).text


def test_a_follow_up_lists_the_cases_and_nothing_of_ours() -> None:
    """The number and the customer's own subject; level and company are for colleagues."""
    text = write("follow_up", customer(), facts=FOLLOW_UP).text
    assert "· C-ONE：登录失败\n· C-TWO\n" in text
    assert "INTERNAL" not in text
    assert "登录失败" not in write("follow_up", STRANGER, facts=FOLLOW_UP).text


def test_a_rating_reaches_quality_with_the_engineer_it_is_about() -> None:
    """P-63, P-64: traced to the engineer responsible, with the customer's words."""
    letter = write(
        "satisfaction", staff(), to="quality", engineer="李明", facts={**FOLLOW_UP, **WORDS, "score": 2}
    )
    assert "2 分" in letter.subject
    for expected in (
        "评分：2（满分 5 分）",
        "负责的工程师：李明",
        "> 电源模块 PS-200 一块",
        "· C-ONE：登录失败",
    ):
        assert expected in letter.text
    assert "评分" not in write("satisfaction", staff(), to="quality").text


# Inside the house (P-40 … P-48, P-60).


def _told(notice: str, role: str, case: Case, facts: dict[str, Fact]) -> str:
    return write(notice, staff(), case, to=role, facts=facts, engineer="李明").text


@pytest.mark.parametrize(("notice", "role", "owed", "says"), ASKED_OF, ids=[each[0] for each in ASKED_OF])
def test_every_role_reads_what_it_is_asked_by_when_and_what_to_reply(
    notice: str, role: str, owed: str, says: list[str]
) -> None:
    """Each must be able to act on the letter alone, from a phone."""
    case = replace(_owing(owed) if owed else CASE, solution="更换了证书")
    text = _told(notice, role, case, WORDS)
    assert [expected for expected in says if expected not in text] == []


@pytest.mark.parametrize(
    ("notice", "role", "fact"),
    [("plan_prompt", "engineer", "#求助 原因"), ("inspection_prompt", "engineer", "#到场")],
)
def test_a_prompt_says_by_when_and_what_keeps_the_promise(notice: str, role: str, fact: str) -> None:
    """P-43, P-07."""
    text = _told(notice, role, CASE, {"due": (AT + timedelta(minutes=5)).isoformat()})
    assert "今天 10:07 前" in text
    assert fact in text


def test_a_call_for_help_that_nobody_made_does_not_say_that_somebody_did() -> None:
    """P-43: the engineer who only let the half hour pass did not ask."""
    missed = replace(CASE, moments={**CASE.moments, "missed:plan_or_help": AT})
    text = _told("help_needed", "service_manager", missed, {})
    assert "李明在规定时间内既未解决问题，也未给出方案" in text
    asked_later = replace(missed, moments={**missed.moments, "stuck": AT + timedelta(minutes=1)})
    assert "李明请求支援" in _told("help_needed", "service_manager", asked_later, {})


def test_an_engineer_who_takes_over_is_told_that_the_customer_was_answered_before() -> None:
    """P-27 is about the first engineer; a second "first reply" would confuse the customer."""
    answered = replace(CASE, moments={**CASE.moments, "engineer_replied": AT})
    assert "请接续处理" in _told("assignment", "engineer", answered, {})


def test_an_attack_is_to_be_answered_at_once() -> None:
    """P-04: level 1 and out of scope at the same time."""
    assert "请立即联系" in _told("consulting_needed", "security_consulting", replace(CASE, level=1), {})
    assert "请立即联系" not in _told("consulting_needed", "security_consulting", CASE, {})


def test_a_clock_that_stands_still_has_no_due_moment_in_any_letter() -> None:
    """While the result is reviewed the next update is not due; a date in the past would look like a miss."""
    paused = replace(
        CASE, commitments=(_owed("status_update", AT - timedelta(hours=1), state=commitments.PAUSED),)
    )
    assert case_for(paused, staff()).promises == ()
    assert case_for(paused, staff()).due("status_update") is None


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("zh-Hans", ["· 公司：", "· 联系人：", "· 故障现象："]),
        ("zh-Hant", ["· 公司：", "· 聯絡人：", "· 故障情形："]),
        ("en", ["· company:", "· contact:", "· symptoms:"]),
    ],
)
def test_a_colleague_is_asked_for_exactly_what_is_missing(language: str, lines: list[str]) -> None:
    """P-23: as form lines, which their reply is read by; and none of it goes to the customer."""
    facts: dict[str, Fact] = {"missing": ["company", "contact", "symptoms"]}
    text = write("facts_wanted", staff(language), to="colleague", facts=facts).text
    assert [line for line in text.split("\n") if line.startswith("· ")] == lines
    assert re.search(
        "用于补全工单，不会发给客户|用於補全案件資料，不會寄給客戶|complete the case and do not go", text
    )


# Managers after an outage (P-50, G10).


def _stopped_cases(count: int) -> Iterator[Fact]:
    for each in range(count):
        yield {
            "number": f"C-{each}",
            "level": 2,
            "company": f"公司 {each}",
            "subject": "登录失败",
            "overdue": [
                {
                    "commitment": "response",
                    "due": (AT - timedelta(hours=3)).isoformat(),
                    "owed_by": "engineer",
                },
                {"commitment": "help", "due": None, "owed_by": "project_manager"},
            ],
        }


def test_a_digest_lists_every_case_how_late_it_is_and_acknowledges_all_at_once() -> None:
    """G10, P-50: one mail for two thousand cases, and a manager who acknowledges has seen each of them."""
    letter = write("digest", staff(), to="level_manager:1", facts={"cases": list(_stopped_cases(2000))})
    lines = [line for line in letter.text.split("\n") if line.startswith("· ")]
    assert len(lines) == 2000
    assert lines[7] == (
        "· C-7，公司 7，二级（主要功能受影响），“登录失败”：工程师响应已超时 3 小时；安排实施工程师支援"
    )
    assert "2000 张工单" in letter.subject
    assert "回复 #知悉，即表示以上工单全部由您跟进" in letter.text


def test_a_digest_does_not_carry_one_cases_number_in_its_head() -> None:
    """It is sent on behalf of one case, but it is about all of them."""
    letter = write("digest", staff(), to="level_manager:1", facts={"cases": list(_stopped_cases(2))})
    assert NUMBER not in letter.subject + letter.text + letter.html
    assert NUMBER in write("escalation", staff(), to="level_manager:1").html


def test_whoever_answers_an_escalation_reads_that_any_answer_takes_it_in_hand() -> None:
    """P-50: the policy calls it a decision, and the climb stops; nobody may be surprised by that."""
    for notice in ("escalation", "digest"):
        assert "等同 #知悉" in write(notice, staff(), to="level_manager:2").text


# Foreign managers (P-36).

MANAGER = Recipient("John Smith", "en", "staff")
JOINED = replace(
    CASE,
    foreign_manager=Party(address="j.smith@customer.example", name="John Smith", language="en", known=True),
    problems=("INTERNAL-1",),
    intended_solution="INTERNAL-2",
    suggested_case="INTERNAL-3",
)


@pytest.mark.parametrize("notice", TO_CUSTOMERS)
def test_a_foreign_manager_reads_what_a_customer_may_in_their_own_language(notice: str) -> None:
    """P-36: never a colleague's letter, whatever the caller takes them for, and no Chinese of anybody's."""
    letter = write(
        notice, MANAGER, JOINED, to=FOREIGN_MANAGER, facts={"words": "已重启", "words_language": "zh-Hans"}
    )
    assert letter.problem is None
    assert letter.text.startswith("Dear John Smith,")
    assert "INTERNAL" not in letter.text
    assert "#" not in letter.text
    theirs = (letter.subject + letter.text).replace(CASE.company or "", "").replace(CASE.contact or "", "")
    assert not re.search("[\u4e00-\u9fff]", theirs)


def test_liaison_and_engineer_are_told_who_joined_and_in_which_language() -> None:
    """P-36: from now on somebody has to put words into it."""
    for role in ("liaison", "engineer"):
        text = write("foreign_manager_joined", staff(), JOINED, to=role).text
        assert "姓名：John Smith\n邮箱：j.smith@customer.example\n语言：英文\n" in text


# Nothing of ours gets out, and nothing from outside breaks a letter.


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notice", TO_CUSTOMERS)
def test_no_letter_to_a_customer_shows_what_is_internal(notice: str, language: str) -> None:
    """Who owes what, contracts, reviews, help and our own notes stay inside."""
    case = replace(
        JOINED,
        services=("onsite-5x8",),
        moments={**CASE.moments, "stuck": AT, "review_failed": AT, "missed:help": AT, "escalated": AT},
        commitments=(_owed("help", AT, owed_by="project_manager"), _owed("inspection_visit", AT)),
    )
    text = write(notice, customer(language), case, facts=FOLLOW_UP).text
    assert "INTERNAL" not in text
    assert not re.search(
        r"\bP-\d\d|#\w|j\.smith|5×8|求助|支援|审核|審核|升级|升級|asked for help|escalat", text
    )


@pytest.mark.parametrize(
    "odd", ["x", 3, True, None, [None, 3, "x", {}], {"number": "x"}, [[["x"]]], "9999-Q9"]
)
def test_facts_of_any_shape_make_a_letter(odd: Fact) -> None:
    """A fact that is not what it should be is left out; the letter leaves all the same (G22)."""
    facts: dict[str, Fact] = dict.fromkeys(
        ("missing", "cases", "period", "score", "attachments", "overdue"), odd
    )
    for notice, role in EVERY_NOTICE:
        if role != "crm":
            reader = customer() if role == "customer" else staff()
            assert write(notice, reader, to=role, facts=facts).problem is None
