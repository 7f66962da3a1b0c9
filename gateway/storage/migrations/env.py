"""Alembic's entry: it gets an open connection from `storage.schema` and runs inside its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
