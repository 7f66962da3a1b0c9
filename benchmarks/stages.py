"""The gateway taken apart: each stage of the whole job runs by itself, so that its CPU time can be told.

The parts are the real ones, joined as `app` joins them; CPU is that of this process, all threads (the sender is
another process). Times in seconds.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import select

from benchmarks import letters, sender
from benchmarks.letters import Planned
from gateway import digest
from gateway.cases.policy import Policy
from gateway.channels.maildir import MaildirOutgoing
from gateway.channels.smtp_limits import Limits
from gateway.channels.smtp_server import MailServer
from gateway.config import DEFAULT_CONFIG, Config, load
from gateway.intake import Intake, ReadMessage
from gateway.messages import Envelope
from gateway.parsers import commands, mime, quoting, screening
from gateway.parsers.report import Reader
from gateway.parts import build_parts, own_mail, vendor_of
from gateway.ports import Kept
from gateway.reading import ReadingHere
from gateway.responders.delivery import Delivery, Patience
from gateway.responders.due import Due
from gateway.responders.loop import Loop
from gateway.storage import schema
from gateway.storage.engine import open_engine
from gateway.storage.tables import outbox
from gateway.storage.writer import Writer

STAGES = (
    "SMTP in and keep",
    "MIME, quotes, screening",
    "understanding",
    "decide, compose, record",
    "deliver to Maildir",
)


@dataclass
class Tally:
    """CPU and wall seconds by stage, and how many mails and letters they were spent on."""

    cpu: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    wall: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    mails: int = 0
    letters: int = 0

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Whatever happens inside is this stage's."""
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.cpu[name] += time.process_time() - cpu
        self.wall[name] += time.perf_counter() - wall

    def per_mail(self, name: str) -> float:
        """CPU milliseconds."""
        return 1000 * self.cpu[name] / self.mails

    @property
    def total(self) -> float:
        """CPU milliseconds per mail, all stages."""
        return sum(self.per_mail(name) for name in STAGES)


class ReadBefore(Intake):
    """An intake whose messages were read in a stage of their own."""

    read_before: dict[str, ReadMessage]

    async def read(self, kept: Kept) -> ReadMessage:
        return replace(self.read_before[kept.id], kept=kept)


