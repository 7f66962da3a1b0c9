"""The gateway, running: its roads, responders and doors joined, started and stopped.

What needs no event loop is joined in `parts`; `inward_road`, `chat_joining`, `doors` and `vitals` are pieces of this.
"""

import asyncio
import fcntl
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import IO

import structlog
from starlette.routing import Route

from gateway.cases.directory import Directory
from gateway.channels.crm_webhook import CrmWebhook
from gateway.channels.maildir import MaildirOutgoing
from gateway.channels.smtp_relay import SmtpRelay
from gateway.channels.smtp_server import MailServer
from gateway.chat_joining import ChatSide
from gateway.chat_kinds import openers_of
from gateway.chat_parts import ChatParts
from gateway.chat_ports import Link
from gateway.config import Config
from gateway.doors import open_for_http, open_for_mail
from gateway.errors import GatewayError
from gateway.intake import FILED, Outcome
from gateway.inward_road import InwardRoad
from gateway.linked_answers import LinkedAnswers
from gateway.mailboxes import ReadMailboxes, StoredBookmarks
from gateway.metrics import Metrics, new_metrics
from gateway.parts import Parts, missing_holidays, pages_of
from gateway.portal.answering import answer_routes
from gateway.portal.calling import calling_routes
from gateway.portal.health import Probe, health_routes
from gateway.portal.server import HttpServer
from gateway.ports import Channel, Work
from gateway.responders.composer import LANGUAGES
from gateway.responders.delivery import Delivery, Patience
from gateway.responders.due import Due
from gateway.responders.loop import Loop
from gateway.responders.rounds import Rounds
from gateway.storage import schema
from gateway.storage.engine import open_engine
from gateway.storage.writer import Writer
from gateway.vitals import Vitals

log = structlog.get_logger()

STOP_SECONDS = 8


