"""From report to the question whether it is solved: who is told, asked and waited for in the house (P-24 … P-47)."""

import pytest

from gateway.cases import commitments as promised
from gateway.cases import events
from tests.builders import CENTRE_MANAGER, CUSTOMER, ENGINEER, Life

MONDAY_NINE = "2026-11-23 09:00"
TAKEN = events.Assigned(to=ENGINEER, by=ENGINEER)
PLANNED = events.Planned(text="更换证书", by=ENGINEER)
RESOLVED = events.Resolved(text="重启认证服务后恢复", by=ENGINEER)
PASSED = events.ReviewPassed(by=CENTRE_MANAGER)
FAILED = events.ReviewFailed(text="日志里还有报错", by=CENTRE_MANAGER)
AGREED = events.InterimAgreed(text="今天已更换证书，明天上午验证", by="feng")
LENT = events.Assigned(to="shi", role="implementation_engineer", by="zhao")


def clocks(life: Life, notice: str, to: str) -> list[str]:
    """When this role was given that notice."""
    return [each.clock for each in life.notices(to=to, name=notice)]


class TestTheReport:
    def test_desk_service_manager_and_quality_hear_of_a_fault_at_once(self) -> None:
        """P-24, P-25, P-26: within five minutes is kept by doing it now."""
        life = Life().reported(MONDAY_NINE)
        for notice, to in (
            ("new_case", "desk"),
            ("triage_request", "service_manager"),
            ("case_for_quality", "quality"),
        ):
            assert clocks(life, notice, to) == ["11-23 09:00"]
        assert (life.state("told_desk"), life.state("told_service_manager")) == (promised.MET, promised.MET)

    def test_what_does_not_leave_in_five_minutes_is_missed(self) -> None:
        """The promise is kept by the mail that left, not by the wish (P-24, P-25)."""
        life = Life(delivers=False).reported(MONDAY_NINE).runs("2026-11-23 09:05")
        assert (life.state("told_desk"), life.state("told_service_manager")) == (
            promised.MISSED,
            promised.MISSED,
        )


class TestPlanOrHelp:
    def test_without_a_plan_after_half_an_hour_help_is_called(self) -> None:
        """P-43, P-44: asked five minutes before; then service manager and project manager hear of it."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 09:10", TAKEN)
        life.runs("2026-11-23 09:45")
        assert clocks(life, "plan_prompt", "engineer") == ["11-23 09:35"]
        assert clocks(life, "help_needed", "service_manager") == ["11-23 09:40"]
        assert clocks(life, "help_needed", "project_manager") == ["11-23 09:40"]
        assert life.due("help") == "11-23 10:10"

    @pytest.mark.parametrize("act", [PLANNED, RESOLVED], ids=["a plan", "a solution"])
    def test_a_plan_or_a_solution_calls_nobody(self, act: events.Event) -> None:
        """Either is what the half hour is for (P-43)."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 09:10", TAKEN)
        life.happens("2026-11-23 09:30", act)
        life.runs("2026-11-23 11:00")
        assert clocks(life, "help_needed", "project_manager") == []

    def test_an_answer_to_the_customer_is_no_plan(self) -> None:
        """Kind words do not solve the fault: P-43 asks how it will be."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 09:10", TAKEN)
        life.happens("2026-11-23 09:15", events.EngineerReplied(text="正在查看", by=ENGINEER))
        life.runs("2026-11-23 09:45")
        assert clocks(life, "help_needed", "project_manager") == ["11-23 09:40"]

    def test_a_helper_who_is_lent_ends_the_waiting(self) -> None:
        """P-44; and the engineer keeps the case."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 09:10", TAKEN)
        life.happens("2026-11-23 09:50", LENT)
        assert life.state("help") == promised.MET
        assert (life.case.engineer, life.case.helpers) == (ENGINEER, ("shi",))
        assert clocks(life, "help_assigned", "implementation_engineer") == ["11-23 09:50"]

    def test_nobody_lends_anybody_and_it_escalates(self) -> None:
        """By fault level: half an hour at level 2 (P-44, P-50)."""
        life = Life(level=2).reported(MONDAY_NINE)
        life.happens("2026-11-23 09:10", TAKEN)
        life.runs("2026-11-23 10:15")
        assert clocks(life, "escalation", "level_manager:1") == ["11-23 10:10"]


