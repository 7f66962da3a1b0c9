"""The composition root: the only place where concrete parts are chosen and joined.

`Parts` is everything that needs no event loop (also what `check`, `simulate` and tests build on); `Gateway` runs it.
"""

import asyncio
import fcntl
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

import structlog
from starlette.applications import Starlette
from starlette.routing import Route

from gateway import calendars, catalogue_file, chat_address, digest, directory_file, reply_address
from gateway.cases.directory import Directory
from gateway.channels import mail
from gateway.channels.clamd import Clamd
from gateway.channels.crm_webhook import CrmWebhook
from gateway.channels.imap_mailbox import ImapMailbox
from gateway.channels.maildir import MaildirOutgoing
from gateway.channels.smtp_limits import Limits
from gateway.channels.smtp_relay import SmtpRelay
from gateway.channels.smtp_server import MailServer
from gateway.channels.telegram import TelegramChannel
from gateway.chat_joining import ChatParts, ChatSide, chat_bytes
from gateway.chat_ports import Link
from gateway.chats import Chats
from gateway.clock import RandomIds, SystemClock
from gateway.config import Config
from gateway.errors import GatewayError, NotNow
from gateway.intake import FILED, POSTPONED, Intake, Outcome, Rules
from gateway.intake.queue import Readings
from gateway.keys import reply_keys
from gateway.linked_answers import LinkedAnswers
from gateway.mailboxes import StoredBookmarks, mailboxes_of
from gateway.messages import Envelope, Outbound
from gateway.metrics import Metrics, new_metrics
from gateway.parsers.entities.wordlist import blocks
from gateway.parsers.report import Vendor
from gateway.parsers.screening import OwnMail
from gateway.portal import server as http
from gateway.portal.answering import answer_routes
from gateway.portal.health import health_routes
from gateway.portal.pages import Pages
from gateway.ports import Channel, Clock, Ids, Work
from gateway.reading import ReadingProcess, Recipe
from gateway.responders.composer import LANGUAGES, Composer, VendorWords
from gateway.responders.delivery import Delivery, Patience
from gateway.responders.due import Due
from gateway.responders.letters import NoticeLetters, Sender
from gateway.responders.loop import Loop
from gateway.responders.relay import Relay
from gateway.responders.rounds import Rounds
from gateway.responders.sandbox import StrictEnvironment
from gateway.scanning import ScannedReadings
from gateway.storage import schema
from gateway.storage.engine import open_engine
from gateway.storage.writer import Writer
from gateway.trust.dns import DnsResolver

log = structlog.get_logger()

STOP_SECONDS = 8
INTAKE_RETRY_SECONDS = 2


def directory_path(config: Config) -> Path | Traversable:
    """Where the directory is."""
    return directory_file.locate(config.directory.file, config.path(Path()))


def load_directory(config: Config) -> Directory:
    """Whom we know. Raises ConfigError with every mistake."""
    return directory_file.load(
        directory_path(config),
        plans=config.promises.plans,
        services=[row.name for row in config.service],
        calendars=[row.name for row in config.calendar],
    )


def vendor_of(config: Config) -> Vendor:
    """Who we are, for the parsers. Raises ConfigError with every mistake of the catalogue."""
    catalogue = config.vendor.catalogue
    return Vendor(
        names=config.vendor.names,
        domains=config.vendor.domains,
        address=config.channels.mail.address,
        phones=(config.vendor.hotline,) if config.vendor.hotline else (),
        products=catalogue_file.load(config.path(catalogue)) if catalogue else (),
    )


def own_mail(config: Config) -> OwnMail:
    """How we know our own mail when it comes back."""
    support = config.channels.mail.address.lower()

    def is_ours(message_id: str) -> bool:
        return bool(reply_address.tokens_in((), (message_id,), support))

    return OwnMail(
        domains=frozenset((config.channels.mail.domain, *config.vendor.domains)),
        addresses=frozenset((support,)),
        is_our_message_id=is_ours,
    )


def composer_of(config: Config) -> Composer:
    """The letters, in the owner's words."""
    return Composer(
        config.path(config.templates.path),
        VendorWords(names=_display_names(config), hotline=config.vendor.hotline or None),
        config.calendars.zone,
        config.promises.reply_means,
        config.commands,
    )


