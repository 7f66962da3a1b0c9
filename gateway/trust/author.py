"""Who a message says it is from, where that can be read in one way only."""

import re

from gateway.messages import Address
from gateway.trust.evidence import Unfit
from gateway.trust.header_block import Letter, without_comments

_QUOTED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_MAILBOX = re.compile(r"[^<>,;:]*<([^<>]*)>\s*|\s*(\S+)\s*")
_ADDRESS = re.compile(r"[^\s()<>\[\]:;@\\,\"]{1,64}@([^\s()<>\[\]:;@\\,\"]{1,253})")
_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)+")


def author_domain(letter: Letter, sender: Address | None) -> str:
    """The domain of the only address in the only From, in lower case and in A-labels.

    Raises Unfit for several From fields, several addresses, a group, an address in any unusual clothes, and where it
    is not the `sender` as whom the message is being treated (RELIABILITY 2.1 rule 3, T5).
    """
    fields = list(letter.all("from"))
    if len(fields) != 1:
        raise Unfit(f"it has {len(fields) or 'no'} From fields")
    written = _QUOTED.sub(" ", without_comments(fields[0].text))
    mailbox = _MAILBOX.fullmatch(written)
    address = _ADDRESS.fullmatch((mailbox[1] if mailbox[1] is not None else mailbox[2]) if mailbox else "")
    if address is None:
        raise Unfit("its From is not one plain address")
    domain = domain_name(_as_utf8(address[1]))
    if domain is None:
        raise Unfit("its From has no domain that could be looked up")
    if sender is None or _as_utf8(address[0]).lower() != sender.address.lower():
        raise Unfit("its From is not the sender it was read as")
    return domain


def domain_name(written: str) -> str | None:
    """A domain of two labels or more as it is asked for: lower case, A-labels, no final dot; None if it is none."""
    name = written.strip().rstrip(".")
    if len(name) > 253:
        return None
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    name = name.lower()
    return name if len(name) <= 253 and _DOMAIN.fullmatch(name) else None


def _as_utf8(latin: str) -> str:
    """Internationalised addresses are UTF-8 (RFC 6532)."""
    return latin.encode("latin-1").decode("utf-8", "replace")
