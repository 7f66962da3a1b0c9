"""A customer's words in a chat: onto the case they answer, their only open one, the one they choose, or a new one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway import customer_turn
from gateway.cases import events
from gateway.cases.case import Case, Party
from gateway.chat import asking
from gateway.chat.burst import Item, Words
from gateway.chat.saying import Prepared
from gateway.chat.taking import ChatTaking
from gateway.intake import across
from gateway.intake.message import ADDED, FILED, OPENED, Outcome
from gateway.messages import Address
from gateway.parsers import chat_answers, confirmation
from gateway.parsers.report import Report

NEW = "new"
PICK = "pick"
GREETINGS = frozenset(
    [
        "你好",
        "您好",
        "hello",
        "hi",
        "在吗",
        "在嗎",
        "hey",
        "早上好",
        "下午好",
        "早安",
        "午安",
        "你好啊",
        "有人吗",
        "有人嗎",
    ]
)
ANOTHER = (
    "另外",
    "另一个问题",
    "另一個問題",
    "还有一个",
    "還有一個",
    "新问题",
    "新問題",
    "新故障",
    "another issue",
    "new issue",
)
"""How people begin when it is not about the running case; anything less plain stays with it."""

NAMES = ("company", "contact")


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody was asked: `pick` one of `numbers`, or to describe what is `new`; `nonce` is in its buttons."""

    kind: str
    nonce: str = ""
    numbers: tuple[str, ...] = ()
    letter: str = ""

    def written(self) -> str:
        """As it is kept."""
        return json.dumps(
            {"kind": self.kind, "nonce": self.nonce, "numbers": self.numbers, "letter": self.letter}
        )


def question_of(text: str | None) -> Question | None:
    """What was kept."""
    if text is None:
        return None
    found = json.loads(text)
    return Question(found["kind"], found["nonce"], tuple(found["numbers"]), found["letter"])


def take(taking: ChatTaking, words: Words, report: Report, choice: str | None = None) -> Outcome | None:
    """Where the words belong, and what they do there; None: the customer is asked which case, and the words wait.

    `choice` is a case number or `NEW`.
    """
    case = answered_case(taking, words.reply_to)
    if case is None and choice != NEW:
        candidates = [choice] if choice else open_cases(taking)
        if not candidates and is_greeting(report.text):
            taking.say("greeting")
            return Outcome(FILED, None, "a greeting, and nothing more yet")
        if candidates and not choice and (len(candidates) > 1 or _is_another_matter(report.text)):
            _ask_which(taking, candidates)
            return None
        case = taking.work.case(candidates[0]) if candidates else None
    if case is not None and (outcome := _on_case(taking, case, words, report)) is not None:
        return outcome
    return open_case(taking, words.items, report)


def open_cases(taking: ChatTaking) -> Sequence[str]:
    """Numbers of cases not closed that they opened here or, where we know them, by mail; the latest first."""
    speaker, work = taking.speaker, taking.work
    numbers = list(work.open_cases_of(speaker.at))
    if speaker.email is not None:
        numbers += work.open_cases_of(speaker.email.lower())
    return list(dict.fromkeys(numbers))


def answered_case(taking: ChatTaking, reply_to: Sequence[str]) -> Case | None:
    """The case that a message of this chat lies on; everybody in the chat has read it."""
    for number in reply_to:
        on = taking.work.noted(taking.speaker.there.message(number))
        if on is not None:
            return taking.work.case(on.case_number)
    return None


def is_greeting(text: str) -> bool:
    """Hello, or thanks, and no word of anything else: nothing to open a case for."""
    bare = text.strip(" \n。.!！?？~～，,").lower()
    return not bare or bare in GREETINGS or confirmation.is_courtesy(text)


def correct(taking: ChatTaking, report: Report) -> Outcome:
    """A message was edited: what it says now is added to its case (LESSONS 104)."""
    number = taking.item.update.message
    case = answered_case(taking, (number,)) if number is not None else None
    if case is None:
        return Outcome(FILED, None, "an edit of a message that lies on no case")
    taken = taking.with_words(report, [taking.item], language=case.reporter.language)
    taken.put(case, "customer", "edits a message on this case")
    wrote = events.CustomerWrote(text=report.text, language=case.reporter.language, by=taking.speaker.at)
    also = customer_turn.incident(case, report, taking.speaker.at, taking.house.rules.policy)
    taken.advance(case, [wrote, *also])
    return Outcome(ADDED, case.number, "edits a message on this case")


