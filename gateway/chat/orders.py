"""A colleague's command that still lacks its case or its words: we ask, and do it once we are told.

A button that stands for a command that somebody could type holds the command and the number of its case, and is judged
as if they had typed it: to forge it gains nobody anything.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway import case_number
from gateway.cases.case import Case
from gateway.chat.saying import Prepared
from gateway.chat.taking import ChatTaking
from gateway.chat_update import Command
from gateway.intake.message import FILED, Outcome

ORDER = "order"
WHICH = "which"
WANTS_WORDS = frozenset({"reply", "progress", "plan", "resolved", "waiting", "parts", "note", "failed"})
"""By what they are called in a mail: without words these would say nothing. Whoever is stuck may say why later."""

MOST_CASES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was told and what is missing; `command` as in a mail, `words` in `language`; the answer counts until then.

    `numbers` is the case, or the cases to choose from by a button that holds `nonce`.
    """

    command: str
    numbers: tuple[str, ...]
    until: datetime
    words: str = ""
    language: str = "zh-Hans"
    nonce: str = ""

    def written(self) -> str:
        """As it is kept, beside the questions that customers are asked."""
        return json.dumps(
            {
                "kind": ORDER,
                "nonce": self.nonce,
                "numbers": self.numbers,
                "letter": "",
                "command": self.command,
                "words": self.words,
                "language": self.language,
                "until": self.until.isoformat(),
            }
        )


def open_order(taking: ChatTaking) -> Order | None:
    """What they were asked for last, if it was an order and is not too old."""
    kept = taking.work.asked(taking.speaker.who)
    found: dict[str, Any] = json.loads(kept) if kept is not None else {}
    if found.get("kind") != ORDER:
        return None
    until = datetime.fromisoformat(found["until"])
    if until < taking.item.kept.received_at:
        return None
    return Order(
        command=found["command"],
        numbers=tuple(found["numbers"]),
        until=until,
        words=found["words"],
        language=found["language"],
        nonce=found["nonce"],
    )


def ask_words(taking: ChatTaking, command: str, case: Case) -> Outcome:
    """The next words in this chat are the command's."""
    _ask(taking, Order(command=command, numbers=(case.number,), until=_until(taking)))
    taking.say(f"words_for_{command}", number=case.number)
    return Outcome(FILED, case.number, f"asked for the words of {command}")


def ask_which(taking: ChatTaking, command: str, words: str, language: str, cases: Sequence[Case]) -> Outcome:
    """One button for each case."""
    numbers = tuple(case.number for case in cases[:MOST_CASES])
    order = Order(
        command=command,
        numbers=numbers,
        until=_until(taking),
        words=words,
        language=language,
        nonce=taking.house.ids.outbound_id(),
    )
    _ask(taking, order)
    buttons = [
        Prepared(titled(case), f"{WHICH}.{order.nonce}.{place}", as_is=True)
        for place, case in enumerate(cases[:MOST_CASES])
    ]
    taking.say("which_of_yours", *buttons)
    return Outcome(FILED, None, f"asked which case {command} is about")


def chosen(taking: ChatTaking, nonce: str, place: str) -> tuple[Order, Case] | None:
    """The order, and the case that its button names; None for a button of another question."""
    order = open_order(taking)
    if order is None or not nonce or order.nonce != nonce or not place.isdecimal():
        return None
    number = order.numbers[int(place)] if int(place) < len(order.numbers) else ""
    case = taking.work.case(number)
    return (order, case) if case is not None else None


def typed(pressed: str) -> Command | None:
    """The command that a button stands for: `progress.C261123-048215` is `/progress C261123-048215`."""
    name, _, argument = pressed.partition(".")
    return Command(name, argument) if name and case_number.find(argument) == (argument,) else None


def titled(case: Case) -> str:
    """A case on a colleague's button."""
    return f"{case.number} {case.subject[:30]}".strip()


def button(label: str, number: str) -> Prepared:
    """A button that stands for the command of the same name."""
    return Prepared(label, f"{label}.{number}")


def _ask(taking: ChatTaking, order: Order) -> None:
    taking.work.ask(taking.speaker.who, order.written(), taking.at)


def _until(taking: ChatTaking) -> datetime:
    return taking.at + taking.house.chat.choice
