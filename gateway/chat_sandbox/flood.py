"""How much a bot may send (docs, FAQ "My bot is hitting limits"): one message a second and chat, with short
bursts, twenty a minute to a group, thirty a second to everybody. Token buckets; the time is an argument.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime

from gateway.chat_sandbox.wire import too_many_requests


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and then so many a second."""

    burst: int
    per_second: float


@dataclass(slots=True)
class _Bucket:
    left: float
    since: datetime

    def seconds_to_wait(self, rate: Rate, now: datetime) -> float:
        """Zero when one may go now."""
        elapsed = max((now - self.since).total_seconds(), 0.0)
        self.left = min(self.left + elapsed * rate.per_second, float(rate.burst))
        self.since = now
        return max(1 - self.left, 0.0) / rate.per_second


@dataclass
class FloodLimits:
    """The limits of one bot. A refused call takes nothing, and other chats go on."""

    chat: Rate = Rate(burst=3, per_second=1.0)
    group: Rate = Rate(burst=20, per_second=20 / 60)
    everybody: Rate = Rate(burst=30, per_second=30.0)
    _buckets: dict[str, _Bucket] = field(default_factory=dict[str, _Bucket])

    def spend(self, chat_id: int, messages: int, now: datetime) -> None:
        """So many messages to this chat. Raises Refusal 429 with the whole seconds to wait."""
        rates = {"": self.everybody, str(chat_id): self.group if chat_id < 0 else self.chat}
        buckets = {
            name: self._buckets.setdefault(name, _Bucket(float(rate.burst), now))
            for name, rate in rates.items()
        }
        wait = max(bucket.seconds_to_wait(rates[name], now) for name, bucket in buckets.items())
        if wait > 0:
            raise too_many_requests(math.ceil(wait))
        for bucket in buckets.values():
            bucket.left -= messages
