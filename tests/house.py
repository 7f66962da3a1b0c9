"""A whole gateway in one process, on a fake clock: real parsers, policy, templates and SQLite, mail in memory.

The vendor, its staff and its customers are those of the shipped `config.toml` and seed directory.
"""

import asyncio
import base64
import email
import email.policy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from gateway import digest
from gateway.cases.case import Case
from gateway.cases.directory import Directory
from gateway.errors import DeliveryError
from gateway.intake import Intake, Outcome
from gateway.messages import Envelope, Parcel
from gateway.metrics import new_metrics
from gateway.parsers.report import Reader
from gateway.parts import Parts, build_parts
from gateway.ports import Channel, Letters, Store
from gateway.reading import ReadingHere
from gateway.responders.delivery import Delivery, Patience
from gateway.responders.due import Due
from gateway.responders.loop import Loop
from gateway.responders.rounds import Rounds
from gateway.storage.reading import list_cases, list_inbox, read_case
from gateway.storage.tables import outbox
from gateway.storage.writer import Writer

SUPPORT = "support@yunling.example"
ZHOU, CHEN, EMMA = (
    "zhou.min@qingshan-bank.example",
    "yijun.chen@haiyan-logistics.example",
    "emma.clarke@northwind-semi.example",
)
WANG, HE_LAN, SUN_JIE = "wang.qiang@yunling.example", "he.lan@yunling.example", "sun.jie@yunling.example"
QIAN, DUTY = "qian.hong@yunling.example", "duty@yunling.example"
"""The centre manager, who is a superior and the second level manager too; and the administrator, who is quality."""
FAULT = "堡垒机无法登录，十几人受影响。\n周敏\n青山农村商业银行股份有限公司"
"""What 周敏 reports."""
MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A working day, in working hours."""


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.moment = now

    def now(self) -> datetime:
        """The present moment."""
        return self.moment

    def pass_(self, **span: float) -> None:
        """Let so much time pass."""
        self.moment += timedelta(**span)


@dataclass
class Outgoing:
    """A way out that remembers what left, and refuses when a test says so."""

    parcels: list[Parcel] = field(default_factory=list[Parcel])
    trouble: list[DeliveryError | Exception] = field(default_factory=list[DeliveryError | Exception])

    async def send(self, parcel: Parcel) -> str:
        """Take the parcel; or raise the next trouble, which in doubt still takes it."""
        error = self.trouble.pop(0) if self.trouble else None
        if error is None or (isinstance(error, DeliveryError) and error.in_doubt):
            self.parcels.append(parcel)
        if error is not None:
            raise error
        return "taken"


class Letter:
    """A mail of ours as its reader has it."""

    def __init__(self, parcel: Parcel) -> None:
        parsed = email.message_from_bytes(parcel.raw, EmailMessage, policy=email.policy.default)
        self.parcel = parcel
        self.headers = parsed
        plain = parsed.get_body(("plain",))
        self.text: str = plain.get_content() if plain is not None else ""
        self.to = parcel.recipient
        self.subject = str(parsed["Subject"])
        self.message_id = str(parsed["Message-ID"])
        self.reply_to = str(parsed["Reply-To"]).rpartition("<")[2].rstrip(">")
        self.in_reply_to = str(parsed["In-Reply-To"]) if parsed["In-Reply-To"] else None


_IDS = count(1)


def mail(
    sender: str,
    text: str,
    *,
    subject: str = "堡垒机无法登录",
    to: str = SUPPORT,
    charset: str = "utf-8",
    message_id: str | None = None,
    answers: str | None = None,
    headers: Sequence[tuple[str, str]] = (),
    file: str | None = None,
) -> bytes:
    """A customer's or colleague's mail; `answers` is the Message-ID it replies to, `file` the attachment's name."""
    message = EmailMessage(policy=email.policy.SMTP.clone(max_line_length=998))
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = message_id or f"<{next(_IDS)}@sender.example>"
    if answers:
        message["In-Reply-To"] = answers
        message["References"] = answers
    for name, value in headers:
        message[name] = value
    message.set_content("placeholder")
    message.replace_header("Content-Type", f"text/plain; charset={charset}")
    message.replace_header("Content-Transfer-Encoding", "base64")
    message.set_payload(base64.encodebytes(text.encode(charset)).decode())
    if file is not None:
        message.add_attachment(b"%PDF-1.7 a report", maintype="application", subtype="pdf", filename=file)
    return message.as_bytes()


def rounds_of(
    parts: Parts, store: Store, *, letters: Letters | None = None, directory: Directory | None = None
) -> Rounds:
    """What comes round by itself in this gateway; or with other letters, or for other customers."""
    policy = parts.rules.policy
    return Rounds(
        store=store,
        directory=directory or parts.directory,
        policy=policy,
        staffed=parts.rules.staffed,
        letters=letters or parts.letters,
        ids=parts.ids,
        calendar=policy.plans[policy.default_plan].calendar,
    )


