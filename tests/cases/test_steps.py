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

MONDAY_NINE = "2026-11-23 09:00"


def reply(text: str = "已定位，正在处理", language: str = "zh-Hans") -> events.EngineerReplied:
    return events.EngineerReplied(text=text, language=language, by=ENGINEER)


def progress(text: str = "已定位到认证服务", language: str = "zh-Hans") -> events.ProgressGiven:
    return events.ProgressGiven(text=text, language=language, by=ENGINEER)


def resolved(text: str = "重启认证服务后恢复") -> events.Resolved:
    return events.Resolved(text=text, by=ENGINEER)


TAKEN = events.Assigned(to=ENGINEER, by=ENGINEER)
WAITING = events.WaitingOnCustomer(text="请提供日志", by=ENGINEER)
WROTE = events.CustomerWrote(text="日志在附件里")
CONFIRMED = events.Confirmed(text="已解决")
REFUSED = events.Refused(text="还没好")
CLIMB = policy(only=("response", "online_limit", "escalation_answer"))
"""A duty of the engineer's and the answers that an escalation asks for: the day's report has a climb of its own."""


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


class TestTwoMoments:
    def test_our_own_punctual_replies_never_count_as_missed(self) -> None:
        """Trap 2 of ARCHITECTURE: a day of updates, each said before it is due, and none of them missed."""
        life = Life(level=3).reported(MONDAY_NINE).runs("2026-11-23 16:59")
        ours = [
            each for each in life.journal if each.kind == "commitment" and each.detail["owed_by"] == "gateway"
        ]
        assert len([each for each in ours if each.detail["state"] == "met"]) > 6
        assert {str(each.detail["state"]) for each in ours} == {"started", "prompted", "met"}

    def test_punctual_updates_keep_their_beat(self) -> None:
        """A minute early each time must not make the hour 59 minutes: due on the half hour, lunch left out."""
        life = Life().reported(MONDAY_NINE).runs("2026-11-23 15:00")
        assert [each.clock for each in life.notices(name="status_update")] == [
            "11-23 10:29",
            "11-23 11:29",
            "11-23 13:29",
            "11-23 14:29",
        ]

    def test_an_update_that_leaves_with_the_first_reply_counts_from_itself(self) -> None:
        """Taken at once: the hour runs from the update, not from the moment by which the first reply was due."""
        life = Life().reported(MONDAY_NINE)
        life.happens(MONDAY_NINE, TAKEN)
        assert life.due("status_update") == "11-23 10:00"

    def test_the_engineer_is_asked_ten_minutes_before_and_the_customer_told_before_it_is_due(self) -> None:
        """Two moments: somebody acts, and only then it would be missed."""
        life = Life().reported(MONDAY_NINE).runs("2026-11-23 09:30")
        assert "11-23 09:20 update_prompt" in life.told("engineer")
        assert life.told(CUSTOMER)[-1] == "11-23 09:29 second_reply"
        assert life.owed("second_reply").due == at("2026-11-23 09:30")


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


