"""Whom a colleague means by a company's name: only certainty gives a case its customer, all else is a suggestion."""

import pytest

from gateway.cases.directory import Customer, Directory
from gateway.parsers.entities import meant

HOSPITAL = Customer("hospital", "澄江市第二人民医院", names=("澄江二院",))
BANK = Customer("bank", "澄江农村商业银行股份有限公司", names=("澄江农商行",))
MILL = Customer("mill", "Redwood Paper Mills Ltd.", names=("红木纸业", "紅木紙業（上海）"))
TWIN = Customer("twin", "红木纸业（广州）有限公司")
DIRECTORY = Directory([HOSPITAL, BANK, MILL, TWIN])


@pytest.mark.parametrize(
    ("name", "customer"),
    [
        ("澄江二院", HOSPITAL),
        ("澄江市第二人民醫院", HOSPITAL),
        ("澄江农村商业银行", BANK),
        ("澄江农商行信息科技部", BANK),
        ("redwood paper mills ltd", MILL),
        ("红木纸业", MILL),
        ("红木纸业(上海)", MILL),
        ("twin", TWIN),
    ],
)
def test_one_customer_is_meant_for_certain(name: str, customer: Customer) -> None:
    """A whole name in any spelling, an id, or the only name that holds it or is held by it."""
    assert meant.by_name(DIRECTORY, name) == meant.Meant(customer)


@pytest.mark.parametrize(
    ("name", "could_be"),
    [
        ("澄江医院", (HOSPITAL,)),
        ("澄江银行", (BANK,)),
        ("木纸业", (MILL, TWIN)),
        ("澄江", ()),
        ("汉江水务", ()),
        ("", ()),
        ("。", ()),
    ],
)
def test_what_is_merely_alike_is_suggested(name: str, could_be: tuple[Customer, ...]) -> None:
    """P-20: 澄江银行 may be another bank than 澄江农村商业银行; a wrong customer is a wrong contract."""
    assert meant.by_name(DIRECTORY, name) == meant.Meant(None, could_be)


def test_two_customers_of_one_name_are_both_suggested() -> None:
    """Nothing but their ids tells them apart."""
    one, other = Customer("one", "平湖商贸"), Customer("other", "平湖商貿")
    assert meant.by_name(Directory([one, other]), "平湖商贸") == meant.Meant(None, (one, other))


@pytest.mark.parametrize(
    ("name", "may"),
    [("澄江人民医院", True), ("澄江二院", False), ("澄江农商行", False), ("澄江", False), ("长" * 41, False)],
)
def test_a_name_is_learnt_that_nobody_has_and_that_is_a_name(name: str, may: bool) -> None:
    """Not their own, not another's, not two letters, not half a letter."""
    assert meant.may_be_called(DIRECTORY, name) is may
