"""How much one mail server bears before it says no: the numbers, with their reasons."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server bears (RELIABILITY T18). Sizes in bytes, times in seconds.

    `drain_size`: how much of a message over `max_size` is read before we hang up. `recipients`: RCPT commands of
    one transaction, refused ones included. `bad_commands`: refused commands, and `junk_commands`: commands
    that move no mail (NOOP, RSET, ...), both since the last kept message. `commit_seconds`: how long a client
    waits for keeping; RFC 5321 section 4.5.3.2.6 lets it wait ten minutes. `large_at_once`: see `Keeper`.
    `loopback_exempt`: connections_per_peer does not bind loopback, where a local MTA delivers for everybody.
    """

    max_size: int = 35 * MEBIBYTE
    drain_size: int = 35 * MEBIBYTE
    connections: int = 500
    connections_per_peer: int = 50
    loopback_exempt: bool = True
    recipients: int = 100
    idle_seconds: float = 60
    data_seconds: float = 600
    commit_seconds: float = 120
    bad_commands: int = 20
    junk_commands: int = 100
    large_at_once: int = 4
