"""What a customer means who was asked to confirm that the fault is solved: yes, no, or something else.

"Thanks" alone closes nothing, and "thanks, but still failing" least of all (LESSONS L-100): a refusal beats a
confirmation, a question and a long answer are left to people, and so is a yes with a doubt or a "but" behind it.
Closing a case by mistake costs more than asking again (P-34, P-35).
"""

import re
from collections.abc import Iterator
from typing import Literal

from gateway.parsers import lexicon
from gateway.parsers.folding import fold, width

__all__ = ["Answer", "read"]

Answer = Literal["confirmation", "refusal"]

_MOST_COLUMNS = 160
"""Longer answers are read by a person; a Chinese character takes two columns."""

_PHRASES = lexicon.read("confirmation")


def _alternatives(*lists: tuple[str, ...]) -> str:
    """One pattern for all phrases, the longest first; Latin ones only as whole words."""
    phrases = sorted({fold(phrase) for phrases in lists for phrase in phrases}, key=len, reverse=True)
    return "|".join(map(_whole_word, phrases))


def _whole_word(phrase: str) -> str:
    return rf"(?<![a-z]){re.escape(phrase)}(?![a-z])" if phrase.isascii() else re.escape(phrase)


_YES = _PHRASES["yes"]
_NO = _PHRASES["no"]
_FAULT = _alternatives(_PHRASES["fault"]["phrases"])
_ABLE = r"(?:能|可以)[^没沒不未无無又还還]{1,6}了"
_NO_LONGER = r"(?:不再|没再|沒再|没有再|沒有再|未再)[^但]{1,8}"
_NAMED_FAULT = rf"(?:{_FAULT})[^但]{{0,12}}?(?:{_alternatives(_PHRASES['fault']['names'])})"
_TOKEN = re.compile(
    rf"(?P<named>{_NAMED_FAULT})"
    rf"|(?P<yes>{_alternatives(_YES['chinese'], _YES['english'])}|{_ABLE}|{_NO_LONGER})"
    rf"|(?P<no>{_alternatives(_NO['chinese'], _NO['english'])}|{_FAULT})"
)
_ALONE_YES = frozenset(map(fold, _YES["alone"]))
_ALONE_NO = frozenset(map(fold, _NO["alone"]))
_DENIED = re.compile(
    rf"(?:{_alternatives(_PHRASES['no_sense']['chinese'])}).{{0,4}}\Z"
    r"|(?:(?<![a-z])(?:not|never|no|hardly|nothing)|n't)(?: [a-z']+){0,2} ?\Z"
)
_DOUBT = re.compile(_alternatives(_PHRASES["doubt"]["phrases"]))
_TURN = re.compile(_alternatives(_PHRASES["doubt"]["turns"]))
_COURTESY = re.compile(_alternatives(_PHRASES["courtesy"]["phrases"]))
_PAST = re.compile(_alternatives(_PHRASES["past"]["markers"]))
_QUESTION = re.compile(r"[?]|(?:吗|嗎|呢|么|麼)\s*(?:[，。,.!]|\Z)")
_CLAUSE_END = re.compile(r"[,.!;:。、~\n]+")
_BLANK_BESIDE_CHINESE = re.compile(r"(?<=[\u3000-\u9fff]) +| +(?=[\u3000-\u9fff])")


def read(text: str) -> Answer | None:
    """What the customer answers; None when it is neither, or when only a person can tell.

    `text` is `quoting.Words.text` of a reply to the question whether the fault is solved. In Chinese (both scripts)
    and English. Never raises; an answer of more than 160 columns is not read at all.
    """
    if len(text) > _MOST_COLUMNS or width(text) > _MOST_COLUMNS:
        return None
    folded = _BLANK_BESIDE_CHINESE.sub("", fold(text).replace("’", "'"))
    if _QUESTION.search(folded):
        return None
    clauses = _clauses(folded)
    votes = {vote for clause in clauses for vote in _votes(clause)}
    if "no" in votes:
        return "refusal"
    if "yes" not in votes or _DOUBT.search(folded) or _TURN.search(folded):
        return None
    return "confirmation"


def is_courtesy(text: str) -> bool:
    """Whether it says thank you and nothing else."""
    folded = _BLANK_BESIDE_CHINESE.sub("", fold(text[:_MOST_COLUMNS]))
    return len(text) <= _MOST_COLUMNS and bool(folded.strip()) and not _clauses(folded)


def is_hedged(text: str) -> bool:
    """Whether it puts off, doubts, hopes or sets a condition: "稍等", "晚点", "not sure"."""
    return _DOUBT.search(fold(text[:_MOST_COLUMNS]).replace("’", "'")) is not None


def _clauses(folded: str) -> list[str]:
    """What is said about now, clause by clause, without courtesies."""
    clauses = (clause for clause in _CLAUSE_END.split(folded) if not _PAST.search(clause))
    return [bare for clause in clauses if (bare := _COURTESY.sub(" ", clause).strip())]


def _votes(clause: str) -> Iterator[Literal["yes", "no"]]:
    """Every yes and no of one clause; a denied yes is a no, a fault that is only named is neither."""
    core = _TURN.sub("", clause).strip()
    if core in _ALONE_NO:
        yield "no"
    elif core in _ALONE_YES:
        yield "yes"
    seen = 0
    for token in _TOKEN.finditer(clause):
        if token.lastgroup == "no" or (
            token.lastgroup == "yes" and _DENIED.search(clause[seen : token.start()])
        ):
            yield "no"
        elif token.lastgroup == "yes":
            yield "yes"
        seen = token.end()
