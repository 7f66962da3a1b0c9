"""A program's message: shown where it belongs, never acted on, never answered (LESSONS 1, 8, 18)."""

from gateway.intake.message import FILED, Outcome
from gateway.intake.taking import Taking
from gateway.parsers.screening import Automatic
from gateway.ports import Sent


def take(taking: Taking, automatic: Automatic, sent: Sent | None) -> Outcome:
    """Filed with its reason; on the case too, where it answers a message of ours."""
    reason = f"{automatic.reason}: {automatic.evidence}"
    if sent is None:
        return Outcome(FILED, None, reason)
    taking.put(sent.case_number, "automatic", reason)
    return Outcome(FILED, sent.case_number, reason)
