"""How one language writes moments, durations and the names of things: the contents of `templates/<lang>/words.toml`.

Pure: a moment is told relative to another moment, both given. Names that the owner has added to the policy and not
to the file are shown as they are spelled there.
"""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import msgspec


class Moments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns over {time}, {day}, {month}, {month_name}, {weekday}, {year}; Monday and January come first."""

    today: str
    yesterday: str
    tomorrow: str
    this_year: str
    other_year: str
    weekdays: tuple[str, str, str, str, str, str, str]
    months: tuple[str, str, str, str, str, str, str, str, str, str, str, str]


class Durations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns over {n}, each for one and for many; `between` joins two of them."""

    day: tuple[str, str]
    hour: tuple[str, str]
    minute: tuple[str, str]
    under_a_minute: str
    between: str


class Phrasebook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One language. `zones`: what a letter says of the zone its times are in, by IANA name; empty where all know it."""

    listing: str
    zones: Mapping[str, str]
    moments: Moments
    durations: Durations
    names: Mapping[str, Mapping[str, str]]

    def named(self, name: str, kind: str) -> str:
        """What the readers call it; the name itself where the file has none. `level_manager:2` counts as its role.

        Raises KeyError for a kind that the file does not have.
        """
        names = self.names[kind]
        known = names.get(name)
        if known is not None:
            return known
        base, colon, rung = name.partition(":")
        return f"{names[base]} {rung}" if colon and base in names else name

    def listed(self, things: tuple[str, ...]) -> str:
        """Several short things in one line."""
        return self.listing.join(things)

    def when(self, moment: datetime, at: datetime, zone: tzinfo) -> str:
        """A moment in local time, as somebody reading at `at` would say it."""
        local, now = moment.astimezone(zone), at.astimezone(zone)
        patterns = self.moments
        pattern = {0: patterns.today, 1: patterns.tomorrow, -1: patterns.yesterday}.get(
            (local.date() - now.date()).days,
            patterns.this_year if local.year == now.year else patterns.other_year,
        )
        return pattern.format(
            time=f"{local:%H:%M}",
            day=local.day,
            month=local.month,
            month_name=patterns.months[local.month - 1],
            weekday=patterns.weekdays[local.weekday()],
            year=local.year,
        )

    def lasting(self, span: timedelta) -> str:
        """A duration in its two largest units, seconds dropped; the sign does not matter."""
        minutes = int(abs(span).total_seconds()) // 60
        days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
        counted = [(days, self.durations.day), (hours, self.durations.hour), (minutes, self.durations.minute)]
        told = [patterns[count > 1].format(n=count) for count, patterns in counted if count]
        return self.durations.between.join(told[:2]) or self.durations.under_a_minute

    def zone_note(self, zone: str) -> str:
        """The sentence part that names the zone, or an empty string where nobody would wonder."""
        return self.zones.get(zone, zone)


def read_phrasebook(path: Path) -> Phrasebook:
    """The file's contents. Raises OSError, ValueError (TOML, UTF-8) or msgspec.ValidationError saying what is wrong."""
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Phrasebook)
