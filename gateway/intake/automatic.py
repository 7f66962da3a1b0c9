"""A program's message: shown where it belongs and never answered; only a true bounce does anything (LESSONS 1, 8, 18).

An absence note, a read receipt or a warning that a mail is late changes nothing. That a letter of ours did not arrive
is a fact about its case (F24): it is believed when it carries our own signature (T22), and once.
"""

from gateway.cases import saying
from gateway.cases.case import Case
from gateway.cases.directory import Contact
from gateway.cases.events import NoticeFailed, Redirected
from gateway.intake import placing
from gateway.intake.message import FILED, Outcome, Rules
from gateway.intake.taking import Taking
from gateway.parsers.bounces import Bounce
from gateway.parsers.screening import Automatic
from gateway.ports import Sent


def take(taking: Taking, automatic: Automatic, sent: Sent | None) -> Outcome:
    """Filed with its reason; on the case too, where it answers a message of ours or returns one."""
    reason = f"{automatic.reason}: {automatic.evidence}"
    bounce = taking.message.report.bounce
    lost = placing.returned(taking, bounce) if bounce is not None and not bounce.delayed else None
    belongs_to = lost or sent
    if belongs_to is None:
        return Outcome(FILED, None, reason)
    taking.put(belongs_to.case_number, "automatic", reason)
    if lost is not None and bounce is not None and not lost.failed:
        _undo(taking, lost, bounce, reason)
    return Outcome(FILED, belongs_to.case_number, reason)


def _undo(taking: Taking, lost: Sent, bounce: Bounce, reason: str) -> None:
    """The letter did not arrive: what it had kept is owed again, and its reader is told another way if there is one."""
    case = taking.work.case(lost.case_number)
    if case is None:
        return
    taking.work.gave_up(lost.id, taking.clock.now(), reason)
    redirected = _redirected(case, lost, taking.rules)
    failed = NoticeFailed(
        notice=lost.notice,
        role=lost.role,
        reason=reason,
        address=lost.recipient.lower(),
        permanent=bounce.permanent,
        instead=redirected.address if redirected is not None else None,
    )
    taking.advance(case, [failed] if redirected is None else [failed, redirected])


def _redirected(case: Case, lost: Sent, rules: Rules) -> Redirected | None:
    """Where it goes now: their own chat, or else somebody else at the customer's.

    Nowhere where we know only what a stranger's mail said of itself (T19).
    """
    if lost.role != saying.CUSTOMER or not case.answered.known or case.customer_id is None:
        return None
    without = [*case.unreachable, lost.recipient.lower()]
    found = _their_chat(lost, rules) or rules.directory.another_way(case.customer_id, without)
    if found is None:
        return None
    contact, address = found
    language = contact.language or case.answered.language
    words, written_in = lost.said or ("", language)
    return Redirected(
        notice=lost.notice,
        address=address,
        person=contact.name,
        reads=language,
        phone=contact.phones[0] if contact.phones else None,
        text=words,
        language=written_in,
    )


def _their_chat(lost: Sent, rules: Rules) -> tuple[Contact, str] | None:
    """The chat of whoever was written to. Should it be closed to us too, that letter's end is the desk's (F26)."""
    contact = rules.directory.contact_at(lost.recipient)
    emails = contact.emails if contact is not None else ()
    chats = (rules.chats.chat_of("contact", email.lower()) for email in emails)
    chat = next((each for each in chats if each is not None), None)
    return (contact, chat) if contact is not None and chat is not None else None
