"""A scenario on a virtual clock: the real core, policy and templates; nothing is stored and nothing leaves.

A service manager tries a policy before it goes live. Every notice counts as delivered at the moment it is given.
Shapes: INTERFACES "A scenario and its transcript".
"""

from collections.abc import Generator, Iterator
from datetime import datetime, timedelta
from typing import Any

from gateway.cases import events, steps
from gateway.cases.case import Case, Entry, Notice, Party, Step
from gateway.cases.policy import Terms
from gateway.config import Config
from gateway.responders.composer import Composer, Recipient
from gateway.responders.letters import CUSTOMER, customer_letter
from gateway.simulation.scenario import Happening, Scenario

LONGEST = timedelta(days=30)
"""Where a scenario without `until` ends whose case nobody ever answers: its updates would go on for ever."""

NUMBER = "C000000-000000"
_PEOPLE = {"zh-Hans": "李明", "zh-Hant": "李明", "en": "Alex Lee"}
_ENGINEERS = {"zh-Hans": "王工", "zh-Hant": "王工", "en": "Wang"}


def play(scenario: Scenario, config: Config) -> Iterator[dict[str, Any]]:
    """The transcript, line by line, in order of time."""
    player = _Player(scenario, config)
    yield from player.play()


class _Player:
    def __init__(self, scenario: Scenario, config: Config) -> None:
        from gateway.parts import composer_of

        self._scenario = scenario
        self._policy = config.promises
        self._composer: Composer = composer_of(config)
        self._staffed = frozenset(self._policy.escalation_chain)
        self._zone = scenario.start.tzinfo

    def play(self) -> Iterator[dict[str, Any]]:
        """Events and due moments as they come; what happens at a moment comes before what is missed at it."""
        scenario = self._scenario
        end = scenario.until or scenario.start + LONGEST
        waiting = list(scenario.happenings)
        first = waiting.pop(0)
        case = self._case(first)
        step = steps.open_case(case, first.event, first.at, self._terms(case))
        case = yield from self._told(step, first.at, first.what)
        while True:
            due = case.next_due
            if waiting and (due is None or waiting[0].at <= due):
                happening = waiting.pop(0)
                if happening.at > end:
                    return
                step = steps.advance(case, happening.event, happening.at, self._terms(case))
                case = yield from self._told(step, happening.at, happening.what)
            elif due is not None and due <= end:
                step = steps.look_at_the_clock(case, due, self._terms(case))
                case = yield from self._told(step, due, None)
            else:
                return

    def _case(self, reported: Happening) -> Case:
        scenario = self._scenario
        text = reported.event.text if isinstance(reported.event, events.Reported) else ""
        return Case(
            number=NUMBER,
            opened_at=reported.at,
            reporter=Party(
                address="customer@customer.example",
                name=_PEOPLE[scenario.language],
                language=scenario.language,
                known=True,
            ),
            subject=text.strip().partition("\n")[0][:60],
            level=scenario.level,
            plan=scenario.plan,
            services=scenario.services,
        )

    def _terms(self, case: Case) -> Terms:
        return self._policy.terms(case.plan, self._staffed)

    def _told(self, step: Step, at: datetime, what: str | None) -> Generator[dict[str, Any], None, Case]:
        """One step's lines, then what follows from its notices having been delivered."""
        for entry in step.entries:
            if entry.kind == "notice" or (entry.kind == "event" and what is None):
                continue
            yield self._line(entry, what)
        case = step.case
        for notice in step.notices:
            yield self._notice_line(notice, case, at)
        for notice in step.notices:
            after = steps.advance(
                case, events.NoticeSent(notice=notice.name, to=notice.to), at, self._terms(case)
            )
            case = yield from self._told(after, at, None)
        return case

    def _line(self, entry: Entry, what: str | None) -> dict[str, Any]:
        line: dict[str, Any] = {"at": self._local(entry.at), "kind": entry.kind}
        detail = entry.detail
        match entry.kind:
            case "event":
                line["what"] = what
            case "commitment":
                late = detail["state"] == "met_late"
                line |= {"name": entry.name, "state": "met" if late else detail["state"], "late": late}
                line["due"] = self._local(datetime.fromisoformat(str(detail["due"])))
                line["owed_by"] = detail["owed_by"]
                line["provisional"] = detail["provisional"]
            case _:
                line |= {"from": detail["from"], "to": detail["to"]}
        line["promise"] = entry.promise
        return line

    def _notice_line(self, notice: Notice, case: Case, at: datetime) -> dict[str, Any]:
        engineer = _ENGINEERS[self._scenario.language] if case.engineer else None
        if notice.to == CUSTOMER:
            letter = customer_letter(self._composer, notice, case, at, self._terms(case), engineer)
        else:
            reader = Recipient(None, "zh-Hans", "staff")
            letter = self._composer.compose(notice, case, reader, at, engineer=engineer)
        return {
            "at": self._local(at),
            "kind": "notice",
            "name": notice.name,
            "to": notice.to,
            "subject": letter.subject,
            "text": letter.text,
            "informed": "words" in notice.facts,
            "promise": notice.promise,
        }

    def _local(self, at: datetime) -> str:
        return at.astimezone(self._zone).isoformat()
