"""Cards in chats: which letters are kept true, what they show, and what they are to show.

Marking them is part of the step that moves the case, so that none is forgotten; editing one again does no harm, so that
nothing more is needed against doing it twice.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, insert, select, update

from gateway.cases.case import Step
from gateway.chat_ports import Card
from gateway.storage.connected import Connected
from gateway.storage.tables import cases, chat_cards, outbox

MOVES = frozenset({"assigned", "helper_assigned", "level_changed", "plan_changed"})
"""Events by which a card shows something else, besides a change of status."""


class DatabaseCardWork(Connected):
    """The cards of `gateway.chat_ports.ChatWork` on one connection, inside the writer's transaction."""

    def card_left(self, outbound_id: str, message: str, at: datetime) -> None:
        """The first message of it makes it a card; each further one is its last so far."""
        mine = chat_cards.c.outbound_id == outbound_id
        if self._connection.execute(update(chat_cards).where(mine).values(last=message)).rowcount == 1:
            return
        query = (
            select(outbox.c.case_number, outbox.c.raw, cases.c.version)
            .join(cases, cases.c.number == outbox.c.case_number)
            .where(outbox.c.id == outbound_id)
        )
        row = self._connection.execute(query).first()
        if row is None:
            return
        self._connection.execute(
            insert(chat_cards),
            {
                "outbound_id": outbound_id,
                "case_number": row.case_number,
                "first": message,
                "last": message,
                "wanted": row.version,
                "shown": 0,
                "face": row.raw,
                "used": "[]",
                "attempts": 0,
                "next_attempt": at,
            },
        )

    def move_cards(self, step: Step) -> None:
        """The cards of a case that moved are to show where it stands now."""
        moved = [entry.at for entry in step.entries if entry.kind == "status" or entry.name in MOVES]
        if not moved:
            return
        self._connection.execute(
            update(chat_cards)
            .where(chat_cards.c.case_number == step.case.number)
            .values(wanted=step.case.version, next_attempt=max(moved), attempts=0)
        )

    def use_card(self, outbound_id: str, verb: str, at: datetime) -> None:
        """The button goes away with the next look at the card."""
        mine = chat_cards.c.outbound_id == outbound_id
        used = self._connection.execute(select(chat_cards.c.used).where(mine)).scalar_one_or_none()
        if used is None:
            return
        verbs = sorted({*json.loads(used), verb})
        self._connection.execute(
            update(chat_cards).where(mine).values(used=json.dumps(verbs), next_attempt=at, attempts=0)
        )

    def cards_due(self, at: datetime, limit: int) -> Sequence[Card]:
        """The longest waiting first."""
        query = (
            select(chat_cards, outbox.c.notice, outbox.c.person, outbox.c.recipient)
            .join(outbox, outbox.c.id == chat_cards.c.outbound_id)
            .where(chat_cards.c.next_attempt <= at)
            .order_by(chat_cards.c.next_attempt)
            .limit(limit)
        )
        return [
            Card(
                outbound_id=row.outbound_id,
                case_number=row.case_number,
                notice=row.notice,
                person=row.person or "",
                recipient=row.recipient,
                first=row.first,
                last=row.last,
                face=row.face,
                used=frozenset(json.loads(row.used)),
                wanted=row.wanted,
                attempts=row.attempts,
            )
            for row in self._connection.execute(query)
        ]

    def card_shown(self, card: Card, face: bytes) -> None:
        """If the case, or a button, has moved meanwhile there is more to do, and it stays due."""
        mine = chat_cards.c.outbound_id == card.outbound_id
        self._connection.execute(update(chat_cards).where(mine).values(face=face, shown=card.wanted))
        done = mine & (chat_cards.c.wanted == card.wanted) & (chat_cards.c.used == _texts(card.used))
        self._connection.execute(update(chat_cards).where(done).values(next_attempt=None, attempts=0))

    def card_deferred(self, card: Card, until: datetime) -> None:
        """Counted, so that the pauses grow."""
        mine = chat_cards.c.outbound_id == card.outbound_id
        self._connection.execute(
            update(chat_cards).where(mine).values(next_attempt=until, attempts=chat_cards.c.attempts + 1)
        )

    def card_again(self, card: Card, message: str, face: bytes) -> None:
        """The same card, under another number."""
        mine = chat_cards.c.outbound_id == card.outbound_id
        self._connection.execute(update(chat_cards).where(mine).values(first=message, last=message))
        self.card_shown(replace(card, first=message, last=message), face)

    def next_card(self) -> datetime | None:
        """None while every card is true."""
        return self._connection.execute(select(func.min(chat_cards.c.next_attempt))).scalar_one_or_none()


def _texts(verbs: frozenset[str]) -> str:
    return json.dumps(sorted(verbs))
