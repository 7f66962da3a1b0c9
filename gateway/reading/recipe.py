"""What a child builds its parsers from.

Plain values that survive a pipe; `Directory` with its look-up tables and `OwnMail` with its callable are built anew on
the other side.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway import chat_address, colleague_report, reply_address
from gateway.cases.directory import Customer, Directory, Staff
from gateway.colleague_report import Filed
from gateway.messages import Envelope
from gateway.parsers import mime
from gateway.parsers.report import Reader, Report, Vendor
from gateway.parsers.screening import OwnMail

Read = Callable[[bytes, Envelope], tuple[Report, Filed | None]]
"""A whole mail and how it came, to what it means and what it files where a colleague wrote it (P-23)."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Who we know, who we are, and how we know our own mail.

    `support` is the address whose signed tokens mark a Message-ID as ours; the `own_…` fields are those of
    `screening.OwnMail`.
    """

    customers: tuple[Customer, ...]
    staff: tuple[Staff, ...]
    vendor: Vendor
    support: str
    own_domains: frozenset[str] = frozenset()
    own_addresses: frozenset[str] = frozenset()
    own_marker: str = ""
    own_lists: frozenset[str] = frozenset()

    @classmethod
    def of(cls, directory: Directory, vendor: Vendor, own: OwnMail) -> "Recipe":
        """The recipe of parsers that read as `Reader(directory, vendor, own)` does.

        Message-IDs of ours are known by the tokens of `vendor.address`, whatever callable `own` holds.
        """
        return cls(
            customers=tuple(directory.customers.values()),
            staff=tuple(directory.staff.values()),
            vendor=vendor,
            support=vendor.address.lower(),
            own_domains=own.domains,
            own_addresses=own.addresses,
            own_marker=own.marker,
            own_lists=own.lists,
        )


def reader_of(recipe: Recipe) -> Read:
    """The parsers, loaded: a second or two of work."""
    directory = Directory(recipe.customers, recipe.staff)
    return reading_with(Reader(directory, recipe.vendor, _own_mail(recipe)), directory, recipe.vendor)


def reading_with(reader: Reader, directory: Directory, vendor: Vendor) -> Read:
    """How a message is read with these parsers: of a chat its words alone, in UTF-8.

    A colleague's mail is read as a report filed for a customer, too.
    """

    def read(raw: bytes, envelope: Envelope) -> tuple[Report, Filed | None]:
        if chat_address.is_from_chat(envelope.source):
            return reader.read_chat(raw.decode("utf-8", "replace")), None
        inbound = mime.read(raw)
        report = reader.read(inbound, envelope, raw)
        if inbound.sender is None or directory.staff_at(inbound.sender.address) is None:
            return report, None
        return report, colleague_report.read(report, inbound, reader, vendor=vendor, directory=directory)

    return read


def _own_mail(recipe: Recipe) -> OwnMail:
    def is_ours(message_id: str) -> bool:
        return bool(reply_address.tokens_in((), (message_id,), recipe.support))

    return OwnMail(
        domains=recipe.own_domains,
        addresses=recipe.own_addresses,
        is_our_message_id=is_ours,
        marker=recipe.own_marker,
        lists=recipe.own_lists,
    )
