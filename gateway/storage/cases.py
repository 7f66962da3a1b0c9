"""Cases as last recorded: each step in one go, its messages, and how a message finds its case."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from gateway.cases.case import Case, Entry, Step
from gateway.cases.lifecycle import CLOSED
from gateway.errors import StaleCase
from gateway.ports import (
    ClosedCase,
    Conversation,
    Ready,
    Said,
)
from gateway.storage import statements
from gateway.storage.cards import DatabaseCardWork
from gateway.storage.mapping import (
    case_from_json,
    case_to_json,
    texts_from_json,
    to_json,
)
from gateway.storage.outbox import OutboxWork
from gateway.storage.tables import cases, journal

SUGGESTED = 5
MOST_AT_ANCHORS = 10
"""Cases that one message may seem to go on with; whoever quotes ids of more has collected them."""

CUSTOMERS = "customer"
"""The audience of what a customer wrote."""


class CaseWork(OutboxWork, DatabaseCardWork):
    """The part of `gateway.ports.Work` that keeps cases; a step says what it says in the same go."""

    def case(self, number: str) -> Case | None:
        """The case as last recorded."""
        found = self._connection.execute(statements.READ_CASE, {"the_number": number})
        body = found.scalar_one_or_none()
        return case_from_json(body) if body is not None else None

    def has_case(self, number: str) -> bool:
        """Whether this number is taken."""
        return self._connection.execute(statements.HAS_CASE, {"the_number": number}).first() is not None

    def due(self, at: datetime, limit: int, without: Sequence[str] = ()) -> Sequence[str]:
        """Numbers of cases with a commitment near or late, the longest due first."""
        which = {"the_moment": at, "the_resting": list(without), "the_limit": limit}
        return list(self._connection.execute(statements.DUE_CASES, which).scalars())

    def record(self, step: Step, ready: Sequence[Ready]) -> None:
        """Case, commitments, journal and outbox together. Raises StaleCase if the case moved meanwhile."""
        case = step.case
        row = {
            "number": case.number,
            "version": case.version,
            "status": case.status,
            "kind": case.kind,
            "level": case.level,
            "priority": case.priority,
            "customer": case.company,
            "contact": case.contact or case.reporter.name,
            "subject": case.subject,
            "channel": case.channel,
            "opened_at": case.opened_at,
            "next_due": case.next_due,
            "body": case_to_json(case),
        }
        if case.version == 1:
            self._connection.execute(statements.INSERT_CASE, row)
        else:
            last = {"the_number": case.number, "the_version": case.version - 1}
            if self._connection.execute(statements.MOVE_CASE, {**last, **row}).rowcount != 1:
                raise StaleCase(f"{case.number} has moved since version {case.version - 1}")
        if step.entries:
            self._connection.execute(
                statements.INSERT_JOURNAL,
                [
                    {
                        "case_number": case.number,
                        "version": case.version,
                        "at": entry.at,
                        "kind": entry.kind,
                        "name": entry.name,
                        "promise": entry.promise,
                        "detail": to_json(entry.detail),
                    }
                    for entry in step.entries
                ],
            )
        self.move_cards(step)
        if step.wakes:
            self._connection.execute(statements.HASTEN_LETTERS, {"the_case": case.number})
        self.say(case, ready)

    def put(self, case_number: str, said: Said) -> None:
        """Put a message on a case."""
        row = {
            "case_number": case_number,
            "at": said.at,
            "audience": said.audience,
            "person": said.person,
            "message_id": said.message_id,
            "subject": said.subject,
            "words": said.words,
            "inbox_id": said.inbox_id,
            "evidence": said.evidence,
            "considered": to_json(said.considered) if said.considered else None,
            "people": to_json(said.people) if said.people else None,
        }
        self._connection.execute(statements.INSERT_MESSAGE, row)
        if said.anchors:
            found_by = [{"anchor": anchor, "case_number": case_number} for anchor in said.anchors]
            self._connection.execute(statements.ANCHOR[self._dialect], found_by)

    def note(self, case_number: str, entry: Entry) -> None:
        """A line in the journal under the version that the case has."""
        row = {
            "the_case": case_number,
            "the_moment": entry.at,
            "the_kind": entry.kind,
            "the_name": entry.name,
            "the_promise": entry.promise,
            "the_detail": to_json(entry.detail),
        }
        self._connection.execute(statements.NOTE_IN_JOURNAL, row)

    def cases_with_message(self, message_ids: Sequence[str]) -> Sequence[tuple[str, str, str]]:
        """(case number, message id, person) of customer messages that carry one of these ids."""
        if not message_ids:
            return []
        found = self._connection.execute(statements.CASES_WITH_MESSAGE, {"the_ids": message_ids})
        return [(row.case_number, row.message_id, row.person) for row in found]

    def conversations(self, anchors: Sequence[str]) -> Sequence[Conversation]:
        """Those with a message of one of these ids, or that go back to one; in the order of `anchors`."""
        if not anchors:
            return []
        found = self._connection.execute(statements.CASES_AT_ANCHORS, {"the_anchors": anchors}).all()
        nearest = sorted(found, key=lambda row: (anchors.index(row.anchor), row.case_number))
        anchor_of: dict[str, str] = {}
        for row in nearest:
            anchor_of.setdefault(row.case_number, row.anchor)
        numbers = list(anchor_of)[:MOST_AT_ANCHORS]
        return [self._conversation(number, anchor_of[number]) for number in numbers]

    def _conversation(self, number: str, anchor: str) -> Conversation:
        case = self.case(number)
        reporters = {case.reporter.address.lower()} if case is not None else set[str]()
        people = set(reporters)
        for row in self._connection.execute(statements.WHO_WRITES_ON, {"the_case": number}):
            people.update((row.person.lower(), *texts_from_json(row.people)))
            if row.audience == CUSTOMERS:
                reporters.add(row.person.lower())
        return Conversation(number, anchor, frozenset(reporters), frozenset(people))

    def open_cases_of(self, address: str) -> Sequence[str]:
        """Numbers of cases not closed on which this address has written of late, the latest first."""
        found = self._connection.execute(statements.RECENT_CASES_OF, {"the_person": address})
        return list(dict.fromkeys(row.case_number for row in found if row.status != CLOSED))[:SUGGESTED]

    def closed_between(self, first: datetime, before: datetime) -> Sequence[ClosedCase]:
        """Cases closed from `first` on and before `before`; the journal says when."""
        closing = (
            select(journal.c.case_number, func.max(journal.c.at).label("at"))
            .where(
                journal.c.kind == "status",
                journal.c.name == CLOSED,
                journal.c.at >= first,
                journal.c.at < before,
            )
            .group_by(journal.c.case_number)
            .subquery()
        )
        query = (
            select(cases.c.body, closing.c.at)
            .join(closing, closing.c.case_number == cases.c.number)
            .where(cases.c.status == CLOSED)
            .order_by(closing.c.at)
        )
        return [ClosedCase(case_from_json(row.body), row.at) for row in self._connection.execute(query)]

    def begin_recurring(self, key: str, at: datetime, case_number: str | None = None) -> bool:
        """Note that an inspection or a follow-up was begun; False when it was begun before (P-07, P-63)."""
        row = {"key": key, "at": at, "case_number": case_number}
        return self._connection.execute(statements.BEGIN_RECURRING[self._dialect], row).first() is not None
