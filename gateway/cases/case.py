"""A case: one fault or request of one customer, from report to close; and what a step makes of it.

Frozen values. `steps` changes them, `policy` says what is promised, and nothing here knows where they are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.cases.business_time import Span
from gateway.cases.commitments import Commitment, next_due

Fact = str | int | bool | None | list["Fact"] | Mapping[str, "Fact"]
"""What notices and journal entries may carry: plain JSON."""


About = str | tuple[dict[str, str], ...]
"""What a case is about besides itself: a name, or a list of other cases by number and subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The person at the customer's whom we answer.

    `known`: in the directory; only then do we repeat what we understood. `answerable`: automatic mail may go there.
    `person`: their id at the chat service, where several people write at one address.
    `unproved`: nothing shows that they wrote it themselves, so they get an acknowledgement and nothing more by itself,
    until one of us has looked at the case or they have answered from that address (T19).
    """

    address: str
    name: str | None = None
    language: str = "zh-Hans"
    phone: str | None = None
    known: bool = False
    answerable: bool = True
    unproved: bool = False
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that decides what happens next, in one value.

    `raised` counts escalations of priority, `rung` the last rung of the chain that was told (0 none). `moments`
    holds when each event key last occurred. `pending_words` is the engineer's line for the next update.
    `thread` are the customer's message ids, first and latest, by which their mail program threads our answers.
    `unreachable` are addresses from which mail of ours came back; while the reporter's is one of them, `stand_in` is
    answered, if the customer has another contact (F24). Lower case.
    `missing` are fields that somebody is asked for; `uncertain` holds what was read of some of them, not surely enough
    to be used: it is offered for confirmation (P-20, P-23).
    Of `missing`, they cannot tell what is `unknown`, and were reminded once of what is `asked_again`.
    `corrected` are fields whose value is a colleague's, not the customer's; `proposed_alias` is how the
    report names a company that was put right: the customer's further name, if a colleague says so.
    `incident` are the customer's words for a break-in or an attack on them, which consultants get too (P-04).
    `about` is what every notice of the case says besides: the period and the cases that a follow-up asks about.
    `helpers` are implementation engineers; `reported_by` is the colleague who filed it for the customer (P-23).
    `version` grows by one with every recorded step.
    """

    number: str
    opened_at: datetime
    reporter: Party
    subject: str
    kind: str = "fault"
    status: str = "open"
    level: int = 3
    priority: str = "normal"
    raised: int = 0
    rung: int = 0
    plan: str = "5x8"
    services: tuple[str, ...] = ()
    channel: str = "mail"
    customer_id: str | None = None
    company: str | None = None
    contact: str | None = None
    phone: str | None = None
    product: str | None = None
    place: str | None = None
    region: str | None = None
    symptoms: tuple[str, ...] = ()
    incident: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    uncertain: Mapping[str, str] = field(default_factory=dict[str, str])
    unknown: tuple[str, ...] = ()
    asked_again: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    proposed_alias: str | None = None
    suggested_case: str | None = None
    merged_into: str | None = None
    problems: tuple[str, ...] = ()
    engineer: str | None = None
    helpers: tuple[str, ...] = ()
    reported_by: str | None = None
    foreign_manager: Party | None = None
    intended_solution: str | None = None
    solution: str | None = None
    update_interval: Span | None = None
    pending_words: tuple[str, str] | None = None
    commitments: tuple[Commitment, ...] = ()
    moments: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    unreachable: tuple[str, ...] = ()
    stand_in: Party | None = None
    about: Mapping[str, About] = field(default_factory=dict[str, About])
    thread: tuple[str, ...] = ()
    notices_given: int = 0
    closed_at: datetime | None = None
    version: int = 0

    @property
    def next_due(self) -> datetime | None:
        """When the clock must look at this case again."""
        return next_due(self.commitments)

    @property
    def asking(self) -> str | None:
        """What is asked next where one thing is asked at a time: the first that is missing and that they may know."""
        return next((each for each in self.missing if each not in self.unknown), None)

    @property
    def answered(self) -> Party:
        """Whom we answer: the reporter, or who stands in while mail to them comes back."""
        if self.stand_in is not None and self.reporter.address.lower() in self.unreachable:
            return self.stand_in
        return self.reporter

    def commitment(self, name: str) -> Commitment | None:
        """The latest commitment of that name."""
        return next((each for each in reversed(self.commitments) if each.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to say to a role, by name; no words yet. `id` is unique: case number and a running number."""

    id: str
    name: str
    to: str
    promise: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the journal. `kind`: event, notice, muted, commitment, status, priority; `detail` depends on it."""

    at: datetime
    kind: str
    name: str
    promise: str | None = None
    detail: Mapping[str, Fact] = field(default_factory=dict[str, Fact])


@dataclass(frozen=True, slots=True)
class Step:
    """The result of the core: the case as it now is, what to write in the journal, and what to say.

    `wakes`: it has become so bad that whatever waits for a colleague's duty hours waits no longer.
    """

    case: Case
    entries: tuple[Entry, ...] = ()
    notices: tuple[Notice, ...] = ()
    wakes: bool = False
