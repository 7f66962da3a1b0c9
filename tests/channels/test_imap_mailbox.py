"""A mailbox and its one connection: when it is kept, and when a new one is made."""

from collections.abc import Mapping
from typing import Any

import pytest
from imapclient.exceptions import IMAPClientError  # pyright: ignore[reportMissingTypeStubs] - the name alone is used

from gateway.channels.imap_session import Session
from tests.channels.fake_imap import FakeSession
from tests.channels.mailbox_bench import Desk, letters, mailbox, reading, until

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