class TestPauses:
    def test_waiting_for_the_customer_pauses_updates_and_the_online_limit(self) -> None:
        """SERVICE "ours": an hour of waiting moves 18:00 to 09:00 plus the rest next morning."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 10:00", reply())
        life.happens("2026-11-23 10:00", WAITING)
        assert (life.state("status_update"), life.state("online_limit")) == (promised.PAUSED, promised.PAUSED)
        life.happens("2026-11-23 11:00", WROTE)
        assert life.due("online_limit") == "11-24 10:00"
        assert life.case.status == "in_progress"

    def test_nothing_is_due_while_the_ball_is_with_the_customer(self) -> None:
        """Answered, and waiting: the clock has nothing to do, however long it takes."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 10:00", reply())
        life.happens("2026-11-23 10:05", WAITING)
        assert life.case.next_due is None

    def test_a_response_still_owed_is_never_paused(self) -> None:
        """Nobody waits for the customer before having said a word to them."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 09:40", WAITING)
        assert life.state("response") == promised.RUNNING
        assert life.due("response") == "11-23 14:00"

    def test_asking_pauses_nothing(self) -> None:
        """Only an engineer's "waiting for the customer" does; a question in a reply is just a reply."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 10:00", reply("请问从什么时候开始的？"))
        assert life.state("online_limit") == promised.RUNNING

    def test_two_pauses_add_up(self) -> None:
        """L-95: the pauses are kept, not only the last one."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 09:40", reply())
        for begins, ends in (("10:00", "10:30"), ("14:00", "15:00")):
            life.happens(f"2026-11-23 {begins}", WAITING)
            life.happens(f"2026-11-23 {ends}", WROTE)
        assert life.due("online_limit") == "11-24 10:30"

    def test_becoming_stricter_during_a_pause_is_not_born_missed(self) -> None:
        """Six hours worked, paused, then raised to a four-hour limit: on resuming there is still time to act."""
        life = Life(level=3).reported(MONDAY_NINE)
        life.happens("2026-11-23 15:00", reply())
        life.happens("2026-11-23 16:00", WAITING)
        life.happens("2026-11-23 16:10", events.LevelChanged(level=1, by="sun"))
        life.happens("2026-11-24 10:00", WROTE)
        assert life.state("online_limit") == promised.RUNNING
        assert life.due("online_limit") == "11-24 11:00"
        assert life.notices(name="escalation") == []


class TestRedating:
    def test_a_raised_level_counts_from_the_original_moment(self) -> None:
        """L-95: level 3 at 09:00, level 2 at 10:00: four hours from nine, not from ten."""
        life = Life(level=3).reported(MONDAY_NINE)
        assert life.due("response") == "11-23 18:00"
        life.happens("2026-11-23 10:00", events.LevelChanged(level=2, by="sun"))
        assert (life.due("response"), life.owed("response").promise) == ("11-23 14:00", "P-11")

    def test_a_change_never_leaves_less_notice_than_the_prompts_lead(self) -> None:
        """Two hours from nine are long over at five: half an hour is left, and the engineer is asked at once."""
        life = Life(level=3).reported(MONDAY_NINE)
        life.happens("2026-11-23 17:00", events.LevelChanged(level=1, by="sun"))
        assert life.state("response") == promised.RUNNING
        assert life.due("response") == "11-23 17:30"
        assert "11-23 17:00 response_prompt" in life.told("engineer")

    def test_a_milder_level_asks_again_before_its_later_moment(self) -> None:
        """Who was asked for two o'clock is asked again for six o'clock."""
        life = Life(level=2).reported(MONDAY_NINE)
        life.happens("2026-11-23 13:45", events.LevelChanged(level=3, by="sun"))
        life.runs("2026-11-23 17:59")
        assert [each for each in life.told("engineer") if each.endswith("response_prompt")] == [
            "11-23 13:30 response_prompt",
            "11-23 17:30 response_prompt",
        ]

    def test_pauses_survive_a_change_of_level(self) -> None:
        """L-95, in the words of those who forgot: an hour's waiting is still an hour after the level changed."""
        life = Life(level=2).reported(MONDAY_NINE)
        life.happens("2026-11-23 09:40", reply())
        life.happens("2026-11-23 10:00", WAITING)
        life.happens("2026-11-23 11:00", WROTE)
        life.happens("2026-11-23 11:10", events.LevelChanged(level=1, by="sun"))
        assert life.due("online_limit") == "11-23 15:00"

    def test_what_was_met_is_not_owed_again_after_a_change(self) -> None:
        """The response was given; another level does not ask for it a second time."""
        life = Life(level=3).reported(MONDAY_NINE)
        life.happens("2026-11-23 09:40", reply())
        life.happens("2026-11-23 10:00", events.LevelChanged(level=1, by="sun"))
        assert life.state("response") == promised.MET

    def test_a_case_raised_to_level_two_gets_the_replies_it_now_is_promised(self) -> None:
        """Level 4 is promised no updates; from now on it is."""
        life = Life(level=4).reported(MONDAY_NINE)
        life.happens("2026-11-23 10:00", events.LevelChanged(level=2, by="sun"))
        life.runs("2026-11-23 12:00")
        assert life.told(CUSTOMER)[-3:] == [
            "11-23 10:00 first_reply",
            "11-23 10:09 second_reply",
            "11-23 11:09 status_update",
        ]

    def test_a_level_four_case_that_was_answered_gets_updates_when_raised(self) -> None:
        """The engineer's answer started no rhythm at level 4; at level 2 it counts from that answer."""
        life = Life(level=4).reported(MONDAY_NINE)
        life.happens("2026-11-23 10:00", reply())
        life.happens("2026-11-23 10:20", events.LevelChanged(level=2, by="sun"))
        assert life.due("status_update") == "11-23 11:00"

    def test_a_mistyped_level_does_not_end_the_updates_for_good(self) -> None:
        """Level 2, then 4 by a slip, then 2 again: the customer goes on hearing from us."""
        life = Life(level=2).reported(MONDAY_NINE)
        life.runs("2026-11-23 09:31")
        life.happens("2026-11-23 09:40", events.LevelChanged(level=4, by="sun"))
        assert life.state("status_update") == promised.WITHDRAWN
        life.happens("2026-11-23 09:41", events.LevelChanged(level=2, by="sun"))
        life.runs("2026-11-23 10:45")
        assert life.told(CUSTOMER)[-1].endswith("status_update")
        assert life.told(CUSTOMER).count("11-23 09:29 second_reply") == 1

    def test_another_plan_brings_its_promises_and_its_clock(self) -> None:
        """To 7×24 on Friday evening: the hotline's four hours begin to count, and the night counts too."""
        life = Life(plan="5x8").reported("2026-11-20 17:00")
        life.happens(
            "2026-11-20 17:30", events.PlanChanged(plan="7x24", services=("hotline-7x24",), by="sun")
        )
        assert life.due("response_any_hour") == "11-20 21:00"
        assert life.due("response") == "11-20 21:00"
        assert life.owed("response_any_hour").promise == "P-01"

    def test_a_plan_without_a_service_withdraws_its_promise(self) -> None:
        """Back to 5×8: nobody is promised the hotline's night any more."""
        life = Life(plan="7x24").reported("2026-11-20 17:00")
        life.happens("2026-11-20 17:30", events.PlanChanged(plan="5x8", services=("onsite-5x8",), by="sun"))
        assert life.state("response_any_hour") == promised.WITHDRAWN
        assert life.due("response") == "11-23 12:00"

    def test_a_commitment_remembers_the_policy_it_was_made_under(self) -> None:
        """So that quality figures judge it by the promise that was given."""
        assert Life().reported(MONDAY_NINE).owed("response").policy == policy().version


