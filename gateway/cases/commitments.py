"""Commitments: a promised row of policy, with dates, on a case.

Two moments matter: `prompt_at` or `speak_at`, when somebody acts so that it is kept, and `due`, when it is missed.
With one moment only, the gateway's own punctual replies would count as missed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.cases import business_time
from gateway.cases.business_time import Span
from gateway.cases.policy import Target, Terms

RUNNING = "running"
PAUSED = "paused"
MET = "met"
MISSED = "missed"
WITHDRAWN = "withdrawn"

Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One promise on one case.

    `made_at` is the moment it counts from; `pauses` the closed intervals during which its clock stood still and
    `paused_at` the open one. `ended_at` is when it was met, or met late after being missed, or withdrawn.
    `policy` is the version of the table it was made under; `provisional` that its due moment rests on a year
    whose holidays are not known yet.
    """

    name: str
    promise: str
    owed_by: str
    made_at: datetime
    due: datetime
    state: str = RUNNING
    prompt_at: datetime | None = None
    speak_at: datetime | None = None
    prompted: bool = False
    spoken: bool = False
    pauses: tuple[Interval, ...] = ()
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    policy: str = ""
    provisional: bool = False

    @property
    def is_owed(self) -> bool:
        """Still to be done: on time, paused, or late."""
        return self.ended_at is None

    def acts_at(self) -> datetime | None:
        """The next moment at which the clock alone makes something of it; None while nothing can."""
        if self.state != RUNNING:
            return None
        moments = [self.due]
        if self.prompt_at is not None and not self.prompted:
            moments.append(self.prompt_at)
        if self.speak_at is not None and not self.spoken:
            moments.append(self.speak_at)
        return min(moments)


def start(
    target: Target,
    level: int,
    made_at: datetime,
    terms: Terms,
    *,
    status: str = "",
    interval: Span | None = None,
    not_before: datetime | None = None,
) -> Commitment:
    """A new commitment from `made_at`; made by a change at `not_before`, it is never due before that and its lead."""
    commitment = Commitment(
        name=target.name,
        promise=target.promises[level],
        owed_by=target.owed_by,
        made_at=made_at,
        due=made_at,
        policy=terms.policy.version,
    )
    return redate(commitment, target, level, terms, status=status, interval=interval, not_before=not_before)


def redate(
    commitment: Commitment,
    target: Target,
    level: int,
    terms: Terms,
    *,
    status: str = "",
    interval: Span | None = None,
    not_before: datetime | None = None,
) -> Commitment:
    """The commitment under other terms: counted from the original moment, pauses kept, never born missed.

    A change that leaves time to ask again, asks again.
    """
    calendar = target.calendar(level, status, terms.calendar, interval)
    due = target.due(level, commitment.made_at, calendar, pauses=commitment.pauses, interval=interval)
    if not_before is not None:
        lead = target.prompt.before if target.prompt and target.prompt.before else terms.policy.lead
        due = max(due, business_time.add(calendar, not_before, lead))
    prompt_at = target.prompt.moment(commitment.made_at, due, calendar) if target.prompt else None
    asks_again = not_before is not None and prompt_at is not None and prompt_at > not_before
    return replace(
        commitment,
        due=due,
        promise=target.promises[level],
        policy=terms.policy.version,
        prompt_at=prompt_at,
        prompted=commitment.prompted and not asks_again,
        speak_at=target.speak.moment(commitment.made_at, due, calendar) if target.speak else None,
        provisional=business_time.is_provisional(calendar, commitment.made_at, due),
    )


def meet(commitment: Commitment, at: datetime) -> Commitment:
    """What was owed is done; one already missed stays missed, but is owed no longer."""
    return replace(
        commitment,
        state=MISSED if commitment.state == MISSED else MET,
        ended_at=at,
        paused_at=None,
        pauses=_closed(commitment, at),
    )


def withdraw(commitment: Commitment, at: datetime) -> Commitment:
    """It is owed no longer, and was not done."""
    return replace(
        commitment,
        state=MISSED if commitment.state == MISSED else WITHDRAWN,
        ended_at=at,
        paused_at=None,
        pauses=_closed(commitment, at),
    )


def pause(commitment: Commitment, at: datetime) -> Commitment:
    """The clock stands still from now on."""
    return replace(commitment, state=PAUSED, paused_at=at)


def resume(commitment: Commitment, at: datetime) -> Commitment:
    """The clock runs again; the caller re-dates it."""
    return replace(commitment, state=RUNNING, paused_at=None, pauses=_closed(commitment, at))


def reopen(commitment: Commitment, at: datetime) -> Commitment:
    """What met it turned out not to hold: it is owed again, and the time in between does not count."""
    between: tuple[Interval, ...] = ((commitment.ended_at, at),) if commitment.ended_at else ()
    return replace(
        commitment,
        state=RUNNING,
        ended_at=None,
        prompted=False,
        spoken=False,
        pauses=commitment.pauses + between,
    )


def next_due(commitments: Iterable[Commitment]) -> datetime | None:
    """When the clock next makes something of any of them."""
    return min((moment for each in commitments if (moment := each.acts_at()) is not None), default=None)


def _closed(commitment: Commitment, at: datetime) -> tuple[Interval, ...]:
    if commitment.paused_at is None:
        return commitment.pauses
    return (*commitment.pauses, (commitment.paused_at, at))
