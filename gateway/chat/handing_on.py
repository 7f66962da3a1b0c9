"""What a colleague hands on for a customer in their own chat: a forwarded message, or the text of a mail (P-23).

It is written down as the mail that it would have been, and read by the same rules: the original is reported, not the
colleague; what is missing is asked back from them, in the chat.
"""

import re
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.policy import SMTP

from gateway.cases.directory import Directory, Staff
from gateway.chat.burst import Item, Words
from gateway.chat.taking import ChatTaking
from gateway.chat_address import ChatAddress
from gateway.chats import Chats
from gateway.colleague_report import Filed
from gateway.intake import colleagues
from gateway.intake.message import Outcome
from gateway.messages import Address
from gateway.parsers.report import Report

HEAD = "---------- Forwarded message ----------"
_OF_AN_ADDRESS = re.compile(r"[<>@\"]+")
"""Anybody may call themselves anything in a chat: no name of theirs may read as a mail address."""


def as_mail(said: Words, staff: Staff, support: str, chats: Chats, directory: Directory) -> bytes:
    """The burst as a mail of the colleague's: their own lines, then what they passed on under its writer's name."""
    own = [item.update.text for item in said.items if item.update.forwarded is None]
    passed_on = [item for item in said.items if item.update.forwarded is not None]
    message = EmailMessage(policy=SMTP)
    message["From"] = staff.email
    message["To"] = support
    message.set_content("\n".join([*own, *_forward(passed_on, chats, directory)]), cte="base64")
    return message.as_bytes()


def is_handed_on(said: Words, filed: Filed) -> bool:
    """Whether it is a customer's report: forwarded, or a mail's text under its head; own words are not."""
    return filed.is_report and (filed.is_passed_on or any(item.update.forwarded for item in said.items))


def take(taking: ChatTaking, staff: Staff, said: Words, report: Report, filed: Filed) -> Outcome:
    """A case for the original's writer, who is answered in their chat if it is known to be theirs."""
    outcome = colleagues.file(taking.with_words(report, said.items), filed, staff, flagged=False)
    case = taking.work.case(outcome.case_number or "")
    if case is not None:
        taking.lies_on(case, said.items)
        taking.say("handed_on", number=case.number)
    return outcome


def _forward(passed_on: Sequence[Item], chats: Chats, directory: Directory) -> Iterator[str]:
    if not passed_on:
        return
    writer = _writer_of(passed_on[0], chats, directory)
    yield from (
        "",
        HEAD,
        f"From: {writer.name or ''} <{writer.address}>" if writer.address else f"From: {writer.name}",
    )
    yield from ("Subject: ", "")
    yield from (item.update.text for item in passed_on)


def _writer_of(item: Item, chats: Chats, directory: Directory) -> Address:
    """The contact whose chat it is, else the name that the service gives."""
    origin, update = item.update.forwarded, item.update
    if origin is not None and origin.person is not None:
        link = chats.at(str(ChatAddress(update.channel, update.account, origin.person)))
        contact = directory.contact_at(link.person) if link is not None and link.kind == "contact" else None
        if link is not None and contact is not None:
            return Address(contact.name, link.person)
    name = _OF_AN_ADDRESS.sub(" ", origin.name or "") if origin is not None else ""
    return Address(name.strip() or "?", "")
