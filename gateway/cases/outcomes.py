"""What became of each promise: one case's journal, read again from its beginning.

The journal says what the clock noticed and when it was written down; quality asks what the customer lived through.
So every commitment is followed by its identity, the name and the moment it counts from, through re-dating, pauses
and reopening to its last end. Pure; counting over many cases is `quality`.

Source: SERVICE.md P-61; ARCHITECTURE "Commitments: the heart"; LESSONS 92-95.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from gateway.cases.case import Entry
from gateway.cases.commitments import MET, MISSED, PAUSED, WITHDRAWN

__all__ = ["Outcome", "Result", "engineers", "outcomes"]

MET_LATE = "met_late"
STARTED = "started"
_ANSWERS_FOR_A_CASE = ("engineer_replied", "progress", "planned", "resolved")


class Result(StrEnum):
    """How a promise stands; MET_LATE was missed and done in the end."""

    OPEN = "open"
    MET = MET
    MISSED = MISSED
    MET_LATE = MET_LATE
    WITHDRAWN = WITHDRAWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One commitment as it ended, or as it stands.

    `made_at`, `due`: aware. `decided_at` is when its result became certain, None while it is open: a promise that
    was kept when it was kept, a missed one when it was due, a withdrawn one when it was withdrawn. `engineer` had
    the case then. `provisional`: `due` rests on a year whose holidays were not published (RELIABILITY F34).
    """

    name: str
    promise: str
    owed_by: str
    made_at: datetime
    due: datetime
    result: Result = Result.OPEN
    decided_at: datetime | None = None
    engineer: str | None = None
    provisional: bool = False
    paused: bool = False

    @property
    def begun_at(self) -> datetime:
        """When it was made; a round of updates that was overtaken before its beat began when it was decided."""
        return min(self.made_at, self.decided_at or self.made_at)


def engineers(entries: Sequence[Entry]) -> list[str | None]:
    """Who has the case after each entry: whoever was assigned last, or else whoever acted on it first.

    An implementation engineer who was lent to help (P-44) does not take the case.
    """
    holders: list[str | None] = []
    holder: str | None = None
    for entry in entries:
        if entry.kind == "event":
            if entry.name == "assigned" and entry.detail.get("role", "engineer") == "engineer":
                holder = _text(entry, "to") or holder
            elif entry.name in _ANSWERS_FOR_A_CASE:
                holder = holder or _text(entry, "by")
        holders.append(holder)
    return holders


def outcomes(entries: Sequence[Entry]) -> list[Outcome]:
    """Every commitment of one case, each once, in the order in which they began.

    `entries` are the case's whole journal in the order of recording. An entry that cannot be read (no moments, or
    of a commitment that never started) says nothing about a promise and is passed over.
    """
    latest: dict[str, int] = {}
    found: list[Outcome] = []
    for entry, engineer in _of_commitments(entries):
        stated = _stated(entry)
        if stated is None:
            continue
        index = latest.get(stated.name)
        before = found[index] if index is not None else None
        if entry.detail["state"] == STARTED and not (before and _continues(before, stated)):
            latest[stated.name] = len(found)
            found.append(stated)
        elif before is not None and index is not None:
            found[index] = _after(before, stated, entry, engineer)
    return found


def _of_commitments(entries: Sequence[Entry]) -> Iterator[tuple[Entry, str | None]]:
    both: Iterable[tuple[Entry, str | None]] = zip(entries, engineers(entries), strict=True)
    return ((entry, engineer) for entry, engineer in both if entry.kind == "commitment")


def _stated(entry: Entry) -> Outcome | None:
    """The commitment in the words of one entry, its end left open."""
    made_at, due = (_moment(entry, field) for field in ("made_at", "due"))
    if made_at is None or due is None or "state" not in entry.detail:
        return None
    return Outcome(
        name=entry.name,
        promise=entry.promise or "",
        owed_by=_text(entry, "owed_by") or "",
        made_at=made_at,
        due=due,
        provisional=entry.detail.get("provisional") is True,
    )


def _continues(before: Outcome, started: Outcome) -> bool:
    """A re-dated commitment is the same one; where its promise changes, the journal withdraws it in between."""
    return before.made_at == started.made_at and before.result in (Result.OPEN, Result.WITHDRAWN)


def _after(before: Outcome, stated: Outcome, entry: Entry, engineer: str | None) -> Outcome:
    """The commitment after one more entry; `stated` carries its dates as they are now."""
    state = entry.detail["state"]
    was_missed = before.result in (Result.MISSED, Result.MET_LATE)
    # The clock may look late: what was done or given up after its due moment was missed, noticed or not.
    too_late = entry.at > stated.due and not before.paused
    if state == MISSED or (state in (MET, WITHDRAWN) and too_late and not was_missed):
        result = Result.MET_LATE if state == MET else Result.MISSED
        return replace(stated, result=result, decided_at=stated.due, engineer=engineer)
    if state in (MET_LATE, MET) and was_missed:
        return replace(before, result=Result.MET_LATE)
    if state == WITHDRAWN and was_missed:
        return before
    if state in (MET, WITHDRAWN):
        return replace(stated, result=Result(str(state)), decided_at=entry.at, engineer=engineer)
    return replace(stated, paused=state == PAUSED)


def _text(entry: Entry, field: str) -> str | None:
    value = entry.detail.get(field)
    return value if isinstance(value, str) and value else None


def _moment(entry: Entry, field: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(entry, field) or "")
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None else None
