"""Reading what lies in a mailbox from before us, for `gateway import mailbox`: everything once, nothing changed.

It leaves no bookmark and sets no flag. A message that cannot be had is counted and passed over.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.channels import imap_envelope, imap_fetch
from gateway.channels.imap_fetch import Listed
from gateway.channels.imap_line import Line
from gateway.channels.imap_mailbox import Mailbox, log_in
from gateway.channels.imap_session import ConnectionLost
from gateway.messages import Envelope

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Past:
    """A message from before us, and when it arrived, where that is known."""

    envelope: Envelope
    raw: bytes
    arrived: datetime | None


@dataclass(frozen=True, slots=True)
class Span:
    """What arrived from `first` on (None: ever) and before `until`."""

    first: datetime | None
    until: datetime

    def holds(self, arrived: datetime | None) -> bool:
        """Whether it belongs to the span; what has no date does."""
        return arrived is None or ((self.first is None or arrived >= self.first) and arrived < self.until)


class FolderHistory:
    """One folder's past. `total` is known once `read` has begun; `unread` counts what could not be had."""

    def __init__(
        self,
        mailbox: Mailbox,
        folder: str,
        span: Span,
        take: Callable[[Sequence[Past]], Awaitable[None]],
        progress: Callable[[int, int], None],
    ) -> None:
        self._mailbox = mailbox
        self._folder = folder
        self._span = span
        self._take = take
        self._progress = progress
        self._line: Line | None = None
        self.unread = 0

    async def read(self) -> None:
        """Hand everything to `take`, in the order of arrival. Raises ConnectionLost, LoginRefused or Refused."""
        try:
            uids = await self._uids()
            for start in range(0, len(uids), imap_fetch.LISTED):
                some = uids[start : start + imap_fetch.LISTED]
                await self._read_some(some)
                self._progress(start + len(some), len(uids))
        finally:
            if self._line is not None:
                self._line.cut()

    @property
    def _within(self) -> float:
        return self._mailbox.patience.call

    async def _uids(self) -> Sequence[int]:
        line = await self._selected()
        highest = (await imap_fetch.select(line, self._folder, self._within, readonly=True)).highest
        # Days, since that is all a server can search for, and generously: its day may begin elsewhere.
        arrived = {"BEFORE": (self._span.until + 2 * A_DAY).date()}
        if self._span.first is not None:
            arrived["SINCE"] = (self._span.first - A_DAY).date()
        found = list[int]()
        for first, last in imap_fetch.windows(1, highest):
            found += await imap_fetch.uids_from(line, first, last, self._within, arrived=arrived)
        self._progress(0, len(found))
        return found

    async def _read_some(self, uids: Sequence[int]) -> None:
        listed = await imap_fetch.list_messages(await self._selected(), uids, self._within)
        ours = [listed[uid] for uid in uids if uid in listed and self._span.holds(listed[uid].arrived)]
        self.unread += len(uids) - len(listed)
        for batch in imap_fetch.batches(ours):
            try:
                raws = await self._fetch(batch)
            except ConnectionLost:
                raws = await self._fetch_singly(batch)
            self.unread += len(batch) - len(raws)
            await self._take([self._past(each, raws[each.uid]) for each in batch if each.uid in raws])

    async def _fetch(self, batch: Sequence[Listed]) -> dict[int, bytes]:
        line = await self._selected()
        whole = [each for each in batch if each.size <= self._mailbox.max_size]
        raws = dict(await imap_fetch.fetch_messages(line, whole, self._within)) if whole else {}
        for each in batch:
            if each.size > self._mailbox.max_size:
                instead = await imap_fetch.fetch_stand_in(line, each, self._mailbox.max_size, self._within)
                raws.update({each.uid: instead} if instead is not None else {})
        return {uid: raw for uid, raw in raws.items() if not imap_envelope.is_fake(raw)}

    async def _fetch_singly(self, batch: Sequence[Listed]) -> dict[int, bytes]:
        """After a connection broke: whichever message broke it is passed over."""
        raws = dict[int, bytes]()
        for each in batch:
            try:
                raws |= await self._fetch([each])
            except ConnectionLost:
                continue
        return raws

    async def _selected(self) -> Line:
        """The connection, with the folder open; a new one where it broke."""
        if self._line is None or self._line.is_cut:
            self._line = await log_in(self._mailbox, f"history {self._folder}")
            await imap_fetch.select(self._line, self._folder, self._within, readonly=True)
        return self._line

    def _past(self, listed: Listed, raw: bytes) -> Past:
        mailbox = self._mailbox
        source = f"imap:{mailbox.name}"
        return Past(
            imap_envelope.envelope_of(raw, source, mailbox.user, mailbox.server.host), raw, listed.arrived
        )
