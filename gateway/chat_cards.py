"""Cards: what a colleague was told of a case in a chat stays true there, instead of being said once more.

A step that moves a case marks its cards in the same transaction; here each of them gets the headline and the buttons
that are right now. To edit twice does no harm, so that a crash costs nothing; a card that was deleted, or may be edited
no more, is sent anew as long as its case is open.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from gateway import chat_address, chat_note
from gateway.cases import lifecycle
from gateway.cases.case import Case
from gateway.chat import buttons
from gateway.chat_note import Button, ChatNote
from gateway.chat_ports import Card, OnCase
from gateway.errors import DeliveryError, MessageGone
from gateway.ports import Clock, Letters, Store, Work

log = structlog.get_logger()

AT_ONCE = 20
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800))
MOST_ATTEMPTS = 20
"""After so many it is let go: its case is told of in other ways."""


WorkOffered = Callable[[Case, str, datetime], Sequence[Button]]
"""The commands that this colleague is offered for the case as it is, once they have it; labelled for them."""


class Board(Protocol):
    """The chats in which cards stand."""

    async def redraw(self, recipient: str, first: str, last: str, note: ChatNote) -> None:
        """Let the messages `first` to `last` show this note. Raises MessageGone, DeliveryError."""
        ...

    async def post(self, recipient: str, note: ChatNote) -> str:
        """Send it anew; the id of its last message. Raises DeliveryError."""
        ...


@dataclass(frozen=True, slots=True)
class Redrawing:
    """A card and what it is to show; `note` is None where it shows that already."""

    card: Card
    note: ChatNote | None
    is_over: bool


class Cards:
    """Keeps cards true."""

    def __init__(
        self, store: Store, letters: Letters, board: Board, clock: Clock, offered: WorkOffered
    ) -> None:
        self._store = store
        self._letters = letters
        self._board = board
        self._clock = clock
        self._offered = offered

    async def turn(self) -> int:
        """Redraw what is due; how many cards were looked at."""
        at = self._clock.now()
        found = await self._store.run(lambda work: self._due(work, at))
        for redrawing in found:
            await self._redraw(redrawing, at)
        return len(found)

    def _due(self, work: Work, at: datetime) -> Sequence[Redrawing]:
        """What is to change; cards that are true already are done with at once."""
        found: list[Redrawing] = []
        for card in work.cards_due(at, AT_ONCE):
            case = work.case(card.case_number)
            if case is None:
                continue
            shown = chat_note.from_bytes(card.face)
            offered = self._offered(case, card.person, at) if card.notice in buttons.WORKED_FROM else ()
            note = _redrawn(shown, case, card, self._letters.headline(case, card.person, at), offered)
            if note == shown:
                work.card_shown(card, card.face)
            found.append(Redrawing(card, None if note == shown else note, lifecycle.is_over(case.status)))
        return found

    async def _redraw(self, redrawing: Redrawing, at: datetime) -> None:
        card, note = redrawing.card, redrawing.note
        if note is None:
            return
        face = chat_note.to_bytes(note)
        try:
            await self._board.redraw(card.recipient, card.first, card.last, note)
        except MessageGone:
            await self._again(redrawing, note, face, at)
            return
        except DeliveryError as error:
            await self._failed(card, face, error, at)
            return
        await self._store.run(lambda work: work.card_shown(card, face))
        log.info("card_redrawn", case=card.case_number, person=card.person)

    async def _again(self, redrawing: Redrawing, note: ChatNote, face: bytes, at: datetime) -> None:
        """Of a case that is over nobody needs a card."""
        card = redrawing.card
        if redrawing.is_over:
            await self._store.run(lambda work: work.card_shown(card, face))
            return
        try:
            message = await self._board.post(card.recipient, note)
        except DeliveryError as error:
            await self._failed(card, face, error, at)
            return

        def record(work: Work) -> None:
            chat = chat_address.read(card.recipient)
            if chat is not None:
                work.note_message(chat.message(str(message)), OnCase(card.case_number, card.outbound_id))
            work.card_again(card, message, face)

        await self._store.run(record)
        log.info("card_sent_anew", case=card.case_number, person=card.person)

    async def _failed(self, card: Card, face: bytes, error: DeliveryError, at: datetime) -> None:
        if error.permanent or card.attempts >= MOST_ATTEMPTS:
            log.warning("card_given_up", case=card.case_number, person=card.person, reason=str(error))
            await self._store.run(lambda work: work.card_shown(card, face))
            return
        until = at + BACK_OFF[min(card.attempts, len(BACK_OFF) - 1)]
        await self._store.run(lambda work: work.card_deferred(card, until))
        log.info("card_deferred", case=card.case_number, reason=str(error))


def _redrawn(shown: ChatNote, case: Case, card: Card, headline: str, offered: Sequence[Button]) -> ChatNote:
    """What it said, under the headline of now, with the buttons that still do something, and the work on the case."""
    useful = tuple(
        button
        for button in shown.buttons
        if not buttons.is_work(button.data)
        and buttons.is_of_use(button.data.partition(".")[0], case, card.used)
    )
    return replace(shown, headline=headline, buttons=(*useful, *offered))
