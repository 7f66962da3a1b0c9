"""The statements of every mail's way, built once: building one costs more than SQLite needs to run it.

Parameters that name a row begin with `the_`; all others are columns to be set.
"""

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, insert, select, union, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.storage.tables import (
    anchors,
    bookmarks,
    cases,
    deliveries,
    inbox,
    journal,
    messages,
    outbox,
    recurring,
)

KEPT = "kept"
WAITING, ATTEMPTING = "waiting", "attempting"
RECENT_MESSAGES = 20
"""How far back in somebody's messages an open case of theirs is looked for."""

RECENT_WRITINGS = 300
"""How many messages of a case tell who takes part in it."""

RECENT_COPIES = 10
"""How many messages with one id are compared with another one that has it."""

# RETURNING, not rowcount: psycopg's count for an INSERT does not come through SQLAlchemy. Only the digest may clash in
# silence; two messages under one id would be a message lost.
KEEP = {
    flavour: maker(inbox).on_conflict_do_nothing(index_elements=[inbox.c.digest]).returning(inbox.c.id)
    for flavour, maker in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
BEGIN_RECURRING = {
    flavour: maker(recurring)
    .on_conflict_do_nothing(index_elements=[recurring.c.key])
    .returning(recurring.c.key)
    for flavour, maker in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
LEAVE_BOOKMARK = {
    flavour: statement.on_conflict_do_update(
        index_elements=[bookmarks.c.key],
        set_={"value": statement.excluded.value, "at": statement.excluded.at},
    )
    for flavour, statement in (
        ("sqlite", sqlite.insert(bookmarks)),
        ("postgresql", postgresql.insert(bookmarks)),
    )
}
ANCHOR = {
    flavour: maker(anchors).on_conflict_do_nothing(index_elements=[anchors.c.anchor, anchors.c.case_number])
    for flavour, maker in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
FIND_DIGEST = select(inbox.c.id).where(inbox.c.digest == bindparam("the_digest"))
COUNT_DELIVERY = (
    update(inbox)
    .where(inbox.c.id == bindparam("the_message"))
    .values(deliveries=inbox.c.deliveries + 1)
    .returning(inbox.c.deliveries)
)
INSERT_DELIVERY = insert(deliveries)
SETTLE = update(inbox).where(inbox.c.id == bindparam("the_message"), inbox.c.state == KEPT)

# SQLite has no FOR UPDATE and needs none: SQLAlchemy leaves it out there.
READ_CASE = select(cases.c.body).where(cases.c.number == bindparam("the_number")).with_for_update()
HAS_CASE = select(cases.c.number).where(cases.c.number == bindparam("the_number"))
INSERT_CASE = insert(cases)
MOVE_CASE = update(cases).where(
    cases.c.number == bindparam("the_number"), cases.c.version == bindparam("the_version")
)
INSERT_JOURNAL = insert(journal)
INSERT_MESSAGE = insert(messages)
INSERT_OUTBOX = insert(outbox)

READ_SENT = select(
    outbox.c.id,
    outbox.c.case_number,
    outbox.c.notice,
    outbox.c.role,
    outbox.c.recipient,
    outbox.c.person,
    outbox.c.token_expires_at.label("token_until"),
    outbox.c.state,
    outbox.c.said,
).where(outbox.c.id == bindparam("the_letter"))
WAS_GIVEN = select(outbox.c.id).where(outbox.c.notice_id == bindparam("the_notice")).limit(1)


def _answers(*which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(outbox).where(*which).scalar_subquery()


_TO_ADDRESS = (outbox.c.answers_to == bindparam("the_address"), outbox.c.created_at > bindparam("the_day"))
_IN_THE_HOUR = outbox.c.created_at > bindparam("the_hour")
ANSWERED = select(
    _answers(*_TO_ADDRESS).label("to_address"),
    _answers(outbox.c.answers_domain == bindparam("the_domain"), _IN_THE_HOUR).label("to_domain"),
    _answers(outbox.c.to_stranger == 1, _IN_THE_HOUR).label("to_strangers"),
    _answers(*_TO_ADDRESS, outbox.c.case_number == bindparam("the_case")).label("about_case"),
)

HASTEN_LETTERS = (
    update(outbox)
    .where(
        outbox.c.case_number == bindparam("the_case"),
        outbox.c.state == WAITING,
        outbox.c.attempts == 0,
        outbox.c.next_attempt > outbox.c.created_at,
    )
    .values(next_attempt=outbox.c.created_at)
)
"""What waits for its reader's duty, and not for a relay to come back, is due as if it had never had to wait."""

MOVE_LETTER = update(outbox).where(outbox.c.id == bindparam("the_letter"))
DEFER_LETTER = MOVE_LETTER.values(in_doubt=outbox.c.in_doubt + bindparam("the_doubt"))

CASES_WITH_MESSAGE = select(messages.c.case_number, messages.c.message_id, messages.c.person).where(
    messages.c.message_id.in_(bindparam("the_ids", expanding=True)), messages.c.audience == "customer"
)
CASES_AT_ANCHORS = union(
    select(messages.c.message_id.label("anchor"), messages.c.case_number).where(
        messages.c.message_id.in_(bindparam("the_anchors", expanding=True)),
        messages.c.audience != "automatic",
    ),
    select(anchors.c.anchor, anchors.c.case_number).where(
        anchors.c.anchor.in_(bindparam("the_anchors", expanding=True))
    ),
)
WHO_WRITES_ON = (
    select(messages.c.audience, messages.c.person, messages.c.people)
    .where(messages.c.case_number == bindparam("the_case"), messages.c.audience != "automatic")
    .order_by(messages.c.id)
    .limit(RECENT_WRITINGS)
)
EARLIER_COPIES = (
    select(messages.c.case_number, messages.c.inbox_id, messages.c.words)
    .where(
        messages.c.message_id == bindparam("the_id"),
        messages.c.person == bindparam("the_person"),
        messages.c.audience.in_(("customer", "staff", "third_party")),
        messages.c.inbox_id.is_not(None),
    )
    .order_by(messages.c.id)
    .limit(RECENT_COPIES)
)
RECENT_CASES_OF = (
    select(messages.c.case_number, cases.c.status)
    .join(cases, cases.c.number == messages.c.case_number)
    .where(messages.c.person == bindparam("the_person"))
    .order_by(messages.c.id.desc())
    .limit(RECENT_MESSAGES)
)
DUE_CASES = (
    select(cases.c.number)
    .where(
        cases.c.next_due <= bindparam("the_moment"),
        cases.c.number.not_in(bindparam("the_resting", expanding=True)),
    )
    .order_by(cases.c.next_due)
    .limit(bindparam("the_limit"))
)
DUE_LETTERS = (
    select(
        outbox.c.id,
        outbox.c.sender,
        outbox.c.recipient,
        outbox.c.raw,
        outbox.c.case_number,
        outbox.c.notice,
        outbox.c.role,
        outbox.c.channel,
        outbox.c.attempts,
        outbox.c.in_doubt,
        outbox.c.expires_at,
    )
    .where(
        outbox.c.state == WAITING,
        outbox.c.next_attempt <= bindparam("the_moment"),
        outbox.c.channel.not_in(bindparam("the_full", expanding=True)),
        outbox.c.recipient.not_in(bindparam("the_busy", expanding=True)),
    )
    .order_by(outbox.c.next_attempt)
    .limit(bindparam("the_limit"))
    .with_for_update(skip_locked=True)
)
ATTEMPT_LETTERS = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("the_letters", expanding=True)))
    .values(state=ATTEMPTING, attempt_started_at=bindparam("the_moment"), attempts=outbox.c.attempts + 1)
)
NEXT_MOMENTS = select(
    select(func.min(cases.c.next_due)).scalar_subquery(),
    select(func.min(outbox.c.next_attempt)).where(outbox.c.state == WAITING).scalar_subquery(),
)
