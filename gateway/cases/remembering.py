"""What a case keeps of an event, and what the journal does: apart from status, commitments and notices."""

from dataclasses import fields, replace

from gateway.cases import events
from gateway.cases.case import Case, Fact, Party
from gateway.cases.events import Event

ENGINEER = "engineer"
THREAD_LENGTH = 10
JOURNALLED_WORDS = 2000


def remember(case: Case, event: Event) -> Case:
    """What the case keeps of an event, apart from status and commitments."""
    if event.by is not None and event.by in case.unreachable:
        # Whoever writes from there has a mailbox again.
        case = replace(case, unreachable=tuple(each for each in case.unreachable if each != event.by))
    match event:
        case events.CustomerWrote():
            answered = _with_answers(_with_message(case, event.message_id), event.answers)
            return replace(_as_asked(answered, event), contact=event.contact_in_full or answered.contact)
        case events.FactsLearned():
            return _with_answers(case, event.answers)
        case events.Assigned() if event.role == ENGINEER:
            return replace(case, engineer=event.to)
        case events.Assigned():
            return replace(case, helpers=tuple(dict.fromkeys((*case.helpers, event.to))))
        case events.ForeignManagerJoined():
            manager = Party(address=event.address, name=event.person, language=event.language, known=True)
            return replace(case, foreign_manager=manager)
        case events.EngineerReplied():
            return replace(case, engineer=case.engineer or event.by, pending_words=None)
        case events.ProgressGiven():
            return replace(
                case, engineer=case.engineer or event.by, pending_words=(event.text, event.language)
            )
        case events.Planned():
            return replace(case, engineer=case.engineer or event.by, intended_solution=event.text)
        case events.Resolved():
            return replace(case, engineer=case.engineer or event.by, solution=event.text, pending_words=None)
        case events.Corrected():
            return _put_right(case, event)
        case events.AliasTaught():
            return replace(case, proposed_alias=None)
        case events.IncidentReported():
            return replace(case, incident=event.signs)
        case events.MergedInto():
            return replace(case, merged_into=event.into)
        case events.LevelChanged():
            return replace(case, level=event.level)
        case events.PlanChanged():
            return replace(case, plan=event.plan, services=event.services)
        case events.NoticeFailed() if event.address is not None:
            return replace(case, unreachable=tuple(dict.fromkeys((*case.unreachable, event.address))))
        case events.Redirected():
            stand_in = Party(
                address=event.address,
                name=event.person,
                language=event.reads,
                phone=event.phone,
                known=True,
            )
            return replace(case, stand_in=stand_in)
        case events.IntervalAsked():
            return replace(case, update_interval=event.interval)
        case _:
            return case


def _with_message(case: Case, message_id: str | None) -> Case:
    if message_id is None or message_id in case.thread:
        return case
    first, latest = case.thread[:1], case.thread[1:][-(THREAD_LENGTH - 2) :]
    return replace(case, thread=(*first, *latest, message_id))


def _with_answers(case: Case, given: tuple[tuple[str, str], ...]) -> Case:
    """What was missing and is not any more; what we know is not overwritten.

    A telephone number is kept although nobody asked for one.
    """
    answers = {
        field: value
        for field, value in given
        if field in case.missing or (field == events.PHONE and case.phone is None)
    }
    symptoms = case.symptoms
    if found := answers.get("symptoms"):
        symptoms = (*symptoms, found)
    return replace(
        case,
        symptoms=symptoms,
        company=answers.get("company", case.company),
        contact=answers.get("contact", case.contact),
        phone=answers.get("phone", case.phone),
        missing=tuple(field for field in case.missing if field not in answers),
        uncertain={field: value for field, value in case.uncertain.items() if field not in answers},
    )


def _as_asked(case: Case, event: events.CustomerWrote) -> Case:
    """Where the questions stand after what they wrote; what they tell after all is not unknown any more."""
    open_now = frozenset(case.missing)
    guesses = {**case.uncertain, **dict(event.guesses)}
    return replace(
        case,
        uncertain={field: value for field, value in guesses.items() if value and field in open_now},
        unknown=tuple(each for each in dict.fromkeys((*case.unknown, *event.unknown)) if each in open_now),
        asked_again=tuple(dict.fromkeys((*case.asked_again, *event.asked_again))),
    )


def _put_right(case: Case, event: events.Corrected) -> Case:
    """A colleague's word counts, whatever was there; a company that is no customer of ours has no contacts of one."""
    field, value = event.field, event.value
    if field == events.COMPANY:
        region = event.region if event.customer_id else case.region
        case = replace(
            case, customer_id=event.customer_id, region=region, company=value, proposed_alias=event.alias
        )
    return replace(
        case,
        contact=value if field == events.CONTACT else case.contact,
        phone=value if field == events.PHONE else case.phone,
        corrected=tuple(dict.fromkeys((*case.corrected, field))),
        missing=tuple(each for each in case.missing if each != field),
        uncertain={each: read for each, read in case.uncertain.items() if each != field},
    )


def told(event: Event, case: Case) -> dict[str, Fact]:
    """An event as the journal tells of it; `case` is the case before."""
    detail: dict[str, Fact] = {}
    for field in fields(event):
        value = getattr(event, field.name)
        if value is None or value == () or value == "":
            continue
        if isinstance(event, events.IncidentReported) and field.name == "signs":
            value = "; ".join(event.signs)
        detail[field.name] = value if isinstance(value, int | bool) else str(value)[:JOURNALLED_WORDS]
    if isinstance(event, events.LevelChanged):
        detail["from"] = case.level
    return detail