class TakenApart:
    """One gateway over one folder. `only_customers`: nobody of ours is written to, so each mail has one letter."""

    def __init__(self, folder: Path, *, only_customers: bool) -> None:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        self.config = config = _config(folder, only_customers=only_customers)
        self.parts = parts = build_parts(config)
        self.reader = Reader(parts.directory, vendor_of(config), own_mail(config))
        self.engine = open_engine(config.database_url, writes=True)
        schema.migrate(self.engine)
        self.store = Writer(self.engine)
        self.store.start()
        self.outgoing = folder / "outgoing"
        readings = ReadingHere(self.reader, parts.directory, parts.rules.vendor)
        self.intake = ReadBefore(self.store, readings, parts.rules, parts.letters, parts.clock, parts.ids)
        delivery = Delivery(
            store=self.store,
            channels={"mail": MaildirOutgoing(self.outgoing)},
            policy=parts.rules.policy,
            staffed=parts.rules.staffed,
            letters=parts.letters,
            clock=parts.clock,
            patience=Patience([timedelta(minutes=1)], timedelta(minutes=10)),
        )
        due = Due(self.store, parts.rules.policy, parts.rules.staffed, parts.letters)
        self.loop = Loop(self.store, due, delivery, parts.clock)
        self._folder = folder

    async def whole_job(self, new: Sequence[Planned], replies: Sequence[Planned], tally: Tally) -> None:
        """First the new mails, then the answers to what came back."""
        await self.round([(each.sender, sender.SUPPORT, letters.compose(each)) for each in new], tally)
        acknowledged = self._acknowledgements()
        answers: list[tuple[str, str, bytes]] = []
        for each in replies:
            reply_to, our_id, text = acknowledged[letters.message_id(each.answers or 0)]
            raw = letters.compose(each, reply_to=reply_to, our_id=our_id, ours=text)
            answers.append((each.sender, reply_to if each.by_token else sender.SUPPORT, raw))
        await self.round(answers, tally)

    async def round(self, mails: Sequence[tuple[str, str, bytes]], tally: Tally) -> None:
        """All of them through one stage, then through the next."""
        tally.mails += len(mails)
        with tally.stage("SMTP in and keep"):
            await self._receive(mails)
        kept = await self.store.run(lambda work: work.claim_inbox(len(mails)))
        while len(more := await self.store.run(lambda work: work.claim_inbox(len(mails)))) > 1:
            kept = [*kept, *more]
        if len({each.id for each in kept}) != len(mails):
            raise SystemExit("not every mail was kept")
        await self._forget_claims(kept)
        await self._read(kept, tally)
        with tally.stage("decide, compose, record"):
            while await self.intake.turn():
                pass
        with tally.stage("deliver to Maildir"):
            while await self.loop.turn():
                pass
        with self.engine.connect() as connection:
            tally.letters = len(connection.execute(select(outbox.c.id).where(outbox.c.state == "sent")).all())

    async def _receive(self, mails: Sequence[tuple[str, str, bytes]]) -> None:
        server = MailServer(
            "smtp",
            "127.0.0.1",
            0,
            keep=self._keep,
            accepts=lambda address: address.endswith("@yunling.example"),
            limits=Limits(),
            hostname="bench.example",
        )
        await server.start()
        file = self._folder / "mails.jsonl"
        sender.write(file, mails)
        command = (sys.executable, "-m", "benchmarks.sender", str(server.port), str(file))
        process = await asyncio.create_subprocess_exec(*command)
        if await process.wait():
            raise SystemExit("the sender failed")
        await server.stop(1)

    async def _keep(self, envelope: Envelope, raw: bytes) -> None:
        at = self.parts.clock.now()
        inbox_id = self.parts.ids.inbox_id(at)
        mark = digest.of_message(raw)
        await self.store.run(lambda work: work.keep(inbox_id, at, envelope, raw, mark))

    async def _forget_claims(self, kept: Sequence[Kept]) -> None:
        """Reading was measured on claimed messages; taking them in claims them again, as fresh ones."""
        for _ in range(3):
            await self.store.run(lambda work: [work.release_inbox(each.id) for each in kept])

    async def _read(self, kept: Sequence[Kept], tally: Tally) -> None:
        """Once without understanding and once whole: the difference is the price of understanding."""
        before = time.process_time()
        for each in kept:
            inbound = mime.read(each.raw)
            words = quoting.split(inbound.body, is_reply=bool(inbound.in_reply_to) or None)
            commands.read(words.text)
            screening.screen(inbound, each.envelope, self.parts.rules.own)
        between = time.process_time()
        self.intake.read_before = {each.id: await Intake.read(self.intake, each) for each in kept}
        whole = time.process_time() - between
        tally.cpu["MIME, quotes, screening"] += between - before
        tally.cpu["understanding"] += whole - (between - before)

    def _acknowledgements(self) -> dict[str, tuple[str, str, str]]:
        """(reply address, our id, text) by the customer's Message-ID."""
        found: dict[str, tuple[str, str, str]] = {}
        query = select(outbox.c.raw, outbox.c.message_id, outbox.c.words).where(outbox.c.role == "customer")
        with self.engine.connect() as connection:
            for row in connection.execute(query):
                inbound = mime.read(row.raw)
                if inbound.in_reply_to:
                    found[inbound.in_reply_to] = (inbound.reply_to[0].address, row.message_id, row.words)
        return found

    def close(self) -> None:
        """End the writer."""
        self.store.stop()


def _config(folder: Path, *, only_customers: bool) -> Config:
    shipped = load(DEFAULT_CONFIG)
    config = shipped.model_copy(update={"data_dir": folder})
    return config.joined(config.path(Path()), _to_customers(shipped.promises)) if only_customers else config


def _to_customers(policy: Policy) -> Policy:
    notices = tuple(replace(rule, to=("customer",)) for rule in policy.notices if "customer" in rule.to)
    return replace(policy, notices=notices)
