"""A season: so many cases over so many days, played minute by minute as fast as the machine can, and counted.

The responders' loop, the core, the templates and SQLite are those of the gateway; mail is counted and thrown away,
and the clock jumps to whatever comes next. Nothing that grows with the season is kept in memory.
"""

import asyncio
import heapq
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from gateway.cases import events, steps
from gateway.cases.case import Case, Notice, Party, Step
from gateway.cases.events import Event
from gateway.config import DEFAULT_CONFIG, load
from gateway.messages import Attachment, Parcel
from gateway.parts import Parts, build_parts
from gateway.ports import Letters, Ready, Undelivered, Work
from gateway.responders.delivery import Delivery, Patience
from gateway.responders.due import Due
from gateway.responders.loop import Loop
from gateway.storage import schema
from gateway.storage.engine import open_engine
from gateway.storage.writer import Writer
from tests.house import FakeClock, rounds_of
from tests.soak.counting import Figures, count_up
from tests.soak.people import answers

BEGINS = datetime(2026, 9, 7, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Monday; National Day with its make-up Saturdays lies ahead."""

LEVELS = (1, 2, 2, 2, 3, 3, 3, 3, 4, 4)
CUSTOMERS = ("qingshan-bank", "beihe-hospital", "haiyan-logistics", "northwind-semi")
BY_DAY = 0.85
"""So many of the reports come between eight and six."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory of the process at the end of a simulated day, in MB."""

    day: int
    resident: float


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the wall and of both processors, for the season without its counting."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Played:
    """A season as it went."""

    figures: Figures
    took: Took
    memory: tuple[Memory, ...]


class _Thrown:
    """A way out that only counts."""

    def __init__(self) -> None:
        self.count = 0

    async def send(self, parcel: Parcel) -> str:
        """Gone."""
        self.count += 1
        return "taken"


class _Heard:
    """`gateway.ports.Letters` that lets the readers act on what they read."""

    def __init__(self, letters: Letters, office: "Office") -> None:
        self._letters = letters
        self._office = office

    def letters(
        self, before: Case | None, step: Step, at: datetime, attachments: Sequence[Attachment] = ()
    ) -> Sequence[Ready]:
        """The same letters; one reader of each acts."""
        ready = self._letters.letters(before, step, at, attachments)
        for letter in {each.notice_id: each for each in ready}.values():
            self._office.read(letter)
        return ready

    def by_mail(self, case: Case, lost: Undelivered, at: datetime) -> Ready | None:
        """As ever; nobody here reads chats."""
        return self._letters.by_mail(case, lost, at)

    def answer(self, case: Case, notice: Notice, staff_id: str, at: datetime) -> Sequence[Ready]:
        """As ever."""
        return self._letters.answer(case, notice, staff_id, at)


class Office:
    """Who will do what to which case, in the order of time."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._order = count()
        self._plans: list[tuple[datetime, int, str, Event]] = []

    def read(self, letter: Ready) -> None:
        """Somebody reads a letter and makes up their mind."""
        for at, event in answers(letter, self._random):
            self.plan(at, letter.outbound.case_number, event)

    def plan(self, at: datetime, number: str, event: Event) -> None:
        """This will happen."""
        heapq.heappush(self._plans, (at, next(self._order), number, event))

    def next(self) -> datetime | None:
        """When somebody next does something."""
        return self._plans[0][0] if self._plans else None

    def due(self, at: datetime) -> Iterator[tuple[str, Event]]:
        """What is done by `at`."""
        while self._plans and self._plans[0][0] <= at:
            _, _, number, event = heapq.heappop(self._plans)
            yield number, event


class Season:
    """The gateway and its people, for `days` days with `cases` reports spread over them."""

    def __init__(self, folder: Path, *, days: int, cases: int, seed: int = 1) -> None:
        self._end = BEGINS + timedelta(days=days)
        self._clock = FakeClock(BEGINS)
        self._office = Office(seed)
        self._parts = _parts(folder, self._clock)
        self._letters = _Heard(self._parts.letters, self._office)
        self._engine = open_engine(self._parts.config.database_url, writes=True)
        schema.migrate(self._engine)
        self._store = Writer(self._engine)
        self._thrown = _Thrown()
        self._loop = self._responders()
        self._reports = _reports(self._parts, Random(seed), days, cases)

    async def play(self) -> Played:
        """From the first morning to the last evening."""
        began, cpu = time.monotonic(), time.process_time()
        self._store.start()
        memory = list[Memory]()
        report = next(self._reports, None)
        today = 0
        while self._clock.moment < self._end:
            while report is not None and report.opened_at <= self._clock.moment:
                await self._open(report)
                report = next(self._reports, None)
            await asyncio.gather(*(self._act(*each) for each in self._office.due(self._clock.moment)))
            await self._loop.turn()
            await self._go_on(report)
            if (day := (self._clock.moment - BEGINS).days) > today:
                today = day
                memory.append(Memory(day, _resident()))
        took = Took(time.monotonic() - began, time.process_time() - cpu)
        figures = await asyncio.to_thread(count_up, self._engine, self._end, self._thrown.count)
        await asyncio.to_thread(self._store.stop)
        return Played(figures, took, tuple(memory))

    def _responders(self) -> Loop:
        parts, store, clock, rules = self._parts, self._store, self._clock, self._parts.rules
        delivery = Delivery(
            store=store,
            channels={"mail": self._thrown},
            policy=rules.policy,
            staffed=rules.staffed,
            letters=self._letters,
            clock=clock,
            patience=Patience([timedelta(minutes=1)], timedelta(minutes=10)),
        )
        rounds = rounds_of(parts, store, letters=self._letters)
        due = Due(store, rules.policy, rules.staffed, self._letters)
        return Loop(store, due, delivery, clock, rounds)

    async def _go_on(self, report: Case | None) -> None:
        """The clock jumps to whatever comes first; it stands still while anything is left to do now."""
        owed = await self._store.run(lambda work: work.next_moment())
        moments = (owed, self._office.next(), report.opened_at if report else None, self._end)
        self._clock.moment = max(self._clock.moment, min(each for each in moments if each is not None))

    async def _open(self, case: Case) -> None:
        at = self._clock.moment

        def work(work: Work) -> None:
            terms = self._parts.rules.policy.terms(case.plan, self._parts.rules.staffed)
            reported = events.Reported(text=case.subject, language=case.reporter.language)
            step = steps.open_case(case, reported, at, terms)
            work.record(step, self._letters.letters(None, step, at))

        await self._store.run(work)

    async def _act(self, number: str, event: Event) -> None:
        at = self._clock.moment

        def work(work: Work) -> None:
            case = work.case(number)
            assert case is not None
            terms = self._parts.rules.policy.terms(case.plan, self._parts.rules.staffed)
            step = steps.advance(case, event, at, terms)
            work.record(step, self._letters.letters(case, step, at))

        await self._store.run(work)


def _reports(parts: Parts, random: Random, days: int, number: int) -> Iterator[Case]:
    """Reports in the order of time, at whole minutes of any hour, most of them by day."""
    minutes = sorted(_minute(random, days) for _ in range(number))
    for index, minute in enumerate(minutes):
        at = BEGINS + timedelta(minutes=minute)
        customer = parts.directory.customers[random.choice(CUSTOMERS)]
        contract, contact = customer.contract_on(at.date()), customer.contacts[0]
        assert contract is not None
        yield Case(
            number=f"S{index:06}",
            opened_at=at,
            reporter=Party(
                address=contact.emails[0],
                name=contact.name,
                language=contact.language or "zh-Hans",
                known=True,
            ),
            subject="防火墙无法登录",
            level=random.choice(LEVELS),
            plan=contract.plan,
            services=tuple(sorted(contract.services)),
            customer_id=customer.id,
            company=customer.name,
            contact=contact.name,
            region=customer.region,
        )


def _minute(random: Random, days: int) -> int:
    hour = random.randint(0, 9) if random.random() < BY_DAY else random.randint(0, 23)
    return (random.randrange(days) * 24 + hour) * 60 + random.randrange(60)


def _parts(folder: Path, clock: FakeClock) -> Parts:
    """The shipped gateway with its data in this folder."""
    config = load(DEFAULT_CONFIG).model_copy(update={"data_dir": folder})
    return build_parts(config, clock=clock)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6
