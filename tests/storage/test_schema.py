"""The schema: what the migrations make is what the program expects, and a newer one is left alone."""

from collections.abc import Generator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect

from gateway.errors import GatewayError
from gateway.storage import schema
from gateway.storage.engine import open_engine
from gateway.storage.tables import metadata


@pytest.fixture
def engine(database_url: str) -> Generator[Engine]:
    """A migrated database."""
    engine = open_engine(database_url, writes=True)
    yield engine
    engine.dispose()


def test_the_migrations_make_exactly_the_tables_of_the_program(engine: Engine) -> None:
    """A column that only one of them knows is found here and not by a customer."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    """Every start migrates."""
    before, after = schema.migrate(engine)
    assert before == after


def test_an_empty_database_becomes_the_current_one(tmp_path: Path) -> None:
    """The first start."""
    engine = open_engine(f"sqlite:///{tmp_path}/deep/new.db", writes=True)
    before, after = schema.migrate(engine)
    assert before is None
    with engine.connect() as connection:
        assert schema.revision(connection) == after
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
    engine.dispose()


def test_a_newer_schema_is_refused_and_left_alone(engine: Engine) -> None:
    """An old program on a new database would write what nobody can read (F38)."""
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(GatewayError, match=r"9999.*newer version"):
        schema.migrate(engine)
    with engine.connect() as connection:
        assert schema.revision(connection) == "9999"


def test_a_migration_that_breaks_off_leaves_the_old_schema(tmp_path: Path) -> None:
    """Kill -9 inside a migration: the old or the new schema, never a mix (F38)."""
    engine = open_engine(f"sqlite:///{tmp_path}/new.db", writes=True)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE outbox (id INTEGER)")
    with pytest.raises(Exception, match="outbox"):
        schema.migrate(engine)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["outbox"]
        assert schema.revision(connection) is None
    engine.dispose()
