"""The fault in the customer's own words: the shortest clauses that state it, in the subject and in the text.

A clause counts that says what does not work; not a question, a wish, what works, or what was done about it. Two
witnesses are heard: lists of words, and the model of acts where new words are used.
Openings that carry no fault (times, callers, the product's name) are cut off in front.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from gateway.parsers.clauses import Clause, masked
from gateway.parsers.entities.folding import lower
from gateway.parsers.entities.letter import Letter, Span
from gateway.parsers.entities.lookup import Lookup
from gateway.parsers.entities.wordlist import any_of, blocks

MOST_SYMPTOMS = 12
BY_WORDS_IN_SPITE, BY_MODEL_ONLY, BY_WORDS_ONLY, BY_BOTH = 0.5, 0.6, 0.7, 0.9
"""The confidence of a fault, by who knows it: the lists of words (which the model doubts), the model of acts."""
_WITHOUT_FAULT = frozenset(
    ("question", "quote", "installation", "training", "inspection", "confirmation", "out_of_scope", "other")
)
_LONGEST_CLAUSE = 120
_LONGEST_SENTENCE = 200
_EDGES = " ,。.;:!?"
_QUOTES = (("“", "”"), ("「", "」"), ('"', '"'))
# How likely a clause must be a fault by the model of acts.
_DENIED = 0.15  # for the lists' words to count at all
_BELIEVED = 0.25  # for them to count beside others that the model denies less
_DOUBTED = 0.4
_CERTAIN = 0.7  # for no word of theirs to be needed
_CERTAIN_IN_SPITE = 0.97  # where words speak of something else
_SHORTEST_HAN = 4
_FEWEST_WORDS = 3

_HAN = re.compile(r"[\u4e00-\u9fff]")
_FORM_LABEL = re.compile(r"\s*[\u4e00-\u9fff]{2,8}:\s*")
_LOG_LINE = re.compile(r"\d{2}:\d{2}:\d{2}|[{}<>=|\\]{2}|^\s*(?:at |#|>)|https?://")

# "被 IPS 切断", "cut by the IPS": the product is who did it, and the fault begins before.
_DONE_BY = re.compile(
    r"(?:[被遭让给把将由从往向到连过装用]|\b(?:by|from|to|via|through|with|on|of|in)(?: the| our| your)?)\s*$",
    re.IGNORECASE,
)
_OPENING_TIME = re.compile(
    r"(?:(?:自|从|于|大概|大约|约)?\s?(?:今|昨|前|本|上|这|近)?[天日晚早夜周月]?"
    r"(?:早上|上午|中午|下午|晚上|凌晨|傍晚|半夜)?\s?(?:\d{1,4}\s?[年月日号点时分:/.-]\s?){1,5}(?:\d{1,2}(?!\d|台|个|人|名|家))?"
    r"(?:左右|许|起|开始|后|前)?(?:,|\s)*)"
)
_AFTER_CIRCUMSTANCE = re.compile(
    r"^[^,。]{2,30}?(?:以后|之后|的时候|(?<![前最])后(?![台门端面续备缀勤])|(?<![同延超实按定及临])时(?![间钟段好断延长常效不]))(?=\S{2})"
)


@dataclass(frozen=True, slots=True)
class Symptom:
    """A clause that states a fault; `span` in the Report's text + signature, None where it stands elsewhere."""

    value: str
    confidence: float
    span: Span | None


def read(
    letter: Letter, clauses: Iterable[Clause], masked_text: str, products: Iterable[Span] = ()
) -> tuple[Symptom, ...]:
    """The symptoms among the clauses of a letter, in reading order, at most twelve, none twice.

    `masked_text` is the letter's with names (never part of a fault) and products (what a clause may open with) blanked.
    """
    products = sorted(products)
    found = [stated for clause in clauses if (stated := _fault(letter.plain, masked_text, clause, products))]
    believed = [stated for stated in found if stated.heard is None or stated.heard >= _BELIEVED]
    symptoms: list[Symptom] = []
    seen: set[str] = set()
    for stated in believed or found:
        words = _without_edges(letter.words(stated.span))
        plain = letter.plain[slice(*stated.span)].strip(_EDGES)
        if words and words not in seen and not _says_nothing().fullmatch(lower(plain)):
            seen.add(words)
            symptoms.append(Symptom(words, _confidence(stated), letter.printed(stated.span)))
        if len(symptoms) == MOST_SYMPTOMS:
            break
    return tuple(symptoms)


