"""The reply that says what was missing: form lines, whole sentences, or the bare words ("邹敏 13800138001").

A colleague was asked by a letter of its own and answers nothing else with it; a customer was asked inside the
acknowledgement and may write about anything, so bare words of theirs count only where nothing else is said. Source:
SERVICE.md P-20, P-23; issue 5 "Asking back".
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from gateway.parsers import callers, form, lexicon
from gateway.parsers.entities import names
from gateway.parsers.entities.folding import fold_word
from gateway.parsers.understood import Found, Report

ASKED = ("company", "contact", "symptoms", "phone")
"""What a report must hold (P-23), and a way to reach whoever sent it (P-20)."""

_MOST_LINES = 20
_LONGEST_LINE = 1_000
_LONGEST_PIECE = 80
_CUT = re.compile(r"[,，;；、。]|(?<=[\u4e00-\u9fff])\s+|\s+(?=[\u4e00-\u9fff])")
OPENING = re.compile(
    r"\A\s*(?:客户|客戶|用户|联系人|聯絡人|公司|单位|他|她|对方|電話|电话|手机|名字)?\s*(?:叫|是|为|為|姓名是)\s*"
)
_AGREED = frozenset(map(fold_word, lexicon.read("confirmation")["agreed"]["phrases"]))
_FIRST_CLAUSE = re.compile(r"\s*([^,，.。!！;；、\n]+?)\s*(?:[,，.。!！;；、\n]|\Z)")
COURTESY = re.compile(
    r"(?:好的?|收到|谢谢|謝謝|您好|你好|ok|okay|thanks|thank you|hi|hello|sure)", re.IGNORECASE
)

Answers = tuple[tuple[str, str], ...]
"""(field, value) in the order in which they were asked."""


def by_colleague(asked: Sequence[str], report: Report) -> Answers:
    """Values for what a colleague was asked back (P-23), from their reply.

    `asked` are fields of ASKED, `report` what was understood of the reply. A field about which the reply says nothing
    is left out. Never raises.
    """
    text = report.text
    caller = callers.find(text)
    found: dict[str, str | None] = {
        "company": _value(report.company) or caller.company,
        "contact": caller.contact or _value(report.contact),
        "phone": _value(report.phone),
        "symptoms": _symptoms(report),
        **labelled(text, asked),
    }
    lacking = [field for field in asked if field in ASKED and not found.get(field)]
    pieces = [piece for piece in _pieces(text) if piece not in found.values()]
    for field in lacking:
        piece = next((piece for piece in pieces if _fits(field, piece, alone=len(lacking) == 1)), None)
        if piece is not None:
            found[field] = piece
            pieces.remove(piece)
    return _in_order(asked, found)


def by_customer(asked: Sequence[str], report: Report, offered: Mapping[str, str]) -> Answers:
    """Values for what the acknowledgement asked a customer, from any later message of theirs on the case.

    `offered` are the uncertain values that it asked them to confirm: "是的" makes them certain. What we wrote
    ourselves and they quote answers nothing. Never raises.
    """
    read = {"company": report.company, "contact": report.contact, "phone": report.phone}
    found: dict[str, str | None] = {
        **{field: each.value for field, each in read.items() if each and _may_answer(each)},
        "symptoms": _symptoms(report),
        **labelled(report.text, asked),
    }
    if agrees(report.text):
        found = {**offered, **found}
    found = {**_bare([field for field in asked if not found.get(field)], report.text, found), **found}
    return _in_order(asked, found)


def _may_answer(found: Found) -> bool:
    return found.is_sure and found.source != "quoted"


def _in_order(asked: Sequence[str], found: Mapping[str, str | None]) -> Answers:
    return tuple((field, value) for field in asked if (value := found.get(field)))


def _symptoms(report: Report) -> str | None:
    return "；".join(symptom.value for symptom in report.symptoms) or None


def labelled(text: str, asked: Sequence[str]) -> dict[str, str]:
    """The form lines of the reply. Here "电话：…" alone is an answer, for nobody signs above what was asked."""
    told = form.read(text, anywhere=True).values
    return {field: told[field] for field in asked if field in told}


def agrees(text: str) -> bool:
    """Whether the first clause says yes and nothing else."""
    first = _FIRST_CLAUSE.match(text, 0, _LONGEST_LINE)
    return first is not None and fold_word(first[1]) in _AGREED


def _bare(lacking: Sequence[str], text: str, found: Mapping[str, str | None]) -> dict[str, str]:
    """What bare words answer, where every one of them answers something: among others they are just words."""
    pieces = list(_pieces(text))
    answered: dict[str, str] = {}
    for piece in pieces:
        if piece in found.values():
            continue
        alone = len(pieces) == 1
        field = next((field for field in lacking if _is_plainly(field, piece, alone=alone)), None)
        if field is None or field in answered:
            return {}
        answered[field] = piece
    return answered


def _is_plainly(field: str, piece: str, *, alone: bool) -> bool:
    """Whether the words are that and hardly anything else; a name that begins other words too needs another beside."""
    if field == "phone":
        return form.phone_in(piece) is not None
    word = fold_word(piece)
    if field == "contact":
        return names.is_han_person(word, weak=not alone) or is_latin_person(piece)
    return field == "company" and names.is_short_company(word)


def _pieces(text: str) -> Iterator[str]:
    """The bare words: lines, cut at commas and at blanks beside Chinese words, without courtesies."""
    for line in text.split("\n")[:_MOST_LINES]:
        for piece in _CUT.split(line[:_LONGEST_LINE]):
            words = OPENING.sub("", piece).strip(" \t.!！:：")
            if 1 < len(words) <= _LONGEST_PIECE and not COURTESY.fullmatch(words):
                yield words


def _fits(field: str, piece: str, *, alone: bool) -> bool:
    """Whether bare words answer that question; what is no number and no name does when nothing else was asked."""
    if field == "phone":
        return form.phone_in(piece) is not None
    if field == "contact":
        return _is_person(piece)
    if field == "company":
        word = fold_word(piece)
        known = names.is_organisation(word) or names.is_short_company(word)
        return known or (alone and not _is_person(piece) and form.phone_in(piece) is None)
    return alone and form.phone_in(piece) is None


def _is_person(piece: str) -> bool:
    return names.is_han_person(fold_word(piece), weak=True) or is_latin_person(piece)


def is_latin_person(piece: str) -> bool:
    words = piece.split()
    return piece.isascii() and len(words) in (2, 3) and piece[0].isupper() and names.is_latin_person(words)


def _value(found: Found | None) -> str | None:
    return found.value if found else None
