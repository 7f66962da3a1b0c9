"""Real servers for tests: started on loopback, all their state in a throw-away folder, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

REQUIRE_ALL = "GATEWAY_REQUIRE_ALL"


def cannot(reason: str) -> NoReturn:
    """Skips the test, saying why; fails it under GATEWAY_REQUIRE_ALL=1."""
    if os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail(f"{reason}, and {REQUIRE_ALL}=1 demands it")
    pytest.skip(reason)


def program(name: str, *folders: Path) -> Path:
    """Where a program is; without it the test is skipped by name, or fails under GATEWAY_REQUIRE_ALL=1."""
    places = [*(folder / name for folder in folders), *filter(None, [shutil.which(name)])]
    for place in map(Path, places):
        if os.access(place, os.X_OK):
            return place
    cannot(f"{name} is not on this machine")


@dataclass(frozen=True)
class Postgres:
    """A running server, reached by a socket in its folder."""

    folder: Path
    user: str

    def url(self, database: str) -> str:
        """The SQLAlchemy url of a database there."""
        return f"postgresql+psycopg://{self.user}@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """One statement outside any transaction, such as CREATE DATABASE."""
        with psycopg.connect(f"host={self.folder} user={self.user} dbname=postgres", autocommit=True) as link:
            link.execute(statement.encode())


@contextmanager
def running_postgres() -> Generator[Postgres]:
    """PostgreSQL as a user that is not root (it refuses that one), listening on a socket only."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    initdb, control = program("initdb", *installed), program("pg_ctl", *installed)
    account = _unprivileged_account()
    # pytest's own folders are closed to other users, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if account is not None:
        shutil.chown(folder, account)
    data = folder / "data"

    def run(*command: str | Path) -> None:
        subprocess.run(
            command,
            check=True,
            user=account,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    try:
        run(initdb, "-D", data, "-U", "gateway", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        # Nobody cuts the power in these tests: commits need not wait for the disk.
        options = (
            f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=50"
        )
        run(control, "-D", data, "-w", "-s", "-l", folder / "log", "-o", options, "start")
        try:
            yield Postgres(folder, "gateway")
        finally:
            run(control, "-D", data, "-m", "immediate", "-s", "stop")
    finally:
        shutil.rmtree(folder)


def _unprivileged_account() -> str | None:
    """Whom to run as; None when we are not root ourselves."""
    if os.geteuid() != 0:
        return None
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in accounts else "nobody"
