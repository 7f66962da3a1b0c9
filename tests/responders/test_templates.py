"""The shipped words: every letter in every language, on every made-up occasion, and what each of them must say."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import cast, get_args

import pytest
from opencc import OpenCC

from gateway.cases.case import Fact
from gateway.parsers import commands, confirmation
from gateway.responders.letter_view import Occasion, Recipient
from gateway.responders.phrasebook import read_phrasebook
from gateway.responders.rehearsal import occasions
from gateway.staff_turn import Why
from tests.responders.correspondence import (
    AT,
    CASE,
    LANGUAGES,
    NUMBER,
    SHIPPED,
    STRANGER,
    TEMPLATES,
    customer,
    every_notice,
    staff,
    write,
)

CUSTOMER_NOTICES = (
    "receipt",
    "first_reply",
    "second_reply",
    "status_update",
    "engineer_reply",
    "please_confirm",
    "confirm_reminder",
    "confirm_reminder_again",
    "closed",
    "merged",
    "interim_report",
    "out_of_scope",
    "service_not_covered",
    "inspection_planned",
    "inspection_reminder",
    "inspection_report",
    "follow_up",
)
STAFF_NOTICES = (
    "new_case",
    "customer_wrote",
    "third_party_wrote",
    "subject_changed",
    "absorbed",
    "update_prompt",
    "response_prompt",
    "online_limit_prompt",
    "arrival_prompt",
    "escalation",
    "dispatch_needed",
    "call_customer",
    "refused",
    "case_closed",
    "wording_needed",
    "level_changed",
    "reply_not_sent",
    "held_command",
    "company_corrected",
    "answers_muted",
    "notice_failed",
    "operator_alert",
    "triage_request",
    "case_for_quality",
    "consulting_needed",
    "incident",
    "complaint",
    "assignment",
    "plan_prompt",
    "help_needed",
    "help_assigned",
    "parts_wanted",
    "parts_ready",
    "interim_draft",
    "review_request",
    "review_failed",
    "review_passed",
    "foreign_manager_joined",
    "service_not_covered",
    "visit_requested",
    "inspection_due",
    "inspection_prompt",
    "satisfaction",
    "facts_wanted",
    "digest",
)
TO_THE_CRM = {"crm_open", "crm_close"}
EVERY_NOTICE = [("customer", notice) for notice in CUSTOMER_NOTICES] + [
    ("staff", notice) for notice in STAFF_NOTICES
]
TEMPLATE_LEFTOVERS = re.compile(r"\{\{|\}\}|\{%|\{[a-z_]+\}|\bNone\b|\bundefined\b|\bnull\b", re.IGNORECASE)
DUE = (AT + timedelta(minutes=20)).isoformat()
OVERDUE: list[Fact] = [
    {
        "commitment": "response",
        "promise": "P-11",
        "due": (AT - timedelta(minutes=35)).isoformat(),
        "owed_by": "engineer",
    }
]


def _composed(occasion: Occasion) -> tuple[str, str, str, str | None]:
    letter = SHIPPED.compose(
        occasion.notice,
        occasion.case,
        occasion.recipient,
        occasion.at,
        next_update=occasion.next_update,
        handling_begins=occasion.handling_begins,
        engineer=occasion.engineer,
    )
    return letter.subject, letter.text, letter.html, letter.problem


def test_every_promised_letter_has_its_template_and_no_template_is_left_over() -> None:
    """SERVICE.md and the core name the notices; a letter that is missing would go out in the plain form."""
    assert set(every_notice("customer")) == set(CUSTOMER_NOTICES)
    assert set(every_notice("staff")) == set(STAFF_NOTICES)


def test_the_check_finds_nothing_to_mend_in_what_we_ship() -> None:
    """`gateway check` on a fresh checkout must be silent about templates."""
    assert SHIPPED.problems() == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("audience", "notice"), EVERY_NOTICE)
def test_every_letter_comes_out_whole_on_every_occasion(audience: str, notice: str, language: str) -> None:
    """No markup, no None, no gap of two empty lines, one subject line, and the case number where the reader looks."""
    for occasion in occasions(audience, notice, language):
        subject, text, html, problem = _composed(occasion)
        assert problem is None
        assert subject == " ".join(subject.split())
        assert not TEMPLATE_LEFTOVERS.search(subject + text)
        assert "\n\n\n" not in text
        assert not re.search(r"[^\S\n]+\n", text.replace("\n-- \n", "\n--\n"))
        assert text.startswith(text.lstrip())
        assert text.endswith("\n")
        assert (occasion.case.number in html) is (notice != "digest")  # that one is about many cases
        assert f'<html lang="{language}">' in html


@pytest.mark.parametrize(("language", "conversion"), [("zh-Hans", "t2s"), ("zh-Hant", "s2t")])
def test_each_script_keeps_to_itself(language: str, conversion: str) -> None:
    """A Traditional Chinese letter with a simplified character in it reads as if a machine had written it."""
    into_script = cast("Callable[[str], str]", OpenCC(conversion).convert)  # pyright: ignore[reportUnknownMemberType] - opencc has no types
    for path in (TEMPLATES / language).rglob("*.*"):
        words = path.read_text(encoding="utf-8").replace("台", "")  # both Taiwan and Hong Kong write 服務台
        assert "".join(map(into_script, words)) == words


@pytest.mark.parametrize("notice", CUSTOMER_NOTICES)
def test_english_letters_hold_no_chinese_of_ours(notice: str) -> None:
    """Foreign managers read them (P-36); a name left untranslated would show here."""
    for occasion in occasions("customer", notice, "en"):
        subject, text, _, _ = _composed(occasion)
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", subject + text.replace("某某安全服务中心", ""))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_name_everything_that_the_core_can_say(language: str) -> None:
    """An id such as in_progress in the middle of a sentence is no language."""
    names = read_phrasebook(TEMPLATES / language / "words.toml").names
    assert set(names["status"]) == {
        "open",
        "in_progress",
        "waiting_on_customer",
        "in_review",
        "awaiting_confirmation",
        "closed",
    }
    assert set(names["level"]) == {"1", "2", "3", "4"}
    assert set(names["priority"]) == {"low", "normal", "high", "urgent"}
    assert {"company", "contact", "phone", "symptoms"} <= set(names["question"])
    assert set(names["notice"]) == {notice for _, notice in EVERY_NOTICE} | TO_THE_CRM
    assert set(names["why"]) == set(get_args(Why))


# What each letter must say.


@pytest.mark.parametrize(
    ("language", "about", "by"),
    [
        ("zh-Hans", "30 分钟左右", "今天 10:30 前"),
        ("zh-Hant", "30 分鐘左右", "今天 10:30 前"),
        ("en", "about 30 minutes", "by 10:30 today"),
    ],
)
def test_the_first_reply_says_work_has_begun_and_when_the_status_follows(
    language: str, about: str, by: str
) -> None:
    """P-30, with the moment that the clock will keep."""
    text = write("first_reply", customer(language), next_update=AT + timedelta(minutes=28)).text
    assert about in text
    assert by in text


def test_the_first_reply_does_not_say_thirty_minutes_when_it_is_not_so() -> None:
    """After an outage, or with another policy, the words must not contradict the time."""
    text = write("first_reply", customer(), next_update=AT + timedelta(minutes=5)).text
    assert "30 分钟" not in text
    assert "今天 10:07 前" in text


def test_the_first_reply_repeats_what_we_understood_to_somebody_we_know() -> None:
    """UNDERSTANDING: what was read wrongly is corrected at once, by the one who knows."""
    text = write("first_reply", customer()).text
    for line in ("公司：某某制造有限公司", "联系电话：+86 21 5555 0100", "故障现象：无法登录；多台终端报错"):
        assert line in text.split("\n")


@pytest.mark.parametrize("notice", ["receipt", "first_reply"])
def test_everything_missing_is_asked_for_at_once(notice: str) -> None:
    """P-20, P-23: company, contact, a phone and the symptoms, in one list."""
    case = replace(CASE, missing=("company", "contact", "phone", "symptoms"))
    asked = [line for line in write(notice, STRANGER, case).text.split("\n") if line.startswith("· ")]
    assert len(asked) == 4
    assert not [line for line in write(notice, STRANGER).text.split("\n") if line.startswith("· ")]


@pytest.mark.parametrize(
    ("language", "tomorrow"), [("zh-Hans", "明天（11月24日）09:00"), ("en", "09:00 tomorrow (24 Nov)")]
)
def test_a_receipt_outside_hours_says_when_handling_begins(language: str, tomorrow: str) -> None:
    """SERVICE *(ours)* under P-36: the receipt leaves at once and names the moment."""
    begins = AT.replace(hour=9, minute=0) + timedelta(days=1)
    assert tomorrow in write("receipt", customer(language), handling_begins=begins).text
    assert tomorrow not in write("receipt", customer(language)).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notice", ["receipt", "first_reply", "second_reply", "status_update"])
def test_every_running_letter_says_when_the_next_one_comes(notice: str, language: str) -> None:
    """ARCHITECTURE, timed updates: *when the next update will come*, in every one of them."""
    assert "11:17" in write(notice, customer(language), next_update=AT.replace(hour=11, minute=17)).text


def test_an_informed_update_carries_the_engineers_line_as_a_quotation() -> None:
    """P-32: the line is the engineer's, and nothing else in the letter can be taken for it."""
    facts: dict[str, Fact] = {"words": "已排除网络原因。", "words_language": "zh-Hans"}
    assert "> 已排除网络原因。" in write("status_update", customer(), facts=facts).text.split("\n")


