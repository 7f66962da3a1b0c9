"""What is said in a chat at once: answers to commands, questions, hints. Tried once; whoever missed one asks again.

What is owed to somebody goes through the outbox instead. The words are the owner's (`templates/<lang>/words.toml`,
table `chat`); what is put into them is shown as text and never as markup.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Asking:
    """The question for a field, as a value of a line: open, or whether it is `offered`."""

    field: str
    offered: str | None = None


Value = str | datetime | timedelta
Filling = Value | Asking


@dataclass(frozen=True, slots=True)
class Prepared:
    """A button: its label is a name of the table `button` or, with `as_is`, a text; `data` comes back when pressed."""

    label: str
    data: str
    as_is: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something to say: lines of the table `chat`, each with its values, one below the other."""

    chat: str
    language: str
    lines: tuple[tuple[str, dict[str, Filling]], ...]
    buttons: tuple[Prepared, ...] = ()
    used: str | None = field(default=None, kw_only=True)
    """The message whose buttons have been used, and go."""


def spoken(chat: str, language: str, line: str, /, *buttons: Prepared, **values: Filling) -> Spoken:
    """One line."""
    return Spoken(chat, language, ((line, values),), buttons)


class Phrases(Protocol):
    """The owner's words."""

    def phrase(self, table: str, name: str, language: str, at: datetime, /, **values: Value) -> str:
        """The phrase with its values put in; a moment as one says it at `at`, a duration in words. Never raises."""
        ...


class Voice(Protocol):
    """The chat channel, for what needs no keeping. Nothing here raises."""

    async def say(self, chat: str, text: str, buttons: Sequence[tuple[str, str]]) -> None:
        """Say it; buttons as (label, data)."""
        ...

    async def take_buttons_away(self, chat: str, message: str) -> None:
        """They have been used."""
        ...


def written(each: Spoken, phrases: Phrases, at: datetime) -> tuple[str, Sequence[tuple[str, str]]]:
    """The text and the labelled buttons."""

    def value_of(filling: Filling) -> Value:
        if not isinstance(filling, Asking):
            return filling
        if filling.offered is None:
            return phrases.phrase("asked", filling.field, each.language, at)
        return phrases.phrase("asked_back", filling.field, each.language, at, value=filling.offered)

    text = "\n".join(
        phrases.phrase(
            "chat", name, each.language, at, **{key: value_of(filling) for key, filling in values.items()}
        )
        for name, values in each.lines
    )
    buttons = [
        (
            button.label if button.as_is else phrases.phrase("button", button.label, each.language, at),
            button.data,
        )
        for button in each.buttons
    ]
    return text, buttons
