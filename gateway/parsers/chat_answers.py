"""What somebody says in a chat while a question is open: its answer, that they cannot tell, or something else.

People answer with a bare name, and between question and answer they write anything: "稍等", "转人工", a number.
So a bare word counts as what was asked only where it was recognised as a name or has the shape of one, and a clause
that does something of its own is never a name, even where a parser would see one in it. Source: SERVICE.md P-20, P-23;
issue 6, 3.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.parsers import answers, confirmation, form, interval, lexicon
from gateway.parsers.answers import Answers
from gateway.parsers.entities import names
from gateway.parsers.entities.folding import fold_word
from gateway.parsers.entities.wordlist import blocks
from gateway.parsers.understood import Found, Report

__all__ = ["Said", "is_worth_asking", "read"]

CERTAIN = 0.8
"""So sure of a name is the reader only where words around it, or its own form, vouch for it."""

WORTH_ASKING = 0.25
"""A guess below this is noise; above it, it is asked back."""

_MOST_PIECES = 20
_LONGEST = 1_000
_LONGEST_NAME = 40
_MOST_LATIN_WORDS = 3
_PIECE = re.compile(
    r"(?:[^\n,，;；。!！?？、.]|[.,](?!\s|$)|(?<=[A-Za-z])[.,](?=\s*(?:Ltd|Inc|LLC|\w\.)))+[?？]?"
)
_MAILBOX = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,190}")
_NEGATED = re.compile(
    r"(?:不是|不叫|并不是|並不是|不对|不對|没有|沒有|错了|錯了|否\Z)"
    r"|(?:no(?! problem| worries)|nope|not|wrong|it's not|we are not|we're not)\b",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    r"(?:我们|我們|我|咱们)?(?:的)?(?:公司|单位|單位)?(?:名称|名稱|名字)?(?:是|叫|为|為)\s*"
    r"|(?:we are|we're|i am|i'm|it's|it is|this is) ",
    re.IGNORECASE,
)
_HAN_WORD = re.compile(r"[\u3400-\u9fff]{2,14}")
_LATIN_WORDS = re.compile(r"[A-Za-z][\w&.'-]*(?: [\w&.'-]+){0,4}", re.ASCII)
_SPEECH_BEGINS = re.compile(r"(?:i|we|you|it|let|please|can|could|no|not|the)\b", re.IGNORECASE)
_CHAT = lexicon.read("chat")


@dataclass(frozen=True, slots=True)
class Said:
    """`answers` as of `parsers.answers`; a telephone number answers although nobody asked for it.

    `cannot_tell`: they say that they do not know. `denies`: what we offered is wrong. `guess` are bare words that are
    likely what was asked, `unclear` some that may be. With none of these the words are about something else.
    """

    answers: Answers = ()
    cannot_tell: bool = False
    denies: bool = False
    guess: str | None = None
    unclear: str | None = None


def read(asked: str, lacking: Sequence[str], words: str, report: Report, offered: str | None) -> Said:
    """What the words say to the question for `asked`, and of the other fields that are still `lacking`.

    `words` are what was typed, `report` what was understood of them; `offered` is the value that was to be confirmed.
    Never raises, linear in the words.
    """
    pieces = list(_pieces(words))
    if not pieces:
        return Said()
    if offered and answers.agrees(words):
        return Said(((asked, offered),))
    own = [piece for piece in pieces if not _does_something(piece)]
    found = _told(lacking, words, report, own)
    denies = bool(offered) and _NEGATED.match(pieces[0]) is not None and not _is_said_unknown(pieces[0])
    if (
        not denies
        and all(_cannot_tell(each) or _is_nod(each) for each in pieces)
        and any(map(_cannot_tell, pieces))
    ):
        return Said(cannot_tell=True)
    rest = [piece for piece in own if not _is_in(piece, found)]
    is_plain = denies or report.kind.value == "other"
    if asked in found or len(rest) != 1 or not (is_plain or _is_strong(rest[0])):
        return Said(tuple(found.items()), denies=denies and asked not in found)
    word = _bare(rest[0])
    if (field := _shape(asked, lacking, word, report)) is not None:
        return Said((*found.items(), (field, word)), denies=denies and field != asked)
    if found or not _may_be_a_name(word):
        return Said(tuple(found.items()), denies=denies)
    return Said(guess=word) if denies or _is_likely(asked, word, report) else Said(unclear=word)


def is_worth_asking(found: Found | None) -> bool:
    """Whether a guess is asked back in the sender's own word: it might be a name, and does nothing of its own."""
    return found is not None and found.confidence >= WORTH_ASKING and not _does_something(found.value)


def _told(lacking: Sequence[str], words: str, report: Report, own: Sequence[str]) -> dict[str, str]:
    """What is said in so many words, or was recognised in a clause that does nothing else."""
    found = answers.labelled(words, (*lacking, "phone"))
    for field, value in (("company", report.company), ("contact", report.contact)):
        if field in lacking and value is not None and _counts(value, words, own):
            found.setdefault(field, value.value)
    if report.phone is not None and report.phone.is_sure and report.phone.source == "body":
        found.setdefault("phone", report.phone.value)
    if "symptoms" in lacking and report.symptoms:
        found.setdefault("symptoms", "；".join(symptom.value for symptom in report.symptoms))
    return found


