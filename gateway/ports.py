"""What the inner rooms ask of the outer ones, as Protocols. `app` chooses who fulfils them.

`Store.run` runs a piece of work in one transaction: everything in it is durable when it returns, or nothing is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from gateway.cases.case import Case, Notice, Step
from gateway.cases.matching import Considered
from gateway.chat_ports import ChatWork, Undelivered
from gateway.messages import Attachment, Envelope, Outbound, Parcel

Result = TypeVar("Result")


class Clock(Protocol):
    """The only reader of the time of day."""

    def now(self) -> datetime:
        """The present moment, aware."""
        ...


class Ids(Protocol):
    """The only source of chance."""

    def inbox_id(self, at: datetime) -> str:
        """A key that sorts by time."""
        ...

    def case_number(self, at: datetime) -> str:
        """A number for people: not to be guessed, with a check digit."""
        ...

    def outbound_id(self) -> str:
        """Eight letters of base32: the look-up id of a reply token."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A message in the inbox. `deaths` counts how often taking it in ended with the process (RELIABILITY F9)."""

    id: str
    received_at: datetime
    envelope: Envelope
    raw: bytes
    deaths: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A composed message with its bytes and return path, for the outbox. Given up after `lifetime_until`.

    `held`: it does not leave by itself, but in a digest. `said`: the words that its notice carried, and their
    language. `answer`: it counts in the budgets of automatic answers.
    """

    outbound: Outbound
    sender: str
    notice_id: str
    person: str | None
    raw: bytes
    at: datetime
    lifetime_until: datetime
    token_until: datetime
    held: bool = False
    said: tuple[str, str] | None = None
    answer: "Answer | None" = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An automatic letter that a mail from outside brought about, as budgets count it (G15). Lower case."""

    address: str
    domain: str
    stranger: bool


@dataclass(frozen=True, slots=True)
class AnsweredSoFar:
    """Automatic answers that went out.

    In a day to this address, in an hour to its domain and to all strangers, in a day to this address about this case.
    """

    to_address: int
    to_domain: int
    to_strangers: int
    about_case: int


