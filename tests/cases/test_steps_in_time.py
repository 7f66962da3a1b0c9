"""How a step counts time: two moments of a promise, pauses, other terms, an interval asked for, an outage."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.cases import commitments as promised
from gateway.cases import events
from gateway.cases.business_time import Span
from tests.builders import CUSTOMER, Life, at, policy
from tests.cases.happened import (
    MONDAY_NINE,
    TAKEN,
    WAITING,
    WROTE,
    progress,
    reply,
)


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
