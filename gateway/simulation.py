"""A scenario on a virtual clock: the real core, policy and templates; nothing is stored and nothing leaves.

A service manager tries a policy before it goes live. Every notice counts as delivered at the moment it is given.
Shapes: INTERFACES "A scenario and its transcript".
"""

import re
import tomllib
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.cases import events, steps
from gateway.cases.business_time import Span
from gateway.cases.case import Case, Entry, Notice, Party, Step
from gateway.cases.events import EVENTS, Event
from gateway.cases.policy import Terms
from gateway.config import Config
from gateway.errors import ConfigError, Mistake
from gateway.parsers import language as languages
from gateway.responders.composer import Composer, Recipient
from gateway.responders.letters import CUSTOMER, customer_letter

LONGEST = timedelta(days=30)
"""Where a scenario without `until` ends whose case nobody ever answers: its updates would go on for ever."""

NUMBER = "C000000-000000"
_OFFSET = re.compile(r"\+(\d+)(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PEOPLE = {"zh-Hans": "李明", "zh-Hant": "李明", "en": "Alex Lee"}
_ENGINEERS = {"zh-Hans": "王工", "zh-Hant": "王工", "en": "Wang"}
_FROM_CUSTOMER = (
    events.Reported,
    events.CustomerWrote,
    events.Confirmed,
    events.Refused,
    events.IntervalAsked,
)
SCENARIO_KEYS = {"start", "plan", "level", "language", "until", "services", "event"}
"""What a scenario may say; `services` replaces those that its plan brings."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a scenario: when, its name there, and what the core gets."""

    at: datetime
    what: str
    event: Event


@dataclass(frozen=True, slots=True)
class Scenario:
    """A case to play."""

    start: datetime
    until: datetime | None
    plan: str
    level: int
    language: str
    services: tuple[str, ...]
    happenings: tuple[Happening, ...]


def read_scenario(path: Path, config: Config) -> Scenario:
    """A scenario from TOML. Raises ConfigError with every mistake."""
    try:
        table = tomllib.loads(path.read_text())
    except OSError as error:
        raise ConfigError([Mistake(str(path), "", f"cannot be read: {error.strerror}")]) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError([Mistake(str(path), "", f"is no valid TOML: {error}")]) from None
    return _ScenarioReader(str(path), table, config).read()


def play(scenario: Scenario, config: Config) -> Iterator[dict[str, Any]]:
    """The transcript, line by line, in order of time."""
    player = _Player(scenario, config)
    yield from player.play()


class _ScenarioReader:
    def __init__(self, file: str, table: Mapping[str, Any], config: Config) -> None:
        self._file = file
        self._table = table
        self._config = config
        self._mistakes: list[Mistake] = []

    def read(self) -> Scenario:
        table, policy = self._table, self._config.promises
        for key in sorted(set(table) - SCENARIO_KEYS):
            self._wrong(key, "no such key here", "there are: " + ", ".join(sorted(SCENARIO_KEYS)))
        start = self._moment("start", table.get("start"), None)
        plan = str(table.get("plan", policy.default_plan))
        if plan not in policy.plans:
            self._wrong("plan", f"no plan {plan!r}", "there are: " + ", ".join(policy.plans))
        language = str(table.get("language", "zh-Hans"))
        if language not in _PEOPLE:
            self._wrong("language", f"no language {language!r}", "there are: " + ", ".join(_PEOPLE))
        rows: list[Mapping[str, Any]] = list(table.get("event", ()))
        if not any(row.get("what") == "reported" for row in rows):
            rows.insert(0, {"at": "+0m", "what": "reported"})
        happenings = [
            happening
            for number, row in enumerate(rows, 1)
            if (happening := self._happening(f"event[{number}]", row, start, language)) is not None
        ]
        until = self._moment("until", table["until"], start) if "until" in table else None
        level = self._level(table, rows)
        if self._mistakes or start is None:
            raise ConfigError(self._mistakes)
        happenings.sort(key=lambda happening: happening.at)
        if happenings[0].what != "reported":
            raise ConfigError([Mistake(self._file, "event", "something happens before the report")])
        services = table.get("services", policy.plans[plan].services)
        return Scenario(start, until, plan, level, language, tuple(services), tuple(happenings))

    def _level(self, table: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> int:
        known = self._config.promises.levels
        level = table.get("level")
        if level is None:
            text = next((str(row.get("text", "")) for row in rows if row.get("what") == "reported"), "")
            return self._level_of(text) if text else self._config.promises.default_level
        if level not in known:
            self._wrong("level", f"no fault level {level!r}", "there are: " + ", ".join(map(str, known)))
        return int(level)

    def _level_of(self, text: str) -> int:
        """What the parsers make of the text, as for a mail from somebody we do not know."""
        from gateway.app import vendor_of
        from gateway.cases.directory import Directory
        from gateway.parsers.report import Reader

        return Reader(Directory(), vendor_of(self._config)).read_chat(text).fault_level.value

    def _happening(
        self, where: str, row: Mapping[str, Any], start: datetime | None, language: str
    ) -> Happening | None:
        what = str(row.get("what", ""))
        at = self._moment(f"{where}.at", row.get("at", "+0m"), start)
        kind = EVENTS.get(what)
        if kind is None or kind in (events.NoticeSent, events.NoticeFailed):
            playable = sorted(set(EVENTS) - {"notice_sent", "notice_failed"})
            self._wrong(
                f"{where}.what", f"nothing called {what!r} happens", "there are: " + ", ".join(playable)
            )
            return None
        try:
            event = self._event(kind, row, language)
        except (KeyError, ValueError) as error:
            self._wrong(
                where, f"{what} needs {error.args[0]!r}" if isinstance(error, KeyError) else str(error)
            )
            return None
        return Happening(at, what, event) if at is not None else None

    def _event(self, kind: type[Event], row: Mapping[str, Any], language: str) -> Event:
        by = "customer" if kind in _FROM_CUSTOMER else "engineer"
        if kind is events.Assigned:
            to = str(row.get("to", "engineer"))
            return events.Assigned(to=to, role=to if to == "implementation_engineer" else "engineer", by=by)
        if kind is events.LevelChanged:
            return events.LevelChanged(level=int(row["level"]), by=by)
        if kind is events.PlanChanged:
            plan = self._config.promises.plans.get(str(row["plan"]))
            if plan is None:
                raise ValueError(f"no plan {row['plan']!r}")
            return events.PlanChanged(
                plan=plan.name, services=tuple(row.get("services", plan.services)), by=by
            )
        if kind is events.IntervalAsked:
            return events.IntervalAsked(
                interval=_working(Span.parse(str(row.get("every") or row["interval"]))), by=by
            )
        if issubclass(kind, events.WordsEvent):
            text = str(row.get("text", ""))
            spoken = languages.detect(text) if text.strip() else language
            return kind(text=text, language=spoken if spoken in _PEOPLE else language, by=by)
        return EVENTS[kind.name](by=by)

    def _moment(self, where: str, value: object, start: datetime | None) -> datetime | None:
        if isinstance(value, str) and (offset := _OFFSET.fullmatch(value.strip())) is not None:
            return start + timedelta(**{_UNITS[offset[2]]: int(offset[1])}) if start else None
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                value = None
        if not isinstance(value, datetime) or value.tzinfo is None:
            advice = 'write "2026-11-23T09:00:00+08:00"' + (', or "+12m" (s, m, h, d)' if start else "")
            self._wrong(where, "is no moment with an offset", advice)
            return None
        return value

    def _wrong(self, key: str, problem: str, advice: str = "") -> None:
        self._mistakes.append(Mistake(self._file, key, problem, advice))


def _working(span: Span) -> Span:
    """An interval runs on the plan's clock: nobody who asks for an update every hour means all night."""
    return span if span.working else Span(span.amount, "wm" if span.unit == "m" else "wh")


class _Player:
    def __init__(self, scenario: Scenario, config: Config) -> None:
        from gateway.app import composer_of

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
