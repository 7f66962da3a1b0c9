"""Which of our letters have buttons in a chat, and what a button's data says.

A button is a prepared answer to that letter: `verb.token`, the token of the letter's reply address. What it may do is
looked up by the letter and the role it went to, and whether whoever presses it is whom the letter was for is checked as
for an answer by mail (RELIABILITY 2.1): to forge a verb, or to copy a token, gains nobody anything.
"""

from collections.abc import Mapping, Sequence, Set
from zlib import crc32

from gateway import reply_address
from gateway.cases import lifecycle
from gateway.cases.case import Case
from gateway.cases.directory import Staff
from gateway.cases.saying import CUSTOMER
from gateway.messages import Outbound

LONGEST_DATA = 64  # bytes (Bot API, InlineKeyboardButton)
SOLVED, UNSOLVED = "solved", "unsolved"
TAKE, LATER, NOT_MINE = "take", "later", "not_mine"
ACK, OVER, ASSIGN, ASSIGN_TO = "ack", "over", "assign", "to"
PASSED, FAILED, AGREE, ISSUED = "passed", "failed", "agree", "issued"
PROGRESS = "progress"
WORK = (PROGRESS, "reply", "resolved", "stuck", "onsite", "note")
"""Commands that whoever has a case is offered as buttons, by what they are called in a chat."""

DIGEST = "digest"
ENGINEER = "engineer"
IN_HAND = frozenset({lifecycle.OPEN, lifecycle.IN_PROGRESS, lifecycle.WAITING_ON_CUSTOMER})
PROMPT = "update_prompt"
NO_CARDS = frozenset({DIGEST, PROMPT})
WORKED_FROM = frozenset({"new_case", "assignment", "help_assigned"})
"""Letters by which somebody comes to have a case: their cards offer the work on it from then on."""

CALL = "call"
RIGHT, WRONG = "right", "wrong"
RESTS = (30, 60, 120, 240)
"""Minutes for which whoever has an escalation in hand may let it rest."""

_CONFIRM = (SOLVED, UNSOLVED)
_ESCALATED = (ACK, OVER, ASSIGN, CALL)

_BUTTONS: Mapping[tuple[str, str], Sequence[str]] = {
    ("please_confirm", "customer"): _CONFIRM,
    ("confirm_reminder", "customer"): _CONFIRM,
    ("confirm_reminder_again", "customer"): _CONFIRM,
    ("new_case", "engineer"): (TAKE, LATER, NOT_MINE),
    (PROMPT, "engineer"): (PROGRESS,),
    ("help_assigned", "implementation_engineer"): (TAKE,),
    ("review_request", "centre_manager"): (PASSED, FAILED),
    ("interim_draft", "superior"): (AGREE,),
    ("parts_wanted", "warehouse"): (ISSUED,),
    ("triage_request", "service_manager"): (ASSIGN, CALL),
    ("help_needed", "service_manager"): (ACK, ASSIGN),
    ("help_needed", "project_manager"): (ACK, ASSIGN),
    ("digest", "service_manager"): (ACK,),
    ("digest", "project_manager"): (ACK,),
    ("digest", "level_manager"): (ACK,),
    ("digest", "administrator"): (ACK,),
    ("escalation", "level_manager"): _ESCALATED,
    ("escalation", "administrator"): _ESCALATED,
}

COMMANDS: Mapping[str, str] = {
    TAKE: "#take",
    ACK: "#ack",
    PASSED: "#passed",
    AGREE: "#agree",
    ISSUED: "#issued",
}
"""Buttons that stand for a command and nothing else."""


def of_letter(notice: str, role: str) -> Sequence[str]:
    """The verbs under a letter; a level manager's rung is written into the role."""
    return _BUTTONS.get((notice, role)) or _BUTTONS.get((notice, role.partition(":")[0]), ())


def is_card(notice: str, role: str) -> bool:
    """Whether a colleague's letter is kept true in their chat: one with buttons, or the one that gives them a case."""
    has_buttons = notice in WORKED_FROM or bool(of_letter(notice, role))
    return role != CUSTOMER and notice not in NO_CARDS and has_buttons


def work_on(case: Case, staff: Staff) -> Sequence[str]:
    """The commands that this colleague is offered for the case as it is."""
    if lifecycle.is_over(case.status):
        return ()
    if staff.id == case.engineer or staff.id in case.helpers:
        return WORK if case.status in IN_HAND else ("note",)
    return (TAKE, "note") if case.engineer is None and ENGINEER in staff.roles else ("note",)


def is_work(button: str) -> bool:
    """Whether a button's data stands for a command, and is no answer to a letter."""
    verb, token, _ = read(button) or ("", "", "")
    return verb in WORK and not reply_address.is_token(token)


def is_of_use(verb: str, case: Case, used: Set[str]) -> bool:
    """Whether a button still does something: its case is open, the matter undecided, and it was not pressed before."""
    if lifecycle.is_over(case.status) or verb in used:
        return False
    match verb:
        case "take" | "later" | "not_mine":
            return case.engineer is None
        case "passed" | "failed":
            return case.status == lifecycle.IN_REVIEW
        case _:
            return True


def under(outbound: Outbound, token: str) -> Sequence[tuple[str, str]]:
    """Each verb of the letter, and its data."""
    verbs = [(verb, data(verb, token)) for verb in of_letter(outbound.notice, outbound.role)]
    return [*verbs, *(yes_or_no(outbound.case_number, *outbound.offers) if outbound.offers else ())]


def yes_or_no(number: str, field: str, value: str) -> Sequence[tuple[str, str]]:
    """Whether a field of the case is what was read of it, as (verb, data): one's own words, which need no token."""
    about = f"{number}.{field}.{crc32(value.encode('utf-8', 'replace')):08x}"
    return [(verb, f"{verb}.{about}") for verb in (RIGHT, WRONG)]


def data(verb: str, token: str, argument: str = "") -> str:
    """What comes back when it is pressed; at most 64 bytes (Bot API): 24 for the token."""
    return f"{verb}.{token}" + (f".{argument}" if argument else "")


def read(pressed: str) -> tuple[str, str, str] | None:
    """Verb, token and argument; None where it is nothing of ours."""
    verb, token, argument = (*pressed.split(".", 2), "", "")[:3]
    return (verb, token, argument) if verb and token else None
