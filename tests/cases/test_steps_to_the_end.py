"""How a case gets worse, and how it ends: limits, priority, escalation, confirmation, closing, reopening."""

from dataclasses import replace

import pytest

from gateway.cases import commitments as promised
from gateway.cases import events
from gateway.cases.business_time import Span
from tests.builders import CUSTOMER, ENGINEER, Life, at, policy, terms
from tests.cases.happened import (
    CLIMB,
    CONFIRMED,
    MONDAY_NINE,
    REFUSED,
    TAKEN,
    WAITING,
    reply,
    resolved,
)


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

    @pytest.mark.parametrize("answer", [TAKEN, reply(), resolved(), WAITING])
    def test_it_stops_climbing_when_somebody_takes_it_in_hand(self, answer: events.Event) -> None:
        """The first rung answers within its hour: nobody above hears of it that day."""
        life = Life(level=2, promises=CLIMB).reported(MONDAY_NINE)
        life.happens("2026-11-23 14:30", answer)
        life.runs("2026-11-23 17:59")
        assert [each.notice.to for each in life.notices(name="escalation")] == ["level_manager:1"]

    def test_in_a_managers_hand_it_rests_for_a_set_time(self) -> None:
        """Issue 6, point 7: acknowledging alone answers no customer; without a time `[escalation] rest` counts."""
        life = Life(level=2, promises=CLIMB).reported(MONDAY_NINE)
        life.happens("2026-11-23 14:30", events.Acknowledged(by="zhao"))
        life.runs("2026-11-23 17:00")
        assert [(each.clock, each.notice.to) for each in life.notices(name="escalation")] == [
            ("11-23 14:00", "level_manager:1"),
            ("11-23 16:30", "level_manager:2"),
        ]

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
        life.happens("2026-11-23 14:10", events.Acknowledged(by="zhao", rest=Span(8, "wh")))
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
