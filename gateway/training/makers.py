"""Made-up names and numbers: companies, people, places, telephones, products, from syllables and the parsers' lexicons.

Names are drawn at random, character by character and syllable by syllable, so that the model learns where names
stand and not which names there are. What they are drawn from is data: `phrases/words.toml`.
"""

import random
import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

from gateway.parsers.entities.wordlist import blocks

__all__ = ["LATIN_MAKERS", "MAKERS", "Maker"]

Maker = Callable[[random.Random], str]


def company(rng: random.Random) -> str:
    """A customer as people name it in Chinese: with its legal form, shortened, or as a bare brand."""
    where = _city(rng) if rng.random() < 0.25 else ""
    shape = rng.random()
    if shape < 0.3:
        return f"{where}{_brand(rng)}{_trade(rng)}{_pick(rng, _words('legal'))}"
    if shape < 0.6:
        return f"{where}{_brand(rng)}{_trade(rng)}"
    if shape < 0.8:
        return f"{where}{_brand(rng)}{_pick(rng, _words('ends'))}"
    if shape < 0.9:
        return _brand(rng, most=4)
    return _latin_word(rng)


def latin_company(rng: random.Random) -> str:
    """A company in Latin letters: syllables or plain words, a trade, perhaps a legal form."""
    shape = rng.random()
    trade = _pick(rng, blocks("companies")["trade_words"])
    head = _latin_word(rng) if rng.random() < 0.6 else _common(rng) + _common(rng).lower()
    form = _pick(rng, _words("forms"))
    if shape < 0.3:
        return f"{head} {trade} {form}"
    if shape < 0.5:
        return f"{head} {trade}"
    if shape < 0.62:
        return f"{head} {_latin_word(rng)}"
    if shape < 0.72:
        return f"{head} {form}"
    if shape < 0.8:
        return f"{head} & {_latin_word(rng)}"
    if shape < 0.86:
        return f"{_pick(rng, _words('seats'))} {_latin_word(rng)}"
    if shape < 0.93:
        return f"{_common(rng)} {_common(rng)} {trade}"
    return _shouted(rng, head if rng.random() < 0.6 else f"{head} {trade}")


def person(rng: random.Random) -> str:
    """A person as Chinese writers name one: in full, by surname and title, by nickname, or in Latin letters."""
    surname = _surname(rng)
    shape = rng.random()
    if shape < 0.62:
        return surname + "".join(_pick(rng, _characters("given")) for _ in range(rng.choice((1, 2, 2))))
    if shape < 0.82:
        return surname[0] + _pick(rng, _words("titles"))
    if shape < 0.92:
        return _pick(rng, _words("nicknames")) + surname[0]
    return _first_name(rng) if shape < 0.97 else f"{_first_name(rng)} {surname}"


def latin_person(rng: random.Random) -> str:
    """A person in Latin letters: first name, both names, with an honorific or initials."""
    shape = rng.random()
    if shape < 0.35:
        return _first_name(rng)
    surname = _latin_word(rng)
    if shape < 0.8:
        return f"{_first_name(rng)} {surname}"
    if shape < 0.88:
        return f"{_pick(rng, _words('honorifics'))} {surname}"
    if shape < 0.93:
        return f"{chr(rng.randrange(65, 91))}. {surname}"
    if shape < 0.97:
        return f"{_latin_word(rng)} {_latin_word(rng)} {surname}"
    return f"{_first_name(rng)} {surname}".upper()


def latin_place(rng: random.Random) -> str:
    """A town in Latin letters: one of the gazetteer, or one that no gazetteer knows."""
    return _pick(rng, blocks("places")["latin"]) if rng.random() < 0.5 else _latin_word(rng)


def phone(rng: random.Random) -> str:
    """A telephone number in one of the shapes that people use."""
    digits = "".join(str(rng.randrange(10)) for _ in range(11))
    shape = rng.random()
    if shape < 0.5:
        return f"1{rng.choice('3589')}{digits[:9]}"
    if shape < 0.7:
        return f"0{digits[:3]}-{digits[3:7]} {digits[7:10]}"
    if shape < 0.8:
        return f"0{digits[0]}-{digits[1:5]}-{digits[5:9]}" + (f"#{digits[9]}1" if shape < 0.75 else "")
    return f"+{rng.randrange(30, 99)} {digits[:2]} 555 {digits[3:7]}"


