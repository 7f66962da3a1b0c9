"""The loop: turn after turn while there is work, then asleep until the next moment that anything is owed."""

import asyncio
from datetime import datetime, timedelta

import pytest

from gateway.errors import NotNow
from gateway.responders import loop as module
from gateway.responders.loop import LONGEST_SLEEP, LOOK_AGAIN, RETRY_AFTER, Loop
from tests.house import FakeClock


class Script:
    """Stands for database, clock work and outbox; says what each turn finds, and stops the loop at the end."""

    def __init__(self, *turns: int | Exception, moment: datetime | None = None, in_hand: int = 0) -> None:
        self.turns = list(turns)
        self.moment = moment
        self.in_hand = in_hand
        self.clock = FakeClock()
        self.loop = Loop(self, self, self, self.clock)  # type: ignore[arg-type] - the three ports in one

    async def run(self, work: object) -> datetime | None:
        """The store: only asked for the next moment here."""
        return self.moment

    async def turn(self, at: datetime | None = None) -> int:
        """Due (with a moment) and delivery (without)."""
        if at is None:
            return 0
        found = self.turns.pop(0)
        if not self.turns:
            self.loop.stop()
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """How long the loop wanted to sleep, without sleeping."""
    asked: list[timedelta] = []

    async def noted(_: Loop, pause: timedelta) -> None:
        asked.append(pause)

    monkeypatch.setattr(module.Loop, "_sleep", noted)
    return asked


async def test_while_there_is_work_it_does_not_sleep(pauses: list[timedelta]) -> None:
    """A backlog is worked off at full speed."""
    await Script(3, 1, 0, 0).loop.run()
    assert pauses == [timedelta(), timedelta(), LONGEST_SLEEP]


async def test_it_sleeps_exactly_until_the_next_moment(pauses: list[timedelta]) -> None:
    """No polling: a promise is kept when it is due."""
    script = Script(0, 0)
    script.moment = script.clock.now() + timedelta(seconds=7)
    await script.loop.run()
    assert pauses == [timedelta(seconds=7)]


async def test_it_never_sleeps_for_long(pauses: list[timedelta]) -> None:
    """Clocks are set and machines suspended (F30, F31)."""
    script = Script(0, 0)
    script.moment = script.clock.now() + timedelta(days=7)
    await script.loop.run()
    assert pauses == [LONGEST_SLEEP]


async def test_what_is_due_and_cannot_be_done_does_not_make_it_spin(pauses: list[timedelta]) -> None:
    """A resting case stays due for minutes; asking the database a thousand times a second helps nobody."""
    script = Script(0, 0, 0)
    script.moment = script.clock.now() - timedelta(minutes=1)
    await script.loop.run()
    assert pauses == [RETRY_AFTER, RETRY_AFTER]


async def test_while_deliveries_take_long_it_looks_again_soon(pauses: list[timedelta]) -> None:
    """What follows from them must not wait for half a minute."""
    await Script(0, 0, in_hand=1).loop.run()
    assert pauses == [LOOK_AGAIN]


@pytest.mark.parametrize("fault", [NotNow("locked"), ZeroDivisionError("a bug")])
async def test_a_fault_in_one_turn_stops_no_later_one(pauses: list[timedelta], fault: Exception) -> None:
    """The promises of all cases hang on this loop."""
    await Script(fault, 1, 0).loop.run()
    assert pauses == [RETRY_AFTER, timedelta()]


async def test_news_wake_it_at_once() -> None:
    """A mail that came in is acknowledged now, not at the next moment anything was owed."""
    script = Script(0, 0)
    running = asyncio.create_task(script.loop.run())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not running.done(), "asleep"
    script.loop.wake()
    await asyncio.wait_for(running, 10)


async def test_stopping_wakes_it_and_ends_it() -> None:
    """SIGTERM does not wait out a sleep (F42)."""
    script = Script(0, 0)
    running = asyncio.create_task(script.loop.run())
    for _ in range(5):
        await asyncio.sleep(0)
    script.loop.stop()
    await asyncio.wait_for(running, 10)
    assert len(script.turns) == 1, "no turn after that"
