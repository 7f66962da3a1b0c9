"""Who does something in a chat. What they may see and do follows from the link of their private chat, not from a name.

Anybody can write to a bot (RELIABILITY T31): a stranger may open cases and follow those of their own chat. In a group
everybody reads everything, so that there nobody is more than a stranger.
"""

from dataclasses import dataclass, replace

from gateway import chat_address
from gateway.cases.directory import Contact, Directory, Staff
from gateway.chat.burst import Item
from gateway.chat_address import ChatAddress
from gateway.chats import Chats

ENGLISH, SIMPLIFIED, TRADITIONAL = "en", "zh-Hans", "zh-Hant"


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person in a chat. `contact` and `staff` only where this is their own private chat; `email` is the contact's.

    `chat` is the chat as it is known, `there` as it is called now: a group that became a supergroup is still itself,
    and counts its messages anew.
    """

    chat: ChatAddress
    there: ChatAddress
    person: str | None
    name: str | None
    language: str
    contact: Contact | None = None
    staff: Staff | None = None
    email: str | None = None

    @property
    def at(self) -> str:
        """The chat's address, as letters and messages have it."""
        return str(self.chat)

    @property
    def who(self) -> str:
        """This person in this chat, as questions are kept."""
        return f"{self.there} {self.person if self.person is not None else ''}"


def speaker_of(item: Item, chats: Chats, directory: Directory) -> Speaker | None:
    """None where it came from no chat at all."""
    there = chat_address.read(item.kept.envelope.mail_from)
    if there is None:
        return None
    known = chat_address.read(chats.home(str(replace(there, topic=None)))) or there
    chat = replace(known, topic=there.topic)
    update = item.update
    speaker = Speaker(chat, there, update.person, update.person_name, _language(update.language))
    link = chats.at(str(chat)) if chat.is_private and update.person == chat.chat else None
    if link is None:
        return speaker
    contact = directory.contact_at(link.person) if link.kind == "contact" else None
    staff = directory.staff.get(link.person) if link.kind == "staff" else None
    reads = contact.language if contact else staff.languages[0] if staff and staff.languages else None
    return Speaker(
        chat,
        there,
        update.person,
        contact.name if contact else staff.name if staff else update.person_name,
        reads or speaker.language,
        contact,
        staff,
        link.person if contact else None,
    )


def _language(code: str | None) -> str:
    """Of the person's app; Chinese in the mainland's script where it does not say."""
    base, *parts = (code or "zh").lower().split("-")
    if base != "zh":
        return ENGLISH
    return SIMPLIFIED if {"hant", "tw", "hk", "mo"}.isdisjoint(parts) else TRADITIONAL
