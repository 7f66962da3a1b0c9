"""An afternoon for every story: a gateway on a database of its own, with the parsers that all tests share."""

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from gateway.config import DEFAULT_CONFIG, Config, load
from gateway.parsers.report import Reader
from gateway.parts import Parts, build_parts, own_mail, vendor_of
from gateway.ports import Channel
from gateway.storage.engine import open_engine
from tests.builders import ROOT
from tests.house import FakeClock
from tests.stories.afternoon import HOSPITAL, Afternoon

AfternoonOf = Callable[..., Afternoon]
SEED = ROOT / "gateway" / "seed" / "seed.toml"
SCHEDULE = "# inspection = {"
"""How the seed's contracts keep silent about inspections, so that nothing comes round by itself at first."""


def engine_on(url: str) -> Engine:
    """The database of a story: the gateway's own but for the waiting, since no story is about loss of power."""
    engine = open_engine(url, writes=True)
    event.listen(engine, "connect", _waits_for_no_disk)
    return engine


def _waits_for_no_disk(connection: DBAPIConnection, _: object) -> None:
    connection.cursor().execute("PRAGMA synchronous = OFF")


@pytest.fixture(scope="session")
def shipped_parts(shipped_config: Config, tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """The shipped gateway but for its clock: built once, since no story changes it."""
    data = tmp_path_factory.mktemp("stories")
    return build_parts(shipped_config.model_copy(update={"data_dir": data}), clock=FakeClock())


@pytest.fixture
def afternoon_of(shipped_parts: Parts, reader: Reader, sqlite_url: str) -> Generator[AfternoonOf]:
    """An afternoon of this customer's; one in each story."""
    begun: list[Afternoon] = []

    def begin(customer: str = HOSPITAL) -> Afternoon:
        parts = replace(shipped_parts, clock=FakeClock())
        begun.append(Afternoon(parts, reader, engine_on(sqlite_url), customer))
        return begun[-1]

    yield begin
    for afternoon in begun:
        afternoon.ends()


@pytest.fixture
def other_afternoon(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> Generator[AfternoonOf]:
    """An afternoon with another directory, or with a CRM.

    `staff` are pieces of the seed to be read as others; with `inspections` its contracts say when theirs are held.
    """
    begun: list[Afternoon] = []

    def begin(
        customer: str = HOSPITAL,
        *,
        staff: dict[str, str] | None = None,
        inspections: bool = False,
        rounds: bool = False,
        crm: Channel | None = None,
    ) -> Afternoon:
        directory = SEED.read_text("utf-8")
        for piece, other in (staff or {}).items():
            assert directory.count(piece) == 1, f"the seed has changed: {piece}"
            directory = directory.replace(piece, other)
        if inspections:
            directory = directory.replace(SCHEDULE, SCHEDULE.removeprefix("# "))
        (tmp_path / "directory.toml").write_text(directory, "utf-8")
        monkeypatch.setenv("GATEWAY__DIRECTORY__FILE", str(tmp_path / "directory.toml"))
        monkeypatch.setenv("GATEWAY__DATA_DIR", str(tmp_path / "data"))
        if crm is not None:
            monkeypatch.setenv("GATEWAY__CHANNELS__CRM__URL", "https://crm.example/tickets")
            monkeypatch.setenv("GATEWAY__CHANNELS__CRM__SECRET", "a shared secret")
        config = load(DEFAULT_CONFIG)
        parts = build_parts(config, clock=FakeClock())
        reader = Reader(parts.directory, vendor_of(config), own_mail(config))
        ways_out = {"crm": crm} if crm is not None else {}
        engine = engine_on(sqlite_url)
        begun.append(Afternoon(parts, reader, engine, customer, ways_out, rounds=rounds))
        return begun[-1]

    yield begin
    for afternoon in begun:
        afternoon.ends()
