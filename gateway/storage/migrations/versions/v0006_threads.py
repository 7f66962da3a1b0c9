"""What a lost letter said, so that another contact can read it; what was considered when a message was placed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Two columns more."""
    op.add_column("outbox", sa.Column("said", sa.Text))
    op.add_column("messages", sa.Column("considered", sa.Text))
