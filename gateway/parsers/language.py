"""Which language the sender writes: the one that every answer to them will use.

By script and by characters that only one of the two Chinese scripts has; no model, no dictionary. A report in
Chinese is full of English product names and log lines, and an English mail may close with a Chinese name, so
Chinese characters are weighed against the small words of English prose, not against letters.
"""

import re
from typing import Literal

from gateway.parsers import lexicon

__all__ = ["Language", "detect"]

Language = Literal["zh-Hans", "zh-Hant", "en", "other"]

_LONGEST = 20_000
"""Characters that are looked at: language does not change after six pages, and the time stays bounded."""

_PHRASES = lexicon.read("language")
_SIMPLIFIED = frozenset("".join(_PHRASES["characters"]["simplified"]))
_TRADITIONAL = frozenset("".join(_PHRASES["characters"]["traditional"]))
_ENGLISH = frozenset(_PHRASES["function_words"]["english"])
_FOREIGN = frozenset(_PHRASES["function_words"]["foreign"])

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u31f0-\u31ff\uff66-\uff9d]")
_FOREIGN_LETTER = re.compile(
    r"[\u0370-\u1cff\u1f00-\u1fff\ua4d0-\ua95f\ua960-\ua97f\uac00-\ud7ff\ufb1d-\ufdff\ufe70-\ufefc]"
)
_LATIN_WORD = re.compile(r"[^\W\d_\u0370-\uffff]+")
_MACHINE_MARK = re.compile(r"[=\[\]{}<>|/\\_]|\d{2}:\d{2}|\d{4}")

_WEIGHT_OF_PROSE = 3
"""Words of English prose that stand behind one small word, roughly."""
_MACHINE_MARKS = 3
"""This many marks of a machine make a line a log line."""


def detect(text: str) -> Language:
    """The language of the sender's own words: zh-Hans, zh-Hant, en or other.

    Chinese whose characters belong to both scripts is zh-Hans, the script of most customers; so is a text
    without any word. Kana, Hangul, Cyrillic and the other alphabets are "other", and so is Latin prose whose small
    words are not English. Linear in the text; only the first 20,000 characters count.
    """
    text = text[:_LONGEST]
    han, kana = len(_HAN.findall(text)), len(_KANA.findall(text))
    foreign_letters = len(_FOREIGN_LETTER.findall(text))
    if kana * 8 > han + kana and kana > 1:
        return "other"
    english, foreign, latin = _latin_words(text)
    if foreign_letters > max(han, latin) and foreign_letters > english * _WEIGHT_OF_PROSE:
        return "other"
    if han and han >= english * _WEIGHT_OF_PROSE:
        return _script(text)
    if foreign > english + 1:
        return "other"
    return "en" if latin else "zh-Hans"


def _script(text: str) -> Language:
    traditional = sum(map(_TRADITIONAL.__contains__, text))
    simplified = sum(map(_SIMPLIFIED.__contains__, text))
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def _latin_words(text: str) -> tuple[int, int, int]:
    """How many small English words, small foreign words, and Latin words at all; log lines count for the last only."""
    english = foreign = latin = 0
    for line in text.splitlines():
        words = _LATIN_WORD.findall(line.lower())
        latin += len(words)
        if len(_MACHINE_MARK.findall(line)) < _MACHINE_MARKS:
            english += sum(word in _ENGLISH for word in words)
            foreign += sum(word in _FOREIGN for word in words)
    return english, foreign, latin
