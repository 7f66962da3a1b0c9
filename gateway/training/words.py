"""What made-up names are drawn from: characters, syllables and lists (`phrases/words.toml`, the parsers' lexicons)."""

import random
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from gateway.parsers.entities.wordlist import blocks


def pick(rng: random.Random, choices: Sequence[str]) -> str:
    """One of them, all as likely."""
    return choices[rng.randrange(len(choices))]


def brand(rng: random.Random) -> str:
    """Two characters or three as brands have them; now and then characters that no brand has."""
    length = rng.choice((2, 2, 2, 3))
    return "".join(
        character(rng) if rng.random() < 0.12 else pick(rng, characters("brand")) for _ in range(length)
    )


def character(rng: random.Random) -> str:
    """Any character of names and brands."""
    return pick(rng, characters("brand") if rng.random() < 0.6 else characters("given"))


def city(rng: random.Random) -> str:
    """A city of the mainland, of Taiwan, or of nowhere."""
    if rng.random() < 0.15:
        return character(rng) + character(rng)
    return pick(rng, blocks("places")["cities" if rng.random() < 0.8 else "taiwan"])


def first_name(rng: random.Random) -> str:
    """A first name in Latin letters: one of the lexicon, or one that nobody bears."""
    return pick(rng, blocks("names")["given"]) if rng.random() < 0.6 else latin_word(rng)


def latin_word(rng: random.Random) -> str:
    """A capitalised word of one to three syllables."""
    return "".join(_syllable(rng) for _ in range(rng.choice((1, 2, 2, 3)))).capitalize()


def capitals(rng: random.Random) -> str:
    """Two to five capital letters."""
    return "".join(chr(rng.randrange(65, 91)) for _ in range(rng.choice((2, 3, 3, 4, 4, 5))))


def surname(rng: random.Random) -> str:
    """A Chinese surname, the frequent ones half of the time."""
    return pick(rng, characters("frequent_surnames") if rng.random() < 0.5 else _surnames())


def _syllable(rng: random.Random) -> str:
    parts = (pick(rng, listed(part)) for part in ("onsets", "nuclei", "codas"))
    return "".join(parts).replace("-", "")


@cache
def listed(key: str) -> tuple[str, ...]:
    """A list of `words.toml`: split at bars where it holds any, else at blanks."""
    block = _tables()[key]
    return tuple(word.strip() for word in (block.split("|") if "|" in block else block.split()))


@cache
def characters(key: str) -> tuple[str, ...]:
    """A block of `words.toml`, character by character."""
    return tuple(_tables()[key])


@cache
def _surnames() -> tuple[str, ...]:
    return (*"".join(blocks("names")["surnames"]), *blocks("names")["compound_surnames"] * 2)


@cache
def _tables() -> dict[str, str]:
    return tomllib.loads((files("gateway.training") / "phrases" / "words.toml").read_text("utf-8"))
