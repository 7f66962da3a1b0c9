"""The customer's company: labelled, with a legal end, introduced ("我是X的Y"), or a short name among names.

Whoever writes for somebody else (see `roles`) has his own company kept out. Names are found by their ends in
`han_companies` and `latin_companies`, names without any end by the lines they stand on (`identity`).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

from gateway.parsers.entities import han_companies, identity, latin_companies, names, places, roles
from gateway.parsers.entities.candidates import Candidate, Field, key_of, overlaps, sighting, spans_of
from gateway.parsers.entities.folding import fold
from gateway.parsers.entities.han_companies import OWN_WORDS
from gateway.parsers.entities.identity import Kind, Line, Piece
from gateway.parsers.entities.letter import Letter, Span, Zone
from gateway.parsers.entities.lookup import Lookup
from gateway.parsers.entities.wordlist import any_of

_OWNER_OF = re.compile(
    r"(?:^|[\n,。!?;\s])([\u4e00-\u9fff]{3,14}?)的\s?([\u4e00-\u9fff]{2,4})(?=[,。!?\s:]|$)"
)
_OWNED = re.compile(r"[的嘅]\s?([\u4e00-\u9fff]{2,8}?)(?=[,。!?\s:]|\d|电话|手机|$)")
_OWNED_COMPANY = re.compile(r"[的嘅]\s?([\u4e00-\u9fff]{3,12}?)(?=[啊呀呢吧,。!?\s的]|这边|那边|这里|$)")
_REACH = 18
_OF_CHAIN = re.compile(r"\s?[\u4e00-\u9fff]{1,5}[门分]?店(?=[\s,。!?的]|$)")
"""One house of a chain behind the chain's name: 我是茶日和 公馆店."""
_OF_WE = ("们", "司", "公司")  # 我|们竹北二厂
_AND = re.compile(r"[与和跟及、至到]")
_SEVERAL = re.compile(r"我们[^,]{0,4}?(?:是|叫)|(?:这里|单位|公司)(?:是|叫)|来自")
_OF_IT = re.compile(r"[的嘅](?=[\s,。!]|我姓|我叫|$)")
# What somebody does, where a company would stand: "我是负责网络的".
_DOES = re.compile(
    r"负责|新来|做|管|搞|维护|买|用|刚|从|分管|主管|兼|跟|这边|那边|现在|今天|昨天|一直|已经|发现|目前"
)
_OF_OFFICE = re.compile(
    r"\s?\([^()]{0,40}(?:office|branch|site|plant|campus|厂区|校区|院区)\s?\)\s*$", re.IGNORECASE
)
_DISPLAYED = re.compile(r"(?:[^-_/|()·\s]|(?<![\u4e00-\u9fff\s])\s(?!\s))+")
_SENTENCE = re.compile(
    r"[的了着过吗呢吧啊么很太都也就还又没不被把让跟对从是在有或但请谢]|急|收到|问题|故障|系统|电脑"
)


_OF_THE_WRITER = frozenset({"introduction", "X's Y", "of somebody"})
"""Rules that see who somebody says he is."""


def find(
    letter: Letter, found: Sequence[Candidate], *, our_names: tuple[str, ...] = ()
) -> Iterator[Candidate]:
    """Every company of the letter, ours left out, and the writer's own where it writes for another.

    `our_names` are keys of the vendor's names (see `Candidate.key`).
    """
    ends = roles.beneficiary_ends(letter)
    sightings = [c for c in _all(letter, found, ends) if not any(own in c.key for own in our_names)]
    stated = [c for c in sightings if c.span and roles.follows(c.span, ends)]
    if not stated:
        yield from _without_writers_own(letter, sightings)
        return
    keys = {candidate.key for candidate in stated}
    for candidate in sightings:
        span = candidate.span or (0, 0)
        if candidate in stated:
            yield sighting(letter, Field.COMPANY, span, "on behalf of", max(0.9, candidate.score))
        elif any(_is_form_of(candidate.key, key) for key in keys):
            yield candidate
        else:
            yield sighting(letter, Field.NOT_OURS_TO_TAKE, span, "writes for somebody else", 1.0)


