"""The directory from a TOML file: every mistake at once, nothing half-loaded."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway import mistakes
from gateway.cases.directory import Contact, Contract, Customer, Directory, Staff
from gateway.cases.escalation import ADMINISTRATOR
from gateway.cases.recurring import LONGEST_INTERVAL
from gateway.errors import ConfigError, Mistake

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
INSPECTION = "inspection"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _ContactRow(_Row):
    name: str = Field(min_length=1)
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    language: str | None = None
    place: str | None = None


class _InspectionRow(_Row):
    every_months: int = Field(ge=1, le=LONGEST_INTERVAL)
    first: date


class _ContractRow(_Row):
    number: str = Field(min_length=1)
    plan: str
    services: frozenset[str] = frozenset()
    starts: date | None = None
    ends: date | None = None
    serial_numbers: tuple[str, ...] = ()
    inspection: _InspectionRow | None = None


class _CustomerRow(_Row):
    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    region: str | None = None
    contact: tuple[_ContactRow, ...] = ()
    contract: tuple[_ContractRow, ...] = ()


class _AwayRow(_Row):
    first: date
    last: date


class _StaffRow(_Row):
    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    email: str
    roles: frozenset[str] = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    phone: str | None = None
    regions: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ("zh-Hans",)
    duty: str = "5x8"
    away: tuple[_AwayRow, ...] = ()
    deputy: str | None = None


class _File(_Row):
    customer: tuple[_CustomerRow, ...] = ()
    staff: tuple[_StaffRow, ...] = ()


def locate(name: str, folder: Path) -> Path | Traversable:
    """A path relative to config.toml, or `builtin:seed`, which comes with the gateway."""
    if name.startswith("builtin:"):
        return files("gateway.seed") / (name.removeprefix("builtin:") + ".toml")
    return folder / name


def load(
    path: Path | Traversable,
    *,
    plans: Iterable[str],
    services: Iterable[str],
    calendars: Iterable[str],
) -> Directory:
    """Read a directory; `plans`, `services` and `calendars` are those of config.toml. Raises ConfigError."""
    rows = _rows(path)
    contradictions = list(_contradictions(str(path), rows, set(plans), set(services), set(calendars)))
    if contradictions:
        raise ConfigError(contradictions)
    return Directory(map(_customer, rows.customer), map(_staff, rows.staff))


def load_for_reading(path: Path | Traversable) -> Directory:
    """A directory for `gateway parse` alone, which knows no plans: customers are enough, staff may be missing."""
    rows = _rows(path)
    return Directory(map(_customer, rows.customer), map(_staff, rows.staff))


def _rows(path: Path | Traversable) -> _File:
    table = _table(path)
    try:
        return _File.model_validate(table)
    except ValidationError as error:
        raise ConfigError(
            [mistakes.of_validation(str(path), table, each) for each in error.errors()]
        ) from None


def _table(path: Path | Traversable) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise ConfigError([Mistake(str(path), "", f"cannot be read: {error.strerror}")]) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError([Mistake(str(path), "", f"is no valid TOML: {error}")]) from None


def _contradictions(
    file: str, rows: _File, plans: set[str], services: set[str], calendars: set[str]
) -> Iterable[Mistake]:
    """What every row allows by itself and the whole does not."""
    yield from _twice(file, "customer", [row.id for row in rows.customer])
    yield from _twice(file, "staff", [row.id for row in rows.staff])
    yield from _twice(
        file,
        "staff.email",
        [email.lower() for row in rows.staff for email in (row.email, *row.aliases)],
    )
    yield from _twice(
        file,
        "customer.contact.emails",
        [email.lower() for row in rows.customer for each in row.contact for email in each.emails],
    )
    yield from _twice(
        file, "customer.domains", [domain.lower() for row in rows.customer for domain in row.domains]
    )
    for customer in rows.customer:
        where = f"customer[{customer.id}]"
        for contract in customer.contract:
            here = f"{where}.contract[{contract.number}]"
            if contract.plan not in plans:
                yield Mistake(file, f"{here}.plan", f"no plan {contract.plan!r}", _there_are(plans))
            for service in sorted(contract.services - services):
                yield Mistake(file, f"{here}.services", f"no service {service!r}", _there_are(services))
            if contract.starts and contract.ends and contract.ends < contract.starts:
                yield Mistake(file, f"{here}.ends", "ends before it starts", "mind the year")
            yield from _inspection_mistakes(file, f"{here}.inspection", contract)
        for contact in customer.contact:
            here = f"{where}.contact[{contact.name}]"
            if contact.language not in (None, *LANGUAGES):
                yield Mistake(
                    file, f"{here}.language", f"no language {contact.language!r}", _there_are(LANGUAGES)
                )
            yield from _addresses(file, f"{here}.emails", contact.emails)
    ids = {row.id for row in rows.staff}
    for staff in rows.staff:
        where = f"staff[{staff.id}]"
        if staff.duty not in calendars:
            yield Mistake(file, f"{where}.duty", f"no calendar {staff.duty!r}", _there_are(calendars))
        if staff.deputy is not None and staff.deputy not in ids - {staff.id}:
            yield Mistake(
                file, f"{where}.deputy", f"nobody else has the id {staff.deputy!r}", _there_are(ids)
            )
        for language in staff.languages:
            if language not in LANGUAGES:
                yield Mistake(file, f"{where}.languages", f"no language {language!r}", _there_are(LANGUAGES))
        for away in staff.away:
            if away.last < away.first:
                yield Mistake(file, f"{where}.away", f"ends before it begins ({away.first})", "mind the year")
        yield from _addresses(file, f"{where}.email", (staff.email, *staff.aliases))
    if not any(ADMINISTRATOR in row.roles for row in rows.staff):
        yield Mistake(
            file,
            "staff",
            "nobody is administrator",
            "give somebody the role: escalations that nobody answers must reach a person",
        )


def _inspection_mistakes(file: str, where: str, contract: _ContractRow) -> Iterable[Mistake]:
    """A schedule that would never send anybody, or somebody to a customer who did not buy it (P-07)."""
    if contract.inspection is None:
        return
    first = contract.inspection.first
    if INSPECTION not in contract.services:
        yield Mistake(
            file,
            where,
            "the contract does not hold this service",
            f"add {INSPECTION!r} to its services, or take the schedule out",
        )
    if (contract.starts and first < contract.starts) or (contract.ends and contract.ends < first):
        yield Mistake(file, f"{where}.first", f"{first} is outside the contract", "mind the year")


def _addresses(file: str, where: str, addresses: Sequence[str]) -> Iterable[Mistake]:
    for address in addresses:
        local, at, domain = address.rpartition("@")
        if not (local and at and domain) or any(character.isspace() for character in address):
            yield Mistake(file, where, f"{address!r} is no mail address")


def _twice(file: str, where: str, values: Sequence[str]) -> Iterable[Mistake]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield Mistake(file, where, f"{value!r} stands there twice", "one of them must be another")
        seen.add(value)


def _there_are(known: Iterable[str]) -> str:
    names = sorted(known)
    return "there are: " + ", ".join(names[:8]) + (" …" if len(names) > 8 else "")


def _customer(row: _CustomerRow) -> Customer:
    return Customer(
        id=row.id,
        name=row.name,
        names=row.names,
        domains=row.domains,
        region=row.region,
        contacts=tuple(
            Contact(each.name, row.id, each.emails, each.phones, each.language, each.place)
            for each in row.contact
        ),
        contracts=tuple(
            Contract(
                each.number,
                each.plan,
                each.services,
                each.starts,
                each.ends,
                each.serial_numbers,
                inspection_every_months=each.inspection.every_months if each.inspection else None,
                inspection_first=each.inspection.first if each.inspection else None,
            )
            for each in row.contract
        ),
    )


def _staff(row: _StaffRow) -> Staff:
    return Staff(
        id=row.id,
        name=row.name,
        email=row.email,
        roles=row.roles,
        aliases=row.aliases,
        phone=row.phone,
        regions=row.regions,
        languages=row.languages,
        duty=row.duty,
        away=tuple((each.first, each.last) for each in row.away),
        deputy=row.deputy,
    )
