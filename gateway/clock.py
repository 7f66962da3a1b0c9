"""The only readers of time and chance."""

import base64
import secrets
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from gateway import case_number

BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)


class RandomIds:
    """Ids from the operating system's source of chance."""

    def __init__(self, case_prefix: str, zone: str) -> None:
        self._prefix = case_prefix
        self._zone = ZoneInfo(zone)

    def inbox_id(self, at: datetime) -> str:
        """Microseconds and chance: sorts by time."""
        return f"{int(at.timestamp() * 1_000_000):014x}{secrets.token_hex(4)}"

    def case_number(self, at: datetime) -> str:
        """Prefix, local day, five digits by chance and a check digit: C261123-048215."""
        return case_number.make(
            self._prefix, at.astimezone(self._zone).date(), secrets.randbelow(case_number.CHANCES)
        )

    def outbound_id(self) -> str:
        """Forty bits as eight letters."""
        return base64.b32encode(secrets.token_bytes(5)).decode().lower()
