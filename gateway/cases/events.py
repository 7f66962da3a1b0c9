"""What can happen to a case: frozen values in the past tense, named as scenarios and the journal name them.

`key` is what policy rows refer to ("resolved", "sent:first_reply", "missed:online_limit"). `by` is the staff id
or the address of whoever acted; None is the gateway itself.
"""

from dataclasses import dataclass
from typing import ClassVar

from gateway.cases.business_time import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that occurred. Subclasses add what the case must remember of it."""

    name: ClassVar[str] = ""
    by: str | None = None

    @property
    def key(self) -> str:
        """The name under which policy rows know this event."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsEvent(Event):
    """An event that carries somebody's words; `language` is the BCP 47 tag they are written in."""

    text: str = ""
    language: str = "zh-Hans"


FOREIGN_MANAGER = "foreign_manager"
COMPANY, CONTACT, PHONE = "company", "contact", "phone"
"""What can be put right of a report, by `Corrected.field`."""

# From the customer's side.


class Reported(WordsEvent):
    """The customer's first message; what was understood of it stands on the case already (P-20, P-23)."""

    name = "reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerWrote(WordsEvent):
    """A further message on the case. `answers` fills what we had asked for: company, contact, phone, symptoms.

    `guesses` are values of what is missing that are not sure enough: they are offered for confirmation, and an empty
    one was denied. `unknown` are fields that they cannot tell; of `asked_again` they were reminded.
    `contact_in_full`: the name of the contact, whom we knew by surname and title so far (陈立 for 陈工).
    """

    name = "customer_wrote"
    message_id: str | None = None
    answers: tuple[tuple[str, str], ...] = ()
    guesses: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    asked_again: tuple[str, ...] = ()
    contact_in_full: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsLearned(WordsEvent):
    """A colleague found out what was missing of a report they took (P-23)."""

    name = "facts_learned"
    answers: tuple[tuple[str, str], ...] = ()


class ThirdPartyWrote(WordsEvent):
    """Somebody we had not written to answered; their words wait for a person's judgement (L-41)."""

    name = "third_party_wrote"


class SubjectChanged(WordsEvent):
    """The customer went on under another subject: perhaps with another matter, which a person decides (L-31)."""

    name = "subject_changed"


class Confirmed(WordsEvent):
    """The customer confirmed that the fault is solved (P-35)."""

    name = "confirmed"


class Refused(WordsEvent):
    """The customer says it is not solved."""

    name = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalAsked(Event):
    """The customer asked for updates every so often (P-32)."""

    name = "interval_asked"
    interval: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignManagerJoined(Event):
    """A foreign manager of the customer's takes part from now on (P-36)."""

    name = "foreign_manager_joined"
    address: str = ""
    person: str | None = None
    language: str = "en"


class Complained(WordsEvent):
    """The customer complains; quality takes it up (P-60)."""

    name = "complained"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReported(WordsEvent):
    """The customer speaks of a break-in or an attack on them: security consulting gets in touch as well (P-04).

    `signs` are the words that say so, as they wrote them.
    """

    name = "incident_reported"
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SatisfactionGiven(WordsEvent):
    """How satisfied the customer is, 1 to 5, and with whose work (P-63)."""

    name = "satisfaction_given"
    score: int
    engineer: str | None = None


# From our side.


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned(Event):
    """An engineer has the case: took it, or was given it (P-42); or an implementation engineer helps (P-44)."""

    name = "assigned"
    to: str
    role: str = "engineer"

    @property
    def key(self) -> str:
        return self.name if self.role == "engineer" else HELPER_ASSIGNED


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedInto(Event):
    """It is the same matter as another case, which goes on alone: `into` is that case's number (L-44)."""

    name = "merged_into"
    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed(WordsEvent):
    """Another case turned out to be the same matter: `number`, and what was reported there (L-44)."""

    name = "absorbed"
    number: str


class EngineerReplied(WordsEvent):
    """The engineer's words to the customer (P-27); they meet the response."""

    name = "engineer_replied"


class Worded(WordsEvent):
    """The liaison's wording of an engineer's reply, for whoever outside reads its language (P-36)."""

    name = "worded"


class ProgressGiven(WordsEvent):
    """One line for the next status update."""

    name = "progress"


class Planned(WordsEvent):
    """How the engineer intends to solve it (P-43)."""

    name = "planned"


class Stuck(WordsEvent):
    """The engineer cannot go on alone (P-43)."""

    name = "stuck"


class WaitingOnCustomer(WordsEvent):
    """The engineer waits for the customer: the only thing that pauses a clock."""

    name = "waiting_on_customer"


