"""What a message may do: the matrix of RELIABILITY 2.1 rule 2, as one table. Pure.

The rows exclude each other and together cover everything, so their order means nothing; a test says so.
"""

from collections.abc import Set
from dataclasses import dataclass
from typing import Literal

from gateway.trust.evidence import Result

Token = Literal["none", "broken", "valid_bound", "valid_other", "expired"]
"""A reply address of ours: none; not made by us; made for this sender; made for another address; no longer in force."""

May = Literal["commands", "held", "review", "customer_text", "third_party", "new_case"]
"""What may be done with it.

"commands": it is the colleague's word, and commands run. "held": its words are kept as an unverified note, and its
commands wait for a confirmation sent to the address in the directory. "review": a person decides where it belongs; it
changes no case, and a colleague who sent it is told. "customer_text": it is the customer's word on this case, with a
customer's verbs. "third_party": it is kept with the case, unseen by the customer until a person takes it in, and
its sender is told nothing more of the case. "new_case": it opens one.

What `intake` makes of "review" and "third_party", where that is kinder than waiting and no less safe: mail from outside
that names a case, or whose reply address is damaged or spent, opens a case of its own which points to that one, so that
its sender is answered (P-20); a reply by the same person to their own message, and one by a colleague of the customer's
under the same domain to that or to what we wrote to that customer, are the customer's words where their domain proves
them (L-41), and else an unverified note that decides nothing, and the customer is asked to say it again; a report
that a colleague files opens its case (P-23), unproved without a word to anybody outside; and what uses a colleague's
reply address is kept on the case as an unverified note that the desk is told of. Everything else is filed, and visible
in the inbox.
"""

CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a message stands: who its From is in the directory, and what it brings.

    `role` is the one for which a valid token was made, as in `Outbound.role`; None counts as the customer's, which may
    less. `names_a_case`: there is a case number in its subject.
    """

    colleague: bool
    token: Token
    authentication: Result
    role: str | None = None
    names_a_case: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """`reason` is a sentence for the journal. `flagged`: shown to people as not authenticated."""

    may: May
    reason: str
    flagged: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A block of the matrix; None stands for every value."""

    colleague: bool
    tokens: Set[Token]
    may: May
    reason: str
    for_customer: bool | None = None
    authenticated: bool | None = None
    names_a_case: bool | None = None

    def covers(self, standing: Standing) -> bool:
        """Whether the message is one of those this row is about."""
        facts = (
            (self.for_customer, standing.role in (None, CUSTOMER)),
            (self.authenticated, standing.authentication == "pass"),
            (self.names_a_case, standing.names_a_case),
        )
        return (
            self.colleague == standing.colleague
            and standing.token in self.tokens
            and all(wanted is None or wanted == actual for wanted, actual in facts)
        )


BOUND: Set[Token] = frozenset({"valid_bound"})
OTHER: Set[Token] = frozenset({"valid_other"})
NONE: Set[Token] = frozenset({"none"})
SPENT: Set[Token] = frozenset({"broken", "expired"})

# fmt: off - a table is read by columns
MATRIX: tuple[Row, ...] = (
    Row(
        True,
        BOUND,
        "commands",
        "A colleague answers what we wrote to them, and their domain proves it",
        for_customer=False,
        authenticated=True,
    ),
    Row(
        True,
        BOUND,
        "held",
        "It answers what we wrote to a colleague, but nothing proves that they sent it",
        for_customer=False,
        authenticated=False,
    ),
    Row(
        True,
        BOUND,
        "customer_text",
        "A colleague answers what we wrote to them as a customer: no command runs",
        for_customer=True,
    ),
    Row(True, OTHER, "review", "A colleague answers what we wrote to somebody else"),
    Row(True, NONE | SPENT, "review", "It is from a colleague and answers nothing that we wrote to them"),
    Row(False, BOUND, "customer_text", "The customer answers what we wrote to them", for_customer=True),
    Row(
        False,
        BOUND,
        "review",
        "It answers what we wrote to a colleague, from an address that is none of ours now",
        for_customer=False,
    ),
    Row(False, OTHER, "third_party", "It answers what we wrote to another address"),
    Row(False, SPENT, "review", "Its reply address is damaged or no longer in force"),
    Row(False, NONE, "review", "It names a case in its subject, and anybody can do that", names_a_case=True),
    Row(False, NONE, "new_case", "It answers nothing that we wrote", names_a_case=False),
)
# fmt: on


def rule(standing: Standing) -> Ruling:
    """What this message may do, and why (RELIABILITY G13, T1)."""
    row = next(row for row in MATRIX if row.covers(standing))
    return Ruling(row.may, row.reason, flagged=standing.authentication != "pass")
