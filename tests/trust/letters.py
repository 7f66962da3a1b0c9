"""Letters of an invented engineer and customer, signed with keys made by the test."""

from datetime import UTC, datetime
from typing import Any, cast

import dkim  # pyright: ignore[reportMissingTypeStubs] - dkimpy has none

from gateway.messages import Address, Envelope
from gateway.trust.dns import Kind
from gateway.trust.rules import TrustRules
from tests.trust.fake_dns import FakeResolver
from tests.trust.rsa import make_key

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SENDER = Address("Lin Yu", "lin.yu@hexiang.example")
DOMAIN = "hexiang.example"
RULES = TrustRules()

OVER_LMTP = Envelope("lmtp", "lin.yu@hexiang.example", ("support@yunling.example",))
FROM_OUTSIDE = Envelope("smtp", "lin.yu@hexiang.example", ("support@yunling.example",), "198.51.100.7")

LETTER = (
    b"Received: from mail.hexiang.example by mx.elsewhere.example with ESMTPS; Mon, 23 Nov 2026 09:00:00 +0000\r\n"
    b"From: Lin Yu <lin.yu@hexiang.example>\r\n"
    b"To: support@yunling.example\r\n"
    b"Subject: Login fails\r\n"
    b"Date: Mon, 23 Nov 2026 17:00:00 +0800\r\n"
    b"Message-ID: <1@hexiang.example>\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"\r\n"
    b"Since this morning nobody can log in.\r\n"
)
SIGNED_FIELDS = ("from", "to", "subject", "date", "message-id")
_dkim = cast("Any", dkim)  # untyped


def sign(
    letter: bytes = LETTER, domain: str = DOMAIN, selector: str = "s1", bits: int = 1024, **options: Any
) -> bytes:
    """The letter with a signature by dkimpy on top. Options as in `dkim.sign`."""
    options.setdefault("include_headers", SIGNED_FIELDS)
    header: bytes = _dkim.sign(letter, selector.encode(), domain.encode(), make_key(bits).private, **options)
    return header + letter


def signature(**options: Any) -> bytes:
    """A signature alone, over the usual letter."""
    return sign(**options).partition(b"Received:")[0]


def dkimpy_accepts(raw: bytes) -> bool:
    """The verdict of dkimpy's own verifier, which knows the usual key."""

    def answer(*_name: object, **_timeout: object) -> bytes:
        return make_key().record.encode()

    return _dkim.verify(raw, dnsfunc=answer)


def keys(
    domain: str = DOMAIN, selector: str = "s1", bits: int = 1024
) -> dict[tuple[str, Kind], tuple[str, ...]]:
    """The record by which the signature can be checked."""
    return {(f"{selector}._domainkey.{domain}", "TXT"): (make_key(bits).record,)}


def resolver(**silent: Any) -> FakeResolver:
    """A name system that knows the key of the usual domain."""
    return FakeResolver(keys(), **silent)


def with_policy(policy: str, domain: str = DOMAIN, more: Any = None) -> FakeResolver:
    """A name system that knows the key, and a DMARC policy for a domain."""
    return FakeResolver({**keys(), **(more or {}), (f"_dmarc.{domain}", "TXT"): (policy,)})
