"""`gateway chat link` and `unlink`: for the desk, once it knows whom it has on the telephone (RELIABILITY T31)."""

import secrets
from datetime import timedelta

from rich.console import Console
from sqlalchemy import Engine

from gateway.cases.directory import Directory
from gateway.chat.linking import CODE_LETTERS, digest_of
from gateway.chat_ports import Link
from gateway.clock import SystemClock
from gateway.errors import GatewayError
from gateway.storage.work import DatabaseWork

LIVES = timedelta(days=1)
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def link(engine: Engine, directory: Directory, address: str, out: Console) -> None:
    """Make a code for a contact or a colleague of the directory and print it. Raises GatewayError."""
    staff, contact = directory.staff_at(address), directory.contact_at(address)
    if staff is None and contact is None:
        raise GatewayError(
            f"{address} is nobody's in the directory: add them first, `gateway import directory`"
        )
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
    person = Link("", "staff", staff.id) if staff else Link("", "contact", address.lower())
    at = SystemClock().now()
    with engine.connect() as connection, connection.begin():
        given = DatabaseWork(connection).give_code(digest_of(code), person, at, at + LIVES)
    if not given:
        raise GatewayError(
            f"{address} was given several codes within the last hour: use one of those, or wait"
        )
    out.print(f"Within a day, once: they send the bot this line\n\n    /start {code}\n", highlight=False)


def unlink(engine: Engine, directory: Directory, address: str, out: Console) -> None:
    """End the link of whoever has this address: their chat is a stranger's again. Raises GatewayError.

    A contact who has left the directory meanwhile is unlinked all the same.
    """
    staff = directory.staff_at(address)
    person = ("staff", staff.id) if staff else ("contact", address.lower())
    with engine.connect() as connection, connection.begin():
        work = DatabaseWork(connection)
        theirs = [each for each in work.links() if (each.kind, each.person) == person]
        for each in theirs:
            work.unlink(each.chat)
    if not theirs:
        raise GatewayError(f"no chat is linked to {address}")
    out.print("Unlinked: the gateway knows it within half a minute", highlight=False)
