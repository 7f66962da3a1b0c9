"""Inspections in a directory file: what a contract says, and what is said about a schedule nobody can keep (P-07)."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from gateway import directory_file
from gateway.cases.directory import Directory
from gateway.cases.recurring import Schedule, schedule_of
from gateway.errors import ConfigError

CONTRACT = """
[[staff]]
id = "admin"
name = "值班"
email = "duty@vendor.example"
roles = ["administrator"]

[[customer]]
id = "orchard"
name = "云岭果业有限公司"
[[customer.contract]]
number = "HT-1"
plan = "5x8"
services = {services}
starts = 2026-01-01
ends = 2026-12-31
{inspection}
"""


def load(folder: Path, inspection: str, services: str = '["inspection"]') -> Directory:
    """A directory of one contract with this line."""
    file = folder / "directory.toml"
    file.write_text(CONTRACT.format(services=services, inspection=inspection), "utf-8")
    return directory_file.load(file, plans=["5x8"], services=["inspection", "onsite-5x8"], calendars=["5x8"])


def mistakes(folder: Path, inspection: str, services: str = '["inspection"]') -> list[tuple[str, str]]:
    """Where the mistakes are and what they are."""
    with pytest.raises(ConfigError) as raised:
        load(folder, inspection, services)
    return [(mistake.key, mistake.problem) for mistake in raised.value.mistakes]


def test_a_contract_says_how_often_and_from_when(tmp_path: Path) -> None:
    """What the owner writes is what the core reckons with."""
    directory = load(tmp_path, "inspection = { every_months = 3, first = 2026-02-15 }")
    (contract,) = directory.customers["orchard"].contracts
    assert schedule_of(contract) == Schedule(3, date(2026, 2, 15))


def test_a_contract_without_a_schedule_has_no_visits(tmp_path: Path) -> None:
    """Directories written before there were schedules stay as they are."""
    (contract,) = load(tmp_path, "").customers["orchard"].contracts
    assert schedule_of(contract) is None


@pytest.mark.parametrize(
    ("inspection", "where"),
    [
        ("{ every_months = 0, first = 2026-02-15 }", "every_months"),
        ("{ every_months = 121, first = 2026-02-15 }", "every_months"),
        ("{ every_months = 3 }", "first"),
        ("{ first = 2026-02-15 }", "every_months"),
        ("{ every_months = 3, first = 2026-02-15, month = 1 }", "month"),
        ("{ every_months = 3, first = 0001-01-01 }", "first"),
        ('{ every_months = 3, first = "soon" }', "first"),
    ],
)
def test_a_slip_of_the_pen_is_named_with_its_place(tmp_path: Path, inspection: str, where: str) -> None:
    """The owner finds the line; a schedule that cannot be reckoned with never reaches the core."""
    ((key, _),) = mistakes(tmp_path, f"inspection = {inspection}")
    assert key.endswith(where)


def test_a_schedule_needs_the_service_and_a_first_day_within_the_contract(tmp_path: Path) -> None:
    """Nobody is sent to a customer who bought no inspection, nor promised a visit that never comes; both are said."""
    found = mistakes(
        tmp_path, "inspection = { every_months = 3, first = 2027-02-15 }", services='["onsite-5x8"]'
    )
    where = "customer[orchard].contract[HT-1].inspection"
    assert found == [
        (where, "the contract does not hold this service"),
        (f"{where}.first", "2027-02-15 is outside the contract"),
    ]


def test_nothing_comes_round_by_itself_in_the_seed() -> None:
    """Whoever tries the gateway for the first time sees the cases of their own mails, and no others."""
    seed = directory_file.load_for_reading(files("gateway.seed") / "seed.toml")
    contracts = [contract for customer in seed.customers.values() for contract in customer.contracts]
    assert any("inspection" in contract.services for contract in contracts)
    assert [contract.number for contract in contracts if schedule_of(contract)] == []