def beside(kind: str, symptoms: tuple[Symptom, ...]) -> tuple[Symptom, ...]:
    """The symptoms that stand in a message of a kind: one that asks for something else, or says that all is well,
    states no fault but what words and model agree on."""
    if kind not in _WITHOUT_FAULT:
        return symptoms
    return tuple(symptom for symptom in symptoms if symptom.confidence >= BY_BOTH)


def _without_edges(words: str) -> str:
    """Without punctuation at the ends, and without half of a pair of quotes."""
    words = words.strip(_EDGES)
    for opening, closing in _QUOTES:
        alone = (
            words.count(opening) % 2 if opening == closing else words.count(opening) != words.count(closing)
        )
        words = words.strip(opening + closing) if alone else words
    return words.strip()


def guess(letter: Letter, clauses: Iterable[Clause], products: Iterable[Span]) -> tuple[Symptom, ...]:
    """The first clause with a product in it, for a message that asks for nothing and yet states no known fault.

    Whoever writes to a support desk about a product, and neither asks nor thanks, has a fault; the words are new.
    """
    products = sorted(products)
    for clause in clauses:
        span = clause.span
        text = letter.plain[span[0] : span[1]]
        excluded = clause.asks or _is_excluded(text, han=_HAN.search(text) is not None)
        about = products[bisect_left(products, (span[0], 0)) : bisect_left(products, (span[1], 0))]
        said = _said_length(letter.plain, span, about)
        if about and said >= 3 and not excluded and not _asks(letter.plain, span[0]):
            start, end = span[0] + len(text) - len(text.lstrip()), span[0] + len(text.rstrip())
            end = min(end, start + _LONGEST_CLAUSE)
            return (Symptom(letter.words((start, end)), 0.4, letter.printed((start, end))),)
    return ()


def _said_length(text: str, span: Span, products: Iterable[Span]) -> int:
    """How many letters a clause has beside its products."""
    return sum(c.isalnum() for c in masked(text[span[0] : span[1]], _shifted(products, span)))


def _shifted(spans: Iterable[Span], within: Span) -> Iterator[Span]:
    for start, end in spans:
        if within[0] <= start and end <= within[1]:
            yield start - within[0], end - within[0]


@dataclass(frozen=True, slots=True)
class _Stated:
    """A fault in a clause; `by_words`: the lists know it, `heard`: how likely it is by the model of acts, if asked."""

    span: Span
    by_words: bool
    heard: float | None


def _fault(text: str, masked_text: str, clause: Clause, products: list[Span]) -> _Stated | None:
    """The part of a clause that states a fault, or None."""
    span = clause.span
    words = masked_text[span[0] : span[1]]
    bare = words.strip(" \x00")
    if not bare or len(words) > 4 * _LONGEST_CLAUSE or _LOG_LINE.search(words):
        return None
    han = len(_HAN.findall(words)) * 3 >= len(bare)
    cue_end = None if clause.asks and not han else _cue_end(text, words, span, han=han)
    heard = clause.does("fault")
    if cue_end is None:
        if heard < _CERTAIN or clause.asks or not _is_sentence(bare, han=han):
            return None
        if heard < _CERTAIN_IN_SPITE and _is_excluded(words, han=han):
            return None
    elif clause.acts and heard < _DENIED:
        return None
    start = _opening(words, han, cue_end)
    # Without a word that the lists know, a "name" at the end may well be what it became: 指示灯变成了紫色.
    end = min(len(words.rstrip(" \x00" if cue_end is not None else " ")), start + _LONGEST_CLAUSE)
    if end - start < (2 if han else 4):
        return None
    return _Stated((span[0] + start, span[0] + end), cue_end is not None, heard if clause.acts else None)


def _confidence(stated: _Stated) -> float:
    if not stated.by_words:
        return BY_MODEL_ONLY
    if stated.heard is None:
        return BY_WORDS_ONLY
    return BY_BOTH if stated.heard > 0.8 else BY_WORDS_ONLY if stated.heard >= _DOUBTED else BY_WORDS_IN_SPITE


def _is_sentence(words: str, *, han: bool) -> bool:
    """Whether there is enough to state anything without a word that the lists know."""
    return len(words) >= _SHORTEST_HAN if han else len(words.split()) >= _FEWEST_WORDS


def _cue_end(text: str, words: str, span: Span, *, han: bool) -> int | None:
    """Where the word ends by which the lists know a fault; None where they know none, or know better."""
    if _is_excluded(words, han=han):
        return None
    end = (_han_cues() if han else _latin_cues()).first_end(words)
    if end is None or (han and (_han_endings().search(words) or _asks(text, span[0]))):
        return None
    return end


