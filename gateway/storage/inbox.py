"""The inbox: each message kept once before it is accepted, claimed by its size, settled once."""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate

from sqlalchemy import func, select, update

from gateway.errors import StaleCase
from gateway.messages import Envelope
from gateway.ports import (
    Kept,
)
from gateway.storage import statements
from gateway.storage.chats import FROM_CHATS
from gateway.storage.claiming import claim
from gateway.storage.connected import Connected
from gateway.storage.statements import KEPT
from gateway.storage.tables import inbox

CLAIMED_BYTES = 16_000_000
MOST_DELIVERIES = 20
"""Of a message that comes more often, the roads are counted and no longer kept."""

DONE, SET_ASIDE = "done", "set_aside"


class InboxWork(Connected):
    """The part of `gateway.ports.Work` that keeps what arrives."""

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
        if self._connection.execute(statements.KEEP[self._dialect], row).first() is not None:
            return True
        first = self._connection.execute(statements.FIND_DIGEST, {"the_digest": digest}).scalar_one()
        self._delivered_again(first, at, envelope)
        return False

    def came_again(self, first: str, kept: Kept) -> None:
        """`kept` is one more delivery of the message with the inbox id `first`."""
        self._delivered_again(first, kept.received_at, kept.envelope)

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
        if self._dialect != "sqlite":
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
        return claim(self._connection, chosen)

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


def _road(envelope: Envelope) -> dict[str, str]:
    """By which road a message came, as columns."""
    return {
        "source": envelope.source,
        "peer": envelope.peer[:80],
        "mail_from": envelope.mail_from,
        "recipients": json.dumps(envelope.recipients, ensure_ascii=False),
    }