def test_a_holding_update_says_that_there_is_nothing_new() -> None:
    """It never invents progress: status, who has it and since when, and that there is no new finding."""
    told = replace(CASE, moments={**CASE.moments, "sent:second_reply": AT})
    text = write("status_update", customer(), told, engineer="李明").text
    assert "暂无新的进展" in text
    assert "处理工程师：李明" in text
    assert "· 今天 10:01 已安排工程师处理" in text


def test_an_update_after_a_change_of_state_does_not_say_that_nothing_is_new() -> None:
    """P-32: sent because an engineer set out, it must say that, and not the opposite."""
    gone = replace(
        CASE, moments={**CASE.moments, "sent:second_reply": AT - timedelta(hours=1), "dispatched": AT}
    )
    text = write("status_update", customer(), gone).text
    assert "暂无新的进展" not in text
    assert "工程师已出发前往现场" in text


def test_while_the_ball_is_with_the_customer_no_next_update_is_promised() -> None:
    """Nothing is due then; a promise of one would be missed."""
    waiting = replace(CASE, status="waiting_on_customer")
    text = write(
        "status_update", customer(), waiting, facts={"words": "请提供日志", "words_language": "zh-Hans"}
    ).text
    assert "工程师需要您补充以下信息" in text
    assert "在此之前不再定时发送进展" in text


