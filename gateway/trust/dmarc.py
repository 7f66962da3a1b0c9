"""What the owner of a domain asks of mail in its name: the DMARC policy (RFC 7489 §6)."""

from dataclasses import dataclass
from typing import Literal

from gateway.trust.dns import Resolver, Unanswered
from gateway.trust.organisations import organisational
from gateway.trust.tags import read_tags

Wish = Literal["none", "quarantine", "reject"]
_WISHES: dict[str, Wish] = {"none": "none", "quarantine": "quarantine", "reject": "reject"}


@dataclass(frozen=True, slots=True)
class Policy:
    """How exactly a proved domain must equal the From domain, and what is asked for mail without proof.

    `unanswered`: the name servers were silent; then only what would satisfy any policy is proof.
    """

    wish: Wish = "none"
    strict_dkim: bool = False
    strict_spf: bool = False
    unanswered: bool = False


def policy_of(author: str, resolver: Resolver) -> Policy:
    """The policy at `_dmarc.<author>` or else at its organisation's; relaxed and without a wish where there is none."""
    organisation = organisational(author)
    try:
        own = _record(author, resolver)
        if own is not None:
            return _policy(own, own.get("p"))
        above = _record(organisation, resolver) if organisation != author else None
    except Unanswered:
        return Policy(strict_dkim=True, strict_spf=True, unanswered=True)
    return _policy(above, above.get("sp", above.get("p"))) if above is not None else Policy()


def _record(domain: str, resolver: Resolver) -> dict[str, str] | None:
    """The one DMARC record of a name; several are none (§6.6.3)."""
    found = [
        tags
        for record in resolver.ask(f"_dmarc.{domain}", "TXT").records
        if (tags := read_tags(record.decode("latin-1"))) and next(iter(tags.items())) == ("v", "DMARC1")
    ]
    return found[0] if len(found) == 1 else None


def _policy(tags: dict[str, str], wish: str | None) -> Policy:
    return Policy(
        wish=_WISHES.get((wish or "").lower(), "none"),
        strict_dkim=tags.get("adkim", "").lower() == "s",
        strict_spf=tags.get("aspf", "").lower() == "s",
    )
