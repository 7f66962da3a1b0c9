"""What a customer's message means: a new case, or something that happens to the one it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.cases import events, lifecycle
from gateway.cases.case import Case, Party
from gateway.cases.directory import Contact, Customer, Directory
from gateway.cases.events import Event
from gateway.cases.policy import Policy
from gateway.messages import Inbound
from gateway.parsers import answers, confirmation, interval, satisfaction
from gateway.parsers.answers import Answers
from gateway.parsers.entities import names
from gateway.parsers.report import Found, Report

FAULT = "fault"
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
MAIL = "mail"
"""The channel that is no chat."""
ASKED_AGAIN_AFTER = timedelta(days=1)
"""So long somebody who forges a customer's mail cannot make us write to them again."""


@dataclass(frozen=True, slots=True)
class CustomerTurn:
    """What happens to the case. Without `events` the message opens a case of its own, whatever it answered."""

    events: tuple[Event, ...] = ()


def read(
    case: Case,
    report: Report,
    inbound: Inbound,
    person: str,
    at: datetime,
    *,
    policy: Policy,
    reopen_days: int,
    proved: bool = True,
) -> CustomerTurn:
    """What the customer's words do to this case.

    Those that nothing proves to be theirs are there to be read, and do nothing (RELIABILITY G13, G14).
    """
    turn = _by_kind(case, report, inbound, person, at, reopen_days)
    if not turn.events:
        return turn
    turn = CustomerTurn((*turn.events, *incident(case, report, person, policy)))
    return turn if proved else _only_words(turn, case, report, person, at)


def _only_words(turn: CustomerTurn, case: Case, report: Report, person: str, at: datetime) -> CustomerTurn:
    """Instead of what they would decide, the customer is asked to say it again, once a day; what would reopen a closed
    case is a case of its own, so that its sender is answered (P-20)."""
    wrote = events.UnprovedWrote(text=report.text, language=_spoken(case, report), by=person)
    decides = any(not isinstance(event, events.CustomerWrote) for event in turn.events)
    if decides and lifecycle.is_over(case.status):
        return CustomerTurn()
    asked = case.moments.get(events.DecisionUnproved.name)
    if not decides or (asked is not None and at - asked < ASKED_AGAIN_AFTER):
        return CustomerTurn((wrote,))
    return CustomerTurn((wrote, events.DecisionUnproved(by=person)))


def incident(case: Case, report: Report, person: str, policy: Policy) -> tuple[Event, ...]:
    """A break-in that a later message speaks of goes to security consulting too, once, at its own level (P-04)."""
    if not report.incident or case.incident or lifecycle.is_over(case.status):
        return ()
    reported = events.IncidentReported(
        signs=report.incident, text=report.text, language=_spoken(case, report), by=person
    )
    level = report.fault_level.value
    worse = level < case.level and level in policy.levels
    return (events.LevelChanged(level=level), reported) if worse else (reported,)


def _spoken(case: Case, report: Report) -> str:
    return report.language if report.language in LANGUAGES else case.reporter.language


def _by_kind(
    case: Case, report: Report, inbound: Inbound, person: str, at: datetime, reopen_days: int
) -> CustomerTurn:
    language = _spoken(case, report)
    kind = report.kind.value
    closed = lifecycle.is_over(case.status)
    wrote = events.CustomerWrote(
        text=report.text,
        language=language,
        by=person,
        message_id=inbound.message_id,
        answers=_answers(case, report),
        contact_in_full=_contact_in_full(case, report),
    )
    if closed:
        if kind == "refusal" and case.closed_at and at - case.closed_at <= timedelta(days=reopen_days):
            return CustomerTurn((wrote, events.Refused(text=report.text, language=language, by=person)))
        # Thanks stay with the closed case; anything else is a matter of its own (LESSONS 100, 31).
        thanks = kind == "confirmation" or confirmation.is_courtesy(report.text)
        return CustomerTurn((wrote,) if thanks else ())
    if case.kind == "follow_up":
        return CustomerTurn(_satisfaction(case, report, language, person) or (wrote,))
    if kind == "complaint":
        return CustomerTurn((wrote, events.Complained(text=report.text, language=language, by=person)))
    if case.status == lifecycle.AWAITING_CONFIRMATION and kind == "confirmation":
        return CustomerTurn((events.Confirmed(text=report.text, language=language, by=person),))
    if case.status in (lifecycle.AWAITING_CONFIRMATION, lifecycle.IN_REVIEW) and kind == "refusal":
        return CustomerTurn((events.Refused(text=report.text, language=language, by=person),))
    asked = interval.read(report.text)
    return CustomerTurn((wrote, events.IntervalAsked(interval=asked, by=person)) if asked else (wrote,))


def _satisfaction(case: Case, report: Report, language: str, person: str) -> tuple[Event, ...]:
    """The answer to "how satisfied are you", traced to the engineer; a poor score is a complaint too (P-63, P-64)."""
    score = satisfaction.read(report.text)
    if score is None:
        return ()
    given = events.SatisfactionGiven(
        score=score, engineer=case.engineer, text=report.text, language=language, by=person
    )
    if score > satisfaction.POOR:
        return (given,)
    return (events.Complained(text=report.text, language=language, by=person), given)


