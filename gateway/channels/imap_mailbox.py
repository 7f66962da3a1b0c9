"""Mail in by IMAP: one mailbox, its folders polled one after the other, each watched by IDLE beside it.

The poll is what keeps the promise: new mail is seen within 90 s of its arrival, whatever connections and folders do
(F15; `imap_patience` has the sum). It stays logged in (L-73), makes a new connection where one breaks, and tries one
folder's fault on nobody else: what hangs is read last, and no other mailbox waits for it (L-75, L-76).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from gateway.channels.imap_folder import KEEP, After, Bookmarks, FolderPlan, FolderReader, Keep
from gateway.channels.imap_line import Line
from gateway.channels.imap_patience import Allowance, Patience
from gateway.channels.imap_session import (
    ConnectionLost,
    Login,
    LoginRefused,
    Refused,
    Server,
    Session,
    is_servers_fault,
    open_session,
)
from gateway.channels.imap_watch import watch
from gateway.errors import NotNow

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

MOST_WATCHED = 5
"""Folders with an IDLE connection each; providers allow ten or fifteen connections to a mailbox."""

DEGRADED_AFTER = timedelta(seconds=90)
"""Trouble that lasts so long is told as an error and in /readyz; a login that is refused is told at once (F16)."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What the owner says of a mailbox. `name` is shown and stored ("imap:<name>"), `user` its address."""

    name: str
    server: Server
    user: str
    login: Login = field(repr=False)
    folders: tuple[str, ...] = ("INBOX",)
    after: After = KEEP
    max_size: int = 36_700_160
    new_within: timedelta = timedelta(days=1)
    patience: Patience = field(default_factory=Patience)


async def log_in(mailbox: Mailbox, purpose: str, within: float | None = None) -> Line:
    """A new connection; a token that is refused is replaced once, at once. Raises ConnectionLost, LoginRefused.

    `within`: seconds for all of it, `patience.connect` unless told otherwise.
    """
    within = mailbox.patience.connect if within is None else within
    try:
        async with asyncio.timeout(within):
            try:
                return await _open(mailbox, purpose, within)
            except LoginRefused:
                if not mailbox.login.renew():
                    raise
            return await _open(mailbox, purpose, within)
    except TimeoutError:
        raise ConnectionLost(f"no connection within {within:g} s") from None


async def _open(mailbox: Mailbox, purpose: str, within: float) -> Line:
    connect, read = mailbox.patience.connect, mailbox.patience.call

    def begin() -> Session:
        return open_session(mailbox.server, mailbox.user, mailbox.login, connect=connect, read=read)

    return await Line.open(f"{mailbox.name} {purpose}", begin, within)


