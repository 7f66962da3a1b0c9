"""`gateway serve --chat-sandbox`: the whole gateway with our own Bot API server in Telegram's place, to be tried.

On a database of its own, thrown away at the end: the sandbox counts its messages anew at each start, as no real chat
does.
"""

import tempfile
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console

from gateway.app import Gateway
from gateway.chat_ports import Link
from gateway.chat_sandbox import BotApi, Person, running
from gateway.chat_sandbox.cast import CUSTOMER, ENGINEER, MANAGER, enter
from gateway.clock import SystemClock
from gateway.config import Config
from gateway.errors import GatewayError
from gateway.parts import build_parts

HOST, PORT = "127.0.0.1", 8081


async def run(config: Config, out: Console) -> None:
    """Until SIGTERM or SIGINT. Raises GatewayError when a port is taken."""
    api = BotApi(SystemClock().now)
    bot, people = enter(api)
    with tempfile.TemporaryDirectory(prefix="gateway-chat-") as folder:
        try:
            async with running(api, HOST, PORT) as sandbox:
                gateway = Gateway(build_parts(_against(config, bot.token, sandbox.url, Path(folder))))

                for name in (CUSTOMER, ENGINEER, MANAGER):
                    people[name].start(bot)  # a bot may write only to whom has begun

                async def then() -> None:
                    await gateway.link_chats(_links(bot.id, people, gateway))
                    out.print(
                        f"[bold]The chat sandbox: {sandbox.url}[/]\n"
                        f"  {CUSTOMER} is a contact of the directory, {ENGINEER} an engineer, {MANAGER} a manager; "
                        "the others are strangers.\n"
                        f"  The database is {folder} and is thrown away at the end.",
                        highlight=False,
                    )

                await gateway.run(then=then)
        except OSError as error:
            raise GatewayError(f"cannot listen on {HOST}:{PORT}: {error.strerror or error}") from None


def _against(config: Config, token: str, base_url: str, data: Path) -> Config:
    telegram = config.channels.telegram.model_copy(update={"token": SecretStr(token), "base_url": base_url})
    channels = config.channels.model_copy(update={"telegram": telegram})
    database = config.database.model_copy(update={"url": SecretStr("")})
    changed = config.model_copy(update={"channels": channels, "database": database, "data_dir": data})
    return changed.joined(config.path(Path()), config.promises)


def _links(bot: int, people: dict[str, Person], gateway: Gateway) -> list[Link]:
    """Those of the cast whom the directory knows by name, as if they had used their codes."""
    directory = gateway.directory
    contacts = {
        contact.name: contact.emails[0].lower()
        for customer in directory.customers.values()
        for contact in customer.contacts
        if contact.emails
    }
    staff = {person.name: person.id for person in directory.staff.values()}
    links: list[Link] = []
    for name in (CUSTOMER, ENGINEER, MANAGER):
        chat = f"telegram:{bot}/{people[name].user.id}"
        if name in contacts:
            links.append(Link(chat, "contact", contacts[name]))
        elif name in staff:
            links.append(Link(chat, "staff", staff[name]))
    return links
