"""The updates of one bot, kept until the offset moves past them (docs, "Getting updates").

Pure: the time is an argument, and whoever waits for updates is woken by `World.changed`, not from here.
"""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.chat_sandbox.wire import JsonObject

LIFETIME = timedelta(hours=24)
FIRST_UPDATE = 711_000_001
MOST_AT_ONCE = 100
NOT_BY_DEFAULT = ("chat_member", "message_reaction", "message_reaction_count")
KINDS = (
    *("message", "edited_message", "channel_post", "edited_channel_post", "business_connection"),
    *("business_message", "edited_business_message", "deleted_business_messages", "message_reaction"),
    *("message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query"),
    *("pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member"),
    *("chat_join_request", "chat_boost", "removed_chat_boost"),
)


@dataclass(frozen=True, slots=True)
class Update:
    """One update: its number, when it happened, and the object that is sent."""

    id: int
    at: datetime
    body: JsonObject

    def to_json(self) -> JsonObject:
        """An Update."""
        return {"update_id": self.id, **self.body}


@dataclass
class UpdateQueue:
    """What a bot has not yet taken. `allowed` is the last `allowed_updates` asked for; None is the default set."""

    allowed: tuple[str, ...] | None = None
    _waiting: deque[Update] = field(default_factory=deque[Update])
    _next: int = FIRST_UPDATE
    _poll: int = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, kind: str, body: JsonObject, at: datetime) -> None:
        """Something happened. Kinds that are not wanted are lost, as with Telegram."""
        if kind in NOT_BY_DEFAULT if self.allowed is None else kind not in self.allowed:
            return
        self._waiting.append(Update(self._next, at, {kind: body}))
        self._next += 1

    def repeat(self, update: Update) -> None:
        """The same update once more, before all others, though it was confirmed: delivery is at least once."""
        self._waiting.appendleft(update)

    def allow(self, kinds: Collection[str]) -> None:
        """Hold for updates from now on; unknown kinds are passed over, none at all means the default set."""
        known = tuple(kind for kind in KINDS if kind in kinds)
        self.allowed = known or None

    def take(self, offset: int, limit: int, now: datetime) -> list[Update]:
        """From `offset` on; what lies before is confirmed and forgotten. A negative offset counts from the end."""
        self._forget_old(now)
        if offset < 0:
            while len(self._waiting) > -offset:
                self._waiting.popleft()
        while self._waiting and self._waiting[0].id < offset:
            self._waiting.popleft()
        size = min(max(limit, 1), MOST_AT_ONCE, len(self._waiting))
        return [self._waiting[place] for place in range(size)]

    def first(self, now: datetime) -> Update | None:
        """The next to go to a webhook."""
        self._forget_old(now)
        return self._waiting[0] if self._waiting else None

    def confirm(self, update_id: int) -> None:
        """The webhook took it."""
        while self._waiting and self._waiting[0].id <= update_id:
            self._waiting.popleft()

    def drop(self) -> None:
        """drop_pending_updates."""
        self._waiting.clear()

    def _forget_old(self, now: datetime) -> None:
        while self._waiting and self._waiting[0].at < now - LIFETIME:
            self._waiting.popleft()

    # Who polls.

    def open_poll(self) -> int:
        """A new poller's ticket; the one before loses its own, and is told 409."""
        self._poll += 1
        return self._poll

    def is_current(self, ticket: int) -> bool:
        """Whether no other poller came since."""
        return ticket == self._poll


@dataclass
class Webhook:
    """Where a bot's updates are posted, and how that went last."""

    url: str
    secret: str = ""
    max_connections: int = 40
    ip_address: str = ""
    last_error_at: datetime | None = None
    last_error: str = ""
