"""How long a mailbox waits for what: the figures behind "new mail is seen within 90 s under every fault" (F15).

Pure: nothing here waits, or knows what time it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. `connect` is the whole of a login, with a second token where the first is refused.

    `retry` and `refused`: the waits after failed rounds in a row, without a connection or without a login; the last
    one repeats. Login attempts are rare, since providers lock out who tries too often (L-73).
    """

    poll: float = 30.0
    call: float = 15.0
    connect: float = 20.0
    renew_idle: float = 300.0
    retry: Sequence[float] = (2, 5, 10, 20, 40)
    refused: Sequence[float] = (30, 60, 120, 300)

    def allowance(self) -> "Allowance":
        """Of one round; the first folder that hangs may take `call`."""
        return Allowance(2 * self.call)

    @property
    def longest_unseen(self) -> float:
        """So long may a mail lie unseen while connections break or folders hang, if the server lets us in.

        It came right after a look; the next round loses all it may and does not get to it; the one after that must
        connect first, and begins with what was not reached.
        """
        return self.poll + self.allowance().left + self.retry[0] + self.connect


@dataclass(slots=True)
class Allowance:
    """Seconds that a round may lose to folders that hang, all together: each has half of what the others left."""

    left: float

    @property
    def share(self) -> float:
        """How long the next call, or new connection, may take."""
        return self.left / 2

    def lose(self, seconds: float) -> None:
        """So long was waited in vain, or for a new connection."""
        self.left -= min(seconds, self.share)
