"""Quality figures: each promise once, in one period, by what the customer lived through (P-61 … P-64)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cases import events
from gateway.cases.case import Entry, Fact
from gateway.cases.hindsight import History, Review, review
from gateway.cases.outcomes import Outcome, Result, outcomes
from gateway.cases.quality import By, Figures, Period, Quality, Times, measure
from tests.cases.lives import MONDAY, Life, a_case, live, lives, policy

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_DAY = date(2026, 11, 23)
LONG = Period(date(2026, 11, 1), date(2026, 12, 31), SHANGHAI)
UPDATES = frozenset(("second_reply", "status_update"))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ENDS = ("met", "missed", "met_late", "withdrawn")


def said(
    state: str,
    after: timedelta,
    *,
    due: timedelta = HOUR,
    made: timedelta = timedelta(),
    promise: str = "P-11",
    name: str = "response",
    owed_by: str = "engineer",
    provisional: bool = False,
) -> Entry:
    """A journal line on a commitment; times count from MONDAY."""
    detail = {
        "state": state,
        "due": (MONDAY + due).isoformat(),
        "made_at": (MONDAY + made).isoformat(),
        "owed_by": owed_by,
        "provisional": provisional,
    }
    return Entry(at=MONDAY + after, kind="commitment", name=name, promise=promise, detail=detail)


def happened(name: str, after: timedelta, **detail: Fact) -> Entry:
    """A journal line on an event."""
    return Entry(at=MONDAY + after, kind="event", name=name, detail=detail)


def told(name: str, to: str, **detail: Fact) -> Entry:
    """A journal line on a notice, an hour after the report."""
    return Entry(at=MONDAY + HOUR, kind="notice", name=name, detail={"to": to, **detail})


def reviewed(entries: Sequence[Entry], plan: str = "5x8", **head: object) -> Review:
    """One case with this journal."""
    history = History(number="C1", opened_at=MONDAY, level=2, plan=plan, entries=entries, **head)  # type: ignore[arg-type] - fields of History, by name
    return review(history, policy().plans[plan].calendar, UPDATES)


def counted(*entries: Entry, period: Period = LONG) -> Figures:
    """The totals of one case with this journal."""
    return measure([reviewed(entries)], period).total


def of_life(life: Life) -> Review:
    """A played case in hindsight."""
    history = History(
        number=life.case.number,
        opened_at=life.case.opened_at,
        level=life.case.level,
        plan=life.case.plan,
        customer=life.case.customer_id,
        entries=life.entries,
    )
    return review(history, policy().plans[life.case.plan].calendar, UPDATES)


# What became of one promise.


@pytest.mark.parametrize(
    ("entries", "result", "decided_after"),
    [
        pytest.param([said("met", 20 * MINUTE)], Result.MET, 20 * MINUTE, id="kept"),
        pytest.param([said("missed", HOUR)], Result.MISSED, HOUR, id="missed"),
        pytest.param([said("missed", 3 * HOUR)], Result.MISSED, HOUR, id="missed, and noticed late"),
        pytest.param(
            [said("missed", HOUR), said("met_late", 2 * HOUR)], Result.MET_LATE, HOUR, id="done late"
        ),
        pytest.param([said("withdrawn", MINUTE)], Result.WITHDRAWN, MINUTE, id="withdrawn"),
        pytest.param(
            [said("missed", HOUR), said("withdrawn", 2 * HOUR)], Result.MISSED, HOUR, id="missed, then given up"
        ),
        pytest.param([said("prompted", 30 * MINUTE)], Result.OPEN, None, id="still owed"),
        pytest.param(
            [said("paused", MINUTE), said("withdrawn", 5 * HOUR)],
            Result.WITHDRAWN,
            5 * HOUR,
            id="given up while its clock stood still",
        ),
        pytest.param(
            [said("met", MINUTE), said("resumed", HOUR, due=3 * HOUR)], Result.OPEN, None, id="owed again"
        ),
        pytest.param(
            [
                said("met", MINUTE),
                said("resumed", HOUR, due=3 * HOUR),
                said("missed", 3 * HOUR, due=3 * HOUR),
            ],
            Result.MISSED,
            3 * HOUR,
            id="owed again and missed",
        ),
    ],
)  # fmt: skip
def test_a_promise_is_counted_by_its_last_end(
    entries: list[Entry], result: Result, decided_after: timedelta | None
) -> None:
    """What the customer lived through in the end is what counts, when it became certain (P-61)."""
    [outcome] = outcomes([said("started", timedelta()), *entries])
    assert outcome.result is result
    assert outcome.decided_at == (MONDAY + decided_after if decided_after is not None else None)


def test_what_was_done_after_its_due_moment_is_late_even_if_the_clock_had_not_looked() -> None:
    """After an outage the journal says "met"; the customer waited all the same (LESSONS 96)."""
    figures = counted(said("started", timedelta()), said("met", 2 * HOUR))
    assert (figures.met, figures.missed, figures.met_late) == (0, 1, 1)


def test_a_promise_that_is_set_anew_counts_once_and_under_its_new_promise() -> None:
    """Re-dating withdraws and starts it in the journal; the customer was promised one thing (LESSONS 95)."""
    life = live(
        a_case(level=3),
        [(30 * MINUTE, events.LevelChanged(level=1)), (HOUR, events.EngineerReplied(text="好", by="wang.lei"))],
    )  # fmt: skip
    stated = [(entry.promise, entry.detail["state"]) for entry in life.entries if entry.name == "response"]
    assert stated[:3] == [("P-12", "started"), ("P-12", "withdrawn"), ("P-10", "started")]
    quality = measure([of_life(life)], LONG)
    assert quality.groups[By.PROMISE]["P-10 response"].made == 1
    assert "P-12 response" not in quality.groups[By.PROMISE]


def test_each_round_of_updates_counts() -> None:
    """A promise that repeats is made anew each time: three updates are three promises kept (P-32)."""
    life = live(a_case(), [], lasting=timedelta(hours=3, minutes=5))
    sent = [entry for entry in life.entries if entry.detail.get("notice") == "status_update"]
    assert len(sent) >= 1
    assert measure([of_life(life)], LONG).groups[By.PROMISE]["P-32 status_update"].met == len(sent)


def test_two_rounds_from_one_instant_are_two() -> None:
    """Two notices may leave in the same second; the second round is not the first one set anew."""
    begin = said("started", timedelta())
    figures = counted(begin, said("met", timedelta()), begin, said("met", MINUTE))
    assert (figures.made, figures.met) == (2, 2)


def test_a_broken_line_of_the_journal_spoils_nothing_else() -> None:
    """A file restored from somewhere may hold anything; the report still comes."""
    broken = [
        Entry(at=MONDAY, kind="commitment", name="response", detail=detail)
        for detail in ({}, {"state": "met", "due": "soon", "made_at": 7}, {"due": "2026-11-23T09:00:00"})
    ]
    figures = counted(*broken, said("met", MINUTE), said("started", timedelta()), said("met", MINUTE))
    assert (figures.made, figures.met) == (1, 1)


# Periods.


def on(first: int, last: int | None = None) -> Period:
    """Days of November 2026."""
    return Period(date(2026, 11, first), date(2026, 11, last or first), SHANGHAI)


def test_a_miss_that_is_written_down_after_midnight_belongs_to_the_day_it_was_due() -> None:
    """The clock looks a moment later; the month's figures must not depend on that moment."""
    nearly = timedelta(hours=14, minutes=59)
    entries = [said("started", timedelta(), due=nearly), said("missed", nearly + 5 * MINUTE, due=nearly)]
    assert counted(*entries, period=on(23)).missed == 1
    assert counted(*entries, period=on(24)).missed == 0


