"""Many open cases for the benchmark: copies of one real case, with its journal, messages and letters."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from gateway.storage.tables import cases, journal, messages, outbox

SHARE = 500
ONE_IN = 20
"""Every so many copies belong to the customer who writes now; the others to as many different people."""


def multiply(connection: Connection, number: str, copies: int) -> None:
    """Copies of the case under other numbers, each with everything that belongs to it; next due in a month."""
    rows = {table: _rows(connection, table, number) for table in (journal, messages, outbox)}
    (case,) = [
        dict(row) for row in connection.execute(select(cases).where(cases.c.number == number)).mappings()
    ]
    for start in range(0, copies, SHARE):
        share = range(start, min(start + SHARE, copies))
        connection.execute(insert(cases), [_case(case, each) for each in share])
        for table, originals in rows.items():
            connection.execute(insert(table), [_row(row, each) for each in share for row in originals])


def _rows(connection: Connection, table: Table, number: str) -> list[dict[str, Any]]:
    query = select(table).where(table.c.case_number == number)
    return [dict(row) for row in connection.execute(query).mappings()]


def _number(copy: int) -> str:
    return f"X{copy:06}"


def _case(case: dict[str, Any], copy: int) -> dict[str, Any]:
    body = case["body"].replace(case["number"], _number(copy))
    due = case["next_due"] + timedelta(days=30)
    return {**case, "number": _number(copy), "body": body, "next_due": due}


def _row(row: dict[str, Any], copy: int) -> dict[str, Any]:
    mine = {**row, "case_number": _number(copy)}
    if "notice_id" in row:
        mine |= {"id": f"{row['id'][:2]}{copy:06}", "notice_id": f"{_number(copy)}/{row['notice_id']}"}
    else:
        del mine["id"]
    if "person" in row and "words" in row and "inbox_id" in row and copy % ONE_IN:
        mine |= {"person": f"person-{copy}@elsewhere.example", "message_id": f"<{copy}@elsewhere.example>"}
    return mine