def open_case(taking: ChatTaking, items: Sequence[Item], report: Report) -> Outcome:
    """A case of their own (P-20, P-21)."""
    taken = taking.with_words(report, items)
    # The report is as old as its first line: the pause in which it was written is no delay of the customer's.
    speaker, house, at = taking.speaker, taking.house, items[0].kept.received_at
    sender = Address(speaker.name, speaker.email or speaker.at)
    case = customer_turn.new_case(
        taken.number(at),
        taken.message.report,
        replace(taken.message.inbound, sender=sender),
        at,
        directory=house.rules.directory,
        policy=house.rules.policy,
        answerable=True,
        suggestion=None,
        channel=speaker.chat.channel,
        missing=_missing(taking, report),
    )
    case = replace(
        case,
        reporter=_reporter(taking, case),
        contact=case.contact or _contact_name(taking),
        phone=case.phone or case.reporter.phone,
        uncertain=_worth_asking(case, report),
    )
    case = taken.begin(case, report.text, speaker.at, "written in a chat")
    taking.lies_on(case, items)
    return Outcome(OPENED, case.number, "written in a chat")


def _missing(taking: ChatTaking, report: Report) -> tuple[str, ...]:
    """What the directory knows of a contact need not be asked."""
    return tuple(field for field in report.missing if not (taking.speaker.contact and field in NAMES))


def _contact_name(taking: ChatTaking) -> str | None:
    return taking.speaker.contact.name if taking.speaker.contact else None


def _reporter(taking: ChatTaking, case: Case) -> Party:
    """Answered where they wrote. What we know is repeated only in the private chat of somebody we know (T31)."""
    speaker = taking.speaker
    person = speaker.person if not speaker.chat.is_private else None
    return replace(case.reporter, address=speaker.at, known=speaker.contact is not None, person=person)


def _worth_asking(case: Case, report: Report) -> Mapping[str, str]:
    """Of what we are not sure of only what may be asked back in their own word; the rest is noise."""
    read = {"company": report.company, "contact": report.contact, "phone": report.phone}
    return {
        field: value
        for field, value in case.uncertain.items()
        if chat_answers.is_worth_asking(read.get(field))
    }


def _on_case(taking: ChatTaking, case: Case, words: Words, report: Report) -> Outcome | None:
    """What it does to the case; None when it is a matter of its own."""
    case = across.answered_where_they_write(case, taking.speaker.at, taking.house.chat.chats)
    taken, rules = taking.with_words(report, words.items), taking.house.rules
    turn = customer_turn.read(
        case,
        taken.message.report,
        taken.message.inbound,
        taking.speaker.at,
        taking.at,
        policy=rules.policy,
        reopen_days=rules.reopen_days,
    )
    if not turn.events:
        return None
    taken.put(case, "customer", "written in the chat of this case")
    heard = asking.hear(taking, case, words, report)
    after = taken.advance(
        case, [heard.of(each) if isinstance(each, events.CustomerWrote) else each for each in turn.events]
    )
    taking.lies_on(case, words.items)
    asking.go_on(taking, after, heard)
    for each in turn.events:
        if isinstance(each, events.IntervalAsked):
            asking.confirm_interval(taking, each, after)
    return Outcome(ADDED, case.number, "written in the chat of this case")


def _is_another_matter(text: str) -> bool:
    return text.strip().lower().startswith(ANOTHER)


def _ask_which(taking: ChatTaking, numbers: Sequence[str]) -> None:
    """The words wait in the inbox until a button is pressed, or the time for it is up (G4)."""
    question = Question(PICK, taking.house.ids.outbound_id(), tuple(numbers))
    taking.work.ask(taking.speaker.who, question.written(), taking.at + taking.house.chat.choice)
    buttons = [
        Prepared(_titled(taking, number), f"{PICK}.{question.nonce}.{place}", as_is=True)
        for place, number in enumerate(numbers)
    ]
    taking.say("pick", *buttons, Prepared(NEW, f"{PICK}.{question.nonce}.{NEW}"))


def _titled(taking: ChatTaking, number: str) -> str:
    """A case on a button; of its subject only what the same chat has written."""
    case = taking.work.case(number)
    return f"{number} {case.subject[:30]}".strip() if case is not None else number
