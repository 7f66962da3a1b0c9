"""Inspections and follow-ups that were begun, so that each is begun once."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """One more table."""
    op.create_table(
        "recurring",
        sa.Column("key", sa.String(80), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_number", sa.String(20)),
    )
