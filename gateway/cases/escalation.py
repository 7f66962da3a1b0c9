"""Whom to tell next when a promise is missed (P-50). Never nobody."""

from collections.abc import Sequence

ADMINISTRATOR = "administrator"


def next_rung(chain: Sequence[str], rung: int, staffed: frozenset[str]) -> tuple[int, str]:
    """The rung above `rung` (0 is the ground) that somebody stands on, and its role.

    An empty role falls through to the next one above; past the end, or when everybody above is missing,
    the administrator is told and the rung stays at the top.
    """
    for above in range(rung + 1, len(chain) + 1):
        if chain[above - 1] in staffed:
            return above, chain[above - 1]
    return len(chain) + 1, ADMINISTRATOR


def is_top(chain: Sequence[str], rung: int) -> bool:
    """Whether nobody stands higher; an escalation from here climbs no further."""
    return rung > len(chain)
