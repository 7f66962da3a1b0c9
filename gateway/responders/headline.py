"""The first line of a card in a chat: which case, where it stands, who has it. It is kept true as the case moves."""

from datetime import datetime
from typing import Protocol

from gateway.cases.case import Case

WITHOUT_LEVEL = frozenset({"installation", "training", "inspection", "follow_up"})
"""Kinds of which the kind says more than a fault level."""


class Phrases(Protocol):
    """The owner's words."""

    def phrase(self, table: str, name: str, language: str, at: datetime, /, **values: str | datetime) -> str:
        """The phrase with its values put in. Never raises."""
        ...


def headline(phrases: Phrases, case: Case, language: str, engineer: str | None, at: datetime) -> str:
    """The line for a colleague who reads `language`; `engineer` is the name of who has the case."""

    def named(table: str, name: str) -> str:
        return phrases.phrase(table, name, language, at)

    what = named("kind", case.kind) if case.kind in WITHOUT_LEVEL else named("level", str(case.level))
    status = named("internal_status", case.status)
    values = {"number": case.number, "status": status, "what": what}
    if engineer is None:
        return phrases.phrase("chat", "headline", language, at, **values)
    return phrases.phrase("chat", "headline_held", language, at, **values, engineer=engineer)
