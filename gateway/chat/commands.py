"""Commands of a chat: everybody's (/status, /new, /link), and those of a colleague (/mine, /case, their work)."""

from collections.abc import Sequence

from gateway import case_number
from gateway.cases.case import Case
from gateway.cases.directory import Staff
from gateway.chat import colleagues, customers, linking, orders
from gateway.chat.burst import Item
from gateway.chat.buttons import work_on
from gateway.chat.customers import NEW, Question
from gateway.chat.saying import Filling, Prepared, Spoken
from gateway.chat.taking import ChatTaking
from gateway.chat_update import Command
from gateway.intake.message import FILED, Outcome
from gateway.parsers.report import Report

STATUS_WORDS = frozenset(["进度", "進度", "状态", "狀態", "查询", "查詢", "查进度", "查進度", "status"])
"""A whole message of one of these asks what /status asks."""

MOST_LISTED = 10
BY_BUTTON = frozenset({"case", *colleagues.COMMANDS})
"""Commands that a button may stand for."""


def run(taking: ChatTaking, command: Command, report: Report) -> Outcome:
    """What the command does; `report` is its argument, read."""
    staff = taking.speaker.staff
    match command.name:
        case "start" if command.argument:
            return linking.start(taking, command.argument)
        case "start" if staff is None:
            taking.say("greeting")
            return Outcome(FILED, None, "/start")
        case "link":
            return linking.ask_for_code(taking, command.argument)
        case "unlink" if taking.speaker.chat.is_private:
            return linking.leave(taking)
        case "status":
            return status(taking)
        case "mine" if staff is not None:
            return _listed(taking, colleagues.cases_held(taking, staff), "status")
        case "case" if staff is not None:
            return _shown(taking, staff, command.argument)
        case "new" if staff is None:
            return _new(taking, report)
        case name if staff is not None and name in colleagues.COMMANDS:
            return colleagues.command(taking, staff, command, report)
        case _:
            taking.say("help_staff" if staff is not None else "help")
            return Outcome(FILED, None, f"/{command.name}")


def status(taking: ChatTaking) -> Outcome:
    """The open cases: a colleague's own, a customer's, those of a group."""
    staff = taking.speaker.staff
    if staff is not None:
        return _listed(taking, colleagues.cases_held(taking, staff), "status")
    found = (taking.work.case(number) for number in customers.open_cases(taking))
    return _listed(taking, [case for case in found if case is not None], "status")


def _listed(taking: ChatTaking, cases: Sequence[Case], asked: str) -> Outcome:
    if not cases:
        taking.say("status_none")
        return Outcome(FILED, None, f"/{asked}")
    lines: list[tuple[str, dict[str, Filling]]] = []
    for case in cases[:MOST_LISTED]:
        lines.append((f"status_{case.status}", {"number": case.number, "subject": case.subject[:40]}))
        if taking.speaker.staff is not None and case.next_due is not None:
            lines.append(("next_due", {"due": case.next_due}))
    buttons = (
        tuple(
            Prepared(orders.titled(case), f"case.{case.number}", as_is=True) for case in cases[:MOST_LISTED]
        )
        if taking.speaker.staff is not None
        else ()
    )
    taking.after.said.append(Spoken(taking.speaker.at, taking.language, tuple(lines), buttons))
    return Outcome(FILED, None, f"/{asked}")


def _shown(taking: ChatTaking, staff: Staff, argument: str) -> Outcome:
    """One case, for a colleague: what a card says of it, and what they may do there; without a number, theirs."""
    held = colleagues.cases_held(taking, staff) if not argument else []
    if len(held) > 1:
        return _listed(taking, held, "case")
    numbers = case_number.find(argument) or tuple(case.number for case in held)
    case = taking.work.case(numbers[0]) if numbers else None
    if case is None:
        taking.say("which_case")
        return Outcome(FILED, None, "/case without a number of ours")
    lines: list[tuple[str, dict[str, Filling]]] = [
        (f"status_{case.status}", {"number": case.number, "subject": case.subject[:80]})
    ]
    facts: dict[str, str | None] = {
        "company": case.company,
        "contact": case.contact,
        "phone": case.phone,
        "product": case.product,
        "symptoms": "；".join(case.symptoms) or None,
        "engineer": _name(taking, case.engineer),
    }
    for name, value in facts.items():
        if value:
            lines.append((f"fact_{name}", {"value": value}))
    if case.next_due is not None:
        lines.append(("next_due", {"due": case.next_due}))
    buttons = tuple(orders.button(name, case.number) for name in work_on(case, staff))
    taking.after.said.append(Spoken(taking.speaker.at, taking.language, tuple(lines), buttons))
    return Outcome(FILED, case.number, f"/case by {staff.id}")


def _name(taking: ChatTaking, staff_id: str | None) -> str | None:
    staff = taking.house.rules.directory.staff.get(staff_id or "")
    return staff.name if staff else None


def _new(taking: ChatTaking, report: Report) -> Outcome:
    """A new matter, apart from the running one: with its words at once, else the next words are about it."""
    items: Sequence[Item] = (taking.item,)
    if not customers.is_greeting(report.text):
        return customers.open_case(taking, items, report)
    taking.work.ask(taking.speaker.who, Question(NEW).written(), taking.at)
    taking.say("new_ready")
    return Outcome(FILED, None, "/new")
