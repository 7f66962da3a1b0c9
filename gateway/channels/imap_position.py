"""How far a folder has been read, by UID and UIDVALIDITY and never by \\Seen (L-63, L-64, L-68, F14).

Plain values; `Position` is what the channel leaves in the database as its bookmark after each batch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

FIRST_RETRY = timedelta(seconds=15)
LAST_RETRY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Missed:
    """A message that is there and could not be read: tried again at `due`, counted before each attempt (F9)."""

    uid: int
    tries: int
    due: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """Everything up to `last_uid` is done, except `missed`.

    Of the messages up to `old_up_to`, which lay there at the first look or got new UIDs since, only those that
    arrived from `since` on are ours; the others are history.
    """

    uidvalidity: int
    last_uid: int
    since: datetime
    old_up_to: int = 0
    missed: tuple[Missed, ...] = ()

    def done(self, up_to: int) -> "Position":
        """Everything up to this UID is kept, or is none of our business."""
        return replace(self, last_uid=max(self.last_uid, up_to))

    def missing(self, uids: Iterable[int], at: datetime) -> "Position":
        """These could not be read; they are tried again at once."""
        known = {each.uid for each in self.missed}
        more = tuple(Missed(uid, 0, at) for uid in uids if uid not in known)
        return replace(self, missed=tuple(sorted((*self.missed, *more), key=lambda each: each.uid)))

    def trying(self, uid: int, at: datetime) -> "Position":
        """One of them is about to be tried once more; when that fails, the next attempt comes later."""
        return replace(
            self, missed=tuple(_tried(each, at) if each.uid == uid else each for each in self.missed)
        )

    def settled(self, uid: int) -> "Position":
        """It is kept after all, or has gone."""
        return replace(self, missed=tuple(each for each in self.missed if each.uid != uid))

    @property
    def has_failed_alone(self) -> bool:
        """Whether one of them was asked for by itself, in vain: then it was no passing fault of the connection."""
        return any(each.tries > 0 for each in self.missed)

    def due(self, at: datetime) -> Sequence[Missed]:
        """Which of them are to be tried now."""
        return [each for each in self.missed if each.due <= at]

    def renumbered(self, uidvalidity: int, highest: int) -> "Position":
        """The server has given every message a new UID: all of them are looked at again (F11)."""
        return Position(uidvalidity, last_uid=0, since=self.since, old_up_to=highest)


def first_look(uidvalidity: int, highest: int, since: datetime) -> Position:
    """Nothing read yet; of what lies there, what arrived from `since` on is new."""
    return Position(uidvalidity, last_uid=0, since=since, old_up_to=highest)


def to_text(position: Position) -> str:
    """For the bookmark."""
    return msgspec.json.encode(position).decode()


def from_text(text: str) -> Position:
    """The position as it was left."""
    return msgspec.json.decode(text, type=Position)


def _tried(missed: Missed, at: datetime) -> Missed:
    wait = min(FIRST_RETRY * 2 ** min(missed.tries, 20), LAST_RETRY)
    return Missed(missed.uid, missed.tries + 1, at + wait)