def _without_writers_own(letter: Letter, sightings: Sequence[Candidate]) -> Iterator[Candidate]:
    """All of them; but of an integrator, and of whoever speaks of the customer's people, the own company is none, where
    another is named."""
    own = {candidate.key for candidate in sightings if candidate.rule in _OF_THE_WRITER}
    integrators = {c.key for c in sightings if c.span and roles.is_integrator(c.value)}
    speaks_for_others = roles.speaks_of_customers_contact(letter)
    own = own | integrators if speaks_for_others else integrators
    others = [c for c in sightings if not any(_is_form_of(c.key, key) for key in own)]
    if not (own and (speaks_for_others or _is_the_matter(letter, others)) and others):
        yield from sightings
        return
    yield from others
    for candidate in sightings:
        if candidate not in others and candidate.span:
            yield sighting(
                letter, Field.NOT_OURS_TO_TAKE, candidate.span, "speaks of the customer's contact", 1.0
            )


def _is_the_matter(letter: Letter, candidates: Sequence[Candidate]) -> bool:
    """Whether one of these is whom the letter is about: it stands in the subject."""
    subjects = [key_of(part.folded.plain) for part in letter.parts if part.zone is Zone.SUBJECT]
    return any(len(c.key) > 2 and c.key in subject for c in candidates for subject in subjects)


def ourselves(
    letter: Letter, found: Sequence[Candidate], *, names_of_ours: Lookup[str]
) -> Iterator[Candidate]:
    """Every place where we are named: nobody may take it for the customer."""
    del found  # our own name is ours whatever was found before
    for span, _ in names_of_ours.find(letter.lowered):
        yield sighting(letter, Field.NOT_OURS_TO_TAKE, span, "our own name", 1.0)


def _all(letter: Letter, found: Sequence[Candidate], ends: Sequence[int]) -> Iterator[Candidate]:
    blocked = spans_of(found, Field.EMAIL)
    products = spans_of(found, Field.PRODUCT)
    sightings = chain(
        _labelled(letter),
        han_companies.find(letter),
        latin_companies.find(letter, ends),
        _introduced(letter),
        _before_department(letter),
        _beneficiaries(letter, ends),
        _from_header(letter),
    )
    stated = [
        candidate
        for candidate in sightings
        if candidate.span is None
        or not (
            overlaps(candidate.span, blocked)
            or overlaps((candidate.span[0], candidate.span[0] + 1), products)
            or _is_only_where(letter, candidate.span, candidate.rule)
        )
    ]
    yield from stated
    yield from _among_names(letter, [*found, *stated])


def _is_only_where(letter: Letter, span: Span, rule: str) -> bool:
    """Whether a name only says where a house stands (昆山厂, 台中总公司), unless a form asks for the company."""
    words = letter.plain[slice(*span)]
    return rule != "label" and words[:1] > "\u2e80" and all(map(places.is_place, _AND.split(words)))


def _labelled(letter: Letter) -> Iterator[Candidate]:
    for match in _label().finditer(letter.plain):
        words = _OF_OFFICE.sub("", re.split(r"\s{2,}", match[1])[0]).rstrip(" )")
        if len(words.strip()) >= 2 and not OWN_WORDS.match(words) and not names.is_han_person(words):
            yield sighting(
                letter, Field.COMPANY, (match.start(1), match.start(1) + len(words)), "label", 0.93
            )


def _introduced(letter: Letter) -> Iterator[Candidate]:
    for match in _introduction().finditer(letter.plain):
        if OWN_WORDS.match(match[1]) or match[1].startswith(_OF_WE):
            continue
        if owned := _company_of_place(letter, match):
            yield sighting(letter, Field.COMPANY, owned, "introduction", 0.8)
        elif length := _company_length(match[1]):
            span = (match.start(1), match.start(1) + length)
            yield sighting(letter, Field.COMPANY, span, "introduction", 0.85)
        elif 2 < len(match[1]) < 8 and _OF_CHAIN.match(letter.plain, match.end()) and _is_brand(match[1]):
            yield sighting(letter, Field.COMPANY, match.span(1), "introduction", 0.7)
        elif _could_be_name(match[1]) and not names.is_han_person(match[1]):
            if _is_owner(letter, match.end()):
                yield sighting(letter, Field.COMPANY, match.span(1), "introduction", 0.75)
            elif not _DOES.search(match[1]) and (
                _OF_IT.match(letter.plain, match.end()) or _SEVERAL.match(match[0])
            ):
                yield sighting(letter, Field.COMPANY, match.span(1), "introduction", 0.6)
    for match in _OWNER_OF.finditer(letter.plain):
        if names.is_han_person(match[2]) and names.is_short_company(match[1]):
            yield sighting(letter, Field.COMPANY, match.span(1), "X's Y", 0.8)


