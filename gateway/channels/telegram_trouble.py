"""What is wrong between Telegram and us: one alarm however long it lasts, pauses that grow, health (F27)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from gateway.channels.telegram_client import seconds_to_wait
from gateway.errors import NotNow

log = structlog.get_logger()

RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
DEGRADED_AFTER = timedelta(minutes=2)
"""So long it may be silent before it counts as trouble: one alarm, whatever it is (F27)."""


class NotDelivered(Exception):
    """Telegram has updates for us, and its calls fail: a front is down, a certificate has ended (F27)."""


@dataclass(frozen=True, slots=True)
class _Trouble:
    kind: str
    since: datetime
    rounds: int = 1
    is_told: bool = False


class Troubles:
    """Of one bot."""

    def __init__(self, bot: int, now: Callable[[], datetime]) -> None:
        self._bot = bot
        self._now = now
        self._trouble: _Trouble | None = None
        self._last_answer: datetime | None = None

    def health(self) -> Mapping[str, object]:
        """For /readyz: whether updates come, and why not. No server's words."""
        trouble = self._trouble
        return {
            "ok": trouble is None or not trouble.is_told,
            "why": trouble.kind if trouble is not None else None,
            "last_answer": self._last_answer,
        }

    def over(self) -> None:
        """All is well."""
        if self._trouble is not None or self._last_answer is None:
            log.info("telegram_read", bot=self._bot)
        self._trouble, self._last_answer = None, self._now()

    def failed(self, error: Exception) -> float:
        """How long to pause; an alarm once, when it lasts or cannot mend itself."""
        now, kind = self._now(), _kind(error)
        before = self._trouble or _Trouble(kind, now, rounds=0)
        lasts = now - before.since >= DEGRADED_AFTER or isinstance(error, InvalidToken | Conflict)
        self._trouble = _Trouble(kind, before.since, before.rounds + 1, before.is_told or lasts)
        is_new = before.rounds == 0 or before.kind != kind
        tell = log.error if lasts and not before.is_told else log.warning if is_new else log.debug
        tell("telegram_troubled", kind=kind, reason=type(error).__name__, rounds=self._trouble.rounds)
        if isinstance(error, RetryAfter):
            return seconds_to_wait(error)
        return RETRY_SECONDS[min(before.rounds, len(RETRY_SECONDS) - 1)]


def _kind(error: Exception) -> str:
    match error:
        case InvalidToken():
            return "the token is refused"
        case Conflict():
            return "another program polls the same bot"
        case NotNow():
            return "our own database is not ready"
        case NotDelivered():
            return "Telegram cannot deliver to our address"
        case TelegramError():
            return "no connection to Telegram"
        case _:
            return "a fault of ours"
