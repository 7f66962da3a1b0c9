"""The afternoon as data: who writes what to whom, and when. The file beside this one says what its keys mean."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, time
from importlib.resources import files

import msgspec

from gateway.messages import Address


class _Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: time
    case: str
    who: str
    text: str
    subject: str | None = None
    answers: str | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    start: datetime
    until: datetime
    picture: datetime
    people: dict[str, str]
    act: tuple[_Act, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody writes: a first mail with a `subject`, or a reply to their latest letter of the notice `answers`."""

    at: datetime
    case: str
    who: Address
    text: str
    subject: str | None
    answers: str | None


@dataclass(frozen=True, slots=True)
class Afternoon:
    """Acts in order of time. `picture` is a moment worth a picture."""

    start: datetime
    until: datetime
    picture: datetime
    acts: tuple[Act, ...]


def read_afternoon() -> Afternoon:
    """The afternoon that comes with the gateway."""
    text = (files("gateway.demo") / "afternoon.toml").read_text(encoding="utf-8")
    return afternoon_of(text)


def afternoon_of(text: str) -> Afternoon:
    """An afternoon from TOML. Raises ValueError (TOML) or msgspec.ValidationError saying what is wrong."""
    file = msgspec.convert(tomllib.loads(text), _File)
    acts = [
        Act(
            at=datetime.combine(file.start.date(), act.at, file.start.tzinfo),
            case=act.case,
            who=Address(file.people.get(act.who), act.who),
            text=act.text.strip() + "\n",
            subject=act.subject,
            answers=act.answers,
        )
        for act in file.act
    ]
    return Afternoon(file.start, file.until, file.picture, tuple(sorted(acts, key=lambda act: act.at)))
