"""What people look at: lists of cases, one case with its story, the inbox. Reads only, beside the writer."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from gateway.cases.case import Case
from gateway.errors import UnknownCase
from gateway.storage.mapping import (
    case_from_json,
    considered_from_json,
    facts_from_json,
    unconfirmed_from_json,
)
from gateway.storage.outbox import SENT
from gateway.storage.tables import cases, deliveries, inbox, journal, messages, outbox, unconfirmed

Row = Mapping[str, Any]


def list_cases(engine: Engine, *, limit: int | None = None) -> Sequence[Row]:
    """Every case as INTERFACES `cases list --json` has it, the latest first."""
    put = (
        select(messages.c.case_number, func.count().label("n"))
        .where(messages.c.audience == "customer")
        .group_by(messages.c.case_number)
        .subquery()
    )
    left = (
        select(outbox.c.case_number, func.count().label("n"))
        .where(outbox.c.role == "customer", outbox.c.state == SENT)
        .group_by(outbox.c.case_number)
        .subquery()
    )
    query = (
        select(
            cases, func.coalesce(put.c.n, 0).label("came_in"), func.coalesce(left.c.n, 0).label("went_out")
        )
        .outerjoin(put, put.c.case_number == cases.c.number)
        .outerjoin(left, left.c.case_number == cases.c.number)
        .order_by(cases.c.opened_at.desc(), cases.c.number)
        .limit(limit)
    )
    with engine.connect() as connection:
        return [
            {
                "number": row.number,
                "status": row.status,
                "kind": row.kind,
                "level": row.level,
                "priority": row.priority,
                "customer": row.customer,
                "contact": row.contact,
                "subject": row.subject,
                "channel": row.channel,
                "opened_at": row.opened_at,
                "next_due": row.next_due,
                "messages": {"in": row.came_in, "out": row.went_out},
            }
            for row in connection.execute(query)
        ]


def read_case(engine: Engine, number: str) -> tuple[Case, Sequence[Row], Sequence[Row]]:
    """A case, its journal and its messages in and out, in order. Raises UnknownCase."""
    with engine.connect() as connection:
        body = connection.execute(select(cases.c.body).where(cases.c.number == number)).scalar_one_or_none()
        if body is None:
            raise UnknownCase(number)
        entries = [
            {
                "at": row.at,
                "kind": row.kind,
                "name": row.name,
                "promise": row.promise,
                **facts_from_json(row.detail),
            }
            for row in connection.execute(
                select(journal).where(journal.c.case_number == number).order_by(journal.c.id)
            )
        ]
        roads = _deliveries(connection, number)
        put = [
            {
                "at": row.at,
                "direction": "in",
                "audience": row.audience,
                "person": row.person,
                "subject": row.subject,
                "words": row.words,
                "message_id": row.message_id,
                "inbox_id": row.inbox_id,
                "evidence": row.evidence,
                "considered": considered_from_json(row.considered),
                "deliveries": roads.get(row.inbox_id, []),
            }
            for row in connection.execute(select(messages).where(messages.c.case_number == number))
        ]
        left = [
            {
                "at": row.sent_at or row.created_at,
                "direction": "out",
                "audience": "customer" if row.role == "customer" else "staff",
                "person": row.recipient,
                "subject": row.subject,
                "words": row.words,
                "message_id": row.message_id,
                "notice": row.notice,
                "state": row.state,
                "attempts": row.attempts,
                "error": row.error,
            }
            for row in connection.execute(select(outbox).where(outbox.c.case_number == number))
        ]
    return case_from_json(body), entries, sorted(put + left, key=lambda row: row["at"])


def _deliveries(connection: Connection, number: str) -> Mapping[str, Sequence[Row]]:
    """By which roads each message of a case came, the first one first (L-46): inbox id -> roads."""
    on_case = select(messages.c.inbox_id).where(messages.c.case_number == number)
    columns = ("at", "source", "mail_from", "recipients")
    first = select(
        inbox.c.id.label("inbox_id"),
        inbox.c.received_at.label("at"),
        *(inbox.c[name] for name in columns[1:]),
    ).where(inbox.c.id.in_(on_case))
    again = (
        select(deliveries.c.inbox_id, *(deliveries.c[name] for name in columns))
        .where(deliveries.c.inbox_id.in_(on_case))
        .order_by(deliveries.c.id)
    )
    roads: dict[str, list[Row]] = {}
    for row in (*connection.execute(first).mappings(), *connection.execute(again).mappings()):
        road = {**{name: row[name] for name in columns}, "recipients": json.loads(row["recipients"])}
        roads.setdefault(row["inbox_id"], []).append(road)
    return roads


def unconfirmed_on(engine: Engine, number: str) -> Sequence[Row]:
    """Commands on a case that wait or waited for their sender's confirmation, in order; the files left out."""
    query = select(unconfirmed).where(unconfirmed.c.case_number == number).order_by(unconfirmed.c.at)
    with engine.connect() as connection:
        return [
            {
                "at": row.at,
                "until": row.until,
                "staff": row.staff_id,
                "state": row.state,
                "words": unconfirmed_from_json(row.body).text,
            }
            for row in connection.execute(query)
        ]


def list_inbox(engine: Engine, *, outcome: str | None = None, limit: int = 100) -> Sequence[Row]:
    """Messages in the inbox with where they ended, the latest first."""
    columns = [column for column in inbox.c if column.name not in ("raw", "digest")]
    query = select(*columns).order_by(inbox.c.id.desc()).limit(limit)
    if outcome is not None:
        query = query.where((inbox.c.outcome == outcome) | (inbox.c.state == outcome))
    with engine.connect() as connection:
        return [
            {**row, "recipients": json.loads(row["recipients"])}
            for row in connection.execute(query).mappings()
        ]


def raw_of(engine: Engine, inbox_id: str) -> bytes | None:
    """A message's bytes as they were received (G6); None when there is none of that id."""
    with engine.connect() as connection:
        return connection.execute(select(inbox.c.raw).where(inbox.c.id == inbox_id)).scalar_one_or_none()
