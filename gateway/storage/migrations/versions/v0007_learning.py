"""What colleagues put right, as examples for the reader; and the names of customers that they taught it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Two tables more."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "examples",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_number", sa.String(20), sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("field", sa.String(20), nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text, nullable=False),
    )
    op.create_index("examples_by_case", "examples", ["case_number", "id"])
    op.create_table(
        "taught_names",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("case_number", sa.String(20), sa.ForeignKey("cases.number"), nullable=False),
    )
