"""The parts of a gateway that need no event loop: policy, directory, templates, keys, rules, letters.

`app` runs them; `check`, `simulate`, the demonstration and tests build on them alone.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources.abc import Traversable
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway import calendars, catalogue_file, chat_address, directory_file, reply_address
from gateway.cases.directory import Directory
from gateway.cases.roster import Roster
from gateway.channels import mail
from gateway.chat_parts import chat_bytes
from gateway.chats import Chats
from gateway.clock import RandomIds, SystemClock
from gateway.config import Config
from gateway.intake import Rules
from gateway.keys import reply_keys
from gateway.messages import Outbound
from gateway.parsers.entities.wordlist import blocks
from gateway.parsers.report import Vendor
from gateway.parsers.screening import OwnMail
from gateway.portal.pages import Pages
from gateway.ports import Clock, Ids
from gateway.responders.composer import LANGUAGES, Composer, VendorWords
from gateway.responders.letters import NoticeLetters, Sender
from gateway.responders.relay import Relay
from gateway.responders.sandbox import StrictEnvironment
from gateway.trust.dns import DnsResolver


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
    roster = Roster(directory, config.calendars_by_name)

    def to_bytes(outbound: Outbound, at: datetime) -> tuple[str, bytes]:
        if chat_address.is_chat(outbound.to.address):
            return "", chat_bytes(outbound, composer, support, at)
        return (
            mail.envelope_from(outbound),
            mail.compose(outbound, date=at.astimezone(zone), domain=config.channels.mail.domain),
        )

    letters = NoticeLetters(
        composer=composer,
        relay=Relay(directory, roster, config.roles.fallback),
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
        roster=roster,
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
