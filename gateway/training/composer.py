"""Labelled messages from a grammar and a seed: the same seed gives the same messages, spans and all.

A grammar is `phrases/<language>.toml`: symbol -> productions. Names that play a part (the customer, whom to call, the
reseller) are made up once for a message, so that body and signature speak of the same people.
"""

import random
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files

from gateway.parsers.entities.folding import fold
from gateway.training import organisations
from gateway.training.fillers import clause
from gateway.training.makers import LATIN_MAKERS, MAKERS, Maker

__all__ = ["LABELS", "Labelled", "messages"]

# Whoever writes for somebody else introduces himself as everybody does: the model marks him, the rules know his role.
LABELS = {
    "company": "COMPANY",
    "company_again": "COMPANY",
    "latin_company": "COMPANY",
    "person": "PERSON",
    "latin_person": "PERSON",
    "surname": "PERSON",
    "writer_org": "COMPANY",
    "writer": "PERSON",
    "other_org": "ORG_OTHER",
    "other_person": "PERSON_OTHER",
    "place": "PLACE",
}
_AGAIN = "company_again"
"""The customer once more, in full or as the writer shortens it."""
_ONCE = frozenset(LABELS) - {_AGAIN}
_SLOT = re.compile(r"\{(\w+)(\??)\}")
_DEEPEST = 12
_SHARE_OF_CHINESE = 0.62
_HALF_WIDTH = str.maketrans("，。：！？（）【】", ",.:!?()[]")

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message as the parsers see it (folded) with (start, end, label) of its names."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Grammar:
    productions: Mapping[str, tuple[str, ...]]
    makers: Mapping[str, Maker]


class _Writer:
    """Writes one message; remembers the names that play a part in it."""

    def __init__(self, rng: random.Random, grammar: _Grammar) -> None:
        self._rng = rng
        self._grammar = grammar
        self._parts: dict[str, str] = {}
        self.text: list[str] = []
        self.spans: list[Span] = []
        self._length = 0

    def write(self, symbol: str, depth: int = 0) -> None:
        """Append the symbol's words, with the spans of the names in them."""
        if symbol == _AGAIN or symbol in self._grammar.makers:
            self._append_name(symbol, self._name(symbol))
            return
        production = self._rng.choice(self._grammar.productions[symbol])
        at = 0
        for slot in _SLOT.finditer(production):
            self._append(production[at : slot.start()])
            if depth < _DEEPEST and (not slot[2] or self._rng.random() < 0.5):
                self.write(slot[1], depth + 1)
            at = slot.end()
        self._append(production[at:])

    def _name(self, symbol: str) -> str:
        """What the symbol stands for in this message."""
        if symbol == _AGAIN:
            whole = self._name("company")
            return whole if self._rng.random() < 0.4 else organisations.shortened(whole, self._rng)
        if symbol not in _ONCE:
            return self._grammar.makers[symbol](self._rng)
        if symbol not in self._parts:
            self._parts[symbol] = self._grammar.makers[symbol](self._rng)
        return self._parts[symbol]

    def _append_name(self, symbol: str, words: str) -> None:
        if label := LABELS.get(symbol):
            self.spans.append((self._length, self._length + len(words), label))
        self._append(words)

    def _append(self, words: str) -> None:
        self.text.append(words)
        self._length += len(words)


def messages(seed: int, count: int) -> Iterator[Labelled]:
    """`count` messages of a seed, Chinese and English mixed, each folded as the parsers fold."""
    rng = random.Random(seed)
    for _ in range(count):
        language = "chinese" if rng.random() < _SHARE_OF_CHINESE else "english"
        writer = _Writer(rng, _grammar(language))
        writer.write("message")
        text = "".join(writer.text)
        yield Labelled(_noisy(text, rng), tuple(writer.spans))


def _noisy(text: str, rng: random.Random) -> str:
    """The text as careless people type it, of the same length: half-width punctuation, blanks for commas."""
    if rng.random() < 0.3:
        text = text.translate(_HALF_WIDTH)
    if rng.random() < 0.15:
        text = text.replace("，", " ")
    return fold(text).plain


@cache
def _grammar(language: str) -> _Grammar:
    source = (files("gateway.training") / "phrases" / f"{language}.toml").read_text("utf-8")
    tables: dict[str, str] = tomllib.loads(source)
    productions = {
        symbol: tuple(line.replace("\\n", "\n") for line in block.strip("\n").split("\n"))
        for symbol, block in tables.items()
    }
    makers = MAKERS if language == "chinese" else LATIN_MAKERS
    return _Grammar(productions, {**makers, "clause": partial(clause, language)})
