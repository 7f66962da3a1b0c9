"""What a colleague's reply means for the case: commands first, then the words that are left.

What the words mean is a property of the notice they answer. The default is internal: nothing reaches the customer
unless the notice says so (ARCHITECTURE "Decided").
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gateway import case_number, corrections
from gateway.cases import events, lifecycle, remembering
from gateway.cases.case import Case
from gateway.cases.directory import Directory, Staff
from gateway.cases.events import Event
from gateway.parsers import commands, interval
from gateway.parsers.commands import Command

CUSTOMER_TEXT, UPDATE_LINE, DECISION, NOTE = "customer_text", "update_line", "decision", "note"
REPLY = "reply"
TAKES_WORDS: Mapping[str, Callable[..., Event]] = {
    REPLY: events.EngineerReplied,
    "progress": events.ProgressGiven,
    "plan": events.Planned,
    "resolved": events.Resolved,
    "waiting": events.WaitingOnCustomer,
    "stuck": events.Stuck,
    "note": events.NoteTaken,
    "parts": events.PartsRequested,
    "failed": events.ReviewFailed,
    "agree": events.InterimAgreed,
    "complaint": events.Complained,
}
BARE: Mapping[str, Callable[..., Event]] = {
    "dispatched": events.Dispatched,
    "arrived": events.Arrived,
    "issued": events.PartsIssued,
    "passed": events.ReviewPassed,
    "triaged": events.Triaged,
    "confirmed": events.Confirmed,
}
ENGINEERS_ACTS = (
    events.EngineerReplied,
    events.ProgressGiven,
    events.Planned,
    events.Stuck,
    events.WaitingOnCustomer,
)
"""Whoever does one of these on a case that nobody has, has it from then on."""

MEANINGS: Mapping[str, type[events.WordsEvent]] = {
    "customer_text": events.EngineerReplied,
    "update_line": events.ProgressGiven,
    "interim_text": events.InterimAgreed,
    "wording": events.Worded,
}
ATTACHED: Mapping[str, str] = {"zh-Hans": "附件：", "zh-Hant": "附件：", "en": "Attached: "}
"""A file without a word is an answer too: the customer reads its name."""

REVIEW_RESULTS = frozenset({"passed", "failed"})
"""Of these one mail can mean only one."""

_CHINESE_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4}


@dataclass(frozen=True, slots=True)
class Answered:
    """What the colleague answered: their role in this exchange, and what a reply to that notice means."""

    staff: Staff
    role: str
    meaning: str


NotConfirmed = Literal["not_waiting", "not_confirmed", "too_late", "too_old"]
Why = Literal[
    "unknown_command",
    "not_allowed",
    "contradictory",
    "case_closed",
    "nothing_found",
    "no_alias",
    "cannot_merge",
    NotConfirmed,
]
"""Why a colleague's words were not followed; or, where commands waited for their confirmation, why no more."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that could not be done, and why."""

    why: Why
    words: str


@dataclass(frozen=True, slots=True)
class StaffTurn:
    """What happens to the case, in order, and what the colleague is told could not."""

    events: tuple[Event, ...]
    refusals: tuple[Refusal, ...]


def read(
    text: str,
    language: str,
    answered: Answered,
    case: Case,
    directory: Directory,
    allowed: Mapping[str, Sequence[str]],
    levels: Sequence[int],
    files: Sequence[str] = (),
) -> StaffTurn:
    """Read the new words of a reply. `allowed` gives the roles that may use each command, `files` what is attached."""
    found = commands.read(text)
    words = found.rest.strip()
    if not found.commands and not words:
        if not files or answered.meaning != CUSTOMER_TEXT:
            return StaffTurn((), (Refusal("nothing_found", ""),))
        words, language = _named(files, case)
    happened: list[Event] = []
    refused = [Refusal("unknown_command", line) for line in found.unknown]
    contradictory = frozenset(each.name for each in found.commands) >= REVIEW_RESULTS
    spoken = False
    for command in found.commands:
        argument = command.argument
        if command.name in TAKES_WORDS:
            spoken = True
            if not argument:
                argument, words = words, ""
            if not argument and files and command.name == REPLY:
                argument, language = _named(files, case)
        refusal = _refusal(command, answered.role, case, allowed)
        if refusal is None and contradictory and command.name in REVIEW_RESULTS:
            refusal = Refusal("contradictory", f"#{command.name} {argument}".strip())
        event = (
            None if refusal else _event(command.name, argument, language, answered, case, directory, levels)
        )
        if event is not None:
            happened.append(event)
            if isinstance(event, events.Corrected):
                case = remembering.remember(case, event)  # "#公司 …" and "#别名" may stand in one message
        else:
            why = "no_alias" if command.name == "alias" else "unknown_command"
            refused.append(refusal or Refusal(why, f"#{command.name} {argument}".strip()))
    if not words:
        return StaffTurn(_taken(happened, answered, case), tuple(refused))
    # Words beside a command that we did not understand, or that was refused, may have been meant for inside.
    meaning = NOTE if spoken or refused else answered.meaning
    if meaning == DECISION and any(isinstance(event, events.Acknowledged) for event in happened):
        meaning = NOTE
    event = _by_meaning(meaning, words, language, answered.staff.id)
    if lifecycle.is_over(case.status) and meaning != NOTE:
        refused.append(Refusal("case_closed", words))
        event = events.NoteTaken(text=words, language=language, by=answered.staff.id)
    return StaffTurn(_taken([*happened, event], answered, case), tuple(refused))


