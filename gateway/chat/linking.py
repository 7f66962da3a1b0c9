"""Whose chat this is: proved by something that only that person's mailbox was sent (RELIABILITY T31).

Three things prove it, each once and for a while: a code mailed to an address of the directory, a code that the desk
made, and the link in a letter of ours to a contact, whose token is signed for this purpose alone: the one in its
Reply-To, which everybody in copy sees, is worth nothing here. A letter may be passed on: whoever is linked is told by
mail.
"""

import hashlib
import re

from gateway import reply_address
from gateway.chat.taking import ChatTaking, CodeByMail, LinkedByChat
from gateway.chat_address import CHAT_LINK
from gateway.chat_ports import Link
from gateway.intake.message import FILED, Outcome
from gateway.reply_address import Bound

CODE_LETTERS = 32  # of base32: 160 bits
_CODE = re.compile(rf"[a-z2-7]{{{CODE_LETTERS}}}")
_TOKEN = re.compile(r"[a-z2-7]{24}")
_ADDRESS = re.compile(r"[^\s<>@,;]{1,64}@[^\s<>@,;]{1,190}")


def digest_of(code: str) -> str:
    """What is stored of a code: who reads the database cannot use it."""
    return hashlib.sha256(code.encode()).hexdigest()


def start(taking: ChatTaking, payload: str) -> Outcome:
    """`/start CODE`: the chat is linked, if the code is good."""
    code = payload.strip().lower()
    if not taking.speaker.chat.is_private:
        taking.say("private_only")
        return Outcome(FILED, None, "a code, in a group")
    link = _link_of(taking, code)
    if link is None:
        taking.say("link_bad")
        return Outcome(FILED, None, "a code that is unknown, used or too old")
    chat = Link(taking.speaker.at, link.kind, link.person)
    taking.work.link(chat, taking.at)
    taking.after.links_changed = True
    name, mailbox, language = _person(taking, link)
    taking.after.linked = LinkedByChat(mailbox, name, language)
    taking.say(f"linked_{link.kind}", name=name)
    return Outcome(FILED, None, f"this chat is now that of the {link.kind} {link.person}")


def ask_for_code(taking: ChatTaking, address: str) -> Outcome:
    """`/link ADDRESS`: a code to that mailbox if we know it; the answer is the same if we do not (T2)."""
    if not taking.speaker.chat.is_private:
        taking.say("private_only")
        return Outcome(FILED, None, "asked for a code, in a group")
    if not _ADDRESS.fullmatch(address):
        taking.say("link_usage")
        return Outcome(FILED, None, "asked for a code, without an address")
    taking.say("code_sent")
    directory, at = taking.house.rules.directory, taking.at
    staff, contact = directory.staff_at(address), directory.contact_at(address)
    if staff is None and contact is None:
        return Outcome(FILED, None, "asked for a code for an address we do not know")
    link = (
        Link(taking.speaker.at, "staff", staff.id)
        if staff
        else Link(taking.speaker.at, "contact", address.lower())
    )
    code = new_code(taking)
    if not taking.work.give_code(digest_of(code), link, at, at + taking.house.chat.code_lives):
        return Outcome(FILED, None, "asked for too many codes")
    name, languages = (staff.name, staff.languages) if staff else (contact.name if contact else None, ())
    mailbox = staff.email if staff else address
    taking.after.codes.append(CodeByMail(mailbox, name, languages[0] if languages else taking.language, code))
    return Outcome(FILED, None, f"a code was mailed to the {link.kind} {link.person}")


def leave(taking: ChatTaking) -> Outcome:
    """`/unlink`."""
    taking.work.unlink(taking.speaker.at)
    taking.after.links_changed = True
    taking.say("unlinked")
    return Outcome(FILED, None, "this chat is nobody's we know any more")


def new_code(taking: ChatTaking) -> str:
    """Nobody guesses it."""
    code = ""
    while len(code) < CODE_LETTERS:
        code += taking.house.ids.outbound_id()
    return code[:CODE_LETTERS]


def _link_of(taking: ChatTaking, code: str) -> Link | None:
    if _CODE.fullmatch(code):
        return taking.work.use_code(digest_of(code), taking.at)
    if not _TOKEN.fullmatch(code):
        return None
    sent = taking.work.sent(reply_address.look_up_of(code))
    if sent is None or sent.role != "customer":
        return None
    if min(sent.token_until, sent.made_at + taking.house.chat.link_lives) < taking.item.kept.received_at:
        return None
    if taking.house.rules.directory.contact_at(sent.recipient) is None:
        return None
    bound = Bound(sent.id, sent.case_number, sent.recipient, sent.role, CHAT_LINK, sent.token_until)
    if not reply_address.verify(taking.house.rules.keys, code, bound):
        return None
    link = Link(taking.speaker.at, "contact", sent.recipient.lower())
    return link if taking.work.spend_code(digest_of(code), link, taking.at) else None


def _person(taking: ChatTaking, link: Link) -> tuple[str, str, str]:
    """Whose chat it is now: their name, their mailbox and the language in which they are written to."""
    directory = taking.house.rules.directory
    if link.kind == "staff":
        staff = directory.staff.get(link.person)
        languages = staff.languages if staff else ()
        language = languages[0] if languages else taking.language
        return (staff.name, staff.email, language) if staff else (link.person, "", language)
    contact = directory.contact_at(link.person)
    if contact is None:
        return link.person, link.person, taking.language
    return contact.name, link.person, contact.language or taking.language
