"""Which chat channels there are: Telegram where it has a token, and each `[[chat_channels]]` by its kind.

The webhook comes along; other kinds come from installed packages, by an entry point of the kind's name.
"""

from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar, cast

from gateway.channels import webhook
from gateway.channels.telegram_chat import TelegramChat, TelegramSettings
from gateway.chat_channel import GROUP, ChannelSettings, ChatChannel, ChatHouse, OpenChannel
from gateway.chat_house import StoredChats
from gateway.chat_rows import ChatChannelRow
from gateway.chats import Chats
from gateway.clock import RandomIds, SystemClock
from gateway.config import Config
from gateway.errors import ConfigError, Mistake, StorageUnavailable
from gateway.ports import Work

Opener = Callable[[ChatHouse], ChatChannel]
Result = TypeVar("Result")
CALLED_AT = "services are answered at /chat/NAME of it"
OURS: dict[str, OpenChannel] = {webhook.KIND: webhook.open_channel}


def openers_of(config: Config, chats: Chats) -> Sequence[Opener]:
    """What makes each channel once there is a house for it. Raises ConfigError for a kind that nobody brings along."""
    mistakes: list[Mistake] = []
    openers: list[Opener] = [_telegram(config, chats)] if config.channels.telegram.is_on else []
    for row in config.chat_channels:
        try:
            openers.append(_opener(row, kind_named(row.kind)))
        except (LookupError, ImportError, AttributeError) as error:
            mistakes.append(_mistake(row, str(error)))
    if mistakes:
        raise ConfigError(mistakes)
    return openers


def mistakes_of(config: Config) -> Sequence[Mistake]:
    """What is wrong with them, found by opening each for a house that keeps nothing; none connects before it runs."""
    if config.portal.listen is None and (config.chat_channels or config.channels.telegram.webhook_url):
        return [
            Mistake("config.toml", "portal.listen", "chat services call us, and nothing listens", CALLED_AT)
        ]
    ids = RandomIds(config.case.number_prefix, config.calendars.zone)
    house = StoredChats(_NoStore(), SystemClock(), ids)
    found: list[Mistake] = []
    try:
        for opener in openers_of(config, Chats()):
            opener(house)
    except ConfigError as error:
        found += error.mistakes
    return found


class _NoStore:
    async def run(self, work: Callable[[Work], Result]) -> Result:
        raise StorageUnavailable("nothing is running")


def kind_named(kind: str) -> OpenChannel:
    """What opens channels of this kind. Raises LookupError, and whatever importing a broken package does."""
    if kind in OURS:
        return OURS[kind]
    found = [point for point in entry_points(group=GROUP) if point.name == kind]
    if not found:
        known = sorted({*OURS, *(point.name for point in entry_points(group=GROUP))})
        raise LookupError(
            f"no installed package brings the kind {kind!r} along; there are {', '.join(known)}"
        )
    if len({point.value for point in found}) > 1:
        raise LookupError(
            f"several packages bring the kind {kind!r} along: {', '.join(map(_package, found))}"
        )
    return cast("OpenChannel", found[0].load())


def _telegram(config: Config, chats: Chats) -> Opener:
    telegram = config.channels.telegram
    settings = TelegramSettings(telegram.token.get_secret_value(), telegram.base_url, telegram.webhook_url)

    def named(name: str) -> None:
        chats.bot_name = name

    return lambda house: TelegramChat(settings, house, named)


def _opener(row: ChatChannelRow, open_channel: OpenChannel) -> Opener:
    """With its mistakes told as those of config.toml."""
    settings = ChannelSettings(
        row.name, row.settings, {name: secret.get_secret_value() for name, secret in row.secrets.items()}
    )

    def opened(house: ChatHouse) -> ChatChannel:
        try:
            return open_channel(settings, house)
        except ValueError as error:
            raise ConfigError([_mistake(row, str(error))]) from None

    return opened


def _mistake(row: ChatChannelRow, problem: str) -> Mistake:
    return Mistake("config.toml", f"chat_channels {row.name}", problem, "see docs/chat-webhook.md")


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value
