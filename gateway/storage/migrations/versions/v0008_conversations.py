"""By what else a message is known to belong to a conversation, and by which roads a message came again."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Two tables and a column more."""
    op.add_column("messages", sa.Column("people", sa.Text))
    op.create_table(
        "anchors",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("anchor", sa.Text, nullable=False),
        sa.Column("case_number", sa.String(20), sa.ForeignKey("cases.number"), nullable=False),
        sa.UniqueConstraint("anchor", "case_number", name="anchors_once"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("inbox_id", sa.String(32), sa.ForeignKey("inbox.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("peer", sa.String(80), nullable=False),
        sa.Column("mail_from", sa.Text, nullable=False),
        sa.Column("recipients", sa.Text, nullable=False),
    )
    op.create_index("deliveries_by_message", "deliveries", ["inbox_id", "id"])