class TestIntervalAsked:
    def test_updates_come_as_often_as_the_customer_asked(self) -> None:
        """P-32: every half hour from the second reply on."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 09:05", events.IntervalAsked(interval=Span(30, "wm")))
        life.runs("2026-11-23 11:00")
        assert life.told(CUSTOMER)[1:] == [
            "11-23 09:29 second_reply",
            "11-23 09:59 status_update",
            "11-23 10:29 status_update",
            "11-23 10:59 status_update",
        ]

    def test_the_running_update_is_redated_with_time_to_ask_the_engineer(self) -> None:
        """Asked 40 minutes after the last update: half an hour is over, so it comes after the prompt's lead."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 10:10", events.IntervalAsked(interval=Span(30, "wm")))
        assert life.due("status_update") == "11-23 10:20"
        assert "11-23 10:10 update_prompt" in life.told("engineer")

    def test_it_changes_nothing_but_the_updates(self) -> None:
        """An interval for news is not a shorter response."""
        life = Life().reported(MONDAY_NINE)
        before = (life.due("response"), life.due("second_reply"), life.due("online_limit"))
        life.happens("2026-11-23 09:05", events.IntervalAsked(interval=Span(30, "wm")))
        assert (life.due("response"), life.due("second_reply"), life.due("online_limit")) == before

    def test_an_update_due_with_the_second_reply_does_not_take_its_place(self) -> None:
        """Both are due at 09:30; one mail goes out, and it is the one that keeps both promises."""
        life = Life().reported(MONDAY_NINE)
        life.happens(MONDAY_NINE, TAKEN)
        life.happens("2026-11-23 09:01", events.IntervalAsked(interval=Span(30, "wm")))
        life.runs("2026-11-23 09:45")
        assert life.told(CUSTOMER)[-1] == "11-23 09:29 second_reply"
        assert life.state("second_reply") == promised.MET
        assert life.due("status_update") == "11-23 10:00"


