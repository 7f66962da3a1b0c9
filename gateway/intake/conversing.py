"""The conversations that a message goes on with, and who its sender is in them (LESSONS 32, 33, 34, 45).

A conversation is known by the ids of its mails, by the ids that these answered even if that mail never reached us, and
by the number that it has in the customer's own ticket system. Whoever knows an id may have stolen it: so being found
here says nothing yet; what counts is whether the sender belongs to the people who write there, and is proved to be who
they say.
"""

from collections.abc import Sequence

from gateway.cases.matching import Answered, Who
from gateway.intake.message import ReadMessage, Rules
from gateway.messages import Inbound
from gateway.parsers import ticket_numbers
from gateway.ports import Conversation, Work

NEAREST, FIRST = 30, 5
"""Of a long References field, so many ids from its end and from its beginning are looked up (L-39)."""

MOST_PEOPLE = 40
"""Recipients of one mail who count as taking part (L-60)."""


def ids_answered(inbound: Inbound) -> tuple[str, ...]:
    """The ids that the message goes back to, the nearest first, each once."""
    nearest, first = inbound.references[-NEAREST:], inbound.references[:FIRST]
    ids = (inbound.in_reply_to, *reversed(nearest), *reversed(first))
    return tuple(dict.fromkeys(each for each in ids if each and each != inbound.message_id))


def anchors(message: ReadMessage, rules: Rules) -> tuple[str, ...]:
    """By what, besides its own id, later messages are known to go on with this one."""
    passed_on = message.filed.original_message_id if message.filed is not None else None
    ids = (*ids_answered(message.inbound), *filter(None, [passed_on]))
    return tuple(dict.fromkeys((*ids, *_numbers(message, rules))))


def people(message: ReadMessage, rules: Rules) -> tuple[str, ...]:
    """Who wrote and who was written to, in lower case, without us."""
    return tuple(dict.fromkeys(each for each in (_sender(message), *_recipients(message, rules)) if each))


def answered(work: Work, message: ReadMessage, rules: Rules) -> Sequence[Answered]:
    """The conversations on cases that the message goes on with, the nearest first.

    A number can be guessed, unlike an id: without proof of who sent it, it only suggests.
    """
    by_id = work.conversations(ids_answered(message.inbound))
    known = {each.case_number for each in by_id}
    numbered = [
        each for each in work.conversations(_numbers(message, rules)) if each.case_number not in known
    ]
    proved = message.authentication.result == "pass"
    return [
        *(Answered(each.case_number, _who(message, rules, each)) for each in by_id),
        *(
            Answered(each.case_number, _who(message, rules, each) if proved else "other", "number")
            for each in numbered
        ),
    ]


def share_a_house(rules: Rules, one: str, other: str) -> bool:
    """Whether two addresses are of one firm's domain; two strangers at a public provider share nothing (L-61)."""
    house = _house(rules, one)
    return bool(house) and house == _house(rules, other)


def _numbers(message: ReadMessage, rules: Rules) -> tuple[str, ...]:
    """The numbers in the subject as anchors: each is bound to the sender's house."""
    house = _house(rules, _sender(message)) or _sender(message)
    return tuple(f"number {house} {number}" for number in ticket_numbers.find(message.inbound.subject))


def _who(message: ReadMessage, rules: Rules, conversation: Conversation) -> Who:
    sender = _sender(message)
    if rules.directory.staff_at(sender) is not None:
        return "ours"
    reporters = [each for each in conversation.reporters if not _is_ours(rules, each)]
    if sender in reporters:
        return "own"
    if any(_are_colleagues(rules, sender, reporter) for reporter in reporters):
        return "colleague"
    if rules.directory.contact_at(sender) is not None:
        # A customer of ours is heard on a case of their own, whoever put them in copy.
        return "other"
    takes_part = sender in conversation.people
    return (
        "circle" if takes_part or conversation.people.intersection(_recipients(message, rules)) else "other"
    )


def _are_colleagues(rules: Rules, one: str, other: str) -> bool:
    first, second = rules.directory.contact_at(one), rules.directory.contact_at(other)
    known = first is not None and second is not None and first.customer_id == second.customer_id
    return known or share_a_house(rules, one, other)


def _house(rules: Rules, address: str) -> str:
    """The domain that a firm's people share; empty at a public provider."""
    domain = address.rpartition("@")[2].lower()
    return "" if rules.freemail(domain) else domain


def _sender(message: ReadMessage) -> str:
    sender = message.inbound.sender
    return sender.address.lower() if sender else ""


def _recipients(message: ReadMessage, rules: Rules) -> tuple[str, ...]:
    ours = {each.lower() for each in message.kept.envelope.recipients}
    written_to = [each.address.lower() for each in (*message.inbound.to, *message.inbound.cc)][:MOST_PEOPLE]
    return tuple(each for each in written_to if each and each not in ours and not _is_ours(rules, each))


def _is_ours(rules: Rules, address: str) -> bool:
    """Ourselves, and our colleagues: whoever writes to us writes to them."""
    domain = address.rpartition("@")[2]
    return (
        address in rules.own.addresses
        or domain in rules.own.domains
        or rules.directory.staff_at(address) is not None
    )
