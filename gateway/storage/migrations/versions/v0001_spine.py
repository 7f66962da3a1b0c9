"""Inbox, cases, journal, messages and outbox, as the spine needs them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def moment() -> sa.DateTime:
    """An instant, in UTC."""
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """From nothing."""
    op.create_table(
        "inbox",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("received_at", moment(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("peer", sa.String(80), nullable=False),
        sa.Column("mail_from", sa.Text, nullable=False),
        sa.Column("recipients", sa.Text, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("deliveries", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(20)),
        sa.Column("reason", sa.Text),
        sa.Column("case_number", sa.String(20)),
    )
    op.create_index("inbox_by_state", "inbox", ["state", "id"])
    op.create_table(
        "cases",
        sa.Column("number", sa.String(20), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("priority", sa.String(10), nullable=False),
        sa.Column("customer", sa.Text),
        sa.Column("contact", sa.Text),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("opened_at", moment(), nullable=False),
        sa.Column("next_due", moment()),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("cases_by_next_due", "cases", ["next_due"])
    op.create_index("cases_by_status", "cases", ["status"])
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_number", sa.String(20), sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("promise", sa.String(8)),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("journal_by_case", "journal", ["case_number", "id"])
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_number", sa.String(20), sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("audience", sa.String(20), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("inbox_id", sa.String(32)),
        sa.Column("evidence", sa.Text),
    )
    op.create_index("messages_by_case", "messages", ["case_number", "id"])
    op.create_index("messages_by_message_id", "messages", ["message_id"])
    op.create_index("messages_by_person", "messages", ["person"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("case_number", sa.String(20), sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("notice_id", sa.String(60), nullable=False),
        sa.Column("notice", sa.String(40), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("person", sa.Text),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("in_doubt", sa.Integer, nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("next_attempt", moment()),
        sa.Column("attempt_started_at", moment()),
        sa.Column("expires_at", moment(), nullable=False),
        sa.Column("token_expires_at", moment(), nullable=False),
        sa.Column("sent_at", moment()),
        sa.Column("error", sa.Text),
        sa.UniqueConstraint("notice_id", "recipient", name="outbox_one_per_person"),
    )
    op.create_index("outbox_by_next_attempt", "outbox", ["state", "next_attempt"])
    op.create_index("outbox_by_case", "outbox", ["case_number"])