class TestReopening:
    def test_a_refusal_reopens_the_online_limit_and_the_time_between_does_not_count(self) -> None:
        """Solved at ten, refused at three: the customer's four working hours are not ours."""
        life = Life().reported(MONDAY_NINE)
        life.solved("2026-11-23 10:00")
        life.happens("2026-11-23 15:00", REFUSED)
        assert life.case.status == "in_progress"
        assert life.state("online_limit") == promised.RUNNING
        assert life.due("online_limit") == "11-24 14:00"

    def test_a_refusal_ends_the_reminders_and_restarts_the_updates(self) -> None:
        """Nobody is reminded to confirm what they have just refused."""
        life = Life().reported(MONDAY_NINE)
        life.solved("2026-11-23 10:00")
        life.happens("2026-11-23 15:00", REFUSED)
        assert life.state("confirm_reminder") == promised.WITHDRAWN
        assert life.runs("2026-11-23 16:30").told(CUSTOMER)[-2:] == [
            "11-23 15:00 status_update",
            "11-23 15:59 status_update",
        ]

    def test_a_refusal_is_not_read_back_to_the_customer_as_news(self) -> None:
        """They know what they wrote; engineer and service manager are the ones to read it."""
        life = Life().reported(MONDAY_NINE)
        life.solved("2026-11-23 10:00")
        step = life.happens("2026-11-23 15:00", REFUSED)
        words = {(each.name, each.to): "words" in each.facts for each in step.notices}
        assert words == {
            ("status_update", CUSTOMER): False,
            ("refused", "engineer"): True,
            ("refused", "service_manager"): True,
        }

    def test_a_refusal_while_we_wait_for_the_customer_brings_the_ball_back(self) -> None:
        """Asked for a log after "solved", they answer that it is not: that is no more waiting."""
        life = Life().reported(MONDAY_NINE)
        life.solved("2026-11-23 10:00")
        life.happens("2026-11-23 10:30", WAITING)
        life.happens("2026-11-23 11:00", REFUSED)
        assert (life.case.status, life.state("online_limit")) == ("in_progress", promised.RUNNING)

    def test_what_is_reopened_while_its_clock_stands_still_stands_still(self) -> None:
        """An owner's row may reopen on words of a third party; it waits all the same."""
        limit = terms().target("online_limit")
        assert limit is not None
        own = replace(limit, reopened_by=frozenset({"third_party_wrote"}))
        life = Life(promises=replace(policy(), targets=(own,))).reported(MONDAY_NINE)
        life.solved("2026-11-23 10:00")
        life.happens("2026-11-23 10:30", WAITING)
        life.happens("2026-11-23 11:00", events.ThirdPartyWrote(text="还没好"))
        assert life.state("online_limit") == promised.PAUSED

    def test_a_refused_closed_case_is_worked_again(self) -> None:
        """A confirmation by mistake is no reason to open a second case (L-100)."""
        life = Life().reported(MONDAY_NINE)
        life.solved("2026-11-23 10:00")
        life.happens("2026-11-23 11:00", CONFIRMED)
        life.happens("2026-11-23 14:00", REFUSED)
        assert (life.case.status, life.case.closed_at) == ("in_progress", None)
        assert life.state("online_limit") == promised.RUNNING
        assert life.told(CUSTOMER)[-1] == "11-23 14:00 status_update"


class TestOnlineLimit:
    def test_arrival_counts_from_the_moment_the_limit_was_missed_however_late_we_look(self) -> None:
        """P-11: missed at 18:00 on Monday, seen on Tuesday at 11:00: still Thursday's close."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 17:00", reply())
        life.looks("2026-11-24 11:00")
        assert life.owed("arrival").made_at == at("2026-11-23 18:00")
        assert life.due("arrival") == "11-26 18:00"

    def test_the_service_manager_is_told_to_send_somebody(self) -> None:
        """P-03, P-04: then an engineer is sent."""
        life = Life().reported(MONDAY_NINE).runs("2026-11-23 18:00")
        assert "11-23 18:00 dispatch_needed" in life.told("service_manager")

    def test_being_there_meets_the_arrival(self) -> None:
        """And nothing else does: dispatched is not arrived."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-24 10:00", events.Dispatched(by="sun"))
        assert life.state("arrival") == promised.RUNNING
        life.happens("2026-11-25 10:00", events.Arrived(by=ENGINEER))
        assert life.state("arrival") == promised.MET


