"""Whose chat is whose, in memory: letters ask it while they are composed, inside somebody else's transaction.

What counts is the store; `app` loads this at the start, and whoever changes a link there changes it here after the
commit.
"""

from collections.abc import Iterable

from gateway.chat_ports import Link, LinkKind


class Chats:
    """Links of chats to people, both ways."""

    def __init__(self, links: Iterable[Link] = ()) -> None:
        self._by_chat: dict[str, Link] = {}
        self._by_person: dict[tuple[LinkKind, str], str] = {}
        self._before: dict[str, str] = {}
        self.bot_name: str | None = None
        """The bot's user name; None while there is no chat, or Telegram has not told it yet."""
        self.load(links)

    def load(self, links: Iterable[Link]) -> None:
        """These are all there are."""
        self._by_chat = {link.chat: link for link in links}
        self._by_person = {(link.kind, link.person): link.chat for link in self._by_chat.values()}

    def load_moves(self, moves: Iterable[tuple[str, str]]) -> None:
        """These groups have become supergroups: (before, now)."""
        self._before = {now: before for before, now in moves}

    def home(self, chat: str) -> str:
        """As what a chat is known: a group keeps the address that it had when we first met it."""
        for _ in self._before:
            chat = self._before.get(chat, chat)
        return chat

    def deep_link(self, code: str) -> str | None:
        """Opens the bot with the code (Bot API, "Deep linking"); None while the bot has no name."""
        return f"https://t.me/{self.bot_name}?start={code}" if self.bot_name is not None else None

    def at(self, chat: str) -> Link | None:
        """Whose chat this is; None for a stranger's, and for every group."""
        return self._by_chat.get(chat)

    def is_same_person(self, one: str, other: str) -> bool:
        """Whether two addresses are a contact's mailbox and the chat that is theirs, in whichever order."""
        first, second = self._by_chat.get(one), self._by_chat.get(other)
        return any(
            link is not None and link.kind == "contact" and link.person == address.lower()
            for link, address in ((first, other), (second, one))
        )

    def chat_of(self, kind: LinkKind, person: str) -> str | None:
        """Where a contact (by mail address) or a colleague (by id) can be reached by chat."""
        return self._by_person.get((kind, person))