def test_an_engineers_own_reply_is_not_called_automatic() -> None:
    """It goes out as from the desk, and is a person's."""
    facts: dict[str, Fact] = {"words": "请在今晚升级。\n\n步骤：\n1. 备份", "words_language": "zh-Hans"}
    reply = write("engineer_reply", customer(), facts=facts).text
    assert reply.startswith("请在今晚升级。\n\n步骤：\n1. 备份\n")
    assert "自动" not in reply
    assert "自动" in write("status_update", customer()).text


def test_the_request_to_confirm_says_what_was_done_and_how_to_answer() -> None:
    """P-34, P-35, P-47."""
    text = write("please_confirm", customer(), replace(CASE, solution="更换了证书")).text
    assert "> 更换了证书" in text
    assert "回复“已解决”" in text
    assert "工单不会关闭" in text


def test_the_last_reminder_announces_a_call_to_the_number_we_have() -> None:
    """Then the desk calls; the case is never closed silently."""
    assert "+86 21 5555 0100" in write("confirm_reminder_again", customer()).text
    assert (
        "方便接听的联系电话"
        in write("confirm_reminder_again", customer(), replace(CASE, missing=("phone",))).text
    )


def test_a_new_case_shows_colleagues_all_that_is_known_and_what_is_owed() -> None:
    """P-22, P-25: customer details and symptoms, level and priority, what is missing, the original words."""
    case = replace(CASE, missing=("place",), suggested_case="C-OLD", problems=("charset read as gb18030",))
    text = write(
        "new_case", staff(), case, facts={"words": "登录不上，急！", "words_language": "zh-Hans"}
    ).text
    for expected in (
        "某某制造有限公司",
        "二级",
        "优先级：高",
        "地点",
        "C-OLD",
        "charset read as gb18030",
        "> 登录不上，急！",
    ):
        assert expected in text
    for command in ("#接单", "#进展", "#方案", "#已解决", "#等待客户", "#级别", "#内部"):
        assert command in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_that_a_letter_names_is_one_that_the_gateway_understands(language: str) -> None:
    """A letter that teaches a command which is then refused costs the engineer's trust and the customer's time."""
    texts = [
        write(notice, staff(language), to=role).text
        for notice in STAFF_NOTICES
        for role in ("engineer", "level_manager:1")
    ]
    named = {word for text in texts for word in re.findall(r"#(\w+)", text)}
    assert len(named) >= 10
    for word in named:
        read = commands.read(f"#{word} 2")
        assert read.commands
        assert not read.unknown


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_that_a_customer_is_told_to_give_counts_as_a_confirmation(language: str) -> None:
    """P-35: "reply 'solved'" must be read as solved."""
    told = re.search(r"[“「\"](\w+)[”」\"]", write("please_confirm", customer(language)).text)
    assert told
    assert confirmation.read(told[1]) == "confirmation"