class TestPriority:
    @pytest.mark.parametrize(("level", "priority"), [(1, "urgent"), (2, "high"), (3, "normal"), (4, "low")])
    def test_it_follows_the_severity(self, level: int, priority: str) -> None:
        """P-21."""
        assert Life(level=level).reported(MONDAY_NINE).case.priority == priority

    def test_a_seven_by_twenty_four_customer_starts_high(self) -> None:
        """P-02, and the journal says which promise made it so."""
        life = Life(plan="7x24", level=4).reported(MONDAY_NINE)
        assert life.case.priority == "high"
        set_by = [(each.promise, each.name) for each in life.journal if each.kind == "priority"]
        assert set_by == [("P-21", "low"), ("P-02", "high")]

    def test_it_never_lowers_what_the_severity_gave(self) -> None:
        """High is a floor, not a ceiling: level 1 stays urgent."""
        assert Life(plan="7x24", level=1).reported(MONDAY_NINE).case.priority == "urgent"

    def test_it_rises_with_each_escalation_and_stops_at_the_top(self) -> None:
        """P-50: raised by the system itself; past urgent there is nothing."""
        life = Life(level=3).reported(MONDAY_NINE).runs("2026-11-27 18:00")
        raised = [each.name for each in life.journal if each.kind == "priority"]
        assert raised == ["normal", "high", "urgent"]
        assert len(life.notices(name="escalation")) > 2

    def test_a_milder_level_after_saturation_is_not_treated_as_worse_than_it_was_raised(self) -> None:
        """Four escalations of a level-1 case raised nothing: as a level 4 it starts where level 4 starts."""
        life = Life(level=1).reported(MONDAY_NINE).runs("2026-11-24 09:00")
        assert len(life.notices(name="escalation")) >= 3
        life.happens("2026-11-24 09:01", events.LevelChanged(level=4, by="sun"))
        assert life.case.priority == "low"


class TestEscalation:
    def test_it_climbs_rung_by_rung_while_nobody_answers(self) -> None:
        """P-50: the response is missed at two; an hour for each answer, then the administrator."""
        life = Life(level=2, promises=CLIMB).reported(MONDAY_NINE).runs("2026-11-23 17:59")
        assert [(each.clock, each.notice.to) for each in life.notices(name="escalation")] == [
            ("11-23 14:00", "level_manager:1"),
            ("11-23 15:00", "level_manager:2"),
            ("11-23 16:00", "level_manager:3"),
            ("11-23 17:00", "administrator"),
        ]

    @pytest.mark.parametrize("answer", [events.Acknowledged(by="zhao"), TAKEN, reply(), resolved(), WAITING])
    def test_it_stops_climbing_when_somebody_takes_it_in_hand(self, answer: events.Event) -> None:
        """The first rung answers within its hour: nobody above hears of it that day."""
        life = Life(level=2, promises=CLIMB).reported(MONDAY_NINE)
        life.happens("2026-11-23 14:30", answer)
        life.runs("2026-11-23 17:59")
        assert [each.notice.to for each in life.notices(name="escalation")] == ["level_manager:1"]

    def test_an_empty_rung_falls_through_to_the_next(self) -> None:
        """SERVICE "ours": an empty role falls through to the next one above."""
        life = (
            Life(level=2, staffed=frozenset({"level_manager:3"}))
            .reported(MONDAY_NINE)
            .runs("2026-11-23 14:00")
        )
        assert [each.notice.to for each in life.notices(name="escalation")] == ["level_manager:3"]

    def test_an_empty_chain_is_never_nobody(self) -> None:
        """The administrator is told at once, and once."""
        life = (
            Life(level=2, staffed=frozenset(), promises=CLIMB).reported(MONDAY_NINE).runs("2026-11-23 17:59")
        )
        assert [(each.clock, each.notice.to) for each in life.notices(name="escalation")] == [
            ("11-23 14:00", "administrator")
        ]

    def test_each_further_overdue_promise_goes_one_rung_higher(self) -> None:
        """SERVICE "ours": the response at two was answered for; the online limit at six goes to the next rung."""
        life = Life(level=2, promises=CLIMB).reported(MONDAY_NINE)
        life.happens("2026-11-23 14:10", events.Acknowledged(by="zhao"))
        life.runs("2026-11-23 18:00")
        assert [(each.clock, each.notice.to) for each in life.notices(name="escalation")] == [
            ("11-23 14:00", "level_manager:1"),
            ("11-23 18:00", "level_manager:2"),
        ]

    def test_it_says_what_is_overdue(self) -> None:
        """A manager who is told "escalation" and nothing else can do nothing."""
        life = Life(level=2).reported(MONDAY_NINE).runs("2026-11-23 14:00")
        (told,) = life.notices(name="escalation")
        assert told.notice.promise == "P-50"
        assert told.notice.facts["overdue"] == [
            {
                "commitment": "response",
                "promise": "P-11",
                "due": at("2026-11-23 14:00").astimezone(life.owed("response").due.tzinfo).isoformat(),
                "owed_by": "engineer",
            }
        ]

    def test_what_is_missed_at_one_moment_escalates_once(self) -> None:
        """7×24, level 2: two promises of four hours are over together; one mail, two reasons."""
        life = Life(plan="7x24", level=2).reported(MONDAY_NINE).runs("2026-11-23 13:00")
        (told,) = life.notices(name="escalation")
        overdue = told.notice.facts["overdue"]
        assert isinstance(overdue, list)
        assert len(overdue) == 2

    def test_looking_again_at_the_same_moment_does_nothing(self) -> None:
        """Each step fires once, also after a crash between looking and sleeping (F31)."""
        life = Life(level=2).reported(MONDAY_NINE).runs("2026-11-23 14:00")
        step = life.looks("2026-11-23 14:00")
        assert (step.notices, step.entries) == ((), ())
        assert step.case.version == life.case.version


