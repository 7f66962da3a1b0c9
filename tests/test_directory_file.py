"""A directory file becomes people we know, or a list of everything that is wrong with it; nothing between."""

from datetime import date
from pathlib import Path

import pytest

from gateway import directory_file
from gateway.cases.directory import Directory
from gateway.errors import ConfigError, Mistake
from tests.builders import shipped_config

GOOD = """
[[customer]]
id = "orchard"
name = "青田果业有限公司"
domains = ["orchard.example"]
region = "华东"
[[customer.contact]]
name = "林芳"
emails = ["lin@orchard.example"]
language = "zh-Hans"
[[customer.contract]]
number = "HT-1"
plan = "5x8"
services = ["onsite-5x8"]
starts = 2026-01-01
ends = 2026-12-31

[[staff]]
id = "wang"
name = "王强"
email = "wang@vendor.example"
roles = ["engineer"]
duty = "5x8"
deputy = "admin"
[[staff.away]]
first = 2026-11-20
last = 2026-11-24

[[staff]]
id = "admin"
name = "值班"
email = "duty@vendor.example"
roles = ["administrator"]
"""


def loaded(tmp_path: Path, text: str) -> Directory:
    """A directory of these words, under the plans and services of the shipped config.toml."""
    file = tmp_path / "directory.toml"
    file.write_text(text, encoding="utf-8")
    config = shipped_config()
    return directory_file.load(
        file,
        plans=config.promises.plans,
        services=[row.name for row in config.service],
        calendars=[row.name for row in config.calendar],
    )


def mistakes(tmp_path: Path, text: str) -> list[Mistake]:
    """What is wrong with a directory of these words."""
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text)
    return caught.value.mistakes


def test_a_good_file_is_loaded_whole(tmp_path: Path) -> None:
    """Customers, contacts, contracts, staff and their leave."""
    directory = loaded(tmp_path, GOOD)
    contact = directory.contact_at("lin@orchard.example")
    assert contact is not None
    customer = directory.customer_of(contact)
    assert customer is not None
    contract = customer.contract_on(date(2026, 6, 1))
    assert contract is not None
    assert (contract.plan, contract.services) == ("5x8", frozenset({"onsite-5x8"}))
    assert directory.staff["wang"].is_away(date(2026, 11, 22))


def test_the_seed_directory_is_good() -> None:
    """`make run` is alive at once: the directory that comes with the gateway has no mistake."""
    config = shipped_config()
    directory = directory_file.load(
        directory_file.locate("builtin:seed", Path()),
        plans=config.promises.plans,
        services=[row.name for row in config.service],
        calendars=[row.name for row in config.calendar],
    )
    chain = set(config.promises.escalation_chain)
    assert chain <= {role for person in directory.staff.values() for role in person.roles}
    assert {person.language for each in directory.customers.values() for person in each.contacts} >= {
        "zh-Hant",
        "en",
    }


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('plan = "5x8"', 'plan = "9x9"', "customer[orchard].contract[HT-1].plan"),
        ('["onsite-5x8"]', '["pizza"]', "customer[orchard].contract[HT-1].services"),
        ("ends = 2026-12-31", "ends = 2025-12-31", "customer[orchard].contract[HT-1].ends"),
        ("ends = 2026-12-31", 'ends = "soon"', "customer[青田果业有限公司].contract[HT-1].ends"),
        ('language = "zh-Hans"', 'language = "fr"', "customer[orchard].contact[林芳].language"),
        ('"lin@orchard.example"', '"lin at orchard"', "customer[orchard].contact[林芳].emails"),
        ('"lin@orchard.example"', '"a b@orchard.example"', "customer[orchard].contact[林芳].emails"),
        ('region = "华东"', 'regoin = "华东"', "customer[青田果业有限公司].regoin"),
        ('duty = "5x8"', 'duty = "nights"', "staff[wang].duty"),
        ('deputy = "admin"', 'deputy = "wang"', "staff[wang].deputy"),
        ('deputy = "admin"', 'deputy = "nobody"', "staff[wang].deputy"),
        ("last = 2026-11-24", "last = 2026-11-19", "staff[wang].away"),
        ('"wang@vendor.example"', '"duty@vendor.example"', "staff.email"),
        ('id = "wang"', 'id = "admin"', "staff"),
        ('roles = ["engineer"]', "roles = []", "staff[王强].roles"),
        ('roles = ["administrator"]', 'roles = ["quality"]', "staff"),
    ],
)
def test_each_mistake_is_named_where_it_stands(tmp_path: Path, before: str, after: str, key: str) -> None:
    """With the file, and the row by its own name."""
    assert GOOD.count(before) == 1
    found = mistakes(tmp_path, GOOD.replace(before, after))
    assert key in [each.key for each in found]
    assert all(each.file.endswith("directory.toml") for each in found)


def test_mistakes_of_many_rows_are_reported_together(tmp_path: Path) -> None:
    """One round of corrections, not one per mistake."""
    text = GOOD.replace('plan = "5x8"', 'plan = "9x9"').replace('duty = "5x8"', 'duty = "never"')
    found = mistakes(tmp_path, text.replace('language = "zh-Hans"', 'language = "fr"'))
    assert {each.key for each in found} == {
        "customer[orchard].contract[HT-1].plan",
        "customer[orchard].contact[林芳].language",
        "staff[wang].duty",
    }


def test_two_contacts_cannot_share_an_address(tmp_path: Path) -> None:
    """Whose mail would it be? In any case of its letters."""
    twin = '[[customer.contact]]\nname = "林芳二"\nemails = ["LIN@orchard.example"]\n[[customer.contract]]'
    found = mistakes(tmp_path, GOOD.replace("[[customer.contract]]", twin))
    assert [each.key for each in found] == ["customer.contact.emails"]


def test_somebody_must_be_administrator(tmp_path: Path) -> None:
    """P-50: never to nobody begins in the directory; the advice says why."""
    (found,) = mistakes(tmp_path, "")
    assert found.problem == "nobody is administrator"
    assert "escalations" in found.advice


@pytest.mark.parametrize("content", [b"[[customer", b"\xff\xfe\x00", b"customer = 1\ncustomer = 2"])
def test_what_is_no_toml_says_so(tmp_path: Path, content: bytes) -> None:
    """Nor does a spreadsheet saved under the wrong name break anything."""
    file = tmp_path / "directory.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="is no valid TOML"):
        directory_file.load(file, plans=(), services=(), calendars=())


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(ConfigError, match="cannot be read"):
        directory_file.load(tmp_path / "nowhere.toml", plans=(), services=(), calendars=())


def test_for_reading_alone_customers_are_enough(tmp_path: Path) -> None:
    """`gateway parse --directory` knows no plans and needs no administrator."""
    file = tmp_path / "customers.toml"
    file.write_text(GOOD.partition("[[staff]]")[0].replace('"5x8"', '"of another config"'), encoding="utf-8")
    assert directory_file.load_for_reading(file).contact_at("lin@orchard.example") is not None