def pages_of(config: Config) -> Pages:
    """Our pages in the owner's words."""
    words = VendorWords(_display_names(config))
    return Pages(
        StrictEnvironment(config.path(config.templates.path)),
        {language: words.name(language) for language in LANGUAGES},
        ZoneInfo(config.calendars.zone),
    )


def _display_names(config: Config) -> Mapping[str, str]:
    return config.vendor.display or dict.fromkeys(LANGUAGES, config.vendor.names[0])


def missing_holidays(config: Config, now: datetime) -> Sequence[int]:
    """The years whose holidays should be known by now and are not (RELIABILITY F34)."""
    paths = [
        calendars.builtin(name.removeprefix("builtin:"))
        if name.startswith("builtin:")
        else config.path(Path(name))
        for name in config.calendars.holidays
    ]
    return calendars.missing_years(calendars.load_holidays(paths), now.date())


@dataclass(frozen=True)
class Parts:
    """The gateway without its event loop."""

    config: Config
    directory: Directory
    composer: Composer
    letters: NoticeLetters
    rules: Rules
    ids: Ids
    clock: Clock
    chats: Chats


def build_parts(config: Config, *, clock: Clock | None = None, ids: Ids | None = None) -> Parts:
    """Join policy, directory, templates and keys. Raises ConfigError; makes data_dir."""
    config.data.mkdir(parents=True, exist_ok=True)
    directory = load_directory(config)
    policy = config.promises
    staffed = frozenset(role for person in directory.staff.values() for role in person.roles)
    keys = reply_keys(config)
    composer = composer_of(config)
    support = config.channels.mail.address
    chosen_ids = ids or RandomIds(config.case.number_prefix, config.calendars.zone)

    zone = ZoneInfo(config.calendars.zone)

    chats = Chats()

    def to_bytes(outbound: Outbound, at: datetime) -> tuple[str, bytes]:
        if outbound.channel == chat_address.TELEGRAM:
            return "", chat_bytes(outbound, composer, support, at)
        return (
            mail.envelope_from(outbound),
            mail.compose(outbound, date=at.astimezone(zone), domain=config.channels.mail.domain),
        )

    letters = NoticeLetters(
        composer=composer,
        relay=Relay(directory, config.calendars_by_name, config.roles.fallback),
        directory=directory,
        policy=policy,
        staffed=staffed,
        sender=Sender(
            support=support,
            names=config.vendor.display,
            key=keys[0],
            token_days=config.reply.valid_days,
            lifetime=timedelta(hours=config.delivery.lifetime_hours),
            urgent_lifetime=timedelta(hours=config.delivery.urgent_lifetime_hours),
            portal_url=config.portal.public_url,
        ),
        ids=chosen_ids,
        to_bytes=to_bytes,
        chats=chats,
    )
    rules = Rules(
        policy=policy,
        directory=directory,
        commands=config.commands,
        support=support,
        own=own_mail(config),
        vendor=vendor_of(config),
        keys=keys,
        reopen_days=config.case.reopen_days,
        freemail=frozenset(blocks("companies")["freemail"]).__contains__,
        staffed=staffed,
        trust=config.trust.rules,
        dns=DnsResolver(time.monotonic, config.trust.name_servers),
        limits=config.trust.limits,
        hold=config.trust.hold,
        chats=chats,
    )
    return Parts(config, directory, composer, letters, rules, chosen_ids, clock or SystemClock(), chats)


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
        due = Due(self.store, config.promises, parts.rules.staffed, parts.letters, outage)
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
        self._mail_came = asyncio.Event()
        self._reader = ReadingProcess(Recipe.of(parts.directory, parts.rules.vendor, parts.rules.own))
        self._reader_ready = asyncio.Event()
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.servers: list[MailServer] = []
        bookmarks = StoredBookmarks(self.store, parts.clock)
        self.mailboxes = [
            ImapMailbox(mailbox, self._keep, bookmarks, parts.clock.now)
            for mailbox in mailboxes_of(config, parts.clock)
        ]
        self._reading: list[asyncio.Task[None]] = []
        self._chat = self._chat_side(bookmarks) if config.channels.telegram.token.get_secret_value() else None
        if self._chat is not None:
            self._channels[chat_address.TELEGRAM] = self._chat.channel
        self.portal: http.HttpServer | None = None

    def _chat_side(self, bookmarks: StoredBookmarks) -> ChatSide:
        parts = self._parts
        shared = ChatParts(
            parts.config, parts.rules, parts.letters, parts.composer, parts.chats, parts.clock, parts.ids
        )
        return ChatSide(shared, self.store, self._reader, bookmarks, self._channel)

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
        await self._listen()
        self._tasks = [
            asyncio.create_task(self._loop.run(), name="responders"),
            asyncio.create_task(self._take_in(), name="intake"),
        ]
        if self._chat is not None:
            await self._chat.load()
            self._chat.start(self._reader_ready, self._took_in)
        self._reading = [
            asyncio.create_task(mailbox.run(), name=f"imap {mailbox.name}") for mailbox in self.mailboxes
        ]

    async def stop(self) -> None:
        """Stop accepting, finish what is in hand, within ten seconds (F42)."""
        if self._chat is not None:
            await self._chat.stop()
        for reading in self._reading:
            reading.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        await asyncio.gather(*(each.stop(STOP_SECONDS / 2) for each in self.servers))
        self._stopping.set()
        self._mail_came.set()
        self._loop.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS / 4)
        await self._delivery.finish(STOP_SECONDS / 4)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._reader.stop()
        if self.portal is not None:
            await self.portal.stop()
        for channel in self._channels.values():
            if isinstance(channel, SmtpRelay | CrmWebhook | TelegramChannel):
                await channel.close()
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

    async def _listen(self) -> None:
        channels = self._config.channels
        limits = Limits(
            max_size=channels.smtp.max_size,
            connections=channels.smtp.connections,
            connections_per_peer=channels.smtp.connections_per_peer,
            recipients=channels.smtp.recipients,
        )
        support = channels.mail.address
        for name, endpoint in (("smtp", channels.smtp.listen), ("lmtp", channels.lmtp.listen)):
            if endpoint is None:
                continue
            server = MailServer(
                "lmtp" if name == "lmtp" else "smtp",
                *endpoint,
                keep=self._keep,
                accepts=lambda address: reply_address.is_ours(address, support),
                limits=limits,
                hostname=socket.gethostname(),
            )
            try:
                await server.start()
            except OSError as error:
                key = f"GATEWAY__CHANNELS__{name.upper()}__LISTEN"
                raise GatewayError(
                    f"cannot listen for {name} on {endpoint[0]}:{endpoint[1]}: {error.strerror or error}; "
                    f"stop what is there, or set channels.{name}.listen ({key})"
                ) from None
            self.servers.append(server)
            log.info("listening", channel=name, host=endpoint[0], port=server.port)
        if self._config.portal.listen is not None:
            probes = {
                "database": self._probe_counts,
                "inbox": self._probe_inbox,
                "outbox": self._probe_outbox,
                "channels": self._probe_channels,
            }
            if self.mailboxes:
                probes["mailboxes"] = self._probe_mailboxes
            if self._chat is not None:
                probes["telegram"] = self._probe_telegram
            app = Starlette(routes=[*health_routes(probes, self.metrics.registry), *self._answer_routes()])
            try:
                self.portal = await http.serve(app, *self._config.portal.listen)
            except OSError as error:
                host, port = self._config.portal.listen
                raise GatewayError(
                    f"cannot serve HTTP on {host}:{port}: {error.strerror or error}; stop what is there, or set "
                    "portal.listen (GATEWAY__PORTAL__LISTEN)"
                ) from None
            log.info("listening", channel="portal", host=self._config.portal.listen[0], port=self.portal.port)

    def _answer_routes(self) -> list[Route]:
        """Where a colleague answers with a link what we asked them by mail."""
        rules, config = self._parts.rules, self._config
        questions = LinkedAnswers(
            self.store, rules.directory, rules.keys, rules.support, self._keep, self._parts.clock
        )
        return answer_routes(questions, pages_of(config).answer, LANGUAGES[0])

    # The inward road.

    async def _keep(self, envelope: Envelope, raw: bytes) -> None:
        """Durable when it returns; the second delivery of a message is kept as such and changes nothing."""
        at = self._parts.clock.now()
        inbox_id = self._parts.ids.inbox_id(at)
        mark = digest.of_message(raw)
        fresh = await self.store.run(lambda work: work.keep(inbox_id, at, envelope, raw, mark))
        if fresh:
            self.metrics.mails_kept.inc()
            self._mail_came.set()
        else:
            log.info("message_known", source=envelope.source, digest=mark[:12])

    async def _take_in(self) -> None:
        """Load the parsers beside the open ports, in a process of their own, then take in whatever waits."""
        parts = self._parts
        readings = _scanned(self._reader, self._config.scanner.url)
        intake = Intake(self.store, readings, parts.rules, parts.letters, parts.clock, parts.ids)
        await self._until_it_works(intake.learn)
        await self._until_it_works(self._reader.start)
        self._reader_ready.set()
        log.info("parsers_loaded")
        while not self._stopping.is_set():
            self._mail_came.clear()
            try:
                outcomes = await intake.turn()
            except NotNow as error:
                log.warning("intake_postponed", reason=str(error))
                await asyncio.sleep(INTAKE_RETRY_SECONDS)
                continue
            self._took_in(outcomes)
            if any(outcome.name == POSTPONED for outcome in outcomes):
                await asyncio.sleep(INTAKE_RETRY_SECONDS)
            elif not outcomes and not self._stopping.is_set():
                await self._mail_came.wait()

    def _took_in(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            self.metrics.intake_outcomes.labels(outcome.name).inc()
        if any(outcome.name != FILED for outcome in outcomes):
            self._loop.wake()

    async def _until_it_works(self, begin: Callable[[], Awaitable[None]]) -> None:
        """Again and again, unless we are told to stop: without a reader mail is kept all the same."""
        while not self._stopping.is_set():
            try:
                await begin()
            except NotNow as error:
                log.warning("intake_postponed", reason=str(error))
            else:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), INTAKE_RETRY_SECONDS)

    # What is seen from outside.

    def _observe(self, kind: str, notice: str) -> None:
        if kind == "sent":
            self.metrics.notices_sent.labels(notice).inc()
        elif kind == "in_doubt":
            self.metrics.in_doubt.inc()
        else:
            self.metrics.delivery_failures.labels(kind).inc()

    async def _probe_counts(self) -> Mapping[str, object]:
        counts = await self.store.run(lambda work: work.counts())
        self.metrics.open_cases.set(counts["open_cases"])
        self.metrics.inbox_waiting.set(counts["inbox_waiting"])
        self.metrics.outbox_waiting.set(counts["outbox_waiting"])
        return {"open_cases": counts["open_cases"]}

    async def _probe_inbox(self) -> Mapping[str, object]:
        counts = await self.store.run(lambda work: work.counts())
        loaded = self._reader_ready.is_set()
        return {
            "ok": loaded and not self._tasks[1].done(),
            "parsers": "loaded" if loaded else "loading",
            "waiting": counts["inbox_waiting"],
            "set_aside": counts["set_aside"],
        }

    async def _probe_outbox(self) -> Mapping[str, object]:
        counts = await self.store.run(lambda work: work.counts())
        return {
            "ok": not self._tasks[0].done(),
            "waiting": counts["outbox_waiting"],
            "failed": counts["outbox_failed"],
        }

    async def _probe_channels(self) -> Mapping[str, object]:
        return {
            "listening": [f"{each.name}:{each.port}" for each in self.servers],
            "connections": sum(each.connections for each in self.servers),
            "out": "maildir" if isinstance(self._channel, MaildirOutgoing) else "relay",
        }

    async def _probe_telegram(self) -> Mapping[str, object]:
        return self._chat.health() if self._chat is not None else {}

    async def _probe_mailboxes(self) -> Mapping[str, object]:
        health = {mailbox.name: mailbox.health() for mailbox in self.mailboxes}
        ended = [task for task in self._reading if task.done()]
        return {"ok": not ended and all(each["ok"] for each in health.values()), **health}


def _scanned(reader: ReadingProcess, url: str) -> Readings:
    """The reader, with a look at every file where there is a scanner (T24)."""
    return ScannedReadings(reader, Clamd(url)) if url else reader


def _outgoing(config: Config) -> Channel:
    """The way out that relay_url names."""
    url = config.relay_url
    if url.startswith("maildir:"):
        return MaildirOutgoing(config.path(Path(url.removeprefix("maildir:"))))
    return SmtpRelay(url, socket.gethostname(), connections=config.delivery.relay_connections)
