"""Whom a colleague means by a company's name: one customer of the directory for certain, or those whom it could be.

A name counts without blanks, punctuation, width, script and case. A case that is given the wrong customer gets the
wrong contract, so only the exact name, or the only one that holds it, decides; what is merely alike is suggested
(issue 5 "Learning from the desk").
"""

from dataclasses import dataclass
from functools import lru_cache

from gateway.cases.directory import Customer, Directory
from gateway.parsers.entities.candidates import key_of

MOST_SUGGESTED = 5
SHORTEST_NAME, LONGEST_NAME = 3, 40
"""Letters and digits of a name that customers may be known by: two turn up in too many other words."""

Called = tuple[tuple[str, Customer], ...]
"""Folded names and whose they are."""


@dataclass(frozen=True, slots=True)
class Meant:
    """`customer` where it is certain; otherwise `could_be` in the directory's order, at most MOST_SUGGESTED."""

    customer: Customer | None
    could_be: tuple[Customer, ...] = ()


def by_name(directory: Directory, name: str) -> Meant:
    """Whom the name means: a customer's id, a whole name, the only name that holds it or is held by it.

    Time linear in the directory, once `prepare` has seen it: 100,000 customers take some tenths of a second.
    """
    if customer := directory.customers.get(name.strip()):
        return Meant(customer)
    key = key_of(name)
    for alike in (_of_this_name, _holding, _shortened):
        found = list(dict.fromkeys(each.id for each in alike(_called(directory), key))) if key else []
        if len(found) == 1 and alike is not _shortened:
            return Meant(directory.customers[found[0]])
        if found:
            return Meant(None, tuple(directory.customers[each] for each in found[:MOST_SUGGESTED]))
    return Meant(None)


def may_be_called(directory: Directory, name: str) -> bool:
    """Whether a customer may be taught this further name: long enough, and nobody's yet, not even their own."""
    key = key_of(name)
    return SHORTEST_NAME <= len(key) <= LONGEST_NAME and not _of_this_name(_called(directory), key)


def prepare(directory: Directory) -> None:
    """Fold the names of a directory beforehand: of 100,000 customers that takes seconds."""
    _called(directory)


def _of_this_name(called: Called, key: str) -> list[Customer]:
    return [customer for name, customer in called if name == key]


def _holding(called: Called, key: str) -> list[Customer]:
    if len(key) < SHORTEST_NAME:
        return []
    return [
        customer for name, customer in called if key in name or (name in key and len(name) >= SHORTEST_NAME)
    ]


def _shortened(called: Called, key: str) -> list[Customer]:
    """Whose names hold the letters in this order, as Chinese names are shortened: 北河医院."""
    if len(key) < SHORTEST_NAME:
        return []
    return [customer for name, customer in called if key[0] in name and _in_order(key, name)]


def _in_order(key: str, name: str) -> bool:
    letters = iter(name)
    return all(letter in letters for letter in key)


@lru_cache(maxsize=1)
def _called(directory: Directory) -> Called:
    """Every name of every customer, folded; kept for the directory that is in use."""
    return tuple(
        (key, customer)
        for customer in directory.customers.values()
        for name in (customer.name, *customer.names)
        if (key := key_of(name))
    )
