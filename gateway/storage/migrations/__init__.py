"""The schema's history, run by alembic: `gateway migrate`, and `gateway serve` before it opens a port."""
