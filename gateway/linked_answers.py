"""Answers that come by a link instead of by mail: the same question, the same token, the same road.

The link holds the token of the letter that asks, which only its reader has; what they choose is kept as the mail they
would have written. So it is journalled, repeated and refused like any answer, and nothing else needs to know of it.
"""

import asyncio
import email.policy
from collections.abc import Awaitable, Callable, Sequence
from email.message import EmailMessage

from gateway import reply_address
from gateway.cases.directory import Directory
from gateway.messages import Envelope
from gateway.portal.answering import Question
from gateway.ports import Clock, Sent, Store, Unconfirmed, Work
from gateway.reply_address import Bound

SOURCE = "link"
YES, NO = "确认", "不是我"
"""Two of the words that an answer by mail may use (`intake.holding`)."""

Keep = Callable[[Envelope, bytes], Awaitable[None]]


class LinkedAnswers:
    """`gateway.portal.answering.Questions`, from the store and the directory."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        keys: Sequence[bytes],
        support: str,
        keep: Keep,
        clock: Clock,
    ) -> None:
        self._store = store
        self._directory = directory
        self._keys = keys
        self._support = support
        self._keep = keep
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def find(self, token: str) -> Question | None:
        """The question that waits under a genuine token. Strangers who guess wait for each other, not mail for them."""
        if not reply_address.is_token(token):
            return None
        async with self._one_at_a_time:
            sent, waiting = await self._store.run(lambda work: _look_up(work, token))
        if sent is None or waiting is None or waiting.until < self._clock.now():
            return None
        bound = Bound(sent.id, sent.case_number, sent.recipient, sent.role, sent.notice, sent.token_until)
        staff = self._directory.staff.get(waiting.staff_id)
        if staff is None or not reply_address.verify(self._keys, token, bound):
            return None
        return Question(waiting.case_number, staff.name, staff.languages[0], waiting.text, waiting.until)

    async def answer(self, token: str, *, yes: bool) -> None:
        """Keep the answer as a mail of the person who was asked; raises NotNow. Its bytes depend on nothing else."""
        sent, _ = await self._store.run(lambda work: _look_up(work, token))
        if sent is None:
            return
        to = reply_address.reply_to(self._support, token.lower())
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"] = sent.recipient
        message["To"] = to
        message["Subject"] = f"Re: [{sent.case_number}]"
        message.set_content(YES if yes else NO)
        await self._keep(Envelope(SOURCE, sent.recipient, (to,)), message.as_bytes())


def _look_up(work: Work, token: str) -> tuple[Sent | None, Unconfirmed | None]:
    look_up = reply_address.look_up_of(token.lower())
    return work.sent(look_up), work.unconfirmed(look_up)
