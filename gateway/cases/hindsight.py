"""One case in hindsight: everything that quality looks at, read from its journal, each with its moment.

Pure: the journal comes in as values, the calendar of the case's plan too. Counting over many cases is `quality`,
what became of each promise `outcomes`.

Source: SERVICE.md P-61 … P-63; ARCHITECTURE "Timed updates that say something true".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.cases.business_time import Calendar, worked
from gateway.cases.case import Entry
from gateway.cases.outcomes import Outcome, engineers, outcomes

__all__ = [
    "RESPONSE",
    "SOLUTION",
    "Climb",
    "Failure",
    "History",
    "Review",
    "Score",
    "Taken",
    "Update",
    "review",
]

CUSTOMER = "customer"
RESPONSE, SOLUTION = "response", "solution"
SOLVED = "resolved"
RESPONDED = ("engineer_replied", SOLVED)
TURNED_DOWN = ("refused", "review_failed")
SCORES = range(1, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A case and its whole journal, in the order of recording.

    `level`, `plan`: as the case stands now. `customer` is the id of the directory, None for people we do not know;
    `company` is what the case calls them.
    """

    number: str
    opened_at: datetime
    level: int
    plan: str
    customer: str | None = None
    company: str | None = None
    entries: Sequence[Entry] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """A status update to the customer; `informed`: with an engineer's words, else a holding update."""

    at: datetime
    engineer: str | None
    informed: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """How long RESPONSE or SOLUTION took from the report until `at`: elapsed, and in the plan's working time."""

    what: str
    at: datetime
    engineer: str | None
    elapsed: timedelta
    worked: timedelta


@dataclass(frozen=True, slots=True)
class Climb:
    """An escalation told to a rung of the chain, 1 the lowest, and the role that stands there."""

    at: datetime
    engineer: str | None
    rung: int
    role: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A notice that could not be delivered, and to which role."""

    at: datetime
    engineer: str | None
    role: str


@dataclass(frozen=True, slots=True)
class Score:
    """How satisfied a customer was, 1 to 5, and with whom (P-63)."""

    at: datetime
    engineer: str | None
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Everything that quality looks at in one case; whatever has a moment `at` is counted then."""

    opened_at: datetime
    level: int
    customer: str | None
    outcomes: Sequence[Outcome] = ()
    updates: Sequence[Update] = ()
    taken: Sequence[Taken] = ()
    climbs: Sequence[Climb] = ()
    failures: Sequence[Failure] = ()
    scores: Sequence[Score] = ()


def review(history: History, calendar: Calendar, update_notices: frozenset[str]) -> Review:
    """What one case tells; `calendar` is its plan's, `update_notices` the names of the timed updates."""
    held = list(zip(history.entries, engineers(history.entries), strict=True))
    happened = [(entry, engineer) for entry, engineer in held if entry.kind == "event"]
    given = [(entry, engineer) for entry, engineer in held if entry.kind == "notice"]
    return Review(
        opened_at=history.opened_at,
        level=history.level,
        customer=history.customer,
        outcomes=outcomes(history.entries),
        updates=[
            Update(entry.at, engineer, entry.detail.get("informed") is True)
            for entry, engineer in given
            if entry.name in update_notices and entry.detail.get("to") == CUSTOMER
        ],
        taken=[
            _taken(what, history, calendar, entry, engineer)
            for what, ended in ((RESPONSE, _response(happened)), (SOLUTION, _solution(happened)))
            for entry, engineer in ended
        ],
        climbs=[
            Climb(entry.at, engineer, rung, str(entry.detail.get("to", "")))
            for entry, engineer in given
            if entry.name == "escalation" and (rung := _whole(entry, "rung")) is not None
        ],
        failures=[
            Failure(entry.at, engineer, str(entry.detail.get("role") or ""))
            for entry, engineer in happened
            if entry.name == "notice_failed"
        ],
        scores=[
            Score(entry.at, str(entry.detail.get("engineer") or "") or engineer, score)
            for entry, engineer in happened
            if entry.name == "satisfaction_given" and (score := _score(entry)) is not None
        ],
    )


_Held = tuple[Entry, str | None]


def _response(happened: Sequence[_Held]) -> Sequence[_Held]:
    """The engineer's first own words, none or one; automatic mail is no response (LESSONS 93)."""
    return [each for each in happened if each[0].name in RESPONDED][:1]


def _solution(happened: Sequence[_Held]) -> Sequence[_Held]:
    """The last solution, none or one; what the review or the customer turned down was none (P-35, P-46)."""
    said = [each for each in happened if each[0].name in (SOLVED, *TURNED_DOWN)][-1:]
    return [each for each in said if each[0].name == SOLVED]


def _taken(what: str, history: History, calendar: Calendar, entry: Entry, engineer: str | None) -> Taken:
    # A clock that was set back must not make a duration negative.
    elapsed = max(entry.at - history.opened_at, timedelta())
    return Taken(what, entry.at, engineer, elapsed, worked(calendar, history.opened_at, entry.at))


def _score(entry: Entry) -> int | None:
    score = _whole(entry, "score")
    return score if score in SCORES else None


def _whole(entry: Entry, field: str) -> int | None:
    value = entry.detail.get(field)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
