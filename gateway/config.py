"""config.toml and the environment, as frozen types; every mistake is collected before anybody complains.

Sections are read by pydantic; the promises (targets, notices, plans, calendars) are then joined into a
`cases.policy.Policy` by `policy_build`. Nothing is half-loaded: either a `Config` comes out, or a `ConfigError`.
"""

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from gateway import mistakes
from gateway.cases.business_time import Calendar
from gateway.cases.policy import Policy
from gateway.chat_rows import ChatChannelRow, check_together
from gateway.errors import ConfigError, Mistake
from gateway.mailbox_rows import ImapSection
from gateway.policy_build import build_calendars, build_policy
from gateway.policy_rows import (
    CalendarRow,
    CalendarSection,
    EscalationSection,
    KindRow,
    LevelRow,
    NoticeRow,
    PlanRow,
    PolicySection,
    ServiceRow,
    TargetRow,
)
from gateway.setting_kinds import Secret, Section
from gateway.trust_rows import TrustSection

DEFAULT_CONFIG = Path(__file__).parent.parent / "config.toml"
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*/=?^_`{|}~-]{1,32}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def _endpoint(value: object) -> object:
    """`host:port` as a pair; the empty string switches the listener off."""
    if not isinstance(value, str):
        return value
    if not value:
        return None
    host, colon, port = value.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise ValueError('write it as "host:port", e.g. "127.0.0.1:2525"')
    return host.strip("[]"), int(port)


Endpoint = Annotated[tuple[str, int] | None, BeforeValidator(_endpoint)]


class Vendor(Section):
    """Who we are."""

    names: tuple[str, ...] = Field(min_length=1)
    domains: tuple[str, ...] = ()
    hotline: str = ""
    catalogue: Path | None = None
    display: Mapping[str, str] = {}


class Database(Section):
    """Where state lives; an empty url means SQLite in data_dir."""

    url: Secret = SecretStr("")


class MailIdentity(Section):
    """The support address."""

    address: str

    def model_post_init(self, context: Any, /) -> None:
        if not ADDRESS.fullmatch(self.address):
            raise ValueError(
                f"{self.address!r} is no mail address, or its local part is too long for a token"
            )

    @property
    def domain(self) -> str:
        """The domain under which our message ids are made."""
        return self.address.rpartition("@")[2].lower()


class SmtpListener(Section):
    """Mail in by SMTP, and its limits (LMTP shares them)."""

    listen: Endpoint = ("127.0.0.1", 2525)
    max_size: int = Field(default=36_700_160, ge=10_000)
    connections: int = Field(default=500, ge=1)
    connections_per_peer: int = Field(default=50, ge=1)
    recipients: int = Field(default=100, ge=1)


class LmtpListener(Section):
    """Mail in by LMTP, behind a mail server."""

    listen: Endpoint = None


class Relay(Section):
    """Mail out: smtp://…, maildir:PATH; empty means the Maildir `outgoing` in data_dir."""

    url: Secret = SecretStr("")


class Talk(Section):
    """How we wait for people in any chat: `quiet` and `longest` bound the pause after which a burst is read."""

    quiet_seconds: float = Field(default=8, ge=0, le=60)
    longest_seconds: float = Field(default=30, ge=0, le=300)
    choice_minutes: float = Field(default=10, gt=0, le=120)


class Telegram(Section):
    """A chat bot; without a token there is none."""

    token: Secret = SecretStr("")
    base_url: str = Field(default="", pattern=r"^(https?://[^\s@]+)?$")
    webhook_url: str = Field(default="", pattern=r"^(https?://[^\s@#]+)?$")

    @property
    def is_on(self) -> bool:
        """Whether there is a bot."""
        return bool(self.token.get_secret_value())


class Crm(Section):
    """The CRM's webhook; without a url there is no CRM, and no promise about it."""

    url: str = ""
    secret: Secret = SecretStr("")


class Channels(Section):
    """The ways in and out."""

    mail: MailIdentity
    smtp: SmtpListener = SmtpListener()
    lmtp: LmtpListener = LmtpListener()
    relay: Relay = Relay()
    imap: ImapSection = ImapSection()
    chat: Talk = Talk()
    telegram: Telegram = Telegram()
    crm: Crm = Crm()


class Portal(Section):
    """HTTP."""

    listen: Endpoint = ("127.0.0.1", 8080)
    public_url: str = ""


class Log(Section):
    """How the log looks."""

    format: Literal["console", "json"] = "console"
    level: Literal["debug", "info", "warning", "error"] = "info"


class DirectoryFile(Section):
    """Whom we know."""

    file: str = "builtin:seed"


class Templates(Section):
    """Where the texts are."""

    path: Path = Path("templates")


class Reply(Section):
    """The signed reply addresses."""

    valid_days: int = Field(default=365, ge=1)
    keys: tuple[Secret, ...] = ()


class Delivery(Section):
    """How hard we try to send."""

    back_off_minutes: tuple[int, ...] = Field(default=(1, 2, 5, 10, 20, 30), min_length=1)
    lifetime_hours: int = Field(default=120, ge=1)
    urgent_lifetime_hours: int = Field(default=4, ge=1)
    in_doubt_minutes: int = Field(default=10, ge=0)
    relay_connections: int = Field(default=4, ge=1)


class ScannerSection(Section):
    """A virus scanner; without a url files are not scanned."""

    url: str = Field(default="", pattern=r"^(|tcp://[^/:]+(:\d{1,5})?|unix:/.+)$")


class CaseSection(Section):
    """What a case looks like."""

    number_prefix: str = Field(default="C", pattern=r"^[A-Z]{1,6}-?$")
    reopen_days: int = Field(default=14, ge=0)


class RolesSection(Section):
    """Who stands in for whom."""

    fallback: Mapping[str, str] = {}


class Config(BaseSettings):
    """Everything the owner decides. `policy` is the promises, ready for the core."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="GATEWAY__",
        env_nested_delimiter="__",
        populate_by_name=True,
    )

    data_dir: Path = Path("var")
    vendor: Vendor
    database: Database = Database()
    channels: Channels
    portal: Portal = Portal()
    log: Log = Log()
    directory: DirectoryFile = DirectoryFile()
    templates: Templates = Templates()
    reply: Reply = Reply()
    delivery: Delivery = Delivery()
    scanner: ScannerSection = ScannerSection()
    case: CaseSection = CaseSection()
    trust: TrustSection = TrustSection()
    calendars: CalendarSection = CalendarSection()
    chat_channels: tuple[ChatChannelRow, ...] = ()
    calendar: tuple[CalendarRow, ...] = ()
    level: tuple[LevelRow, ...] = ()
    service: tuple[ServiceRow, ...] = ()
    kind: tuple[KindRow, ...] = ()
    plan: tuple[PlanRow, ...] = ()
    target: tuple[TargetRow, ...] = ()
    notice: tuple[NoticeRow, ...] = ()
    policy: PolicySection = PolicySection()
    escalation: EscalationSection = EscalationSection()
    commands: Mapping[str, tuple[str, ...]] = {}
    roles: RolesSection = RolesSection()
    reply_means: Mapping[
        str,
        Mapping[str, Literal["customer_text", "update_line", "decision", "interim_text", "facts", "wording"]],
    ] = {}

    @field_validator("chat_channels")
    @classmethod
    def _chat_channels_differ(cls, rows: tuple[ChatChannelRow, ...]) -> tuple[ChatChannelRow, ...]:
        check_together(rows)
        return rows

    _base: Path = PrivateAttr(default=Path())
    _rows: Policy | None = PrivateAttr(default=None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file; nothing else is read."""
        return env_settings, init_settings

    @property
    def features(self) -> frozenset[str]:
        """What rows may say they need."""
        return frozenset({"crm"} if self.channels.crm.url else ())

    def joined(self, base: Path, policy: Policy) -> "Config":
        """The same settings, with the folder they count from and the rows joined; `load` is its only caller."""
        self._base, self._rows = base, policy
        return self

    @property
    def promises(self) -> Policy:
        """Targets, notices, plans and levels, joined."""
        assert self._rows is not None, "a Config comes from load()"  # noqa: S101 - load() is the only maker
        return self._rows

    @property
    def calendars_by_name(self) -> Mapping[str, Calendar]:
        """Every calendar of the file, built; staff's duty hours name them."""
        return build_calendars(self, "config.toml", self._base)[0]

    def path(self, path: Path) -> Path:
        """A path of the file's, relative to the file."""
        return self._base / path

    @property
    def data(self) -> Path:
        """Where our own files lie."""
        return self.path(self.data_dir)

    @property
    def database_url(self) -> str:
        """The SQLAlchemy url."""
        return self.database.url.get_secret_value() or f"sqlite:///{self.data / 'gateway.db'}"

    @property
    def relay_url(self) -> str:
        """Where mail goes."""
        return self.channels.relay.url.get_secret_value() or f"maildir:{self.data / 'outgoing'}"

    @property
    def is_durable_relay(self) -> bool:
        """Whether mail leaves the house at all."""
        return not self.relay_url.startswith("maildir:")

    def secrets(self) -> tuple[str, ...]:
        """Every secret string, for the log's redaction: whole urls, and the passwords within them."""
        urls = (self.channels.relay.url, self.database.url)
        others = (self.channels.telegram.token, self.channels.crm.secret, *self.reply.keys)
        passwords = [urlsplit(url.get_secret_value()).password or "" for url in urls]
        chats = [secret for row in self.chat_channels for secret in row.secrets.values()]
        given = [secret.get_secret_value() for secret in (*urls, *others, *chats)]
        found = [*given, *passwords, *self.channels.imap.all_secrets]
        return tuple(text for text in found if text)


def load(path: Path, environment: Mapping[str, str] | None = None) -> Config:
    """Read config.toml and the environment. Raises ConfigError with every mistake at once."""
    try:
        text = path.read_bytes()
        table = tomllib.loads(text.decode())
    except OSError as error:
        advice = "name another with --config, or start in the folder that holds it"
        raise ConfigError([Mistake(str(path), "", f"cannot be read: {error.strerror}", advice)]) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError([Mistake(str(path), "", f"is no valid TOML: {error}")]) from None
    try:
        config = Config(**table)
    except ValidationError as error:
        raise ConfigError([_mistake(path, table, each) for each in error.errors()]) from None
    except SettingsError as error:
        raise ConfigError([_environment_mistake(error, environment or os.environ)]) from None
    version = hashlib.sha256(json.dumps(table, sort_keys=True, default=str).encode()).hexdigest()[:12]
    policy, wrong = build_policy(config, str(path), path.parent, version)
    if wrong or policy is None:
        raise ConfigError(wrong)
    return config.joined(path.parent.resolve(), policy)


def _mistake(path: Path, table: Mapping[str, Any], error: Mapping[str, Any]) -> Mistake:
    """An error in the file, or in the variable that overrides it."""
    variable = "GATEWAY__" + "__".join(str(step).upper() for step in error["loc"])
    file = f"environment variable {variable}" if variable in os.environ else str(path)
    return mistakes.of_validation(file, table, error)


def _environment_mistake(error: Exception, environment: Mapping[str, str]) -> Mistake:
    name = re.search(r'field "(\w+)"', str(error))
    variables = [key for key in environment if key.startswith("GATEWAY__")]
    key = next((each for each in variables if name and name[1].upper() in each.upper()), ", ".join(variables))
    return Mistake("environment", key, "cannot be understood", 'lists are written as JSON, e.g. ["a", "b"]')