def _company_of_place(letter: Letter, introduced: re.Match[str]) -> Span | None:
    """The company that 的 joins to an introduced word that is none itself: "这边是宁海的瑞铂轴承"."""
    owned = _OWNED_COMPANY.match(letter.plain, introduced.end(), introduced.end() + _REACH)
    if owned is None or names.is_short_company(introduced[1]) or _is_office(owned[1]):
        return None
    return owned.span(1) if names.is_short_company(owned[1]) else None


def _company_length(words: str) -> int:
    """How much of an introduction is the company, a department behind it left out (星河药业总裁办); 0 when none is."""
    if names.is_short_company(words):
        return len(words)
    lengths = range(3, len(words) - 1)
    return next(
        (n for n in lengths if names.is_short_company(words[:n]) and names.is_department(words[n:])), 0
    )


def _is_brand(words: str) -> bool:
    return _could_be_name(words) and not (names.is_han_person(words) or _DOES.search(words))


def _is_owner(letter: Letter, offset: int) -> bool:
    """Whether 的 and a person's name follow, perhaps behind what that person does."""
    owned = _OWNED.match(letter.plain, offset, offset + 14)
    if owned is None:
        return False
    return any(
        names.is_han_person(owned[1][-length:], weak=True)
        and (length == len(owned[1]) or _is_office(owned[1][:-length]))
        for length in (2, 3, 4)
        if length <= len(owned[1])
    )


def _is_office(words: str) -> bool:
    return names.is_role(words) or names.is_department(words)


def _before_department(letter: Letter) -> Iterator[Candidate]:
    """Whoever has the department that stands right behind: "市二院信息科", "城南三小 网管"."""
    for match in _before_office().finditer(letter.plain):
        name = match[1]
        if (
            _could_be_name(name)
            and not (names.is_han_person(name) or places.is_place(name))
            and not _DOES.match(name)
        ):
            yield sighting(letter, Field.COMPANY, match.span(1), "before a department", 0.65)


def _beneficiaries(letter: Letter, ends: Sequence[int]) -> Iterator[Candidate]:
    """The name that follows "代客户": up to a verb of reporting, a blank or punctuation."""
    for end in ends:
        name = _BENEFICIARY.match(letter.plain, end)
        if (
            name
            and not OWN_WORDS.match(name[0])
            and _could_be_name(name[0])
            and not places.is_place(name[0])
            and not _is_colleague(name[0])
        ):
            yield sighting(letter, Field.COMPANY, name.span(), "beneficiary", 0.7)


def _is_colleague(words: str) -> bool:
    """Whether somebody of the writer's own house is meant: 信息部龙主管, 我们韩总."""
    return not names.is_short_company(words) and any(
        names.is_han_person(words[-length:]) and (length == len(words) or _is_office(words[:-length]))
        for length in (2, 3, 4)
        if length <= len(words)
    )


_REPORTING = (
    r"报修|报障|报一?个|(?:申|上|来|通|转|提)报|反馈|反映|反应|咨询|提交|转达|来电|询问|联系"
    r"|提出|说明|了解|确认"
)
_BENEFICIARY = re.compile(rf"(?!{_REPORTING})[\u4e00-\u9fff()]{{3,24}}?(?={_REPORTING}|的|,|。|\s|$|:|在|\()")


def _from_header(letter: Letter) -> Iterator[Candidate]:
    """A company in the display name: "刘波-浪潮信息", "Jane Roe (Acme Foods Ltd)"."""
    display = (letter.sender.name if letter.sender else None) or ""
    folded = fold(display)
    for part in _DISPLAYED.finditer(folded.plain):
        name = part[0].strip()
        if names.is_short_company(name) or (len(name) <= 60 and latin_companies.is_company(name)):
            written = folded.text[part.start() : part.end()].strip()
            yield Candidate(Field.COMPANY, written, None, "header", "display name", 0.5)


