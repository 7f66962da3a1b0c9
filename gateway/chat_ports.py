"""What the chat road asks of the store besides what every message needs: bursts, links, codes, who waits for what.

`ports.Work` has it all; it stands apart because only the chat rooms use it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from gateway.cases.case import Case

if TYPE_CHECKING:
    from gateway.ports import Kept

LinkKind = Literal["contact", "staff"]


@dataclass(frozen=True, slots=True)
class Link:
    """A private chat and whose it is: a contact's mail address in lower case, or a colleague's id."""

    chat: str
    kind: LinkKind
    person: str


@dataclass(frozen=True, slots=True)
class Pause:
    """How long a burst of messages is waited for: so long after the last, and so long after the first at most."""

    quiet: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A letter that its chat did not take: what it says, to whom; `recipient` is the chat, `raw` the note's bytes."""

    notice_id: str
    notice: str
    role: str
    person: str | None
    recipient: str
    subject: str
    words: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Card:
    """A letter to a colleague that is kept true in their chat.

    `first` and `last` are the ids of its messages there; `face` is what it shows, as the chat's bytes; `used` are the
    verbs of its buttons that have done their work; `wanted` is the case's version that it is to show.
    """

    outbound_id: str
    case_number: str
    notice: str
    person: str
    recipient: str
    first: str
    last: str
    face: bytes
    used: frozenset[str]
    wanted: int
    attempts: int


@dataclass(frozen=True, slots=True)
class OnCase:
    """A message of a chat that lies on a case; `outbound_id` where it is one of ours."""

    case_number: str
    outbound_id: str | None


class ChatWork(Protocol):
    """Part of `ports.Work`. `who` is a person in a chat: the chat's address, a blank, their id."""

    def claim_burst(self, at: datetime, pause: Pause) -> Sequence["Kept"]:
        """What one person has written in one chat, once they have paused; each counted as tried. Empty if none has."""
        ...

    def next_burst(self, pause: Pause) -> datetime | None:
        """When somebody will have paused; None when nobody has written."""
        ...

    def ask(self, who: str, question: str, until: datetime) -> None:
        """What they write waits until they choose, or until then; a later question takes the place of an earlier."""
        ...

    def asked(self, who: str) -> str | None:
        """The question they were asked and have not answered, however long ago."""
        ...

    def forget_question(self, who: str) -> None:
        """Nothing waits for them any more."""
        ...

    def note_message(self, message_id: str, on: OnCase) -> None:
        """A chat's message lies on this case; noted before, it stays where it was."""
        ...

    def noted(self, message_id: str) -> OnCase | None:
        """The case that a chat's message lies on."""
        ...

    def link(self, link: Link, at: datetime) -> None:
        """The chat is that person's from now on: nobody else's, and they have no other."""
        ...

    def unlink(self, chat: str) -> None:
        """The chat is nobody's we know."""
        ...

    def links(self) -> Sequence[Link]:
        """Every link."""
        ...

    def move_chat(self, before: str, chat: str) -> None:
        """A group became a supergroup: what is `chat` now was `before`."""
        ...

    def moves(self) -> Sequence[tuple[str, str]]:
        """Every (before, now)."""
        ...

    def give_code(self, digest: str, link: Link, at: datetime, until: datetime) -> bool:
        """A one-time code, by its SHA-256; `link.chat` is where it was asked for, if anywhere.

        False when the person, or the chat, was given too many of late.
        """
        ...

    def use_code(self, digest: str, at: datetime) -> Link | None:
        """Whom the code was for; None if it is unknown, used or too old. It is used from now on."""
        ...

    def spend_code(self, digest: str, link: Link, at: datetime) -> bool:
        """A code that was never stored, a signed one, is used now; False when it was used before."""
        ...

    def cases_held_by(self, staff_id: str) -> Sequence[Case]:
        """Cases not closed that this colleague works on, as the engineer or as a helper."""
        ...

    def card_left(self, outbound_id: str, message: str, at: datetime) -> None:
        """A message of this letter stands in its chat; whether it is still true is looked at once."""
        ...

    def use_card(self, outbound_id: str, verb: str, at: datetime) -> None:
        """A button of it has done its work; nothing where the letter is no card."""
        ...

    def cards_due(self, at: datetime, limit: int) -> Sequence[Card]:
        """Cards that may show something else than their case."""
        ...

    def card_shown(self, card: Card, face: bytes) -> None:
        """It shows what was wanted of it, with this face."""
        ...

    def card_deferred(self, card: Card, until: datetime) -> None:
        """Try again then."""
        ...

    def card_again(self, card: Card, message: str, face: bytes) -> None:
        """It could not be edited, and was sent once more, as this message."""
        ...

    def next_card(self) -> datetime | None:
        """When a card is next to be looked at."""
        ...

    def undelivered(self, outbound_id: str) -> Undelivered | None:
        """A letter of the outbox, to be said another way."""
        ...

    def replace_letter(self, outbound_id: str, at: datetime, reason: str) -> None:
        """It will not be sent: another letter has taken its place."""
        ...