class TestTheDaysReport:
    def test_the_superior_is_asked_an_hour_before_and_agrees_what_the_customer_reads(self) -> None:
        """P-33: due half an hour before the close of the day."""
        life = Life(level=3).reported(MONDAY_NINE)
        life.runs("2026-11-23 16:40")
        assert clocks(life, "interim_draft", "superior") == ["11-23 16:30"]
        life.happens("2026-11-23 17:00", AGREED)
        told = life.notices(to=CUSTOMER, name="interim_report")[-1]
        assert (told.clock, told.notice.facts["words"]) == ("11-23 17:00", AGREED.text)

    def test_it_is_asked_for_every_day_that_the_fault_outlives(self) -> None:
        """Agreed on Monday, so the next one is Tuesday's; a superior who is silent is escalated."""
        life = Life(level=3).reported(MONDAY_NINE)
        life.happens("2026-11-23 17:00", AGREED)
        assert life.due("day_report") == "11-24 17:30"
        life.runs("2026-11-25 09:00")
        overdue = [str(each.notice.facts["overdue"]) for each in life.notices(name="escalation")]
        assert [each for each in overdue if "P-33" in each] != []
        assert life.due("day_report") == "11-25 17:30"

    def test_agreeing_twice_on_one_day_leaves_tomorrows_report_owed(self) -> None:
        """The second version is today's as well (P-33)."""
        life = Life(level=3).reported(MONDAY_NINE)
        life.happens("2026-11-23 16:50", AGREED)
        life.happens("2026-11-23 17:00", AGREED)
        assert (life.state("day_report"), life.due("day_report")) == (promised.RUNNING, "11-24 17:30")

    def test_a_report_agreed_after_the_solution_begins_no_other(self) -> None:
        """Nothing outlives this day; and a failed review asks for one report, not for two (P-33)."""
        life = Life(level=3).reported(MONDAY_NINE)
        life.happens("2026-11-23 16:40", RESOLVED)
        life.happens("2026-11-23 16:45", AGREED)
        assert life.state("day_report") == promised.WITHDRAWN
        life.happens("2026-11-23 16:45", FAILED)
        assert life.due("day_report") == "11-23 17:30"
        assert clocks(life, "interim_draft", "superior") == ["11-23 16:30", "11-23 16:45"]

    def test_a_fault_solved_the_same_day_needs_none(self) -> None:
        """P-33 is about what cannot be solved the same day."""
        life = Life(level=3).reported(MONDAY_NINE).solved("2026-11-23 15:00").runs("2026-11-24 18:00")
        assert clocks(life, "interim_draft", "superior") == []

    def test_a_level_four_request_has_none(self) -> None:
        """The page promises it for levels 1 to 3 (P-30 … P-36)."""
        life = Life(level=4).reported(MONDAY_NINE)
        assert life.case.commitment("day_report") is None


