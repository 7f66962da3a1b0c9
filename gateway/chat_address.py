"""Where a chat is: the text that stands in the place of a mail address wherever the gateway says to whom.

`<channel>:<account>/<chat>`, with `/<topic>` for a thread of its own; a group's chat begins with `-`. What stands
between the marks is percent-encoded (RFC 3986), so that it holds no @ and no mail can come from one, and a capital is
written `~` and the letter, since addresses are compared in lower case. The account tells two bots of one service apart,
which have two conversations with one person (LESSONS 102); a channel that has only one leaves it empty.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

TELEGRAM = "telegram"
"""The name of the channel that the gateway brings along under this very name."""

CHAT_LINK = "chat_link"
"""For what the token of a link in a mail is signed: to say whose a chat is, and nothing else."""

FROM_CHATS = "chat:"
BEGINS = ":new"
"""How the source of everything begins that comes from a chat; the channel's name follows."""

_ACT = ":act"
LONGEST = 80
"""Characters of an address as written, as many as the tables hold."""

LONGEST_MESSAGE = 100
"""Characters of a message's id with its chat before it."""

_PART = r"[a-z0-9._~%-]"
_WRITTEN = re.compile(rf"([a-z][a-z0-9-]{{0,14}}):({_PART}*)/(-?)({_PART}+)(?:/({_PART}+))?")
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789._-")
_CAPITAL = re.compile(r"~([a-z])")


@dataclass(frozen=True, slots=True)
class ChatAddress:
    """A channel's chat with a person, whose id is then the chat's, or with a group; and the topic in it.

    Ids are the service's own, as text: they may go beyond 32 bits (RELIABILITY T31), or be no numbers at all.
    """

    channel: str
    account: str
    chat: str
    is_group: bool = False
    topic: str | None = None

    def __str__(self) -> str:
        topic = f"/{_quoted(self.topic)}" if self.topic is not None else ""
        return f"{self._place}{topic}"

    @property
    def is_private(self) -> bool:
        """Whether one person alone reads it."""
        return not self.is_group

    def message(self, number: str) -> str:
        """The id of one message in it, as mails have a Message-ID; topics of a group share one count."""
        return f"{self._place}#{_quoted(number)}"

    @property
    def _place(self) -> str:
        return f"{self.channel}:{_quoted(self.account)}/{'-' if self.is_group else ''}{_quoted(self.chat)}"


def is_chat(address: str) -> bool:
    """Whether this is a chat's address, not a mailbox."""
    return read(address) is not None


def read(address: str) -> ChatAddress | None:
    """The chat that an address names; None for a mailbox, and for what no channel could have written."""
    found = _WRITTEN.fullmatch(address) if len(address) <= LONGEST else None
    if found is None:
        return None
    channel, account, group, chat, topic = found.groups()
    named = ChatAddress(
        channel, _read(account), _read(chat), bool(group), _read(topic) if topic is not None else None
    )
    return named if str(named) == address else None


def source_of(channel: str, *, is_act: bool, begins: bool = False) -> str:
    """What the inbox notes as the way it came; nobody waits whether more is coming after an act.

    `begins`: more may be coming, but it is about a new matter, and so waits for no choice.
    """
    return f"{FROM_CHATS}{channel}{_ACT if is_act else BEGINS if begins else ''}"


def is_from_chat(source: str) -> bool:
    """Whether it came from a chat."""
    return source.startswith(FROM_CHATS)


def is_act(source: str) -> bool:
    """Whether it is a pressed button or a command."""
    return is_from_chat(source) and source.endswith(_ACT)


def _quoted(part: str) -> str:
    """Without any mark of ours in it; a minus at the beginning would make a group of a person."""
    text = "".join(map(_written, part.encode("utf-8", "replace")))
    return f"%2d{text[1:]}" if text.startswith("-") else text


def _written(byte: int) -> str:
    if byte in _PLAIN:
        return chr(byte)
    return f"~{chr(byte).lower()}" if byte < 128 and chr(byte).isupper() else f"%{byte:02x}"


def _read(part: str) -> str:
    return unquote(_CAPITAL.sub(lambda found: found[1].upper(), part), errors="replace")
