"""Cards, edited in place as their case moves; and which chat a group that became a supergroup was before."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Two more tables."""
    op.create_table(
        "chat_moves",
        sa.Column("chat", sa.String(80), primary_key=True),
        sa.Column("before", sa.String(80), nullable=False),
    )
    op.create_table(
        "chat_cards",
        sa.Column("outbound_id", sa.String(16), sa.ForeignKey("outbox.id"), primary_key=True),
        sa.Column("case_number", sa.String(20), sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("first", sa.String(100), nullable=False),
        sa.Column("last", sa.String(100), nullable=False),
        sa.Column("wanted", sa.Integer, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.Column("face", sa.LargeBinary, nullable=False),
        sa.Column("used", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt", sa.DateTime(timezone=True)),
    )
    op.create_index("chat_cards_by_case", "chat_cards", ["case_number"])
    op.create_index("chat_cards_by_next_attempt", "chat_cards", ["next_attempt"])