def test_a_promise_kept_early_belongs_to_the_day_it_was_kept() -> None:
    """Due in the next month, kept in this one: this one's work."""
    entries = [said("started", timedelta(), due=timedelta(days=2)), said("met", HOUR, due=timedelta(days=2))]
    assert counted(*entries, period=on(23)).met == 1
    assert counted(*entries, period=on(25)).met == 0


def test_what_is_undecided_at_the_periods_end_is_open_in_it() -> None:
    """It was promised and the period says nothing yet about whether it was kept."""
    two_days = timedelta(days=2)
    entries = [said("started", timedelta(), due=two_days), said("met", two_days, due=two_days)]
    figures = counted(*entries, period=on(23, 24))
    assert (figures.made, figures.open, figures.met) == (1, 1, 0)
    later = counted(*entries, period=on(25))
    assert (later.made, later.open, later.met) == (0, 0, 1)


def test_provisional_dates_are_counted() -> None:
    """A due moment that rests on unpublished holidays is flagged (RELIABILITY F34)."""
    assert counted(said("started", timedelta(), provisional=True)).provisional == 1
    assert counted(said("started", timedelta())).provisional == 0


# Who.


def test_a_promise_counts_for_whoever_had_the_case_when_it_was_decided() -> None:
    """The colleague who takes over is not blamed for what was missed before."""
    entries = [
        said("started", timedelta()),
        happened("assigned", MINUTE, to="wang.lei"),
        said("missed", HOUR),
        happened("assigned", 2 * HOUR, to="chen.jing"),
        said("met_late", 3 * HOUR),
    ]
    engineers = measure([reviewed(entries)], LONG).groups[By.ENGINEER]
    assert engineers["wang.lei"].met_late == 1
    assert "chen.jing" not in engineers


