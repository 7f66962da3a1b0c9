"""A colleague's message: an answer to a notice of ours, or a report filed for a customer (P-23)."""

from dataclasses import replace

from gateway import customer_turn
from gateway.cases import events, lifecycle
from gateway.cases.case import Case, Notice
from gateway.cases.directory import Staff
from gateway.colleague_report import Filed
from gateway.intake import across, acting, conversing, holding, repeating
from gateway.intake.message import ADDED, FILED, OPENED, Outcome
from gateway.intake.taking import Taking
from gateway.ports import Sent
from gateway.trust.authority import Ruling


def take(taking: Taking, staff: Staff | None, sent: Sent | None, ruling: Ruling) -> Outcome:
    """`staff` is whom the sender's address belongs to, `sent` the message of ours that is answered."""
    if sent is None:
        return _unasked(taking, staff, ruling)
    case = _answered_case(taking, sent)
    if case is None:
        return Outcome(FILED, None, "answers a case that is gone")
    if sent.token_until < taking.message.kept.received_at:
        if staff is not None and taking.may_tell(case, staff):
            acting.tell(taking, case, staff, sent.role, "too_old", taking.message.report.text)
        return Outcome(FILED, None, f"from a colleague, but our {sent.notice} can be answered no longer")
    if staff is None or ruling.may not in ("commands", "held"):
        taking.put(case, "unverified", f"a colleague's reply address, used by another ({ruling.reason})")
        wrote = events.ThirdPartyWrote(text=taking.message.report.text, by=taking.sender)
        taking.advance(case, [wrote])
        return Outcome(ADDED, case.number, "a colleague's reply address, used by somebody else")
    if sent.notice == holding.NOTICE:
        return holding.answered(taking, case, staff, sent)
    if ruling.may == "held":
        return holding.hold(taking, case, staff, sent, ruling.reason)
    if repeating.is_replay(taking, case):
        taking.put(case, "unverified", "says again, word for word, what this colleague said before")
        return Outcome(ADDED, case.number, "a message that came before: its commands do not run again")
    words = acting.written(taking, case)
    taking.put(case, "staff", f"answers our {sent.notice}; {taking.message.authentication.evidence}")
    return acting.act(taking, case, staff, sent, words)


def _unasked(taking: Taking, staff: Staff | None, ruling: Ruling) -> Outcome:
    """In answer to nothing of ours: a report, or something to be read by a person."""
    filed = taking.message.filed
    if staff is not None and filed is not None and filed.is_report:
        return file(taking, filed, staff, flagged=ruling.flagged)
    goes_on = taking.work.conversations(conversing.ids_answered(taking.message.inbound))
    case = taking.work.case(goes_on[0].case_number) if goes_on else None
    if staff is not None and case is not None:
        return _past_us(taking, case, staff, ruling)
    return Outcome(FILED, None, "from a colleague, but in answer to nothing of ours")


def _past_us(taking: Taking, case: Case, staff: Staff, ruling: Ruling) -> Outcome:
    """A colleague wrote to the customer directly, with us in copy (L-32): shown on the case, and its id remembered.

    It moves nothing: what reaches the customer past us keeps no promise that we can vouch for.
    """
    taking.put(case, "unverified" if ruling.flagged else "staff", "goes on with a conversation on this case")
    if not ruling.flagged:
        taking.advance(case, [events.NoteTaken(text=taking.message.report.text, by=staff.id)])
    return Outcome(ADDED, case.number, "a colleague's mail past us, in a conversation on this case")


def _answered_case(taking: Taking, sent: Sent) -> Case | None:
    """The case that our notice was about; a digest is about the first of its cases that is still open."""
    case = taking.work.case(sent.case_number)
    if sent.notice != acting.DIGEST or case is None or not lifecycle.is_over(case.status):
        return case
    others = (taking.work.case(number) for number in taking.work.cases_in_digest(sent.id))
    return next(
        (other for other in others if other is not None and not lifecycle.is_over(other.status)), case
    )


def file(taking: Taking, filed: Filed, staff: Staff, *, flagged: bool) -> Outcome:
    """Whoever takes a report files it, by mail or in a chat; what is missing is asked back from them (P-23, P-24).

    One that nothing proves to be the colleague's opens its case all the same, since a fault must not wait; but nobody
    outside is written to, and whoever has the case is told why.
    """
    known = taking.work.cases_with_message([filed.original_message_id]) if filed.original_message_id else ()
    case = taking.work.case(known[0][0]) if known else None
    if case is not None:
        taking.put(case, "unverified" if flagged else "staff", "passes on a mail that lies on this case")
        if not flagged:
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
        channel=taking.channel,
        reported_by=staff.id,
        missing=filed.missing,
    )
    if flagged:
        doubt = f"nothing proves that {staff.name} filed it: ask them before you write to the customer"
        reporter = replace(case.reporter, unproved=True)
        case = replace(case, problems=(*case.problems, doubt), reporter=reporter)
    if taking.came_by_chat:
        case = across.answered_in_their_chat(case, taking.rules.chats)
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
