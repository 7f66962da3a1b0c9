"""Whom a colleague means by a company's name: one customer of the directory for certain, or those whom it could be.

A name counts without blanks, punctuation, width, script and case. A case that is given the wrong customer gets the
wrong contract, so only the exact name, or the only one that holds it, decides; what is merely alike is suggested
(issue 5 "Learning from the desk").
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from gateway.cases.directory import Customer, Directory
from gateway.parsers.entities.candidates import key_of

MOST_SUGGESTED = 5
SHORTEST_NAME, LONGEST_NAME = 3, 40
"""Letters and digits of a name that customers may be known by: two turn up in too many other words."""


@dataclass(frozen=True, slots=True)
class Meant:
    """`customer` where it is certain; otherwise `could_be` in the directory's order, at most MOST_SUGGESTED."""

    customer: Customer | None
    could_be: tuple[Customer, ...] = ()


def by_name(directory: Directory, name: str) -> Meant:
    """Whom the name means: a customer's id, a whole name, the only name that holds it or is held by it.

    Time linear in the directory: 100,000 customers take a tenth of a second, the first look at one longer.
    """
    if customer := directory.customers.get(name.strip()):
        return Meant(customer)
    key = key_of(name)
    for is_alike in (_is_same, _holds):
        found = _who(directory, is_alike, key)
        if len(found) == 1:
            return Meant(found[0])
        if found:
            return Meant(None, tuple(found[:MOST_SUGGESTED]))
    return Meant(None, tuple(_who(directory, _shortens, key)[:MOST_SUGGESTED]))


def may_be_called(directory: Directory, customer: Customer, name: str) -> bool:
    """Whether a customer may be taught this further name: neither theirs already nor anybody else's."""
    key = key_of(name)
    return SHORTEST_NAME <= len(key) <= LONGEST_NAME and all(key != other for other, _ in _called(directory))


def _who(directory: Directory, is_alike: Callable[[str, str], bool], key: str) -> list[Customer]:
    alike = (customer for name, customer in _called(directory) if is_alike(key, name))
    return list(_each_once(alike)) if key else []


def _is_same(key: str, name: str) -> bool:
    return key == name


def _holds(key: str, name: str) -> bool:
    return min(len(key), len(name)) >= SHORTEST_NAME and (key in name or name in key)


def _shortens(key: str, name: str) -> bool:
    """Whether the letters stand in the name in this order, as Chinese names are shortened: 北河医院."""
    letters = iter(name)
    return len(key) >= SHORTEST_NAME and all(letter in letters for letter in key)


@lru_cache(maxsize=2)
def _called(directory: Directory) -> tuple[tuple[str, Customer], ...]:
    """Every name of every customer, folded; kept for a directory and the one that takes its place."""
    return tuple(
        (key, customer)
        for customer in directory.customers.values()
        for name in (customer.name, *customer.names)
        if (key := key_of(name))
    )


def _each_once(customers: Iterable[Customer]) -> Iterator[Customer]:
    return iter({customer.id: customer for customer in customers}.values())
