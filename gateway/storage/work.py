"""What can be done inside one transaction. Each method is a few statements; none commits."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate

from sqlalchemy import Connection, Select, false, func, insert, select, update

from gateway.cases.case import Case, Step
from gateway.cases.lifecycle import CLOSED
from gateway.errors import StaleCase
from gateway.messages import Envelope, Parcel
from gateway.ports import (
    AnsweredSoFar,
    ClosedCase,
    Conversation,
    Copy,
    Held,
    Kept,
    Ready,
    Said,
    Sent,
    Unconfirmed,
    Waiting,
)
from gateway.storage import statements
from gateway.storage.cards import DatabaseCardWork
from gateway.storage.chats import FROM_CHATS, DatabaseChatWork
from gateway.storage.learning import LearningWork
from gateway.storage.mapping import (
    case_from_json,
    case_to_json,
    pair_from_json,
    texts_from_json,
    to_json,
    unconfirmed_from_json,
)
from gateway.storage.statements import ATTEMPTING, KEPT, WAITING
from gateway.storage.tables import bookmarks, cases, inbox, journal, messages, outbox, unconfirmed

CLAIMED_BYTES = 16_000_000
SUGGESTED = 5
MOST_DELIVERIES = 20
"""Of a message that comes more often, the roads are counted and no longer kept."""

MOST_AT_ANCHORS = 10
"""Cases that one message may seem to go on with; whoever quotes ids of more has collected them."""
DONE, SET_ASIDE = "done", "set_aside"
SENT, FAILED = "sent", "failed"
HELD, DIGESTED = "held", "digested"
NOT_USED = "reply_not_sent"
CUSTOMERS = "customer"
"""The audience of what a customer wrote."""


class DatabaseWork(LearningWork, DatabaseChatWork, DatabaseCardWork):
    """`gateway.ports.Work` on one connection, inside the writer's transaction."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._locks = connection.dialect.name != "sqlite"
        self._keep = statements.KEEP[connection.dialect.name]
        self._anchor = statements.ANCHOR[connection.dialect.name]
        self._begin_recurring = statements.BEGIN_RECURRING[connection.dialect.name]
        self._leave_bookmark = statements.LEAVE_BOOKMARK[connection.dialect.name]

    # Inbox.

    def keep(self, inbox_id: str, at: datetime, envelope: Envelope, raw: bytes, digest: str) -> bool:
        """Put a message into the inbox; False when the same message is there already (G2)."""
        row = {
            "id": inbox_id,
            "digest": digest,
            "received_at": at,
            **_road(envelope),
            "raw": raw,
            "state": KEPT,
            "attempts": 0,
            "deliveries": 1,
        }
        if self._connection.execute(self._keep, row).first() is not None:
            return True
        first = self._connection.execute(statements.FIND_DIGEST, {"the_digest": digest}).scalar_one()
        self._delivered_again(first, at, envelope)
        return False

    def _delivered_again(self, first: str, at: datetime, envelope: Envelope) -> None:
        counted = self._connection.execute(statements.COUNT_DELIVERY, {"the_message": first}).scalar_one()
        if counted <= MOST_DELIVERIES:
            road = {"inbox_id": first, "at": at, **_road(envelope)}
            self._connection.execute(statements.INSERT_DELIVERY, road)

    def claim_inbox(self, limit: int) -> Sequence[Kept]:
        """The next mails; those that were in hand when the process died come alone, one by one (F9)."""
        query = select(inbox.c.id, func.length(inbox.c.raw).label("size")).where(
            inbox.c.state == KEPT, inbox.c.source.not_like(FROM_CHATS)
        )
        query = query.order_by(inbox.c.id)
        if self._locks:
            query = query.with_for_update(skip_locked=True)
        waiting = self._connection.execute(query.where(inbox.c.attempts == 0).limit(limit)).all()
        if not waiting:
            waiting = self._connection.execute(query.where(inbox.c.attempts > 0).limit(1)).all()
        if not waiting:
            return []
        sizes = list(accumulate(row.size for row in waiting))
        chosen = [row.id for row, size in zip(waiting, sizes, strict=True) if size <= CLAIMED_BYTES] or [
            waiting[0].id
        ]
        claimed = inbox.c.id.in_(chosen)
        self._connection.execute(update(inbox).where(claimed).values(attempts=inbox.c.attempts + 1))
        rows = self._connection.execute(select(inbox).where(claimed).order_by(inbox.c.id)).all()
        return [
            Kept(
                id=row.id,
                received_at=row.received_at,
                envelope=Envelope(row.source, row.mail_from, tuple(json.loads(row.recipients)), row.peer),
                raw=row.raw,
                deaths=row.attempts - 1,
            )
            for row in rows
        ]

    def release_inbox(self, inbox_id: str) -> None:
        """Taking it in did not kill us."""
        self._connection.execute(
            update(inbox)
            .where(inbox.c.id == inbox_id, inbox.c.attempts > 0)
            .values(attempts=inbox.c.attempts - 1)
        )

    def settle(
        self, inbox_id: str, outcome: str, *, reason: str | None = None, case_number: str | None = None
    ) -> None:
        """Where the message ended (G4)."""
        state = SET_ASIDE if outcome == SET_ASIDE else DONE
        end = {"state": state, "outcome": outcome, "reason": reason, "case_number": case_number}
        settled = self._connection.execute(statements.SETTLE, {"the_message": inbox_id, **end})
        if settled.rowcount != 1:
            raise StaleCase(f"message {inbox_id} was settled by somebody else")

    # Cases.

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

    def say(self, case: Case, ready: Sequence[Ready]) -> None:
        """Put messages into the outbox."""
        if ready:
            self._connection.execute(statements.INSERT_OUTBOX, [_outbox_row(each) for each in ready])

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
            self._connection.execute(self._anchor, found_by)

    # Trust.

    def answered(self, address: str, domain: str, case_number: str, at: datetime) -> AnsweredSoFar:
        """How many automatic answers were queued before `at`."""
        which = {"the_address": address, "the_domain": domain, "the_case": case_number}
        since = {"the_day": at - timedelta(days=1), "the_hour": at - timedelta(hours=1)}
        row = self._connection.execute(statements.ANSWERED, {**which, **since}).mappings().one()
        return AnsweredSoFar(**row)

    def was_given(self, notice_id: str) -> bool:
        """Whether anybody was given this notice."""
        return self._connection.execute(statements.WAS_GIVEN, {"the_notice": notice_id}).first() is not None

    def said_before(
        self, case_number: str, person: str, message_id: str | None, words: str
    ) -> tuple[bool, datetime] | None:
        """When this colleague last said these words on the case, and whether it was in a message of this id."""
        same_id = messages.c.message_id == message_id if message_id else false()
        query = (
            select(messages.c.at, messages.c.message_id)
            .where(messages.c.case_number == case_number, messages.c.person == person)
            .where(messages.c.audience.in_(("staff", "unverified")))
            .where(same_id | (messages.c.words == words))
            .order_by(messages.c.id)
        )
        rows = self._connection.execute(query).all()
        same = any(message_id is not None and row.message_id == message_id for row in rows)
        return (same, rows[-1].at) if rows else None

    def earlier_copies(self, message_id: str, person: str) -> Sequence[Copy]:
        """What this person wrote under this Message-ID and lies on a case as theirs, the earliest first."""
        which = {"the_id": message_id, "the_person": person}
        return [Copy(*row) for row in self._connection.execute(statements.EARLIER_COPIES, which)]

    def came_again(self, first: str, kept: Kept) -> None:
        """`kept` is one more delivery of the message with the inbox id `first`."""
        self._delivered_again(first, kept.received_at, kept.envelope)

    def hold(self, waiting: Unconfirmed) -> None:
        """Keep commands until their sender confirms them."""
        row = {
            "id": waiting.id,
            "case_number": waiting.case_number,
            "staff_id": waiting.staff_id,
            "at": waiting.at,
            "until": waiting.until,
            "state": WAITING,
            "body": to_json(waiting),
        }
        self._connection.execute(insert(unconfirmed), row)

    def unconfirmed(self, held_id: str) -> Unconfirmed | None:
        """What is still waiting under this id."""
        waits = (unconfirmed.c.id == held_id) & (unconfirmed.c.state == WAITING)
        body = self._connection.execute(select(unconfirmed.c.body).where(waits)).scalar_one_or_none()
        return unconfirmed_from_json(body) if body is not None else None

    def confirmed(self, held_id: str, state: str) -> None:
        """It waits no longer."""
        self._connection.execute(update(unconfirmed).where(unconfirmed.c.id == held_id).values(state=state))

    def times_asked(self, case_number: str, staff_id: str, since: datetime) -> int:
        """How often this colleague was asked to confirm something on this case since then."""
        asked = (unconfirmed.c.case_number == case_number) & (unconfirmed.c.staff_id == staff_id)
        query = select(func.count()).select_from(unconfirmed).where(asked, unconfirmed.c.at > since)
        return self._connection.execute(query).scalar_one()

    def times_told(self, case_number: str, address: str, since: datetime) -> int:
        """How often this colleague was told since then that a message in their name was not used on this case."""
        told = (outbox.c.case_number == case_number) & (outbox.c.notice == NOT_USED)
        query = select(func.count()).where(told, outbox.c.recipient == address, outbox.c.created_at > since)
        return self._connection.execute(query).scalar_one()

    # Matching.

    def sent(self, outbound_id: str) -> Sent | None:
        """What was sent under this look-up id."""
        row = self._connection.execute(statements.READ_SENT, {"the_letter": outbound_id}).mappings().first()
        if row is None:
            return None
        facts = {name: value for name, value in row.items() if name not in ("state", "said")}
        said = pair_from_json(row["said"]) if row["said"] is not None else None
        return Sent(**facts, failed=row["state"] == FAILED, said=said)

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

    # Outbox.

    def claim_outbox(self, at: datetime, limit: int) -> Sequence[Waiting]:
        """Messages whose turn has come; `attempting` is durable before the first byte leaves (F28)."""
        which = {"the_moment": at, "the_limit": limit}
        rows = self._connection.execute(statements.DUE_LETTERS, which).all()
        if rows:
            claimed = {"the_moment": at, "the_letters": [row.id for row in rows]}
            self._connection.execute(statements.ATTEMPT_LETTERS, claimed)
        return [
            Waiting(
                parcel=Parcel(id=row.id, sender=row.sender, recipient=row.recipient, raw=row.raw),
                case_number=row.case_number,
                notice=row.notice,
                role=row.role,
                channel=row.channel,
                attempts=row.attempts + 1,
                in_doubt=row.in_doubt,
                expires_at=row.expires_at,
            )
            for row in rows
        ]

    def delivered(self, outbound_id: str, at: datetime) -> None:
        """The relay accepted it."""
        self._move(outbound_id, state=SENT, sent_at=at, next_attempt=None, error=None)

    def deferred(self, outbound_id: str, until: datetime, error: str, *, in_doubt: bool = False) -> None:
        """Try again then."""
        to = {"state": WAITING, "next_attempt": until, "error": error}
        which = {"the_letter": outbound_id, "the_doubt": int(in_doubt)}
        self._connection.execute(statements.DEFER_LETTER, {**which, **to})

    def gave_up(self, outbound_id: str, at: datetime, error: str) -> None:
        """It will not be tried again."""
        self._move(outbound_id, state=FAILED, next_attempt=None, error=error)

    def _move(self, outbound_id: str, **values: object) -> None:
        self._connection.execute(statements.MOVE_LETTER, {"the_letter": outbound_id, **values})

    def revive_attempts(self, at: datetime, in_doubt_until: datetime) -> int:
        """After a restart: what was being sent when we died may have arrived; the same bytes go out once more."""
        revived = self._connection.execute(
            update(outbox)
            .where(outbox.c.state == ATTEMPTING)
            .values(state=WAITING, next_attempt=in_doubt_until, in_doubt=outbox.c.in_doubt + 1)
        )
        return revived.rowcount

    # Digests.

    def held(self) -> Sequence[Held]:
        """What waits for its digest, in the order of the cases."""
        query = (
            select(outbox).where(outbox.c.state == HELD).order_by(outbox.c.created_at, outbox.c.case_number)
        )
        return [
            Held(row.id, row.person or "", row.role, row.case_number)
            for row in self._connection.execute(query)
        ]

    def released(self, outbound_ids: Sequence[str], at: datetime) -> None:
        """They leave by themselves after all."""
        self._connection.execute(
            update(outbox).where(outbox.c.id.in_(outbound_ids)).values(state=WAITING, next_attempt=at)
        )

    def digested(self, outbound_ids: Sequence[str], digest_id: str) -> None:
        """They were told in this digest."""
        self._connection.execute(
            update(outbox)
            .where(outbox.c.id.in_(outbound_ids))
            .values(state=DIGESTED, next_attempt=None, digest_id=digest_id)
        )

    def cases_in_digest(self, digest_id: str) -> Sequence[str]:
        """Numbers of the cases that a digest told of."""
        query = select(outbox.c.case_number).where(outbox.c.digest_id == digest_id).distinct()
        return list(self._connection.execute(query).scalars())

    # What comes round.

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
        return self._connection.execute(self._begin_recurring, row).first() is not None

    # How far a channel has read.

    def bookmark(self, key: str) -> str | None:
        """The text last left there; None at the first look."""
        query = select(bookmarks.c.value).where(bookmarks.c.key == key)
        return self._connection.execute(query).scalar_one_or_none()

    def leave_bookmark(self, key: str, value: str, at: datetime) -> None:
        """The last one counts."""
        self._connection.execute(self._leave_bookmark, {"key": key, "value": value, "at": at})

    # What comes next.

    def next_moment(self) -> datetime | None:
        """When the clock or the outbox next needs somebody."""
        owed = self._connection.execute(statements.NEXT_MOMENTS).one()
        return min((moment for moment in owed if moment is not None), default=None)

    def counts(self) -> Mapping[str, int]:
        """How much waits where."""

        def count(query: Select[int]) -> int:
            return self._connection.execute(query).scalar_one()

        return {
            "inbox_waiting": count(select(func.count()).select_from(inbox).where(inbox.c.state == KEPT)),
            "set_aside": count(select(func.count()).select_from(inbox).where(inbox.c.state == SET_ASIDE)),
            "outbox_waiting": count(
                select(func.count()).select_from(outbox).where(outbox.c.state.in_((WAITING, ATTEMPTING)))
            ),
            "outbox_failed": count(select(func.count()).select_from(outbox).where(outbox.c.state == FAILED)),
            "open_cases": count(select(func.count()).select_from(cases).where(cases.c.status != CLOSED)),
        }


