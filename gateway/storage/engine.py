"""Opening the database. On SQLite: WAL, synchronous FULL, and every transaction takes the write lock at once.

Without BEGIN IMMEDIATE a read before a write happens outside the transaction and updates are lost without an
error (RELIABILITY 0.1); with synchronous NORMAL the tail is lost when the power fails (F8).
"""

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.errors import NotNow, StorageFull, StorageUnavailable

BUSY_SECONDS = 10


def open_engine(url: str, *, writes: bool) -> Engine:
    """An engine for the one writer, or for readers beside it."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, pool_size=2 if writes else 5)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS, "check_same_thread": False},
    )

    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA cache_size=-32000")

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def as_not_now(error: DBAPIError) -> NotNow:
    """What a database failure means to whoever wanted to store something: try again, and no text leaks."""
    text = str(error.orig).lower()
    if "full" in text or "no space" in text:
        return StorageFull("no room left for the database")
    if isinstance(error, OperationalError):
        return StorageUnavailable("the database is locked, restarting or away")
    return StorageUnavailable(f"the database refused: {type(error.orig).__name__}")
