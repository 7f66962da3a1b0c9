"""A pressed button: a prepared answer to a letter of ours, or the choice of a case.

Whose the button is, is decided as for an answer by mail: its token is looked up and verified, and must have been made
for this chat and, where it went to a colleague, for the colleague whose chat this is (RELIABILITY 2.1, T31). Everything
else is answered with the same sentence.
"""

from gateway import reply_address
from gateway.cases import events, lifecycle
from gateway.cases.case import Case
from gateway.cases.directory import Staff
from gateway.cases.events import Event
from gateway.cases.saying import CUSTOMER
from gateway.chat import buttons, colleagues, commands, orders
from gateway.chat.buttons import (
    ACK,
    ASSIGN,
    ASSIGN_TO,
    CALL,
    COMMANDS,
    FAILED,
    LATER,
    NOT_MINE,
    OVER,
    PROGRESS,
    SOLVED,
    UNSOLVED,
)
from gateway.chat.saying import Prepared
from gateway.chat.taking import ChatTaking
from gateway.intake.message import ADDED, FILED, Outcome
from gateway.parsers.report import Report
from gateway.ports import Sent
from gateway.reply_address import Bound

MOST_NAMES = 12
DEAD = Outcome(FILED, None, "a button that is used, expired, or somebody else's")


def press(taking: ChatTaking, report: Report) -> Outcome:
    """What the button does; `report` is what its words would be, for the journal."""
    staff, pressed = taking.speaker.staff, taking.item.update.pressed or ""
    found, typed = buttons.read(pressed), orders.typed(pressed)
    if staff is not None and typed is not None and typed.name in commands.BY_BUTTON:
        return commands.run(taking, typed, report)
    if staff is not None and found is not None and found[0] == orders.WHICH:
        return colleagues.chosen(taking, staff, found[1], found[2], report) or _dead(taking)
    sent = _sent(taking, found[1]) if found is not None else None
    case = taking.work.case(sent.case_number) if sent is not None else None
    if found is None or sent is None or case is None or not _is_theirs(taking, sent):
        return _dead(taking)
    verb, token, argument = found
    if verb not in buttons.of_letter(sent.notice, sent.role) and verb != ASSIGN_TO:
        return _dead(taking)
    if sent.role == CUSTOMER:
        return _customers(taking, case, verb, report)
    return _colleagues(taking, staff, sent, case, verb, token, argument, report) if staff else _dead(taking)


def _sent(taking: ChatTaking, token: str) -> Sent | None:
    sent = taking.work.sent(reply_address.look_up_of(token))
    if sent is None or sent.token_until < taking.item.kept.received_at:
        return None
    bound = Bound(sent.id, sent.case_number, sent.recipient, sent.role, sent.notice, sent.token_until)
    return sent if reply_address.verify(taking.house.rules.keys, token, bound) else None


def _is_theirs(taking: ChatTaking, sent: Sent) -> bool:
    """The letter went to this chat; one for a colleague to whose chat this still is."""
    if sent.recipient != taking.speaker.at:
        return False
    staff = taking.speaker.staff
    return sent.role == CUSTOMER or (staff is not None and sent.person == staff.id)


def _dead(taking: ChatTaking) -> Outcome:
    taking.say("button_dead")
    return DEAD


def _customers(taking: ChatTaking, case: Case, verb: str, report: Report) -> Outcome:
    """Yes, it is solved; or no (P-35)."""
    event = _answer(case, verb, report, taking.speaker.at)
    if event is None:
        taking.say("already", number=case.number)
        return Outcome(FILED, case.number, "a button whose question is answered already")
    taken = taking.with_words(report, [taking.item], language=case.reporter.language)
    taken.put(case, "customer", f"pressed {verb}")
    taken.advance(case, [event])
    taking.buttons_used()
    return Outcome(ADDED, case.number, f"pressed {verb}")


def _answer(case: Case, verb: str, report: Report, person: str) -> Event | None:
    language = case.reporter.language
    if verb == SOLVED and case.status == lifecycle.AWAITING_CONFIRMATION:
        return events.Confirmed(text=report.text, language=language, by=person)
    if verb == UNSOLVED and case.status in (lifecycle.AWAITING_CONFIRMATION, lifecycle.IN_REVIEW):
        return events.Refused(text=report.text, language=language, by=person)
    return None


def _colleagues(
    taking: ChatTaking,
    staff: Staff,
    sent: Sent,
    case: Case,
    verb: str,
    token: str,
    argument: str,
    report: Report,
) -> Outcome:
    match verb:
        case _ if verb == LATER:
            taking.say("later", number=case.number)
            return Outcome(FILED, case.number, f"{staff.id} will look later")
        case _ if verb == NOT_MINE:
            text = f"#note {report.text}"
        case _ if verb == CALL:
            text = f"#stuck {report.text}"
        case _ if verb == ACK and argument:
            if not argument.isdecimal() or int(argument) not in buttons.RESTS:
                return _dead(taking)
            text = f"#ack {int(argument)} min"
        case _ if verb == OVER:
            text = f"#ack\n#assign {staff.id}"
        case _ if verb == ASSIGN:
            return _whom(taking, case, token)
        case _ if verb == ASSIGN_TO and ASSIGN in buttons.of_letter(sent.notice, sent.role):
            chosen = taking.house.rules.directory.staff.get(argument)
            if chosen is None:
                return _dead(taking)
            text = f"#assign {chosen.id}"
        case _ if verb in (FAILED, PROGRESS):
            return orders.ask_words(taking, verb, case)
        case _ if verb in COMMANDS:
            text = COMMANDS[verb]
        case _:
            return _dead(taking)
    outcome = colleagues.pressed(taking, staff, sent, case, text, report)
    if verb == ACK and not argument and sent.notice != colleagues.DIGEST:
        _offer_to_let_it_rest(taking, case, token)
    if argument or not buttons.is_card(sent.notice, sent.role):
        taking.buttons_used()
    else:
        taking.work.use_card(sent.id, verb, taking.at)
    return outcome


def _offer_to_let_it_rest(taking: ChatTaking, case: Case, token: str) -> None:
    """The climb has stopped; a manager may rather be reminded by it (issue 6, point 7)."""
    lengths = [Prepared(f"rest_{each}", buttons.data(ACK, token, str(each))) for each in buttons.RESTS]
    taking.say("in_hand", *lengths, number=case.number)


def _whom(taking: ChatTaking, case: Case, token: str) -> Outcome:
    """Engineers of the region, as buttons."""
    engineers = [
        person
        for person in taking.house.rules.directory.staff_with(colleagues.ENGINEER)
        if person.serves(case.region) and not person.is_away(taking.at.date())
    ]
    chosen = [
        Prepared(person.name, buttons.data(ASSIGN_TO, token, person.id), as_is=True)
        for person in engineers[:MOST_NAMES]
        if len(buttons.data(ASSIGN_TO, token, person.id).encode()) <= buttons.LONGEST_DATA
    ]
    taking.say("whom" if chosen else "nobody_to_assign", *chosen, number=case.number)
    return Outcome(FILED, case.number, "asked whom to assign")
