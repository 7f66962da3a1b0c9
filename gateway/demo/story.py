"""A scene as lines for people: who wrote what, what the gateway said to whom, and which promises that kept or broke."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from gateway.cases import lifecycle
from gateway.cases.case import Case
from gateway.cases.directory import Directory
from gateway.demo.stage import CaseNow, Letter, Scene
from gateway.demo.words import Tongue
from gateway.showing import printable

Kind = Literal["customer", "staff", "letter", "internal", "alarm", "escalation", "raised", "closed", "odd"]
CUSTOMER = "customer"
TIMED = frozenset({"second_reply", "status_update"})
"""Letters with the engineer's words, or holding where there are none in time. Quality counts them apart."""

FIRST = frozenset({"receipt", "first_reply"})
"""Letters that ask for what a report did not say."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the story. `case` counts from 1 in order of opening; `kept` are the promises that this kept."""

    at: datetime
    case: int | None
    kind: Kind
    actor: str
    text: str
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How the afternoon went so far."""

    kept: int = 0
    missed: int = 0
    came: int = 0
    sent: int = 0
    unheard: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """A scene for the audience: its lines in order, the cases and the score after it."""

    at: datetime
    lines: tuple[Line, ...]
    cases: tuple[Case, ...]
    tally: Tally


class Story:
    """Turns scenes into lines, in one language."""

    def __init__(self, tongue: Tongue, directory: Directory) -> None:
        self._tongue = tongue
        self._names = {person.email.lower(): person.name for person in directory.staff.values()}
        self._staff = frozenset(self._names)

    def of(self, scenes: Iterable[Scene]) -> Iterator[Told]:
        """Scene by scene, as they come."""
        tally = Tally()
        for scene in scenes:
            tally = _counted(tally, scene)
            cases = tuple(each.case for each in scene.cases)
            yield Told(scene.at, tuple(self._lines(scene)), cases, tally)

    def _lines(self, scene: Scene) -> Sequence[Line]:
        for each in scene.cases:
            party = each.case.reporter
            self._names.setdefault(party.address.lower(), party.name or party.address)
        places = {each.case.number: place for place, each in enumerate(scene.cases, 1)}
        lines = list(self._of_act(scene, places))
        for now in scene.cases:
            letters = [letter for letter in scene.letters if letter.case_number == now.case.number]
            place = places[now.case.number]
            lines += self._of_case(scene.at, place, now, letters, on_time=scene.act is None)
        return _with_kept(lines, places, scene.cases)

    def _of_act(self, scene: Scene, places: dict[str, int]) -> Iterator[Line]:
        act = scene.act
        if act is None:
            return
        kind: Kind = "staff" if act.who.address.lower() in self._staff else "customer"
        name = act.who.name or act.who.address
        if scene.unheard:
            yield Line(scene.at, None, "odd", name, self._tongue.words.nothing_to_answer)
            return
        words = act.subject or act.text.strip().partition("\n")[0]
        yield Line(scene.at, places.get(scene.act_case or ""), kind, name, printable(words))

    def _of_case(
        self, at: datetime, place: int, now: CaseNow, letters: Sequence[Letter], *, on_time: bool
    ) -> Sequence[Line]:
        """What became of one case: broken promises first, then the letters, then its end."""
        words = self._tongue.words
        lines: list[Line] = []
        for row in now.news:
            if row["kind"] == "commitment" and row["state"] == "missed":
                overdue = words.overdue.format(name=self._tongue.name("commitment", row["name"]))
                lines.append(
                    Line(at, place, "alarm", words.clock, f"{overdue}  {row['promise'] or ''}".strip())
                )
            elif row["kind"] == "priority" and row["from"] is not None:
                change = words.priority.format(
                    before=self._tongue.priority(row["from"]), after=self._tongue.priority(row["to"])
                )
                lines.append(Line(at, place, "raised", words.gateway, change))
        lines += self._of_letters(at, place, now, letters, on_time=on_time)
        if any(row["kind"] == "status" and lifecycle.is_over(row["to"]) for row in now.news):
            lines.append(Line(at, place, "closed", words.gateway, words.closed))
        return lines

    def _of_letters(
        self, at: datetime, place: int, now: CaseNow, letters: Sequence[Letter], *, on_time: bool
    ) -> Iterator[Line]:
        """One line per notice and side, whoever and however many got it."""
        informed = {row["name"] for row in now.news if row["kind"] == "notice" and row.get("informed")}
        for notice, outside in dict.fromkeys((each.notice, each.role == CUSTOMER) for each in letters):
            people = [
                self._names.get(each.recipient.lower(), each.recipient)
                for each in letters
                if each.notice == notice and (each.role == CUSTOMER) == outside
            ]
            text = f"→ {self._tongue.listed(people)}  {self._tongue.name('notice', notice)}"
            if outside and (remark := self._remark(notice, now.case, notice in informed, on_time=on_time)):
                text += self._tongue.words.remark.format(remark=remark)
            kind: Kind = "escalation" if notice == "escalation" else "letter" if outside else "internal"
            yield Line(at, place, kind, self._tongue.words.gateway, printable(text))

    def _remark(self, notice: str, case: Case, informed: bool, *, on_time: bool) -> str | None:
        """What is worth knowing of a letter to the customer, beside its name."""
        words = self._tongue.words
        if notice in TIMED and informed:
            return words.with_words
        if notice in TIMED and on_time:
            return words.holding
        if notice in FIRST and case.missing:
            return words.asks.format(
                fields=self._tongue.listed(self._tongue.name("field", each) for each in case.missing)
            )
        return None


def _with_kept(lines: list[Line], places: Mapping[str, int], cases: Iterable[CaseNow]) -> list[Line]:
    """The promises that a scene kept, on the last line that it has for the case."""
    for now in cases:
        kept = tuple(
            dict.fromkeys(
                row["promise"]
                for row in now.news
                if row["kind"] == "commitment" and row["state"] == "met" and row["promise"]
            )
        )
        place = places[now.case.number]
        last = max((index for index, line in enumerate(lines) if line.case == place), default=None)
        if kept and last is not None:
            lines[last] = replace(lines[last], kept=kept)
    return lines


def _counted(tally: Tally, scene: Scene) -> Tally:
    states = [row["state"] for each in scene.cases for row in each.news if row["kind"] == "commitment"]
    heard = scene.act is not None and not scene.unheard
    return Tally(
        kept=tally.kept + states.count("met"),
        missed=tally.missed + states.count("missed"),
        came=tally.came + heard,
        sent=tally.sent + len(scene.letters),
        unheard=tally.unheard + scene.unheard,
    )