def _road(envelope: Envelope) -> dict[str, str]:
    """By which road a message came, as columns."""
    return {
        "source": envelope.source,
        "peer": envelope.peer[:80],
        "mail_from": envelope.mail_from,
        "recipients": json.dumps(envelope.recipients, ensure_ascii=False),
    }


def _outbox_row(ready: Ready) -> dict[str, object]:
    outbound, answer = ready.outbound, ready.answer
    return {
        "id": outbound.id,
        "case_number": outbound.case_number,
        "notice_id": ready.notice_id,
        "notice": outbound.notice,
        "role": outbound.role,
        "channel": outbound.channel,
        "recipient": outbound.to.address,
        "person": ready.person,
        "message_id": outbound.message_id,
        "subject": outbound.subject,
        "words": outbound.text,
        "sender": ready.sender,
        "raw": ready.raw,
        "state": HELD if ready.held else WAITING,
        "attempts": 0,
        "in_doubt": 0,
        "created_at": ready.at,
        "next_attempt": outbound.not_before or ready.at,
        "expires_at": ready.lifetime_until,
        "token_expires_at": ready.token_until,
        "said": to_json(ready.said) if ready.said is not None else None,
        "answers_to": answer.address if answer else None,
        "answers_domain": answer.domain if answer else None,
        "to_stranger": 1 if answer and answer.stranger else None,
    }
