"""Asking a folder what lies in it and for the messages themselves; one message's fault does not hide the others.

Each function is a few calls on a `Line`. What the server refuses for many at once is asked for one by one, and what
it refuses then is left out of the answer.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gateway.channels import imap_envelope
from gateway.channels.imap_line import Line
from gateway.channels.imap_session import Refused, Session

WINDOW = 50_000  # UIDs asked about at once: imaplib refuses an answer line of a megabyte
LISTED = 200  # messages whose size and date are asked for at once
BATCH_BYTES = 8_000_000
BATCH_MESSAGES = 50
SLOWEST = 50_000  # bytes a second: what a large message adds to the limit of its call
HEAD = "BODY.PEEK[HEADER]<0.262144>"


@dataclass(frozen=True, slots=True)
class Selected:
    """A folder at the moment it was selected. `highest`: no message had a higher UID, as far as the server tells."""

    uidvalidity: int
    highest: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A message's size in bytes, as announced, and when it arrived, where the server says."""

    uid: int
    size: int
    arrived: datetime | None


async def select(line: Line, folder: str, within: float, *, readonly: bool) -> Selected:
    """Open the folder. Raises Refused, also where the server numbers nothing, and ConnectionLost."""
    answer = await line.call(within, lambda session: session.select_folder(folder, readonly))
    validity, following = answer.get(b"UIDVALIDITY"), answer.get(b"UIDNEXT")
    if not isinstance(validity, int):
        raise Refused("the folder has no UIDVALIDITY: it cannot be read reliably")
    if isinstance(following, int):
        return Selected(validity, following - 1)
    last = await line.call(within, lambda session: session.search(["UID", "*"]))
    return Selected(validity, max(last, default=0))


async def uids_from(
    line: Line, first: int, last: int | None, within: float, *, arrived: Mapping[str, date] | None = None
) -> Sequence[int]:
    """UIDs from `first` to `last` (None: to the end), ascending; `arrived`: {"SINCE": day} and {"BEFORE": day}."""
    dates = [part for key, day in (arrived or {}).items() for part in (key, day)]

    def ask(session: Session) -> Sequence[int]:
        return session.search(["UID", f"{first}:{'*' if last is None else last}", *dates])

    found = await line.call(within, ask)
    # "n:*" holds the last message also where n is above it (F13).
    return sorted({uid for uid in found if uid >= first and (last is None or uid <= last)})


def windows(first: int, last: int) -> Iterator[tuple[int, int]]:
    """The UIDs from first to last in pieces that a server can answer in one line."""
    for start in range(first, last + 1, WINDOW):
        yield start, min(start + WINDOW - 1, last)


async def list_messages(line: Line, uids: Sequence[int], within: float) -> Mapping[int, Listed]:
    """Size and arrival of each; those that are gone, or that the server will not describe, are missing."""
    answer = await _fetch(line, uids, ["RFC822.SIZE", "INTERNALDATE"], within)
    return {
        uid: Listed(uid, size, _moment(items)) for uid, items in answer.items() if (size := _size(items)) >= 0
    }


def batches(listed: Sequence[Listed]) -> Iterator[Sequence[Listed]]:
    """In order, each of at most BATCH_MESSAGES and, unless one alone is larger, BATCH_BYTES."""
    batch, size = list[Listed](), 0
    for each in listed:
        if batch and (len(batch) == BATCH_MESSAGES or size + each.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += each.size
    if batch:
        yield batch


async def fetch_messages(line: Line, batch: Sequence[Listed], within: float) -> Mapping[int, bytes]:
    """The messages' bytes; those that are gone, or that the server will not give, are missing."""
    longer = within + sum(each.size for each in batch) / SLOWEST
    answer = await _fetch(line, [each.uid for each in batch], ["BODY.PEEK[]"], longer)
    return _texts(answer)


async def fetch_head(line: Line, uid: int, within: float) -> bytes | None:
    """A message's header fields; None where the server will not give even these."""
    return _texts(await _fetch(line, [uid], [HEAD], within)).get(uid)


async def fetch_stand_in(line: Line, listed: Listed, limit: int, within: float) -> bytes | None:
    """What stands for a message larger than `limit` bytes: its head, and the reason (L-79)."""
    head = await fetch_head(line, listed.uid, within)
    return (
        imap_envelope.stand_in(head, imap_envelope.too_large(listed.size, limit))
        if head is not None
        else None
    )


async def still_there(line: Line, uids: Sequence[int], within: float) -> frozenset[int]:
    """Which of them the folder still holds: somebody may have moved or deleted the others meanwhile (L-70)."""
    if not uids:
        return frozenset()
    found = await line.call(within, lambda session: session.search(["UID", ",".join(map(str, uids))]))
    return frozenset(found).intersection(uids)


async def _fetch(
    line: Line, uids: Sequence[int], items: Sequence[str], within: float
) -> Mapping[int, Mapping[bytes, Any]]:
    try:
        return await line.call(within, _asking(uids, items))
    except Refused:
        if len(uids) == 1:
            return {}
    one_by_one = dict[int, Mapping[bytes, Any]]()
    for uid in uids:
        one_by_one.update(await _fetch(line, [uid], items, within))
    return one_by_one


def _asking(
    uids: Sequence[int], items: Sequence[str]
) -> Callable[[Session], Mapping[int, Mapping[bytes, Any]]]:
    return lambda session: session.fetch(uids, items)


def _texts(answer: Mapping[int, Mapping[bytes, Any]]) -> Mapping[int, bytes]:
    """The BODY item of each, under whichever name the server repeats it; an empty one is none."""
    bodies = {
        uid: next((value for key, value in items.items() if key.upper().startswith(b"BODY[")), None)
        for uid, items in answer.items()
    }
    return {uid: body for uid, body in bodies.items() if isinstance(body, bytes) and body}


def _size(items: Mapping[bytes, Any]) -> int:
    size = items.get(b"RFC822.SIZE")
    return size if isinstance(size, int) else -1


def _moment(items: Mapping[bytes, Any]) -> datetime | None:
    at = items.get(b"INTERNALDATE")
    return at if isinstance(at, datetime) and at.tzinfo is not None else None
