"""`gateway import mailbox`: what lay in a mailbox before the gateway came is kept and filed as history.

Nothing of it opens a case or is answered: it is settled in the transaction that keeps it, so that intake never sees it.
A message that is known, from an earlier run or by any other road, stays one.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr, ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from gateway import digest, mail_archive, mailbox_url
from gateway.channels import imap_envelope, imap_position
from gateway.channels.imap_history import FolderHistory, Past, Span
from gateway.channels.imap_mailbox import Mailbox
from gateway.channels.imap_session import Refused
from gateway.clock import RandomIds, SystemClock
from gateway.config import Config
from gateway.errors import GatewayError
from gateway.intake import FILED
from gateway.mailbox_rows import MailboxKeys
from gateway.mailboxes import StoredBookmarks, mailbox_of
from gateway.messages import Envelope
from gateway.ports import Clock, Ids, Store, Work
from gateway.showing import printable
from gateway.storage import schema
from gateway.storage.engine import open_engine
from gateway.storage.writer import Writer

REASON = "imported"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AT_ONCE = 50
ADVICE = "run it again to go on: what is kept is not kept twice"

Told = Callable[[str, int, int], None]
"""Progress: what is being read, how many messages are done, of how many."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which mailbox (a name of config.toml, a url, maildir:PATH or an mbox), and which days of it, the vendor's."""

    source: str
    since: str | None = None
    before: str | None = None


@dataclass(slots=True)
class Tally:
    """What became of the messages."""

    kept: int = 0
    known: int = 0
    unread: int = 0


def run(config: Config, wish: Wish, out: Console) -> None:
    """Import with a progress bar, and say what was done. Raises GatewayError."""
    config.data.mkdir(parents=True, exist_ok=True)
    engine = open_engine(config.database_url, writes=True)
    schema.migrate(engine)
    store = Writer(engine)
    store.start()
    ids = RandomIds(config.case.number_prefix, config.calendars.zone)
    history = History(config, store, SystemClock(), ids)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    try:
        with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=out) as bars:
            shown = dict[str, TaskID]()

            def tell(what: str, done: int, total: int) -> None:
                if what not in shown:
                    shown[what] = bars.add_task(escape(printable(what)))
                bars.update(shown[what], completed=done, total=total)

            asyncio.run(history.read(wish, tell))
    finally:
        store.stop()
        tally = history.tally
        line = f"{tally.kept} messages kept as history, {tally.known} were known, {tally.unread} could not be read"
        out.print(Text(line))


