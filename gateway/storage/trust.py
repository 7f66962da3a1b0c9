"""What trust needs to remember: answers given, commands held, what was said before by whom."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import false, func, insert, select, update

from gateway.ports import (
    AnsweredSoFar,
    Copy,
    Unconfirmed,
)
from gateway.storage import statements
from gateway.storage.connected import Connected
from gateway.storage.mapping import (
    to_json,
    unconfirmed_from_json,
)
from gateway.storage.statements import WAITING
from gateway.storage.tables import messages, outbox, unconfirmed

NOT_USED = "reply_not_sent"


class TrustWork(Connected):
    """The part of `gateway.ports.Work` that counts and holds."""

    def answered(self, address: str, domain: str, case_number: str, at: datetime) -> AnsweredSoFar:
        """How many automatic answers were queued before `at`."""
        which = {"the_address": address, "the_domain": domain, "the_case": case_number}
        since = {"the_day": at - timedelta(days=1), "the_hour": at - timedelta(hours=1)}
        row = self._connection.execute(statements.ANSWERED, {**which, **since}).mappings().one()
        return AnsweredSoFar(**row)

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