class TestTheReview:
    def test_the_centre_manager_is_told_at_once_and_the_customer_not_yet(self) -> None:
        """P-45: nobody is asked to confirm what has not been looked at."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 10:00", RESOLVED)
        assert life.case.status == "in_review"
        assert clocks(life, "review_request", "centre_manager") == ["11-23 10:00"]
        assert life.state("handling_ended_told") == promised.MET
        assert clocks(life, "please_confirm", CUSTOMER) == []
        assert life.due("review") == "11-23 10:10"

    def test_nobody_is_asked_for_a_line_about_what_is_under_review(self) -> None:
        """P-32: the customer's hourly update goes on; the engineer has nothing to add."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 09:40", RESOLVED)
        life.runs("2026-11-23 11:50")
        assert clocks(life, "status_update", CUSTOMER) == ["11-23 10:29", "11-23 11:29"]
        assert [each for each in clocks(life, "update_prompt", "engineer") if each > "11-23 09:40"] == []

    def test_a_review_that_fails_at_night_brings_the_hourly_update_back(self) -> None:
        """P-32: work goes on, so the customer hears within the hour and not on Monday."""
        life = Life(plan="7x24", level=2).reported("2026-11-20 18:00")
        life.happens("2026-11-20 20:00", RESOLVED)
        life.runs("2026-11-20 20:40")
        assert life.due("status_update") == "11-23 10:00"
        life.happens("2026-11-20 23:10", FAILED)
        assert life.due("status_update") == "11-20 23:20"

    def test_what_was_promised_before_the_review_is_not_put_off_by_it(self) -> None:
        """P-32: the moment that the last letter printed is kept; only what follows waits for the review's hours."""
        life = Life(plan="7x24", level=2).reported("2026-11-20 18:00").runs("2026-11-20 18:40")
        promised_for = life.due("status_update")
        life.happens("2026-11-20 18:50", RESOLVED)
        assert life.due("status_update") == promised_for == "11-20 19:30"

    def test_a_result_without_a_review_promises_nothing(self) -> None:
        """P-47 runs from the question that may be asked, not from a word said too early."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 09:40", PASSED)
        assert life.case.commitment("result_told") is None

    def test_failed_after_all_the_case_goes_back_and_nobody_is_reminded(self) -> None:
        """P-46: found out after the customer was asked; what was asked is not asked again meanwhile."""
        life = Life().reported(MONDAY_NINE).solved("2026-11-23 10:00")
        life.happens("2026-11-23 11:00", FAILED)
        assert life.case.status == "in_progress"
        life.runs("2026-11-25 09:00")
        assert clocks(life, "confirm_reminder", CUSTOMER) == []

    def test_passed_the_desk_hears_it_and_the_customer_is_asked(self) -> None:
        """P-46, P-47."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 10:00", RESOLVED)
        life.happens("2026-11-23 10:05", PASSED)
        assert (life.state("review"), life.state("result_told")) == (promised.MET, promised.MET)
        assert clocks(life, "review_passed", "desk") == ["11-23 10:05"]
        assert clocks(life, "please_confirm", CUSTOMER) == ["11-23 10:05"]

    def test_failed_the_engineer_reads_why_and_the_limit_runs_on(self) -> None:
        """P-46: back to work; the words stay in the house and the review's minutes are not the engineer's."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 10:00", RESOLVED)
        life.happens("2026-11-23 10:10", FAILED)
        assert (life.case.status, life.state("online_limit")) == ("in_progress", promised.RUNNING)
        assert life.due("online_limit") == "11-24 09:10"
        told = {each.notice.to: each.notice.facts.get("words") for each in life.notices(name="review_failed")}
        assert told == {"engineer": FAILED.text, "desk": FAILED.text}
        assert not [each for each in life.notices(to=CUSTOMER) if "words" in each.notice.facts]

    def test_a_second_solution_is_reviewed_again(self) -> None:
        """Each time anew, with ten minutes each."""
        life = Life().reported(MONDAY_NINE)
        for solved, looked, result in (("10:00", "10:05", FAILED), ("11:00", "11:05", PASSED)):
            life.happens(f"2026-11-23 {solved}", RESOLVED)
            life.happens(f"2026-11-23 {looked}", result)
        assert clocks(life, "review_request", "centre_manager") == ["11-23 10:00", "11-23 11:00"]
        assert clocks(life, "please_confirm", CUSTOMER) == ["11-23 11:05"]

    def test_a_silent_centre_manager_is_escalated(self) -> None:
        """P-46 is ten minutes; the customer must not wait for somebody's lunch (P-50)."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 10:00", RESOLVED)
        life.runs("2026-11-23 10:15")
        assert clocks(life, "escalation", "level_manager:1") == ["11-23 10:10"]

    def test_a_customer_who_says_it_works_is_not_asked_once_more(self) -> None:
        """Confirmed while the review was open: closed, and nobody presses the centre manager."""
        life = Life().reported(MONDAY_NINE)
        life.happens("2026-11-23 10:00", RESOLVED)
        life.happens("2026-11-23 10:05", events.Confirmed(text="好了，谢谢"))
        life.runs("2026-11-24 12:00")
        assert life.case.status == "closed"
        assert clocks(life, "please_confirm", CUSTOMER) == []
        assert life.notices(name="escalation") == []


def test_updates_go_on_while_the_centre_manager_is_silent() -> None:
    """SERVICE lets only "waiting for the customer" pause the updates (P-32)."""
    life = Life().reported("2026-11-23 09:00")
    life.happens("2026-11-23 10:00", events.Resolved(text="好了", by="wang"))
    life.runs("2026-11-23 12:00")
    assert [line for line in life.told("customer") if line > "11-23 10:00"] != []
