"""The verdict of this room, and the two ways in which a piece of evidence fails to give one."""

from dataclasses import dataclass
from typing import Literal

Result = Literal["pass", "fail", "none", "temperror"]
Means = Literal["dkim", "spf", "authentication-results", "local"]


@dataclass(frozen=True, slots=True)
class Authentication:
    """Whether the domain of a message's From line really sent it.

    `result`: "pass"; "fail" when something that should have proved it does not hold; "none" when nothing speaks for
    it; "temperror" when a name server did not answer, so that asking again later may help. `means` is what decided,
    None where nothing was found. `domain` is the From domain, lower case, empty when there is not exactly one.
    `evidence` is a sentence for the journal: plain ASCII, and no word of the message but names of domains and keys.
    """

    result: Result
    means: Means | None
    domain: str
    evidence: str


class Unfit(Exception):
    """This cannot serve as evidence; the message says why, as the second half of a sentence."""


class Broken(Exception):
    """This was meant as evidence and is untrue; the message says how, as the second half of a sentence."""