class ImapMailbox:
    """Reads one mailbox until it is cancelled."""

    def __init__(
        self, mailbox: Mailbox, keep: Keep, bookmarks: Bookmarks, now: Callable[[], datetime]
    ) -> None:
        self._mailbox = mailbox
        self._now = now
        self._folders = {
            folder: FolderReader(_plan(mailbox, folder), keep, bookmarks, now) for folder in mailbox.folders
        }
        self._line: Line | None = None
        self._read_on_line: set[str] = set()
        self._hung: dict[str, float] = {}  # seconds that each was given; who had little may not be to blame
        self._woken = asyncio.Event()
        self._readable = {folder: asyncio.Event() for folder in mailbox.folders}
        self._trouble: _Trouble | None = None
        self._last_look: datetime | None = None

    @property
    def name(self) -> str:
        """As the owner calls it."""
        return self._mailbox.name

    def health(self) -> Mapping[str, object]:
        """For /readyz: whether it is read, why not, what could not be read, how old the token is. No server's words."""
        trouble = self._trouble
        return {
            "ok": trouble is None or not trouble.is_told,
            "why": trouble.kind if trouble is not None else None,
            "last_look": self._last_look,
            "unreadable": sum(folder.unread for folder in self._folders.values()),
            **self._mailbox.login.figures(self._now()),
        }

    async def run(self) -> None:
        """Poll, and watch beside it. Ends by being cancelled; connections are closed then."""
        watchers = [
            asyncio.create_task(self._watch(folder), name=f"idle {self.name}/{folder}")
            for folder in self._mailbox.folders[:MOST_WATCHED]
        ]
        try:
            while True:
                self._woken.clear()
                pause = await self._round()
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._woken.wait()
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)
            self._hang_up()

    # One look at everything.

    async def _round(self) -> float:
        """Read every folder, last those that hung; how many seconds to wait until the next time."""
        patience, trouble = self._mailbox.patience, None
        allowance, connect = patience.allowance(), patience.connect
        for folder in sorted(self._folders, key=lambda folder: self._hung.get(folder, 0.0)):
            began = _seconds()
            try:
                line = await self._connected(connect)
            except LoginRefused as error:
                return self._failed("login refused", error, patience.refused)
            except (ConnectionLost, Refused) as error:
                return self._failed(*(trouble or ("no connection", error)), patience.retry)
            if trouble is not None:
                allowance.lose(_seconds() - began)
            error = await self._look(folder, line, allowance)
            if error is not None:
                trouble = (f"folder {folder} cannot be read", error)
            connect = allowance.share
        return self._succeeded() if trouble is None else self._failed(*trouble, patience.retry)

    async def _look(self, folder: str, line: Line, allowance: Allowance) -> Exception | None:
        """Read one folder; what was wrong, since no other is to suffer for it (L-76)."""
        began, within = _seconds(), allowance.share
        try:
            await self._folders[folder].read(line, within)
        except Refused as error:
            self._refused(folder, error)
            return error
        except ConnectionLost as error:
            self._hung[folder] = within
            allowance.lose(_seconds() - began)
            return error
        except NotNow as error:
            return error
        except Exception as error:
            # A fault of ours must not end the mailbox.
            log.exception("folder_failed", mailbox=self.name, folder=folder)
            return error
        self._read_on_line.add(folder)
        self._readable[folder].set()
        self._hung.pop(folder, None)
        return None

    def _refused(self, folder: str, error: Refused) -> None:
        """A folder that is misspelt costs no login; one that could be read here before deserves a new connection.

        A server that rebuilds a mailbox may refuse it for as long as the connection lasts on which it was open (F11).
        """
        self._readable[folder].clear()
        if folder in self._read_on_line or is_servers_fault(error):
            self._hang_up()

    def _succeeded(self) -> float:
        if self._trouble is not None or self._last_look is None:
            log.info("mailbox_read", mailbox=self.name, folders=len(self._folders))
        self._trouble, self._last_look = None, self._now()
        return self._mailbox.patience.poll

    def _failed(self, kind: str, error: Exception, waits: Sequence[float]) -> float:
        now = self._now()
        before = self._trouble if self._trouble is not None else _Trouble(kind, since=now)
        is_bad = isinstance(error, LoginRefused) or now - before.since >= DEGRADED_AFTER
        self._trouble = _Trouble(kind, before.since, before.rounds + 1, is_told=before.is_told or is_bad)
        is_new = before.rounds == 0 or before.kind != kind
        tell = log.error if is_bad and not before.is_told else log.warning if is_new else log.debug
        tell("mailbox_troubled", mailbox=self.name, kind=kind, reason=str(error), rounds=self._trouble.rounds)
        if isinstance(error, LoginRefused):
            for readable in self._readable.values():
                readable.clear()
        return min(waits[min(before.rounds, len(waits) - 1)], self._longest_wait(error))

    def _longest_wait(self, error: Exception) -> float:
        patience = self._mailbox.patience
        return patience.refused[-1] if isinstance(error, LoginRefused) else patience.poll

    # Connections.

    async def _connected(self, within: float) -> Line:
        """The poll's own connection, which lasts as long as the server lets it; a new one within so many seconds."""
        if self._line is None or self._line.is_cut:
            self._line = await log_in(self._mailbox, "poll", within)
            self._read_on_line = set()
        return self._line

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.cut()

    async def _watch(self, folder: str) -> None:
        patience = self._mailbox.patience

        async def connect() -> Line:
            # While the login or the folder is refused, one connection that tries is enough (L-73).
            await self._readable[folder].wait()
            return await log_in(self._mailbox, f"idle {folder}")

        try:
            await watch(
                folder,
                connect,
                self._woken.set,
                renew=patience.renew_idle,
                within=patience.call,
                again=patience.poll,
            )
        except Exception:
            # Without it the poll sees new mail all the same.
            log.exception("idle_failed", mailbox=self.name, folder=folder)


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What is wrong with a mailbox, since when, for how many rounds, and whether it has been told as an error."""

    kind: str
    since: datetime
    rounds: int = 0
    is_told: bool = False


def _plan(mailbox: Mailbox, folder: str) -> FolderPlan:
    return FolderPlan(
        folder=folder,
        source=f"imap:{mailbox.name}",
        owner=mailbox.user,
        peer=mailbox.server.host,
        after=mailbox.after,
        max_size=mailbox.max_size,
        new_within=mailbox.new_within,
    )


def _seconds() -> float:
    """Of a clock that no person sets."""
    return asyncio.get_running_loop().time()
