"""The directory first: whom we know by sender, domain, telephone, contract or serial number, or name.

A known contact beats every guess; a name of the directory in the text beats a name made up of patterns.
Sources: UNDERSTANDING "The design it suggests", step 5.
"""

import re
from collections.abc import Iterator, Sequence

from gateway.cases.directory import Contact, Customer, Directory
from gateway.parsers.entities.candidates import Candidate, Field, spans_of
from gateway.parsers.entities.letter import Letter
from gateway.parsers.entities.lookup import Lookup
from gateway.parsers.entities.wordlist import blocks

_NUMBER = re.compile(r"(?<![\w@./-])(?=[\w-]*\d)[A-Za-z0-9][A-Za-z0-9_/-]{4,39}(?![\w@])")
_SHORTEST_NAME = 3
_SOURCE = "directory"


class Known:
    """The directory made ready for reading: building takes a few seconds for 100,000 customers, once."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._freemail = frozenset(blocks("companies")["freemail"])
        self._names: Lookup[Customer] = Lookup(
            (name, customer)
            for customer in directory.customers.values()
            for name in (customer.name, *customer.names)
            if len(name) >= _SHORTEST_NAME
        )

    def find(self, letter: Letter, found: Sequence[Candidate]) -> Iterator[Candidate]:
        """What the directory says of the sender and of the names and numbers in the letter."""
        if not self._directory.customers:
            return
        yield from self._sender(letter)
        for span in spans_of(found, Field.PHONE):
            if contact := self._directory.contact_by_phone(letter.plain[span[0] : span[1]]):
                yield from self._contact(contact, 0.9, "telephone")
        for match in _NUMBER.finditer(letter.plain):
            if customer := self._directory.customer_by_number(match[0]):
                yield _company(customer, "contract or serial number", 0.97)
        for span, customer in self._names.find(letter.lowered):
            yield Candidate(Field.COMPANY, customer.name, span, _SOURCE, "name", 0.9)

    def _sender(self, letter: Letter) -> Iterator[Candidate]:
        if letter.sender is None:
            return
        if contact := self._directory.contact_at(letter.sender.address):
            yield from self._contact(contact, 0.99, "sender")
            return
        if letter.sender.domain in self._freemail:
            return
        if customer := self._directory.customer_by_domain(letter.sender.domain):
            yield _company(customer, "domain", 0.95)

    def _contact(self, contact: Contact, score: float, rule: str) -> Iterator[Candidate]:
        yield Candidate(Field.CONTACT, contact.name, None, _SOURCE, rule, score)
        if customer := self._directory.customer_of(contact):
            yield _company(customer, rule, score)
        for phone in contact.phones[:1]:
            yield Candidate(Field.PHONE, phone, None, _SOURCE, rule, 0.7)
        if contact.place:
            yield Candidate(Field.PLACE, contact.place, None, _SOURCE, rule, 0.45)


def _company(customer: Customer, rule: str, score: float) -> Candidate:
    return Candidate(Field.COMPANY, customer.name, None, _SOURCE, rule, score)
