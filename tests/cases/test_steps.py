"""What the one pure step promises: an event happens to a case, or the clock strikes, under the shipped policy.

23 November 2026 is a Monday. Two years of clocks are in test_oracle, whole afternoons in tests/stories.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.cases import commitments as promised
from gateway.cases import events, remembering, steps
from gateway.cases.business_time import Span
from gateway.cases.policy import Ahead, Target
from tests.builders import CUSTOMER, ENGINEER, Life, a_case, at, policy, terms
from tests.cases.happened import (
    MONDAY_NINE,
    progress,
    reply,
    resolved,
)


class TestWhoMeetsWhat:
    @pytest.mark.parametrize("level", [1, 2, 3, 4])
    def test_automatic_mail_never_meets_the_response(self, level: int) -> None:
        """A person's duty is met only by that person's act (L-93); two hours of our own mail do not count."""
        life = Life(level=level).reported(MONDAY_NINE).runs("2026-11-23 10:59")
        assert life.told(CUSTOMER) != []
        assert life.state("response") == promised.RUNNING

    @pytest.mark.parametrize("act", [reply(), resolved()])
    def test_the_engineers_own_words_meet_the_response(self, act: events.Event) -> None:
        """P-11: the engineer answered, or has solved it outright."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 10:00", act)
        assert life.state("response") == promised.MET

    def test_the_first_reply_does_not_meet_the_second(self) -> None:
        """Trap 1 of ARCHITECTURE: the automatic acknowledgement must not silently keep the half-hour promise."""
        life = Life().reported(MONDAY_NINE)
        assert life.told(CUSTOMER) == ["11-23 09:00 first_reply"]
        assert (life.state("first_reply"), life.state("second_reply")) == (promised.MET, promised.RUNNING)

    def test_a_receipt_meets_nothing(self) -> None:
        """At night the receipt leaves at once, and P-30 is still owed when the day begins."""
        life = Life().reported("2026-11-22 23:00")
        assert life.told(CUSTOMER) == ["11-22 23:00 receipt"]
        assert life.state("first_reply") == promised.RUNNING

    def test_the_gateways_promise_is_met_when_the_mail_has_left_and_not_before(self) -> None:
        """Composed is not sent: with the relay down the promise stays owed, is missed, and is met late."""
        life = Life(delivers=False).reported(MONDAY_NINE)
        assert life.state("first_reply") == promised.RUNNING
        life.runs("2026-11-23 09:15")
        assert life.state("first_reply") == promised.MISSED
        life.happens("2026-11-23 09:16", events.NoticeSent(notice="first_reply"))
        assert life.state("first_reply") == promised.MISSED
        assert not life.owed("first_reply").is_owed

    def test_an_engineers_reply_that_left_stands_for_both_replies(self) -> None:
        """Who has just heard from the engineer needs no form letter about it (L-92)."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 09:05", reply())
        assert life.state("second_reply") == promised.MET
        assert life.runs("2026-11-23 10:04").told(CUSTOMER) == [
            "11-23 09:00 first_reply",
            "11-23 09:05 engineer_reply",
            "11-23 10:04 status_update",
        ]


class TestWordsThatTheCustomerCannotRead:
    def test_they_bring_no_update_before_its_time(self) -> None:
        """The customer was told when the next update comes; a bare one ten minutes early says nothing (P-31)."""
        life = Life().reported(MONDAY_NINE)
        life.happens(
            "2026-11-23 09:21", events.ProgressGiven(text="Replacing the disk", language="en", by=ENGINEER)
        )
        life.runs("2026-11-23 09:40")
        assert [line for line in life.told("customer") if "second_reply" in line] == [
            "11-23 09:29 second_reply"
        ]


class TestEngineersLine:
    def test_it_goes_out_at_once_when_it_answers_the_prompt(self) -> None:
        """ARCHITECTURE "Timed updates": no reason to let the customer wait for the last minute."""
        life = Life().reported(MONDAY_NINE).runs("2026-11-23 10:20")
        life.happens("2026-11-23 10:22", progress("已更换证书"))
        told = life.notices(to=CUSTOMER)[-1]
        assert (told.clock, told.notice.name) == ("11-23 10:22", "status_update")
        assert told.notice.facts["words"] == "已更换证书"
        assert life.due("status_update") == "11-23 11:22"

    def test_it_goes_with_the_next_update_when_nobody_asked(self) -> None:
        """Given early, it waits for the update and saves the engineer the question."""
        life = Life().reported(MONDAY_NINE).runs("2026-11-23 09:30")
        life.happens("2026-11-23 09:45", progress("已更换证书"))
        life.runs("2026-11-23 10:30")
        told = life.notices(to=CUSTOMER)[-1]
        assert told.notice.facts["words"] == "已更换证书"
        assert told.at <= at("2026-11-23 10:30")
        assert "11-23 10:20 update_prompt" not in life.told("engineer")

    def test_it_is_said_once(self) -> None:
        """The update after it does not repeat it as news."""
        life = Life().reported(MONDAY_NINE).runs("2026-11-23 10:20")
        life.happens("2026-11-23 10:22", progress("已更换证书"))
        life.runs("2026-11-23 11:22")
        assert "words" not in life.notices(to=CUSTOMER)[-1].notice.facts

    def test_informed_and_holding_updates_are_counted_apart(self) -> None:
        """Quality asks which of the two the customer got."""
        life = Life().reported(MONDAY_NINE).runs("2026-11-23 10:20")
        life.happens("2026-11-23 10:22", progress())
        life.runs("2026-11-23 11:22")
        updates = [each for each in life.journal if each.kind == "notice" and each.name == "status_update"]
        assert [each.detail["informed"] for each in updates] == [True, False]

    def test_an_engineers_own_reply_makes_an_earlier_line_stale(self) -> None:
        """What he wrote himself is newer than the line he left for the update."""
        life = Life().reported(MONDAY_NINE).runs("2026-11-23 09:30")
        life.happens("2026-11-23 09:45", progress("正在查"))
        life.happens("2026-11-23 09:50", reply("查到了，是证书过期"))
        life.runs("2026-11-23 11:00")
        assert "words" not in life.notices(to=CUSTOMER)[-1].notice.facts


class TestWordsInAnotherLanguage:
    def test_the_liaison_words_it_and_the_customer_gets_a_holding_update(self) -> None:
        """ARCHITECTURE "No machine translates": Chinese words never reach an English reader by themselves."""
        life = Life(language="en").reported(MONDAY_NINE, "login fails")
        life.happens("2026-11-23 09:40", reply("证书过期，正在更换"))
        assert life.told("liaison") == ["11-23 09:40 wording_needed"]
        assert life.notices(to="liaison")[-1].notice.facts["words"] == "证书过期，正在更换"
        told = life.notices(to=CUSTOMER)[-1].notice
        assert (told.name, "words" in told.facts) == ("status_update", False)

    def test_the_liaisons_words_reach_the_customer(self) -> None:
        """Her answer is the engineer's reply in the customer's language."""
        life = Life(language="en").reported(MONDAY_NINE, "login fails")
        life.happens("2026-11-23 09:40", reply("证书过期"))
        life.happens("2026-11-23 09:50", reply("The certificate has expired.", "en"))
        told = life.notices(to=CUSTOMER)[-1].notice
        assert (told.name, told.facts["words"]) == ("engineer_reply", "The certificate has expired.")

    def test_a_line_for_the_second_reply_still_leaves_a_second_reply(self) -> None:
        """P-31 is not missed because a line of it waits for the liaison, who hears of it at once."""
        life = Life(language="en").reported(MONDAY_NINE, "login fails").runs("2026-11-23 09:20")
        life.happens("2026-11-23 09:22", progress("正在抓包"))
        life.runs("2026-11-23 09:30")
        told = life.notices(to=CUSTOMER)[-1]
        assert (told.clock, told.notice.name, "words" in told.notice.facts) == (
            "11-23 09:29",
            "second_reply",
            False,
        )
        assert life.state("second_reply") == promised.MET
        assert life.told("liaison") == ["11-23 09:22 wording_needed"]

    def test_the_customer_is_asked_to_confirm_all_the_same(self) -> None:
        """P-34: how it was solved can wait for the liaison; the question cannot, or nobody ever asks it."""
        life = Life(language="en").reported(MONDAY_NINE, "login fails")
        life.solved("2026-11-23 09:40", "重启服务")
        told = life.notices(to=CUSTOMER)[-1].notice
        assert (told.name, "words" in told.facts) == ("please_confirm", False)
        assert life.state("confirm_reminder") == promised.RUNNING

    def test_both_chinese_scripts_are_read_by_either_reader(self) -> None:
        """A Traditional Chinese reader needs no liaison for Simplified words."""
        life = Life(language="zh-Hant").reported(MONDAY_NINE)
        life.happens("2026-11-23 09:40", reply("证书过期"))
        assert life.told("liaison") == []
        assert life.notices(to=CUSTOMER)[-1].notice.name == "engineer_reply"


class TestTheStepItself:
    def test_opening_takes_what_was_understood_and_nothing_else(self) -> None:
        """A case handed in with a past is opened without one."""
        stale = replace(a_case(), moments={"resolved": at("2020-01-01 00:00")}, version=7, priority="low")
        case = steps.open_case(stale, events.Reported(text="x"), at(MONDAY_NINE), terms()).case
        assert (case.version, case.priority, case.opened_at) == (1, "high", at(MONDAY_NINE))
        assert "resolved" not in case.moments

    def test_notice_ids_are_never_used_twice(self) -> None:
        """The outbox and the journal know a notice by its id."""
        life = Life().reported(MONDAY_NINE).runs("2026-11-24 12:00")
        ids = [each.notice.id for each in life.said]
        assert len(set(ids)) == len(ids)

    def test_answers_fill_what_was_asked_for_and_only_that(self) -> None:
        """P-23: a company we know is not renamed by what a later mail seems to say."""
        life = Life()
        life.case = replace(life.case, missing=("phone",), phone=None)
        life.reported(MONDAY_NINE)
        wrote = events.CustomerWrote(
            text="电话如下", answers=(("phone", "13800010001"), ("company", "别的公司"))
        )
        life.happens("2026-11-23 09:10", wrote)
        assert (life.case.phone, life.case.company, life.case.missing) == ("13800010001", "青田制造", ())

    def test_the_thread_keeps_the_first_message_and_the_latest(self) -> None:
        """L-39: References has a limit; the first id is the one mail programs group by."""
        life = Life().reported(MONDAY_NINE)
        for number in range(30):
            wrote = events.CustomerWrote(text="再补充", message_id=f"<{number}@customer.example>")
            life.happens(at("2026-11-23 09:01") + timedelta(seconds=number), wrote)
        assert life.case.thread[0] == "<0@customer.example>"
        assert life.case.thread[-1] == "<29@customer.example>"
        assert len(life.case.thread) == remembering.THREAD_LENGTH

    def test_hostile_words_do_not_swell_the_journal(self) -> None:
        """A megabyte in a mail is kept with the mail, not copied into every journal."""
        life = Life().reported(MONDAY_NINE, "x" * 1_000_000)
        (reported, *_) = life.journal
        assert len(str(reported.detail["text"])) == remembering.JOURNALLED_WORDS

    def test_a_notice_that_failed_is_shown_to_somebody_else_if_it_was_theirs(self) -> None:
        """G9: what could not be delivered is shown to a person, and not to the one it could not reach."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 09:10", events.NoticeFailed(notice="new_case", role="desk", reason="550"))
        assert life.told("administrator") == ["11-23 09:10 notice_failed"]

    def test_a_failure_of_the_failure_notice_makes_no_third(self) -> None:
        """L-2: a bounce of an internal notice must never create notices without end."""
        life = Life().reported(MONDAY_NINE)
        said = len(life.said)
        life.happens(
            "2026-11-23 09:10", events.NoticeFailed(notice="notice_failed", role="desk", reason="550")
        )
        assert life.said[said:] == []

    def test_a_row_that_only_prompts_is_not_missed_early_by_news(self) -> None:
        """An owner's row may tell of the next update without speaking itself; news must not make it late."""
        own = Target(
            name="daily_word",
            promises={2: "P-33"},
            starts_on=frozenset({"reported"}),
            met_by=frozenset({"interim_agreed"}),
            within={2: (Span(4, "wh"),)},
            owed_by="engineer",
            prompt=Ahead("update_prompt", "engineer", before=Span(3, "wh")),
            tells_next=True,
        )
        life = Life(promises=replace(policy(), targets=(own,))).reported(MONDAY_NINE).runs("2026-11-23 10:30")
        life.happens("2026-11-23 10:40", progress())
        assert life.state("daily_word") == promised.RUNNING