def _among_names(letter: Letter, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Short names, and names without any end, on lines where people say who they are."""
    stated = any(candidate.field is Field.COMPANY for candidate in found)
    for line in identity.lines(letter, found):
        for index, piece in enumerate(line.pieces):
            if piece.kind is Kind.LATIN and not stated and _is_alone(line, index, letter):
                yield sighting(letter, Field.COMPANY, piece.span, "alone on a line", 0.45)
            if (
                piece.kind is not Kind.HAN
                or places.is_place(piece.text)
                or han_companies.is_address(letter, piece.span[0])
            ):
                continue
            if names.is_short_company(piece.text):
                if score := _standing(line, index, letter.chat):
                    yield sighting(letter, Field.COMPANY, piece.span, "among names", score)
            elif _is_beside_a_name(line, index, letter.chat):
                yield sighting(letter, Field.COMPANY, piece.span, "beside a name", 0.45)


def _standing(line: Line, index: int, chat: bool) -> float:
    if line.signed:
        return 0.75
    beside = line.beside(index, Kind.NUMBER, Kind.PERSON) or _beside_person(line, index)
    if line.is_all_names and (chat or beside):
        return 0.75
    last = line.pieces[index].span == line.pieces[-1].span
    return 0.65 if beside else 0.5 if chat and last else 0.0


def _beside_person(line: Line, index: int) -> bool:
    return any(_is_person(piece) for piece in line.neighbours(index))


def _is_person(piece: Piece) -> bool:
    if piece.kind is Kind.LATIN:
        return names.is_given_name(piece.text.split()[0])
    return piece.kind is Kind.PERSON or (piece.kind is Kind.HAN and names.is_han_person(piece.text))


def _is_beside_a_name(line: Line, index: int, chat: bool) -> bool:
    """A piece of no known trade next to a person on a line of nothing else: probably whom they work for."""
    text = line.pieces[index].text
    if not (chat or line.signed) or not line.is_all_names or len(line.pieces) > 4:
        return False
    if any(other.kind is Kind.COMPANY for other in line.pieces) or names.is_han_person(
        text.removeprefix("我")
    ):
        return False
    if text.endswith(("员", "部", "组", "课", "科", "师", "长")):
        return False
    return 3 <= len(text) <= 10 and _could_be_name(text) and _beside_person(line, index)


def _is_alone(line: Line, index: int, letter: Letter) -> bool:
    """Capitalised words with a line of a signature to themselves that are no person: mostly whom they work for."""
    words = line.pieces[index].text.split()
    name = (letter.sender.name if letter.sender else None) or ""
    about = all(piece.kind is Kind.ABOUT for piece in line.pieces[:index] + line.pieces[index + 1 :])
    person = names.is_given_name(words[0]) or line.pieces[index].text.casefold() == name.casefold()
    return (
        line.signed and about and 2 <= len(words) <= 5 and not person and words[0] not in names.not_leading()
    )


def _could_be_name(word: str) -> bool:
    known = names.is_role(word) or names.is_department(word)
    return (
        3 <= len(word) <= 24
        and "(" not in word
        and not known
        and not OWN_WORDS.match(word)
        and not _SENTENCE.search(word)
    )


def _is_form_of(one: str, other: str) -> bool:
    """Whether one name is the other, holds it, or shortens it: 大雅客运 and 大雅汽车客运股份有限公司."""
    short, long = sorted((one, other), key=len)
    rest = iter(long)
    return short in long or (len(short) >= 3 and short[:2] == long[:2] and all(c in rest for c in short))


@cache
def _label() -> re.Pattern[str]:
    label = any_of("cues", "company_labels")
    return re.compile(rf"{label}\s{{0,3}}:\s{{0,3}}([^\n,;。、|]{{2,60}})", re.IGNORECASE)


@cache
def _introduction() -> re.Pattern[str]:
    words = any_of("cues", "company_introductions")
    return re.compile(
        rf"{words}\s{{0,2}}([\u4e00-\u9fffA-Za-z()]{{2,24}}?)(?=的|嘅|,|。|\s|\.|:|!|$|这边|这里|[\u4e00-\u9fff]{{2}}部)"
    )


@cache
def _before_office() -> re.Pattern[str]:
    offices = any_of("cues", "offices")
    return re.compile(
        rf"(?:^|(?<=[\s,。:;(\[!?]))([\u4e00-\u9fff]{{3,14}}?)\s?{offices}(?=[\s,。:;!?)\]\u4e00-\u9fff]|$)"
    )
