"""Names of organisations that do not exist, of every shape that real ones have: `phrases/organisations.toml`.

Registered names, what people shorten them to, bare brands, offices of government, schools, hospitals, branches and
names in two scripts. Drawn from syllables and characters at random: the model is to learn shapes, not names.
"""

import random
import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from gateway.parsers.entities.wordlist import blocks
from gateway.training import words

__all__ = ["chinese", "latin", "shortened"]

_SLOT = re.compile(r"\{(\w+)(\??)\}")
_LEGAL = re.compile(r"(?:\(.+?\))?(?:股份|集团|有限责任|有限|总)*公司$")
_FORM = re.compile(
    r",? (?:Ltd|Limited|Inc|LLC|GmbH|Pte|Pvt|Sdn|Co|Corp|PLC|JSC|AS|AB|Oy|B\.V|S\.A|S\.r\.l)\b.*$"
)


def chinese(rng: random.Random) -> str:
    """A customer as Chinese writers name it; now and then in Latin letters."""
    return _expanded("chinese", rng)


def latin(rng: random.Random) -> str:
    """A customer as English writers name it, a tenth of them in capitals only or in none."""
    name = _expanded("latin", rng)
    return name if rng.random() < 0.9 else name.upper()


def shortened(name: str, rng: random.Random) -> str:
    """What the same writer calls it elsewhere: without its legal form, its first words, or its initials."""
    bare = _FORM.sub("", _LEGAL.sub("", name))
    words_of = bare.split()
    if len(words_of) >= 3 and rng.random() < 0.4:
        return "".join(word[0] for word in words_of if word[0].isupper()) or bare
    if len(words_of) >= 2:
        return words_of[0] if rng.random() < 0.5 and len(words_of[0]) > 3 else bare
    return bare[:4] if len(bare) > 6 and bare[0] > "\u2e80" and rng.random() < 0.4 else bare


def _expanded(symbol: str, rng: random.Random) -> str:
    production = words.pick(rng, _productions()[symbol])
    return _SLOT.sub(lambda slot: _part(slot[1], slot[2], rng), production)


def _part(symbol: str, perhaps: str, rng: random.Random) -> str:
    if perhaps and rng.random() < 0.5:
        return ""
    return _expanded(symbol, rng) if symbol in _productions() else _MAKERS[symbol](rng)


def _trade(rng: random.Random) -> str:
    """A trade that the parsers know, or two characters that nobody knows for one."""
    if rng.random() < 0.2:
        return words.character(rng) + words.character(rng)
    return words.pick(rng, blocks("companies")["trade"])


def _trade_word(rng: random.Random) -> str:
    return (
        words.pick(rng, blocks("companies")["trade_words"]) if rng.random() < 0.85 else words.latin_word(rng)
    )


def _town(rng: random.Random) -> str:
    return words.pick(rng, blocks("places")["latin"]) if rng.random() < 0.4 else words.latin_word(rng)


_MAKERS: Mapping[str, Callable[[random.Random], str]] = {
    "brand": words.brand,
    "hanzi": words.character,
    "city": words.city,
    "trade": _trade,
    "legal": lambda rng: words.pick(rng, words.listed("legal")),
    "end": lambda rng: words.pick(rng, words.listed("ends")),
    "word": words.latin_word,
    "capitals": words.capitals,
    "digit": lambda rng: str(rng.randrange(10)),
    "common": lambda rng: words.pick(rng, words.listed("common")),
    "common_low": lambda rng: words.pick(rng, words.listed("common")).lower(),
    "branch_of_trade": _trade_word,
    "form": lambda rng: words.pick(rng, words.listed("forms")),
    "seat": lambda rng: words.pick(rng, words.listed("seats")),
    "town": _town,
    "first": words.first_name,
}


@cache
def _productions() -> Mapping[str, tuple[str, ...]]:
    source = (files("gateway.training") / "phrases" / "organisations.toml").read_text("utf-8")
    tables: dict[str, str] = tomllib.loads(source)
    return {symbol: tuple(block.strip("\n").split("\n")) for symbol, block in tables.items()}