class Gateway:
    """A running gateway: keeps mail at once, takes it in as soon as the parsers are loaded, keeps its promises."""

    def __init__(self, parts: Parts) -> None:
        config = parts.config
        self._parts = parts
        self._config = config
        self._lock: IO[str] | None = None
        self.metrics: Metrics = new_metrics()
        self._engine = open_engine(config.database_url, writes=True)
        self.store = Writer(self._engine)
        self._channel = _outgoing(config)
        self._channels: dict[str, Channel] = {"mail": self._channel}
        if config.channels.crm.url:
            secret = config.channels.crm.secret.get_secret_value()
            self._channels["crm"] = CrmWebhook(config.channels.crm.url, secret, now=parts.clock.now)
        self._delivery = Delivery(
            store=self.store,
            channels=self._channels,
            policy=config.promises,
            staffed=parts.rules.staffed,
            letters=parts.letters,
            clock=parts.clock,
            patience=Patience(
                back_off=[timedelta(minutes=minutes) for minutes in config.delivery.back_off_minutes],
                in_doubt=timedelta(minutes=config.delivery.in_doubt_minutes),
            ),
            observe=self._observe,
        )
        outage = timedelta(minutes=config.escalation.digest_after_minutes)
        due = Due(
            self.store, config.promises, parts.rules.staffed, parts.letters, outage, self.metrics.count_missed
        )
        rounds = Rounds(
            store=self.store,
            directory=parts.directory,
            policy=config.promises,
            staffed=parts.rules.staffed,
            letters=parts.letters,
            ids=parts.ids,
            calendar=config.promises.plans[config.promises.default_plan].calendar,
        )
        self._loop = Loop(self.store, due, self._delivery, parts.clock, rounds)
        self._inward = InwardRoad(parts, self.store, self.metrics, self._took_in)
        self._stopping = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.servers: list[MailServer] = []
        bookmarks = StoredBookmarks(self.store, parts.clock)
        self._mailboxes = ReadMailboxes(config, self._inward.keep, bookmarks, parts.clock)
        self._chat = self._chat_side()
        if self._chat is not None:
            self._channels |= self._chat.channels
        self.portal: HttpServer | None = None

    def _chat_side(self) -> ChatSide | None:
        """None where there is no chat channel."""
        parts = self._parts
        openers = openers_of(parts.config, parts.chats)
        if not openers:
            return None
        shared = ChatParts(
            parts.config, parts.rules, parts.letters, parts.composer, parts.chats, parts.clock, parts.ids
        )
        return ChatSide(
            shared, self.store, self._inward.reader, self._channel, openers, scans=self._inward.scans
        )

    @property
    def directory(self) -> Directory:
        """Whom we know."""
        return self._parts.directory

    async def link_chats(self, links: Sequence[Link]) -> None:
        """These chats are these people's, as if they had used their codes."""
        at = self._parts.clock.now()

        def link(work: Work) -> None:
            for each in links:
                work.link(each, at)

        await self.store.run(link)
        if self._chat is not None:
            await self._chat.load()

    # Life.

    async def run(self, *, announce: bool = True, then: Callable[[], Awaitable[None]] | None = None) -> None:
        """Start, do what is to be done `then`, run until SIGTERM or SIGINT, stop cleanly."""
        await self.start()
        if then is not None:
            await then()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        if announce:
            log.info("gateway_started", version=self._config.promises.version)
        try:
            await self._stopping.wait()
        finally:
            await self.stop()

    async def start(self) -> None:
        """Open what must be open before the first mail is accepted. Raises GatewayError when it cannot."""
        self._take_lock()
        before, after = schema.migrate(self._engine)
        if before != after:
            log.info("schema_migrated", before=before, after=after)
        self.store.start()
        now = self._parts.clock.now()
        patience = (
            timedelta()
            if isinstance(self._channel, MaildirOutgoing)
            else timedelta(minutes=self._config.delivery.in_doubt_minutes)
        )
        doubtful = await self.store.run(lambda work: work.revive_attempts(now, now + patience))
        if doubtful:
            self.metrics.in_doubt.inc(doubtful)
            log.warning("deliveries_in_doubt", count=doubtful)
        for year in missing_holidays(self._config, now):
            log.warning("holidays_missing", year=year, means="promises that touch it are provisional")
        await open_for_mail(self._config, self._inward.keep, self.servers)
        if self._config.portal.listen is not None:
            routes = [*self._health_routes(), *self._answer_routes(), *self._call_routes()]
            self.portal = await open_for_http(self._config.portal.listen, routes)
        self._tasks = {
            "responders": asyncio.create_task(self._loop.run(), name="responders"),
            "intake": asyncio.create_task(self._inward.run(), name="intake"),
        }
        if self._chat is not None:
            await self._chat.load()
            self._chat.start(self._inward.reader_ready, self._took_in)
        self._mailboxes.start()

    async def stop(self) -> None:
        """Stop accepting, finish what is in hand, within ten seconds (F42)."""
        if self._chat is not None:
            await self._chat.stop()
        await self._mailboxes.stop()
        await asyncio.gather(*(each.stop(STOP_SECONDS / 2) for each in self.servers))
        self._stopping.set()
        self._inward.stop()
        self._loop.stop()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=STOP_SECONDS / 4)
        await self._delivery.finish(STOP_SECONDS / 4)
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self._inward.close()
        if self.portal is not None:
            await self.portal.stop()
        for channel in self._channels.values():
            if isinstance(channel, SmtpRelay | CrmWebhook):
                await channel.close()
        if self._chat is not None:
            await self._chat.close()
        await asyncio.to_thread(self.store.stop)
        if self._lock is not None:
            self._lock.close()
        log.info("gateway_stopped")

    def _take_lock(self) -> None:
        """Two gateways on one SQLite file would each believe to be the only one (F36)."""
        if not self._config.database_url.startswith("sqlite"):
            return
        self._lock = (self._config.data / "gateway.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise GatewayError(
                f"another gateway is running on {self._config.data}: stop it, or give this one its own data_dir"
            ) from None
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def _health_routes(self) -> list[Route]:
        vitals = Vitals(self.store, self.metrics)
        ready = self._inward.reader_ready
        probes: dict[str, Probe] = {
            "database": vitals.cases,
            "inbox": lambda: vitals.inbox(self._tasks.get("intake"), ready),
            "outbox": lambda: vitals.outbox(self._tasks.get("responders")),
            "channels": lambda: vitals.doors(self.servers, self._channel),
        }
        if self._mailboxes:
            probes["mailboxes"] = self._mailboxes.health
        if self._chat is not None:
            probes |= self._chat.probes()
        return health_routes(probes, self.metrics.registry, measure=vitals.measure)

    def _answer_routes(self) -> list[Route]:
        """Where a colleague answers with a link what we asked them by mail."""
        rules, config = self._parts.rules, self._config
        questions = LinkedAnswers(
            self.store, rules.directory, rules.keys, rules.support, self._inward.keep, self._parts.clock
        )
        return answer_routes(questions, pages_of(config).answer, LANGUAGES[0])

    def _call_routes(self) -> list[Route]:
        """Where chat services call us."""
        return calling_routes(self._chat.calls()) if self._chat is not None else []

    def _took_in(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            self.metrics.intake_outcomes.labels(outcome.name).inc()
        if any(outcome.name != FILED for outcome in outcomes):
            self._loop.wake()

    def _observe(self, kind: str, notice: str) -> None:
        if kind == "sent":
            self.metrics.notices_sent.labels(notice).inc()
        elif kind == "in_doubt":
            self.metrics.in_doubt.inc()
        else:
            self.metrics.delivery_failures.labels(kind).inc()


def _outgoing(config: Config) -> Channel:
    """The way out that relay_url names."""
    url = config.relay_url
    if url.startswith("maildir:"):
        return MaildirOutgoing(config.path(Path(url.removeprefix("maildir:"))))
    return SmtpRelay(url, socket.gethostname(), connections=config.delivery.relay_connections)
