"""What intake works with: the rules it decides by, a message that was read, and where it ended."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from gateway.cases.directory import Directory
from gateway.cases.policy import Policy
from gateway.cases.roster import Roster
from gateway.chats import Chats
from gateway.colleague_report import Filed
from gateway.intake.proof import UNASKED
from gateway.messages import Inbound
from gateway.parsers.report import Report, Vendor
from gateway.parsers.screening import OwnMail
from gateway.ports import Kept
from gateway.trust.authentication import Authentication
from gateway.trust.budget import Limits
from gateway.trust.dns import Resolver
from gateway.trust.rules import TrustRules

FILED, OPENED, ADDED, SET_ASIDE = "filed", "case_opened", "added", "set_aside"
FAILED, POSTPONED = "failed", "postponed"
"""Not where a message ended: it is still in the inbox, and will be tried again."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What intake decides by: the owner's data and our own identity."""

    policy: Policy
    directory: Directory
    roster: Roster
    commands: Mapping[str, Sequence[str]]
    support: str
    own: OwnMail
    keys: Sequence[bytes]
    reopen_days: int
    vendor: Vendor
    freemail: Callable[[str], bool]
    staffed: frozenset[str]
    trust: TrustRules
    dns: Resolver
    limits: Limits
    hold: timedelta
    chats: Chats


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """A kept message, understood; `filed` is what a colleague's mail says of a customer (P-23).

    `authentication`: whether its From is true.
    """

    kept: Kept
    inbound: Inbound
    report: Report
    may_be_answered: bool
    filed: Filed | None = None
    authentication: Authentication = UNASKED


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a message ended; `taught`: what it taught concerns how the next one is read."""

    name: str
    case_number: str | None = None
    reason: str | None = None
    taught: bool = False
