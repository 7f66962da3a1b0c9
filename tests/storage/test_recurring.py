"""What comes round is begun once, whoever asks and however often."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gateway.cases import recurring
from gateway.ports import Work
from gateway.storage.engine import open_engine
from gateway.storage.tables import recurring as table
from gateway.storage.writer import Writer
from tests.storage.samples import NOW, NUMBER, do

KEY = recurring.key("YL-2026-0101", date(2026, 4, 1))


def test_an_inspection_is_begun_once(writer: Writer) -> None:
    """The clock looks every minute; the customer gets one visit (P-07)."""
    assert do(writer, lambda work: work.begin_recurring(KEY, NOW)) is True
    assert do(writer, lambda work: work.begin_recurring(KEY, NOW + timedelta(minutes=1))) is False


def test_two_inspections_are_two(writer: Writer) -> None:
    """Another day of the same contract is another visit."""
    other = recurring.key("YL-2026-0101", date(2026, 7, 1))
    assert do(writer, lambda work: [work.begin_recurring(key, NOW) for key in (KEY, other)]) == [True, True]


def test_the_first_beginning_stays_as_it_was(writer: Writer, database_url: str) -> None:
    """When it was begun and for which case can be looked up, and a second attempt changes neither."""
    do(writer, lambda work: work.begin_recurring(KEY, NOW, NUMBER))
    do(writer, lambda work: work.begin_recurring(KEY, NOW + timedelta(days=1), "C261124-000026"))
    engine = open_engine(database_url, writes=False)
    with engine.connect() as connection:
        assert connection.execute(select(table)).all() == [(KEY, NOW, NUMBER)]
    engine.dispose()


def test_what_was_begun_in_a_transaction_that_failed_was_not_begun(writer: Writer) -> None:
    """Opening the case and noting that it was opened are one: a crash between them loses no visit (G1)."""

    def breaks_off(work: Work) -> None:
        assert work.begin_recurring(KEY, NOW)
        raise KeyError("the case could not be opened")

    with suppress(KeyError):
        do(writer, breaks_off)
    assert do(writer, lambda work: work.begin_recurring(KEY, NOW)) is True


@pytest.mark.parametrize("number", ["合同" * 40, "YL-" + "0" * 500])
def test_a_key_of_any_contract_number_fits_into_its_column(writer: Writer, number: str) -> None:
    """PostgreSQL refuses what is too long, SQLite does not: both must take every key we make."""
    key = recurring.key(number, date(2026, 4, 1))
    assert do(writer, lambda work: work.begin_recurring(key, NOW)) is True
