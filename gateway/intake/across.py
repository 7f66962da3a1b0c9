"""One contact, two ways to us: their mailbox, and the private chat that they have shown to be theirs.

A case begun in a chat has sent no mail that could be answered, so that whoever goes on by mail writes a fresh one. Two
fresh mails are two cases, since the second could have been an answer; this one could not. So it goes onto the case,
if it is certain whose mail it is (RELIABILITY 2.1: the mail must prove its sender), that they have just this one case
open there, and that it tells of the same symptoms or names the case. Everything less only suggests.
"""

from collections.abc import Sequence
from dataclasses import replace

from gateway import case_number, chat_address
from gateway.cases.case import Case
from gateway.chats import Chats
from gateway.intake.taking import Taking
from gateway.parsers.folding import fold


def open_cases(taking: Taking) -> Sequence[str]:
    """Numbers of cases not closed that the sender wrote on, by mail or in their chat; the latest first."""
    chat = taking.rules.chats.chat_of("contact", taking.sender)
    by_mail = taking.work.open_cases_of(taking.sender) if taking.sender else ()
    in_chat = taking.work.open_cases_of(chat) if chat is not None else ()
    return tuple(dict.fromkeys((*by_mail, *in_chat)))


def begun_in_chat(taking: Taking) -> str | None:
    """The case of the sender's chat that a fresh mail of theirs goes on with; None where that is not certain."""
    chat = taking.rules.chats.chat_of("contact", taking.sender)
    if chat is None or taking.message.authentication.result != "pass":
        return None
    reported = [
        case
        for number in taking.work.open_cases_of(chat)
        if (case := taking.work.case(number)) is not None and _has_sent_no_mail(case, chat)
    ]
    named = case_number.find(taking.message.inbound.subject)
    meant = [case for case in reported if case.number in named] or reported
    if len(meant) != 1 or (meant[0].number not in named and not _is_about(taking, meant[0])):
        return None
    return meant[0].number


def _has_sent_no_mail(case: Case, chat: str) -> bool:
    """Whether everything that the customer was told of the case is in their chat."""
    at = chat_address.read(chat)
    return at is not None and case.channel == at.channel and case.reporter.address == chat


def _is_about(taking: Taking, case: Case) -> bool:
    """Whether the mail tells of a symptom of the case: one of them in other words is a part of the other."""
    told = [fold(each.value) for each in taking.message.report.symptoms]
    known = [fold(each) for each in case.symptoms]
    return any(one in other or other in one for one in told for other in known)


def answered_where_they_write(case: Case, here: str, chats: Chats) -> Case:
    """The same case; a contact who has changed from their chat to their mailbox, or back, is answered there.

    By then they are known, even if they were a stranger when they began: the chat was linked since.
    """
    if not chats.is_same_person(case.reporter.address, here):
        return case
    return replace(case, reporter=replace(case.reporter, address=here, known=True, unproved=False))


def answered_in_their_chat(case: Case, chats: Chats) -> Case:
    """The same case; a contact who has a chat is answered there."""
    chat = chats.chat_of("contact", case.reporter.address.lower())
    return replace(case, reporter=replace(case.reporter, address=chat)) if chat is not None else case