def product(rng: random.Random) -> str:
    """A product of the catalogue, in Chinese or by its Latin name, sometimes with a model."""
    name = _pick(rng, blocks("products")["chinese" if rng.random() < 0.6 else "latin"])
    return f"{name} {_model(rng)}" if rng.random() < 0.15 else name


def latin_product(rng: random.Random) -> str:
    """A product of the catalogue in Latin letters."""
    name = _pick(rng, blocks("products")["latin"])
    return rng.choice((name, name.lower(), name.lower(), _model(rng)))


def predicate(rng: random.Random) -> str:
    """What a fault says in Chinese, from the lexicon of symptoms."""
    return _pick(rng, blocks("symptoms")["chinese"])


def latin_predicate(rng: random.Random) -> str:
    """What a fault says in English."""
    word = _pick(rng, blocks("symptoms")["english"])
    return rng.choice((f"is {word}", word, f"{word} again", f"{word} since the update", f"keeps {word}"))


def error(rng: random.Random) -> str:
    """An error message as it is quoted."""
    return _pick(rng, _words("errors"))


def vendor(rng: random.Random) -> str:
    """Us, under any name: never the customer."""
    return _pick(rng, _words("vendors")) if rng.random() < 0.5 else _brand(rng)


def number(rng: random.Random) -> str:
    """A small number."""
    return str(rng.randrange(1, 200))


def _city(rng: random.Random) -> str:
    return _pick(rng, blocks("places")["cities" if rng.random() < 0.8 else "taiwan"])


def _surname(rng: random.Random) -> str:
    return _pick(rng, _characters("frequent_surnames") if rng.random() < 0.5 else _surnames())


def _brand(rng: random.Random, most: int = 3) -> str:
    return "".join(_pick(rng, _characters("brand")) for _ in range(rng.choice((2, 2, 2, most))))


def _trade(rng: random.Random) -> str:
    return _pick(rng, blocks("companies")["trade"])


def _common(rng: random.Random) -> str:
    return _pick(rng, _words("common"))


def _first_name(rng: random.Random) -> str:
    return _pick(rng, blocks("names")["given"]) if rng.random() < 0.6 else _latin_word(rng)


def _latin_word(rng: random.Random) -> str:
    syllables = (_syllable(rng) for _ in range(rng.choice((1, 2, 2, 3))))
    return "".join(syllables).capitalize()


def _syllable(rng: random.Random) -> str:
    parts = (_pick(rng, _words(part)) for part in ("onsets", "nuclei", "codas"))
    return "".join(parts).replace("-", "")


def _shouted(rng: random.Random, name: str) -> str:
    return name.upper() if rng.random() < 0.3 else name


def _model(rng: random.Random) -> str:
    letters = "".join(chr(rng.randrange(65, 91)) for _ in range(3))
    return f"{letters}-{rng.randrange(1, 99) * 100}"


def _pick(rng: random.Random, words: Sequence[str]) -> str:
    return words[rng.randrange(len(words))]


@cache
def _tables() -> dict[str, str]:
    return tomllib.loads((files("gateway.training") / "phrases" / "words.toml").read_text("utf-8"))


@cache
def _words(key: str) -> tuple[str, ...]:
    block = _tables()[key]
    return tuple(word.strip() for word in (block.split("|") if "|" in block else block.split()))


@cache
def _characters(key: str) -> tuple[str, ...]:
    return tuple(_tables()[key])


@cache
def _surnames() -> tuple[str, ...]:
    return (*"".join(blocks("names")["surnames"]), *blocks("names")["compound_surnames"] * 2)


MAKERS: dict[str, Maker] = {
    "company": company,
    "latin_company": latin_company,
    "other_org": company,
    "person": person,
    "latin_person": latin_person,
    "other_person": person,
    "surname": _surname,
    "place": _city,
    "phone": phone,
    "product": product,
    "predicate": predicate,
    "error": error,
    "vendor": vendor,
    "number": number,
}
"""Symbol of the Chinese grammar -> what makes it up."""

LATIN_MAKERS: dict[str, Maker] = MAKERS | {
    "company": latin_company,
    "other_org": latin_company,
    "person": latin_person,
    "other_person": latin_person,
    "place": latin_place,
    "product": latin_product,
    "predicate": latin_predicate,
}
"""The same for the English grammar."""
