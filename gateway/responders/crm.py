"""What a CRM is told of a case: a small, stable JSON document (docs/crm.md is written for its receiver).

It says how the case stands now, not what changed: whoever missed one, or got two in the wrong order, needs only the
latest. A customer's words are in it as text, made fit for one line; nothing internal is.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from gateway.cases.case import Case, Fact, Notice
from gateway.responders.safe_text import lines_of, one_line

EVENTS: Mapping[str, str] = {
    "crm_open": "open_ticket",
    "crm_update": "update_ticket",
    "crm_close": "close_ticket",
}
"""The notices that a CRM gets, and what each asks of it (P-26, P-48)."""


def crm_payload(notice: Notice, case: Case, at: datetime, outbound_id: str) -> bytes:
    """The document as UTF-8 JSON: `{"id", "event", "at", "case": {…}}`, the same bytes for the same arguments.

    `outbound_id` is the outbox row, by which the receiver knows a repetition. Times are ISO 8601 with an offset; what
    is not known is null, never missing.

    Raises ValueError for a notice that is none of `EVENTS`.
    """
    if notice.name not in EVENTS:
        raise ValueError(f"{notice.name!a} says nothing to a CRM; there are: {', '.join(EVENTS)}")
    document = {
        "id": outbound_id,
        "event": EVENTS[notice.name],
        "at": _moment(at),
        "case": _case(case),
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _case(case: Case) -> Mapping[str, Fact]:
    reporter = case.reporter
    return {
        "number": case.number,
        "version": case.version,
        "kind": case.kind,
        "status": case.status,
        "level": case.level,
        "priority": case.priority,
        "plan": case.plan,
        "subject": _line(case.subject),
        "customer": {"id": case.customer_id, "company": _line(case.company)},
        "contact": {
            "name": _line(case.contact or reporter.name),
            "phone": _line(case.phone or reporter.phone),
            "email": _line(reporter.address),
            "language": reporter.language,
            "known": reporter.known,
        },
        "product": _line(case.product),
        "place": _line(case.place),
        "symptoms": [one_line(each) for each in case.symptoms],
        "engineer": case.engineer,
        "intended_solution": _words(case.intended_solution),
        "solution": _words(case.solution),
        "opened_at": _moment(case.opened_at),
        "closed_at": _moment(case.closed_at),
    }


def _line(text: str | None) -> str | None:
    return (one_line(text) or None) if text is not None else None


def _words(text: str | None) -> str | None:
    lines: Sequence[str] = lines_of(text) if text is not None else ()
    return "\n".join(lines) or None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment is not None else None
