"""Many words at once: Aho-Corasick over folded text, longest match first, Latin words whole.

100,000 names build in seconds and are found at one pass (UNDERSTANDING "Facts about the tools").
"""

import re
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

import ahocorasick_rs

from gateway.parsers.entities.folding import fold_word
from gateway.parsers.entities.letter import Span

Meaning = TypeVar("Meaning")

# Half of a character that some chat client cut in two: no text for Aho-Corasick, which reads UTF-8.
_HALF = re.compile("[\ud800-\udfff]")


class Lookup(Generic[Meaning]):
    """Words and what they mean. Searching takes time linear in the text."""

    def __init__(self, words: Iterable[tuple[str, Meaning]]) -> None:
        meanings: dict[str, Meaning] = {}
        for word, meaning in words:
            if folded := fold_word(word).strip():
                meanings.setdefault(folded, meaning)
        self._meanings = list(meanings.values())
        self._automaton = ahocorasick_rs.AhoCorasick(
            list(meanings), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        )

    def find(self, lowered: str) -> Iterator[tuple[Span, Meaning]]:
        """Every match in a folded lower-case text that does not begin or end within a Latin word."""
        whole = _HALF.sub("\ufffd", lowered)
        for index, start, end in self._automaton.find_matches_as_indexes(whole):
            if not (_within_word(lowered, start) or _within_word(lowered, end)):
                yield (start, end), self._meanings[index]


def _within_word(text: str, offset: int) -> bool:
    """Whether a word of ASCII or other non-Han letters runs across an offset."""
    if not 0 < offset < len(text):
        return False
    return _is_word(text[offset - 1]) and _is_word(text[offset])


def _is_word(character: str) -> bool:
    return character.isalnum() and not "\u2e80" <= character <= "\ud7ff"
