"""How much one chat is answered at once: whoever floods a bot is told once that we are busy, and heard all the same.

RELIABILITY T32. Everything that comes is kept and taken in; only what is said at once, and needs no keeping, is
rationed. What is owed to somebody goes through the outbox and is not counted here.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

MOST_ANSWERS = 20
WITHIN = timedelta(minutes=1)
BUSY_EVERY = timedelta(hours=1)
MOST_CHATS = 10_000
"""So many chats are remembered; those that were answered longest ago are forgotten first."""


class Answer(Enum):
    """What is said to somebody who is owed an answer."""

    ITSELF = "itself"
    BUSY = "busy"
    NOTHING = "nothing"


@dataclass(slots=True)
class _Chat:
    answers: deque[datetime] = field(default_factory=deque[datetime])
    told_busy: datetime | None = None


class Patience:
    """Counts the answers of each chat, in memory: after a restart everybody begins anew."""

    def __init__(self) -> None:
        self._chats: dict[str, _Chat] = {}

    def answer(self, chat: str, at: datetime) -> Answer:
        """What may be said now; it counts as said."""
        known = self._chats.pop(chat, None) or _Chat()
        self._chats[chat] = known  # the last one again: the first is who was answered longest ago
        if len(self._chats) > MOST_CHATS:
            del self._chats[next(iter(self._chats))]
        while known.answers and known.answers[0] <= at - WITHIN:
            known.answers.popleft()
        if len(known.answers) < MOST_ANSWERS:
            known.answers.append(at)
            return Answer.ITSELF
        if known.told_busy is not None and known.told_busy > at - BUSY_EVERY:
            return Answer.NOTHING
        known.told_busy = at
        return Answer.BUSY
