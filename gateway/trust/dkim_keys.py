"""Public keys of DKIM as their owners publish them (RFC 6376 §3.6.1), and what they must be to count.

A record is written by whoever owns the domain, so it is hostile too: its size is bounded before anything is computed.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from dkim import crypto  # pyright: ignore[reportMissingTypeStubs] - dkimpy has none

from gateway.trust.dns import Resolver
from gateway.trust.evidence import Unfit
from gateway.trust.tags import read_tags, without_blanks

SMALLEST_BITS = 1024
LARGEST_BITS = 8192
LARGEST_EXPONENT = 1 << 32

_parse = cast("Callable[[bytes], dict[str, int]]", crypto.parse_public_key)  # pyright: ignore[reportUnknownMemberType] - untyped
_verify = cast("Callable[..., bool]", crypto.RSASSA_PKCS1_v1_5_verify)  # pyright: ignore[reportUnknownMemberType] - untyped


@dataclass(frozen=True, slots=True)
class Key:
    """An RSA key. `exact`: it may sign only for addresses of exactly its domain (flag `s`)."""

    modulus: int
    exponent: int
    exact: bool

    def verifies(self, digest: object, signature: bytes) -> bool:
        """Whether the signature is of a hash object's digest (RFC 8017 §8.2.2)."""
        return _verify(digest, signature, {"modulus": self.modulus, "publicExponent": self.exponent})


def key_of(domain: str, selector: str, resolver: Resolver) -> Key:
    """The published key. Raises Unfit where it is missing, revoked or too small; Unanswered."""
    records = resolver.ask(f"{selector}._domainkey.{domain}", "TXT").records
    lists = [tags for record in records if (tags := read_tags(record.decode("latin-1"))) and "p" in tags]
    if len(lists) != 1:
        raise Unfit("its key is not published")
    tags = lists[0]
    if tags.get("v", "DKIM1") != "DKIM1" or tags.get("k", "rsa") != "rsa":
        raise Unfit("its key is of a kind that is not read here")
    if not tags["p"]:
        raise Unfit("its key was revoked")
    if not _allows(tags.get("s", "*"), "*", "email") or not _allows(tags.get("h", "sha256"), "sha256"):
        raise Unfit("its key is not meant for this")
    modulus, exponent = _numbers(tags["p"])
    bits = modulus.bit_length()
    if bits < SMALLEST_BITS:
        raise Unfit(f"its key has only {bits} bits")
    if bits > LARGEST_BITS or not 3 <= exponent <= LARGEST_EXPONENT:
        raise Unfit("its key is out of all proportion")
    return Key(modulus, exponent, exact=_allows(tags.get("t", ""), "s"))


def _allows(listed: str, *wanted: str) -> bool:
    return not {each.strip() for each in listed.split(":")}.isdisjoint(wanted)


def _numbers(written: str) -> tuple[int, int]:
    try:
        key = _parse(base64.b64decode(without_blanks(written), validate=True))
    except (binascii.Error, ValueError, IndexError, AssertionError, crypto.UnparsableKeyError) as fault:
        raise Unfit("its key cannot be read") from fault
    return key["modulus"], key["publicExponent"]