def test_a_colleague_who_lends_a_hand_does_not_take_the_case() -> None:
    """P-44, P-63: what is missed, and how satisfied the customer is, stays with the engineer who has it."""
    entries = [
        happened("assigned", MINUTE, to="wang.lei", role="engineer"),
        happened("assigned", 2 * MINUTE, to="li.wen", role="implementation_engineer"),
        said("started", timedelta()),
        said("missed", HOUR),
    ]
    assert list(measure([reviewed(entries)], LONG).groups[By.ENGINEER]) == ["wang.lei"]


def test_engineers_are_not_measured_by_what_the_gateway_owed() -> None:
    """A first reply that our server sent late is no engineer's miss."""
    entries = [
        happened("assigned", MINUTE, to="wang.lei"),
        said("started", timedelta(), owed_by="gateway", name="first_reply"),
        said("missed", HOUR, owed_by="gateway", name="first_reply"),
    ]
    quality = measure([reviewed(entries)], LONG)
    assert quality.total.missed == 1
    assert quality.groups[By.ENGINEER] == {}


def test_strangers_are_one_group_and_stand_last() -> None:
    """What a stranger calls their company is their word; a thousand of them must not fill the table."""
    opened = [said("started", timedelta())]
    known = reviewed(opened, customer="qingshan-bank", company="青山银行")
    strangers = [reviewed(opened, company=f"公司{number}") for number in range(3)]
    groups = measure([*strangers, known], LONG).groups[By.CUSTOMER]
    assert list(groups) == ["qingshan-bank", None]
    assert groups[None].cases == 3


# What else is counted.


def test_updates_with_an_engineers_words_are_told_from_holding_ones() -> None:
    """A holding update is punctual and says little; quality must see which it was (P-32)."""
    figures = counted(
        told("status_update", "customer", informed=True),
        told("status_update", "customer", informed=False),
        told("second_reply", "customer", informed=False),
        told("new_case", "engineer", informed=True),
        told("closed", "customer", informed=False),
    )
    assert (figures.informed, figures.holding) == (1, 2)
    assert figures.share_informed == pytest.approx(1 / 3)


