"""One part of a burst in hand, inside the transaction that takes it in: the chat's side of `intake.taking`."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gateway.cases.case import Case
from gateway.chat.burst import Item
from gateway.chat.people import Speaker
from gateway.chat.saying import Filling, Prepared, Spoken, spoken
from gateway.chat_ports import OnCase, Pause
from gateway.chats import Chats
from gateway.intake.message import Outcome, ReadMessage, Rules
from gateway.intake.taking import Taking
from gateway.messages import Address, Inbound
from gateway.parsers.report import Report
from gateway.ports import Clock, Ids, Letters, Work
from gateway.trust.authentication import Authentication

BY_CHAT = Authentication("pass", "local", "", "the chat service says in whose chat it was written")
"""Nobody's chat can be written in from outside, so that no answer there reflects to a third party (T19)."""


@dataclass(frozen=True, slots=True)
class ChatRules:
    """What the chat road decides by besides the rules of intake."""

    pause: Pause
    choice: timedelta
    chats: Chats
    code_lives: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class House:
    """What everything here is done with."""

    rules: Rules
    chat: ChatRules
    letters: Letters
    clock: Clock
    ids: Ids


@dataclass(frozen=True, slots=True)
class CodeByMail:
    """A one-time code to be sent to somebody's mail address, once what made it is stored."""

    address: str
    name: str | None
    language: str
    code: str


@dataclass(slots=True)
class After:
    """What is done once the transaction is committed: things to say, codes to mail, links to look up anew."""

    said: list[Spoken] = field(default_factory=list[Spoken])
    codes: list[CodeByMail] = field(default_factory=list[CodeByMail])
    links_changed: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """Where a part ended."""

    outcome: Outcome
    after: After


@dataclass(frozen=True, slots=True)
class ChatTaking:
    """The transaction, who speaks, what they did, and what follows from it."""

    work: Work
    house: House
    speaker: Speaker
    item: Item
    after: After

    @property
    def at(self) -> datetime:
        """Now."""
        return self.house.clock.now()

    @property
    def language(self) -> str:
        """In which we answer them."""
        return self.speaker.language

    def say(self, line: str, /, *buttons: Prepared, **values: Filling) -> None:
        """Say something to them when all this is stored."""
        self.after.said.append(spoken(self.speaker.at, self.language, line, *buttons, **values))

    def buttons_used(self) -> None:
        """The buttons under the message that was pressed go away."""
        message = self.item.update.message
        if message is not None:
            self.after.said.append(Spoken(self.speaker.at, self.language, (), used=message))

    def with_words(self, report: Report, items: Sequence[Item], *, language: str | None = None) -> Taking:
        """What they said as intake knows a message: from their chat, understood."""
        first = items[0]
        speaker = self.speaker
        number = first.update.message
        inbound = Inbound(
            message_id=speaker.there.message(number) if number is not None else None,
            subject=subject_of(report.text),
            date=first.update.at,
            sender=Address(speaker.name, speaker.at),
            body=report.text,
        )
        understood = replace(report, inbound=inbound, language=language or report.language)
        message = ReadMessage(first.kept, inbound, understood, may_be_answered=True, authentication=BY_CHAT)
        house = self.house
        return Taking(self.work, message, house.rules, house.letters, house.clock, house.ids)

    def lies_on(self, case: Case, items: Sequence[Item]) -> None:
        """From now on an answer to one of these messages, or an edit, finds the case."""
        for item in items:
            if item.update.message is not None:
                self.work.note_message(
                    self.speaker.there.message(item.update.message), OnCase(case.number, None)
                )


def subject_of(text: str) -> str:
    """A title for a list: the first written line, its first 60 characters (LESSONS 106)."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 60 else f"{line[:59]}…"