class History:
    """Reads a source and keeps what it finds as history; `tally` counts."""

    def __init__(self, config: Config, store: Store, clock: Clock, ids: Ids) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._ids = ids
        self.tally = Tally()

    async def read(self, wish: Wish, tell: Told) -> None:
        """Everything that the wish names. Raises GatewayError; what is kept by then stays."""
        first, until = self._day(wish.since), self._day(wish.before)
        if wish.source.startswith("maildir:"):
            path = Path(wish.source.removeprefix("maildir:"))
            await self._read_files(
                mail_archive.maildir(path), path, Span(first, until or self._clock.now()), tell
            )
            return
        mailbox = self._mailbox(wish.source)
        if mailbox is not None:
            await self._read_mailbox(mailbox, first, until, tell)
            return
        path = Path(wish.source.removeprefix("mbox:"))
        await self._read_files(mail_archive.mbox(path), path, Span(first, until or self._clock.now()), tell)

    # Sources.

    def _mailbox(self, source: str) -> Mailbox | None:
        for name, row in self._config.channels.imap.named:
            if name == source:
                return mailbox_of(self._config, name, row, self._clock)
        if "://" not in source:
            return None
        try:
            name, row = self._by_url(source)
        except ValidationError as error:
            reason = str(error).partition("Value error, ")[2].partition(" [type=")[0]
            raise GatewayError(f"that mailbox cannot be read: {reason or 'its url is wrong'}") from None
        except ValueError as error:
            raise GatewayError(f"that mailbox cannot be read: {error}") from None
        return mailbox_of(self._config, name, row, self._clock)

    def _by_url(self, source: str) -> tuple[str, MailboxKeys]:
        """An account that the gateway reads goes by its name there, or what is new to it would become history."""
        where = mailbox_url.parse(source)
        ours = self._config.channels.imap.reading(where)
        if ours is None:
            return "import", MailboxKeys.model_validate({"url": source})
        name, row = ours
        if where.password:
            return name, MailboxKeys.model_validate({"url": source, "first_look_days": row.first_look_days})
        there = {"url": SecretStr(source), "password": SecretStr(row.login_password), "folders": ()}
        return name, row.model_copy(update=there)

    async def _read_mailbox(
        self, mailbox: Mailbox, first: datetime | None, until: datetime | None, tell: Told
    ) -> None:
        """Folder by folder; one that cannot be opened holds up no other."""
        refused = list[str]()
        for folder in mailbox.folders:
            span = Span(first, await self._until(mailbox, folder, until))
            reading = FolderHistory(
                mailbox,
                folder,
                span,
                self._keep,
                lambda done, total, folder=folder: tell(folder, done, total),
            )
            try:
                await reading.read()
            except Refused as error:
                refused.append(f"{folder}: {error}")
            except GatewayError as error:
                raise GatewayError(f"{folder}: {error}; {ADVICE}") from None
            finally:
                self.tally.unread += reading.unread
        if refused:
            raise GatewayError(f"not every folder could be read: {'; '.join(refused)}")

    async def _until(self, mailbox: Mailbox, folder: str, until: datetime | None) -> datetime:
        """What is not history is left to the running gateway, or a customer would wait in vain for an answer."""
        text = await StoredBookmarks(self._store, self._clock).read(f"imap:{mailbox.name}/{folder}")
        begin = imap_position.from_text(text).since if text else self._clock.now() - mailbox.new_within
        return min(begin, until) if until is not None else begin

    async def _read_files(
        self, found: tuple[int, Iterator[mail_archive.Letter]], path: Path, span: Span, tell: Told
    ) -> None:
        total, letters = found
        batch = list[Past]()
        for number, (raw, arrived) in enumerate(letters, start=1):
            if span.holds(arrived):
                batch.append(Past(self._envelope(raw), self._bounded(raw), arrived))
            if len(batch) == AT_ONCE or number == total:
                await self._keep(batch)
                batch = []
            tell(path.name, number, total)

    def _envelope(self, raw: bytes) -> Envelope:
        return imap_envelope.envelope_of(raw, "import", self._config.channels.mail.address, "")

    def _bounded(self, raw: bytes) -> bytes:
        limit = self._config.channels.smtp.max_size
        if len(raw) <= limit:
            return raw
        return imap_envelope.stand_in(raw, imap_envelope.too_large(len(raw), limit))

    # Keeping.

    async def _keep(self, batch: Sequence[Past]) -> None:
        now = self._clock.now()
        marks = [digest.of_message(past.raw) for past in batch]

        def work(work: Work) -> int:
            return sum(self._keep_one(work, past, mark, now) for past, mark in zip(batch, marks, strict=True))

        fresh = await self._store.run(work)
        self.tally.kept += fresh
        self.tally.known += len(batch) - fresh

    def _keep_one(self, work: Work, past: Past, mark: str, now: datetime) -> bool:
        at = min(max(past.arrived or now, EPOCH + timedelta(days=1)), now)
        inbox_id = self._ids.inbox_id(at)
        if not work.keep(inbox_id, at, past.envelope, past.raw, mark):
            return False
        work.settle(inbox_id, FILED, reason=REASON)
        return True

    def _day(self, text: str | None) -> datetime | None:
        if text is None:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise GatewayError(f"{text!r} is no day: write it as 2026-11-23") from None
        return datetime.combine(day, time(), ZoneInfo(self._config.calendars.zone))
