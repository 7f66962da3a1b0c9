"""A mailbox and its one connection: when it is kept, and when a new one is made."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from threading import Event
from typing import Any

import pytest
from imapclient.exceptions import IMAPClientError  # pyright: ignore[reportMissingTypeStubs] - the name alone is used

from gateway.channels.imap_folder import FolderReader
from gateway.channels.imap_line import Line
from gateway.channels.imap_login import PasswordLogin
from gateway.channels.imap_mailbox import log_in
from gateway.channels.imap_session import ConnectionLost, LoginRefused, Session
from tests.channels.fake_imap import FakeSession
from tests.channels.mailbox_bench import PATIENCE_SECONDS, QUICK, Desk, letters, mailbox, reading, until

USER = "support@vendor.example"


class Sick(FakeSession):
    """A connection to a server process that is broken, and stays so."""

    def select_folder(self, folder: str, readonly: bool) -> Mapping[bytes, Any]:
        raise IMAPClientError("select failed: [SERVERBUG] Internal error occurred.")


async def test_a_connection_whose_server_calls_itself_broken_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also at the first look: that process answers nothing else any more, and another one would (F11)."""
    sessions: list[Session] = [Sick(), Sick()]
    well = FakeSession(dict(enumerate(letters(1), start=1)), capabilities=())
    desk = Desk()

    def connect(*_: object, **__: object) -> Session:
        return sessions.pop(0) if sessions else well

    monkeypatch.setattr("gateway.channels.imap_mailbox.open_session", connect)
    async with reading(mailbox(143, USER), desk):
        await until("the letter", lambda: desk.kept)


async def test_folders_that_hang_share_one_allowance_and_come_last_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The third folder's mail waits for two that hang once, and not for the second half of each (F15, L-76)."""
    given = list[tuple[str, float]]()

    async def read(reader: FolderReader, line: Line, within: float) -> None:
        folder = reader.plan.folder
        given.append((folder, within))
        if folder != "well":
            await asyncio.sleep(within * 1.2)
            line.cut()
            raise ConnectionLost("no answer")

    def connect(*_: object, **__: object) -> Session:
        return FakeSession()

    monkeypatch.setattr("gateway.channels.imap_mailbox.open_session", connect)
    monkeypatch.setattr(FolderReader, "read", read)
    patience = replace(QUICK, call=0.2, connect=5)
    box = mailbox(143, USER, folders=("one", "two", "well"), patience=patience)
    async with reading(box, Desk()):
        await until("two rounds", lambda: len(given) >= 6)
    assert [folder for folder, _ in given[:6]] == ["one", "two", "well", "well", "two", "one"]
    first, second, third = (within for _, within in given[:3])
    assert first == patience.call
    assert third < second <= first / 2
    assert given[3][1] == patience.call


async def test_a_login_has_one_limit_also_with_a_second_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that is refused, and a server that then falls silent: not twice the time (F15, F16)."""
    attempts, over = count(1), Event()

    def connect(*_: object, **__: object) -> Session:
        if next(attempts) == 1:
            raise LoginRefused("token expired")
        over.wait(PATIENCE_SECONDS)
        return FakeSession()

    monkeypatch.setattr("gateway.channels.imap_mailbox.open_session", connect)
    box = mailbox(143, USER, login=Renewable(), patience=replace(QUICK, connect=0.2))
    try:
        with pytest.raises(ConnectionLost, match=r"within 0\.2 s"):
            await log_in(box, "poll")
    finally:
        over.set()
    assert next(attempts) == 3


class Renewable(PasswordLogin):
    """Has another thing to show, whenever one is refused."""

    def __init__(self) -> None:
        super().__init__("secret")

    def renew(self) -> bool:
        return True
