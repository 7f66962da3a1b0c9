"""Who is not the customer: the colleague who writes, everybody else of ours, and our company."""

import re
from dataclasses import dataclass, replace
from functools import cached_property

from gateway.cases.directory import Directory, digits_of
from gateway.messages import Address
from gateway.parsers.entities.emails import belongs
from gateway.parsers.entities.folding import fold, fold_word, lower
from gateway.parsers.form import Form
from gateway.parsers.report import Found, Vendor

_OFFICE = re.compile(r"[-_/|(（【\[·]")


@dataclass(frozen=True)
class House:
    """Our side of a colleague's mail. Without a vendor the writer's own mail domain is ours."""

    writer: Address
    vendor: Vendor | None
    directory: Directory

    def owns(self, address: str) -> bool:
        """Whether mail to this address reaches one of us."""
        domain = address.rpartition("@")[2].lower()
        return (
            belongs(domain, self._domains)
            or address.lower() == self.writer.address.lower()
            or self.directory.staff_at(address) is not None
        )

    def is_ours(self, field: str, value: str) -> bool:
        """Whether this value of a Report's field is the colleague's or our company's and not the customer's."""
        match field:
            case "company":
                return any(own in key_of(value) for own in self._company_keys)
            case "contact":
                return key_of(value) in {*map(key_of, self._writer_names), *self._company_keys}
            case "phone":
                return digits_of(value) in self._numbers
            case "email":
                return self.owns(value)
            case _:
                return False

    def is_one_of_us(self, found: Found) -> bool:
        """Whether a person found in the words of a mail is a colleague: customers greet and name us.

        A header and the directory are believed, for two people may have one name.
        """
        return found.source not in ("header", "directory") and not self.without_us(found.value).strip()

    def not_ours(self, told: Form) -> Form:
        """A form without the values that are ours."""
        values = {field: value for field, value in told.values.items() if not self.is_ours(field, value)}
        return replace(told, values=values)

    def without_us(self, text: str) -> str:
        """The text with the names of our people blanked: who is spoken to, or signs, is no customer's contact."""
        return _blanked(text, self._everybody)

    def without_writer(self, text: str) -> str:
        """The text with the writer's name alone blanked: a customer may be called like a colleague."""
        return _blanked(text, self._writer)

    @cached_property
    def _everybody(self) -> re.Pattern[str] | None:
        return _any_of((*self._writer_names, *(person.name for person in self.directory.staff.values())))

    @cached_property
    def _writer(self) -> re.Pattern[str] | None:
        return _any_of(self._writer_names)

    @cached_property
    def _domains(self) -> frozenset[str]:
        ours = self.vendor.domains if self.vendor else (self.writer.domain,)
        return frozenset(domain.lower() for domain in ours if domain)

    @cached_property
    def _writer_names(self) -> tuple[str, ...]:
        """From the directory and from the header, where "韩冰(客服部)" is 韩冰."""
        known = self.directory.staff_at(self.writer.address)
        display = _OFFICE.split(self.writer.name or "")[0].strip()
        return tuple(name for name in (known.name if known else "", display) if name)

    @cached_property
    def _numbers(self) -> frozenset[str]:
        ours = [person.phone for person in self.directory.staff.values() if person.phone]
        return frozenset(digits_of(phone) for phone in (*ours, *(self.vendor.phones if self.vendor else ())))

    @cached_property
    def _company_keys(self) -> tuple[str, ...]:
        return tuple(filter(None, map(key_of, self.vendor.names))) if self.vendor else ()


def key_of(name: str) -> str:
    """A name without blanks, punctuation, width, script and case."""
    return "".join(character for character in fold_word(name) if character.isalnum())


def _any_of(people: tuple[str, ...]) -> re.Pattern[str] | None:
    """A pattern for any of these names in either script, Latin ones as whole words; None for nobody."""
    folded = {fold_word(name).strip() for name in people}
    longest_first = sorted((name for name in folded if len(name) > 1), key=len, reverse=True)
    words = [rf"\b{re.escape(name)}\b" if name.isascii() else re.escape(name) for name in longest_first]
    return re.compile("|".join(words)) if words else None


def _blanked(text: str, people: re.Pattern[str] | None) -> str:
    if people is None:
        return text
    folded = fold(text)
    characters = list(folded.text)
    for match in people.finditer(lower(folded.plain)):
        characters[match.start() : match.end()] = " " * len(match[0])
    return "".join(characters)
