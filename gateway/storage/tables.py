"""The tables. A case is kept whole as one JSON value beside the columns that lists and the clock need.

A case's commitments live inside it: they change only with it, in one row, under one version. What happened to
them is in the journal, which is never changed and from which quality figures are made.
"""

from datetime import UTC, datetime

from sqlalchemy import Column as Col
from sqlalchemy import (
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Moment(TypeDecorator[datetime]):
    """An instant, stored in UTC; what comes back is aware. SQLite keeps no zones, so we put it back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; naive values are refused by astimezone's caller, not silently taken as local."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must say its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to an aware value."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

inbox = Table(
    "inbox",
    metadata,
    Col("id", String(32), primary_key=True),
    Col("digest", String(64), nullable=False, unique=True),
    Col("received_at", Moment, nullable=False),
    Col("source", String(40), nullable=False),
    Col("peer", String(80), nullable=False),
    Col("mail_from", Text, nullable=False),
    Col("recipients", Text, nullable=False),
    Col("raw", LargeBinary, nullable=False),
    Col("state", String(12), nullable=False),
    Col("attempts", Integer, nullable=False),
    Col("deliveries", Integer, nullable=False),
    Col("outcome", String(20)),
    Col("reason", Text),
    Col("case_number", String(20)),
    Index("inbox_by_state", "state", "id"),
)
"""Every message that was kept. `state`: kept, done, set_aside. `deliveries` counts how often it came."""

deliveries = Table(
    "deliveries",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("inbox_id", String(32), ForeignKey("inbox.id"), nullable=False),
    Col("at", Moment, nullable=False),
    Col("source", String(40), nullable=False),
    Col("peer", String(80), nullable=False),
    Col("mail_from", Text, nullable=False),
    Col("recipients", Text, nullable=False),
    Index("deliveries_by_message", "inbox_id", "id"),
)
"""By which roads a message came again (L-46); the first one is in its inbox row."""

cases = Table(
    "cases",
    metadata,
    Col("number", String(20), primary_key=True),
    Col("version", Integer, nullable=False),
    Col("status", String(24), nullable=False),
    Col("kind", String(20), nullable=False),
    Col("level", Integer, nullable=False),
    Col("priority", String(10), nullable=False),
    Col("customer", Text),
    Col("contact", Text),
    Col("subject", Text, nullable=False),
    Col("channel", String(20), nullable=False),
    Col("opened_at", Moment, nullable=False),
    Col("next_due", Moment),
    Col("body", Text, nullable=False),
    Index("cases_by_next_due", "next_due"),
    Index("cases_by_status", "status"),
)

journal = Table(
    "journal",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("case_number", String(20), ForeignKey("cases.number"), nullable=False),
    Col("version", Integer, nullable=False),
    Col("at", Moment, nullable=False),
    Col("kind", String(12), nullable=False),
    Col("name", String(60), nullable=False),
    Col("promise", String(8)),
    Col("detail", Text, nullable=False),
    Index("journal_by_case", "case_number", "id"),
)
"""Append-only: what happened to each case, in order."""

messages = Table(
    "messages",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("case_number", String(20), ForeignKey("cases.number"), nullable=False),
    Col("at", Moment, nullable=False),
    Col("audience", String(20), nullable=False),
    Col("person", Text, nullable=False),
    Col("message_id", Text),
    Col("subject", Text, nullable=False),
    Col("words", Text, nullable=False),
    Col("inbox_id", String(32)),
    Col("evidence", Text),
    Col("considered", Text),
    Col("people", Text),
    Index("messages_by_case", "case_number", "id"),
    Index("messages_by_message_id", "message_id"),
    Index("messages_by_person", "person"),
)
"""What was put on a case: messages in, from customer or staff, and why they belong there: `evidence` is the reason
in words, `considered` everything that was looked at, as JSON. `people`: addresses in From, To and Cc that are not
ours, as JSON."""

anchors = Table(
    "anchors",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("anchor", Text, nullable=False),
    Col("case_number", String(20), ForeignKey("cases.number"), nullable=False),
    UniqueConstraint("anchor", "case_number", name="anchors_once"),
)
"""By what else a later message is known to go on with a conversation: ids that its mails answered, also of mails that
never reached us (L-32), and the customer's own number of the case (L-45)."""

outbox = Table(
    "outbox",
    metadata,
    Col("id", String(16), primary_key=True),
    Col("case_number", String(20), ForeignKey("cases.number"), nullable=False),
    Col("notice_id", String(60), nullable=False),
    Col("notice", String(40), nullable=False),
    Col("role", String(40), nullable=False),
    Col("channel", String(20), nullable=False),
    Col("recipient", Text, nullable=False),
    Col("person", Text),
    Col("message_id", Text, nullable=False),
    Col("subject", Text, nullable=False),
    Col("words", Text, nullable=False),
    Col("sender", Text, nullable=False),
    Col("raw", LargeBinary, nullable=False),
    Col("state", String(12), nullable=False),
    Col("attempts", Integer, nullable=False),
    Col("in_doubt", Integer, nullable=False),
    Col("created_at", Moment, nullable=False),
    Col("next_attempt", Moment),
    Col("attempt_started_at", Moment),
    Col("expires_at", Moment, nullable=False),
    Col("token_expires_at", Moment, nullable=False),
    Col("sent_at", Moment),
    Col("error", Text),
    Col("digest_id", String(16)),
    Col("said", Text),
    Col("answers_to", Text),
    Col("answers_domain", Text),
    Col("to_stranger", Integer),
    UniqueConstraint("notice_id", "recipient", name="outbox_one_per_person"),
    Index("outbox_by_next_attempt", "state", "next_attempt"),
    Index("outbox_by_case", "case_number"),
    Index("outbox_by_digest", "digest_id"),
    Index("outbox_by_answered", "answers_to", "created_at"),
    Index("outbox_by_answered_domain", "answers_domain", "created_at"),
    Index("outbox_by_stranger", "to_stranger", "created_at"),
)
"""One row for each message to one person. `state`: waiting, attempting, sent, failed; held and digested
after an outage (G10). `said`: the words that the notice carried, with their language, as JSON. `answers_to`,
`answers_domain` and `to_stranger` (1 or nothing) are filled where it is an automatic answer to a mail from outside:
what budgets are counted from (G15)."""

recurring = Table(
    "recurring",
    metadata,
    Col("key", String(80), primary_key=True),
    Col("at", Moment, nullable=False),
    Col("case_number", String(20)),
)
"""Inspections and follow-ups that were begun (P-07, P-63), by a key that stays whatever holidays are published."""

bookmarks = Table(
    "bookmarks",
    metadata,
    Col("key", Text, primary_key=True),
    Col("value", Text, nullable=False),
    Col("at", Moment, nullable=False),
)
"""How far a channel has read its source: text that only the channel understands."""

chat_links = Table(
    "chat_links",
    metadata,
    Col("chat", String(80), primary_key=True),
    Col("kind", String(10), nullable=False),
    Col("person", Text, nullable=False),
    Col("at", Moment, nullable=False),
    UniqueConstraint("kind", "person", name="chat_links_one_chat_each"),
)
"""Private chats and whose they are. `kind`: contact (person is a mail address) or staff (a colleague's id)."""

chat_codes = Table(
    "chat_codes",
    metadata,
    Col("digest", String(64), primary_key=True),
    Col("kind", String(10), nullable=False),
    Col("person", Text, nullable=False),
    Col("asked_in", String(80), nullable=False),
    Col("made_at", Moment, nullable=False),
    Col("until", Moment, nullable=False),
    Col("used_at", Moment),
)
"""One-time codes by which a chat is linked, as SHA-256: who can read the database cannot use them."""

chat_messages = Table(
    "chat_messages",
    metadata,
    Col("message_id", String(100), primary_key=True),
    Col("case_number", String(20), ForeignKey("cases.number"), nullable=False),
    Col("outbound_id", String(16)),
)
"""Which case each message of a chat lies on, theirs and ours: what an answer or an edit refers to."""

chat_moves = Table(
    "chat_moves",
    metadata,
    Col("chat", String(80), primary_key=True),
    Col("before", String(80), nullable=False),
)
"""Groups that became supergroups, and as what they are known: their cases and letters keep the first address."""

chat_cards = Table(
    "chat_cards",
    metadata,
    Col("outbound_id", String(16), ForeignKey("outbox.id"), primary_key=True),
    Col("case_number", String(20), ForeignKey("cases.number"), nullable=False),
    Col("first", String(100), nullable=False),
    Col("last", String(100), nullable=False),
    Col("wanted", Integer, nullable=False),
    Col("shown", Integer, nullable=False),
    Col("face", LargeBinary, nullable=False),
    Col("used", Text, nullable=False),
    Col("attempts", Integer, nullable=False),
    Col("next_attempt", Moment),
    Index("chat_cards_by_case", "case_number"),
    Index("chat_cards_by_next_attempt", "next_attempt"),
)
"""Letters to colleagues in a chat that are kept true: the ids of their first and last message there, the case's
version that they are to show and the one they show, their face (the chat's bytes) as it now is, which of their buttons
have been used. `next_attempt` is empty while there is nothing to do."""

chat_questions = Table(
    "chat_questions",
    metadata,
    Col("who", String(110), primary_key=True),
    Col("question", Text, nullable=False),
    Col("until", Moment, nullable=False),
)
"""What somebody in a chat was asked and has not answered: what they write waits so long."""

examples = Table(
    "examples",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("case_number", String(20), ForeignKey("cases.number"), nullable=False),
    Col("at", Moment, nullable=False),
    Col("by", Text, nullable=False),
    Col("field", String(20), nullable=False),
    Col("before", Text),
    Col("after", Text, nullable=False),
    Index("examples_by_case", "case_number", "id"),
)
"""What colleagues put right of a report: company, contact, phone or level; `before` is what was read, if anything."""

taught_names = Table(
    "taught_names",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("name", Text, nullable=False),
    Col("customer_id", Text, nullable=False),
    Col("at", Moment, nullable=False),
    Col("by", Text, nullable=False),
    Col("case_number", String(20), ForeignKey("cases.number"), nullable=False),
)
"""Names by which colleagues say that customers of the directory go, beside those in it."""

unconfirmed = Table(
    "unconfirmed",
    metadata,
    Col("id", String(16), primary_key=True),
    Col("case_number", String(20), ForeignKey("cases.number"), nullable=False),
    Col("staff_id", Text, nullable=False),
    Col("at", Moment, nullable=False),
    Col("until", Moment, nullable=False),
    Col("state", String(12), nullable=False),
    Col("body", Text, nullable=False),
    Index("unconfirmed_by_case", "case_number", "at"),
)
"""Commands that wait for their sender's confirmation. `id`: of the letter that asks; `state`: waiting, confirmed,
refused; what waits beyond `until` has lapsed."""
