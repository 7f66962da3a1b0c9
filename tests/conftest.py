"""What many rooms' tests stand on: a migrated database of either kind, and a whole gateway on a fake clock."""

import shutil
from collections.abc import AsyncGenerator, Generator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from gateway.config import DEFAULT_CONFIG, Config, load
from gateway.parsers.report import Reader
from gateway.parts import Parts, build_parts, load_directory, own_mail, vendor_of
from gateway.storage import schema
from gateway.storage.engine import open_engine
from gateway.storage.writer import Writer
from tests.house import FakeClock, House, close
from tests.real_servers import Postgres, running_postgres

_NUMBERS = count(1)

settings.register_profile(
    "shared machine", deadline=None
)  # time is not what is tested, and others use it too
settings.load_profile("shared machine")


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


@pytest.fixture(scope="session")
def shipped_config() -> Config:
    """The config.toml that a newcomer has."""
    return load(DEFAULT_CONFIG)


@pytest.fixture(scope="session")
def reader(shipped_config: Config) -> Reader:
    """The parsers, with the seed directory: loaded once, since nothing in them changes."""
    return Reader(load_directory(shipped_config), vendor_of(shipped_config), own_mail(shipped_config))


@pytest.fixture
def parts(shipped_config: Config, tmp_path: Path) -> Parts:
    """The shipped gateway on a fake clock, with a data folder of the test's own."""
    config = shipped_config.model_copy(update={"data_dir": tmp_path / "data"})
    return build_parts(config, clock=FakeClock())


@pytest.fixture
async def house(parts: Parts, reader: Reader, sqlite_url: str) -> AsyncGenerator[House]:
    """The whole gateway in this process, on SQLite."""
    house = House(parts, reader, open_engine(sqlite_url, writes=True))
    house.store.start()
    yield house
    await close(house)
