"""The life of a case, one page per kind.

Read a row as: in this status, after this event, the case is in that status. An event that a row does not name
happens to the case all the same (it is journalled, meets commitments, gives notices) and leaves the status alone.
"""

from collections.abc import Mapping

OPEN = "open"
IN_PROGRESS = "in_progress"
WAITING_ON_CUSTOMER = "waiting_on_customer"
AWAITING_CONFIRMATION = "awaiting_confirmation"
CLOSED = "closed"

STATUSES = (OPEN, IN_PROGRESS, WAITING_ON_CUSTOMER, AWAITING_CONFIRMATION, CLOSED)

FAULT: Mapping[str, Mapping[str, str]] = {
    OPEN: {
        "assigned": IN_PROGRESS,
        "engineer_replied": IN_PROGRESS,
        "progress": IN_PROGRESS,
        "planned": IN_PROGRESS,
        "stuck": IN_PROGRESS,
        "dispatched": IN_PROGRESS,
        "arrived": IN_PROGRESS,
        "waiting_on_customer": WAITING_ON_CUSTOMER,
        "resolved": AWAITING_CONFIRMATION,
    },
    IN_PROGRESS: {
        "waiting_on_customer": WAITING_ON_CUSTOMER,
        "resolved": AWAITING_CONFIRMATION,
    },
    WAITING_ON_CUSTOMER: {
        "customer_wrote": IN_PROGRESS,
        "refused": IN_PROGRESS,
        "engineer_replied": IN_PROGRESS,
        "progress": IN_PROGRESS,
        "planned": IN_PROGRESS,
        "assigned": IN_PROGRESS,
        "dispatched": IN_PROGRESS,
        "arrived": IN_PROGRESS,
        "resolved": AWAITING_CONFIRMATION,
    },
    AWAITING_CONFIRMATION: {
        "confirmed": CLOSED,
        "refused": IN_PROGRESS,
        "waiting_on_customer": WAITING_ON_CUSTOMER,
    },
    CLOSED: {
        "refused": IN_PROGRESS,
    },
}

LIVES: Mapping[str, Mapping[str, Mapping[str, str]]] = {"fault": FAULT}
"""By kind of case; a kind without a page of its own lives as a fault does."""


def status_after(kind: str, status: str, event: str) -> str:
    """The status that follows; the same one where the table is silent."""
    return LIVES.get(kind, FAULT)[status].get(event, status)


def is_over(status: str) -> bool:
    """Whether nothing is owed any more."""
    return status == CLOSED
