"""Who does something in a chat. What they may see and do follows from the link of their private chat, not from a name.

Anybody can write to a bot (RELIABILITY T31): a stranger may open cases and follow those of their own chat. In a group
everybody reads everything, so that there nobody is more than a stranger.
"""

from dataclasses import dataclass

from gateway import chat_address
from gateway.cases.directory import Contact, Directory, Staff
from gateway.chat.burst import Item
from gateway.chat_address import ChatAddress
from gateway.chats import Chats

ENGLISH, SIMPLIFIED, TRADITIONAL = "en", "zh-Hans", "zh-Hant"


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person in a chat. `contact` and `staff` only where this is their own private chat; `email` is the contact's."""

    chat: ChatAddress
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
        return f"{self.chat} {self.person if self.person is not None else ''}"


def speaker_of(item: Item, chats: Chats, directory: Directory) -> Speaker | None:
    """None where it came from no chat at all."""
    chat = chat_address.read(item.kept.envelope.mail_from)
    if chat is None:
        return None
    update = item.update
    speaker = Speaker(chat, update.person, update.person_name, _language(update.language))
    link = chats.at(str(chat)) if chat.is_private and update.person == chat.chat else None
    if link is None:
        return speaker
    contact = directory.contact_at(link.person) if link.kind == "contact" else None
    staff = directory.staff.get(link.person) if link.kind == "staff" else None
    known = contact.language if contact else staff.languages[0] if staff and staff.languages else None
    return Speaker(
        chat,
        update.person,
        contact.name if contact else staff.name if staff else update.person_name,
        known or speaker.language,
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
