"""Companies in Latin letters: by legal form (Ltd, GmbH, d.o.o.), by trade ("… Hospital"), by what introduces them."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from gateway.parsers.entities import names, places
from gateway.parsers.entities.candidates import ZONE_TRUST, Candidate, Field, sighting
from gateway.parsers.entities.letter import Letter, Zone
from gateway.parsers.entities.people import HONORIFIC
from gateway.parsers.entities.wordlist import any_of, blocks, longest_first

_LETTER = "[A-ZÀ-ÖØ-ÞŁŚŻČŠŽĐĆŐŰİŞĞ0-9]"
_IN_BRACKETS = r"\((?![^()\n]{0,40}(?:office|branch|site|plant)\))[A-ZÀ-Þ][A-Za-zÀ-ɏ ]{1,20}\)"
_WORD = rf"(?:(?:St\. ?)?{_LETTER}(?:[A-Za-z0-9À-ɏ'’&-]|\.(?=[A-Za-z])){{0,40}}|{_IN_BRACKETS})"
_JOIN = r"(?:(?:of|and|&|de|da|do|dos|du|del|di|la|le|les|van|von|for|the|y|e|et|und) ){0,2}"
_NAME = rf"(?:{_WORD} {_JOIN}){{0,5}}{_WORD}"
_INTRODUCED = re.compile(
    rf"\b(?:[Ff]rom|[Aa]t|[Ww]ith|[Ww]e are|[Tt]his is|[Ww]ork for|[Cc]alling from|[Ww]riting from)\s({_NAME})"
    rf"(?=[,.!\n)]|\s(?:here|and|in|on|we|our|\u002d)|\s?[-–(]|$)"
)
_SUBJECT = re.compile(rf"(?<![\w.])({_NAME}) here\b")
_BENEFICIARY = re.compile(_NAME)
_ADDRESSED = re.compile(rf"{HONORIFIC} ")  # "on behalf of Mr Lim" names no company
_SEATS = (
    "University City Town County Port Bank Borough Municipality Ministry Diocese College Institute Republic"
)
_SEAT = re.compile(rf"\b(?:{_SEATS.replace(' ', '|')}) of {_NAME}")
_PERSON = r"[A-ZÀ-Þ][\w'’-]{1,20}(?: [A-ZÀ-Þ][\w'’-]{1,20}){0,2}"
_FOR = re.compile(r"[^ ]*\d[^ ]* for (?:the )?")
_BRACKETED = re.compile(rf"(?<=[,.!?\n–—-] ){_PERSON} \(({_NAME})\)(?=[\s.]*(?:$|\n))")
_RUN = re.compile(rf"(?<![\w.@/-]){_NAME}(?![\w@])")
_SHORTEST_KEY = 5
"""Letters: a shorter label is in too many other words."""
_SENTENCE_START = r"(?:^|(?<=[\n.,!?:–—-] )|(?<=[\n.,!?:–—-]))"
_BELONGS = (
    rf"(?:{_PERSON},? (?:[Ff]rom|of|at|@|with)|[Ww]e at|I work (?:for|at)|I am (?:with|from)"
    rf"|[Tt]his is (?:{_PERSON} |ward \d+ )?(?:from|at|of)|[Ff]ront desk of|its|it's|[Hh]ere is)"
)
_OF_SOMEBODY = re.compile(
    rf"{_SENTENCE_START}{_BELONGS} ({_NAME})"
    rf"(?=[,.!?\n)]|\s[-–—(]|\s(?:here|and|get|we|our|have|see|on|in|who)\b|\s?[+\d(]|\s*$)"
)


def find(letter: Letter, beneficiary_ends: Sequence[int]) -> Iterator[Candidate]:
    """Every company in Latin letters that its form, its trade or its introduction shows, or a word for a customer
    (`roles.beneficiary_ends`)."""
    yield from _by_form(letter)
    yield from _by_trade(letter)
    yield from _introduced(letter)
    yield from _of_somebody(letter)
    yield from _in_brackets(letter)
    yield from _as_the_domain_says(letter)
    for end in beneficiary_ends:
        name = _BENEFICIARY.match(letter.plain, end)
        if name and not _ADDRESSED.match(name[0]):
            yield sighting(letter, Field.COMPANY, name.span(), "beneficiary", 0.7)


def is_company(name: str) -> bool:
    """Whether a whole text is a company's name with its legal form."""
    return _form_pattern().fullmatch(name) is not None


def _by_form(letter: Letter) -> Iterator[Candidate]:
    for match in _form_pattern().finditer(letter.plain):
        start = match.start() + _lead_length(match[0])
        if start < match.end(1):
            score = 0.88 * ZONE_TRUST[letter.zone_at(start)]
            yield sighting(letter, Field.COMPANY, (start, match.end()), "legal form", score)


