"""Durable state: inbox, outbox, cases, journal. SQLAlchemy on SQLite or PostgreSQL."""