class Resolved(WordsEvent):
    """The engineer says the fault is solved; `text` is how."""

    name = "resolved"


class NoteTaken(WordsEvent):
    """Internal words; they never leave the house."""

    name = "note_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChanged(Event):
    """The fault level was set anew; open commitments are re-dated."""

    name = "level_changed"
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected(Event):
    """A colleague puts right what was read of the report: its company, contact or phone. The customer never sees it.

    Of a company that is a customer of ours `customer_id` and `region` say which one; `alias` is the name that had been
    read, where it could be a further name of theirs.
    """

    name = "corrected"
    field: str
    value: str
    customer_id: str | None = None
    region: str | None = None
    alias: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasTaught(Event):
    """A colleague says that the customer goes by this name, too."""

    name = "alias_taught"
    alias: str
    customer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanged(Event):
    """Another plan counts from now on; open commitments are re-dated."""

    name = "plan_changed"
    plan: str
    services: tuple[str, ...] = ()


class Triaged(Event):
    """The service manager has judged the report (P-40)."""

    name = "triaged"


class Dispatched(Event):
    """An engineer is on the way (P-03, P-04)."""

    name = "dispatched"


class Arrived(Event):
    """The engineer is on site (P-10 … P-13)."""

    name = "arrived"


class PartsRequested(WordsEvent):
    """A spare part was asked of the warehouse (P-41)."""

    name = "parts_requested"


class PartsIssued(Event):
    """The warehouse issued it (P-41)."""

    name = "parts_issued"


class ReviewPassed(Event):
    """The centre manager agrees that handling has ended (P-46)."""

    name = "review_passed"


class ReviewFailed(WordsEvent):
    """The centre manager sends it back (P-46)."""

    name = "review_failed"


class ToldDesk(Event):
    """A colleague handed the report to the desk (P-24)."""

    name = "told_desk"


class InterimAgreed(WordsEvent):
    """The superior agreed the day's interim report (P-33)."""

    name = "interim_agreed"


class ClosedInCrm(Event):
    """The CRM closed its ticket (P-48)."""

    name = "closed_in_crm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged(Event):
    """A manager has the escalation in hand; the climb stops (P-50), or rests for so long."""

    name = "acknowledged"
    rest: Span | None = None


# From the gateway.


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSent(Event):
    """A notice has left: the relay accepted it. This, and not the wish to send, meets the gateway's promises."""

    name = "notice_sent"
    notice: str
    to: str = "customer"

    @property
    def key(self) -> str:
        """A copy to a foreign manager keeps no promise to the customer."""
        return f"sent:{self.notice}" + (":copy" if self.to == FOREIGN_MANAGER else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFailed(Event):
    """A notice could not be delivered and will not be tried again; a person must know.

    `address`: it left, and came back from there (F24); None where our own relay refused it. `permanent`: for a reason
    that lasts (L-20). `instead`: the other address that it goes to now.
    """

    name = "notice_failed"
    notice: str
    role: str = ""
    reason: str = ""
    address: str | None = None
    permanent: bool | None = None
    instead: str | None = None

    @property
    def key(self) -> str:
        """What came back from a foreign manager undoes nothing that the customer was told."""
        return f"failed:{self.notice}" + (":copy" if self.role == FOREIGN_MANAGER else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirected(WordsEvent):
    """Another contact of the customer's is answered while mail to the reporter comes back (F24).

    `notice` is what came back and is given again to them; `text` are the words that it carried, in `language`.
    """

    name = "redirected"
    notice: str
    address: str
    person: str | None = None
    reads: str = "zh-Hans"
    phone: str | None = None

    @property
    def key(self) -> str:
        return redirected_key(self.notice)


NOT_COVERED = "not_covered"
"""The key of a request for a service that the contract does not hold (P-06)."""

HELPER_ASSIGNED = "helper_assigned"
"""The key of an assignment of an implementation engineer."""


def redirected_key(notice: str) -> str:
    """The key under which rows refer to a notice that goes to another contact."""
    return f"redirected:{notice}"


def missed_key(commitment: str) -> str:
    """The key under which rows refer to a missed commitment."""
    return f"missed:{commitment}"


ESCALATED = "escalated"
"""The key of an escalation: the gateway told a rung of the chain."""

ESCALATED_TO_TOP = "escalated_to_top"
"""The key of an escalation beyond the last rung: the administrator was told, and nobody stands higher."""


def _every_event(base: type[Event] = Event) -> dict[str, type[Event]]:
    found = {base.name: base} if base.name else {}
    for subclass in base.__subclasses__():
        found.update(_every_event(subclass))
    return found


EVENTS = _every_event()
"""Every event by its name."""
