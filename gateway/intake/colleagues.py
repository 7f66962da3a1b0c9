"""A colleague's message: an answer to a notice of ours, or a report filed for a customer (P-23)."""

from collections.abc import Sequence
from dataclasses import replace

from gateway import customer_turn, staff_turn
from gateway.cases import events, lifecycle
from gateway.cases.case import Case, Notice
from gateway.cases.directory import Staff
from gateway.cases.events import Event
from gateway.colleague_report import Filed, answers
from gateway.intake.message import ADDED, FILED, OPENED, Outcome
from gateway.intake.taking import Taking
from gateway.parsers import enclosures
from gateway.ports import Sent

DIGEST = "digest"


def take(taking: Taking, staff: Staff | None, sent: Sent | None) -> Outcome:
    """`staff` is whom the sender's address belongs to, `sent` the message of ours that is answered."""
    if sent is None:
        filed = taking.message.filed
        if staff is not None and filed is not None and filed.is_report:
            return _report(taking, filed, staff)
        return Outcome(FILED, None, "from a colleague, but in answer to nothing of ours")
    if sent.token_until < taking.message.kept.received_at:
        return Outcome(FILED, None, f"from a colleague, but our {sent.notice} can be answered no longer")
    case = _answered_case(taking, sent)
    if case is None:
        return Outcome(FILED, None, "answers a case that is gone")
    if staff is None or sent.recipient.lower() not in (staff.email.lower(), taking.sender):
        taking.put(case, "unverified", "a colleague's reply address, used by another")
        wrote = events.ThirdPartyWrote(text=taking.message.report.text, by=taking.sender)
        taking.advance(case, [wrote])
        return Outcome(ADDED, case.number, "a colleague's reply address, used by somebody else")
    meaning = taking.rules.policy.reply_means.get((sent.notice, sent.role), staff_turn.NOTE)
    if meaning == "facts":
        return _facts(taking, case, staff)
    return _answer(taking, case, sent, staff_turn.Answered(staff, sent.role, meaning))


def _answered_case(taking: Taking, sent: Sent) -> Case | None:
    """The case that our notice was about; a digest is about the first of its cases that is still open."""
    case = taking.work.case(sent.case_number)
    if sent.notice != DIGEST or case is None or not lifecycle.is_over(case.status):
        return case
    others = (taking.work.case(number) for number in taking.work.cases_in_digest(sent.id))
    return next(
        (other for other in others if other is not None and not lifecycle.is_over(other.status)), case
    )


def _answer(taking: Taking, case: Case, sent: Sent, answered: staff_turn.Answered) -> Outcome:
    report = taking.message.report
    files = enclosures.meant_to_be_sent(taking.message.inbound.attachments)
    turn = staff_turn.read(
        report.text,
        report.language,
        answered,
        case,
        taking.rules.directory,
        taking.rules.commands,
        tuple(taking.rules.policy.levels),
        [file.name for file in files if file.name],
    )
    taking.put(case, "staff", f"answers our {sent.notice}")
    case = taking.advance(case, turn.events, files)
    if sent.notice == DIGEST:
        _acknowledge_others(taking, sent, case, turn.events)
    for number, refusal in enumerate(turn.refusals):
        notice = Notice(
            id=f"{case.number}/answer/{taking.message.kept.id}/{number}",
            name="reply_not_sent",
            to=sent.role,
            facts={"why": refusal.why, "words": refusal.words},
        )
        taking.answer(case, answered.staff.id, notice)
    return Outcome(ADDED, case.number, f"answers our {sent.notice}")


def _acknowledge_others(taking: Taking, sent: Sent, answered: Case, happened: Sequence[Event]) -> None:
    """A digest is acknowledged as one: whoever has it in hand has every case in it in hand."""
    acknowledged = [event for event in happened if isinstance(event, events.Acknowledged)]
    for number in taking.work.cases_in_digest(sent.id) if acknowledged else ():
        case = taking.work.case(number)
        if case is not None and number != answered.number:
            taking.advance(case, acknowledged)


def _report(taking: Taking, filed: Filed, staff: Staff) -> Outcome:
    """Whoever takes a report files it by mail; what is missing is asked back from them (P-23, P-24)."""
    known = taking.work.cases_with_message([filed.original_message_id]) if filed.original_message_id else ()
    case = taking.work.case(known[0][0]) if known else None
    if case is not None:
        taking.put(case, "staff", "passes on a mail that lies on this case")
        taking.advance(case, [events.NoteTaken(text=taking.message.report.text, by=staff.id)])
        return Outcome(ADDED, case.number, "a colleague passed on a mail that lies on this case")
    at = taking.clock.now()
    inbound = filed.report.inbound
    subject = filed.original_subject or inbound.subject or taking.message.inbound.subject
    case = customer_turn.new_case(
        taking.number(at),
        filed.report,
        replace(inbound, subject=subject),
        at,
        directory=taking.rules.directory,
        policy=taking.rules.policy,
        answerable=filed.customer is not None,
        suggestion=None,
        channel="mail",
        reported_by=staff.id,
        missing=filed.missing,
    )
    words = filed.report.text or taking.message.report.text
    case = taking.begin(case, words, staff.id, f"filed by {staff.id} for the customer")
    if case.missing:
        notice = Notice(
            id=f"{case.number}/facts/{taking.message.kept.id}",
            name="facts_wanted",
            to="colleague",
            promise="P-23",
            facts={"missing": list(case.missing)},
        )
        taking.answer(case, staff.id, notice)
    return Outcome(OPENED, case.number, f"filed by {staff.id} for the customer")


def _facts(taking: Taking, case: Case, staff: Staff) -> Outcome:
    """The answer to what we had asked the colleague back."""
    report = taking.message.report
    taking.put(case, "staff", "answers our facts_wanted")
    learned = events.FactsLearned(text=report.text, by=staff.id, answers=answers(case.missing, report))
    taking.advance(case, [learned])
    return Outcome(ADDED, case.number, "answers our facts_wanted")
