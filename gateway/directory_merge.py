"""An import into the directory that there is: whose row is whose, what changes, and nothing lost unasked.

Pure, on the tables of a directory file. A customer is known by id, else by name or mail domain; a contact by a mail
address, else by name; a contract by its number; a colleague by id or mail address. What an import does not mention
stays, and goes only when pruned.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from gateway.directory_csv import same_name

Table = dict[str, Any]
Keys = Callable[[Mapping[str, Any]], Iterator[str]]
WITHOUT_ORDER = frozenset({"services", "roles", "regions"})


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the directory that will be another. `fields` are (key, before, after), for changed rows."""

    action: Literal["added", "changed", "removed"]
    kind: str
    name: str
    fields: tuple[tuple[str, object, object], ...] = ()


def merge(
    present: Mapping[str, Any], arriving: Mapping[str, Any], *, prune: bool
) -> tuple[Table, list[Change]]:
    """The directory after the import, and how it differs. Only kinds of row that arrive at all are pruned."""
    changes: list[Change] = []
    after: Table = dict(present)
    for kind, keys, complete in (
        ("customer", _of_customer, _with_customer_id),
        ("staff", _of_staff, _with_staff_id),
    ):
        if kind in arriving:
            rows = _Rows(kind, "", present.get(kind, ()), keys, prune=prune)
            people = {**_ids_by_name(arriving[kind]), **_ids_by_name(present.get(kind, ()))}
            for row in arriving[kind]:
                rows.take(_with_deputy_id(row, people), complete)
            after[kind], found = rows.outcome()
            changes += found
    return after, changes


class _Rows:
    """Rows of one kind under one owner, while others arrive."""

    def __init__(self, kind: str, owner: str, before: Sequence[Table], keys: Keys, *, prune: bool) -> None:
        self._kind = kind
        self._owner = owner
        self._rows = list(before)
        self._keys = keys
        self._prune = prune
        self._places: dict[str, int] = {}
        self._touched: set[int] = set()
        self._changes: list[Change] = []
        for place, row in enumerate(before):
            self._know(row, place)

    def take(self, row: Table, complete: Callable[[Table], Table]) -> None:
        """A row that arrives: a new one, which `complete` gives its id, or news of one that there is."""
        place = self._place_of(row)
        if place is None:
            row = complete({key: value for key, value in row.items() if value != []})
            place = len(self._rows)
            self._rows.append(row)
            self._changes.append(Change("added", self._kind, self._name(row)))
        else:
            self._rows[place] = self._updated(self._rows[place], row)
        self._know(row, place)
        self._touched.add(place)

    def outcome(self) -> tuple[list[Table], list[Change]]:
        """The rows after everything has arrived, without those that nobody mentioned where that was asked for."""
        if not self._prune:
            return self._rows, self._changes
        gone = [row for place, row in enumerate(self._rows) if place not in self._touched]
        kept = [row for place, row in enumerate(self._rows) if place in self._touched]
        return kept, [*self._changes, *(Change("removed", self._kind, self._name(row)) for row in gone)]

    def _know(self, row: Table, place: int) -> None:
        for key in self._keys(row):
            self._places.setdefault(key, place)

    def _place_of(self, row: Table) -> int | None:
        for key in self._keys(row):
            place = self._places.get(key)
            # One mail domain may not make one customer of two that arrive: that is a mistake for people to see.
            if place is not None and not (key.startswith("domain:") and place in self._touched):
                return place
            if key.startswith("id:"):
                return None
        return None

    def _updated(self, old: Table, new: Table) -> Table:
        """The old row with what the new one says."""
        fields: list[tuple[str, object, object]] = []
        after = dict(old)
        nested: list[Change] = []
        for key, value in new.items():
            if key in _PARTS:
                parts = _Rows(key, self._name(old), old.get(key, ()), _PARTS[key], prune=self._prune)
                for part in value:
                    parts.take(part, dict)
                rows, found = parts.outcome()
                nested += found
                if rows:
                    after[key] = rows
                else:
                    after.pop(key, None)
            elif not _same(key, old.get(key), value):
                fields.append((key, old.get(key), value))
                after[key] = value
        if fields:
            self._changes.append(Change("changed", self._kind, self._name(old), tuple(fields)))
        self._changes += nested
        return after

    def _name(self, row: Table) -> str:
        own = str(row.get("name") or row.get("number") or row.get("id") or "")
        return f"{self._owner} / {own}" if self._owner else own


def _of_customer(row: Mapping[str, Any]) -> Iterator[str]:
    if "id" in row:
        yield f"id:{row['id']}"
    yield f"name:{same_name(str(row.get('name', '')))}"
    for name in row.get("names", ()) if "id" in row else ():
        yield f"name:{same_name(str(name))}"
    for domain in row.get("domains", ()):
        yield f"domain:{str(domain).lower()}"


def _of_staff(row: Mapping[str, Any]) -> Iterator[str]:
    if "id" in row:
        yield f"id:{row['id']}"
    for address in (row.get("email", ""), *row.get("aliases", ())):
        yield f"email:{str(address).lower()}"


def _of_contact(row: Mapping[str, Any]) -> Iterator[str]:
    for address in row.get("emails", ()):
        yield f"email:{str(address).lower()}"
    yield f"name:{same_name(str(row.get('name', '')))}"


def _of_contract(row: Mapping[str, Any]) -> Iterator[str]:
    yield f"number:{row.get('number', '')}"


_PARTS: Mapping[str, Keys] = {"contact": _of_contact, "contract": _of_contract}


def _with_customer_id(row: Table) -> Table:
    """A new customer's id: their first mail domain, which nobody else has, else their name."""
    return row if "id" in row else {"id": next(iter(row.get("domains", ())), row.get("name")), **row}


def _with_staff_id(row: Table) -> Table:
    """A new colleague's id: what stands before the @."""
    return row if "id" in row else {"id": str(row.get("email", "")).partition("@")[0], **row}


def _ids_by_name(people: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Ids by the names and addresses under which a deputy may be given; empty for customers."""
    return {
        str(called): str(row.get("id") or str(row["email"]).partition("@")[0])
        for row in people
        if "email" in row
        for called in (row.get("name"), row["email"])
    }


def _with_deputy_id(row: Table, ids: Mapping[str, str]) -> Table:
    deputy = row.get("deputy")
    return {**row, "deputy": ids[deputy]} if isinstance(deputy, str) and deputy in ids else row


def _same(key: str, old: object, new: object) -> bool:
    if key in WITHOUT_ORDER and isinstance(old, list) and isinstance(new, list):
        return sorted(map(str, cast("list[object]", old))) == sorted(map(str, cast("list[object]", new)))
    return old == new or (old is None and new == [])