def _answers(case: Case, report: Report) -> Answers:
    """Values for what we had asked for; nobody can agree to what was never shown to them (T19)."""
    offered: Mapping[str, str] = case.uncertain if case.reporter.known else {}
    return answers.by_customer(case.missing, report, offered)


def _contact_in_full(case: Case, report: Report) -> str | None:
    """The full name of a contact known by surname and title; what a colleague has put right stays."""
    told = _sure(report.contact)
    if told is None or case.contact is None or events.CONTACT in case.corrected:
        return None
    return told if names.completes(told, case.contact) else None


def _sure(found: Found | None) -> str | None:
    """A value that may be used without asking."""
    return found.value if found and found.is_sure else None


def new_case(
    number: str,
    report: Report,
    inbound: Inbound,
    at: datetime,
    *,
    directory: Directory,
    policy: Policy,
    answerable: bool,
    suggestion: str | None,
    channel: str,
    reported_by: str | None = None,
    missing: tuple[str, ...] | None = None,
) -> Case:
    """A case with everything that was understood of its first message (P-20, P-21).

    `reported_by` is the colleague who filed it for the customer: then a name that the directory knows is enough to
    find the customer and the contract, and `missing` is what the colleague must still say (P-23). A customer is
    asked only for what the policy asks by this channel. Of a customer's own report values that we are not sure enough
    of are not used but offered to whoever is asked.
    """
    address = inbound.sender.address if inbound.sender else ""
    contact = directory.contact_at(address)
    customer = _customer(directory, contact, inbound)
    if customer is None and reported_by is not None and report.company is not None:
        customer = directory.customer_named(report.company.value)
    used, unsure = _believed(report, deliberate=reported_by is not None)
    company = used.get("company") or (customer.name if customer else None)
    wanted = report.missing if missing is None else missing
    if reported_by is None:
        askable = policy.asked_by_mail if channel == MAIL else policy.asked_in_chat
        wanted = tuple(field for field in wanted if field in askable)
    asked = tuple(field for field in wanted if field != "company" or company is None)
    plan, services = bought(customer, policy, at)
    level = report.fault_level.value
    return Case(
        number=number,
        opened_at=at,
        reporter=Party(
            address=_answer_address(inbound),
            name=contact.name if contact else (inbound.sender.name if inbound.sender else None),
            language=_language(report, contact),
            phone=contact.phones[0] if contact and contact.phones else None,
            known=contact is not None,
            answerable=answerable and bool(address),
        ),
        subject=inbound.subject,
        kind=_kind(report, policy),
        level=level if level in policy.levels else policy.default_level,
        plan=plan,
        services=services,
        channel=channel,
        customer_id=customer.id if customer else None,
        company=company,
        contact=used.get("contact"),
        phone=used.get("phone"),
        product=_sure(report.product),
        place=_sure(report.place),
        region=customer.region if customer else None,
        symptoms=tuple(symptom.value for symptom in report.symptoms),
        incident=report.incident,
        missing=asked,
        uncertain={field: unsure[field] for field in asked if field in unsure},
        reported_by=reported_by,
        suggested_case=suggestion,
        problems=report.problems,
        thread=(inbound.message_id,) if inbound.message_id else (),
    )


def _kind(report: Report, policy: Policy) -> str:
    """What the case is. A "still broken" of which we know no case is the report of a fault."""
    kind = FAULT if report.kind.value == "refusal" and report.symptoms else report.kind.value
    return kind if kind in policy.kinds else "other"


def bought(customer: Customer | None, policy: Policy, at: datetime) -> tuple[str, tuple[str, ...]]:
    """The plan and the services of the contract in force; the default plan and none where there is no contract."""
    contract = customer.contract_on(at.date()) if customer else None
    plan = policy.plans.get(contract.plan if contract else "", policy.plans[policy.default_plan])
    return plan.name, tuple(sorted(contract.services or plan.services)) if contract else ()


def _believed(report: Report, *, deliberate: bool) -> tuple[dict[str, str], dict[str, str]]:
    """What is used of company, contact and phone, and what is not sure enough for that; a colleague's words always are
    (`deliberate`)."""
    read = {"company": report.company, "contact": report.contact, "phone": report.phone}
    found = {field: each for field, each in read.items() if each is not None}
    used = {field: each.value for field, each in found.items() if deliberate or each.is_sure}
    return used, {field: each.value for field, each in found.items() if field not in used}


def _customer(directory: Directory, contact: Contact | None, inbound: Inbound) -> Customer | None:
    if contact is not None:
        return directory.customer_of(contact)
    return directory.customer_by_domain(inbound.sender.domain) if inbound.sender else None


def _language(report: Report, contact: Contact | None) -> str:
    """The language they wrote in; where that is none of ours, the one the directory knows, else English."""
    if report.language in LANGUAGES:
        return report.language
    return contact.language if contact and contact.language in LANGUAGES else "en"


def _answer_address(inbound: Inbound) -> str:
    """Where to answer: a Reply-To only within the sender's own domain (RELIABILITY T5)."""
    if inbound.sender is None:
        return ""
    asked = inbound.reply_to[0] if len(inbound.reply_to) == 1 else None
    return asked.address if asked and asked.domain == inbound.sender.domain else inbound.sender.address
