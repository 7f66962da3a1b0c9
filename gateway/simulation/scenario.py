"""A scenario: what a service manager wants to see happen to a made-up case, read from TOML.

Shape: INTERFACES "A scenario and its transcript". Every mistake is reported at once; `player` plays it.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from gateway.cases import events
from gateway.cases.business_time import Span
from gateway.cases.directory import Directory
from gateway.cases.events import EVENTS, Event
from gateway.config import Config
from gateway.errors import ConfigError, Mistake
from gateway.parsers import interval
from gateway.parsers import language as languages

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
SCENARIO_KEYS = {"start", "plan", "level", "language", "until", "services", "event"}
"""What a scenario may say; `services` replaces those that its plan brings."""

LONGEST = timedelta(days=366)
"""The most that a scenario may ask to be played."""

_OFFSET = re.compile(r"\+([0-9]{1,6})(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_FROM_CUSTOMER = (
    events.Reported,
    events.CustomerWrote,
    events.Confirmed,
    events.Refused,
    events.IntervalAsked,
    events.IncidentReported,
)
NOT_PLAYED = (
    *(events.NoticeSent, events.NoticeFailed, events.Redirected),  # the core's own doing
    *(events.Corrected, events.AliasTaught),  # about a directory, and a scenario has none
)


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
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([Mistake(str(path), "", f"cannot be read: {error.strerror}")]) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError([Mistake(str(path), "", f"is no valid TOML: {error}")]) from None
    return _ScenarioReader(str(path), table, config).read()


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
        if language not in LANGUAGES:
            self._wrong("language", f"no language {language!r}", "there are: " + ", ".join(LANGUAGES))
        rows = self._rows()
        happenings = [
            happening
            for number, row in enumerate(rows, 1)
            if (happening := self._happening(f"event[{number}]", row, start, language)) is not None
        ]
        until = self._moment("until", table["until"], start) if "until" in table else None
        level = self._level(table, rows)
        happenings.sort(key=lambda happening: happening.at)
        self._in_order(happenings, until)
        services = self._services(table.get("services"))
        if self._mistakes or start is None:
            raise ConfigError(self._mistakes)
        if services is None:
            services = policy.plans[plan].services
        return Scenario(start, until, plan, level, language, services, tuple(happenings))

    def _rows(self) -> list[Mapping[str, Any]]:
        """The [[event]] tables; a scenario without a report begins with one."""
        found: object = self._table.get("event", [])
        rows = cast("list[object]", found) if isinstance(found, list) else [found]
        if not all(isinstance(row, dict) for row in rows):
            self._wrong("event", "is no list of tables", "write [[event]] above each")
            rows = []
        events_of = cast("list[Mapping[str, Any]]", rows)
        if not any(row.get("what") == "reported" for row in events_of):
            return [{"at": "+0m", "what": "reported"}, *events_of]
        return events_of

    def _in_order(self, happenings: list[Happening], until: datetime | None) -> None:
        if happenings and happenings[0].what != "reported":
            self._wrong("event", "something happens before the report")
        if sum(happening.what == "reported" for happening in happenings) > 1:
            self._wrong("event", "is reported twice", "what the customer writes later is customer_wrote")
        if until is None or not happenings:
            return
        if until < happenings[0].at:
            self._wrong("until", "ends before the report")
        elif until - happenings[0].at > LONGEST:
            self._wrong("until", "is too far away", f"play at most {LONGEST.days} days")

    def _services(self, value: object) -> tuple[str, ...] | None:
        """Those of the scenario; None where it leaves them to its plan."""
        if value is None:
            return None
        known = sorted(row.name for row in self._config.service)
        named = cast("list[object]", value) if isinstance(value, list) else [value]
        for service in named:
            if service not in known:
                self._wrong("services", f"no service {service!r}", "there are: " + ", ".join(known))
        return tuple(str(service) for service in named)

    def _level(self, table: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> int:
        known = self._config.promises.levels
        level = table.get("level")
        if level is None:
            text = next((str(row.get("text", "")) for row in rows if row.get("what") == "reported"), "")
            return self._level_of(text) if text else self._config.promises.default_level
        if not isinstance(level, int) or level not in known:
            self._wrong("level", f"no fault level {level!r}", "there are: " + ", ".join(map(str, known)))
            return self._config.promises.default_level
        return level

    def _level_of(self, text: str) -> int:
        """What the parsers make of the text, as for a mail from somebody we do not know."""
        from gateway.parsers.report import Reader
        from gateway.parts import vendor_of

        return Reader(Directory(), vendor_of(self._config)).read_chat(text).fault_level.value

    def _happening(
        self, where: str, row: Mapping[str, Any], start: datetime | None, language: str
    ) -> Happening | None:
        what = str(row.get("what", ""))
        at = self._moment(f"{where}.at", row.get("at", "+0m"), start)
        kind = EVENTS.get(what)
        if kind is None or kind in NOT_PLAYED:
            playable = sorted(name for name, each in EVENTS.items() if each not in NOT_PLAYED)
            self._wrong(
                f"{where}.what", f"nothing called {what!r} happens", "there are: " + ", ".join(playable)
            )
            return None
        try:
            event = self._event(kind, row, language)
        except ValueError as error:
            self._wrong(where, str(error))
            return None
        return Happening(at, what, event) if at is not None else None

    def _event(self, kind: type[Event], row: Mapping[str, Any], language: str) -> Event:
        by = "customer" if kind in _FROM_CUSTOMER else "engineer"
        if kind is events.Assigned:
            to = str(row.get("to", "engineer"))
            return events.Assigned(to=to, role=to if to == "implementation_engineer" else "engineer", by=by)
        if kind is events.LevelChanged:
            level = _named(row, "level")
            if not isinstance(level, int) or level not in self._config.promises.levels:
                raise ValueError(f"no fault level {level!r}")
            return events.LevelChanged(level=level, by=by)
        if kind is events.PlanChanged:
            plan = self._config.promises.plans.get(str(_named(row, "plan")))
            if plan is None:
                raise ValueError(f"no plan {_named(row, 'plan')!r}")
            services = self._services(row.get("services"))
            return events.PlanChanged(
                plan=plan.name, services=plan.services if services is None else services, by=by
            )
        if kind is events.IntervalAsked:
            return events.IntervalAsked(interval=_interval(str(_named(row, "every", "interval"))), by=by)
        if kind is events.SatisfactionGiven:
            score = _named(row, "score")
            if not isinstance(score, int) or not 1 <= score <= 5:
                raise ValueError(f"{score!r} is no score from 1 to 5")
            return events.SatisfactionGiven(
                score=score, text=str(row.get("text", "")), language=language, by=by
            )
        if issubclass(kind, events.WordsEvent):
            text = str(row.get("text", ""))
            spoken = languages.detect(text) if text.strip() else language
            return kind(text=text, language=spoken if spoken in LANGUAGES else language, by=by)
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


def _named(row: Mapping[str, Any], *keys: str) -> object:
    """What a row says of its event, under any of its keys, or as `to`. Raises ValueError if it says nothing."""
    for key in (*keys, "to"):
        if key in row:
            return row[key]
    raise ValueError(f"{row['what']} needs {keys[0]!r}")


def _interval(text: str) -> Span:
    """An interval runs on the plan's clock: nobody who asks for an update every hour means all night.

    Raises ValueError for one that the gateway would not take from a customer either.
    """
    span = Span.parse(text)
    if span.unit == "wd":
        raise ValueError(f"{text!r} is no interval; write it in minutes or hours")
    minutes = span.amount * (1 if span.unit in ("m", "wm") else 60)
    if not interval.SHORTEST_MINUTES <= minutes <= interval.LONGEST_MINUTES:
        raise ValueError(f"an interval is {interval.SHORTEST_MINUTES} minutes to a day long, not {text}")
    return Span(minutes, "wm")
