"""What tests of the IMAP channel stand on: a place that keeps messages once, bookmarks, and a mailbox being read."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gateway import digest
from gateway.channels.imap_folder import KEEP, After
from gateway.channels.imap_login import PasswordLogin
from gateway.channels.imap_mailbox import ImapMailbox, Mailbox
from gateway.channels.imap_patience import Patience
from gateway.channels.imap_session import Login, Server
from gateway.messages import Envelope
from tests.dovecot import PASSWORD
from tests.house import mail

PATIENCE_SECONDS = 30
QUICK = Patience(poll=0.1, call=5, connect=5, renew_idle=60, retry=(0.05,), refused=(0.05,))
"""Waits for tests: what the real ones are in minutes. Nothing asserts how long anything took."""


@dataclass
class Desk:
    """Keeps each message once, as the inbox does, and the channel's bookmarks; `looks` counts folders being opened."""

    trouble: list[Exception] = field(default_factory=list[Exception])
    kept: list[tuple[Envelope, bytes]] = field(default_factory=list[tuple[Envelope, bytes]])
    deliveries: int = 0
    bookmarks: dict[str, str] = field(default_factory=dict[str, str])
    looks: int = 0

    async def keep(self, envelope: Envelope, raw: bytes) -> None:
        """Once, whatever the route; or the next trouble."""
        if self.trouble:
            raise self.trouble.pop(0)
        self.deliveries += 1
        known = {digest.of_message(each) for _, each in self.kept}
        if digest.of_message(raw) not in known:
            self.kept.append((envelope, raw))

    async def read(self, key: str) -> str | None:
        """A bookmark."""
        self.looks += 1
        return self.bookmarks.get(key)

    async def leave(self, key: str, value: str) -> None:
        """A bookmark."""
        self.bookmarks[key] = value

    def words(self) -> list[str]:
        """The subjects kept, in their order."""
        return [raw.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode() for _, raw in self.kept]


def letters(count: int, *, first: int = 0, size: int = 0) -> list[bytes]:
    """Mails that can be told apart by their subjects: "letter 0", "letter 1" …"""
    return [
        mail("zhou.min@customer.example", f"第 {number} 封" + "x" * size, subject=f"letter {number}")
        for number in range(first, first + count)
    ]


def subjects(count: int) -> list[str]:
    """Of so many letters."""
    return [f"letter {number}" for number in range(count)]


def mailbox(
    port: int,
    user: str,
    *,
    folders: tuple[str, ...] = ("INBOX",),
    after: After = KEEP,
    login: Login | None = None,
    patience: Patience = QUICK,
    max_size: int = 100_000,
) -> Mailbox:
    """A mailbox on this host."""
    return Mailbox(
        name="support",
        server=Server("127.0.0.1", port, tls=False, plain_is_safe=True),
        user=user,
        login=login or PasswordLogin(PASSWORD),
        folders=folders,
        after=after,
        max_size=max_size,
        patience=patience,
    )


@asynccontextmanager
async def reading(box: Mailbox, desk: Desk) -> AsyncGenerator[ImapMailbox]:
    """The mailbox, being read; afterwards its threads have ended."""
    reader = ImapMailbox(box, desk.keep, desk, lambda: datetime.now(UTC))
    task = asyncio.create_task(reader.run())
    try:
        yield reader
        assert not task.done(), "the mailbox is read no longer"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await until(
            "the threads to end", lambda: not any(t.name.startswith("imap ") for t in threading.enumerate())
        )


async def until(what: str, is_so: Callable[[], object]) -> None:
    """Wait for it; a failure says what never came."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not is_so():  # noqa: ASYNC110 - what is waited for happens in other threads and processes
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"waited in vain for {what}") from None