class TestConfirmation:
    def test_nobody_confirms_two_reminders_and_then_the_desk_is_asked_to_call(self) -> None:
        """P-35: after one and three working days; a case is never closed silently."""
        life = Life().reported(MONDAY_NINE)
        life.solved("2026-11-23 10:00")
        life.runs("2026-12-31 18:00")
        assert life.told(CUSTOMER)[-3:] == [
            "11-23 10:00 please_confirm",
            "11-24 17:30 confirm_reminder",
            "11-26 17:30 confirm_reminder_again",
        ]
        assert life.told("desk")[-1] == "11-27 17:30 call_customer"
        assert life.case.status == "awaiting_confirmation"
        assert life.case.next_due is None

    def test_no_updates_while_we_wait_for_the_confirmation(self) -> None:
        """There is nothing new to say about what is solved."""
        life = Life().reported(MONDAY_NINE)
        life.solved("2026-11-23 10:00")
        assert life.state("status_update") != promised.RUNNING
        life.runs("2026-11-24 17:00")
        assert life.told(CUSTOMER)[-1] == "11-23 10:00 please_confirm"

    def test_a_confirmation_closes_the_case_and_everybody_hears_it(self) -> None:
        """P-35, P-48."""
        life = Life().reported(MONDAY_NINE)
        life.solved("2026-11-23 10:00")
        life.happens("2026-11-23 10:30", CONFIRMED)
        assert (life.case.status, life.case.closed_at) == ("closed", at("2026-11-23 10:30"))
        assert life.told(CUSTOMER)[-1] == "11-23 10:30 closed"
        assert "11-23 10:30 case_closed" in life.told("engineer")
        assert "11-23 10:30 case_closed" in life.told("service_manager")


