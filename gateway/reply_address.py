"""The signed token in Reply-To and in our Message-ID: made by one function, checked by one function.

Twenty-four letters of base32, blind to case, short enough for a plus-address: eight look up what was sent, sixteen are
eighty bits of HMAC over everything that must not change: case, recipient, role, notice and expiry. The token says which
message is being answered. It is not authentication by itself: everybody in copy sees it, so a caller must also
compare the sender with whom it was bound to (RELIABILITY 2.1). Several keys may live at once; the first one signs.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

LOOK_UP_LENGTH = 8
MAC_BYTES = 10
_TOKEN = re.compile(r"[a-z2-7]{24}")


@dataclass(frozen=True, slots=True)
class Bound:
    """What a token vouches for."""

    look_up: str
    case_number: str
    address: str
    role: str
    notice: str
    until: datetime


def sign(key: bytes, bound: Bound) -> str:
    """The token of one message to one person."""
    return bound.look_up + _mac(key, bound)


def verify(keys: Sequence[bytes], token: str, bound: Bound) -> bool:
    """Whether the token was made by us for exactly this. Compares in constant time, whatever the key."""
    given = token.lower().encode()
    return any([hmac.compare_digest(given, sign(key, bound).encode()) for key in keys])  # noqa: C419 - no early exit


def look_up_of(token: str) -> str:
    """The part of a token by which the sent message is found."""
    return token[:LOOK_UP_LENGTH]


def reply_to(support: str, token: str) -> str:
    """`support+<token>@…`"""
    local, _, domain = support.rpartition("@")
    return f"{local}+{token}@{domain}"


def message_id(token: str, domain: str) -> str:
    """`<<token>@…>`, for providers that do not deliver plus-addresses."""
    return f"<{token}@{domain}>"


def is_ours(address: str, support: str) -> bool:
    """Whether mail to this address is for us: the support address, with any or no token (a broken one is reviewed)."""
    local, _, domain = address.rpartition("@")
    own_local, _, own_domain = support.rpartition("@")
    return domain.lower() == own_domain.lower() and local.lower().partition("+")[0] == own_local.lower()


def is_token(text: str) -> bool:
    """Whether it has a token's shape, in either case."""
    return _TOKEN.fullmatch(text.lower()) is not None


def tokens_in(addresses: Iterable[str], ids: Iterable[str], support: str) -> tuple[str, ...]:
    """Everything of a token's shape among the addresses a mail was sent to and the ids it answers, nearest first."""
    own_domain = support.rpartition("@")[2].lower()
    plus = [each.rpartition("@")[0].lower().partition("+")[2] for each in addresses if is_ours(each, support)]
    parts = [each.strip("<> ").lower().rpartition("@") for each in ids]
    found = plus + [local for local, _, domain in parts if domain == own_domain]
    return tuple(dict.fromkeys(token for token in found if _TOKEN.fullmatch(token)))


def _mac(key: bytes, bound: Bound) -> str:
    facts = (
        bound.look_up,
        bound.case_number,
        bound.address.lower(),
        bound.role,
        bound.notice,
        str(int(bound.until.timestamp())),
    )
    digest = hmac.new(key, "\x00".join(facts).encode(), hashlib.sha256).digest()[:MAC_BYTES]
    return base64.b32encode(digest).decode().lower()
