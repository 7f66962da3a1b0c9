"""Automatic answers within their budget (RELIABILITY G15, T19, T20): what exceeds it is written down instead of sent.

Only what a mail from outside brings about counts, and is counted: a person's own words are never held back, and what is
promised at its time (P-30 to P-32) is no answer, or a customer with several cases would lose their hourly updates. Mail
that a program handed in on this machine reflects to nobody, so there only the circuit breaker of a case applies.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gateway.cases import saying
from gateway.cases.case import Case, Entry, Notice, Party, Step
from gateway.cases.events import FOREIGN_MANAGER
from gateway.intake.message import ReadMessage
from gateway.ports import Answer, Ready, Work
from gateway.trust.budget import Allowance, Counts, Limits, allowance

OUTSIDE = frozenset({saying.CUSTOMER, FOREIGN_MANAGER})
DESK = "desk"
MUTED = "muted"
NOTICE = "answers_muted"


def within_budget(work: Work, message: ReadMessage, limits: Limits, step: Step, at: datetime) -> Step:
    """The step without the automatic answers that are too many.

    For each there is a line in the journal, and once a day a notice to the desk. A stranger whose very acknowledgement
    was too much hears nothing until one of us, or they themselves, have spoken; a customer has what is promised at its
    time.
    """
    kept: list[Notice] = []
    told: list[Notice] = []
    entries = list(step.entries)
    case = step.case
    given = 0
    for notice in step.notices:
        reader = _reader(notice, case)
        if reader is None:
            kept.append(notice)
            continue
        judged = _judge(work, message, limits, reader, case, at, given)
        if judged.allowed:
            kept.append(notice)
            given += 1
            continue
        entries = [entry for entry in entries if not _says_given(entry, notice)]
        entries.append(_muted(notice, reader, judged, at))
        told += _desk_is_told(work, case, reader, judged, at)
        if case.version == 1 and not _is_known(message, case):
            case = replace(case, reporter=replace(case.reporter, unproved=True))
    if len(kept) == len(step.notices):
        return step
    return Step(case, tuple(entries), (*kept, *told))


def as_answers(ready: Sequence[Ready], message: ReadMessage, case: Case) -> Sequence[Ready]:
    """The same letters; those that are automatic answers to somebody outside say so, to be counted."""
    return [
        replace(each, answer=_answer(each.outbound.to.address, message, case))
        if each.outbound.role in OUTSIDE and each.outbound.automatic
        else each
        for each in ready
    ]


def mailbox(address: str) -> str:
    """An address as budgets know it: lower case, and without what its owner may write behind a plus sign."""
    local, at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def _answer(address: str, message: ReadMessage, case: Case) -> Answer:
    return Answer(
        mailbox(address), mailbox(address).rpartition("@")[2], stranger=not _is_known(message, case)
    )


def _is_known(message: ReadMessage, case: Case) -> bool:
    return case.reporter.known or message.authentication.result == "pass"


def _reader(notice: Notice, case: Case) -> Party | None:
    """Whoever outside would get an automatic letter; None where there is nothing to judge."""
    if notice.to not in OUTSIDE or notice.name in saying.OWN_WORDS:
        return None
    party = case.foreign_manager if notice.to == FOREIGN_MANAGER else case.reporter
    return party if party is not None and party.answerable and party.address else None


def _judge(
    work: Work, message: ReadMessage, limits: Limits, reader: Party, case: Case, at: datetime, given: int
) -> Allowance:
    box = mailbox(reader.address)
    so_far = work.answered(box, box.rpartition("@")[2], case.number, at)
    handed_in = message.authentication.means == "local"
    counts = Counts(
        to_address_in_a_day=0 if handed_in else so_far.to_address + given,
        to_domain_in_an_hour=0 if handed_in else so_far.to_domain + given,
        to_strangers_in_an_hour=so_far.to_strangers,
        exchanges=so_far.about_case,
    )
    return allowance(counts, limits, known=_is_known(message, case))


def _says_given(entry: Entry, notice: Notice) -> bool:
    return entry.kind == "notice" and entry.name == notice.name and entry.detail.get("to") == notice.to


def _muted(notice: Notice, reader: Party, judged: Allowance, at: datetime) -> Entry:
    detail = {"to": notice.to, "address": reader.address, "reason": judged.reason}
    return Entry(at=at, kind=MUTED, name=notice.name, promise=notice.promise, detail=detail)


def _desk_is_told(
    work: Work, case: Case, reader: Party, judged: Allowance, at: datetime
) -> tuple[Notice, ...]:
    """Once a day about each thing that was too much."""
    if not judged.tell:
        return ()
    box = mailbox(reader.address)
    what = {"address": box, "domain": box.rpartition("@")[2], "case": f"{case.number} {box}"}.get(
        judged.about or "", ""
    )
    mark = hashlib.sha256(f"{judged.about}\x00{what}".encode()).hexdigest()[:16]
    notice_id = f"muted/{mark}/{at:%Y%m%d}"
    if work.was_given(notice_id):
        return ()
    facts = {"recipient": reader.address, "reason": judged.reason}
    return (Notice(id=notice_id, name=NOTICE, to=DESK, facts=facts),)