def _by_trade(letter: Letter) -> Iterator[Candidate]:
    for match in _SEAT.finditer(letter.plain):
        yield sighting(
            letter, Field.COMPANY, match.span(), "of a town", 0.75 * ZONE_TRUST[letter.zone_at(match.start())]
        )
    for match in _trade_pattern().finditer(letter.plain):
        start = match.start() + (_matter_length(match[0]) or _lead_length(match[0]))
        zone = letter.zone_at(start)
        if " " in letter.plain[start : match.end()] and zone is not Zone.SUBJECT:
            score = (
                0.72 if zone is Zone.SIGNATURE or letter.chat or _ends_sentence(letter, match.end()) else 0.45
            )
            yield sighting(
                letter, Field.COMPANY, (start, match.end()), "trade word", score * ZONE_TRUST[zone]
            )


def _introduced(letter: Letter) -> Iterator[Candidate]:
    for pattern in (_INTRODUCED, _SUBJECT):
        for match in pattern.finditer(letter.plain):
            start = match.start(1) + _lead_length(match[1])
            words = letter.plain[start : match.end(1)].split()
            if len(words) >= 2 and names.is_trade_word(words[-1]):
                yield sighting(letter, Field.COMPANY, (start, match.end(1)), "introduction", 0.75)


def _in_brackets(letter: Letter) -> Iterator[Candidate]:
    """Behind a person who signs: "Odhran (Carrick Wools)"."""
    for match in _BRACKETED.finditer(letter.plain):
        if match[1].split()[0] not in names.not_leading() and not places.is_place(match[1]):
            yield sighting(letter, Field.COMPANY, match.span(1), "in brackets", 0.6)


def _of_somebody(letter: Letter) -> Iterator[Candidate]:
    """Whom a person is from: "Boon Teck from Straits Provision", "Bibi @ Cloverhill", "I work for Quernstone Mill"."""
    for match in _OF_SOMEBODY.finditer(letter.plain):
        start = match.start(1) + _lead_length(match[1])
        words = letter.plain[start : match.end(1)]
        if names.is_trade_word(words):
            continue  # "Director of Technology"
        if words.split()[0] not in names.not_leading() and not places.is_place(words) and len(words) > 2:
            yield sighting(letter, Field.COMPANY, (start, match.end(1)), "of somebody", 0.7)


def _as_the_domain_says(letter: Letter) -> Iterator[Candidate]:
    """Names that the sender's mail domain is made of: "Kreidler Pumpen" from kreidler-pumpen.example."""
    domain = _domain_key(letter.sender.domain) if letter.sender else ""
    if not domain:
        return
    for match in _RUN.finditer(letter.plain):
        start = match.start() + _lead_length(match[0])
        key = "".join(filter(str.isalpha, letter.plain[start : match.end()])).lower()
        alike = key.startswith(domain) or (len(key) >= _SHORTEST_KEY and domain.startswith(key))
        if alike:
            score = 0.6 * ZONE_TRUST[letter.zone_at(start)]
            yield sighting(letter, Field.COMPANY, (start, match.end()), "mail domain", score)


def _domain_key(domain: str) -> str:
    """The letters of a domain's longest label, the top level and free mail left out; empty for a short one."""
    if domain in blocks("companies")["freemail"]:
        return ""
    label = max(domain.split(".")[:-1], key=len, default="")
    key = "".join(filter(str.isalpha, label))
    return key if len(key) >= _SHORTEST_KEY else ""


def _lead_length(run: str) -> int:
    """How much of a capitalised run is the sentence's: "We at", "Our", "Regards,"."""
    at = 0
    for word in run.split(" ")[:-1]:
        if word.rstrip(".,") not in names.not_leading():
            break
        at += len(word) + 1
    return at


def _matter_length(run: str) -> int:
    """How much of a run is the thing that is for somebody: "PSF-5200 for Fairview International School"."""
    match = _FOR.match(run)
    return match.end() if match else 0


def _ends_sentence(letter: Letter, offset: int) -> bool:
    return letter.plain[offset : offset + 1] in ("", "\n", ".", ",")


@cache
def _form_pattern() -> re.Pattern[str]:
    forms = "|".join(map(re.escape, longest_first("companies", "forms")))
    return re.compile(rf"(?<![\w.])((?:{_WORD} {_JOIN}){{0,6}}{_WORD},?) (?:{forms})(?![\w])")


@cache
def _trade_pattern() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w.])(?:{_WORD} {_JOIN}){{1,5}}{any_of('companies', 'trade_words')}"
        rf"(?: of [A-Z][\w'’-]+)?(?!\w| ?[A-Z][a-z]* ?\()"
    )
