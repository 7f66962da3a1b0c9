"""Two cases that are one matter: the later one ends, the other goes on, and whoever writes to the first is heard there.

A colleague decides it ("#merge C261123-048215"), never the gateway. Only cases of one customer can be merged: what is
said on a case is read by its reporter.
"""

from collections.abc import Sequence

from gateway.cases import events, lifecycle
from gateway.cases.case import Case
from gateway.cases.events import Event
from gateway.intake.taking import Taking
from gateway.ports import Work
from gateway.staff_turn import Refusal


def goes_on(work: Work, number: str) -> Case | None:
    """The case in which this one goes on: itself, or the last that it was merged into; no circle holds us (L-44)."""
    seen = set[str]()
    case = work.case(number)
    while case is not None and case.merged_into is not None and case.number not in seen:
        seen.add(case.number)
        case = work.case(case.merged_into)
    return case


def possible(
    taking: Taking, case: Case, happened: Sequence[Event]
) -> tuple[Sequence[Event], Sequence[Refusal]]:
    """What happens of this: a merge into a case that cannot take this one does not, and is refused."""
    refused = [
        event
        for event in happened
        if isinstance(event, events.MergedInto) and not _can_take(taking.work.case(event.into), case)
    ]
    return (
        [event for event in happened if event not in refused],
        [Refusal("cannot_merge", f"#merge {event.into}") for event in refused],
    )


def carry_over(taking: Taking, merged: Case, happened: Sequence[Event]) -> None:
    """The case that goes on learns what was reported on the one that ended, and is as urgent as that was."""
    for event in happened:
        into = taking.work.case(event.into) if isinstance(event, events.MergedInto) else None
        if into is None:
            continue
        words = "\n".join(filter(None, (merged.number, merged.subject, *merged.symptoms)))
        absorbed = events.Absorbed(
            number=merged.number, text=words, language=merged.reporter.language, by=event.by
        )
        urgent = [events.LevelChanged(level=merged.level, by=event.by)] if merged.level < into.level else []
        taking.advance(into, [absorbed, *urgent])


def _can_take(into: Case | None, case: Case) -> bool:
    """Whether it is another case, not closed, and of the same people."""
    if into is None or into.number == case.number or lifecycle.is_over(into.status):
        return False
    if into.customer_id is not None or case.customer_id is not None:
        return into.customer_id == case.customer_id
    return into.reporter.address.lower() == case.reporter.address.lower()
