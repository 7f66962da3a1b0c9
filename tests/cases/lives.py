"""Whole lives of cases, played through the real core on a virtual clock: what the quality tests count."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from gateway.cases import events, steps
from gateway.cases.business_time import Span
from gateway.cases.case import Case, Entry, Party, Step
from gateway.cases.events import Event
from gateway.cases.policy import Policy, Terms
from gateway.config import load

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai."""

Happening = tuple[timedelta, Event]


@cache
def policy() -> Policy:
    """The promises of config.toml."""
    return load(Path(__file__).parents[2] / "config.toml", {}).promises


@dataclass(slots=True)
class Life:
    """A case as it ended, all that its journal says, and every step on the way."""

    case: Case
    steps: list[Step] = field(default_factory=list[Step])
    played_from: str = ""

    def _repr_pretty_(self, printer: RepresentationPrinter, _cycle: bool) -> None:
        """In a few words: hypothesis warns at a whole journal, and the warning would hide what really failed."""
        printer.text(self.played_from or f"<the life of {self.case.number} in {len(self.steps)} steps>")

    @property
    def entries(self) -> list[Entry]:
        """The journal."""
        return [entry for step in self.steps for entry in step.entries]


def a_case(number: str = "C261123-000018", **changes: object) -> Case:
    """A case on which nothing has happened yet."""
    case = Case(
        number=number,
        opened_at=MONDAY,
        reporter=Party(address="li.lei@customer.example", name="李雷", known=True),
        subject="打印服务器无响应",
        level=2,
        customer_id="qingshan-bank",
        company="青山银行",
        services=("onsite-5x8",),
    )
    return replace(case, **changes)  # type: ignore[arg-type] - fields of Case, by name


def live(
    case: Case,
    happenings: Iterable[Happening],
    *,
    lasting: timedelta = timedelta(days=3),
    late: timedelta = timedelta(),
    posting: timedelta = timedelta(seconds=1),
) -> Life:
    """Open `case`, let everything happen at its offset from opening, and let the clock strike until `lasting`.

    The clock looks `late`; a notice leaves `posting` after it was given.
    """
    life = Life(case)
    begin, end = case.opened_at, case.opened_at + lasting
    waiting: list[tuple[datetime, Event]] = [(begin + after, event) for after, event in happenings]
    _take(life, steps.open_case(case, events.Reported(), begin, _terms(case)), waiting, begin + posting)
    while True:
        waiting.sort(key=lambda each: each[0])
        due = life.case.next_due
        strikes_at = due + late if due is not None else None
        if waiting and (strikes_at is None or waiting[0][0] <= strikes_at):
            at, event = waiting.pop(0)
            if at > end:
                return life
            step = steps.advance(life.case, event, at, _terms(life.case))
        elif strikes_at is not None and strikes_at <= end:
            # A journal is written in the order of time: the clock never looks before what has happened already.
            at = max([strikes_at, *(entry.at for entry in life.steps[-1].entries)])
            step = steps.look_at_the_clock(life.case, at, _terms(life.case))
        else:
            return life
        _take(life, step, waiting, at + posting)


def _take(life: Life, step: Step, waiting: list[tuple[datetime, Event]], leaves_at: datetime) -> None:
    life.case = step.case
    if step.entries:
        life.steps.append(step)
    waiting += [(leaves_at, events.NoticeSent(notice=notice.name)) for notice in step.notices]


def _terms(case: Case) -> Terms:
    chain = policy().escalation_chain
    return policy().terms(case.plan, frozenset(chain))


def _what_may_happen() -> list[Event]:
    by_engineers = [
        event
        for who in ("wang.lei", "chen.jing")
        for event in (
            events.Assigned(to=who, by="desk"),
            events.EngineerReplied(text="我们正在处理", by=who),
            events.ProgressGiven(text="正在更换模块", by=who),
            events.Planned(text="今晚更换模块", by=who),
            events.Stuck(text="需要实施工程师", by=who),
            events.WaitingOnCustomer(text="请提供日志", by=who),
            events.Resolved(text="已修复", by=who),
            events.Arrived(by=who),
        )
    ]
    plans = [events.PlanChanged(plan=plan.name, services=plan.services) for plan in policy().plans.values()]
    return [
        *by_engineers,
        *plans,
        *(events.LevelChanged(level=level) for level in policy().levels),
        *(events.IntervalAsked(interval=Span(minutes, "wm")) for minutes in (20, 90, 240)),
        events.CustomerWrote(text="怎么样了"),
        events.Refused(text="还是不行"),
        events.Confirmed(text="好了"),
        events.ReviewPassed(by="centre"),
        events.ReviewFailed(text="没有测试记录", by="centre"),
        events.InterimAgreed(text="明天继续", by="superior"),
        events.Acknowledged(by="manager"),
        events.NoticeFailed(notice="status_update", role="customer", reason="550"),
    ]


def happenings() -> st.SearchStrategy[Sequence[Happening]]:
    """What may happen to a case within two days, at moments that no promise is made for on purpose."""
    after = st.integers(1, 2 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes, seconds=17))
    return st.lists(st.tuples(after, st.sampled_from(_what_may_happen())), max_size=9)


def lives() -> st.SearchStrategy[Life]:
    """Lives of every level and plan, with a clock that looks on time, late, or after an outage."""

    def play(level: int, plan: str, what: Sequence[Happening], late: int, opened: int) -> Life:
        case = a_case(
            level=level,
            plan=plan,
            services=policy().plans[plan].services,
            opened_at=MONDAY + timedelta(minutes=opened),
        )
        life = live(case, what, late=timedelta(seconds=late))
        life.played_from = f"play({level}, {plan!r}, {what!r}, {late}, {opened})"
        return life

    return st.builds(
        play,
        st.integers(1, 4),
        st.sampled_from(["5x8", "7x24"]),
        happenings(),
        st.sampled_from([0, 1, 90, 4 * 3600]),
        st.integers(0, 3 * 24 * 60),
    )
