"""An afternoon for every story, with its own data folder and the parsers that all tests share."""

from collections.abc import Callable

import pytest

from gateway.app import Parts
from gateway.parsers.report import Reader
from tests.stories.afternoon import HOSPITAL, Afternoon

AfternoonOf = Callable[..., Afternoon]


@pytest.fixture
def afternoon_of(parts: Parts, reader: Reader) -> AfternoonOf:
    """An afternoon of this customer's."""

    def begin(customer: str = HOSPITAL) -> Afternoon:
        return Afternoon(parts=parts, reader=reader, customer=customer)

    return begin
