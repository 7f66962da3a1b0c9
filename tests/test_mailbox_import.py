"""`gateway import mailbox`: old mail is kept as history; nobody is acknowledged, nothing comes twice."""

import io
import mailbox
import os
from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr
from rich.console import Console

from gateway.channels import imap_position
from gateway.config import Config
from gateway.errors import GatewayError
from gateway.mailbox_import import Wish, run
from gateway.mailbox_rows import ImapSection
from gateway.storage.engine import open_engine
from gateway.storage.reading import list_inbox
from gateway.storage.writer import Writer
from tests.builders import SHANGHAI
from tests.channels.mailbox_bench import letters
from tests.dovecot import PASSWORD, Dovecot, running_dovecot
from tests.storage.samples import do

OLD = datetime(2024, 5, 20, 12, 0, tzinfo=SHANGHAI)
ALICE = "alice@vendor.example"


@pytest.fixture(scope="module")
def dovecot() -> Generator[Dovecot]:
    """One server for the tests that need one."""
    with running_dovecot() as server:
        yield server


@pytest.fixture
def config(shipped_config: Config, sqlite_url: str, tmp_path: Path) -> Config:
    """The shipped settings on a database of the test's own."""
    database = shipped_config.database.model_copy(update={"url": SecretStr(sqlite_url)})
    return shipped_config.model_copy(update={"data_dir": tmp_path, "database": database})


def imported(config: Config, source: str | Path, **days: str) -> str:
    """What the command says at its end."""
    out = Console(file=io.StringIO(), record=True, width=200)
    run(config, Wish(str(source), **days), out)
    return out.export_text().splitlines()[-1].strip()


def inbox(config: Config) -> list[Mapping[str, Any]]:
    """What is kept, the latest first."""
    engine = open_engine(config.database_url, writes=False)
    try:
        return list(list_inbox(engine))
    finally:
        engine.dispose()


def leave_bookmark(config: Config, key: str, value: str) -> None:
    """As the running gateway left it."""
    writer = Writer(open_engine(config.database_url, writes=True))
    writer.start()
    do(writer, lambda work: work.leave_bookmark(key, value, datetime.now(UTC)))
    writer.stop()


def a_maildir(folder: Path, count: int) -> Path:
    """A Maildir of so many letters, a day apart at noon, the last one of OLD."""
    for each in ("cur", "new", "tmp"):
        (folder / each).mkdir(parents=True)
    for number, raw in enumerate(letters(count)):
        file = folder / ("new" if number % 2 else "cur") / f"{number}.letter"
        file.write_bytes(raw)
        moment = (OLD - timedelta(days=count - 1 - number)).timestamp()
        os.utime(file, (moment, moment))
    return folder


def said(kept: int, known: int, unread: int = 0) -> str:
    """The sum that the command ends with."""
    return f"{kept} messages kept as history, {known} were known, {unread} could not be read"


def test_a_maildir_is_filed_as_history_and_intake_never_sees_it(config: Config, tmp_path: Path) -> None:
    """Old mail must not be acknowledged: it is done before anybody could claim it."""
    assert imported(config, f"maildir:{a_maildir(tmp_path / 'old', 3)}") == said(3, 0)
    rows = inbox(config)
    assert {(row["state"], row["outcome"], row["reason"]) for row in rows} == {("done", "filed", "imported")}
    assert [row["received_at"].date() for row in rows] == [
        (OLD - timedelta(days=days)).date() for days in range(3)
    ]
    writer = Writer(open_engine(config.database_url, writes=True))
    writer.start()
    assert list(do(writer, lambda work: work.claim_inbox(10))) == []
    writer.stop()


def test_a_second_run_keeps_nothing_twice(config: Config, tmp_path: Path) -> None:
    """After an interruption one simply runs it again."""
    folder = a_maildir(tmp_path / "old", 120)
    assert imported(config, f"maildir:{folder}") == said(120, 0)
    assert imported(config, f"maildir:{folder}") == said(0, 120)