def test_the_core_says_which_updates_were_informed() -> None:
    """The journal of a real step carries the word that the figures read."""
    life = live(
        a_case(), [(40 * MINUTE, events.ProgressGiven(text="正在更换模块", by="wang.lei"))], lasting=4 * HOUR
    )
    figures = measure([of_life(life)], LONG).total
    assert figures.informed == 1
    assert figures.holding >= 1


def test_response_and_solution_are_measured_on_both_clocks() -> None:
    """09:00 to 14:00 is five hours, and four of work: lunch is not (SERVICE "Fault levels")."""
    figures = counted(
        happened("engineer_replied", 2 * HOUR, by="wang.lei"),
        happened("engineer_replied", 3 * HOUR, by="wang.lei"),
        happened("resolved", 5 * HOUR, by="wang.lei"),
    )
    assert figures.response == Times(1, 2 * HOUR, 2 * HOUR, 2 * HOUR, 2 * HOUR)
    assert figures.solution == Times(1, 5 * HOUR, 5 * HOUR, 4 * HOUR, 4 * HOUR)


def test_automatic_mail_is_no_response() -> None:
    """Nothing that the gateway sends counts as an engineer's answer (LESSONS 93)."""
    assert counted(happened("notice_sent", MINUTE, notice="first_reply")).response == Times()


@pytest.mark.parametrize("turned_down", ["refused", "review_failed"])
def test_a_solution_that_was_turned_down_is_none(turned_down: str) -> None:
    """The time to solution runs on to the one that held, before the centre manager and the customer (P-35, P-46)."""
    refused = [happened("resolved", HOUR, by="wang.lei"), happened(turned_down, 2 * HOUR)]
    assert counted(*refused).solution == Times()
    assert counted(*refused, happened("resolved", 3 * HOUR, by="wang.lei")).solution.median == 3 * HOUR


def test_median_and_p90_are_what_their_words_say() -> None:
    """Of ten, the median lies between the fifth and the sixth; nine do not exceed the ninth."""
    cases = [
        reviewed([happened("resolved", n * HOUR)], plan="7x24") for n in (3, 1, 2, 4, 5, 6, 8, 7, 100, 9)
    ]
    solution = measure(cases, LONG).total.solution
    assert solution.count == 10
    assert solution.median == 5.5 * HOUR
    assert solution.p90 == 9 * HOUR


def test_escalations_are_counted_by_rung() -> None:
    """How far up it went is what a manager asks (P-50)."""
    figures = counted(
        told("escalation", "level_manager:1", rung=1),
        told("escalation", "level_manager:1", rung=1),
        told("escalation", "administrator", rung=4),
    )
    assert figures.climbs == {(1, "level_manager:1"): 2, (4, "administrator"): 1}


def test_undelivered_notices_are_counted_by_their_reader() -> None:
    """A customer whom no mail reaches is a problem to follow up (P-64)."""
    figures = counted(happened("notice_failed", HOUR, notice="receipt", role="customer", reason="550"))
    assert figures.failures == {"customer": 1}


def test_satisfaction_is_traced_to_the_engineer_and_nonsense_is_left_out() -> None:
    """Answers come from outside; only whole scores from 1 to 5 are answers (P-63)."""
    entries = [
        happened("assigned", MINUTE, to="wang.lei"),
        happened("satisfaction_given", HOUR, score=5, engineer="chen.jing"),
        happened("satisfaction_given", HOUR, score=2),
        *(happened("satisfaction_given", HOUR, score=score) for score in (0, 6, True, "5", None)),
    ]
    quality = measure([reviewed(entries)], LONG)
    assert quality.total.scores == {2: 1, 5: 1}
    assert quality.total.satisfaction == 3.5
    engineers = quality.groups[By.ENGINEER]
    assert engineers["chen.jing"].scores == {5: 1}
    assert engineers["wang.lei"].scores == {2: 1}


