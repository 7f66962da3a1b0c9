"""What is said in a chat at once: answers to commands, questions, hints. Tried once; whoever missed one asks again.

What is owed to somebody goes through the outbox instead. The words are the owner's (`templates/<lang>/words.toml`,
table `chat`); what is put into them is shown as text and never as markup.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

Value = str | datetime


@dataclass(frozen=True, slots=True)
class Prepared:
    """A button: its label is a name of the table `button`, with its values, or a text if `as_is`; `data` comes back."""

    label: str
    data: str
    as_is: bool = False
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something to say: lines of the table `chat`, each with its values, one below the other."""

    chat: str
    language: str
    lines: tuple[tuple[str, dict[str, Value]], ...]
    buttons: tuple[Prepared, ...] = ()
    used: str | None = field(default=None, kw_only=True)
    """The message whose buttons have been used, and go."""


def spoken(chat: str, language: str, line: str, /, *buttons: Prepared, **values: Value) -> Spoken:
    """One line."""
    return Spoken(chat, language, ((line, values),), buttons)


class Phrases(Protocol):
    """The owner's words."""

    def phrase(self, table: str, name: str, language: str, at: datetime, /, **values: Value) -> str:
        """The phrase with its values put in; a moment as one says it at `at`. Never raises."""
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
    text = "\n".join(phrases.phrase("chat", name, each.language, at, **values) for name, values in each.lines)
    buttons = [
        (
            button.label
            if button.as_is
            else phrases.phrase("button", button.label, each.language, at, **button.values),
            button.data,
        )
        for button in each.buttons
    ]
    return text, buttons
