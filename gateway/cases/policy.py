"""The shape of what is promised: targets, notice rules, fault levels, plans. All of it is data of config.toml.

A `Target` is one promised row: from which event, until which event, within how long per fault level, on whose clock
(the unit of its spans says so), owed by whom, what is said shortly before it is due and what happens when it is missed.
Adding a promise, a plan, a level or a role needs rows, not code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from gateway.cases import business_time
from gateway.cases.business_time import Calendar, Span

PRIORITIES = ("low", "normal", "high", "urgent")
WAKES_ANYBODY = 1
"""The fault level for which colleagues are disturbed outside their duty hours."""


@dataclass(frozen=True, slots=True)
class BeforeClose:
    """So long before the close of a working day; `around_the_clock` is the local time that counts as one at 7×24.

    The first such moment after the promise was made: one for each day that a fault outlives (P-33).
    """

    lead: Span
    around_the_clock: time = time(18)

    def due_after(self, calendar: Calendar, made_at: datetime) -> datetime:
        """The moment, always later than `made_at`."""
        day = made_at.astimezone(calendar.tz).date()
        while True:
            due = self._on(calendar, day)
            if due is not None and due > made_at:
                return due
            day += timedelta(days=1)

    def _on(self, calendar: Calendar, day: date) -> datetime | None:
        if calendar.always_open:
            return datetime.combine(day, self.around_the_clock, calendar.tz).astimezone(UTC)
        close = business_time.close_of_day(calendar, datetime.combine(day, time(12), calendar.tz))
        return business_time.subtract(calendar, close, self.lead) if close is not None else None


Limit = Span | BeforeClose
"""How a row says until when: a span from its start, or a moment of the day."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Something to be said around a due moment: `before` it, or `after` the commitment was made.

    `after` 0 working minutes is the first moment at which the clock runs. `not_while`: statuses in which nobody is
    asked, since there is nothing they could do.
    """

    notice: str
    to: str
    before: Span | None = None
    after: Span | None = None
    not_while: frozenset[str] = frozenset()

    def moment(self, made_at: datetime, due: datetime, calendar: Calendar) -> datetime:
        """When to say it; never before the commitment was made."""
        if self.after is not None:
            return business_time.add(calendar, made_at, self.after)
        assert self.before is not None, "the config loader demands one of the two"  # noqa: S101 - loader's invariant
        return max(made_at, business_time.subtract(calendar, due, self.before))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A promised row of policy.

    `within` gives, per fault level, spans of which the earliest counts; a level without an entry is promised nothing.
    `promises` gives the id of SERVICE.md per level. `starts_on`, `met_by`, `ends_on`, `reopened_by` are event keys
    (see `events`). `services`: the row belongs to contracts holding one of them; empty means to every case.
    `prompt` asks a person shortly before; `speak` is what the gateway itself says to meet the row. `clocks` gives, per
    level, a calendar in place of the plan's: a duty among ourselves does not run while those who owe it are asleep.
    `clock_while`: only in these statuses; empty means in all. An interval that the customer asked for is never slowed.
    `repeats`: a new one starts each time, in place of the running one. `outlives_close`: owed though the case is
    closed. `customer_sets_interval`: an interval that the customer asked for replaces `within`. `tells_next`: its due
    moment is what "the next update" means.
    """

    name: str
    promises: Mapping[int, str]
    starts_on: frozenset[str]
    met_by: frozenset[str]
    within: Mapping[int, tuple[Limit, ...]]
    owed_by: str
    ends_on: frozenset[str] = frozenset()
    reopened_by: frozenset[str] = frozenset()
    pauses_while: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    prompt: Ahead | None = None
    speak: Ahead | None = None
    escalates: bool = False
    repeats: bool = False
    customer_sets_interval: bool = False
    tells_next: bool = False
    outlives_close: bool = False
    clocks: Mapping[int, Calendar] = field(default_factory=dict[int, Calendar])
    clock_while: frozenset[str] = frozenset()

    def applies_to(self, kind: str, level: int, services: tuple[str, ...]) -> bool:
        """Whether a case of this kind and level, under a contract with these services, is promised this row."""
        return (
            level in self.within
            and (not self.kinds or kind in self.kinds)
            and (not self.services or not self.services.isdisjoint(services))
        )

    def calendar(self, level: int, status: str, of_plan: Calendar, interval: Span | None = None) -> Calendar:
        """Whose clock runs for a case of this level in this status."""
        asked_for = interval is not None and self.customer_sets_interval
        if self.clock_while and (asked_for or status not in self.clock_while):
            return of_plan
        return self.clocks.get(level, of_plan)

    def due(
        self,
        level: int,
        made_at: datetime,
        calendar: Calendar,
        *,
        pauses: tuple[tuple[datetime, datetime], ...] = (),
        interval: Span | None = None,
    ) -> datetime:
        """The moment by which it must be met: the earliest of its spans from `made_at`."""
        limits = self.within[level]
        if interval is not None and self.customer_sets_interval:
            limits = (interval,)
        awake = max([made_at, *(until for _, until in pauses)])
        return min(
            limit.due_after(calendar, awake)
            if isinstance(limit, BeforeClose)
            else business_time.add(calendar, made_at, limit, pauses)
            for limit in limits
        )

    @property
    def is_daily(self) -> bool:
        """Whether it is owed once a day."""
        return any(isinstance(limit, BeforeClose) for limits in self.within.values() for limit in limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRule:
    """After one of the events `on`, this notice is given to these roles.

    Empty `levels` and `kinds` mean all. `unless` names notices that make this one superfluous when they are
    given in the same step. `carries_words`: the event's words are part of it; `words_only`: they are all of it, so
    where the reader cannot read them there is nothing to say yet.
    """

    notice: str
    on: frozenset[str]
    to: tuple[str, ...]
    promise: str | None = None
    levels: frozenset[int] = frozenset()
    kinds: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    carries_words: bool = False
    words_only: bool = False

    def applies_to(self, kind: str, level: int) -> bool:
        """Whether the rule speaks of cases of this kind and level."""
        return (not self.levels or level in self.levels) and (not self.kinds or kind in self.kinds)


@dataclass(frozen=True, slots=True)
class FaultLevel:
    """How bad a fault is: 1 worst. `priority` is where its cases start (P-21)."""

    level: int
    priority: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of case. `life` names its page in `lifecycle`; `services` are all needed for it to be promised (P-06)."""

    name: str
    life: str
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The named terms of a contract: its calendar, and the services it brings where a contract lists none."""

    name: str
    calendar: Calendar
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything the owner promises, as loaded from config.toml. `version` changes whenever a row does.

    `escalation_rest`, per level: so long an escalation rests that is acknowledged without a time; where none is given
    it stops for good (P-50). `lead` is the least notice that a change of level or plan leaves anybody.
    `asked_by_mail` and `asked_in_chat` are the fields for which a customer is asked where their report lacks them
    (P-20, P-23).
    """

    version: str
    targets: tuple[Target, ...]
    notices: tuple[NoticeRule, ...]
    levels: Mapping[int, FaultLevel]
    plans: Mapping[str, Plan]
    kinds: Mapping[str, Kind]
    default_plan: str
    default_level: int
    escalation_chain: tuple[str, ...]
    lead: Span
    asked_by_mail: frozenset[str]
    asked_in_chat: frozenset[str]
    high_priority_services: frozenset[str] = frozenset()
    escalation_rest: Mapping[int, Span] = field(default_factory=dict[int, Span])
    reply_means: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    by_name: Mapping[str, Target] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {target.name: target for target in self.targets})

    def life(self, kind: str) -> str:
        """The page by which a kind of case lives; an unknown kind is simply handled."""
        return self.kinds[kind].life if kind in self.kinds else "handled"

    def terms(self, plan: str, staffed: frozenset[str]) -> "Terms":
        """The terms under which a case of this plan is advanced; an unknown plan gives the default one."""
        return Terms(policy=self, plan=self.plans.get(plan, self.plans[self.default_plan]), staffed=staffed)


@dataclass(frozen=True, slots=True)
class Terms:
    """The policy as it counts for one case: its plan, and which roles have anybody in them."""

    policy: Policy
    plan: Plan
    staffed: frozenset[str]

    @property
    def calendar(self) -> Calendar:
        """The clock of the working units."""
        return self.plan.calendar

    def target(self, name: str) -> Target | None:
        """The row of that name; None when the owner has since taken it out."""
        return self.policy.by_name.get(name)

    def priority(self, level: int, services: tuple[str, ...], raised: int) -> str:
        """Where cases of this level start (P-21), at least high for some services (P-02), raised so many times."""
        start = PRIORITIES.index(self.policy.levels[level].priority)
        if not self.policy.high_priority_services.isdisjoint(services):
            start = max(start, PRIORITIES.index("high"))
        return PRIORITIES[min(start + raised, len(PRIORITIES) - 1)]