def test_shares_of_nothing_are_nothing() -> None:
    """No promise was due is not the same as none was kept."""
    assert (Figures().share_kept, Figures().share_informed, Figures().satisfaction) == (None, None, None)
    assert Figures(met=3, missed=1, met_late=1, withdrawn=50).share_kept == 0.75


# Against a second computation, over lives that the real core played.


def naive_counts(entries: Sequence[Entry], first: date, last: date) -> Counter[str]:
    """The definition of docs/report.md, word by word and without hurry: quadratic, and no state is carried along."""
    lines = [entry for entry in entries if entry.kind == "commitment"]

    def field(entry: Entry, name: str) -> datetime:
        return datetime.fromisoformat(str(entry.detail[name]))

    def begins(number: int) -> bool:
        entry = lines[number]
        if entry.detail["state"] != "started":
            return False
        earlier = [
            index
            for index in range(number)
            if lines[index].name == entry.name
            and lines[index].detail["made_at"] == entry.detail["made_at"]
            and lines[index].detail["state"] == "started"
        ]
        if not earlier:
            return True
        since = [str(line.detail["state"]) for line in lines[earlier[-1] : number] if line.name == entry.name]
        # What was met and is owed again is not ended.
        reopened = [index for index, state in enumerate(since) if state == "resumed"]
        ended = set(since[reopened[-1] :] if reopened else since)
        return bool(ended & {"met", "missed", "met_late"})

    counts: Counter[str] = Counter()
    beginnings = [number for number in range(len(lines)) if begins(number)]
    for begin in beginnings:
        name = lines[begin].name
        following = [number for number in beginnings if number > begin and lines[number].name == name]
        own = [line for line in lines[begin : following[0] if following else None] if line.name == name]
        states = [str(line.detail["state"]) for line in own]
        end = own[-1]
        result, decided = "open", None
        if "missed" in states:
            missed = own[states.index("missed")]
            result = "met_late" if {"met", "met_late"} & set(states[states.index("missed") :]) else "missed"
            decided = field(missed, "due")
        elif states[-1] in ("met", "withdrawn"):
            result, decided = states[-1], end.at
            if end.at > field(end, "due") and states[-2] != "paused":
                result = "met_late" if result == "met" else "missed"
                decided = field(end, "due")
        made = field(end, "made_at") if decided is None else min(field(end, "made_at"), decided)
        made_on = made.astimezone(SHANGHAI).date()
        decided_on = decided.astimezone(SHANGHAI).date() if decided is not None else None
        counts["made"] += first <= made_on <= last
        counts["open"] += made_on <= last and (decided_on is None or decided_on > last)
        if decided_on is not None and first <= decided_on <= last:
            counts["missed" if result == "met_late" else result] += 1
            counts["met_late"] += result == "met_late"
    return counts


COUNTS = ("made", "met", "missed", "met_late", "withdrawn", "open")


def test_a_promise_missed_unseen_and_then_given_up_is_missed_and_a_new_one_is_another() -> None:
    """The clock looks late; meanwhile the level slips to 4 and back: missed once, promised anew (G11)."""
    slip = [(timedelta(seconds=1817), events.LevelChanged(level=level)) for level in (4, 1)]
    life = live(a_case(level=1, plan="5x8"), slip, late=timedelta(seconds=90), lasting=timedelta(minutes=50))
    said = [
        entry.detail["state"]
        for entry in life.entries
        if (entry.kind, entry.name) == ("commitment", "second_reply")
    ]
    assert [state for state in said if state in ("started", "missed", "withdrawn")] == [
        *("started", "missed", "withdrawn"),
        *("started", "missed"),
    ]


