"""The stage: the real gateway (intake, core, policy, letters, database) on a clock that jumps from moment to moment.

Only the ends are props: a virtual clock, ids that are the same every time, and a way out that keeps the mails in
memory, where the people of the afternoon find them and answer. Nothing leaves, and nothing is left behind.
"""

import asyncio
import hashlib
import tempfile
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway import case_number, digest
from gateway.cases.case import Case
from gateway.clock import BASE32
from gateway.config import Config, Database, DirectoryFile
from gateway.demo.afternoon import Act, Afternoon
from gateway.demo.mailing import first_mail, read_mail, reply
from gateway.intake import Intake, Outcome
from gateway.messages import Envelope, Parcel
from gateway.parsers.report import Reader
from gateway.parts import Parts, build_parts, own_mail, vendor_of
from gateway.reading import ReadingHere
from gateway.responders.delivery import Delivery, Patience
from gateway.responders.due import Due
from gateway.responders.loop import Loop
from gateway.storage import reading, schema
from gateway.storage.engine import open_engine
from gateway.storage.writer import Writer

LEAST_STEP = timedelta(minutes=1)
"""The clock never stands still, even if something stays due whatever is done about it."""


class VirtualClock:
    """`gateway.ports.Clock`, moved by the stage alone."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The present moment of the play."""
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Forward, never back."""
        self._now = max(self._now, moment)


class CountedIds:
    """`gateway.ports.Ids` without chance: the n-th id is the same in every performance."""

    def __init__(self, case_prefix: str, zone: str) -> None:
        self._prefix = case_prefix
        self._zone = ZoneInfo(zone)
        self._given = 0

    def inbox_id(self, at: datetime) -> str:
        """Sorts by time, then by turn."""
        return f"{int(at.timestamp() * 1_000_000):014x}{self._next() & 0xFFFFFFFF:08x}"

    def case_number(self, at: datetime) -> str:
        """Of the right shape, with its check digit."""
        chance = self._next() % case_number.CHANCES
        return case_number.make(self._prefix, at.astimezone(self._zone).date(), chance)

    def outbound_id(self) -> str:
        """Eight letters of base32."""
        number = self._next()
        return "".join(BASE32[number >> 5 * place & 31] for place in range(8))

    def _next(self) -> int:
        self._given += 1
        return int.from_bytes(hashlib.blake2b(b"%d" % self._given, digest_size=8).digest(), "big")


class Postbox:
    """`gateway.ports.Channel` that keeps what leaves."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []

    async def send(self, parcel: Parcel) -> str:
        """Keep the bytes; the receipt is their place."""
        self.parcels.append(parcel)
        return f"kept {len(self.parcels)}"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail of ours that somebody got, and what the database says it was."""

    case_number: str
    notice: str
    role: str
    recipient: str
    mail: EmailMessage


@dataclass(frozen=True, slots=True)
class CaseNow:
    """A case as it is, and the journal entries that are new since the scene before."""

    case: Case
    news: Sequence[reading.Row]


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment of the play: who wrote (None when only the clock struck), what left, and all cases in order.

    `unheard`: the act had no letter to answer, because the owner's policy gives none; it was left out.
    """

    at: datetime
    act: Act | None
    act_case: str | None
    unheard: bool
    letters: tuple[Letter, ...]
    cases: tuple[CaseNow, ...]


@contextmanager
def set_stage(config: Config, start: datetime) -> Generator["Stage"]:
    """The gateway with the owner's policy and templates, the seed's people, and a database that goes when it ends."""
    with ExitStack() as last:
        folder = Path(last.enter_context(tempfile.TemporaryDirectory(prefix="gateway-demo-")))
        props = config.model_copy(
            update={
                "data_dir": folder,
                "database": Database(),
                "directory": DirectoryFile(file="builtin:seed"),
            }
        )
        clock = VirtualClock(start)
        ids = CountedIds(config.case.number_prefix, config.calendars.zone)
        stage = Stage(build_parts(props, clock=clock, ids=ids), clock)
        last.callback(stage.close)
        yield stage