def _named(files: Sequence[str], case: Case) -> tuple[str, str]:
    """What a file without a word says to the customer, in their language."""
    language = case.reporter.language
    return ATTACHED.get(language, ATTACHED["en"]) + ", ".join(files), language


def _taken(happened: Sequence[Event], answered: Answered, case: Case) -> tuple[Event, ...]:
    """An engineer who acts on a case that nobody has takes it by that."""
    acts = answered.role == "engineer" and any(isinstance(event, ENGINEERS_ACTS) for event in happened)
    if not acts or case.engineer is not None or any(isinstance(event, events.Assigned) for event in happened):
        return tuple(happened)
    return (events.Assigned(to=answered.staff.id, by=answered.staff.id), *happened)


def _refusal(command: Command, role: str, case: Case, allowed: Mapping[str, Sequence[str]]) -> Refusal | None:
    if command.name == "note":
        return None
    line = f"#{command.name} {command.argument}".strip()
    if role not in allowed.get(command.name, ()):
        return Refusal("not_allowed", line)
    return Refusal("case_closed", line) if lifecycle.is_over(case.status) else None


def _event(
    name: str,
    argument: str,
    language: str,
    answered: Answered,
    case: Case,
    directory: Directory,
    levels: Sequence[int],
) -> Event | None:
    """The event of a command; None when its argument makes no sense."""
    by = answered.staff.id
    if name == REPLY and not argument:
        return None
    if name in TAKES_WORDS:
        return TAKES_WORDS[name](text=argument, language=language, by=by)
    if name in BARE:
        return BARE[name](by=by)
    match name:
        case "take":
            lends_a_hand = answered.role == "implementation_engineer"
            return events.Assigned(to=by, role=answered.role if lends_a_hand else "engineer", by=by)
        case "assign":
            return _assignment(_person(argument, directory), answered)
        case "foreign":
            return _foreign_manager(argument, by)
        case "level":
            level = _level(argument)
            if level is None or level not in levels:
                return None
            same = level == case.level
            return (
                events.NoteTaken(text=f"#level {level}", by=by)
                if same
                else events.LevelChanged(level=level, by=by)
            )
        case events.COMPANY:
            return corrections.company(argument, case, directory, by)
        case events.CONTACT:
            return corrections.contact(argument, by)
        case events.PHONE:
            return corrections.phone(argument, by)
        case "alias":
            return corrections.alias(argument, case, directory, by)
        case "merge":
            number = next(iter(case_number.find(argument)), None)
            return events.MergedInto(into=number, by=by) if number else None
        case "ack":
            return events.Acknowledged(rest=interval.read_amount(argument) if argument else None, by=by)
        case "interval":
            span = interval.read_amount(argument)
            return events.IntervalAsked(interval=span, by=by) if span else None
        case _:
            return None


def _by_meaning(meaning: str, words: str, language: str, by: str) -> Event:
    if meaning == DECISION:
        return events.Acknowledged(by=by)
    return MEANINGS.get(meaning, events.NoteTaken)(text=words, language=language, by=by)


def _assignment(person: Staff | None, answered: Answered) -> Event | None:
    """A project manager lends implementation engineers (P-44); everybody else gives the case to an engineer (P-42)."""
    if person is None:
        return None
    lends = answered.role == "project_manager" or person.roles.isdisjoint({"engineer"})
    role = "implementation_engineer" if lends and "implementation_engineer" in person.roles else "engineer"
    return events.Assigned(to=person.id, role=role, by=answered.staff.id)


def _foreign_manager(argument: str, by: str) -> Event | None:
    """ "John Smith j.smith@customer.example en": a name, an address, a language if it is not English (P-36)."""
    address = re.search(r"[^\s<>,，;；]+@[^\s<>,，;；]+", argument)
    if address is None:
        return None
    rest = argument.replace(address[0], " ").strip(" <>,，;；")
    tag = re.search(r"\b(zh-Hans|zh-Hant|en)\b", rest)
    name = rest.replace(tag[0], "").strip(" <>,，;；") if tag else rest
    return events.ForeignManagerJoined(
        address=address[0], person=name or None, language=tag[0] if tag else "en", by=by
    )


def _person(text: str, directory: Directory) -> Staff | None:
    """A colleague by id, address or name, as the first word of the argument; None unless exactly one fits."""
    wanted = text.strip().lstrip("@＠").lower()
    found = [
        person
        for person in directory.staff.values()
        if wanted and wanted in (person.id.lower(), person.email.lower(), person.name.lower())
    ]
    return found[0] if len(found) == 1 else None


def _level(text: str) -> int | None:
    found = re.search(r"[1-9一二三四]", text)
    if found is None:
        return None
    return _CHINESE_DIGITS.get(found[0]) or int(found[0])
