"""The fault in the customer's own words: the shortest clauses that state it, in the subject and in the text.

A clause counts that says what does not work; not a question, a wish, what works, or what was done about it.
Openings that carry no fault (times, callers, the product's name) are cut off in front.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from gateway.parsers.entities.folding import lower
from gateway.parsers.entities.letter import Letter, Span, Zone
from gateway.parsers.entities.lookup import Lookup
from gateway.parsers.entities.wordlist import any_of, blocks

MOST_SYMPTOMS = 12
_LONGEST_CLAUSE = 120
_LONGEST_SENTENCE = 200

_HAN = re.compile(r"[\u4e00-\u9fff]")
_CLAUSE = re.compile(r"[^\n。!?;,、]+(?:,(?=\d{3}\b)[^\n。!?;,、]+)*")
_FORM_LABEL = re.compile(r"\s*[\u4e00-\u9fff]{2,8}:\s*")
_SPACES = re.compile(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])|  +")
_SENTENCE_DOT = re.compile(
    r"\.(?=\s+[A-Z\u4e00-\u9fff]|\s*$)|(?<=[a-z]{3})\.(?=\s)|(?<=[\u4e00-\u9fff])\.|\s[-–—]\s|: "
)
_CONJUNCTION = re.compile(
    r"(?:^|\s)(?:and|but|so|although|though|while|whereas|because|however|then|since then|or)\s",
    re.IGNORECASE,
)
_QUESTION_AFTER = re.compile(r"\s{0,20}[?]")
_REPLY_PREFIX = re.compile(
    r"(?:(?:re|fw|fwd|回复|答复|转发|转寄|回覆|【[^】]{1,12}】|\[[^\]]{1,12}\])\s{0,2}:?\s{0,2})+",
    re.IGNORECASE,
)
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


def read(letter: Letter, names: Iterable[Span] = (), products: Iterable[Span] = ()) -> tuple[Symptom, ...]:
    """The symptoms of a letter in reading order, at most twelve, none twice.

    `names` are spans that are never part of a fault (people, numbers), `products` what a clause may open with.
    """
    products = sorted(products)
    masked = _masked(letter.plain, [*names, *products])
    symptoms: list[Symptom] = []
    seen: set[str] = set()
    for span in _clauses(letter):
        if trimmed := _fault(letter.plain, masked, span, products):
            words = letter.words(trimmed).strip(' ,。.;:!?"“”「」')
            if words and words not in seen:
                seen.add(words)
                symptoms.append(
                    Symptom(
                        words,
                        0.8 if letter.zone_at(trimmed[0]) is not Zone.SUBJECT else 0.7,
                        letter.printed(trimmed),
                    )
                )
        if len(symptoms) == MOST_SYMPTOMS:
            break
    return tuple(symptoms)


def guess(letter: Letter, products: Iterable[Span]) -> tuple[Symptom, ...]:
    """The first clause with a product in it, for a message that asks for nothing and yet states no known fault.

    Whoever writes to a support desk about a product, and neither asks nor thanks, has a fault; the words are new.
    """
    products = sorted(products)
    for span in _clauses(letter):
        clause = letter.plain[span[0] : span[1]]
        excluded = _is_excluded(clause, han=_HAN.search(clause) is not None)
        about = products[bisect_left(products, (span[0], 0)) : bisect_left(products, (span[1], 0))]
        said = _said_length(letter.plain, span, about)
        if about and said >= 3 and not excluded and not _asks(letter.plain, span[0]):
            start, end = span[0] + len(clause) - len(clause.lstrip()), span[0] + len(clause.rstrip())
            end = min(end, start + _LONGEST_CLAUSE)
            return (Symptom(letter.words((start, end)), 0.4, letter.printed((start, end))),)
    return ()


def _said_length(text: str, span: Span, products: Iterable[Span]) -> int:
    """How many letters a clause has beside its products."""
    return sum(c.isalnum() for c in _masked(text[span[0] : span[1]], _shifted(products, span)))


def _shifted(spans: Iterable[Span], within: Span) -> Iterator[Span]:
    for start, end in spans:
        if within[0] <= start and end <= within[1]:
            yield start - within[0], end - within[0]


def _masked(text: str, spans: Iterable[Span]) -> str:
    """The text with these spans blanked, so that 防篡改 in a product's name is no defacement."""
    characters = list(text)
    for start, end in spans:
        characters[start:end] = "\x00" * (end - start)
    return "".join(characters)


def _clauses(letter: Letter) -> Iterator[Span]:
    for part in letter.parts:
        if part.zone is Zone.SIGNATURE:
            continue
        start = part.start
        if part.zone is Zone.SUBJECT and (prefix := _REPLY_PREFIX.match(letter.plain, start, part.end)):
            start = prefix.end()
        for match in _CLAUSE.finditer(letter.plain, start, part.end):
            yield from _split(letter.plain, match.span(), letter.chat)


def _split(text: str, span: Span, chat: bool) -> Iterator[Span]:
    """A stretch between punctuation, cut at blanks between Han words and at English conjunctions."""
    clause = text[span[0] : span[1]]
    cuts = [match.span() for match in _SENTENCE_DOT.finditer(clause)]
    if _HAN.search(clause):
        cuts += [match.span() for match in _SPACES.finditer(clause)]
    else:
        cuts += [match.span() for match in _CONJUNCTION.finditer(clause)]
    at = 0
    for start, end in sorted(cuts):
        if start > at:
            yield span[0] + at, span[0] + start
        at = max(at, end)
    if at < len(clause):
        yield span[0] + at, span[1]


def _fault(text: str, masked: str, span: Span, products: list[Span]) -> Span | None:
    """The part of a clause that states a fault, or None."""
    clause = masked[span[0] : span[1]]
    if not clause.strip(" \x00") or len(clause) > 4 * _LONGEST_CLAUSE or _LOG_LINE.search(clause):
        return None
    question = _QUESTION_AFTER.match(text, span[1])
    han = len(_HAN.findall(clause)) * 3 >= len(clause.strip(" \x00"))
    if (question and not han) or _is_excluded(clause, han=han):
        return None
    cue_end = (_han_cues() if han else _latin_cues()).first_end(clause)
    if cue_end is None or (han and (_han_endings().search(clause) or _asks(text, span[0]))):
        return None
    start = _opening(clause, han, cue_end)
    end = len(clause.rstrip(" \x00"))
    end = min(end, start + _LONGEST_CLAUSE)
    if end - start < (2 if han else 4):
        return None
    return span[0] + start, span[0] + end


def _asks(text: str, offset: int) -> bool:
    """Whether the sentence around a clause opens with "I would like to know": its verbs state nothing."""
    earliest = max(0, offset - _LONGEST_SENTENCE)
    start = max(earliest, *(text.rfind(mark, earliest, offset) + 1 for mark in "。!?\n"))
    return _asking().search(text, start, offset + 12) is not None


def _opening(clause: str, han: bool, cue_end: int) -> int:
    """Where the fault begins: behind the last product, time, circumstance and filler before its cue."""
    at = 0
    product_end = clause.rfind("\x00", 0, cue_end) + 1
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
        if opening is None or opening.end() == 0 or _han_cues().first_end(rest[opening.end() :]) is None:
            return at + len(rest) - len(rest.lstrip())
        at += opening.end()


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
