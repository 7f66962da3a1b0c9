"""Questions to the domain name system: what is asked, who answers, and how much one message may ask.

Names come from strangers' mail, and so do the records, which anybody may write for a domain of their own. Every
question is therefore bounded: in its time, in the size of its answer, and in how many of them a message gets.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, Protocol, cast

import dns.exception
import dns.name
import dns.resolver
from dns.rdata import Rdata

Kind = Literal["TXT", "A", "AAAA", "MX", "PTR"]

TRY_SECONDS = 3.0
QUESTION_SECONDS = 5.0
SHORTEST_MEMORY = 30.0
LONGEST_MEMORY = 3600.0
MEMORY_OF_NOTHING = 60.0
REMEMBERED = 4096
MAX_RECORDS = 100
MAX_RECORD_BYTES = 4096
MAX_NAME = 253


@dataclass(frozen=True, slots=True)
class Answer:
    """Records as text, at most 100 of at most 4096 bytes; none where the name or the kind does not exist.

    TXT records have their strings joined, addresses are in digits, MX is `<preference> <host>`. `took` is in seconds.
    """

    records: tuple[bytes, ...] = ()
    took: float = 0.0


class Unanswered(Exception):
    """No server gave an answer, after `took` seconds: nothing is known, and asking later may help."""

    def __init__(self, message: str, took: float = 0.0) -> None:
        super().__init__(message)
        self.took = took


class AskedTooMuch(Exception):
    """One message led to more questions than any honest one does."""


class Resolver(Protocol):
    """Whoever answers."""

    def ask(self, name: str, kind: Kind) -> Answer:
        """The records of that kind. Raises Unanswered; a name that cannot exist has no records."""
        ...


class Metered:
    """One message's share of a resolver: so many questions, and so many seconds of waiting for answers."""

    def __init__(self, resolver: Resolver, questions: int, seconds: float) -> None:
        self._resolver = resolver
        self._questions = questions
        self._seconds = seconds

    def ask(self, name: str, kind: Kind) -> Answer:
        """The records of that kind. Raises Unanswered, or AskedTooMuch when the questions are used up."""
        if self._seconds <= 0:
            raise Unanswered("the name servers take too long")
        if self._questions <= 0:
            raise AskedTooMuch("it leads to too many questions to name servers")
        self._questions -= 1
        try:
            answer = self._resolver.ask(name, kind)
        except Unanswered as silence:
            self._seconds -= silence.took
            raise
        self._seconds -= answer.took
        return answer


class DnsResolver:
    """The real one, on dnspython; may be used from several threads. Remembers answers for their time to live,
    but for no less than 30 seconds and no more than an hour.

    `monotonic` gives seconds that only grow. Without `nameservers` it asks those of the machine.
    """

    def __init__(
        self, monotonic: Callable[[], float], nameservers: Sequence[str] = (), port: int = 53
    ) -> None:
        self._monotonic = monotonic
        self._nameservers = list(nameservers)
        self._port = port
        self._resolver: dns.resolver.Resolver | None = None
        self._memory: OrderedDict[tuple[str, Kind], tuple[float, tuple[bytes, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, name: str, kind: Kind) -> Answer:
        """The records of that kind. Raises Unanswered after at most five seconds."""
        name = name.rstrip(".").lower()
        if not name or len(name) > MAX_NAME or not name.isascii():
            return Answer()
        started = self._monotonic()
        with self._lock:
            until, records = self._memory.get((name, kind), (started, ()))
        if until > started:
            return Answer(records)
        records, lifetime = self._resolve(name, kind, started)
        ended = self._monotonic()
        with self._lock:
            self._memory[name, kind] = (ended + lifetime, records)
            self._memory.move_to_end((name, kind))
            while len(self._memory) > REMEMBERED:
                self._memory.popitem(last=False)
        return Answer(records, ended - started)

    def _resolve(self, name: str, kind: Kind, started: float) -> tuple[tuple[bytes, ...], float]:
        """The records, and for how long they may be remembered."""
        try:
            found = self._asked().resolve(name, kind)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return (), MEMORY_OF_NOTHING
        except (dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong, dns.name.BadEscape):
            return (), MEMORY_OF_NOTHING
        except (dns.exception.DNSException, OSError) as fault:
            took = self._monotonic() - started
            raise Unanswered(f"no answer about {kind} ({type(fault).__name__})", took) from fault
        if found.rrset is None:
            return (), MEMORY_OF_NOTHING
        lifetime = min(max(float(found.rrset.ttl), SHORTEST_MEMORY), LONGEST_MEMORY)
        rdatas = cast("Iterable[Rdata]", found.rrset)
        records = [_as_text(record, kind) for record in islice(rdatas, MAX_RECORDS)]
        return tuple(each for each in records if len(each) <= MAX_RECORD_BYTES), lifetime

    def _asked(self) -> dns.resolver.Resolver:
        """dnspython's resolver, made on first use: a machine without name servers is a question unanswered, no more."""
        with self._lock:
            if self._resolver is None:
                made = dns.resolver.Resolver(configure=not self._nameservers)
                if self._nameservers:
                    made.nameservers = self._nameservers
                made.port = self._port
                made.timeout = TRY_SECONDS
                made.lifetime = QUESTION_SECONDS
                self._resolver = made
            return self._resolver


def _as_text(record: Rdata, kind: Kind) -> bytes:
    if kind == "TXT":
        return b"".join(getattr(record, "strings", ()))
    return record.to_text().rstrip(".").encode("ascii", "replace")
