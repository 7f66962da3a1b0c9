"""An engineer says "not mine": when nobody on duty is left, that is an event of its own, on which a row can act."""

from collections.abc import Sequence

from gateway.cases import events, remembering
from gateway.cases.case import Case
from gateway.cases.events import Event
from gateway.cases.roster import ENGINEER
from gateway.intake.taking import Taking


def with_nobody_left(taking: Taking, case: Case, happened: Sequence[Event]) -> Sequence[Event]:
    """The events of one message; told is only of a case that nobody has (P-42)."""
    declined = next((each for each in happened if isinstance(each, events.Declined)), None)
    if declined is None or case.engineer is not None:
        return happened
    after = case
    for event in happened:
        after = remembering.remember(after, event)
    if after.engineer is not None or taking.rules.roster.on_duty(ENGINEER, after, taking.clock.now()):
        return happened
    left = events.LeftToNobody(text=declined.text, language=declined.language, by=declined.by)
    return [*happened, left]