class TestClosed:
    @pytest.fixture
    def closed(self) -> Life:
        life = Life().reported(MONDAY_NINE)
        life.solved("2026-11-23 10:00")
        life.happens("2026-11-23 10:30", CONFIRMED)
        return life

    def test_the_clock_does_nothing_on_it(self, closed: Life) -> None:
        """G11: a closed case never fires."""
        assert closed.case.next_due is None
        assert closed.looks("2027-11-23 09:00").notices == ()

    @pytest.mark.parametrize(
        "late",
        [
            resolved(),
            reply(),
            events.Planned(text="明天更换", by=ENGINEER),
            TAKEN,
            events.NoticeSent(notice="please_confirm"),
            events.LevelChanged(level=1, by="sun"),
            events.PlanChanged(plan="7x24", services=("hotline-7x24",), by="sun"),
            events.IntervalAsked(interval=Span(30, "wm")),
        ],
        ids=lambda event: type(event).__name__,
    )
    def test_nothing_more_is_said_to_the_customer_or_promised(self, closed: Life, late: events.Event) -> None:
        """A late reply, a late delivery report or a change of level must not wake it up."""
        before = closed.told(CUSTOMER)
        closed.happens("2026-11-23 11:00", late)
        assert closed.told(CUSTOMER) == before
        assert closed.case.status == "closed"
        assert [each for each in closed.case.commitments if each.is_owed] == []

    def test_a_case_closed_while_a_promise_was_paused_leaves_nothing_behind(self) -> None:
        """What stood still is withdrawn, not resumed."""
        life = Life().reported(MONDAY_NINE).runs("2026-11-23 09:45")
        life.solved("2026-11-23 10:00")
        assert life.state("status_update") == promised.PAUSED
        life.happens("2026-11-23 10:30", CONFIRMED)
        assert life.state("status_update") == promised.WITHDRAWN

    def test_a_closing_mail_that_failed_is_still_shown_to_a_person(self, closed: Life) -> None:
        """L-23: the failed delivery on a closed case went unseen."""
        closed.happens("2026-11-23 12:00", events.NoticeFailed(notice="closed", role=CUSTOMER, reason="550"))
        assert closed.told("desk")[-1] == "11-23 12:00 notice_failed"


class TestOutage:
    @pytest.mark.parametrize("minutes", [1, 10, 60, 24 * 60, 7 * 24 * 60])
    @pytest.mark.parametrize("since", ["09:00", "09:28", "13:59"])
    @pytest.mark.parametrize("level", [1, 3])
    def test_however_long_we_were_away_one_update_and_one_escalation(
        self, minutes: int, since: str, level: int
    ) -> None:
        """G10, F29: 1 minute to 7 days, from any moment: a late truth once, not twenty late mails."""
        life = Life(level=level).reported(MONDAY_NINE).runs(f"2026-11-23 {since}")
        said = len(life.said)
        life.looks(at(f"2026-11-23 {since}") + timedelta(minutes=minutes))
        after = [each.notice for each in life.said[said:]]
        assert len([notice for notice in after if notice.to == CUSTOMER]) <= 1
        assert len([notice for notice in after if notice.name == "escalation"]) <= 1

    def test_a_week_gives_exactly_one_of_each(self) -> None:
        """Silence would be as wrong as a burst."""
        life = Life(level=2).reported(MONDAY_NINE)
        before = len(life.notices(to=CUSTOMER))
        life.looks("2026-11-30 09:00")
        assert [each.notice.name for each in life.notices(to=CUSTOMER)[before:]] == ["second_reply"]
        assert [each.notice.to for each in life.notices(name="escalation")] == ["level_manager:1"]

    def test_nobody_is_asked_to_hurry_for_what_is_late_already(self) -> None:
        """A prompt after its due moment is noise on top of the escalation."""
        life = Life(level=2).reported(MONDAY_NINE)
        life.looks("2026-11-23 17:59")
        prompts = [
            each.notice.facts["commitment"]
            for each in life.notices(to="engineer")
            if "commitment" in each.notice.facts
        ]
        assert prompts == ["online_limit"]

    def test_the_rhythm_begins_anew_after_a_late_update(self) -> None:
        """Late at eleven, so the next at twelve, not at the half hour that nobody kept."""
        life = Life(level=2).reported(MONDAY_NINE)
        life.looks("2026-11-23 11:00")
        assert life.due("status_update") == "11-23 12:00"

    def test_an_engineers_line_is_not_lost_when_two_updates_become_one(self) -> None:
        """The line was given before the outage; the one mail after it carries the words."""
        life = Life(level=2).reported(MONDAY_NINE)
        life.happens(MONDAY_NINE, TAKEN)
        life.happens("2026-11-23 09:05", progress("正在抓包"))
        life.looks("2026-11-23 16:00")
        assert life.notices(to=CUSTOMER)[-1].notice.facts["words"] == "正在抓包"

    def test_a_row_that_the_owner_took_out_while_it_ran_ends_in_silence(self) -> None:
        """Its moments pass without words; the step still counts, or storage would refuse it for ever."""
        life = Life().reported(MONDAY_NINE)
        life.promises = replace(policy(), targets=())
        before = life.case
        step = life.looks("2026-11-23 09:20")
        assert step.notices == ()
        assert step.case.version == before.version + 1
        due = step.case.next_due
        assert due is not None
        assert due > at("2026-11-23 09:20")


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
