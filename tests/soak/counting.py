"""What a season came to, counted from its database alone: nothing that the playing says of itself is believed."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Select, func, select

from gateway.cases.lifecycle import CLOSED
from gateway.storage.mapping import facts_from_json
from gateway.storage.outbox import FAILED, SENT
from gateway.storage.statements import WAITING
from gateway.storage.tables import cases, journal, outbox

GRACE = timedelta(minutes=1)
"""The clock jumps from moment to moment: what is noticed later than this was overlooked."""

ONCE = frozenset({"missed", "prompted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`noticed_late`: misses found over a minute after they were due; `overlooked`: cases whose moment has gone by.

    `fired_twice`: promises missed, or asked for before the same moment, more than once. `sent_twice`: letters that
    left more than once; `unsent`: letters whose time had come. `missed_by_gateway`: each promise that the gateway
    itself owed and did not keep in time, by id, row, case and moment.
    """

    cases: int
    closed: int
    steps: int
    letters: int
    escalations: int
    noticed_late: int
    overlooked: int
    fired_twice: int
    sent_twice: int
    unsent: int
    missed_by_gateway: tuple[str, ...]


def count_up(engine: Engine, end: datetime, left: int) -> Figures:
    """The figures at `end`; `left` is how many letters the way out has seen."""
    with engine.connect() as connection:
        fired, late, ours = _commitments(connection)
        sent = _number(connection, select(func.count()).where(outbox.c.state == SENT))
        waiting = (outbox.c.state == WAITING) & (outbox.c.next_attempt <= end - GRACE)
        return Figures(
            cases=_number(connection, select(func.count()).select_from(cases)),
            closed=_number(connection, select(func.count()).where(cases.c.status == CLOSED)),
            steps=_number(connection, select(func.sum(cases.c.version))),
            letters=sent,
            escalations=_number(
                connection, select(func.count()).where(outbox.c.notice.in_(("escalation", "digest")))
            ),
            noticed_late=late,
            overlooked=_number(connection, select(func.count()).where(cases.c.next_due <= end - GRACE)),
            fired_twice=fired,
            sent_twice=left - sent,
            unsent=_number(connection, select(func.count()).where(waiting | (outbox.c.state == FAILED))),
            missed_by_gateway=ours,
        )


def _commitments(connection: Connection) -> tuple[int, int, tuple[str, ...]]:
    """Fired twice, noticed late, missed by the gateway; case by case, so that nothing piles up."""
    query = (
        select(journal.c.case_number, journal.c.at, journal.c.name, journal.c.promise, journal.c.detail)
        .where(journal.c.kind == "commitment")
        .order_by(journal.c.case_number, journal.c.id)
    )
    twice = late = 0
    ours: list[str] = []
    number, fired = "", Counter[tuple[str, ...]]()
    for row in connection.execution_options(yield_per=1000).execute(query):
        if row.case_number != number:
            number, fired = row.case_number, Counter[tuple[str, ...]]()
        detail = facts_from_json(row.detail)
        state = str(detail["state"])
        due = datetime.fromisoformat(str(detail["due"]))
        if state in ONCE:
            mark = (state, row.name, str(detail["made_at"]), *([str(due)] if state == "prompted" else []))
            fired[mark] += 1
            twice += fired[mark] == 2
        late += state == "missed" and row.at > due + GRACE
        if state == "missed" and detail["owed_by"] == "gateway":
            ours.append(f"{row.promise} {row.name} of {row.case_number}, due {due:%Y-%m-%d %H:%M} UTC")
    return twice, late, tuple(ours)


def _number(connection: Connection, query: Select[int]) -> int:
    return connection.execute(query).scalar_one() or 0
