"""Escalations that were told in a digest say in which."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """One column more."""
    op.add_column("outbox", sa.Column("digest_id", sa.String(16)))
    op.create_index("outbox_by_digest", "outbox", ["digest_id"])