def _counts(found: Found, words: str, own: Sequence[str]) -> bool:
    """A name that is certain counts wherever it is not denied; one that is likely only in a clause of its own."""
    written = words[slice(*found.span)] if found.span is not None else found.value
    if found.confidence >= CERTAIN:
        return any(written[:8] in piece for piece in own) or not any(
            written[:8] in piece and _NEGATED.match(piece) for piece in _pieces(words)
        )
    return found.is_sure and any(written in piece for piece in own)


def _pieces(words: str) -> Iterator[str]:
    """The clauses, without blanks around them; a question keeps its mark."""
    for match, _ in zip(_PIECE.finditer(words[:_LONGEST]), range(_MOST_PIECES), strict=False):
        if piece := match[0].strip():
            yield piece


def _does_something(piece: str) -> bool:
    """Whether a clause agrees, refuses, thanks, puts off, asks, gives a number or wants something: no name, then."""
    word = fold_word(piece)
    if _is_strong(piece):
        return False
    return (
        piece.endswith(("?", "？"))
        or _is_nod(piece)
        or _cannot_tell(piece)
        or _NEGATED.match(piece) is not None
        or any(sign in word for sign in _DOES)
        or _ENGLISH.search(word) is not None
        or confirmation.read(piece) is not None
        or confirmation.is_hedged(piece)
        or interval.read(piece) is not None
        or form.phone_in(piece) is not None
        or _MAILBOX.search(piece) is not None
    )


def _is_strong(piece: str) -> bool:
    """Whether it ends as organisations do, whatever words stand in its name: 新希望科技, 催化剂集团."""
    return names.is_short_company(fold_word(_bare(piece)))


def _is_nod(piece: str) -> bool:
    bare = piece.strip(" ~～")
    return (
        answers.COURTESY.fullmatch(bare) is not None
        or fold_word(bare) in _NODS
        or confirmation.is_courtesy(bare)
        or not any(map(str.isalnum, bare))
    )


def _cannot_tell(piece: str) -> bool:
    return _is_said_unknown(piece) or fold_word(piece.strip(" ~～")) in _EMPTY


def _is_said_unknown(piece: str) -> bool:
    return fold_word(piece.strip(" ~～")) in _UNKNOWN


def _bare(piece: str) -> str:
    """Without "公司是" and its like."""
    introduced = _INTRODUCED.match(piece)
    return (piece[introduced.end() :] if introduced else answers.OPENING.sub("", piece)).strip(" \t.:：“”\"'")


def _is_in(piece: str, found: Mapping[str, str]) -> bool:
    """Whether the clause has given its value already."""
    return any(value in piece or piece in value for value in found.values())


def _shape(asked: str, lacking: Sequence[str], word: str, report: Report) -> str | None:
    """Which of the fields bare words have the shape of: an organisation's, or a person's name."""
    is_company = names.is_short_company(fold_word(word))
    seen = report.company if asked == "company" else None
    if asked == "company" and (is_company or (seen and seen.value == word and not _is_person(word))):
        return asked
    if asked == "contact" and not is_company and (_is_person(word, weak=True) or _is_seen(word, report)):
        return asked
    return "contact" if "contact" in lacking and _is_person(word) else None


def _is_likely(asked: str, word: str, report: Report) -> bool:
    """Whether a word that nobody vouches for is worth a yes or no: a few Latin words, or a name of whatever kind."""
    if report.product is not None and word in report.product.value:
        return False
    if asked == "contact" and report.company is not None and report.company.is_sure:
        return False
    return _is_seen(word, report) or (word.isascii() and len(word.split()) <= _MOST_LATIN_WORDS)


def _is_seen(word: str, report: Report) -> bool:
    """Whether the reader takes the whole word for a name of whatever kind, however unsurely."""
    return any(found is not None and found.value == word for found in (report.company, report.contact))


def _is_person(word: str, *, weak: bool = False) -> bool:
    folded = fold_word(word)
    latin = word.isascii() and (answers.is_latin_person(word) or names.is_given_name(folded))
    return latin or names.is_han_person(folded, weak=weak)


def _may_be_a_name(word: str) -> bool:
    if len(word) > _LONGEST_NAME:
        return False
    if _HAN_WORD.fullmatch(word):
        return not names.is_speech(fold_word(word))
    return _LATIN_WORDS.fullmatch(word) is not None and _SPEECH_BEGINS.match(word) is None


_NODS = frozenset(
    map(fold_word, (*_CHAT["nods"]["phrases"], *lexicon.read("confirmation")["agreed"]["phrases"]))
)
_UNKNOWN = frozenset(map(fold_word, _CHAT["unknown"]["phrases"]))
_EMPTY = frozenset(map(fold_word, blocks("filing")["placeholders"]))
_DOES = frozenset(map(fold_word, _CHAT["does"]["chinese"]))
_ENGLISH = re.compile(
    "|".join(rf"(?<![a-z]){re.escape(phrase)}(?![a-z])" for phrase in _CHAT["does"]["english"])
)
