"""The only readers of time and chance."""

import secrets
from datetime import UTC, datetime

BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
NUMBER_DIGITS = 6


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)


class RandomIds:
    """Ids from the operating system's source of chance."""

    def __init__(self, case_prefix: str, zone: str = "Asia/Shanghai") -> None:
        from zoneinfo import ZoneInfo

        self._prefix = case_prefix
        self._zone = ZoneInfo(zone)

    def inbox_id(self, at: datetime) -> str:
        """Microseconds and chance: sorts by time."""
        return f"{int(at.timestamp() * 1_000_000):014x}{secrets.token_hex(4)}"

    def case_number(self, at: datetime) -> str:
        """Prefix, local day, five digits by chance and a check digit: C261123-048213."""
        day = at.astimezone(self._zone).strftime("%y%m%d")
        chance = f"{secrets.randbelow(10 ** (NUMBER_DIGITS - 1)):0{NUMBER_DIGITS - 1}d}"
        return f"{self._prefix}{day}-{chance}{check_digit(day + chance)}"

    def outbound_id(self) -> str:
        """Forty bits as eight letters."""
        return "".join(secrets.choice(BASE32) for _ in range(8))


def check_digit(digits: str) -> str:
    """Luhn's digit: one wrong or two swapped digits make another one."""
    total = 0
    for place, character in enumerate(reversed(digits)):
        value = int(character) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
