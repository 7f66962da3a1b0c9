"""Twice the text, twice the time: on text that was made to be slow (R11, T14).

Every function that reads what strangers write is given every adversary. Cost is CPU time, the least of several runs,
without the garbage collector, whose own cost is not linear. What a function does with 32 kB in five milliseconds
needs no second look: were it quadratic, a megabyte would still be read within the limit of a message (G17).
"""

import gc
import math
import time
from collections.abc import Callable, Generator

import pytest

from tests.parsers.adversaries import ADVERSARIES, TARGETS, Adversary
from tests.parsers.in_the_parent import IN_THE_PARENT

SIZES = ((8_000, 32_000), (32_000, 128_000), (64_000, 256_000))
"""Characters before and after. What a neighbour takes from the caches weighs on texts of a few milliseconds, so a bad
verdict on them is sought again on larger ones; a function that is not linear is worse there, never better."""
EVERY_READER = TARGETS | IN_THE_PARENT
READS_ALL = 1.5
"""Growth below which a function has stopped reading on: its larger sizes excuse nothing."""
CHEAP_SECONDS = 0.005
BEYOND_DOUBT = 3.7
"""Growth, confirmed by every run, that no neighbour causes (3.35 was seen): larger sizes would only take longer."""
MOST_PER_DOUBLING = 2.5
RUNS = (1, 3, 5)
"""Times that a text is read before the next verdict."""


@pytest.fixture(autouse=True)
def _no_garbage_collection() -> Generator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("name", EVERY_READER)
def test_cost_grows_no_faster_than_the_text(name: str) -> None:
    """0.16: the usual reply strippers take fifteen seconds for 24 kB of "On "; one such mail stops a desk."""
    read = EVERY_READER[name]
    grown = {str(one): ratio for one in ADVERSARIES if (ratio := _growth(read, one)) > MOST_PER_DOUBLING}
    assert grown == {}


def test_a_quadratic_function_that_stops_reading_is_noticed() -> None:
    """That it reads no more than so much must not hide what that much costs."""

    def cut(text: str) -> object:
        return [text[:end].count("x") for end in range(0, min(len(text), 32_000), 8)]

    assert _growth(cut, Adversary("x")) > 3


def test_a_quadratic_function_is_noticed() -> None:
    """A rig that cannot fail proves nothing (R30)."""
    assert _growth(lambda text: [text[:end].upper() for end in range(0, len(text), 8)], Adversary("x")) > 3


def _growth(read: Callable[[str], object], adversary: Adversary) -> float:
    """How much more a text costs that is twice as long; 0 where it costs next to nothing."""
    small, large = (adversary.text(size) for size in SIZES[0])
    if (seen := _cost(read, large)) < CHEAP_SECONDS:
        return 0
    growth = _growth_between(read, small, large, seen=seen)
    for sizes in SIZES[1:]:
        if not MOST_PER_DOUBLING < growth < BEYOND_DOUBT:
            break
        larger = _growth_between(read, *(adversary.text(size) for size in sizes))
        growth = min(growth, larger) if larger >= READS_ALL else growth
    return growth


def _growth_between(
    read: Callable[[str], object], small: str, large: str, *, seen: float = math.inf
) -> float:
    """Noise only adds: a ratio is believed once it is good, and measured again, better, while it is not.

    `seen` is what the large text has cost before; that may already be good enough.
    """
    doublings = math.log2(len(large) / len(small))
    most = MOST_PER_DOUBLING**doublings
    before, after = math.inf, seen
    for runs in RUNS:
        before = min(before, *(_cost(read, small) for _ in range(runs)))
        if after > before * most:
            after = min(after, *(_cost(read, large) for _ in range(runs)))
        if after <= before * most:
            break
    return (after / before) ** (1 / doublings)


def _cost(read: Callable[[str], object], text: str) -> float:
    """Seconds of CPU."""
    started = time.process_time()
    read(text)
    return time.process_time() - started
