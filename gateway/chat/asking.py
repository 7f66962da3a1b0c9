"""What a customer is asked in a chat, one thing at a time, and what their words say to it (P-20, P-23; issue 6, 3).

A question is put once, and once more at most: together with an answer to something else, or when they go on about the
fault. Whoever cannot tell is not asked again; the engineer sees that it is still missing. A value that we are not sure
of is asked back in their own word, with a button for yes and one for no.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from gateway import case_number
from gateway.cases import events, lifecycle
from gateway.cases.case import Case
from gateway.chat import buttons
from gateway.chat.burst import Words
from gateway.chat.people import Speaker
from gateway.chat.saying import Asking, Prepared
from gateway.chat.taking import ChatTaking
from gateway.intake.message import ADDED, FILED, Outcome
from gateway.parsers import chat_answers
from gateway.parsers.chat_answers import Said
from gateway.parsers.report import Report

ABOUT_THE_FAULT = frozenset({"fault", "refusal"})
"""Kinds of message after which a question that is still open is put once more."""


NOTHING = Said()


@dataclass(frozen=True, slots=True)
class Heard:
    """What words mean for the questions of a case; nothing where they are not this person's to answer."""

    asked: str | None = None
    said: Said = NOTHING
    reminds: bool = False

    @property
    def guess(self) -> str | None:
        """What is to be asked back."""
        return self.said.guess or (self.said.unclear if not self.reminds else None)

    def of(self, event: events.CustomerWrote) -> events.CustomerWrote:
        """The event with what the words answer, and with nothing else that a parser may have seen in them."""
        here = (self.asked,) if self.asked is not None else ()
        guess = "" if self.said.denies else self.guess
        return replace(
            event,
            answers=self.said.answers,
            guesses=((self.asked, guess),) if self.asked is not None and guess is not None else (),
            unknown=here if self.said.cannot_tell else (),
            asked_again=here if self.reminds else (),
        )


def may_answer(speaker: Speaker, case: Case) -> bool:
    """In a group only whoever reported it is asked; colleagues who say something there answer nothing."""
    return speaker.chat.is_private or case.reporter.person in (None, speaker.person)


def hear(taking: ChatTaking, case: Case, words: Words, report: Report) -> Heard:
    """What the words say to the question that is open."""
    if not may_answer(taking.speaker, case):
        return Heard()
    asked = case.asking
    if asked is None:
        return Heard(None, chat_answers.read("", case.missing, words.text, report, None))
    said = chat_answers.read(asked, case.missing, words.text, report, case.uncertain.get(asked))
    if case.phone is not None and "phone" not in case.missing:
        # A number that we have is not overwritten, so nothing is noted.
        said = replace(said, answers=tuple(each for each in said.answers if each[0] != "phone"))
    still_open = asked not in dict(said.answers) and not (said.cannot_tell or said.denies or said.guess)
    about = bool(said.answers or said.unclear or report.kind.value in ABOUT_THE_FAULT)
    return Heard(asked, said, reminds=still_open and about and asked not in case.asked_again)


def go_on(taking: ChatTaking, case: Case, heard: Heard) -> None:
    """What we say to it: the next question, the same once more, whether a guess is right, or that it is noted."""
    said = heard.said
    if heard.asked is None or lifecycle.is_over(case.status):
        return
    if said.denies:
        _ask(taking, case, "ask_openly")
    elif said.answers and case.asking == heard.asked and not heard.reminds:
        taking.say("noted", number=case.number)
    elif said.answers:
        _ask(taking, case, "ask", otherwise="noted" if case.missing else "all_known")
    elif said.cannot_tell:
        _ask(taking, case, "ask_instead", otherwise="let_be")
    elif heard.guess is not None:
        _ask(taking, case, "ask_openly")
    elif heard.reminds:
        _ask(taking, case, "ask_again")


def confirm_interval(taking: ChatTaking, asked: events.IntervalAsked, case: Case) -> None:
    """How often they hear from us from now on (P-32)."""
    taking.say("interval_set", number=case.number, interval=timedelta(minutes=asked.interval.amount))


def pressed(taking: ChatTaking, report: Report) -> Outcome:
    """Yes or no to a guess of ours: their own word, on a case of this chat, and still the question."""
    data = taking.item.update.pressed or ""
    verb, number, field = (*data.split("."), "", "", "")[:3]
    case = taking.work.case(number) if case_number.find(number) == (number,) else None
    value = case.uncertain.get(field) if case is not None else None
    if (
        case is None
        or value is None
        or case.reporter.address != taking.speaker.at
        or lifecycle.is_over(case.status)
        or not may_answer(taking.speaker, case)
        or (verb, data) not in buttons.yes_or_no(number, field, value)
    ):
        taking.say("button_dead")
        return Outcome(FILED, None, "a yes or no whose question is answered, or somebody else's")
    said = Said(((field, value),)) if verb == buttons.RIGHT else Said(denies=True)
    heard, language = Heard(field, said), case.reporter.language
    taken = taking.with_words(report, [taking.item], language=language)
    taken.put(case, "customer", f"pressed {verb}")
    wrote = events.CustomerWrote(text=report.text, language=language, by=taking.speaker.at)
    after = taken.advance(case, [heard.of(wrote)])
    taking.buttons_used()
    go_on(taking, after, heard)
    return Outcome(ADDED, case.number, f"pressed {verb}")


def _ask(taking: ChatTaking, case: Case, line: str, *, otherwise: str | None = None) -> None:
    """The next question, opened by this line; `otherwise` is said where none is left."""
    asked = case.asking
    if asked is None:
        if otherwise is not None:
            taking.say(otherwise, number=case.number)
        return
    offered = case.uncertain.get(asked)
    choices = [
        Prepared(verb, data)
        for verb, data in (buttons.yes_or_no(case.number, asked, offered) if offered else ())
    ]
    taking.say(line, *choices, question=Asking(asked, offered))