def test_an_mbox_is_read_and_left_as_it_is(config: Config, tmp_path: Path) -> None:
    """What other systems export; dates come from the messages."""
    file = tmp_path / "old.mbox"
    box = mailbox.mbox(file)
    for raw in letters(2):
        box.add(b"Date: Tue, 6 Oct 2026 08:00:00 +0800\r\n" + raw)
    box.close()
    before = file.read_bytes()
    assert imported(config, file) == said(2, 0)
    assert file.read_bytes() == before
    assert {row["received_at"].isoformat() for row in inbox(config)} == {"2026-10-06T00:00:00+00:00"}


def test_only_the_days_asked_for_are_imported(config: Config, tmp_path: Path) -> None:
    """--since and --before, as days of the vendor's calendar."""
    folder = a_maildir(tmp_path / "old", 10)
    assert imported(config, f"maildir:{folder}", since="2024-05-14", before="2024-05-18") == said(4, 0)
    days = [row["received_at"].astimezone(SHANGHAI).day for row in inbox(config)]
    assert days == [17, 16, 15, 14]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("maildir:/nowhere", "no Maildir"),
        ("/nowhere/mail.mbox", "no file"),
        ("imaps://host", "names no user"),
        ("imaps://u@host", "no password"),
        ("pop3://u:p@host", "imaps://"),
    ],
)
def test_a_source_that_cannot_be_read_is_named(config: Config, source: str, says: str) -> None:
    """With what to do instead, and without the password."""
    with pytest.raises(GatewayError, match=says):
        imported(config, source)


def test_a_day_that_is_none_is_answered_with_an_example(config: Config) -> None:
    """Nobody should guess the format."""
    with pytest.raises(GatewayError, match="2026-11-23"):
        imported(config, "maildir:/x", since="yesterday")


def test_a_mailbox_gives_what_is_old_and_leaves_what_is_new_to_the_gateway(
    config: Config, dovecot: Dovecot
) -> None:
    """A mail of today that was filed as history would never be answered."""
    with dovecot.person(ALICE) as person:
        for raw in letters(5):
            cast("Any", person).append("INBOX", raw, msg_time=OLD)
    dovecot.deliver(ALICE, *letters(1, first=5))
    url = f"imap://{ALICE}:{PASSWORD}@127.0.0.1:{dovecot.imap}/INBOX"
    assert imported(config, url) == said(5, 0)
    assert imported(config, url) == said(0, 5)
    assert {row["source"] for row in inbox(config)} == {"imap:import"}
    assert not any(b"\\Seen" in flags for flags in dovecot.flags(ALICE, "INBOX"))


@pytest.mark.parametrize(
    ("user", "url"),
    [
        ("bob@vendor.example", "imap://bob@vendor.example:{password}@localhost:{port}/INBOX"),
        ("carol@vendor.example", "imap://Carol@Vendor.example:{password}@127.0.0.1:{port}"),
        ("dave@vendor.example", "imap://dave@vendor.example@127.0.0.1:{port}/inbox"),
    ],
)
def test_by_its_url_too_a_mailbox_that_the_gateway_reads_keeps_what_is_new(
    config: Config, dovecot: Dovecot, user: str, url: str
) -> None:
    """After days of outage mail waits for its answer: only what came before the first look is history."""
    now = datetime.now(UTC)
    with dovecot.person(user) as person:
        for raw, days in zip(letters(2), (3, 30), strict=True):
            cast("Any", person).append("INBOX", raw, msg_time=now - timedelta(days=days))
    read = ImapSection.model_validate({"url": f"imap://{user}:{PASSWORD}@127.0.0.1:{dovecot.imap}/INBOX"})
    channels = config.channels.model_copy(update={"imap": read})
    looked = imap_position.first_look(1, 0, now - timedelta(days=10))
    leave_bookmark(config, "imap:main/INBOX", imap_position.to_text(looked))
    source = url.format(password=PASSWORD, port=dovecot.imap)
    assert imported(config.model_copy(update={"channels": channels}), source) == said(1, 0)
