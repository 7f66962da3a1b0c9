"""From the rows of config.toml to the core's `Policy`: what they name exists, and what they promise can be kept.

All mistakes are collected before anybody complains.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gateway import calendars
from gateway.cases import events
from gateway.cases.business_time import Calendar, Span
from gateway.cases.lifecycle import LIVES, STATUSES, status_key
from gateway.cases.policy import Ahead, BeforeClose, FaultLevel, Kind, NoticeRule, Plan, Policy, Target
from gateway.errors import ConfigError, Mistake
from gateway.policy_rows import (
    EVERY_KIND,
    WEEKDAYS,
    AheadRow,
    CalendarRow,
    CalendarSection,
    NoticeRow,
    Rows,
    TargetRow,
)


def build_policy(rows: Rows, file: str, folder: Path, version: str) -> tuple[Policy | None, list[Mistake]]:
    """The policy, or None and why not."""
    joiner = _Joiner(rows, file, folder)
    policy = joiner.policy(version)
    return (None if joiner.mistakes else policy), joiner.mistakes


def build_calendars(rows: Rows, file: str, folder: Path) -> tuple[Mapping[str, Calendar], list[Mistake]]:
    """Every calendar by its name, and what is wrong with them."""
    joiner = _Joiner(rows, file, folder)
    return joiner.calendars(), joiner.mistakes


class _Joiner:
    """Joins the rows and writes down every name that leads nowhere."""

    def __init__(self, rows: Rows, file: str, folder: Path) -> None:
        self.rows = rows
        self.file = file
        self.folder = folder
        self.mistakes: list[Mistake] = []

    def wrong(self, key: str, problem: str, advice: str = "") -> None:
        self.mistakes.append(Mistake(self.file, key, problem, advice))

    def policy(self, version: str) -> Policy:
        rows = self.rows
        levels = {row.level: FaultLevel(row.level, row.priority) for row in rows.level}
        if not levels:
            self.wrong("level", "no fault levels", "write a [[level]] for each")
        services = {row.name for row in rows.service}
        calendars_by_name = self.calendars()
        plans = self._plans(calendars_by_name, services)
        self._unique("level", [str(row.level) for row in rows.level])
        self._unique("service", [row.name for row in rows.service])
        self._unique("plan", [row.name for row in rows.plan])
        self._unique("calendar", [row.name for row in rows.calendar])
        self._unique("target", [row.name for row in rows.target])
        self._no_circles()
        known = self._known_keys()
        kinds = self._kinds(services)
        targets = tuple(
            self._target(row, levels, services, known, kinds, calendars_by_name)
            for row in rows.target
            if self._has(row)
        )
        notices = tuple(self._notice(row, levels, known, kinds) for row in rows.notice if self._has(row))
        if rows.policy.default_plan not in plans:
            self.wrong("policy.default_plan", f"no plan {rows.policy.default_plan!r}", _choose(plans))
        if rows.policy.default_level not in levels:
            self.wrong("policy.default_level", f"no level {rows.policy.default_level}", _choose(levels))
        return Policy(
            version=version,
            targets=targets,
            notices=notices,
            levels=levels,
            plans=plans,
            kinds=kinds,
            default_plan=rows.policy.default_plan,
            default_level=rows.policy.default_level,
            escalation_chain=rows.escalation.chain,
            escalation_rest=self._rest(levels),
            lead=rows.policy.lead,
            asked_by_mail=frozenset(rows.policy.asked_by_mail),
            asked_in_chat=frozenset(rows.policy.asked_in_chat),
            high_priority_services=frozenset(row.name for row in rows.service if row.high_priority),
            reply_means={
                (notice, role): meaning
                for notice, by_role in rows.reply_means.items()
                for role, meaning in by_role.items()
            },
        )

    def _rest(self, levels: Mapping[int, FaultLevel]) -> Mapping[int, Span]:
        rest = self.rows.escalation.rest
        self._all_known("escalation.rest", rest, levels, "fault level")
        return rest

    def _has(self, row: TargetRow | NoticeRow) -> bool:
        """Rows that need something which is not configured (a CRM) do not count; their promises are somebody else's."""
        return self.rows.features.issuperset(row.needs)

    def _kinds(self, services: set[str]) -> dict[str, Kind]:
        self._unique("kind", [row.name for row in self.rows.kind])
        for row in self.rows.kind:
            self._all_known(f"kind[{row.name}].life", (row.life,), LIVES, "life")
            self._all_known(f"kind[{row.name}].services", row.services, services, "service")
        return {row.name: Kind(row.name, row.life, row.services) for row in self.rows.kind}

    def _of_kinds(self, where: str, named: Sequence[str], kinds: Mapping[str, Kind]) -> frozenset[str]:
        """The kinds that a row speaks of: those it names, or all but those which have rows of their own."""
        if tuple(named) == (EVERY_KIND,):
            return frozenset(kinds)
        self._all_known(f"{where}.kinds", named, kinds, "kind")
        return frozenset(named or (row.name for row in self.rows.kind if not row.own_rows))

    def calendars(self) -> dict[str, Calendar]:
        section = self.rows.calendars
        try:
            paths = [
                calendars.builtin(name.removeprefix("builtin:"))
                if name.startswith("builtin:")
                else self.folder / name
                for name in section.holidays
            ]
            holidays = calendars.load_holidays(paths)
        except ConfigError as error:
            self.mistakes += error.mistakes
            return {}
        found: dict[str, Calendar] = {}
        for row in self.rows.calendar:
            try:
                found[row.name] = _calendar(row, section, holidays)
            except ValueError as error:
                self.wrong(f"calendar[{row.name}]", str(error), 'hours are written as "09:00-12:00"')
        return found

    def _plans(self, known: Mapping[str, Calendar], services: set[str]) -> dict[str, Plan]:
        plans: dict[str, Plan] = {}
        for row in self.rows.plan:
            for service in row.services:
                if service not in services:
                    self.wrong(f"plan[{row.name}].services", f"no service {service!r}", _choose(services))
            if row.calendar in known:
                plans[row.name] = Plan(row.name, known[row.calendar], row.services)
            elif known:
                self.wrong(f"plan[{row.name}].calendar", f"no calendar {row.calendar!r}", _choose(known))
        return plans

    def _known_keys(self) -> set[str]:
        said = {row.notice for row in self.rows.notice}
        for row in self.rows.target:
            said |= {ahead.notice for ahead in (row.prompt, row.speak) if ahead}
        return (
            set(events.EVENTS)
            | {events.ESCALATED, events.ESCALATED_TO_TOP}
            | {f"sent:{name}" for name in said}
            | {status_key(status) for status in STATUSES}
            | {events.HELPER_ASSIGNED, events.NOT_COVERED}
            | {f"failed:{name}" for name in said}
            | {events.redirected_key(name) for name in said}
            | {events.missed_key(row.name) for row in self.rows.target}
        )

    def _target(
        self,
        row: TargetRow,
        levels: Mapping[int, FaultLevel],
        services: set[str],
        known: set[str],
        kinds: Mapping[str, Kind],
        known_calendars: Mapping[str, Calendar],
    ) -> Target:
        where = f"target[{row.name}]"
        within = row.within if isinstance(row.within, Mapping) else dict.fromkeys(levels, row.within)
        promises = row.promise if isinstance(row.promise, Mapping) else dict.fromkeys(levels, row.promise)
        for level in within:
            if level not in levels:
                self.wrong(f"{where}.within", f"no fault level {level}", _choose(levels))
            elif level not in promises:
                self.wrong(
                    f"{where}.promise", f"level {level} has a time but no id", "name one for each level"
                )
        spans = [limit for limits in within.values() for limit in limits if isinstance(limit, Span)]
        if any(span.amount == 0 for span in spans):
            self.wrong(f"{where}.within", "leaves no time at all", "it would be missed as soon as it is made")
        for key, names in (
            ("from", row.starts_on),
            ("until", row.met_by),
            ("ends_on", row.ends_on),
            ("reopened_by", row.reopened_by),
        ):
            self._all_known(f"{where}.{key}", names, known, "event")
        daily = any(isinstance(limit, BeforeClose) for limits in within.values() for limit in limits)
        if events.missed_key(row.name) in row.starts_on and not daily:
            self.wrong(
                f"{where}.from", "a promise cannot start when it is itself missed", "it would never end"
            )
        self._all_known(f"{where}.pauses_while", row.pauses_while, STATUSES, "status")
        self._all_known(f"{where}.clock_while", row.clock_while, STATUSES, "status")
        self._all_known(f"{where}.services", row.services, services, "service")
        return Target(
            name=row.name,
            promises=promises,
            starts_on=frozenset(row.starts_on),
            met_by=frozenset(row.met_by),
            within=within,
            owed_by=row.owed_by,
            ends_on=frozenset(row.ends_on),
            reopened_by=frozenset(row.reopened_by),
            pauses_while=frozenset(row.pauses_while),
            services=frozenset(row.services),
            kinds=self._of_kinds(where, row.kinds, kinds),
            prompt=self._ahead(f"{where}.prompt", row.prompt),
            speak=self._ahead(f"{where}.speak", row.speak),
            escalates=row.escalates,
            repeats=row.repeats,
            customer_sets_interval=row.customer_sets_interval,
            tells_next=row.tells_next,
            outlives_close=row.outlives_close,
            clocks=self._clocks(f"{where}.clock", row.clock, levels, known_calendars),
            clock_while=frozenset(row.clock_while),
        )

    def _clocks(
        self,
        where: str,
        named: Mapping[int, str] | str | None,
        levels: Iterable[int],
        known: Mapping[str, Calendar],
    ) -> Mapping[int, Calendar]:
        """The calendars that a row names in place of the plan's, by fault level."""
        if named is None:
            return {}
        by_level = named if isinstance(named, Mapping) else dict.fromkeys(levels, named)
        self._all_known(where, by_level.values(), known, "calendar")
        return {level: known[name] for level, name in by_level.items() if name in known}

    def _ahead(self, where: str, row: AheadRow | None) -> Ahead | None:
        if row is None:
            return None
        if (row.before is None) == (row.after is None):
            self.wrong(where, "needs either `before` or `after`", 'e.g. before = "10wm"')
        elif row.before is not None and row.before.unit == "wd":
            self.wrong(f"{where}.before", "cannot be counted back in working days", "use wh or wm")
        self._all_known(f"{where}.not_while", row.not_while, STATUSES, "status")
        return Ahead(row.notice, row.to, row.before, row.after, frozenset(row.not_while))

    def _notice(
        self, row: NoticeRow, levels: Mapping[int, FaultLevel], known: set[str], kinds: Mapping[str, Kind]
    ) -> NoticeRule:
        where = f"notice[{row.notice}]"
        self._all_known(f"{where}.on", row.on, known, "event")
        self._all_known(f"{where}.levels", row.levels, levels, "level")
        return NoticeRule(
            notice=row.notice,
            on=frozenset(row.on),
            to=row.to,
            promise=row.promise,
            levels=frozenset(row.levels),
            kinds=self._of_kinds(where, row.kinds, kinds),
            unless=frozenset(row.unless),
            carries_words=bool(row.words),
            words_only=row.words == "only",
        )

    def _all_known(self, where: str, names: Iterable[object], known: Iterable[object], what: str) -> None:
        known = set(known)
        for name in names:
            if name not in known:
                self.wrong(where, f"no {what} {name!r}", _choose(known, near=str(name)))

    def _no_circles(self) -> None:
        """A notice that is given because it was given would go out for ever (L-101)."""
        follows = {
            (key.removeprefix("sent:"), row.notice)
            for row in self.rows.notice
            for key in row.on
            if key.startswith("sent:")
        }
        for notice in sorted({row.notice for row in self.rows.notice}):
            reached, ahead = set[str](), {notice}
            while ahead:
                ahead = {after for before, after in follows if before in ahead} - reached
                reached |= ahead
            if notice in reached:
                self.wrong(f"notice[{notice}].on", "is given because it was given", "it would never end")

    def _unique(self, table: str, names: Sequence[str]) -> None:
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.wrong(f"{table}[{name}]", "stands there twice", "give one of them another name")


