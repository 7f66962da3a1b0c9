"""How people's names are written, and how much of some words is one, beside posts, forms of address and closings."""

import re
from functools import cache

from gateway.parsers.entities import names
from gateway.parsers.entities.letter import Letter
from gateway.parsers.entities.wordlist import any_of, longest_first

HAN = r"[\u4e00-\u9fff]"
LATIN = r"[A-ZÀ-ÖØ-ÞŁŚŻČŠŽĐĆŐŰİŞĞ][A-Za-zÀ-ɏ'’-]*"
HONORIFIC = r"(?:Mr|Mrs|Ms|Miss|Mdm|Mme|Dr|Prof|Sir|Madam|Herr|Frau|Encik|Puan|Cik)\.?"
LATIN_NAME = rf"(?-i:(?:{HONORIFIC} )?{LATIN}(?: (?:(?:de|da|van|von|bin|binti|al|el) )?{LATIN}){{0,3}})"
_OFFICE = rf"(?:(?:{HAN}{{1,6}}[部科处室课组办]|(?-i:IT|MIS))\s?)?"
_POST = rf"(?:{HAN}{{1,6}}[长员师理任监]\s)?"
NAME = rf"{_OFFICE}{_POST}({HAN}{{2,6}}|{LATIN_NAME})"
_ADDRESS_FORM = re.compile(rf"{HONORIFIC} (?=\S+ \S)")
CLOSING = re.compile(r"(?:敬上|敬启|谨上|谨启|拜上|敬呈|上|启)$")


def is_greeted(letter: Letter, offset: int) -> bool:
    """Whether a word of greeting, thanks or copying stands right before."""
    return bool(_greeting().search(letter.plain[max(0, offset - 16) : offset]))


def length_of_name(text: str, *, whole: bool = False, weak: bool = False) -> int:
    """How many characters of a text are a person's name, 0 when none.

    Counted from the beginning; `whole`: nothing but a role before and a closing word behind (then the length counts
    back from the closing word). `weak`: a surname that begins ordinary words will do, as it does without `whole`.
    """
    if not text or text[0] < "\u2e80":
        return length_of_latin_name(text)
    if not whole:
        if names.is_han_person(text, weak=True):
            return len(text)
        lengths = (3, 2, 4)
        return next((n for n in lengths if n < len(text) and names.is_han_person(text[:n], weak=True)), 0)
    text = CLOSING.sub("", text) if len(text) > 2 else text
    if names.is_han_person(text, weak=weak):
        return len(text)
    role = next((role for role in longest_first("names", "roles") if text.startswith(role)), "")
    return len(text) - len(role) if role and names.is_han_person(text[len(role) :]) else 0


def length_of_address(name: str) -> int:
    """How many characters of a Latin name only address its bearer, whose whole name follows: "Mdm Goh Siew Hoon"."""
    match = _ADDRESS_FORM.match(name)
    return match.end() if match else 0


def length_of_post(text: str) -> int:
    """How many characters of a text say what somebody does, where a name follows: "班长符永康"."""
    offices = (*longest_first("names", "roles"), *(title for title in names.titles() if len(title) > 1))
    roles = (role for role in offices if text.startswith(role))
    return next((len(role) for role in roles if names.is_han_person(text[len(role) :][:3])), 0)


@cache
def _greeting() -> re.Pattern[str]:
    return re.compile(rf"{any_of('cues', 'greetings')}[ ,]{{0,2}}\Z", re.IGNORECASE)


def length_of_latin_name(text: str) -> int:
    words = [word for word in text.split() if not re.fullmatch(HONORIFIC, word)]
    return len(text) if words and names.is_latin_person(words) and not names.is_role(" ".join(words)) else 0
