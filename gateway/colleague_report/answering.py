"""The colleague's reply that says what was missing: form lines, or the bare words ("邹敏 13800138001")."""

import re
from collections.abc import Iterator, Sequence

from gateway.colleague_report.merging import ASKED
from gateway.parsers import callers, form
from gateway.parsers.entities import names
from gateway.parsers.entities.folding import fold_word
from gateway.parsers.report import Found, Report

_MOST_LINES = 20
_LONGEST_LINE = 1_000
_LONGEST_PIECE = 80
_CUT = re.compile(r"[,，;；、。]|(?<=[\u4e00-\u9fff])\s+|\s+(?=[\u4e00-\u9fff])")
_OPENING = re.compile(
    r"\s*(?:客户|客戶|用户|联系人|聯絡人|公司|单位|他|她|对方|電話|电话|手机|名字)?\s*(?:叫|是|为|為|姓名是)\s*"
)
_COURTESY = re.compile(
    r"(?:好的?|收到|谢谢|謝謝|您好|你好|ok|okay|thanks|thank you|hi|hello|sure)", re.IGNORECASE
)


def answers(filed_missing: Sequence[str], report: Report) -> tuple[tuple[str, str], ...]:
    """Values for what a colleague was asked back (P-23), from their reply.

    `filed_missing` is `Filed.missing`, `report` what was understood of the reply. (field, value) in the order of
    `filed_missing`; a field about which the reply says nothing is left out. Never raises.
    """
    text = report.text
    caller = callers.find(text)
    found: dict[str, str | None] = {
        "company": _value(report.company) or caller.company,
        "contact": caller.contact or _value(report.contact),
        "phone": _value(report.phone),
        "symptoms": "；".join(symptom.value for symptom in report.symptoms) or None,
        **_told(text, filed_missing),
    }
    lacking = [field for field in filed_missing if field in ASKED and not found.get(field)]
    pieces = [piece for piece in _pieces(text) if piece not in found.values()]
    for field in lacking:
        piece = next((piece for piece in pieces if _fits(field, piece, alone=len(lacking) == 1)), None)
        if piece is not None:
            found[field] = piece
            pieces.remove(piece)
    return tuple((field, value) for field in filed_missing if (value := found.get(field)))


def _told(text: str, asked: Sequence[str]) -> dict[str, str]:
    """The form lines of the reply. Here "电话：…" alone is an answer, for nobody signs above what was asked."""
    told = form.read(text, anywhere=True).values
    return {field: told[field] for field in asked if field in told}


def _pieces(text: str) -> Iterator[str]:
    """The bare words: lines, cut at commas and at blanks beside Chinese words, without courtesies."""
    for line in text.split("\n")[:_MOST_LINES]:
        for piece in _CUT.split(line[:_LONGEST_LINE]):
            words = _OPENING.sub("", piece).strip(" \t.!！:：")
            if 1 < len(words) <= _LONGEST_PIECE and not _COURTESY.fullmatch(words):
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
    if names.is_han_person(fold_word(piece), weak=True):
        return True
    words = piece.split()
    return piece.isascii() and len(words) in (2, 3) and piece[0].isupper() and names.is_latin_person(words)


def _value(found: Found | None) -> str | None:
    return found.value if found else None