def _calendar(row: CalendarRow, section: CalendarSection, holidays: calendars.Holidays) -> Calendar:
    zone = row.zone or section.zone
    if row.always:
        return Calendar.never_closing(row.name, zone)
    hours = tuple(_minutes(text) for text in row.hours)
    if not hours or not row.days:
        raise ValueError("has no hours or no days")
    return Calendar(
        name=row.name,
        zone=zone,
        hours={WEEKDAYS.index(day): hours for day in row.days},
        holidays=holidays.holidays if row.holidays else frozenset(),
        make_up_days=holidays.make_up_days if row.holidays else frozenset(),
        known_years=holidays.known_years if row.holidays else frozenset(range(1900, 2200)),
        make_up_hours=hours,
    )


def _minutes(text: str) -> tuple[int, int]:
    opens, _, closes = text.partition("-")
    return _minute(opens), _minute(closes)


def _minute(text: str) -> int:
    hour, _, minute = text.strip().partition(":")
    if not (hour.isdigit() and minute.isdigit() and int(minute) < 60):
        raise ValueError(f"{text!r} is no time of day")
    return int(hour) * 60 + int(minute)


def _choose(known: Iterable[object], near: str = "") -> str:
    names = sorted(map(str, known), key=lambda name: (name[:4] != near[:4], name))
    return "there are: " + ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
