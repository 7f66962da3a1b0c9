"""The lives that cases lead, one page each.

Read a row as: in this status, after this event, the case is in that status. An event that a row does not name
happens to the case all the same (it is journalled, meets commitments, gives notices) and leaves the status alone.
"""

from collections.abc import Mapping

OPEN = "open"
IN_REVIEW = "in_review"
IN_PROGRESS = "in_progress"
WAITING_ON_CUSTOMER = "waiting_on_customer"
AWAITING_CONFIRMATION = "awaiting_confirmation"
CLOSED = "closed"

STATUSES = (OPEN, IN_PROGRESS, WAITING_ON_CUSTOMER, IN_REVIEW, AWAITING_CONFIRMATION, CLOSED)

HANDLED: Mapping[str, Mapping[str, str]] = {
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
        "merged_into": CLOSED,
    },
    IN_PROGRESS: {
        "waiting_on_customer": WAITING_ON_CUSTOMER,
        "resolved": AWAITING_CONFIRMATION,
        "merged_into": CLOSED,
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
        "merged_into": CLOSED,
    },
    AWAITING_CONFIRMATION: {
        "confirmed": CLOSED,
        "merged_into": CLOSED,
        "refused": IN_PROGRESS,
        "waiting_on_customer": WAITING_ON_CUSTOMER,
    },
    CLOSED: {
        "refused": IN_PROGRESS,
    },
}

REVIEWED: Mapping[str, Mapping[str, str]] = {
    **{
        status: {event: IN_REVIEW if event == "resolved" else after for event, after in row.items()}
        for status, row in HANDLED.items()
    },
    AWAITING_CONFIRMATION: {**HANDLED[AWAITING_CONFIRMATION], "review_failed": IN_PROGRESS},
    IN_REVIEW: {
        "review_passed": AWAITING_CONFIRMATION,
        "review_failed": IN_PROGRESS,
        "refused": IN_PROGRESS,
        "waiting_on_customer": WAITING_ON_CUSTOMER,
        "confirmed": CLOSED,
        "merged_into": CLOSED,
    },
}
"""As above, but what the engineer has finished is reviewed before the customer is asked (P-45, P-46).

A customer who has said by then that it is solved is not asked again.
"""

ASKED: Mapping[str, Mapping[str, str]] = {
    OPEN: {"satisfaction_given": CLOSED, "missed:follow_up": CLOSED, "complained": IN_PROGRESS},
    IN_PROGRESS: {"satisfaction_given": CLOSED, "resolved": CLOSED},
    CLOSED: {},
}
"""A question that we put to the customer, such as how satisfied they are (P-63)."""

LIVES: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "handled": HANDLED,
    "reviewed": REVIEWED,
    "asked": ASKED,
}
"""The pages by name; which kind of case lives by which is said in config.toml."""


def status_after(life: str, status: str, key: str) -> str:
    """The status that follows; the same one where the table is silent."""
    return LIVES[life].get(status, {}).get(key, status)


def is_over(status: str) -> bool:
    """Whether the case is closed."""
    return status == CLOSED


def status_key(status: str) -> str:
    """The key under which rows refer to a status being entered."""
    return f"status:{status}"
