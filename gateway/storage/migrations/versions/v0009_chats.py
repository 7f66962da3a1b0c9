"""Chats: whose they are, which cases their messages lie on, one-time codes, and what somebody was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Four more tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "chat_links",
        sa.Column("chat", sa.String(80), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.UniqueConstraint("kind", "person", name="chat_links_one_chat_each"),
    )
    op.create_table(
        "chat_codes",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("asked_in", sa.String(80), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.Column("used_at", moment),
    )
    op.create_table(
        "chat_messages",
        sa.Column("message_id", sa.String(100), primary_key=True),
        sa.Column("case_number", sa.String(20), sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("outbound_id", sa.String(16)),
    )
    op.create_table(
        "chat_questions",
        sa.Column("who", sa.String(110), primary_key=True),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("until", moment, nullable=False),
    )