def _asks(text: str, offset: int) -> bool:
    """Whether the sentence around a clause opens with "I would like to know": its verbs state nothing."""
    earliest = max(0, offset - _LONGEST_SENTENCE)
    start = max(earliest, *(text.rfind(mark, earliest, offset) + 1 for mark in "。!?\n"))
    return _asking().search(text, start, offset + 12) is not None


def _opening(clause: str, han: bool, cue_end: int | None) -> int:
    """Where the fault begins: behind the last product, time, circumstance and filler before its cue, if it has one."""
    at = 0
    product_end = clause.rfind("\x00", 0, len(clause) if cue_end is None else cue_end) + 1
    if len(clause[product_end:].strip()) >= 2 and not _DONE_BY.search(clause[:product_end].rstrip("\x00 ")):
        at = product_end
    if not han:
        if opening := _latin_openings().match(clause[at:].lstrip()):
            at += len(clause[at:]) - len(clause[at:].lstrip()) + opening.end()
        return at + len(clause[at:]) - len(clause[at:].lstrip())
    if label := _FORM_LABEL.match(clause[at:]):
        at += label.end()
    circumstance = _AFTER_CIRCUMSTANCE.match(clause[at:])
    if circumstance and _han_cues().first_end(clause[at + circumstance.end() :]) is not None:
        at += circumstance.end()
    while True:
        rest = clause[at:]
        opening = _han_openings().match(rest) or _OPENING_TIME.match(rest)
        if (
            opening is None
            or opening.end() == 0
            or not _tells(rest[opening.end() :], by_words=cue_end is not None)
        ):
            return at + len(rest) - len(rest.lstrip())
        at += opening.end()


def _tells(rest: str, *, by_words: bool) -> bool:
    """Whether what is left of a clause still states the fault."""
    return _han_cues().first_end(rest) is not None if by_words else len(rest) >= _SHORTEST_HAN


@dataclass(frozen=True, slots=True)
class _Cues:
    """Words, found in one pass, and patterns, tried where no word is found."""

    words: Lookup[str]
    patterns: re.Pattern[str]

    def first_end(self, clause: str) -> int | None:
        """Where the first word ends that says so, else the first pattern; None when the clause says nothing."""
        for (_, end), _ in self.words.find(lower(clause)):
            return end
        found = self.patterns.search(clause)
        return found.end() if found else None


@cache
def _han_cues() -> _Cues:
    lists = blocks("symptoms")
    grave = filter(_HAN.search, blocks("levels")["compromise_patterns"])
    patterns = "|".join((*lists["chinese_patterns"], *grave))
    return _Cues(Lookup((word, word) for word in lists["chinese"]), re.compile(patterns, re.IGNORECASE))


@cache
def _latin_cues() -> _Cues:
    lists, levels = blocks("symptoms"), blocks("levels")
    grave = (
        line
        for line in (*levels["standstill_patterns"], *levels["compromise_patterns"])
        if not _HAN.search(line)
    )
    patterns = rf"(?<![\w'])(?:{'|'.join(lists['english_patterns'])})(?![\w'])|{'|'.join(grave)}"
    return _Cues(Lookup((word, word) for word in lists["english"]), re.compile(patterns, re.IGNORECASE))


@cache
def _exclusions(key: str) -> Lookup[str]:
    return Lookup((word, word) for word in blocks("symptoms")[key])


def _is_excluded(clause: str, *, han: bool) -> bool:
    """Whether a word says that the clause is about something else."""
    excluded = _exclusions("chinese_not" if han else "english_not")
    return next(excluded.find(lower(clause)), None) is not None


@cache
def _han_endings() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(blocks('symptoms')['chinese_ending_patterns'])})\\s*$")


@cache
def _says_nothing() -> re.Pattern[str]:
    return re.compile("|".join(blocks("symptoms")["empty_patterns"]))


@cache
def _asking() -> re.Pattern[str]:
    return re.compile(any_of("symptoms", "chinese_asking"))


@cache
def _han_openings() -> re.Pattern[str]:
    words = sorted(blocks("symptoms")["chinese_opening"], key=len, reverse=True)
    return re.compile("(?:" + "|".join(re.escape(word) for word in words) + r")[\s:]*")


@cache
def _latin_openings() -> re.Pattern[str]:
    words = sorted(blocks("symptoms")["english_opening"], key=len, reverse=True)
    return re.compile(
        rf"(?:(?:{'|'.join(map(re.escape, words))}|since \w+|p[1-4])\b[\s,:!-]*)+", re.IGNORECASE
    )
