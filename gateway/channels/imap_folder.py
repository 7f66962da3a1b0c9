"""Reading one folder: what came since the last look is kept, then moved or marked, then the position is left.

In this order a crash at any instruction makes us see a message again, and never makes us miss one; that it comes
twice does no harm, since keeping recognises it by its digest (F10, F11, F12, F14).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from gateway.channels import imap_envelope, imap_fetch, imap_position
from gateway.channels.imap_fetch import Listed, Selected
from gateway.channels.imap_line import Line
from gateway.channels.imap_position import Position
from gateway.channels.imap_session import ConnectionLost, Refused, Session
from gateway.errors import NotNow
from gateway.messages import Envelope

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

Keep = Callable[[Envelope, bytes], Awaitable[None]]
"""Durable when it returns; idempotent; raises `gateway.errors.NotNow` when it cannot."""

HOPELESS = 3  # attempts, after which a message's head is kept in its place
MOST_MISSED = 200
A_DAY = timedelta(days=1)


class Bookmarks(Protocol):
    """Where positions are kept. Both raise NotNow when the database cannot."""

    async def read(self, key: str) -> str | None: ...
    async def leave(self, key: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True)
class After:
    """What is done in the folder with a message that is kept: nothing, `move` to a folder, or a `flag`."""

    move: str | None = None
    flag: str | None = None


KEEP = After()


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """How a folder is read. `source` names the mailbox in envelopes, `owner` is its address, `peer` its server.

    `max_size` in bytes; `new_within`: of what lies there at the first look, what is not older is new.
    """

    folder: str
    source: str
    owner: str
    peer: str
    after: After
    max_size: int
    new_within: timedelta

    @property
    def key(self) -> str:
        """Of its bookmark."""
        return f"{self.source}/{self.folder}"


class FolderReader:
    """One folder of one mailbox, read as `plan` says; `unread` messages are there and could not be had so far."""

    def __init__(
        self, plan: FolderPlan, keep: Keep, bookmarks: Bookmarks, now: Callable[[], datetime]
    ) -> None:
        self.plan = plan
        self._keep = keep
        self._bookmarks = bookmarks
        self._now = now
        self._position: Position | None = None
        self._within = 0.0
        self.unread = 0

    async def read(self, line: Line, within: float) -> None:
        """Everything that came since the last look; `within`: seconds that a command may take.

        Raises ConnectionLost, Refused or NotNow; what is kept stays.
        """
        plan, self._within = self.plan, within
        selected = await imap_fetch.select(line, plan.folder, self._within, readonly=plan.after == KEEP)
        await self._leave(await self._start(selected))
        in_order = not self._here.has_failed_alone
        if in_order:
            await self._read_missed(line)
        position = self._here
        for first, last in imap_fetch.windows(position.last_uid + 1, position.old_up_to):
            day = (position.since - A_DAY).date()  # a server's day may begin elsewhere
            uids = await imap_fetch.uids_from(line, first, last, self._within, arrived={"SINCE": day})
            await self._take(line, uids)
            await self._leave(self._here.done(last))
        for first, last in imap_fetch.windows(self._here.last_uid + 1, selected.highest):
            await self._take(line, await imap_fetch.uids_from(line, first, last, self._within))
            await self._leave(self._here.done(last))
        await self._take(line, await imap_fetch.uids_from(line, self._here.last_uid + 1, None, self._within))
        if not in_order:
            await self._read_missed(line)  # each may hang; new mail has not waited for them (L-67, F15)

    # Where we are.

    @property
    def _here(self) -> Position:
        assert self._position is not None, "read() begins by finding the position"  # noqa: S101 - its only entrance
        return self._position

    async def _start(self, selected: Selected) -> Position:
        text = await self._bookmarks.read(self.plan.key)
        if text is None:
            self._position = None
            since = self._now() - self.plan.new_within
            log.info("folder_first_look", source=self.plan.source, folder=self.plan.folder, since=since)
            return imap_position.first_look(selected.uidvalidity, selected.highest, since)
        position = self._position = imap_position.from_text(text)
        if position.uidvalidity == selected.uidvalidity:
            return position
        log.warning(
            "folder_renumbered",
            source=self.plan.source,
            folder=self.plan.folder,
            means="everything is read again; what is known stays one message",
        )
        return position.renumbered(selected.uidvalidity, selected.highest)

    async def _leave(self, position: Position) -> None:
        if position != self._position:
            await self._bookmarks.leave(self.plan.key, imap_position.to_text(position))
            self._position = position
        self.unread = len(position.missed)

    # New messages.

    async def _take(self, line: Line, uids: Sequence[int]) -> None:
        for start in range(0, len(uids), imap_fetch.LISTED):
            some = uids[start : start + imap_fetch.LISTED]
            listed = await imap_fetch.list_messages(line, some, self._within)
            await self._note_missing(line, [uid for uid in some if uid not in listed])
            ours = [listed[uid] for uid in some if uid in listed and self._is_ours(listed[uid])]
            for batch in imap_fetch.batches(ours):
                await self._take_batch(line, batch)
            await self._leave(self._here.done(some[-1]))

    def _is_ours(self, listed: Listed) -> bool:
        is_old = listed.uid <= self._here.old_up_to and listed.arrived is not None
        return not (is_old and listed.arrived is not None and listed.arrived < self._here.since)

    async def _take_batch(self, line: Line, batch: Sequence[Listed]) -> None:
        """Fetch and keep; when the connection breaks, these are tried one by one from now on (L-67)."""
        whole = [each for each in batch if each.size <= self.plan.max_size]
        try:
            raws = dict(await imap_fetch.fetch_messages(line, whole, self._within)) if whole else {}
            for each in batch:
                if each.size > self.plan.max_size:
                    await self._add_head(line, each, raws)
        except ConnectionLost:
            await self._miss([each.uid for each in batch])
            await self._leave(self._here.done(batch[-1].uid))
            raise
        good = {uid: raw for uid, raw in raws.items() if not imap_envelope.is_fake(raw)}
        await self._note_missing(line, [each.uid for each in batch if each.uid not in good])
        kept = await self._keep_all(good)
        await self._act(line, kept)
        await self._leave(self._here.done(batch[-1].uid))

    async def _add_head(self, line: Line, listed: Listed, raws: dict[int, bytes]) -> None:
        instead = await imap_fetch.fetch_stand_in(line, listed, self.plan.max_size, self._within)
        if instead is not None:
            log.warning("message_too_large", source=self.plan.source, uid=listed.uid, size=listed.size)
            raws[listed.uid] = instead

    async def _note_missing(self, line: Line, uids: Sequence[int]) -> None:
        there = sorted(await imap_fetch.still_there(line, uids, self._within))
        if there:
            log.error("messages_unreadable", source=self.plan.source, folder=self.plan.folder, uids=there)
            await self._miss(there)

    async def _miss(self, uids: Sequence[int]) -> None:
        """They are tried one by one. Where nearly nothing can be read, reading on would only lengthen the list."""
        if not uids:
            return
        position = self._here.missing(uids, self._now())
        if len(position.missed) > MOST_MISSED:
            raise Refused(f"more than {MOST_MISSED} messages cannot be read")
        await self._leave(position)

    async def _keep_all(self, raws: dict[int, bytes]) -> Sequence[int]:
        """Which of them are durable now; the others are missed, unless the database itself is away."""
        outcomes = await asyncio.gather(*map(self._keep_one, raws.values()), return_exceptions=True)
        failures = {uid: each for uid, each in zip(raws, outcomes, strict=True) if each is not None}
        for uid, failure in failures.items():
            if isinstance(failure, NotNow) or not isinstance(failure, Exception):
                raise failure
            log.error("message_not_kept", source=self.plan.source, uid=uid, fault=type(failure).__name__)
        await self._miss(list(failures))
        return [uid for uid in raws if uid not in failures]

    async def _keep_one(self, raw: bytes) -> None:
        plan = self.plan
        await self._keep(imap_envelope.envelope_of(raw, plan.source, plan.owner, plan.peer), raw)

    # Messages that could not be read.

    async def _read_missed(self, line: Line) -> None:
        for missed in self._here.due(self._now()):
            await self._leave(self._here.trying(missed.uid, self._now()))
            listed = (await imap_fetch.list_messages(line, [missed.uid], self._within)).get(missed.uid)
            if listed is None:
                if not await imap_fetch.still_there(line, [missed.uid], self._within):
                    log.warning("message_gone", source=self.plan.source, uid=missed.uid)
                    await self._leave(self._here.settled(missed.uid))
                continue
            raw = await self._read_alone(line, listed, hopeless=missed.tries >= HOPELESS)
            if raw is not None and await self._keep_all({missed.uid: raw}):
                await self._act(line, [missed.uid])
                await self._leave(self._here.settled(missed.uid))

    async def _read_alone(self, line: Line, listed: Listed, *, hopeless: bool) -> bytes | None:
        raws = dict[int, bytes]()
        if listed.size > self.plan.max_size:
            await self._add_head(line, listed, raws)
        elif hopeless:
            head = await imap_fetch.fetch_head(line, listed.uid, self._within)
            if head is not None:
                raws[listed.uid] = imap_envelope.stand_in(head, imap_envelope.UNREADABLE)
        else:
            raws.update(await imap_fetch.fetch_messages(line, [listed], self._within))
        raw = raws.get(listed.uid)
        return None if raw is None or imap_envelope.is_fake(raw) else raw

    # Messages that are kept.

    async def _act(self, line: Line, uids: Sequence[int]) -> None:
        """Move or mark; where the server will not, the message is none the less ours."""
        move, flag = self.plan.after.move, self.plan.after.flag
        if not uids:
            return
        try:
            if flag is not None:
                await line.call(self._within, lambda session: session.add_flags(uids, [flag], silent=True))
            if move is not None:
                await self._move(line, uids, move)
        except Refused as error:
            log.warning("messages_stay", source=self.plan.source, folder=self.plan.folder, reason=str(error))

    async def _move(self, line: Line, uids: Sequence[int], folder: str) -> None:
        try:
            await line.call(self._within, lambda session: _move_to(session, uids, folder))
        except Refused:
            # Most likely the folder is not there yet (TRYCREATE); if it is, the second answer tells.
            await line.call(self._within, lambda session: session.create_folder(folder))
            await line.call(self._within, lambda session: _move_to(session, uids, folder))


def _move_to(session: Session, uids: Sequence[int], folder: str) -> None:
    """MOVE, or what comes nearest; a copy alone would fill the disk and be copied again and again (L-71)."""
    if session.has_capability("MOVE"):
        session.move(uids, folder)
        return
    session.copy(uids, folder)
    session.add_flags(uids, [r"\Deleted"], silent=True)
    if session.has_capability("UIDPLUS"):
        # Without it, EXPUNGE would also remove what somebody else has marked.
        session.uid_expunge(uids)
