"""Whom we know: customers with their contacts and contracts, and our own staff.

Frozen values and one `Directory` that answers questions about them. Where it is read from (a TOML file,
a CSV, a CRM) is not this room's business.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer's person. The first of `emails` is where we write; `language` is a BCP 47 tag or None."""

    name: str
    customer_id: str
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    language: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """What a customer bought: a plan, services by name, in force from `starts` to `ends` inclusive.

    Inspections (P-07) are held on `inspection_first` and every so many months from then on; both are given or neither.
    """

    number: str
    plan: str
    services: frozenset[str] = frozenset()
    starts: date | None = None
    ends: date | None = None
    serial_numbers: tuple[str, ...] = ()
    inspection_every_months: int | None = None
    inspection_first: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the contract is in force on that day."""
        return (self.starts is None or self.starts <= day) and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Customer:
    """An organisation. `names` are the forms in which people write it, `domains` its own mail domains."""

    id: str
    name: str
    names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    region: str | None = None
    contacts: tuple[Contact, ...] = ()
    contracts: tuple[Contract, ...] = ()

    def contract_on(self, day: date) -> Contract | None:
        """The contract in force on that day; the one that ends last where several are."""
        holding = [contract for contract in self.contracts if contract.holds_on(day)]
        return max(holding, key=lambda contract: contract.ends or date.max, default=None)


@dataclass(frozen=True, slots=True)
class Staff:
    """A person of ours.

    `roles` are ids of SERVICE.md; a level manager's rung is written into the role, as `level_manager:2`.
    `regions` empty means everywhere. `duty` names a calendar of config.toml, `away` holds closed ranges
    of days. `languages` are those the person reads and writes; the first is the one we write in.
    """

    id: str
    name: str
    email: str
    roles: frozenset[str]
    aliases: tuple[str, ...] = ()
    phone: str | None = None
    regions: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ("zh-Hans",)
    duty: str = "5x8"
    away: tuple[tuple[date, date], ...] = ()
    deputy: str | None = None

    def is_away(self, day: date) -> bool:
        """On leave on that local day."""
        return any(first <= day <= last for first, last in self.away)

    def serves(self, region: str | None) -> bool:
        """Whether the region is theirs; nobody is excluded from a case without one."""
        return not self.regions or region is None or region in self.regions


class Directory:
    """Customers and staff, with the look-ups the gateway needs. Built once, never changed, shared freely."""

    def __init__(self, customers: Iterable[Customer] = (), staff: Iterable[Staff] = ()) -> None:
        self.customers: Mapping[str, Customer] = {customer.id: customer for customer in customers}
        self.staff: Mapping[str, Staff] = {person.id: person for person in staff}
        self._contacts: dict[str, Contact] = {}
        self._phones: dict[str, Contact] = {}
        self._domains: dict[str, Customer] = {}
        self._names: dict[str, Customer] = {}
        self._serials: dict[str, Customer] = {}
        for customer in self.customers.values():
            for contact in customer.contacts:
                self._contacts.update((email.lower(), contact) for email in contact.emails)
                self._phones.update((digits_of(phone), contact) for phone in contact.phones)
            self._names.update((name, customer) for name in (customer.name, *customer.names))
            self._domains.update((domain.lower(), customer) for domain in customer.domains)
            for contract in customer.contracts:
                self._serials[contract.number.upper()] = customer
                self._serials.update((serial.upper(), customer) for serial in contract.serial_numbers)
        self._staff_by_email = {
            email.lower(): person
            for person in self.staff.values()
            for email in (person.email, *person.aliases)
        }

    def also_called(self, names: Mapping[str, str]) -> "Directory":
        """The directory in which customers go by these names, too: name -> customer id.

        A name that somebody has stays theirs, and one of a customer who is gone says nothing.
        """
        added: dict[str, list[str]] = {}
        for name, customer_id in names.items():
            if name not in self._names and customer_id in self.customers:
                added.setdefault(customer_id, []).append(name)
        if not added:
            return self
        customers = (
            replace(each, names=(*each.names, *added[each.id])) if each.id in added else each
            for each in self.customers.values()
        )
        return Directory(customers, self.staff.values())

    def contact_at(self, email: str) -> Contact | None:
        """The contact who writes from this address."""
        return self._contacts.get(email.lower())

    def contact_by_phone(self, phone: str) -> Contact | None:
        """The contact with this number, however it is punctuated."""
        return self._phones.get(digits_of(phone))

    def customer_by_domain(self, domain: str) -> Customer | None:
        """The customer who owns this mail domain or a parent of it."""
        labels = domain.lower().split(".")
        for first in range(len(labels) - 1):
            if found := self._domains.get(".".join(labels[first:])):
                return found
        return None

    def customer_named(self, name: str) -> Customer | None:
        """The customer who goes by exactly this name."""
        return self._names.get(name)

    def customer_by_number(self, number: str) -> Customer | None:
        """The customer who holds this contract or serial number."""
        return self._serials.get(number.upper())

    def customer_of(self, contact: Contact) -> Customer | None:
        """The organisation a contact belongs to."""
        return self.customers.get(contact.customer_id)

    def another_way(self, customer_id: str, without: Sequence[str]) -> tuple[Contact, str] | None:
        """Somebody at the customer's to write to, and where; `without`: addresses in lower case that are of no use.

        Another address of the person who owns the last of them comes first.
        """
        customer = self.customers.get(customer_id)
        lost = self.contact_at(without[-1]) if without else None
        people = customer.contacts if customer is not None else ()
        return next(
            (
                (person, email)
                for person in sorted(people, key=lambda person: person is not lost)
                for email in person.emails
                if email.lower() not in without
            ),
            None,
        )

    def staff_at(self, email: str) -> Staff | None:
        """Our person who writes from this address or an alias of it."""
        return self._staff_by_email.get(email.lower())

    def staff_with(self, role: str) -> tuple[Staff, ...]:
        """Everybody who answers for a role, on duty or not, in the directory's order."""
        return tuple(person for person in self.staff.values() if role in person.roles)


COUNTRY_CODES = ("86", "852", "853", "886")
SHORTEST_NUMBER = 8


def digits_of(phone: str) -> str:
    """A number's digits without country code and trunk zero, at most eleven: enough to know it again."""
    digits = "".join(character for character in phone if character.isdigit()).lstrip("0")
    for code in COUNTRY_CODES:
        if digits.startswith(code) and len(digits) >= len(code) + SHORTEST_NUMBER:
            digits = digits.removeprefix(code).lstrip("0")
            break
    return digits[-11:]
