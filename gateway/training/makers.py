"""Made-up names and numbers: companies, people, places, telephones, products, from syllables and the parsers' lexicons.

Names are drawn at random, character by character and syllable by syllable, so that the model learns where names
stand and not which names there are. What they are drawn from is data: `phrases/words.toml`.
"""

import random
from collections.abc import Callable

from gateway.parsers.entities.wordlist import blocks
from gateway.training import organisations, words

__all__ = ["LATIN_MAKERS", "MAKERS", "Maker"]

Maker = Callable[[random.Random], str]


def person(rng: random.Random) -> str:
    """A person as Chinese writers name one: in full, by surname and title, by nickname, or in Latin letters."""
    surname = words.surname(rng)
    shape = rng.random()
    if shape < 0.62:
        return surname + "".join(
            words.pick(rng, words.characters("given")) for _ in range(rng.choice((1, 2, 2)))
        )
    if shape < 0.82:
        return surname[0] + words.pick(rng, words.listed("titles"))
    if shape < 0.92:
        return words.pick(rng, words.listed("nicknames")) + surname[0]
    if shape < 0.95:
        return words.first_name(rng)
    return f"{words.first_name(rng)} {surname}" if shape < 0.97 else latin_person(rng)


def latin_person(rng: random.Random) -> str:
    """A person in Latin letters: first name, both names, with an honorific or initials."""
    shape = rng.random()
    if shape < 0.04:
        return words.first_name(rng).lower()
    if shape < 0.32:
        return words.first_name(rng)
    surname = words.latin_word(rng)
    if shape < 0.37:
        return f"{words.first_name(rng)}-{words.first_name(rng)} {surname}"
    if shape < 0.4:
        return f"{words.first_name(rng)} {rng.choice(('van', 'de', 'von', 'bin', 'van der', 'el'))} {surname}"
    if shape < 0.45:
        return _romanised(rng)
    if shape < 0.8:
        return f"{words.first_name(rng)} {surname}"
    if shape < 0.88:
        return f"{words.pick(rng, words.listed('honorifics'))} {surname}"
    if shape < 0.93:
        return f"{chr(rng.randrange(65, 91))}. {surname}"
    if shape < 0.97:
        return f"{words.latin_word(rng)} {words.latin_word(rng)} {surname}"
    return f"{words.first_name(rng)} {surname}".upper()


def _romanised(rng: random.Random) -> str:
    """A Chinese name as Hong Kong, Singapore or Taiwan write it in Latin letters: surname first or last."""
    surname = words.pick(rng, words.listed("romanised_surnames"))
    given = [words.pick(rng, words.listed("romanised_given")) for _ in range(rng.choice((1, 2, 2)))]
    together = rng.choice((" ", "-")).join(
        (given[0], *(each if rng.random() < 0.5 else each.lower() for each in given[1:]))
    )
    shape = rng.random()
    if shape < 0.4:
        return f"{surname} {together}"
    return f"{words.first_name(rng)} {surname}" if shape < 0.8 else f"{together} {surname}"


def latin_place(rng: random.Random) -> str:
    """A town in Latin letters: one of the gazetteer, or one that no gazetteer knows."""
    return words.pick(rng, blocks("places")["latin"]) if rng.random() < 0.5 else words.latin_word(rng)


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
    name = words.pick(rng, blocks("products")["chinese" if rng.random() < 0.6 else "latin"])
    return f"{name} {_model(rng)}" if rng.random() < 0.15 else name


def latin_product(rng: random.Random) -> str:
    """A product of the catalogue in Latin letters."""
    name = words.pick(rng, blocks("products")["latin"])
    return rng.choice((name, name.lower(), name.lower(), _model(rng)))


def predicate(rng: random.Random) -> str:
    """What a fault says in Chinese, from the lexicon of symptoms."""
    return words.pick(rng, blocks("symptoms")["chinese"])


def latin_predicate(rng: random.Random) -> str:
    """What a fault says in English."""
    word = words.pick(rng, blocks("symptoms")["english"])
    return rng.choice((f"is {word}", word, f"{word} again", f"{word} since the update", f"keeps {word}"))


def error(rng: random.Random) -> str:
    """An error message as it is quoted."""
    return words.pick(rng, words.listed("errors"))


def vendor(rng: random.Random) -> str:
    """Us, under any name: never the customer."""
    return words.pick(rng, words.listed("vendors")) if rng.random() < 0.5 else words.brand(rng)


def number(rng: random.Random) -> str:
    """A small number."""
    return str(rng.randrange(1, 200))


def address(rng: random.Random) -> str:
    """A mail address of nobody."""
    user = (
        _lower_word(rng)
        + rng.choice(("", ".", "_"))
        + rng.choice(("", _lower_word(rng), str(rng.randrange(99))))
    )
    return f"{user.strip('._')}@{_lower_word(rng)}{rng.choice(('', '-it', _lower_word(rng)))}.example"


def site(rng: random.Random) -> str:
    """A web address of nobody."""
    return f"{rng.choice(('www.', 'https://', 'http://www.'))}{_lower_word(rng)}.example"


def code(rng: random.Random) -> str:
    """A serial number, a ticket or a version."""
    return rng.choice(
        (
            _model(rng),
            f"SN{rng.randrange(10**8)}",
            f"V{rng.randrange(9)}.{rng.randrange(9)}.{rng.randrange(20)}",
        )
    )


def _lower_word(rng: random.Random) -> str:
    return words.latin_word(rng).lower()


def _model(rng: random.Random) -> str:
    letters = "".join(chr(rng.randrange(65, 91)) for _ in range(3))
    return f"{letters}-{rng.randrange(1, 99) * 100}"


MAKERS: dict[str, Maker] = {
    "company": organisations.chinese,
    "latin_company": organisations.latin,
    "other_org": organisations.chinese,
    "writer_org": organisations.chinese,
    "writer": person,
    "person": person,
    "latin_person": latin_person,
    "other_person": person,
    "surname": words.surname,
    "place": words.city,
    "phone": phone,
    "product": product,
    "predicate": predicate,
    "error": error,
    "vendor": vendor,
    "number": number,
    "email": address,
    "site": site,
    "code": code,
}
"""Symbol of the Chinese grammar -> what makes it up."""

LATIN_MAKERS: dict[str, Maker] = MAKERS | {
    "company": organisations.latin,
    "other_org": organisations.latin,
    "writer_org": organisations.latin,
    "writer": latin_person,
    "person": latin_person,
    "other_person": latin_person,
    "place": latin_place,
    "product": latin_product,
    "predicate": latin_predicate,
}
"""The same for the English grammar."""
