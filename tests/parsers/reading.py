"""Letters for the tests of understanding: a reader of the invented vendor Citadel / 卫城, and short ways to a mail."""

from functools import cache

from gateway.cases.directory import Contact, Contract, Customer, Directory
from gateway.messages import Address, Inbound
from gateway.parsers.report import Reader, Report, Vendor

VENDOR = Vendor(
    ("卫城", "Citadel", "磐盾", "PanShield"),
    ("citadel.example", "panshield.example"),
    "support@citadel.example",
    ("010-6000 1234", "400-000-5170", "400-668-9912", "400-880-5199"),
)
"""The messages of authors from outside are addressed to it by its other name, 磐盾 / PanShield."""

ORCHARD = Customer(
    "c1",
    "云岭果业有限公司",
    names=("云岭果业", "云岭"),
    domains=("yunling.example",),
    contacts=(
        Contact("施文静", "c1", emails=("shi@yunling.example",), phones=("+86 139 8711 0042",), place="昆明"),
    ),
    contracts=(Contract("HT-2026-017", "5x8", serial_numbers=("SN88420017",)),),
)


@cache
def stranger() -> Reader:
    """A reader that knows nobody."""
    return Reader(Directory(), VENDOR)


@cache
def by_rules_alone() -> Reader:
    """A reader that knows nobody and hears no model."""
    return Reader(Directory(), VENDOR, with_model=False)


@cache
def acquainted() -> Reader:
    """A reader whose directory holds one customer."""
    return Reader(Directory([ORCHARD]), VENDOR)


def mail(
    text: str,
    *,
    subject: str = "",
    name: str | None = None,
    address: str = "a@customer.example",
    reply: bool = False,
) -> Inbound:
    """A mail as `mime.read` would hand it over."""
    return Inbound(
        "<1@customer.example>",
        subject,
        None,
        Address(name, address),
        body=text.strip("\n"),
        in_reply_to="<0@citadel.example>" if reply else None,
    )


def read(
    text: str,
    *,
    subject: str = "",
    name: str | None = None,
    address: str = "a@customer.example",
    reply: bool = False,
) -> Report:
    """What the reader who knows nobody understands of a mail."""
    return stranger().read(mail(text, subject=subject, name=name, address=address, reply=reply))


def chat(text: str) -> Report:
    """What the reader who knows nobody understands of a chat message."""
    return stranger().read_chat(text)


def value(report: Report, field: str) -> str | None:
    """The value of company, contact, phone, email, product or place; None when it was not found."""
    found = getattr(report, field)
    return found.value if found else None
