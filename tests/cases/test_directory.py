"""Whom we know, found again however they are written: by address, domain, number, contract, role and region."""

from datetime import date

import pytest

from gateway.cases.directory import Contact, Contract, Customer, Directory, Staff, digits_of

LIN = Contact(
    "林芳", "orchard", emails=("Lin.Fang@Orchard.example", "lin@private.example"), phones=("021-5555 0123",)
)
ORCHARD = Customer(
    "orchard",
    "青田果业有限公司",
    domains=("orchard.example",),
    contacts=(LIN,),
    contracts=(
        Contract("HT-1", "5x8", starts=date(2025, 1, 1), ends=date(2026, 6, 30), serial_numbers=("sn-a1",)),
        Contract("HT-2", "7x24", starts=date(2026, 1, 1), ends=date(2027, 12, 31)),
    ),
)
BANK = Customer("bank", "青山银行", domains=("bank.example",), contracts=(Contract("HT-9", "5x8"),))
WANG = Staff(
    "wang", "王强", "wang@vendor.example", frozenset({"engineer"}), aliases=("w.qiang@vendor.example",)
)
LI = Staff(
    "li",
    "李雯",
    "li@vendor.example",
    frozenset({"engineer", "desk"}),
    regions=frozenset({"华北"}),
    away=((date(2026, 11, 20), date(2026, 11, 24)),),
)
DIRECTORY = Directory([ORCHARD, BANK], [WANG, LI])


def test_a_contact_is_known_by_any_address_in_any_case() -> None:
    """Mail programs write addresses as they like."""
    assert DIRECTORY.contact_at("lin.fang@orchard.EXAMPLE") is LIN
    assert DIRECTORY.contact_at("LIN@private.example") is LIN
    assert DIRECTORY.contact_at("someone@orchard.example") is None


@pytest.mark.parametrize(
    "written", ["021-5555 0123", "+86 21 5555 0123", "0086(0)21-55550123", "(021)55550123", "2155550123"]
)
def test_a_contact_is_known_by_a_number_however_it_is_punctuated(written: str) -> None:
    """With or without country code, trunk zero, blanks and brackets."""
    assert DIRECTORY.contact_by_phone(written) is LIN


@pytest.mark.parametrize(
    ("local", "abroad"),
    [
        ("13800010001", "+86 138 0001 0001"),
        ("02-5550 0303", "+886 2 5550 0303"),
        ("5550 0303", "+852 5550 0303"),
    ],
)
def test_a_country_code_makes_no_other_number(local: str, abroad: str) -> None:
    """Mobile numbers, Taiwan, Hong Kong."""
    assert digits_of(local) == digits_of(abroad)


@pytest.mark.parametrize("number", ["0886-555 0123", "86550123", "0852-5550 123"])
def test_an_area_that_looks_like_a_country_code_stays(number: str) -> None:
    """Too short to be a number abroad: nothing is cut off."""
    assert digits_of(number) == "".join(filter(str.isdigit, number)).lstrip("0")


def test_another_number_is_another_person() -> None:
    """One digit makes the difference, and no digits are nobody."""
    assert DIRECTORY.contact_by_phone("021-5555 0124") is None
    assert DIRECTORY.contact_by_phone("no number") is None
    assert digits_of("no number") == ""


@pytest.mark.parametrize("domain", ["orchard.example", "Orchard.Example", "mail.sh.orchard.example"])
def test_a_domain_belongs_to_its_customer_with_everything_under_it(domain: str) -> None:
    """L-61: subdomains are the same house."""
    assert DIRECTORY.customer_by_domain(domain) is ORCHARD


@pytest.mark.parametrize("domain", ["example", "notorchard.example", "orchard.example.evil.example", "", "."])
def test_a_domain_that_only_looks_alike_is_nobodys(domain: str) -> None:
    """Whole labels count, and the right end of the name."""
    assert DIRECTORY.customer_by_domain(domain) is None


def test_a_customer_is_known_by_contract_or_serial_number() -> None:
    """Whatever the case of its letters."""
    assert DIRECTORY.customer_by_number("ht-2") is ORCHARD
    assert DIRECTORY.customer_by_number("SN-A1") is ORCHARD
    assert DIRECTORY.customer_by_number("SN-A2") is None


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(2025, 6, 1), "HT-1"),
        (date(2026, 6, 30), "HT-2"),
        (date(2027, 12, 31), "HT-2"),
        (date(2024, 12, 31), None),
        (date(2028, 1, 1), None),
    ],
)
def test_the_contract_in_force_counts_and_the_one_that_ends_last_of_several(
    day: date, number: str | None
) -> None:
    """First and last day are in it."""
    contract = ORCHARD.contract_on(day)
    assert (contract.number if contract else None) == number


def test_a_contract_without_dates_always_holds() -> None:
    """And outlasts every other."""
    contract = BANK.contract_on(date(1999, 1, 1))
    assert contract is not None
    assert contract.number == "HT-9"


def test_staff_are_known_by_address_and_alias() -> None:
    """L-55: an engineer writes from an alias."""
    assert DIRECTORY.staff_at("W.Qiang@vendor.example") is WANG
    assert DIRECTORY.staff_at("lin@private.example") is None


def test_a_role_gives_everybody_who_answers_for_it_in_order() -> None:
    """On duty or not; that is the relay's question."""
    assert DIRECTORY.staff_with("engineer") == (WANG, LI)
    assert DIRECTORY.staff_with("warehouse") == ()


def test_regions_limit_only_those_who_have_any() -> None:
    """Nobody is excluded from a case without a region."""
    assert WANG.serves("华东")
    assert not LI.serves("华东")
    assert LI.serves("华北")
    assert LI.serves(None)


@pytest.mark.parametrize(("day", "away"), [(19, False), (20, True), (24, True), (25, False)])
def test_leave_includes_its_first_and_its_last_day(day: int, away: bool) -> None:
    """As people write it into a calendar."""
    assert LI.is_away(date(2026, 11, day)) is away


def test_a_contact_leads_to_its_customer() -> None:
    """And one whose customer is gone leads nowhere."""
    assert DIRECTORY.customer_of(LIN) is ORCHARD
    assert DIRECTORY.customer_of(Contact("某人", "gone")) is None


def test_customers_go_by_the_names_that_were_taught_too() -> None:
    """Everything else about them, and everybody else, stays as it was."""
    taught = DIRECTORY.also_called({"青田": "orchard", "青山银行": "orchard", "不在": "gone"})
    assert taught.customers["orchard"].names == ("青田",)
    assert taught.customer_named("青山银行") is BANK
    assert taught.contact_at("lin@private.example") is LIN
    assert taught.staff == DIRECTORY.staff
    assert DIRECTORY.also_called({"不在": "gone"}) is DIRECTORY
