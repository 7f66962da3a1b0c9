"""The outbox: what is said waits here until a channel has taken it, or waits for its digest."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from gateway.cases.case import Case
from gateway.chat_address import is_chat
from gateway.messages import Parcel
from gateway.ports import (
    Held,
    Ready,
    Sent,
    Waiting,
)
from gateway.storage import statements
from gateway.storage.connected import Connected
from gateway.storage.mapping import (
    pair_from_json,
    to_json,
)
from gateway.storage.statements import ATTEMPTING, WAITING
from gateway.storage.tables import outbox

SENT, FAILED = "sent", "failed"
HELD, DIGESTED = "held", "digested"


class Places:
    """Who has room for one more message in hand: each channel for `limit`, each chat for one."""

    def __init__(self, limit: int, in_hand: Sequence[Waiting]) -> None:
        self._limit = limit
        self._taken = Counter[str]()
        self._chats = set[str]()
        for each in in_hand:
            self.take(each.channel, each.parcel.recipient)

    def take(self, channel: str, recipient: str) -> bool:
        """Whether there was room, which is taken now."""
        if self._taken[channel] >= self._limit or recipient in self._chats:
            return False
        self._taken[channel] += 1
        if is_chat(recipient):
            self._chats.add(recipient)
        return True

    def full_channels(self) -> list[str]:
        """Those that have as much in hand as they may."""
        return [channel for channel, taken in self._taken.items() if taken >= self._limit]

    def busy_chats(self) -> list[str]:
        """Those with a message in hand."""
        return list(self._chats)


class OutboxWork(Connected):
    """The part of `gateway.ports.Work` that keeps what is said."""

    def say(self, case: Case, ready: Sequence[Ready]) -> None:
        """Put messages into the outbox."""
        if ready:
            self._connection.execute(statements.INSERT_OUTBOX, [_outbox_row(each) for each in ready])

    def sent(self, outbound_id: str) -> Sent | None:
        """What was sent under this look-up id."""
        row = self._connection.execute(statements.READ_SENT, {"the_letter": outbound_id}).mappings().first()
        if row is None:
            return None
        facts = {name: value for name, value in row.items() if name not in ("state", "said")}
        said = pair_from_json(row["said"]) if row["said"] is not None else None
        return Sent(**facts, failed=row["state"] == FAILED, said=said)

    def was_given(self, notice_id: str) -> bool:
        """Whether anybody was given this notice."""
        return self._connection.execute(statements.WAS_GIVEN, {"the_notice": notice_id}).first() is not None

    def claim_outbox(self, at: datetime, limit: int, in_hand: Sequence[Waiting] = ()) -> Sequence[Waiting]:
        """Messages whose turn has come; `attempting` is durable before the first byte leaves (F28)."""
        places = Places(limit, in_hand)
        which = {
            "the_moment": at,
            "the_limit": limit,
            "the_full": places.full_channels(),
            "the_busy": places.busy_chats(),
        }
        due = self._connection.execute(statements.DUE_LETTERS, which).all()
        rows = [row for row in due if places.take(row.channel, row.recipient)]
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
