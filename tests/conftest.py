"""What many rooms' tests stand on: a migrated database of either kind, and the parsers loaded once."""

import shutil
from collections.abc import Generator
from itertools import count
from pathlib import Path

import pytest

from gateway.storage import schema
from gateway.storage.engine import open_engine
from gateway.storage.writer import Writer
from tests.real_servers import Postgres, running_postgres

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres() -> Generator[Postgres]:
    """One PostgreSQL for the session, with a migrated database to copy."""
    with running_postgres() as server:
        server.execute("CREATE DATABASE migrated")
        _migrate(server.url("migrated"))
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("migrated") / "gateway.db"
    _migrate(f"sqlite:///{file}")
    return file


def _migrate(url: str) -> None:
    engine = open_engine(url, writes=True)
    schema.migrate(engine)
    engine.dispose()


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of the test's own."""
    file = tmp_path / "gateway.db"
    shutil.copy(migrated_sqlite, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgres_url(postgres: Postgres) -> Generator[str]:
    """A migrated PostgreSQL database of the test's own."""
    name = f"test_{next(_NUMBERS)}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE migrated")
    yield postgres.url(name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of the test's own: every test that asks for it runs on SQLite and on PostgreSQL."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture
def writer(database_url: str) -> Generator[Writer]:
    """The one writer, at work on a migrated database."""
    writer = Writer(open_engine(database_url, writes=True))
    writer.start()
    yield writer
    writer.stop()
