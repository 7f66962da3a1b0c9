"""Where a chat is: the text that stands in the place of a mail address wherever the gateway says to whom.

`telegram:<bot>/<chat>`, with `/<topic>` for a forum's topic. It holds no @, so that no mail can come from one, and it
names the bot: two bots have two conversations with one person (LESSONS 102). Ids go beyond 32 bits (RELIABILITY T31).
"""

import re
from dataclasses import dataclass

TELEGRAM = "telegram"
"""The channel's name, and the source of what people write there."""

CHAT_LINK = "chat_link"
"""For what the token of a link in a mail is signed: to say whose a chat is, and nothing else."""

TELEGRAM_ACT = "telegram:act"
"""The source of a pressed button or a command: nobody waits whether more is coming."""

_WRITTEN = re.compile(r"telegram:(\d{1,20})/(-?\d{1,20})(?:/(\d{1,20}))?")


@dataclass(frozen=True, slots=True)
class ChatAddress:
    """A bot's chat with a person (a positive id) or a group, and the topic in it."""

    bot: int
    chat: int
    topic: int | None = None

    def __str__(self) -> str:
        topic = f"/{self.topic}" if self.topic is not None else ""
        return f"{TELEGRAM}:{self.bot}/{self.chat}{topic}"

    @property
    def is_private(self) -> bool:
        """Whether one person alone reads it."""
        return self.chat > 0

    def message(self, number: int) -> str:
        """The id of one message in it, as mails have a Message-ID; topics of a group share one count."""
        return f"{TELEGRAM}:{self.bot}/{self.chat}#{number}"


def is_chat(address: str) -> bool:
    """Whether this is a chat's address, not a mailbox."""
    return read(address) is not None


def read(address: str) -> ChatAddress | None:
    """The chat that an address names; None for a mailbox."""
    found = _WRITTEN.fullmatch(address)
    if found is None:
        return None
    bot, chat, topic = found.groups()
    return ChatAddress(int(bot), int(chat), int(topic) if topic else None)
