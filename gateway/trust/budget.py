"""How much automatic mail anybody may get from us, whoever asks for it (RELIABILITY G15, T19, T20). Pure.

A From line can be forged, so that our answers go to somebody who never wrote; and the other side may be a machine that
answers ours. Both look like ordinary mail, one by one. So they are counted: storage counts, this room judges.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that may go out. The day and the hour are the last 24 hours and the last 60 minutes.

    `strangers_per_hour` is for all unknown addresses together: ten thousand forged senders are ten thousand domains.
    """

    known_per_day: int = 10
    unknown_per_day: int = 2
    domain_per_hour: int = 60
    strangers_per_hour: int = 300
    exchanges_per_case: int = 5


@dataclass(frozen=True, slots=True)
class Counts:
    """What has gone out before this one, automatic mail only.

    `exchanges` are automatic answers of ours to this address about this case in 24 hours, each brought about by a mail
    of theirs.
    """

    to_address_in_a_day: int
    to_domain_in_an_hour: int
    to_strangers_in_an_hour: int
    exchanges: int


About = Literal["case", "address", "domain", "strangers"]


@dataclass(frozen=True, slots=True)
class Allowance:
    """`reason` is a sentence for the journal, None where it may go. `tell`: a person must hear of the silence now.

    `about` names what was too much of.
    """

    allowed: bool
    reason: str | None = None
    tell: bool = False
    about: About | None = None


def allowance(counts: Counts, limits: Limits, *, known: bool) -> Allowance:
    """Whether one more automatic mail may go to an address; `known` where it is in the directory.

    Muting never loses the mail that asked: it is on its case or in review all the same.
    """
    per_day = limits.known_per_day if known else limits.unknown_per_day
    if counts.exchanges >= limits.exchanges_per_case:
        reason = f"{counts.exchanges} automatic answers went to this address about this case within 24 hours"
        return Allowance(allowed=False, reason=f"{reason}: it may be a machine", tell=True, about="case")
    if counts.to_address_in_a_day >= per_day:
        reason = f"{counts.to_address_in_a_day} automatic mails went to this address within 24 hours"
        return Allowance(allowed=False, reason=reason, tell=known, about="address")
    if counts.to_domain_in_an_hour >= limits.domain_per_hour:
        reason = f"{counts.to_domain_in_an_hour} automatic mails went to this domain within the hour"
        return Allowance(allowed=False, reason=reason, tell=True, about="domain")
    if not known and counts.to_strangers_in_an_hour >= limits.strangers_per_hour:
        reason = f"{counts.to_strangers_in_an_hour} automatic mails went to unknown addresses within the hour"
        return Allowance(allowed=False, reason=reason, tell=True, about="strangers")
    return Allowance(allowed=True)
