"""What chats need of the store: bursts of messages, links of chats to people, one-time codes, open questions."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, insert, select, update

from gateway import chat_address
from gateway.cases.case import Case
from gateway.cases.lifecycle import CLOSED
from gateway.chat_ports import Link, LinkKind, OnCase, Pause, Undelivered
from gateway.ports import Kept
from gateway.storage.claiming import claim
from gateway.storage.connected import Connected
from gateway.storage.mapping import case_from_json
from gateway.storage.statements import KEPT
from gateway.storage.tables import (
    cases,
    chat_codes,
    chat_links,
    chat_messages,
    chat_moves,
    chat_questions,
    inbox,
    outbox,
)

FROM_CHATS = f"{chat_address.FROM_CHATS}%"
ACTS = f"{FROM_CHATS}:act"
MOST_OF_A_BURST = 100
REPLACED = "replaced"

MOST_CODES = 5
CODES_WITHIN = timedelta(hours=1)
"""So many codes one person, or one chat, is given within an hour."""


class DatabaseChatWork(Connected):
    """`gateway.chat_ports.ChatWork` on one connection, inside the writer's transaction."""

    # Bursts.

    def claim_burst(self, at: datetime, pause: Pause) -> Sequence[Kept]:
        """What one person has written in one chat, the longest waiting first; one that failed comes alone (F9)."""
        ripe = [each for each in self._bursts(pause) if each[0] <= at]
        if not ripe:
            return []
        _, _, chat, person, tried = min(ripe)
        query = select(inbox.c.id).where(
            inbox.c.state == KEPT,
            inbox.c.source.like(FROM_CHATS),
            inbox.c.mail_from == chat,
            inbox.c.peer == person,
        )
        if tried:
            query = query.where(inbox.c.attempts > 0)
        query = query.order_by(inbox.c.id).limit(1 if tried else MOST_OF_A_BURST)
        return claim(self._connection, list(self._connection.execute(query).scalars()))

    def next_burst(self, pause: Pause) -> datetime | None:
        """When the first of them is to be taken in."""
        return min((ripe_at for ripe_at, *_ in self._bursts(pause)), default=None)

    def _bursts(self, pause: Pause) -> list[tuple[datetime, str, str, str, int]]:
        """For each: when it is ripe, its first message's id, the chat, the person, how often one of it was tried."""
        waiting = (
            select(
                inbox.c.mail_from,
                inbox.c.peer,
                func.min(inbox.c.id).label("first"),
                func.min(inbox.c.received_at).label("since"),
                func.max(inbox.c.received_at).label("until"),
                func.max(case((inbox.c.source.like(ACTS), 1), else_=0)).label("acts"),
                func.max(inbox.c.attempts).label("tried"),
            )
            .where(inbox.c.state == KEPT, inbox.c.source.like(FROM_CHATS))
            .group_by(inbox.c.mail_from, inbox.c.peer)
        )
        bursts = self._connection.execute(waiting).all()
        held = dict[str, datetime]()
        if bursts:
            questions = select(chat_questions.c.who, chat_questions.c.until)
            held = {row.who: row.until for row in self._connection.execute(questions)}
        return [
            (
                # A press or a command waits for nothing.
                row.since if row.acts else _ripe_at(row.since, row.until, choice, pause),
                row.first,
                row.mail_from,
                row.peer,
                row.tried,
            )
            for row in bursts
            for choice in (held.get(f"{row.mail_from} {row.peer}"),)
        ]

    # Questions.

    def ask(self, who: str, question: str, until: datetime) -> None:
        """A later question takes the place of an earlier."""
        self.forget_question(who)
        self._connection.execute(insert(chat_questions).values(who=who, question=question, until=until))

    def asked(self, who: str) -> str | None:
        """However long ago."""
        query = select(chat_questions.c.question).where(chat_questions.c.who == who)
        return self._connection.execute(query).scalar_one_or_none()

    def forget_question(self, who: str) -> None:
        """Nothing waits any more."""
        self._connection.execute(delete(chat_questions).where(chat_questions.c.who == who))

    # Where messages lie.

    def note_message(self, message_id: str, on: OnCase) -> None:
        """Noted before, it stays where it was."""
        if self.noted(message_id) is None:
            row = {"message_id": message_id, "case_number": on.case_number, "outbound_id": on.outbound_id}
            self._connection.execute(insert(chat_messages), row)

    def noted(self, message_id: str) -> OnCase | None:
        """The case that it lies on."""
        query = select(chat_messages).where(chat_messages.c.message_id == message_id)
        row = self._connection.execute(query).first()
        return OnCase(row.case_number, row.outbound_id) if row is not None else None

    # Who is who.

    def link(self, link: Link, at: datetime) -> None:
        """One chat, one person, both ways."""
        person = (chat_links.c.kind == link.kind) & (chat_links.c.person == link.person)
        self._connection.execute(delete(chat_links).where((chat_links.c.chat == link.chat) | person))
        row = {"chat": link.chat, "kind": link.kind, "person": link.person, "at": at}
        self._connection.execute(insert(chat_links), row)

    def unlink(self, chat: str) -> None:
        """The chat is nobody's we know."""
        self._connection.execute(delete(chat_links).where(chat_links.c.chat == chat))

    def links(self) -> Sequence[Link]:
        """Every link."""
        rows = self._connection.execute(select(chat_links).order_by(chat_links.c.at))
        return [Link(row.chat, _kind(row.kind), row.person) for row in rows]

    def move_chat(self, before: str, chat: str) -> None:
        """Told again, it is as it was."""
        if before == chat or any(now == chat for _, now in self.moves()):
            return
        self._connection.execute(insert(chat_moves), {"chat": chat, "before": before})

    def moves(self) -> Sequence[tuple[str, str]]:
        """Every (before, now)."""
        return [(row.before, row.chat) for row in self._connection.execute(select(chat_moves))]

    def give_code(self, digest: str, link: Link, at: datetime, until: datetime) -> bool:
        """Within what one person and one chat may ask for."""
        asker = chat_codes.c.person == link.person
        if link.chat:
            asker |= chat_codes.c.asked_in == link.chat
        recent = select(func.count()).where(asker, chat_codes.c.made_at > at - CODES_WITHIN)
        if self._connection.execute(recent).scalar_one() >= MOST_CODES:
            return False
        row = {
            "digest": digest,
            "kind": link.kind,
            "person": link.person,
            "asked_in": link.chat,
            "made_at": at,
            "until": until,
        }
        self._connection.execute(insert(chat_codes), row)
        return True

    def use_code(self, digest: str, at: datetime) -> Link | None:
        """Once, and in time."""
        good = (chat_codes.c.digest == digest) & chat_codes.c.used_at.is_(None) & (chat_codes.c.until >= at)
        if self._connection.execute(update(chat_codes).where(good).values(used_at=at)).rowcount != 1:
            return None
        row = self._connection.execute(select(chat_codes).where(chat_codes.c.digest == digest)).one()
        return Link(row.asked_in, _kind(row.kind), row.person)

    def spend_code(self, digest: str, link: Link, at: datetime) -> bool:
        """Known only once it is used."""
        known = select(chat_codes.c.digest).where(chat_codes.c.digest == digest)
        if self._connection.execute(known).first() is not None:
            return False
        times = {"made_at": at, "until": at, "used_at": at}
        row = {"digest": digest, "kind": link.kind, "person": link.person, "asked_in": link.chat, **times}
        self._connection.execute(insert(chat_codes), row)
        return True

    def cases_held_by(self, staff_id: str) -> Sequence[Case]:
        """The text narrows it down; the case itself decides."""
        near = cases.c.body.contains(json.dumps(staff_id), autoescape=True)
        bodies = self._connection.execute(
            select(cases.c.body).where(cases.c.status != CLOSED, near)
        ).scalars()
        found = [case_from_json(body) for body in bodies]
        return [case for case in found if case.engineer == staff_id or staff_id in case.helpers]

    # The outbox.

    def undelivered(self, outbound_id: str) -> Undelivered | None:
        """What it says, and to whom."""
        row = self._connection.execute(select(outbox).where(outbox.c.id == outbound_id)).first()
        if row is None:
            return None
        return Undelivered(
            notice_id=row.notice_id,
            notice=row.notice,
            role=row.role,
            person=row.person,
            recipient=row.recipient,
            subject=row.subject,
            words=row.words,
            raw=row.raw,
        )

    def replace_letter(self, outbound_id: str, at: datetime, reason: str) -> None:
        """Another has taken its place: no failure that anybody need see."""
        self._connection.execute(
            update(outbox)
            .where(outbox.c.id == outbound_id)
            .values(state=REPLACED, next_attempt=None, error=reason)
        )


def _ripe_at(first: datetime, last: datetime, held_until: datetime | None, pause: Pause) -> datetime:
    """After a pause, or when a choice is waited for no longer."""
    paused = min(last + pause.quiet, first + pause.longest)
    return max(paused, held_until) if held_until is not None else paused


def _kind(text: str) -> LinkKind:
    return "staff" if text == "staff" else "contact"
