"""Single clauses labelled with what they do, from a grammar and a seed: `phrases/acts_<language>*.toml`.

Diversity decides (UNDERSTANDING "Diversity of the generator"): every clause is put together anew from parts, some run
into one another as people write without commas, some lose a letter.
"""

import random
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from gateway.parsers.entities.folding import fold_word
from gateway.parsers.entities.wordlist import blocks
from gateway.training.makers import LATIN_MAKERS, MAKERS

__all__ = ["Clause", "clauses"]

_SLOT = re.compile(r"\{(\w+)(\??)\}")
_OF_GRAMMAR = ("", "_around", "_everyday")
_DEEPEST = 9
_SHARE_OF_CHINESE = 0.62
_SHARE_JOINED = 0.16
_SHARE_OPENED = 0.12
_SHARE_MISSPELT = 0.06
_MASKED_PRODUCTS = 0.7
_MASKED_NAMES = 0.5
_MASKED_PHONES = 0.8
_SPELT_NUMBERS = 0.3
_NUMBERS = {
    "chinese": (
        *"一两三四五六七八九十",
        *(
            "十几",
            "十二",
            "十五",
            "二十",
            "二十多",
            "三十",
            "四十",
            "几十",
            "五六",
            "两三",
            "一百多",
            "上百",
            "几百",
        ),
    ),
    "english": (
        *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve"),
        *("fifteen", "twenty", "thirty", "forty", "sixty", "several"),
    ),
}
"""Small numbers as words; all else is written in digits."""
_NAMES = {
    "name": ("company", "person", "place"),
    "company": ("company",),
    "person": ("person",),
    "town": ("place",),
    "phone": ("phone",),
}
"""Symbols that stand for a name, and who makes it up: of the names in a letter only the chosen ones are masked."""
# How often an act is drawn, where not twice: a fault is what is looked for, and has the most ways to be told.
_OFTEN = {
    "fault": 20,
    "told": 30,
    "fault+scope": 4,
    "scope+standstill": 3,
    "unsolved": 3,
    "fault+scope+standstill": 4,
    "tried": 4,
    "question": 4,
    "wish": 4,
    "works": 5,
    "workaround+works": 4,
    "solved": 4,
    "complaint": 3,
}
_OPENINGS = {
    "chinese": (
        "但是",
        "而且",
        "目前",
        "现在",
        "另外",
        "结果",
        "还有",
        "所以",
        "我们",
        "发现",
        "客户反映",
        "因为",
    ),
    "english": ("and ", "but ", "now ", "also ", "it seems ", "unfortunately ", "so ", "because ", "we see "),
}


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause as the parsers see it (folded, masked, in lower case) and the acts it does."""

    text: str
    acts: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Grammar:
    language: str
    acts: Mapping[str, tuple[str, ...]]
    parts: Mapping[str, tuple[str, ...]]
    weights: tuple[int, ...]


def clauses(seed: int, count: int) -> Iterator[Clause]:
    """`count` clauses of a seed, Chinese and English mixed."""
    rng = random.Random(seed)
    for _ in range(count):
        language = "chinese" if rng.random() < _SHARE_OF_CHINESE else "english"
        clause = _clause(language, rng)
        if rng.random() < _SHARE_JOINED:
            other = _clause(language, rng)
            clause = Clause(f"{clause.text} {other.text}", clause.acts | other.acts)
        yield clause


def _clause(language: str, rng: random.Random) -> Clause:
    grammar = _grammar(language)
    acts = rng.choices(tuple(grammar.acts), grammar.weights)[0]
    text = _expand(grammar, rng.choice(grammar.acts[acts]), rng, 0)
    if rng.random() < _SHARE_OPENED:
        text = rng.choice(_OPENINGS[language]) + text
    if rng.random() < _SHARE_MISSPELT and len(text) > 4:
        at = rng.randrange(len(text))
        text = text[:at] + text[at + 1 :]
    return Clause(fold_word(text).strip(), frozenset(acts.split("+")))


def _expand(grammar: _Grammar, production: str, rng: random.Random, depth: int) -> str:
    written: list[str] = []
    at = 0
    for slot in _SLOT.finditer(production):
        written.append(production[at : slot.start()])
        at = slot.end()
        if depth < _DEEPEST and (not slot[2] or rng.random() < 0.5):
            written.append(_part(grammar, slot[1], rng, depth))
    return "".join((*written, production[at:]))


def _part(grammar: _Grammar, symbol: str, rng: random.Random, depth: int) -> str:
    makers = MAKERS if grammar.language == "chinese" else LATIN_MAKERS
    if symbol == "name" and rng.random() < _MASKED_NAMES:
        return "\x00"
    if symbol == "phone" and rng.random() < _MASKED_PHONES:
        return "\x00"
    if symbol in _NAMES:
        return makers[rng.choice(_NAMES[symbol])](rng)
    if symbol == "n":
        if rng.random() < _SPELT_NUMBERS:
            return rng.choice(_NUMBERS[grammar.language])
        return str(rng.randrange(10 ** rng.randrange(1, 5)))
    if symbol == "product":
        catalogue = blocks("products")["chinese" if grammar.language == "chinese" else "latin"]
        return "\x00" if rng.random() < _MASKED_PRODUCTS else rng.choice(catalogue)
    return _expand(grammar, rng.choice(grammar.parts[symbol]), rng, depth + 1)


@cache
def _grammar(language: str) -> _Grammar:
    acts: dict[str, tuple[str, ...]] = {}
    parts: dict[str, tuple[str, ...]] = {}
    for name in (f"acts_{language}{of}.toml" for of in _OF_GRAMMAR):
        tables = tomllib.loads((files("gateway.training") / "phrases" / name).read_text("utf-8"))
        for symbol, block in tables["acts"].items():
            acts[symbol] = (*acts.get(symbol, ()), *_productions(block))
        for symbol, block in tables["parts"].items():
            parts[symbol] = (*parts.get(symbol, ()), *_productions(block))
    return _Grammar(language, acts, parts, tuple(_OFTEN.get(name, 2) for name in acts))


def _productions(block: str) -> tuple[str, ...]:
    return tuple(filter(None, (piece.strip() for piece in re.split(r"[|\n]", block))))
