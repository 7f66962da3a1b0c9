"""Mail addresses in the text that are the writer's own, or those of whoever is to be called."""

import re
from collections.abc import Iterator, Sequence

from gateway.parsers.entities.candidates import Candidate, Field, sighting
from gateway.parsers.entities.letter import Letter, Zone

_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,6}[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
_NOBODY = re.compile(
    r"^(?:abuse|postmaster|mailer-daemon|no-?reply|do-?not-?reply|privacy|unsubscribe|dpo|legal|newsletter)@",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?:邮箱|电邮|信箱|邮件|e-?mail|mail|联系)\s{0,2}[:.]?\s{0,2}$", re.IGNORECASE)


def find(
    letter: Letter, found: Sequence[Candidate], *, our_domains: frozenset[str] = frozenset()
) -> Iterator[Candidate]:
    """Every address of the letter but ours and those that nobody reads."""
    sender = letter.sender.address.lower() if letter.sender else ""
    for match in _ADDRESS.finditer(letter.plain):
        address = match[0].lower()
        if _belongs(address.rpartition("@")[2], our_domains) or _NOBODY.match(address):
            yield sighting(letter, Field.NOT_OURS_TO_TAKE, match.span(), "an address of nobody there", 1.0)
            continue
        before = letter.plain[max(0, match.start() - 8) : match.start()]
        own = address == sender
        stated = letter.zone_at(match.start()) is Zone.SIGNATURE or bool(_LABEL.search(before)) or letter.chat
        yield sighting(letter, Field.EMAIL, match.span(), "address", 0.97 if own else 0.8 if stated else 0.4)


def _belongs(domain: str, domains: frozenset[str]) -> bool:
    return any(domain == own or domain.endswith(f".{own}") for own in domains)
