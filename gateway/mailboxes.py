"""The owner's mailboxes: as the IMAP channel reads them, their bookmarks in the database, and all of them running."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from gateway.channels.imap_folder import After, Keep
from gateway.channels.imap_login import PasswordLogin, TokenLogin, TokenSource
from gateway.channels.imap_mailbox import ImapMailbox, Mailbox
from gateway.channels.imap_patience import Patience
from gateway.channels.imap_session import Login, Server
from gateway.channels.imap_tokens import GoogleTokens, MicrosoftTokens, TokenCommand, TokenFile
from gateway.config import Config
from gateway.mailbox_rows import MailboxKeys
from gateway.ports import Clock, Store


def mailboxes_of(config: Config, clock: Clock) -> Sequence[Mailbox]:
    """Every mailbox of config.toml, in its order."""
    return [mailbox_of(config, name, row, clock) for name, row in config.channels.imap.named]


def mailbox_of(config: Config, name: str, row: MailboxKeys, clock: Clock) -> Mailbox:
    """One of them."""
    where = row.where
    return Mailbox(
        name=name,
        server=Server(where.host, where.port, where.tls, plain_is_safe=where.is_here),
        user=where.user,
        login=_login(config, row, clock),
        folders=row.read_folders,
        after=_after(row.after),
        max_size=config.channels.smtp.max_size,
        new_within=timedelta(days=row.first_look_days),
        patience=replace(Patience(), poll=float(row.poll)),
    )


class StoredBookmarks:
    """`channels.imap_folder.Bookmarks` in the database."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def read(self, key: str) -> str | None:
        """What was last left there."""
        return await self._store.run(lambda work: work.bookmark(key))

    async def leave(self, key: str, value: str) -> None:
        """Durable when it returns."""
        at = self._clock.now()
        await self._store.run(lambda work: work.leave_bookmark(key, value, at))


class ReadMailboxes:
    """Every mailbox, read as long as the gateway runs; false where the owner has none."""

    def __init__(self, config: Config, keep: Keep, bookmarks: StoredBookmarks, clock: Clock) -> None:
        self._mailboxes = [
            ImapMailbox(mailbox, keep, bookmarks, clock.now) for mailbox in mailboxes_of(config, clock)
        ]
        self._tasks: list[asyncio.Task[None]] = []

    def __bool__(self) -> bool:
        return bool(self._mailboxes)

    def start(self) -> None:
        """Each in a task of its own: what fails in one is not felt in another."""
        self._tasks = [
            asyncio.create_task(mailbox.run(), name=f"imap {mailbox.name}") for mailbox in self._mailboxes
        ]

    async def stop(self) -> None:
        """What was not kept is read again after the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def health(self) -> Mapping[str, object]:
        """For /readyz: what each says of itself."""
        each = {mailbox.name: mailbox.health() for mailbox in self._mailboxes}
        running = not any(task.done() for task in self._tasks)
        return {"ok": running and all(one["ok"] for one in each.values()), **each}


def _after(text: str) -> After:
    action, _, argument = text.partition(":")
    return After(
        move=argument if action == "move" else None,
        flag=argument if action == "flag" else None,
    )


def _login(config: Config, row: MailboxKeys, clock: Clock) -> Login:
    if row.auth == "password":
        return PasswordLogin(row.login_password)
    return TokenLogin(_tokens(config, row, clock), clock.now)


def _tokens(config: Config, row: MailboxKeys, clock: Clock) -> TokenSource:
    if row.auth == "microsoft":
        return MicrosoftTokens(row.tenant, row.client_id, row.client_secret.get_secret_value(), clock.now)
    if row.auth == "google" and row.credentials is not None:
        return GoogleTokens(config.path(row.credentials), row.where.user, clock.now)
    if row.token_file is not None:
        return TokenFile(config.path(row.token_file))
    return TokenCommand(row.token_command, clock.now)
