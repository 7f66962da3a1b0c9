"""A whole gateway on a fake clock for every chat channel that there is."""

import importlib
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest

from gateway.cases.case import Case
from gateway.chat_joining import ChatSide
from gateway.chat_ports import Link
from gateway.errors import StorageUnavailable
from gateway.intake import Outcome
from gateway.parsers.report import Reader
from gateway.parts import Parts
from gateway.ports import Work
from gateway.storage.writer import Writer
from tests.chat.contract.bench import Bench, CapableBench
from tests.chat.contract.feishu_bench import feishu
from tests.chat.contract.installed import install
from tests.chat.contract.telegram_bench import calling, polled
from tests.chat.contract.webhook_bench import webhook
from tests.chat.scene import ChatWay, chat_parts_of
from tests.house import FakeClock, House, close
from tests.stories.conftest import engine_on

Result = TypeVar("Result")
BENCHES = {"telegram polled": polled, "telegram calling": calling, "webhook": webhook, "example": feishu}
CAPABLE = [name for name in BENCHES if name != "example"]
"""Of edits and of files; Feishu tells bots of no edit, and the example is too small for files."""


@dataclass
class MoodyStore:
    """The store as channels have it; it is away when a test says so."""

    writer: Writer
    is_away: bool = False

    async def run(self, work: Callable[[Work], Result]) -> Result:
        """In one transaction, or not now."""
        if self.is_away:
            raise StorageUnavailable("the disk is full")
        return await self.writer.run(work)


@dataclass
class Meeting:
    """The house, its one chat channel, and the service on its other side."""

    house: House
    side: ChatSide
    store: MoodyStore
    bench: Bench

    async def taken(self, seconds: float = 31) -> list[Outcome]:
        """All is delivered, nobody types for a while, and what follows is said."""
        assert await self.bench.bring()
        self.house.clock.pass_(seconds=seconds)
        outcomes: list[Outcome] = []
        while more := await self.side.intake.turn():
            outcomes += more
            if any(outcome.name == "postponed" for outcome in more):
                break
        await self.house.settle()
        return outcomes

    async def says(self, who: str, *lines: str, **how: Any) -> list[Outcome]:
        """They write these lines, and pause."""
        for line in lines:
            self.bench.writes(who, line, **how)
        return await self.taken()

    async def link(self, who: str, kind: Any, person: str) -> None:
        """As if a code had been used."""
        at, link = self.house.clock.now(), Link(self.bench.address(who), kind, person)
        await self.house.store.run(lambda work: work.link(link, at))
        await self.side.load()

    @property
    def capable_bench(self) -> CapableBench:
        """For the tests that are `CAPABLE`'s alone."""
        assert isinstance(self.bench, CapableBench)
        return self.bench

    def case(self) -> Case:
        """The latest."""
        return self.house.case(self.house.numbers()[0])

    def hears(self, who: str, **where: bool) -> list[str]:
        """Our words to them."""
        return [shown.text for shown in self.bench.sees(who, **where)]


@pytest.fixture(scope="session")
def example_installed(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """The example package, as pip would leave it."""
    site = tmp_path_factory.mktemp("site-packages")
    install("gateway-feishu", site)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(site), *sys.path])
        importlib.invalidate_caches()
        yield


@pytest.fixture(params=BENCHES)
async def meeting(
    request: pytest.FixtureRequest,
    chat_parts: Parts,
    reader: Reader,
    sqlite_url: str,
    example_installed: None,
) -> AsyncGenerator[Meeting]:
    """One for each channel."""
    parts = replace(chat_parts, clock=FakeClock())
    parts.chats.load(())
    parts.chats.bot_name = "support_bot"
    way = ChatWay()
    async with BENCHES[request.param]() as bench:
        house = House(parts, reader, engine_on(sqlite_url), {bench.name: way})
        house.store.start()
        store = MoodyStore(house.store)
        side = ChatSide(chat_parts_of(parts), store, house.readings, house.outgoing, [bench.opened])
        way.channel = bench.channel
        yield Meeting(house, side, store, bench)
        await bench.rests()
        await side.close()
        await close(house)
