"""One DKIM-Signature field: read, judged fit or unfit as evidence, and compared with the message (RFC 6376).

The arithmetic and the canonical form of headers are dkimpy's; putting them together is ours. Its own verifier
accepts `l=` (RELIABILITY 0.19) and a From that was not signed, reads the clock, hashes the body anew for every
signature, and takes quadratic time for a long run of blanks. A test holds both to the same verdicts.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from dkim.canonicalization import Relaxed  # pyright: ignore[reportMissingTypeStubs] - dkimpy has none

from gateway.trust.author import domain_name
from gateway.trust.dkim_keys import key_of
from gateway.trust.dns import Resolver
from gateway.trust.evidence import Broken, Unfit
from gateway.trust.header_block import Field, Letter, network_form
from gateway.trust.tags import read_tags, without_blanks

ONLY_ONCE = frozenset(
    {
        *("from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to"),
        *("references", "mime-version", "content-type", "content-transfer-encoding"),
    }
)
"""Fields of which a second one could be added to a signed message and be shown instead (RFC 6376 §8.15)."""

FORMS = ("simple", "relaxed")
_SELECTOR = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,250}[A-Za-z0-9_])?")
_DIGITS = re.compile(r"[0-9]{1,12}")
_Pairs = list[tuple[bytes, bytes]]
_relaxed = cast("Callable[[_Pairs], _Pairs]", Relaxed.canonicalize_headers)  # pyright: ignore[reportUnknownMemberType] - dkimpy is untyped


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature says, so far as it is needed to check it. `identity` is the domain of `i=`."""

    domain: str
    selector: str
    identity: str
    header_form: str
    body_form: str
    signed: tuple[str, ...]
    body_hash: bytes
    value: bytes
    field: Field


class Bodies:
    """The digests of one message's body, each computed once."""

    def __init__(self, letter: Letter) -> None:
        self._body = letter.body
        self._digests: dict[str, bytes] = {}

    def digest(self, form: str) -> bytes:
        """SHA-256 of the body in its "simple" or "relaxed" form."""
        if form not in self._digests:
            self._digests[form] = hashlib.sha256(canonical_body(network_form(self._body), form)).digest()
        return self._digests[form]


def domain_of(field: Field) -> str | None:
    """The domain for which a signature speaks, lower case; None where it cannot be read."""
    tags = read_tags(field.text)
    return domain_name(tags.get("d", "")) if tags else None


def claims_a_part(field: Field) -> bool:
    """Whether a signature covers only the first `l=` bytes of the body."""
    return "l" in (read_tags(field.text) or {})


def read_signature(field: Field, letter: Letter, at: datetime) -> Signature:
    """Read a signature on a message received at that moment. Raises Unfit where it must not count."""
    tags = read_tags(field.text)
    if tags is None or not {"v", "a", "b", "bh", "d", "h", "s"} <= tags.keys() or tags["v"] != "1":
        raise Unfit("it is not written as one")
    if "l" in tags:
        raise Unfit("it covers only a part of the body (l=)")
    if tags["a"] != "rsa-sha256":
        raise Unfit("its algorithm is not rsa-sha256")
    if tags.get("q", "dns/txt") != "dns/txt":
        raise Unfit("its key is kept in an unknown place")
    domain = domain_name(tags["d"])
    identity = domain_name(tags.get("i", f"@{tags['d']}").rpartition("@")[2])
    if domain is None or identity is None or not f".{identity}".endswith(f".{domain}"):
        raise Unfit("its domain cannot be read")
    if not _SELECTOR.fullmatch(tags["s"]):
        raise Unfit("its selector cannot be read")
    header_form, _, body_form = tags.get("c", "simple/simple").partition("/")
    body_form = body_form or "simple"
    if header_form not in FORMS or body_form not in FORMS:
        raise Unfit("its canonical form is unknown")
    _check_times(tags, at)
    signed = tuple(name.strip(" \t").lower() for name in tags["h"].split(":"))
    _check_coverage(signed, letter)
    return Signature(
        domain,
        tags["s"],
        identity,
        header_form,
        body_form,
        signed,
        _decoded(tags["bh"]),
        _decoded(tags["b"]),
        field,
    )


def check(signature: Signature, letter: Letter, bodies: Bodies, resolver: Resolver) -> None:
    """Return where the signature is true; raise Broken where it is not, Unfit for its key, or Unanswered."""
    if bodies.digest(signature.body_form) != signature.body_hash:
        raise Broken("the body was changed after signing")
    key = key_of(signature.domain, signature.selector, resolver)
    if key.exact and signature.identity != signature.domain:
        raise Unfit("its key does not sign for subdomains")
    if not key.verifies(hashlib.sha256(signed_bytes(signature, letter)), signature.value):
        raise Broken("it is not by the published key, or a signed field was changed")


def canonical_body(body: bytes, form: str) -> bytes:
    """The body as it is hashed (RFC 6376 §3.4.3, §3.4.4); lines end in CRLF. Linear, whatever the body."""
    if form == "relaxed":
        body = body.replace(b"\t", b" ")
        while b"  " in body:  # every round halves the runs
            body = body.replace(b"  ", b" ")
        body = body.replace(b" \r\n", b"\r\n")
        if body.endswith(b" "):
            body = body[:-1]
    text = body.rstrip(b"\r\n")
    ends = body[len(text) :]
    # What ends it is pairs of CRLF and perhaps stray CRs, which are no line ends: keep up to the last of these.
    kept = text + ends[: ends.rfind(b"\r\r") + 1] if ends.endswith(b"\n") else body
    if not kept:
        return b"" if form == "relaxed" else b"\r\n"
    return kept + b"\r\n"


def signed_bytes(signature: Signature, letter: Letter) -> bytes:
    """The chosen fields, the lowest of a name first, and the signature without its value (RFC 6376 §3.7, §5.4.2)."""
    waiting: dict[str, list[Field]] = {}
    for field in letter.fields:
        waiting.setdefault(field.key, []).append(field)
    chosen = [stack.pop() for name in signature.signed if (stack := waiting.get(name))]
    pairs = [(field.name, field.value) for field in chosen]
    pairs.append((signature.field.name, _without_value(signature.field.value)))
    if signature.header_form == "relaxed":
        pairs = _relaxed(pairs)
    return b"".join(name + b":" + value for name, value in pairs).removesuffix(b"\r\n")


def _without_value(field: bytes) -> bytes:
    specs = field.removesuffix(b"\r\n").split(b";")
    return b";".join(
        spec[: spec.index(b"=") + 1] if spec.partition(b"=")[0].strip() == b"b" else spec for spec in specs
    )


def _check_times(tags: dict[str, str], at: datetime) -> None:
    times = [tags.get("t", "0"), tags.get("x", "0")]
    if not all(_DIGITS.fullmatch(each) for each in times):
        raise Unfit("its times cannot be read")
    signed, expires = (int(each) for each in times)
    if "x" in tags and (at.timestamp() >= expires or expires < signed):
        raise Unfit("it has expired")


def _check_coverage(signed: tuple[str, ...], letter: Letter) -> None:
    present = [field.key for field in letter.fields]
    twice = {name for name in ONLY_ONCE if present.count(name) > 1}
    if twice:
        raise Unfit(f"the message has more than one {min(twice)} field")
    for name in ("from", "subject"):
        if name not in signed and (name == "from" or name in present):
            raise Unfit(f"it does not cover the {name} field")


def _decoded(base64_text: str) -> bytes:
    try:
        return base64.b64decode(without_blanks(base64_text), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise Unfit("it is not written as one") from fault