@dataclass(frozen=True, slots=True)
class Held:
    """An escalation kept back after an outage, to be told in one digest (G10)."""

    outbound_id: str
    person: str
    role: str
    case_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """A colleague's words that would do something, held until they confirm them (RELIABILITY 2.1).

    `id` is the look-up id of the letter that asks, `answers` that of the letter they answered; `facts` are the values
    they give for what a report lacked (P-23).
    """

    id: str
    case_number: str
    staff_id: str
    answers: str
    text: str
    language: str
    at: datetime
    until: datetime
    inbox_id: str
    files: tuple[Attachment, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ClosedCase:
    """A case that was closed, and when."""

    case: Case
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """An outbox row whose turn has come."""

    parcel: Parcel
    case_number: str
    notice: str
    role: str
    channel: str
    attempts: int
    in_doubt: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """What we once sent, found again by the look-up id of a reply's token.

    `failed`: it did not arrive, as far as we know. `said`: the words that its notice carried, and their language.
    """

    id: str
    case_number: str
    notice: str
    role: str
    recipient: str
    person: str | None
    token_until: datetime
    failed: bool = False
    said: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A message on a case: who said what, and why it belongs here; `considered` is all the evidence that was seen.

    `people`: addresses in From, To and Cc that are not ours. `anchors`: by what else, besides its own id, a later
    message is known to go on with it (`storage.tables.anchors`).
    """

    at: datetime
    audience: str
    person: str
    subject: str
    words: str
    message_id: str | None = None
    inbox_id: str | None = None
    evidence: str | None = None
    considered: tuple[Considered, ...] = ()
    people: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """What people write to each other and to us on a case, found by `anchor`; addresses in lower case.

    `reporters` wrote there as the customer; `people` are all who wrote or were written to, but us.
    """

    case_number: str
    anchor: str
    reporters: frozenset[str]
    people: frozenset[str]


@dataclass(frozen=True, slots=True)
class Copy:
    """A message on a case, as far as another one may be the same."""

    case_number: str
    inbox_id: str
    words: str


@dataclass(frozen=True, slots=True)
class Example:
    """What a colleague put right of a report: `field` is company, contact, phone or level, `before` what was read."""

    case_number: str
    at: datetime
    by: str
    field: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class TaughtName:
    """A name by which a customer of the directory goes, as a colleague said on a case."""

    name: str
    customer_id: str
    at: datetime
    by: str
    case_number: str


class Work(ChatWork, Protocol):
    """What can be done to the store inside one transaction."""

    def keep(self, inbox_id: str, at: datetime, envelope: Envelope, raw: bytes, digest: str) -> bool:
        """Put a message into the inbox; False when the same message is there already: a delivery more (G2, L-46)."""
        ...

    def claim_inbox(self, limit: int) -> Sequence[Kept]:
        """The next mails to take in, each counted as tried before anybody looks into it."""
        ...

    def release_inbox(self, inbox_id: str) -> None:
        """Taking it in did not kill us: it will be tried again without counting as a death."""
        ...

    def settle(
        self, inbox_id: str, outcome: str, *, reason: str | None = None, case_number: str | None = None
    ) -> None:
        """Where the message ended: on a case, filed with its reason, or set aside (G4).

        Raises StaleCase when somebody else has settled it already: their case stands, ours must not (G2, G18).
        """
        ...

    def case(self, number: str) -> Case | None:
        """The case as last recorded."""
        ...

    def has_case(self, number: str) -> bool:
        """Whether this number is taken."""
        ...

    def due(self, at: datetime, limit: int, without: Sequence[str] = ()) -> Sequence[str]:
        """Numbers of cases with a commitment near or late, the longest due first."""
        ...

    def record(self, step: Step, ready: Sequence[Ready]) -> None:
        """Case, commitments, journal and outbox together. Raises StaleCase if the case moved meanwhile.

        With a step that wakes, what waited for colleagues' duty hours on this case is due at once.
        """
        ...

    def say(self, case: Case, ready: Sequence[Ready]) -> None:
        """Put messages into the outbox that belong to no step: an answer to a colleague."""
        ...

    def put(self, case_number: str, said: Said) -> None:
        """Put a message on a case."""
        ...

    def answered(self, address: str, domain: str, case_number: str, at: datetime) -> AnsweredSoFar:
        """How many automatic answers were queued before `at`."""
        ...

    def was_given(self, notice_id: str) -> bool:
        """Whether anybody was given this notice."""
        ...

    def said_before(
        self, case_number: str, person: str, message_id: str | None, words: str
    ) -> tuple[bool, datetime] | None:
        """When this colleague last said these words on the case, and whether it was in a message of this id."""
        ...

    def earlier_copies(self, message_id: str, person: str) -> Sequence["Copy"]:
        """What this person wrote under this Message-ID and lies on a case as theirs, the earliest first."""
        ...

    def came_again(self, first: str, kept: Kept) -> None:
        """`kept` is one more delivery of the message with the inbox id `first`."""
        ...

    def hold(self, waiting: Unconfirmed) -> None:
        """Keep commands until their sender confirms them."""
        ...

    def unconfirmed(self, held_id: str) -> Unconfirmed | None:
        """What is still waiting under this id."""
        ...

    def confirmed(self, held_id: str, state: str) -> None:
        """It waits no longer: confirmed, or refused."""
        ...

    def times_asked(self, case_number: str, staff_id: str, since: datetime) -> int:
        """How often this colleague was asked to confirm something on this case since then."""
        ...

    def times_told(self, case_number: str, address: str, since: datetime) -> int:
        """How often this colleague was told since then that a message in their name was not used on this case."""
        ...

    def sent(self, outbound_id: str) -> Sent | None:
        """What was sent under this look-up id."""
        ...

    def cases_with_message(self, message_ids: Sequence[str]) -> Sequence[tuple[str, str, str]]:
        """(case number, message id, person) of customer messages on cases that carry one of these ids."""
        ...

    def conversations(self, anchors: Sequence[str]) -> Sequence[Conversation]:
        """Those with a message of one of these ids, or that go back to one; in the order of `anchors`."""
        ...

    def open_cases_of(self, address: str) -> Sequence[str]:
        """Numbers of cases not closed that this address reported."""
        ...

    def claim_outbox(self, at: datetime, limit: int, in_hand: Sequence[Waiting] = ()) -> Sequence[Waiting]:
        """Messages whose turn has come, each marked as being attempted from now on.

        With those `in_hand` so many of each channel at most, and one to each chat: what one chat or one channel makes
        us wait for, nobody else waits for (F23, F27).
        """
        ...

    def delivered(self, outbound_id: str, at: datetime) -> None:
        """The relay accepted it."""
        ...

    def deferred(self, outbound_id: str, until: datetime, error: str, *, in_doubt: bool = False) -> None:
        """Try again then."""
        ...

    def gave_up(self, outbound_id: str, at: datetime, error: str) -> None:
        """It will not be tried again."""
        ...

    def revive_attempts(self, at: datetime, in_doubt_until: datetime) -> int:
        """After a restart: attempts that never ended are in doubt, and tried again then. How many there were."""
        ...

    def held(self) -> Sequence[Held]:
        """Escalations that wait for their digest, in the order of their cases."""
        ...

    def released(self, outbound_ids: Sequence[str], at: datetime) -> None:
        """They leave by themselves after all."""
        ...

    def digested(self, outbound_ids: Sequence[str], digest_id: str) -> None:
        """They were told in this digest."""
        ...

    def cases_in_digest(self, digest_id: str) -> Sequence[str]:
        """Numbers of the cases that a digest told of."""
        ...

    def closed_between(self, first: datetime, before: datetime) -> Sequence[ClosedCase]:
        """Cases closed from `first` on and before `before`, in that order."""
        ...

    def begin_recurring(self, key: str, at: datetime, case_number: str | None = None) -> bool:
        """Note that an inspection or a follow-up was begun; False when it was begun before (P-07, P-63).

        `key` is at most 80 characters, made by `cases.recurring`. `case_number`: the case opened for it, if any.
        """
        ...

    def bookmark(self, key: str) -> str | None:
        """What somebody last left under this key: how far a channel has read a source, say; None at the first look."""
        ...

    def leave_bookmark(self, key: str, value: str, at: datetime) -> None:
        """Remember that; the text is its writer's own, and nobody else reads it."""
        ...

    def keep_example(self, example: Example) -> None:
        """Keep what a colleague put right, for whoever improves the reader."""
        ...

    def teach_name(self, taught: TaughtName) -> None:
        """A customer goes by this name, too."""
        ...

    def taught_names(self) -> Mapping[str, str]:
        """Every name that was taught, with its customer's id."""
        ...

    def names_taught(self) -> int:
        """How often a name was taught, by any gateway on this database: whoever knows fewer asks for them."""
        ...

    def next_moment(self) -> datetime | None:
        """When the clock or the outbox next needs somebody."""
        ...

    def counts(self) -> Mapping[str, int]:
        """Inbox and outbox waiting, open cases, set aside, failed: for health and metrics."""
        ...


class Store(Protocol):
    """The database."""

    async def run(self, work: Callable[[Work], Result]) -> Result:
        """Run in one transaction, durable on return. Raises NotNow when that cannot be promised."""
        ...


class Letters(Protocol):
    """Notices into finished messages: whom they go to, and in which words."""

    def letters(
        self, before: Case | None, step: Step, at: datetime, attachments: Sequence[Attachment] = ()
    ) -> Sequence[Ready]:
        """One message per person for every notice of the step.

        `attachments` came with the colleague's message that caused the step; they go on only with what is made to
        carry them to the customer.
        """
        ...

    def by_mail(self, case: Case, lost: Undelivered, at: datetime) -> Ready | None:
        """What a chat did not take, as a mail to the same person; None where we know no mailbox of theirs."""
        ...

    def headline(self, case: Case, staff_id: str, at: datetime) -> str:
        """Where the case stands, in one line, in the words of this colleague's language."""
        ...

    def answer(
        self, case: Case, notice: Notice, staff_id: str, at: datetime, *, by_mail: bool = False
    ) -> Sequence[Ready]:
        """One message to one colleague, whatever their duty; `by_mail` even if they have a chat: it answers a mail."""
        ...


class Channel(Protocol):
    """A way out."""

    async def send(self, parcel: Parcel) -> str:
        """Deliver the bytes; the receipt. Raises DeliveryError."""
        ...
