"""What the tests of many rooms are made of: the shipped policy, a case, and a life on a virtual clock."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from gateway.cases import events, steps
from gateway.cases.case import Case, Entry, Notice, Party, Step
from gateway.cases.commitments import Commitment
from gateway.cases.events import Event
from gateway.cases.policy import Policy, Terms
from gateway.config import Config, load

ROOT = Path(__file__).parents[1]
CONFIG_FILE = ROOT / "config.toml"
SHANGHAI = ZoneInfo("Asia/Shanghai")
CUSTOMER = "customer"
ENGINEER = "wang"
CENTRE_MANAGER = "gao"


@cache
def shipped_config() -> Config:
    """config.toml as it stands in the repository."""
    return load(CONFIG_FILE)


def policy(*, only: Collection[str] | None = None) -> Policy:
    """What is promised by the config.toml of the repository; `only` these targets, for a test of the machinery."""
    promises = shipped_config().promises
    if only is None:
        return promises
    unknown = set(only) - {target.name for target in promises.targets}
    assert not unknown, f"no such promise: {unknown}"
    return replace(promises, targets=tuple(target for target in promises.targets if target.name in only))


def everybody(promises: Policy | None = None) -> frozenset[str]:
    """Every rung of the escalation chain has somebody on it."""
    return frozenset((promises or policy()).escalation_chain)


def terms(
    plan: str = "5x8", *, staffed: frozenset[str] | None = None, promises: Policy | None = None
) -> Terms:
    """The terms of a plan, with everybody in place unless `staffed` says who is."""
    promises = promises or policy()
    return promises.terms(plan, everybody(promises) if staffed is None else staffed)


def at(text: str) -> datetime:
    """A moment in Shanghai: "2026-11-23 09:00" (a Monday)."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def a_case(
    *, level: int = 2, plan: str = "5x8", language: str = "zh-Hans", kind: str = "fault", known: bool = True
) -> Case:
    """A case as intake would hand it to `open_case`."""
    return Case(
        number="C261123-000018",
        opened_at=at("2026-11-23 09:00"),
        reporter=Party(
            address="lin.fang@customer.example",
            name="Fiona Lin" if language == "en" else "林芳",
            language=language,
            known=known,
        ),
        subject="Firewall login fails" if language == "en" else "防火墙无法登录",
        kind=kind,
        level=level,
        plan=plan,
        services=policy().plans[plan].services,
        company="青田制造",
        contact="林芳",
        phone="021-55550123",
    )


def wall_clock(moment: datetime) -> str:
    """A moment as a wall clock in Shanghai shows it: "11-23 09:29"."""
    return f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}"


class HasCase(Protocol):
    """Whatever follows one case."""

    @property
    def case(self) -> Case:
        """The case as it now is."""
        ...


class Owing:
    """What the case that one follows owes; by name the latest commitment is meant, which must be there."""

    def owed(self: HasCase, name: str) -> Commitment:
        """The commitment itself."""
        return _owed(self.case, name)

    def state(self: HasCase, name: str) -> str:
        """What became of it."""
        return _owed(self.case, name).state

    def due(self: HasCase, name: str) -> str:
        """When it is due, by the wall clock: "11-23 14:00"."""
        return wall_clock(_owed(self.case, name).due)


def _owed(case: Case, name: str) -> Commitment:
    found = case.commitment(name)
    assert found is not None, f"no {name} on the case"
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """A notice and when it was given."""

    at: datetime
    notice: Notice

    @property
    def clock(self) -> str:
        """The moment by the wall clock: "11-23 09:29"."""
        return wall_clock(self.at)


@dataclass
class Life(Owing):
    """One case on a virtual clock: every notice counts as delivered when it is given, unless `delivers` is off.

    `said` and `journal` keep everything that ever came out of the core.
    """

    plan: str = "5x8"
    level: int = 2
    language: str = "zh-Hans"
    staffed: frozenset[str] | None = None
    promises: Policy | None = None
    delivers: bool = True
    case: Case = field(init=False)
    said: list[Said] = field(init=False, default_factory=list[Said])
    journal: list[Entry] = field(init=False, default_factory=list[Entry])

    def __post_init__(self) -> None:
        self.case = a_case(level=self.level, plan=self.plan, language=self.language)

    @property
    def terms(self) -> Terms:
        """What counts for the case as it now is."""
        return terms(self.case.plan, staffed=self.staffed, promises=self.promises)

    def reported(self, when: str | datetime, text: str = "防火墙登录不上") -> "Life":
        """The customer's first message."""
        moment = _moment(when)
        self.case = replace(self.case, opened_at=moment)
        event = events.Reported(text=text, language=self.language, by=self.case.reporter.address)
        self._take(steps.open_case(self.case, event, moment, self.terms), moment)
        return self

    def happens(self, when: str | datetime, *happened: Event) -> Step:
        """These events, in one step, after everything that the clock did before them."""
        moment = _moment(when)
        self.runs(moment, before=True)
        step = steps.advance_together(self.case, happened, moment, self.terms)
        self._take(step, moment)
        return step

    def solved(self, when: str | datetime, how: str = "重启认证服务后恢复") -> "Life":
        """Handling has ended and the centre manager agrees at once (P-45, P-46): the customer is asked to confirm."""
        self.happens(when, events.Resolved(text=how, by=ENGINEER))
        self.happens(when, events.ReviewPassed(by=CENTRE_MANAGER))
        return self

    def runs(self, until: str | datetime, *, before: bool = False) -> "Life":
        """The clock runs, and strikes at every due moment up to `until` (or only before it)."""
        end = _moment(until)
        while (due := self.case.next_due) is not None and (due < end or (due == end and not before)):
            self.looks(due)
        return self

    def looks(self, when: str | datetime) -> Step:
        """One look at the clock, however much has become due since the last: the gateway was away."""
        moment = _moment(when)
        step = steps.look_at_the_clock(self.case, moment, self.terms)
        self._take(step, moment)
        return step

    def notices(self, *, to: str | None = None, name: str | None = None) -> list[Said]:
        """What was said, to this role, under this name."""
        return [
            each for each in self.said if to in (None, each.notice.to) and name in (None, each.notice.name)
        ]

    def told(self, to: str) -> list[str]:
        """What a role was told and when: "11-23 09:29 second_reply"."""
        return [f"{each.clock} {each.notice.name}" for each in self.notices(to=to)]

    def _take(self, step: Step, moment: datetime) -> None:
        self.case = step.case
        self.journal += step.entries
        self.said += [Said(moment, notice) for notice in step.notices]
        self.heard(step, moment)
        for notice in step.notices:
            if self.delivers:
                sent = events.NoticeSent(notice=notice.name, to=notice.to)
                self._take(steps.advance(self.case, sent, moment, self.terms), moment)

    def heard(self, step: Step, moment: datetime) -> None:
        """What the readers of a step's notices see; for those who want the letters themselves."""


def _moment(when: str | datetime) -> datetime:
    return at(when) if isinstance(when, str) else when
