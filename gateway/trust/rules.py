"""What the owner tells us about the mail system around the gateway, as frozen values.

Everything here widens trust; a gateway that is told nothing believes its own checks, and this machine.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class TrustRules:
    """The `[trust]` table.

    `local_hosts`: networks whose programs may hand mail in directly, as themselves. `border_hosts`: networks of our own
    mail servers; what they relay has lost its sender's address, so SPF says nothing of it. `border_names`: host names
    that our mail servers write behind `by` in Received; one with a leading dot stands for every host below it.
    `authserv_id`, `border_strips`, `trusted_sources`: whose Authentication-Results count, that forged ones are
    deleted on the way in (RFC 8601 §5), and the channels over which only mail from the border comes ("lmtp",
    "imap:support"). Without all three none count.
    """

    local_hosts: tuple[Network, ...] = LOOPBACK
    border_hosts: tuple[Network, ...] = ()
    border_names: tuple[str, ...] = ()
    authserv_id: str = ""
    border_strips: bool = False
    trusted_sources: frozenset[str] = frozenset()


def peer_address(peer: str) -> IPv4Address | IPv6Address | None:
    """The client's address without its zone, an IPv4 address in IPv6 clothes as itself; None if it is none."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_within(peer: str, networks: tuple[Network, ...]) -> bool:
    """Whether a client is on one of these networks."""
    address = peer_address(peer)
    return address is not None and any(address in network for network in networks)
