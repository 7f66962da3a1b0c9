"""One inbound message, from the inbox to a recorded step.

`queue` claims, reads and takes in; `placing` finds where a message belongs; `automatic`, `colleagues` and `customers`
say what it does there; `taking` is what they work with inside the transaction.
"""

from gateway.intake.message import (
    ADDED,
    FAILED,
    FILED,
    OPENED,
    POSTPONED,
    SET_ASIDE,
    Outcome,
    ReadMessage,
    Rules,
)
from gateway.intake.queue import Intake

__all__ = [
    "ADDED",
    "FAILED",
    "FILED",
    "OPENED",
    "POSTPONED",
    "SET_ASIDE",
    "Intake",
    "Outcome",
    "ReadMessage",
    "Rules",
]