class Stage:
    """Plays an afternoon, scene by scene."""

    def __init__(self, parts: Parts, clock: VirtualClock) -> None:
        config = parts.config
        self.directory = parts.directory
        self._support = config.channels.mail.address
        self._clock = clock
        self._ids = parts.ids
        self._runner = asyncio.Runner()
        engine = open_engine(config.database_url, writes=True)
        schema.migrate(engine)
        self._reading = open_engine(config.database_url, writes=False)
        self._store = Writer(engine)
        self._store.start()
        self._postbox = Postbox()
        reader = Reader(parts.directory, vendor_of(config), own_mail(config))
        readings = ReadingHere(reader, parts.directory, parts.rules.vendor)
        self._intake = Intake(self._store, readings, parts.rules, parts.letters, clock, parts.ids)
        delivery = Delivery(
            store=self._store,
            channels={"mail": self._postbox},
            policy=config.promises,
            staffed=parts.rules.staffed,
            letters=parts.letters,
            clock=clock,
            patience=Patience(back_off=[LEAST_STEP], in_doubt=LEAST_STEP),
        )
        due = Due(self._store, config.promises, parts.rules.staffed, parts.letters)
        self._loop = Loop(self._store, due, delivery, clock)
        self._letters: list[Letter] = []
        self._numbers: dict[str, str] = {}
        self._told: dict[str, int] = {}
        self._mails = 0

    def close(self) -> None:
        """Strike the set."""
        self._store.stop()
        self._reading.dispose()
        self._runner.close()

    def play(self, afternoon: Afternoon) -> Iterator[Scene]:
        """Acts and due moments as they come; who writes at a moment is heard before what is due at it."""
        waiting = deque(afternoon.acts)
        while True:
            due = self._store.submit(lambda work: work.next_moment()).result()
            if due is not None and due <= self._clock.now():
                due = self._clock.now() + LEAST_STEP
            if waiting and (due is None or waiting[0].at <= due):
                act = waiting.popleft()
                self._clock.move_to(act.at)
                raw = self._mail_of(act)
                if raw is not None:
                    self._arrive(act, raw)
                yield self._scene(act, unheard=raw is None)
            elif due is not None and due <= afternoon.until:
                self._clock.move_to(due)
                self._settle()
                yield self._scene(None)
            else:
                return

    def _mail_of(self, act: Act) -> bytes | None:
        """The act's mail; None when the letter that it answers never came."""
        self._mails += 1
        if act.subject is not None:
            return first_mail(act.who, self._support, act.subject, act.text, act.at, self._mails)
        wanted = (self._numbers.get(act.case), act.answers, act.who.address)
        for letter in reversed(self._letters):
            if (letter.case_number, letter.notice, letter.recipient) == wanted:
                return reply(act.who, letter.mail, act.text, act.at, self._mails)
        return None

    def _arrive(self, act: Act, raw: bytes) -> None:
        """The mail is kept as the mail server keeps it, and the gateway does what follows."""
        to = tuple(address for _, address in getaddresses([str(read_mail(raw)["To"])]))
        envelope = Envelope(source="smtp", mail_from=act.who.address, recipients=to, peer="127.0.0.1")
        inbox_id, mark = self._ids.inbox_id(act.at), digest.of_message(raw)
        self._store.submit(lambda work: work.keep(inbox_id, act.at, envelope, raw, mark)).result()
        for outcome in self._settle():
            if outcome.case_number is not None:
                self._numbers.setdefault(act.case, outcome.case_number)

    def _settle(self) -> list[Outcome]:
        """Until nothing is left to do at this moment; what became of the mails that came in."""
        outcomes = list[Outcome]()
        while came := self._runner.run(self._intake.turn()):
            outcomes += came
        while self._runner.run(self._loop.turn()):
            pass
        return outcomes

    def _scene(self, act: Act | None, *, unheard: bool = False) -> Scene:
        letters = self._collect()
        numbers = [row["number"] for row in reversed(reading.list_cases(self._reading))]
        cases = tuple(self._look(number) for number in numbers)
        return Scene(
            at=self._clock.now(),
            act=act,
            act_case=self._numbers.get(act.case) if act else None,
            unheard=unheard,
            letters=letters,
            cases=cases,
        )

    def _collect(self) -> tuple[Letter, ...]:
        """What left since the last time."""
        letters: list[Letter] = []
        for parcel in self._postbox.parcels[len(self._letters) :]:
            sent = self._store.submit(lambda work, parcel=parcel: work.sent(parcel.id)).result()
            if sent is not None:
                mail = read_mail(parcel.raw)
                letters.append(Letter(sent.case_number, sent.notice, sent.role, sent.recipient, mail))
        self._letters += letters
        return tuple(letters)

    def _look(self, number: str) -> CaseNow:
        case, journal, _ = reading.read_case(self._reading, number)
        seen = self._told.get(number, 0)
        self._told[number] = len(journal)
        return CaseNow(case, journal[seen:])
