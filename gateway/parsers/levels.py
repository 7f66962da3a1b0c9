"""How bad a fault is, 1 to 4, from the customer's words, with the words that say so as evidence.

SERVICE.md: 1 business stopped or an active compromise; 2 a main function lost, many users or a deadline today; 3 few
users, or a way round exists; 4 a question, a request, a quote, something cosmetic. A contract may raise the level,
never this module; it reads text only.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from gateway.parsers.clauses import Clause
from gateway.parsers.entities.letter import Letter, Span, Zone
from gateway.parsers.entities.wordlist import blocks

WORST = 1
_MOST_EVIDENCE = 6
_LONGEST_EVIDENCE = 80
_BY_WORDS = ("standstill", "compromise", "scope", "deadline", "lone", "workaround", "narrow")
# What clauses do -> the sign it is, and from which probability on.
_SIGNS_OF_ACTS = (
    ("compromise", "compromise", 0.9),
    ("standstill", "stopped", 0.9),
    ("scope", "scope", 0.9),
    ("lone", "lone", 0.7),
    ("workaround", "workaround", 0.6),
    ("works", "fine", 0.85),
    ("calm", "workaround", 0.7),
)
# From which probability on a clause is of one kind, may be of another, or makes a fault a cosmetic one.
_HEARD = 0.7
_POSSIBLE = 0.25
_TOLD = 0.6
_NOT_HAPPENING = ("question", "quote", "training", "wish", "told", "consult")
_COSMETIC = 0.6
_SHORTEST_HAN = 4
_HINT = 0.5  # of what a word of scope counts that the model confirms
_BARE = re.compile(
    r"全部?|所有|全都|整个|皆|都.{1,3}|大量|all|any\w+|every \w+|everything|whole|entire|none|reboot \w+"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[a-z]{2,}[ .'-]{1,2}[a-z]|\bp1\b|[a-z]{5,}")
_QUIET_KINDS = frozenset(
    ("question", "installation", "training", "inspection", "confirmation", "quote", "out_of_scope", "other")
)


@dataclass(frozen=True, slots=True)
class LevelFound:
    """A fault level, 1 (worst) to 4, and the words that speak for it as they were written."""

    value: int
    confidence: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signs:
    """The words of a letter that bear on the level, as written, by what they speak for.

    `hint` are words such as "all" in clauses that the model does not take to speak of many. `stopped` are clauses of
    which only the model says that business stands still, `fine` those that say what works.
    """

    standstill: tuple[str, ...] = ()
    compromise: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    hint: tuple[str, ...] = ()
    deadline: tuple[str, ...] = ()
    lone: tuple[str, ...] = ()
    workaround: tuple[str, ...] = ()
    fine: tuple[str, ...] = ()
    narrow: tuple[str, ...] = ()
    cosmetic: tuple[str, ...] = ()

    @property
    def grave(self) -> bool:
        """Whether business stands still or somebody has broken in."""
        return bool(self.standstill or self.compromise)


def signs(letter: Letter, clauses: Sequence[Clause], products: Sequence[Span] = ()) -> Signs:
    """The signs in subject, text and forward, by words and by what clauses do.

    `products` are left out (防篡改 is no defacement).
    """
    text = _spoken(letter, products)
    found: dict[str, list[str]] = {}
    for name in _BY_WORDS:
        for span in _matches(text, name):
            clause = _around(clauses, span)
            if _speaks_of_fault(clause, name):
                sign = "hint" if name == "scope" and _is_loose(clause, text[slice(*span)]) else name
                found.setdefault(sign, []).append(letter.words(span))
    calm = any(clause.does("calm") >= _HEARD for clause in clauses)
    for clause in clauses:
        for name in _acts(letter, clause, calm=calm):
            found.setdefault(name, []).append(letter.words(clause.span)[:_LONGEST_EVIDENCE])
    return Signs(**{name: _distinct(words) for name, words in found.items()})


def _acts(letter: Letter, clause: Clause, *, calm: bool) -> Iterator[str]:
    """The signs that a clause gives as a whole, where it was weighed."""
    if not clause.acts:
        return
    yield from {sign: act for act, sign, least in _SIGNS_OF_ACTS if clause.does(act) >= least}
    if clause.does("deadline") >= _HEARD and _near().search(letter.lowered, *clause.span):
        yield "deadline"
    if _is_about_looks(letter, clause, calm=calm):
        yield "cosmetic"


def _is_about_looks(letter: Letter, clause: Clause, *, calm: bool) -> bool:
    """Whether a clause says that something looks wrong: as the model hears it, or by words in a `calm` message."""
    words = letter.lowered[slice(*clause.span)].strip()
    if " " not in words and not (_HAN.search(words) and len(words) >= _SHORTEST_HAN):
        return False
    if min(clause.does("calm"), clause.does("fault")) >= _COSMETIC:
        return True
    return calm and clause.does("fault") >= _POSSIBLE and _looks().search(words) is not None


def _around(clauses: Sequence[Clause], span: Span) -> Clause | None:
    """The clause in which a sign stands, if it was weighed."""
    at = bisect_right(clauses, span[0], key=lambda clause: clause.span[0]) - 1
    return clauses[at] if at >= 0 and clauses[at].acts else None


def _is_loose(clause: Clause | None, words: str) -> bool:
    """Whether a word such as "all" names nobody and stands where the model hears nothing of many."""
    return clause is not None and clause.does("scope") < _POSSIBLE and _BARE.fullmatch(words) is not None


def _speaks_of_fault(clause: Clause | None, sign: str) -> bool:
    """Whether the clause around a sign speaks of the fault; what was not weighed does.

    "All others are fine" says nothing of many, "I am afraid of ransomware" and "can it stop ransomware?" nothing of a
    break-in, and the number in an address nothing of few.
    """
    if clause is None:
        return True
    if sign == "standstill":
        return clause.does("works") < _HEARD
    if sign == "scope":
        return clause.does("works") < _HEARD and clause.does("lone") < _HEARD
    if sign in ("narrow", "lone"):
        return clause.does("told") < _TOLD or max(clause.does("fault"), clause.does("lone")) >= _POSSIBLE
    if sign == "compromise":
        elsewhere = max(clause.does(act) for act in _NOT_HAPPENING)
        return elsewhere < _POSSIBLE or max(clause.does("compromise"), clause.does("fault")) >= elsewhere
    return True


def read(found: Signs, kind: str, symptoms: Sequence[str]) -> LevelFound:
    """Weigh the signs; a message that states no fault is level 4."""
    eased = found.workaround + found.narrow + found.fine
    if kind == "complaint" and not symptoms and not found.grave:
        return LevelFound(3, 0.6, ())  # whoever complains is not left without a first reply (P-30, P-60)
    if not found.grave and (not symptoms or kind in _QUIET_KINDS):
        return LevelFound(4, 0.9 if not symptoms and kind in _QUIET_KINDS else 0.6, ())
    if _is_cosmetic(found, symptoms):
        return _found(4, 0.7, found.cosmetic)
    if found.compromise or len(found.standstill) > len(found.workaround):
        return _found(1, 0.9 if symptoms else 0.7, found.compromise + found.standstill)
    if len(found.stopped) > 1 and not eased:  # it wakes people: the model alone must hear it twice
        return _found(1, 0.7, found.stopped)
    if found.deadline and symptoms:
        return _found(2, 0.75, found.deadline + found.scope)
    if found.lone:  # "all others are fine" settles the scope, whatever else is said of "all"
        return _found(3, 0.8, found.lone + eased)
    grave = found.scope + found.standstill + found.stopped
    if len(grave) + _HINT * len(found.hint) >= max(1, len(eased)):
        return _found(2, 0.75 if not eased else 0.6, grave + found.hint + eased)
    return _found(3, 0.75 if eased else 0.6, eased or tuple(symptoms[:1]))


def incident(found: Signs, kind: str, level: LevelFound) -> tuple[str, ...]:
    """The words that speak of a break-in or an attack which goes on (P-04); one that is over needs nobody."""
    return found.compromise if level.value == WORST and kind != "confirmation" else ()


def _is_cosmetic(found: Signs, symptoms: Sequence[str]) -> bool:
    """Whether all that is wrong is how something looks: one grave word on a misspelt page is a word on that page."""
    return (
        2 * len(found.cosmetic) >= max(1, len(symptoms))
        and not found.scope
        and len(found.compromise + found.standstill) <= 1
    )


def _found(value: int, confidence: float, evidence: tuple[str, ...]) -> LevelFound:
    return LevelFound(value, confidence, evidence[:_MOST_EVIDENCE])


def _spoken(letter: Letter, products: Sequence[Span]) -> str:
    """The folded words without signature and without product names (防篡改 is no defacement)."""
    characters = list(letter.lowered)
    for part in letter.parts:
        if part.zone is Zone.SIGNATURE:
            characters[part.start : part.end] = " " * (part.end - part.start)
    for start, end in products:
        characters[start:end] = " " * (end - start)
    return "".join(characters)


def _matches(text: str, name: str) -> list[Span]:
    patterns = [pattern for script, pattern in _patterns(name) if script.search(text)]
    return sorted(match.span() for pattern in patterns for match in pattern.finditer(text))


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    collapsed = (" ".join(word.split()) for word in words)
    return tuple(dict.fromkeys(filter(None, collapsed)))


@cache
def _looks() -> re.Pattern[str]:
    return re.compile("|".join(blocks("levels")["cosmetic_patterns"]))


@cache
def _near() -> re.Pattern[str]:
    return re.compile("|".join(blocks("levels")["near_patterns"]))


@cache
def _patterns(name: str) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """The patterns of a list as (what a text must hold for them to apply, the patterns): most texts need one half."""
    lines = blocks("levels")[f"{name}_patterns"]
    halves = (
        (_HAN, [line for line in lines if _HAN.search(line)]),
        (_LATIN, [line for line in lines if not _HAN.search(line)]),
    )
    return tuple((script, re.compile("|".join(half))) for script, half in halves if half)
