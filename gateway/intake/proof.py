"""Whether a message's From is true: found out in the reading step, where the network may be asked, for a bounded time.

An outage of the name servers costs a message some seconds and its commands a confirmation, never its place on a case
(RELIABILITY 2.1 rule 3). Where nothing depends on the answer, nobody is asked.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from gateway import reply_address
from gateway.cases.directory import Directory
from gateway.chats import Chats
from gateway.messages import Envelope, Inbound
from gateway.parsers import ticket_numbers
from gateway.ports import Kept
from gateway.trust.authentication import DIRECT, Authentication, authenticate
from gateway.trust.dns import Metered, Resolver
from gateway.trust.rules import TrustRules, is_within

UNASKED = Authentication("none", None, "", "Nobody asked, since nothing depended on it")
UNKNOWN_YET = Authentication("temperror", None, "", "It could not be checked in time")

QUESTIONS = 40
ANSWER_SECONDS = 2.0
"""The waiting for name servers that one message may cause; the last question may take its own five seconds more."""

PROOF_SECONDS = 8.0
THREADS = 8


class Prover:
    """Authenticates messages beside the event loop."""

    def __init__(self, rules: TrustRules, dns: Resolver) -> None:
        self._rules = rules
        self._dns = dns
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="proof")

    async def prove(self, kept: Kept, inbound: Inbound, *, matters: bool) -> Authentication:
        """The verdict on a message read as `inbound`; `UNASKED` where it neither matters nor costs a question.

        Never raises; takes no longer than eight seconds, and is a temporary error then.
        """
        if not matters and not _may_be_handed_in(kept.envelope, self._rules):
            return UNASKED
        asked = Metered(self._dns, QUESTIONS, ANSWER_SECONDS)
        judging = asyncio.get_running_loop().run_in_executor(
            self._threads,
            authenticate,
            kept.raw,
            kept.envelope,
            inbound.sender,
            self._rules,
            asked,
            kept.received_at,
        )
        try:
            return await asyncio.wait_for(judging, PROOF_SECONDS)
        except TimeoutError:
            return UNKNOWN_YET


def matters(inbound: Inbound, envelope: Envelope, directory: Directory, chats: Chats, support: str) -> bool:
    """Whether anything depends on who sent it.

    It does for one of us, somebody unknown, whoever answers a mail, since others know its id, whoever writes to a
    reply address of ours, whoever names their own number of a case, which others could guess, and whoever may go on
    with what they began in their chat.
    """
    sender = inbound.sender.address if inbound.sender else ""
    if chats.chat_of("contact", sender.lower()) is not None:
        return True
    if directory.staff_at(sender) is not None or directory.contact_at(sender) is None:
        return True
    if inbound.in_reply_to or inbound.references:
        return True
    return bool(tokens(inbound, envelope, support) or ticket_numbers.find(inbound.subject))


def tokens(inbound: Inbound, envelope: Envelope, support: str) -> tuple[str, ...]:
    """Everything of a reply token's shape in the addresses it was sent to and the ids it answers, nearest first."""
    addresses = [*envelope.recipients, *(person.address for person in (*inbound.to, *inbound.cc))]
    ids = [inbound.in_reply_to or "", *reversed(inbound.references)]
    return reply_address.tokens_in(addresses, ids, support)


def _may_be_handed_in(envelope: Envelope, rules: TrustRules) -> bool:
    return envelope.source == DIRECT and is_within(envelope.peer, rules.local_hosts)
