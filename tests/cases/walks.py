"""Random lives of a case: drawn from a seed, played through the real core, and shrunk to the shortest that fails.

A life is plain data (`Walk`), so that a failure is a story of a few lines which can be played again by hand.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from gateway.cases import events, steps
from gateway.cases.case import Case, Notice, Step
from gateway.cases.events import Event
from gateway.cases.policy import Policy, Terms
from tests.builders import a_case, at, policy, terms
from tests.cases.happenings import EVERYTHING, ORDINARY, ROADS, TOGETHER
from tests.cases.watch import LawBroken, Watch

MINUTES = {0: 30, 1: 20, 4: 15, 9: 15, 30: 12, 61: 10, 300: 5, 24 * 60: 2, 3 * 24 * 60: 2}
"""How long until the next move, and how often so long."""

SOON = (0, 1, 4, 9)
BEGINS = ("2026-11-23 11:50", "2026-11-21 23:30", "2026-11-23 17:20", "2026-09-30 17:55")
POSTS = (timedelta(), timedelta(), timedelta(minutes=7), None)
LONGEST_WALK = 60


@dataclass(frozen=True, slots=True)
class Move:
    """So much time passes and then these events happen in one step; `away`: the clock was not looked at meanwhile."""

    minutes: int
    events: tuple[Event, ...] = ()
    away: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """A life from its first mail on. `post`: how long a letter takes to leave, None if none ever does."""

    level: int
    plan: str
    language: str
    begins: str
    staffed: frozenset[str]
    post: timedelta | None
    moves: tuple[Move, ...]

    def __str__(self) -> str:
        head = (
            f"level {self.level}, {self.plan}, {self.language}, from {self.begins}, "
            f"post {self.post}, staffed {sorted(self.staffed)}"
        )
        return "\n".join([head, *(f"  {move}" for move in self.moves)])


def draw(seed: int) -> Walk:
    """The life of that seed."""
    random = Random(seed)
    chain = policy().escalation_chain
    return Walk(
        level=random.randint(1, 4),
        plan=random.choice(["5x8", "7x24"]),
        language=random.choice(["zh-Hans", "en"]),
        begins=random.choice(BEGINS),
        staffed=frozenset(role for role in chain if random.random() < 0.7),
        post=random.choice(POSTS),
        moves=tuple(move for _ in range(random.randint(1, LONGEST_WALK)) for move in _moves(random)),
    )


def _moves(random: Random) -> Iterator[Move]:
    """One move, or a stretch of road in which one thing soon follows another."""
    if random.random() < 0.95:
        yield _move(random)
    else:
        yield from (Move(random.choice(SOON), (event,)) for event in random.choice(ROADS))


def _move(random: Random) -> Move:
    (minutes,) = random.choices(tuple(MINUTES), tuple(MINUTES.values()))
    sort = random.random()
    if sort < 0.15:
        return Move(minutes)
    if sort < 0.3:
        return Move(minutes, away=True)
    if sort < 0.4:
        kinds = random.choice(TOGETHER)
        said = [event for event in EVERYTHING if isinstance(event, kinds)]
        return Move(minutes, tuple(random.sample(said, k=random.randint(2, 3))))
    return Move(minutes, (random.choice(ORDINARY if sort < 0.7 else EVERYTHING),))


@dataclass
class Played:
    """A life as far as it went: every step of the core was watched."""

    walk: Walk
    promises: Policy | None = None
    heard: Callable[[Notice, Case, datetime], None] = lambda _notice, _case, _at: None
    case: Case = field(init=False)
    now: datetime = field(init=False)
    steps: int = 0
    watch: Watch = field(default_factory=Watch)
    posted: list[tuple[datetime, Event]] = field(default_factory=list[tuple[datetime, Event]])

    def __post_init__(self) -> None:
        self.now = at(self.walk.begins)
        self.case = replace(
            a_case(level=self.walk.level, plan=self.walk.plan, language=self.walk.language),
            opened_at=self.now,
        )

    @property
    def terms(self) -> Terms:
        """What counts for the case as it now is."""
        return terms(self.case.plan, staffed=self.walk.staffed, promises=self.promises)

    def play(self) -> "Played":
        """From the first mail to the last move. Raises LawBroken."""
        reported = events.Reported(text="防火墙登录不上", language=self.walk.language)
        self._take(steps.open_case(self.case, reported, self.now, self.terms))
        for move in self.walk.moves:
            self._make(move)
        return self

    def _make(self, move: Move) -> None:
        until = self.now + timedelta(minutes=move.minutes)
        if not move.away:
            self._let_pass(until)
        self.now = until
        if move.events:
            self._take(steps.advance_together(self.case, move.events, until, self.terms))
        elif move.away:
            self._come_back()

    def _let_pass(self, until: datetime) -> None:
        """The clock strikes whenever something is due, and letters leave, in the order of their moments."""
        while (moment := min(self._moments(), default=until)) < until:
            # A letter may leave at a moment that an absence has passed over.
            self.now = max(self.now, moment)
            if not self._deliver():
                self._look()

    def _moments(self) -> Iterator[datetime]:
        if self.case.next_due is not None:
            yield self.case.next_due
        yield from (leaves_at for leaves_at, _ in self.posted)

    def _deliver(self) -> bool:
        """The next letter leaves, if its moment has come."""
        ripe = [each for each in self.posted if each[0] <= self.now]
        if not ripe:
            return False
        self.posted.remove(ripe[0])
        self._take(steps.advance(self.case, ripe[0][1], self.now, self.terms))
        return True

    def _look(self) -> Step:
        step = steps.look_at_the_clock(self.case, self.now, self.terms)
        self._take(step)
        return step

    def _come_back(self) -> None:
        """After an absence of any length: one update, one escalation, and nothing at a second look (G10, F31)."""
        step = self._look()
        to_customer = [notice.name for notice in step.notices if notice.to == "customer"]
        climbs = [notice.to for notice in step.notices if notice.name == "escalation"]
        if len(to_customer) > 1 or len(climbs) > 1:
            raise LawBroken(f"after an absence the customer got {to_customer}, and managers {climbs}")
        again = steps.look_at_the_clock(self.case, self.now, self.terms)
        if again.entries or again.notices:
            raise LawBroken(f"a second look found {[entry.name for entry in again.entries]}")

    def _take(self, step: Step) -> None:
        self.steps += 1
        self.watch.check(self.case, step, self.now, self.terms)
        self.case = step.case
        for notice in step.notices:
            self.heard(notice, step.case, self.now)
        if self.walk.post is None:
            return
        leaves_at = self.now + self.walk.post
        self.posted += [
            (leaves_at, events.NoticeSent(notice=notice.name, to=notice.to)) for notice in step.notices
        ]
        while not self.walk.post and self._deliver():
            pass


def broken_law(walk: Walk, promises: Policy | None = None) -> str | None:
    """Which law this life breaks first, and how; None if it keeps them all."""
    try:
        Played(walk, promises).play()
    except LawBroken as broken:
        return str(broken)
    return None


def shrunk(walk: Walk, fails: Callable[[Walk], bool]) -> Walk:
    """The shortest life found by leaving things out that still fails: moves first, then events, then minutes."""
    while smaller := next((each for each in _smaller(walk) if fails(each)), None):
        walk = smaller
    return walk


def _smaller(walk: Walk) -> Iterator[Walk]:
    for moves in (*_without_some(walk.moves), *_simpler_each(walk.moves)):
        yield replace(walk, moves=moves)


def _without_some(moves: Sequence[Move]) -> Iterator[tuple[Move, ...]]:
    size = len(moves)
    while size:
        for start in range(0, len(moves), size):
            yield (*moves[:start], *moves[start + size :])
        size //= 2


def _simpler_each(moves: Sequence[Move]) -> Iterator[tuple[Move, ...]]:
    for index, move in enumerate(moves):
        for simpler in _simpler(move):
            yield (*moves[:index], simpler, *moves[index + 1 :])


def _simpler(move: Move) -> Iterator[Move]:
    if len(move.events) > 1:
        yield from (replace(move, events=(event,)) for event in move.events)
    if move.away:
        yield replace(move, away=False)
    yield from (replace(move, minutes=minutes) for minutes in MINUTES if minutes < move.minutes)
