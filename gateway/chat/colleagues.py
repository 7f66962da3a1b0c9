"""What a colleague writes, commands or presses in their own chat: the same rules as for their answers by mail.

A reply to a card means what a reply to that letter means. A command without one is about the case it names, or about
the only one they hold; what they may do there follows from their part in that case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gateway import case_number, staff_turn
from gateway.cases import events, lifecycle
from gateway.cases.case import Case
from gateway.cases.directory import Staff
from gateway.chat import bare_lines, handing_on, orders
from gateway.chat.burst import Item, Words
from gateway.chat.taking import ChatTaking
from gateway.chat_update import Command
from gateway.colleague_report import Filed
from gateway.intake.acting import FACTS
from gateway.intake.message import ADDED, FILED, Outcome
from gateway.parsers import answers
from gateway.parsers.report import Report
from gateway.ports import Sent

ENGINEER, HELPER = "engineer", "implementation_engineer"
DIGEST = "digest"
DONE = "done_by_staff"

COMMANDS: Mapping[str, str] = {
    "take": "take",
    "reply": "reply",
    "progress": "progress",
    "plan": "plan",
    "resolved": "resolved",
    "stuck": "stuck",
    "waiting": "waiting",
    "parts": "parts",
    "onsite": "dispatched",
    "arrived": "arrived",
    "note": "note",
    "level": "level",
    "assign": "assign",
    "ack": "ack",
}
"""Commands of the chat and what they are called in a mail."""


def words(taking: ChatTaking, staff: Staff, said: Words, report: Report, filed: Filed | None) -> Outcome:
    """An answer to a card, or to a question of ours; a customer's words handed on; anything else is nobody's order."""
    sent = _answered(taking, staff, said.items[-1])
    order = orders.open_order(taking)
    if sent is None and order is not None and not order.nonce and said.items[0].update.forwarded is None:
        return _told(taking, staff, order, said, report)
    case = _case_of(taking, sent) if sent is not None else None
    if sent is None and filed is not None and handing_on.is_handed_on(said, filed):
        return handing_on.take(taking, staff, said, report, filed)
    prompt = bare_lines.prompt_of(taking, staff, said) if not said.reply_to else None
    prompted = taking.work.case(prompt.case_number) if prompt is not None else None
    if prompt is not None and prompted is not None:
        return act(taking, staff, prompt, prompted, report, said.items, answer="line_taken")
    if sent is None or case is None:
        taking.say("reply_to_a_card")
        return Outcome(FILED, None, "from a colleague, but in answer to nothing of ours")
    return act(taking, staff, sent, case, report, said.items)


def command(taking: ChatTaking, staff: Staff, given: Command, report: Report) -> Outcome:
    """`/progress …` and its like, in answer to a card, with a number, or about the only case they hold.

    Of several cases one is asked for, and the words if they are missing.
    """
    name = COMMANDS[given.name]
    sent = _answered(taking, staff, taking.item)
    numbers = case_number.find(given.argument)
    case, argument = _case_meant(taking, staff, sent, numbers[0] if numbers else None), given.argument
    if case is None:
        held = cases_held(taking, staff) if not numbers and sent is None else []
        if held and taking.item.update.file is None:
            return orders.ask_which(taking, name, argument, report.language, held)
        taking.say("which_case")
        return Outcome(FILED, None, f"/{given.name} about no certain case")
    if numbers and argument.upper().startswith(numbers[0]):
        argument = argument[len(numbers[0]) :].strip()
    return _ordered(taking, staff, name, case, argument, report, [taking.item], sent.role if sent else None)


def chosen(taking: ChatTaking, staff: Staff, nonce: str, place: str, report: Report) -> Outcome | None:
    """The case of a command was chosen by button; None: the button belongs to another question."""
    found = orders.chosen(taking, nonce, place)
    if found is None:
        return None
    order, case = found
    taking.buttons_used()
    read = replace(report, text=order.words, language=order.language)
    return _ordered(taking, staff, order.command, case, order.words, read, [taking.item])


def _told(taking: ChatTaking, staff: Staff, order: orders.Order, said: Words, report: Report) -> Outcome:
    """The words that a command lacked."""
    case = taking.work.case(order.numbers[0])
    if case is None:
        return Outcome(FILED, None, "answers a question about a case that is gone")
    return _ordered(taking, staff, order.command, case, report.text, report, said.items)


def _ordered(
    taking: ChatTaking,
    staff: Staff,
    name: str,
    case: Case,
    argument: str,
    report: Report,
    items: Sequence[Item],
    role: str | None = None,
) -> Outcome:
    """The command, once it has its case; `role` is that of the letter it answers, if any."""
    if orders.open_order(taking) is not None:
        taking.work.forget_question(taking.speaker.who)
    if name in orders.WANTS_WORDS and not argument and all(item.update.file is None for item in items):
        return orders.ask_words(taking, name, case)
    role = role or _role(staff, case, name, taking.house.rules.commands)
    answered = staff_turn.Answered(staff, role, staff_turn.NOTE)
    return _done(taking, staff, answered, case, f"#{name} {argument}".strip(), report, items)


def act(
    taking: ChatTaking,
    staff: Staff,
    sent: Sent,
    case: Case,
    report: Report,
    items: Sequence[Item],
    *,
    answer: str = DONE,
) -> Outcome:
    """The words answer this letter of ours; `answer` is what we say to it (table `chat`)."""
    meaning = taking.house.rules.policy.reply_means.get((sent.notice, sent.role), staff_turn.NOTE)
    if meaning == FACTS:
        return _facts(taking, staff, case, report, items)
    answered = staff_turn.Answered(staff, sent.role, meaning)
    outcome = _done(taking, staff, answered, case, report.text, report, items, answer=answer)
    if sent.notice == DIGEST:
        _acknowledge_others(taking, staff, sent, case, report, items)
    return outcome


def pressed(taking: ChatTaking, staff: Staff, sent: Sent, case: Case, text: str, report: Report) -> Outcome:
    """A button under this letter of ours stands for these commands."""
    answered = staff_turn.Answered(staff, sent.role, staff_turn.NOTE)
    outcome = _done(taking, staff, answered, case, text, report, [taking.item])
    if sent.notice == DIGEST:
        _acknowledge_others(taking, staff, sent, case, report, [taking.item])
    return outcome


def cases_held(taking: ChatTaking, staff: Staff) -> list[Case]:
    """Their open cases, the most urgent first."""
    held = taking.work.cases_held_by(staff.id)
    return sorted(held, key=lambda case: (case.level, case.next_due is None, case.next_due or case.opened_at))


def _done(
    taking: ChatTaking,
    staff: Staff,
    answered: staff_turn.Answered,
    case: Case,
    text: str,
    report: Report,
    items: Sequence[Item],
    *,
    answer: str = DONE,
) -> Outcome:
    rules = taking.house.rules
    taken = taking.with_words(report, items)
    files = [item.update.file for item in items if item.update.file is not None]
    turn = staff_turn.read(
        text,
        report.language,
        answered,
        case,
        rules.directory,
        rules.commands,
        tuple(rules.policy.levels),
        [file.name for file in files if file.name],
    )
    taken.put(case, "staff", f"written in a chat by {staff.id}")
    after = taken.advance(case, turn.events, files)
    taking.lies_on(case, items)
    for refusal in turn.refusals:
        taking.say(f"refused_{refusal.why}", number=case.number, words=refusal.words)
    if turn.events and not turn.refusals:
        taking.say(answer, number=case.number, status=after.status)
    return Outcome(ADDED, case.number, f"written in a chat by {staff.id}")


def _facts(taking: ChatTaking, staff: Staff, case: Case, report: Report, items: Sequence[Item]) -> Outcome:
    """What was missing of a report that this colleague handed on (P-23)."""
    taken = taking.with_words(report, items)
    learned = events.FactsLearned(
        text=report.text, by=staff.id, answers=answers.by_colleague(case.missing, report)
    )
    taken.put(case, "staff", f"written in a chat by {staff.id}")
    after = taken.advance(case, [learned])
    taking.lies_on(case, items)
    taking.say(DONE, number=case.number, status=after.status)
    return Outcome(ADDED, case.number, f"written in a chat by {staff.id}")


def _answered(taking: ChatTaking, staff: Staff, item: Item) -> Sent | None:
    """The card that a message answers, if it was made for this colleague and may still be answered."""
    if item.update.reply_to is None:
        return None
    on = taking.work.noted(taking.speaker.there.message(item.update.reply_to))
    sent = taking.work.sent(on.outbound_id) if on is not None and on.outbound_id is not None else None
    if sent is None or sent.person != staff.id or sent.token_until < item.kept.received_at:
        return None
    return sent


def _case_of(taking: ChatTaking, sent: Sent) -> Case | None:
    """What the card is about; a digest is about the first of its cases that is still open."""
    case = taking.work.case(sent.case_number)
    if sent.notice != DIGEST or case is None or not lifecycle.is_over(case.status):
        return case
    others = (taking.work.case(number) for number in taking.work.cases_in_digest(sent.id))
    return next((each for each in others if each is not None and not lifecycle.is_over(each.status)), case)


def _acknowledge_others(
    taking: ChatTaking, staff: Staff, sent: Sent, answered: Case, report: Report, items: Sequence[Item]
) -> None:
    """A digest is acknowledged as one."""
    taken = taking.with_words(report, items)
    for number in taking.work.cases_in_digest(sent.id):
        case = taking.work.case(number)
        if case is not None and number != answered.number:
            taken.advance(case, [events.Acknowledged(by=staff.id)])


def _case_meant(taking: ChatTaking, staff: Staff, sent: Sent | None, number: str | None) -> Case | None:
    if number is not None:
        return taking.work.case(number)
    if sent is not None:
        return _case_of(taking, sent)
    held = cases_held(taking, staff)
    return held[0] if len(held) == 1 else None


def _role(staff: Staff, case: Case, command: str, allowed: Mapping[str, Sequence[str]]) -> str:
    """Their part in the case: who holds it or helps, else a role of theirs that may do this; none of them: no part.

    An engineer has a part in a case that somebody else has only once they take it over.
    """
    if case.engineer == staff.id:
        return ENGINEER
    if staff.id in case.helpers:
        return HELPER
    free = case.engineer is None or command in ("take", "note")
    roles = sorted(staff.roles - (frozenset() if free else frozenset({ENGINEER, HELPER})))
    return next((role for role in roles if role in allowed.get(command, ())), "")
