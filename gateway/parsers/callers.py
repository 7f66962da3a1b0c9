"""Who called, in the sentence of a colleague: "客户青山银行的周敏来电", "a call from Zhou Min of Greenhill Bank".

The Report's finders look for people who speak of themselves; here somebody is spoken of. Source: SERVICE.md P-23.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from gateway.parsers.entities import names
from gateway.parsers.entities.folding import fold
from gateway.parsers.entities.letter import LONGEST_ZONE
from gateway.parsers.entities.wordlist import any_of, longest_first

__all__ = ["Caller", "find", "speaks_of_report"]

_HAN = r"[\u4e00-\u9fff]"
_LATIN = r"[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ɏ'’&.-]*"
_LATIN_COMPANY = rf"{_LATIN}(?: (?:(?:of|and|the|&) )?{_LATIN}){{0,6}}"
_HONORIFIC = re.compile(r"(?:Mr|Mrs|Ms|Dr)\.?")
_LATIN_NAME = rf"(?:{_HONORIFIC.pattern} )?{_LATIN}(?: {_LATIN}){{0,2}}"
_SENTENCE = re.compile(r"[^\n。!?;,:]+")
_BETWEEN = re.compile(r"(?:公司|单位|那边|这边|那里)?(?:的|那边的|这边的)\s?")
_BETWEEN_NAME_AND_VERB = frozenset(" 的刚(-)0123456789")
_NAME_LENGTHS = (6, 5, 4, 3, 2)
_LONGEST_COMPANY = 24
_REACH = 48
"""Characters before a name that are looked at; keeps the time linear."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A customer's person of whom a colleague speaks; either may be unknown."""

    company: str | None
    contact: str | None


def find(text: str) -> Caller:
    """The first caller named with a company, else the first named at all. Never raises, linear."""
    folded = fold(text[:LONGEST_ZONE])
    spans = [*_han_callers(folded.plain), *_latin_callers(folded.plain)]
    spans.sort(key=lambda each: each[0] is None)
    company, contact = spans[0] if spans else (None, None)
    return Caller(
        folded.text[slice(*company)].strip() if company else None,
        folded.text[slice(*contact)].strip() if contact else None,
    )


def speaks_of_report(text: str) -> bool:
    """Whether somebody is said to have called, reported or asked for something."""
    return _report_words().search(fold(text[:LONGEST_ZONE]).plain) is not None


_Span = tuple[int, int]


def _han_callers(plain: str) -> Iterator[tuple[_Span | None, _Span]]:
    """Who stands right before a verb of calling: the last two to four characters are a name, before it a company."""
    for clause in _SENTENCE.finditer(plain):
        for verb in _verbs().finditer(plain, clause.start(), clause.end()):
            end = verb.start()
            while end > clause.start() and plain[end - 1] in _BETWEEN_NAME_AND_VERB:
                end -= 1
            if contact := _name_before(plain, clause.start(), end):
                company = _company_before(plain, clause.start(), contact[0])
                if company or _opens(plain, clause.start(), contact[0]):
                    yield company, contact
                    break


def _name_before(plain: str, start: int, end: int) -> _Span | None:
    """The longest name that ends here: behind an organisation, else behind anything that a name may follow."""
    begins = [
        end - length
        for length in _NAME_LENGTHS
        if end - length >= start and _is_person(plain[end - length : end])
    ]
    behind = (at for at in begins if _is_organisation(plain[max(start, at - _REACH) : at]))
    free = (at for at in begins if _may_begin(plain, start, at))
    found = next(behind, None) or next(free, None)
    return None if found is None else (found, end)


def _is_person(word: str) -> bool:
    return names.is_han_person(word, weak=True) and not word.startswith(
        longest_first("filing", "not_callers")
    )


def _may_begin(plain: str, start: int, at: int) -> bool:
    """A name begins a clause, or follows a blank, 的, an opening, or a company that an opening announces."""
    if at == start or plain[at - 1] in " 的(":
        return True
    head = plain[max(start, at - _REACH) : at]
    return head.endswith(_openings()) or _organisation(head) is not None


def _is_organisation(head: str) -> bool:
    """Whether these words end with a name that is an organisation's by itself."""
    name = head[_after_opening(head) :].strip()
    ends = longest_first("companies", "legal")
    return names.is_short_company(name) or (name.endswith(ends) and names.is_organisation(name))


def _company_before(plain: str, start: int, end: int) -> _Span | None:
    """The organisation right before a name, without 的 and without what the sentence put in front of it."""
    head = plain[max(start, end - _REACH) : end]
    offset = end - len(head)
    between = next((found for found in _BETWEEN.finditer(head) if found.end() == len(head)), None)
    said = between is not None
    head = head[: between.start()] if between else head.rstrip()
    length = _organisation(head, said=said)
    return (offset + len(head) - length, offset + len(head)) if length else None


def _organisation(head: str, *, said: bool = False) -> int | None:
    """The length of the organisation's name at the end of these words; `said`: 的 behind it vouches for it."""
    if head.endswith(_openings()):
        return None
    start = _after_opening(head)
    name = head[start:].strip()
    if not 2 <= len(name) <= _LONGEST_COMPANY or " " in name or _is_department(name):
        return None
    if _is_organisation(head) or ((said or start > 0) and not names.is_speech(name)):
        return len(name)
    return None


def _is_department(name: str) -> bool:
    """信息部 is a part of a company; 图书馆 is not, though both end as departments do."""
    return names.is_department(name) and not name.endswith(longest_first("filing", "public_ends"))


def _after_opening(head: str) -> int:
    """Where the last opening of a sentence ends that leaves room for a name; 0 when there is none."""
    ends = (head.rfind(opening) + len(opening) for opening in _openings() if opening in head)
    return max((end for end in ends if len(head) - end >= 2), default=0)


def _opens(plain: str, start: int, at: int) -> bool:
    """Whether nothing, only an opening, or a department's 的 stands before a name without a company."""
    head = plain[max(start, at - _REACH) : at].strip()
    return not head or head.endswith((*_openings(), "的"))


def _latin_callers(plain: str) -> Iterator[tuple[_Span | None, _Span]]:
    for pattern in (_of_company(), _call_from()):
        for match in pattern.finditer(plain):
            person = [word for word in match["contact"].split() if not _HONORIFIC.fullmatch(word)]
            if match["company"].lower() not in _not_companies() and names.is_latin_person(person):
                yield match.span("company"), match.span("contact")


@cache
def _openings() -> tuple[str, ...]:
    return longest_first("filing", "caller_openings")


@cache
def _verbs() -> re.Pattern[str]:
    return re.compile(any_of("filing", "caller_verbs"))


@cache
def _report_words() -> re.Pattern[str]:
    return re.compile(any_of("filing", "report_words"), re.IGNORECASE)


@cache
def _of_company() -> re.Pattern[str]:
    verbs = any_of("filing", "latin_caller_verbs")
    return re.compile(
        rf"\b(?P<contact>{_LATIN_NAME}) (?:from|of|at|with|over at) (?:our customer |the |customer )?"
        rf"(?P<company>{_LATIN_COMPANY}) (?:has |have |just )?{verbs}"
    )


@cache
def _call_from() -> re.Pattern[str]:
    return re.compile(
        r"\b(?i:call|phone call|message|word) (?:from|by) (?P<contact>"
        + _LATIN_NAME
        + r")(?:,? (?:from|of|at|with) (?:our customer |the |customer )?| \(|, )"
        + rf"(?P<company>{_LATIN_COMPANY})"
    )


@cache
def _not_companies() -> frozenset[str]:
    return frozenset(longest_first("filing", "not_caller_companies"))