class House:
    """The gateway's rooms, joined as `app` joins them.

    `ways_out` are channels besides mail. With `rounds` inspections and follow-ups come round by themselves.
    """

    def __init__(
        self,
        parts: Parts,
        reader: Reader,
        engine: Engine,
        ways_out: Mapping[str, Channel] = MappingProxyType({}),
        *,
        rounds: bool = False,
    ) -> None:
        assert isinstance(parts.clock, FakeClock)
        self.clock = clock = parts.clock
        self.parts = parts
        self.engine = engine
        self.store = Writer(engine)
        self.outgoing = Outgoing()
        self.readings = ReadingHere(reader, parts.directory, parts.rules.vendor)
        self.intake = Intake(self.store, self.readings, parts.rules, parts.letters, clock, parts.ids)
        self.delivery = Delivery(
            store=self.store,
            channels={"mail": self.outgoing, **ways_out},
            policy=parts.rules.policy,
            staffed=parts.rules.staffed,
            letters=parts.letters,
            clock=clock,
            patience=Patience([timedelta(minutes=minutes) for minutes in (1, 2, 5)], timedelta(minutes=10)),
        )
        self.metrics = new_metrics()
        self.due = Due(
            self.store,
            parts.rules.policy,
            parts.rules.staffed,
            parts.letters,
            recorded=self.metrics.count_missed,
        )
        comes_round = rounds_of(parts, self.store) if rounds else None
        self.loop = Loop(self.store, self.due, self.delivery, clock, comes_round)

    # The roads.

    async def keep(
        self,
        raw: bytes,
        *,
        sender: str = "a@b.example",
        to: Sequence[str] = (SUPPORT,),
        peer: str = "127.0.0.1",
    ) -> str:
        """A message into the inbox; its id there. It was handed in on this machine, unless a `peer` is named."""
        at = self.clock.now()
        inbox_id = f"{next(_IDS):022}"
        envelope = Envelope("smtp", sender, tuple(to), peer)
        await self.store.run(lambda work: work.keep(inbox_id, at, envelope, raw, digest.of_message(raw)))
        return inbox_id

    async def receive(
        self, raw: bytes, *, sender: str = "a@b.example", to: Sequence[str] = (SUPPORT,)
    ) -> Outcome:
        """A message comes, is taken in, and what follows from it leaves."""
        await self.keep(raw, sender=sender, to=to)
        (outcome,) = await self.intake.turn()
        await self.settle()
        return outcome

    async def write(self, sender: str, text: str, **more: Any) -> Outcome:
        """A person writes."""
        to = more.get("to", SUPPORT)
        return await self.receive(mail(sender, text, **more), sender=sender, to=(to,))

    async def answer(self, letter: Letter, text: str, *, sender: str | None = None) -> Outcome:
        """Whoever got the letter (or `sender`) presses reply."""
        return await self.write(
            sender or letter.to,
            text,
            to=letter.reply_to,
            subject=f"Re: {letter.subject}",
            answers=letter.message_id,
        )

    async def solve(self, how: str = "重启了认证服务") -> None:
        """王强 ends the handling of his latest case, the centre manager passes it: the customer is asked to confirm."""
        await self.answer(self.letter(WANG, "new_case"), f"#已解决 {how}")
        await self.pass_review()

    async def pass_review(self) -> None:
        """The centre manager agrees that handling has ended (P-46)."""
        await self.answer(self.letter(QIAN, "review_request"), "#通过")

    async def settle(self) -> None:
        """Turn after turn, until nothing is due at this moment."""
        while await self.loop.turn() or self.delivery.in_hand:
            pass

    async def wait(self, **span: float) -> None:
        """Time passes, from one moment at which something is owed to the next, and the loop keeps its promises."""
        until = self.clock.moment + timedelta(**span)
        while self.clock.moment < until:
            owed = await self.store.run(lambda work: work.next_moment())
            soonest = self.clock.moment + timedelta(seconds=1)
            self.clock.moment = min(until, max(soonest, owed or until))
            await self.settle()

    # What can be seen.

    def letters(self, to: str | None = None, notice: str | None = None) -> list[Letter]:
        """What has left, in order."""
        ids = self._ids_of(notice) if notice else None
        return [
            Letter(parcel)
            for parcel in self.outgoing.parcels
            if (to is None or parcel.recipient == to) and (ids is None or parcel.id in ids)
        ]

    def letter(self, to: str, notice: str | None = None) -> Letter:
        """The latest of them."""
        return self.letters(to, notice)[-1]

    def _ids_of(self, notice: str) -> set[str]:
        with self.engine.connect() as connection:
            return set(connection.execute(select(outbox.c.id).where(outbox.c.notice == notice)).scalars())

    def case(self, number: str | None) -> Case:
        """A case as it now is."""
        assert number is not None
        return read_case(self.engine, number)[0]

    def numbers(self) -> list[str]:
        """Every case, the latest first."""
        return [str(row["number"]) for row in list_cases(self.engine)]

    def happened(self, number: str | None) -> list[str]:
        """The events of a case, in order."""
        assert number is not None
        return [entry["name"] for entry in read_case(self.engine, number)[1] if entry["kind"] == "event"]

    def said(self, number: str | None) -> list[dict[str, Any]]:
        """The messages put on a case."""
        assert number is not None
        return [dict(each) for each in read_case(self.engine, number)[2] if each["direction"] == "in"]

    def inbox(self, inbox_id: str) -> dict[str, Any]:
        """Where a message ended."""
        return next(dict(row) for row in list_inbox(self.engine, limit=1000) if row["id"] == inbox_id)


async def close(house: House) -> None:
    """Nothing stays behind."""
    await asyncio.to_thread(house.store.stop)


def with_templates(parts: Parts, folder: Path) -> Parts:
    """The same gateway over other templates."""
    config = parts.config.model_copy(
        update={"templates": parts.config.templates.model_copy(update={"path": folder})}
    ).joined(parts.config.path(Path()), parts.config.promises)
    return build_parts(config, clock=parts.clock)
