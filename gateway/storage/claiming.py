"""Messages of the inbox taken in hand: counted as tried before anybody looks into them (F9)."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from gateway.messages import Envelope
from gateway.ports import Kept
from gateway.storage.tables import inbox


def claim(connection: Connection, ids: Sequence[str]) -> Sequence[Kept]:
    """These messages, in the order in which they came, each tried once more from now on."""
    claimed = inbox.c.id.in_(ids)
    connection.execute(update(inbox).where(claimed).values(attempts=inbox.c.attempts + 1))
    return [
        Kept(
            id=row.id,
            received_at=row.received_at,
            envelope=Envelope(row.source, row.mail_from, tuple(json.loads(row.recipients)), row.peer),
            raw=row.raw,
            deaths=row.attempts - 1,
        )
        for row in connection.execute(select(inbox).where(claimed).order_by(inbox.c.id))
    ]
