"""Commands that wait for their sender's confirmation, and what budgets of automatic answers are counted from."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """One more table, and three more columns with what finds them."""
    op.create_table(
        "unconfirmed",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("case_number", sa.String(20), sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("staff_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("unconfirmed_by_case", "unconfirmed", ["case_number", "at"])
    op.add_column("outbox", sa.Column("answers_to", sa.Text))
    op.add_column("outbox", sa.Column("answers_domain", sa.Text))
    op.add_column("outbox", sa.Column("to_stranger", sa.Integer))
    op.create_index("outbox_by_answered", "outbox", ["answers_to", "created_at"])
    op.create_index("outbox_by_answered_domain", "outbox", ["answers_domain", "created_at"])
    op.create_index("outbox_by_stranger", "outbox", ["to_stranger", "created_at"])
