"""A name system of the test's own: what is written in it is there, what is silent does not answer."""

from collections.abc import Iterable, Mapping

from gateway.trust.dns import Answer, Kind, Unanswered


class FakeResolver:
    """Answers from a table of (name, kind) -> records as text; counts what it is asked.

    Names in `silent` give no answer. `took` is how long each answer seems to take, in seconds.
    """

    def __init__(
        self,
        records: Mapping[tuple[str, Kind], Iterable[str]] | None = None,
        silent: Iterable[str] = (),
        took: float = 0.0,
    ) -> None:
        self.records = {key: tuple(values) for key, values in (records or {}).items()}
        self.silent = set(silent)
        self.took = took
        self.asked: list[tuple[str, Kind]] = []

    def ask(self, name: str, kind: Kind) -> Answer:
        """As gateway.trust.dns.Resolver."""
        name = name.rstrip(".").lower()
        self.asked.append((name, kind))
        if name in self.silent:
            raise Unanswered(f"no answer about {kind} (Timeout)", self.took)
        found = self.records.get((name, kind), ())
        return Answer(tuple(record.encode("latin-1") for record in found), self.took)
