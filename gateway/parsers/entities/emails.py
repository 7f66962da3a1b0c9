"""Mail addresses in the text that are the writer's own, or those of whoever is to be called."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from gateway.parsers.entities.candidates import Candidate, Field, sighting
from gateway.parsers.entities.letter import Letter, Zone
from gateway.parsers.entities.wordlist import any_of

_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,6}[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
_NOBODY = re.compile(
    r"(?:abuse|postmaster|mailer-daemon|no-?reply|do-?not-?reply|privacy|unsubscribe|dpo|legal|newsletter)@"
)


def find(
    letter: Letter, found: Sequence[Candidate], *, our_domains: frozenset[str] = frozenset()
) -> Iterator[Candidate]:
    """Every address of the letter but ours and those that nobody reads."""
    del found  # addresses are found first, nothing can stand in their way
    sender = letter.sender.address.lower() if letter.sender else ""
    for match in _ADDRESS.finditer(letter.plain):
        address = match[0].lower()
        if belongs(address.rpartition("@")[2], our_domains) or _NOBODY.match(address):
            yield sighting(letter, Field.NOT_OURS_TO_TAKE, match.span(), "an address of nobody there", 1.0)
            continue
        stated = letter.chat or letter.zone_at(match.start()) is Zone.SIGNATURE
        stated = stated or bool(_label().search(letter.plain[max(0, match.start() - 14) : match.start()]))
        score = 0.97 if address == sender else 0.8 if stated else 0.4
        yield sighting(letter, Field.EMAIL, match.span(), "address", score)


def belongs(domain: str, domains: frozenset[str]) -> bool:
    """Whether a mail domain is one of these or below one; one without a dot is a label, as citadel is of citadel.cn."""
    labels = domain.split(".")[:-1]
    return any(domain == own or domain.endswith(f".{own}") or own in labels for own in domains)


@cache
def _label() -> re.Pattern[str]:
    return re.compile(rf"{any_of('cues', 'mail_labels')}\s{{0,2}}[:.]?\s{{0,2}}$", re.IGNORECASE)
