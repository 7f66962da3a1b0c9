"""The house as a chat channel sees it: updates are kept, what was left in a chat is noted, bookmarks stay."""

import asyncio
from datetime import datetime

import structlog

from gateway import chat_update
from gateway.chat import bare_lines, buttons
from gateway.chat_address import LONGEST_MESSAGE, ChatAddress
from gateway.chat_ports import OnCase
from gateway.chat_update import ChatUpdate, digest_of, envelope_of
from gateway.ports import Clock, Ids, Store, Work

log = structlog.get_logger()


class StoredChats:
    """`gateway.chat_channel.ChatHouse` on the store; `came` is set whenever there is something to take in."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self.came = asyncio.Event()
        self.editing = frozenset[str]()
        """Names of the channels whose messages can be changed: cards stay true there."""

    async def keep(self, update: ChatUpdate, original: object = None) -> bool:
        """Durable when it returns. Raises NotAnUpdate and NotNow."""
        tidy = chat_update.tidied(update)
        raw, envelope, mark = chat_update.to_bytes(tidy, original), envelope_of(tidy), digest_of(tidy)
        at = self._clock.now()
        inbox_id = self._ids.inbox_id(at)
        is_new = await self._store.run(lambda work: work.keep(inbox_id, at, envelope, raw, mark))
        if is_new:
            self.came.set()
        else:
            log.info("message_known", source=envelope.source, digest=mark[:12])
        return is_new

    async def left(self, chat: ChatAddress, message: str, outbound_id: str) -> None:
        """An answer to this message of ours, and its buttons, find their case."""
        message_id = chat.message(message)
        if len(message_id) > LONGEST_MESSAGE:
            log.warning("chat_message_not_noted", channel=chat.channel, characters=len(message_id))
            return

        def note(work: Work) -> None:
            sent = work.sent(outbound_id)
            if sent is None:
                return
            work.note_message(message_id, OnCase(sent.case_number, outbound_id))
            if sent.person is not None:
                bare_lines.remember(work, str(chat), outbound_id, self._clock.now())
            if chat.channel in self.editing and buttons.is_card(sent.notice, sent.role):
                work.card_left(outbound_id, message, self._clock.now())

        await self._store.run(note)

    async def bookmark(self, key: str) -> str | None:
        """What was last left there."""
        return await self._store.run(lambda work: work.bookmark(key))

    async def leave_bookmark(self, key: str, value: str) -> None:
        """Durable when it returns."""
        at = self._clock.now()
        await self._store.run(lambda work: work.leave_bookmark(key, value, at))

    def now(self) -> datetime:
        """The present moment."""
        return self._clock.now()

    def new_id(self) -> str:
        """Of the same kind as an outbox row's."""
        return self._ids.outbound_id()