def test_a_promise_that_is_redated_while_its_clock_stands_still_is_not_missed() -> None:
    """The customer is waited for, and the plan and then the level change: one promise, still open (P-43, L-95)."""
    life = live(
        a_case(level=1, plan="5x8"),
        [
            (timedelta(seconds=77), events.WaitingOnCustomer(by="chen.jing", text="请提供日志")),
            (
                timedelta(seconds=77),
                events.PlanChanged(plan="7x24", services=("hotline-7x24", "onsite-7x24")),
            ),
            (timedelta(seconds=14417), events.LevelChanged(level=2)),
        ],
        lasting=timedelta(hours=5),
    )
    said = [
        entry.detail["state"]
        for entry in life.entries
        if (entry.kind, entry.name) == ("commitment", "online_limit")
    ]
    assert said == ["started", "paused", "started", "paused", "withdrawn", "started", "paused"]
    figures = measure([of_life(life)], Period(FIRST_DAY, FIRST_DAY, SHANGHAI)).total
    expected = naive_counts(life.entries, FIRST_DAY, FIRST_DAY)
    assert {name: getattr(figures, name) for name in COUNTS} == {name: expected[name] for name in COUNTS}


@settings(max_examples=60)
@given(lives(), st.integers(0, 6), st.integers(0, 4))
def test_the_figures_agree_with_a_naive_second_computation(life: Life, begin: int, length: int) -> None:
    """Two ways of counting the same journal must not differ by one (P-61)."""
    first = FIRST_DAY + timedelta(days=begin)
    last = first + timedelta(days=length)
    figures = measure([of_life(life)], Period(first, last, SHANGHAI)).total
    expected = naive_counts(life.entries, first, last)
    assert {name: getattr(figures, name) for name in COUNTS} == {name: expected[name] for name in COUNTS}


@settings(max_examples=40)
@given(lives())
def test_the_journal_tells_the_same_as_the_case_itself(life: Life) -> None:
    """What a case still remembers of its promises is what the journal says became of them."""
    found: dict[tuple[str, datetime], Outcome] = {
        (each.name, each.made_at): each for each in outcomes(life.entries)
    }
    for each in life.case.commitments:
        outcome = found[each.name, each.made_at]
        assert (outcome.due, outcome.promise) == (each.due, each.promise)
        if each.state in ("running", "paused"):
            assert outcome.result is Result.OPEN
        elif each.ended_at is not None and each.ended_at <= each.due:
            assert outcome.result == each.state


@settings(max_examples=20)
@given(st.lists(lives(), max_size=3), st.integers(0, 6))
def test_adjacent_periods_add_up(played: list[Life], cut: int) -> None:
    """Everything belongs to one period: what October and November count is what both count together."""
    middle = FIRST_DAY + timedelta(days=cut)
    reviews = [of_life(life) for life in played]
    before, after, both = (
        measure(reviews, Period(first, last, SHANGHAI)).total
        for first, last in (
            (LONG.first, middle),
            (middle + timedelta(days=1), LONG.last),
            (LONG.first, LONG.last),
        )
    )
    added = ("cases", "made", "met", "missed", "met_late", "withdrawn", "informed", "holding")
    for name in added:
        assert getattr(before, name) + getattr(after, name) == getattr(both, name)
    assert before.response.count + after.response.count == both.response.count
    # What was open and what is made is decided or stays open.
    decided = after.met + after.missed + after.withdrawn
    assert before.open + after.made == decided + after.open


@settings(max_examples=20)
@given(st.lists(lives(), max_size=3))
def test_every_grouping_divides_the_whole(played: list[Life]) -> None:
    """No promise is in two rows of a table or in none; engineers answer for their own alone."""
    quality: Quality = measure([of_life(life) for life in played], LONG)
    for by in (By.PROMISE, By.LEVEL, By.CUSTOMER):
        for name in COUNTS:
            assert sum(getattr(each, name) for each in quality.groups[by].values()) == getattr(
                quality.total, name
            )
    for name in ("met", "missed", "withdrawn"):
        assert sum(getattr(each, name) for each in quality.groups[By.DAY].values()) == getattr(
            quality.total, name
        )