def test_an_escalation_says_what_was_promised_and_how_late_it_is() -> None:
    """P-50: the manager must be able to act on the letter alone."""
    text = write("escalation", staff(), to="level_manager:1", facts={"rung": 1, "overdue": OVERDUE}).text
    assert "· 工程师响应（P-11）：应于今天 09:27 前完成，已超时 35 分钟，责任方：维护工程师" in text
    assert "· 今天 10:01 分派工程师" in text
    assert "#知悉" in text


@pytest.mark.parametrize(
    ("language", "promised", "late", "customer", "done"),
    [
        (
            "zh-Hans",
            "工程师响应（P-11）",
            "已超时 35 分钟，责任方：维护工程师",
            "客户：某某制造",
            "今天 10:00 工程师报告进展",
        ),
        (
            "zh-Hant",
            "工程師回應（P-11）",
            "已逾時 35 分鐘，責任方：維護工程師",
            "客戶：某某制造",
            "今天 10:00 工程師回報進度",
        ),
        (
            "en",
            "response by an engineer (P-11)",
            "35 minutes late, responsible: engineer",
            "Customer: 某某制造",
            "10:00 today: engineer gave progress",
        ),
    ],
)
def test_an_escalation_card_says_what_was_promised_to_whom_how_late_and_what_was_done(
    language: str, promised: str, late: str, customer: str, done: str
) -> None:
    """P-50, issue 6: a manager acts on the card in their pocket; of the history it has the latest four events."""
    at = timedelta(minutes=1)
    moments = {f"sent:{letter}": AT - at * (20 - n) for n, letter in enumerate(("receipt", "first_reply"))}
    moments |= {"assigned": AT - at * 10, "triaged": AT - at * 9, "progress": AT - at * 2, "stuck": AT - at}
    card = write(
        "escalation",
        Recipient("王芳", language, "staff", by_chat=True),
        replace(CASE, moments=moments),
        to="level_manager:1",
        facts={"rung": 1, "overdue": OVERDUE},
    ).text
    assert all(part in card for part in (promised, late, customer, done)), card
    assert card.count("· ") == 1 + 4, card


@pytest.mark.parametrize(
    ("to", "meaning"),
    [("engineer", "以服务台名义发给客户"), ("desk", "只作内部备注")],
)
def test_what_a_reply_means_follows_the_readers_role(to: str, meaning: str) -> None:
    """The same notice goes to engineer and desk, and only the engineer's reply reaches the customer."""
    assert meaning in write("new_case", staff(), to=to).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notice", STAFF_NOTICES)
def test_every_letter_to_colleagues_ends_with_what_a_reply_means(notice: str, language: str) -> None:
    """Words meant for a colleague that reach the customer cannot be taken back."""
    opening = {"zh-Hans": "回复本邮件：", "zh-Hant": "回覆本郵件：", "en": "If you reply: "}[language]
    text = write(notice, staff(language), facts={"due": DUE}).text
    assert text.split("\n-- \n")[0].strip().split("\n")[-1].startswith(opening)


def test_the_zone_is_named_once_where_the_reader_may_wonder() -> None:
    """An English reader may sit elsewhere; a reader in China would stumble over it."""
    assert write("status_update", customer("en")).text.count("China Standard Time") == 1
    assert "China" not in write("status_update", customer()).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notice", CUSTOMER_NOTICES)
def test_the_subject_of_a_strangers_letter_is_fixed_words_and_the_number(notice: str, language: str) -> None:
    """T19."""
    stranger = replace(STRANGER, language=language)
    subjects = {
        write(notice, stranger, replace(CASE, subject=subject)).subject for subject in ("", "Win a prize")
    }
    assert len(subjects) == 1
    assert NUMBER in subjects.pop()
