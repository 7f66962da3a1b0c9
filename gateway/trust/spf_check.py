"""Whether a client may send for the domain of a return path: SPF (RFC 7208), evaluated by pyspf.

pyspf is the reference, and from 2020. It gets its answers from our resolver, bounded, and records of such a length
only that its slowest loops stay short; whatever else a stranger's record makes it do is a permanent error.
"""

from ipaddress import IPv4Address, IPv6Address
from typing import Any, Literal, cast

import spf  # pyright: ignore[reportMissingTypeStubs] - pyspf has none

from gateway.trust.dns import AskedTooMuch, Kind, Metered, Resolver, Unanswered

MAX_QUESTIONS = 30
MAX_SECONDS = 15.0
LONGEST_RECORD = 2048
LONGEST_PATH = 320
MOST_EMPTY_ANSWERS = 2

SpfResult = Literal["pass", "fail", "softfail", "neutral", "none", "permerror", "temperror"]
_RESULTS: dict[str, SpfResult] = {
    "pass": "pass",
    "fail": "fail",
    "softfail": "softfail",
    "neutral": "neutral",
    "none": "none",
    "temperror": "temperror",
}


def spf_result(peer: IPv4Address | IPv6Address, mail_from: str, domain: str, resolver: Resolver) -> SpfResult:
    """The result for the client `peer` and the return path `mail_from`, whose domain in A-labels is `domain`.

    The greeting is not known here, so its domain stands in for it where a record asks (macro `h`).
    """
    if len(mail_from) > LONGEST_PATH or not mail_from.isascii():
        return "none"
    try:
        asked = Metered(resolver, MAX_QUESTIONS, MAX_SECONDS)
        query = _Query(str(peer), mail_from.rpartition("@")[0], domain, asked)
        result, _code, _explanation = cast("tuple[str, int, str]", query.check())  # pyright: ignore[reportUnknownMemberType] - untyped
        return _RESULTS.get(result, "permerror")
    except Exception:  # noqa: BLE001 - pyspf reads what a stranger wrote, and asserts, recurses and slices as it likes
        return "permerror"


class _Query(spf.query):
    """pyspf's evaluation, asking our resolver instead of the network."""

    def __init__(self, peer: str, local: str, domain: str, resolver: Resolver) -> None:
        super().__init__(i=peer, s=f"{local}@{domain}", h=domain, strict=True)  # pyright: ignore[reportUnknownMemberType] - untyped
        self._resolver = resolver

    def dns(self, name: Any, qtype: Any, cnames: Any = None, ignore_void: bool = False) -> list[Any]:
        """The records in the shapes that pyspf expects; counts the empty answers (RFC 7208 §4.6.4)."""
        kind: Kind = qtype
        try:
            records = self._resolver.ask(str(name), kind).records
        except Unanswered as silence:
            raise spf.TempError(str(silence)) from silence
        except AskedTooMuch as excess:
            raise spf.PermError(str(excess)) from excess
        if not records and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > MOST_EMPTY_ANSWERS:
                raise spf.PermError("too many questions without an answer")
        return [shaped for record in records if (shaped := _shaped(record, kind)) is not None]


def _shaped(record: bytes, kind: Kind) -> Any:
    if kind == "TXT":
        return (record,) if len(record) <= LONGEST_RECORD else None
    if kind == "MX":
        preference, _, host = record.decode("latin-1").partition(" ")
        return (int(preference), host)
    return record.decode("latin-1")
