"""What colleagues taught: examples of what was misread, and further names of customers."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, Engine, func, insert, select

from gateway.ports import Example, TaughtName
from gateway.storage.connected import Connected
from gateway.storage.tables import examples, inbox, messages, taught_names


class CorrectedReport(NamedTuple):
    """The report of a case, as its bytes came (None where they are gone), and what was put right of it, in order."""

    case_number: str
    raw: bytes | None
    examples: Sequence[Example]


class LearningWork(Connected):
    """The part of `gateway.ports.Work` that learns, on one connection, inside the writer's transaction."""

    def keep_example(self, example: Example) -> None:
        """Keep what a colleague put right."""
        self._connection.execute(insert(examples), _columns(example))

    def teach_name(self, taught: TaughtName) -> None:
        """A customer goes by this name, too."""
        self._connection.execute(insert(taught_names), _columns(taught))

    def taught_names(self) -> Mapping[str, str]:
        """Every name that was taught, with its customer's id; of a name taught twice the last counts."""
        query = select(taught_names.c.name, taught_names.c.customer_id).order_by(taught_names.c.id)
        return {row.name: row.customer_id for row in self._connection.execute(query)}

    def names_taught(self) -> int:
        """How often a name was taught. A count, since two writers' ids need not become visible in their order."""
        return self._connection.execute(select(func.count()).select_from(taught_names)).scalar_one()


def corrected_reports(engine: Engine) -> Sequence[CorrectedReport]:
    """Every case of which something was put right, in the order of their numbers."""
    kept = select(examples).order_by(examples.c.case_number, examples.c.id)
    with engine.connect() as connection:
        rows = connection.execute(kept).all()
        return [
            CorrectedReport(
                number,
                _report_of(connection, number),
                [
                    Example(row.case_number, row.at, row.by, row.field, row.before, row.after)
                    for row in of_case
                ],
            )
            for number, of_case in groupby(rows, key=lambda row: row.case_number)
        ]


def _report_of(connection: Connection, case_number: str) -> bytes | None:
    """The bytes of the message that opened the case."""
    first = (
        select(messages.c.inbox_id)
        .where(messages.c.case_number == case_number, messages.c.audience == "customer")
        .order_by(messages.c.id)
        .limit(1)
    )
    inbox_id = connection.execute(first).scalar_one_or_none()
    return connection.execute(select(inbox.c.raw).where(inbox.c.id == inbox_id)).scalar_one_or_none()


def _columns(value: Example | TaughtName) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__slots__}
