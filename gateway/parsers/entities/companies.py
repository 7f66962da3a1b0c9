"""The customer's company: labelled, with a legal end, introduced ("我是X的Y"), or a short name among names.

Whoever writes for somebody else (a reseller, an integrator, a managed service) is told apart by the words that say
so: 代X报修, 最终用户是X, on behalf of X, our customer X. Then X is the company, and the writer's own is kept out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from gateway.parsers.entities import identity, names
from gateway.parsers.entities.candidates import ZONE_TRUST, Candidate, Field, overlaps, sighting, spans_of
from gateway.parsers.entities.letter import Letter, Span, Zone
from gateway.parsers.entities.names import blocks_of

_HAN_RUN = r"[\u4e00-\u9fffA-Za-z0-9()·&]"
_WORD = r"(?:[A-ZÀ-ÖØ-ÞŁŚŻČŠŽĐĆŐŰİŞ0-9][\w'’&-]*\.?|\([A-ZÀ-Þ][\w ]{1,20}\))"
_JOIN = r"(?:(?:of|and|&|de|da|do|dos|du|del|di|la|le|les|van|von|for|the|y|e|et|und) ){0,2}"

_LABEL = re.compile(
    r"(?:公司名称?|单位名称|单位全称|公司全称|公司|单位|客户名称|客户单位|客户公司|客户|用户单位|用户名称|最终用户|最终客户|终端用户|终端客户|企业名称|机构名称|报修单位|报障单位|申报单位|学校|医院"
    r"|company(?: name)?|customer(?: name)?|end[ -]?(?:user|customer)|client(?: name)?|organi[sz]ation|organisation name)"
    r"\s{0,3}(?:is\s)?:\s{0,3}([^\n,;。、|]{2,60})",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(
    r"(?:我们这边是|我们这里是|我们单位是|我们公司是|我们是|这里是|这边是|我这里是|我这边是|单位是|公司是|我是|来自|我)\s{0,2}([\u4e00-\u9fffA-Za-z()]{2,24}?)(?=的|,|。|\s|\.|:|!|$|这边|这里)"
)
_OWNER_OF = re.compile(
    r"(?:^|[\n,。!?;\s])([\u4e00-\u9fff]{3,14}?)的\s?([\u4e00-\u9fff]{2,4})(?=[,。!?\s:]|$)"
)
_BENEFICIARY = re.compile(
    r"(?:代客户|代表客户|帮客户|替客户|为客户|客户是|客户为|我们的客户|我司客户|最终用户是?|最终用户为|终端用户是?|终端客户是?|最终客户是?|客户报修[:：]?|客户报障[:：]?|代报修[:：]?|业主是|业主单位是?)\s{0,2}:?\s{0,2}"
    r"|(?<=[\u4e00-\u9fff])代(?!理|表|码|替|办)(?=[\u4e00-\u9fff()]{3,24}(?:报修|报障|申报|反馈|咨询|提交|转|询|开|联系|报))"
    r"|(?:on behalf of(?: our)?(?: (?:customer|client))?|for our (?:customer|client)|our (?:customer|client|end customer)|end[ -]?(?:user|customer) is|raising this for(?: our customer)?|(?:customer|client) is)[:,]?\s{1,2}",
    re.IGNORECASE,
)
_FROM = re.compile(
    rf"(?:\b(?:from|at|with|of|for|here at|we are|We are|this is|This is|I am with|work for)\s)((?:{_WORD} {_JOIN}){{0,5}}{_WORD})(?= here|[,.!\n]|$| and\b| -)"
)
# Everything up to the last of these in a run belongs to the sentence, not to the name.
_LEAD = re.compile(
    r".*(?:我们是|我是|这里是|这边是|单位是|公司是|用户是|客户是|客户为|用户为|来自|代表|代客户|位于|隶属于|最终用户|终端用户|客户单位|[是在]|我们|你们|他们|您好|你好|(?<!华)为|(?<=[技司团网息件统信])代(?!理|表|码)|关于|对于|由于|由|报修|帮|替|给|请|这个|该|贵司|我司|我|及|以及|本公司|敝公司|敝司|驻场|负责|申请)"
)
_OWN_WORDS = re.compile(r"^(?:贵|我|本|该|敝|你们|我们|他们|各|全|某|此|哪|另|子|总|分)")


def find(
    letter: Letter, found: Sequence[Candidate], *, our_names: tuple[str, ...] = ()
) -> Iterator[Candidate]:
    """Every company of the letter, the vendor's own left out and the writer's own where it writes for another."""
    sightings = list(_all(letter, found))
    theirs = [c for c in sightings if not _is_ours(c, our_names)]
    beneficiaries = [c for c in theirs if c.span and _is_beneficiary(letter, c.span)]
    if not beneficiaries:
        yield from theirs
        return
    keys = {c.key for c in beneficiaries}
    for candidate in theirs:
        if any(
            candidate.key in key or key in candidate.key or _abbreviates(candidate.key, key) for key in keys
        ):
            stated = candidate in beneficiaries
            yield sighting(
                letter,
                Field.COMPANY,
                candidate.span or (0, 0),
                "on behalf of",
                0.97 if stated else candidate.score,
            )
        elif candidate.span:
            yield sighting(letter, Field.NOT_OURS_TO_TAKE, candidate.span, "writes for somebody else", 1.0)


def writes_for_another(letter: Letter) -> bool:
    """Whether the writer says that the fault is somebody else's."""
    return bool(_BENEFICIARY.search(letter.plain))


def _all(letter: Letter, found: Sequence[Candidate]) -> Iterator[Candidate]:
    stated = [
        *_labelled(letter),
        *_legal(letter),
        *_latin(letter),
        *_introduced(letter),
        *_after_beneficiary(letter),
    ]
    blocked = spans_of(found, Field.EMAIL)
    stated = [c for c in stated if c.span and not overlaps(c.span, blocked)]
    yield from stated
    yield from _among_names(letter, [*found, *stated])


def _labelled(letter: Letter) -> Iterator[Candidate]:
    for match in _LABEL.finditer(letter.plain):
        words = re.split(r"\s{2,}", match[1])[0]
        if len(words.strip()) >= 2 and not _OWN_WORDS.match(words):
            yield sighting(
                letter, Field.COMPANY, (match.start(1), match.start(1) + len(words)), "label", 0.93
            )


def _legal(letter: Letter) -> Iterator[Candidate]:
    """Runs of Han that end as organisations end; what the sentence put in front is cut off."""
    for match in _legal_pattern().finditer(letter.plain):
        start = match.start() + _lead_length(match[0])
        name = letter.plain[start : match.end()]
        if len(name) < 4 or _OWN_WORDS.match(name) or not names.is_short_company(_core(name)):
            continue
        zone = letter.zone_at(start)
        yield sighting(letter, Field.COMPANY, (start, match.end()), "legal end", 0.85 * ZONE_TRUST[zone])


def _core(name: str) -> str:
    """The Han characters of a name up to 14, for the judgement of its end."""
    return "".join(c for c in name if "\u4e00" <= c <= "\u9fff")[-14:]


def _lead_length(run: str) -> int:
    tail = max((len(t) for t in names.trades() if run.endswith(t)), default=2)
    head = run[: len(run) - tail]
    lead = _LEAD.match(head)
    cut = lead.end() if lead else 0
    opened = head.rfind("(")
    if opened >= 0 and ")" not in head[opened:]:
        cut = max(cut, opened + 1)
    closed = head.find(")", cut)
    if closed >= 0 and "(" not in head[cut:closed]:
        cut = closed + 1
    return cut + (len(head[cut:]) - len(head[cut:].lstrip("0123456789")))


def _latin(letter: Letter) -> Iterator[Candidate]:
    for match in _latin_pattern().finditer(letter.plain):
        start = match.start() + _latin_lead(match[0])
        if start < match.end(1):
            zone = letter.zone_at(start)
            yield sighting(letter, Field.COMPANY, (start, match.end()), "legal form", 0.88 * ZONE_TRUST[zone])
    for match in _latin_trade_pattern().finditer(letter.plain):
        start = match.start() + _latin_lead(match[0])
        if letter.plain[start : match.end()].count(" ") >= 1:
            zone = letter.zone_at(start)
            score = 0.7 if zone is Zone.SIGNATURE or letter.chat else 0.5
            yield sighting(
                letter, Field.COMPANY, (start, match.end()), "trade word", score * ZONE_TRUST[zone]
            )


def _latin_lead(run: str) -> int:
    """How much of a capitalised run is the sentence's: "We at", "Our", "Regards,"."""
    at = 0
    for word in run.split(" ")[:-1]:
        if word.rstrip(".,") not in names.not_leading():
            break
        at += len(word) + 1
    return at


def _introduced(letter: Letter) -> Iterator[Candidate]:
    for match in _INTRODUCTION.finditer(letter.plain):
        if names.is_short_company(match[1]) or (
            _company_like(match[1]) and letter.plain[match.end() : match.end() + 1] == "的"
        ):
            yield sighting(
                letter,
                Field.COMPANY,
                match.span(1),
                "introduction",
                0.85 if names.is_short_company(match[1]) else 0.6,
            )
    for match in _OWNER_OF.finditer(letter.plain):
        if names.is_han_person(match[2]) and names.is_short_company(match[1]):
            yield sighting(letter, Field.COMPANY, match.span(1), "X's Y", 0.8)
    for match in _FROM.finditer(letter.plain):
        start = match.start(1) + _latin_lead(match[1])
        words = letter.plain[start : match.end(1)].split()
        if len(words) >= 2 and names.is_trade_word(words[-1]):
            yield sighting(letter, Field.COMPANY, (start, match.end(1)), "from X", 0.75)


def _after_beneficiary(letter: Letter) -> Iterator[Candidate]:
    """The name that follows "代客户", "on behalf of": to the next word that no name holds."""
    for match in _BENEFICIARY.finditer(letter.plain):
        rest = letter.plain[match.end() : match.end() + 60]
        name = _BENEFICIARY_NAME.match(rest)
        if name and not _OWN_WORDS.match(name[0]):
            yield sighting(letter, Field.COMPANY, (match.end(), match.end() + name.end()), "beneficiary", 0.8)


_BENEFICIARY_NAME = re.compile(
    rf"[\u4e00-\u9fff()]{{2,24}}?(?=报修|报障|申报|反馈|咨询|提交|的|,|。|\s|$|:|在)|(?:{_WORD} {_JOIN}){{0,5}}{_WORD}(?=[^\w]|$)"
)


def _among_names(letter: Letter, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Short names on lines where people say who they are."""
    for line in identity.lines(letter, found):
        for index, piece in enumerate(line.pieces):
            if piece.kind is identity.Kind.HAN and names.is_short_company(piece.text):
                if score := _standing(line, index, letter.chat):
                    yield sighting(letter, Field.COMPANY, piece.span, "among names", score)
            elif _unknown_trade(line, index, letter):
                yield sighting(letter, Field.COMPANY, piece.span, "beside a name", 0.45)


def _standing(line: identity.Line, index: int, chat: bool) -> float:
    if line.signed:
        return 0.75
    beside = line.beside(index, identity.Kind.NUMBER, identity.Kind.PERSON) or _beside_person(line, index)
    if line.is_all_names and (chat or beside):
        return 0.75
    return 0.65 if beside else 0.5 if chat and line.pieces[index].span[1] == line.pieces[-1].span[1] else 0.0


def _beside_person(line: identity.Line, index: int) -> bool:
    neighbours = line.pieces[max(0, index - 1) : index] + line.pieces[index + 1 : index + 2]
    return any(piece.kind is identity.Kind.HAN and names.is_han_person(piece.text) for piece in neighbours)


def _unknown_trade(line: identity.Line, index: int, letter: Letter) -> bool:
    """A piece of no known trade, next to a person's name on a line of nothing else: probably whom they work for."""
    piece = line.pieces[index]
    if not (letter.chat or line.signed) or not line.is_all_names or len(line.pieces) > 4:
        return False
    if any(other.kind is identity.Kind.COMPANY for other in line.pieces):
        return False
    if piece.kind is identity.Kind.HAN:
        plausible = (
            3 <= len(piece.text) <= 8
            and not names.is_han_person(piece.text, weak=True)
            and _company_like(piece.text)
        )
        return plausible and (_beside_person(line, index) or line.beside(index, identity.Kind.NUMBER))
    return False


def _company_like(word: str) -> bool:
    return (
        3 <= len(word) <= 12
        and not _OWN_WORDS.match(word)
        and not names.is_role(word)
        and not names.is_department(word)
        and not _SENTENCE.search(word)
    )


_SENTENCE = re.compile(
    r"[的了着过吗呢吧啊呀么很太都也就还又没不被把让给跟对从是在有和与或但请谢]|你好|您好|急|麻烦|收到|问题|故障|系统|电脑|防火"
)


def _is_beneficiary(letter: Letter, span: Span) -> bool:
    """Whether words that name a beneficiary end right before the span."""
    before = letter.plain[max(0, span[0] - 30) : span[0]]
    return any(
        len(before) - match.end() <= 3
        for match in _BENEFICIARY.finditer(letter.plain[max(0, span[0] - 30) : span[1]])
        if match.end() <= len(before)
    )


def _abbreviates(short: str, long: str) -> bool:
    """Whether one name's characters occur in the other's in order, beginning alike: 大雅客运, 大雅汽车客运股份有限公司."""
    short, long = sorted((short, long), key=len)
    rest = iter(long)
    return len(short) >= 3 and short[:2] == long[:2] and all(character in rest for character in short)


def _is_ours(candidate: Candidate, our_names: Iterable[str]) -> bool:
    return any(own and own in candidate.key for own in our_names)


@cache
def _legal_pattern() -> re.Pattern[str]:
    ends = "|".join(map(re.escape, blocks_of("companies", "legal")))
    branches = "|".join(map(re.escape, blocks_of("companies", "branch")))
    return re.compile(rf"{_HAN_RUN}{{2,40}}(?:{ends})(?:[\u4e00-\u9fff]{{1,8}}?(?:{branches}))?")


@cache
def _latin_pattern() -> re.Pattern[str]:
    forms = "|".join(map(re.escape, blocks_of("companies", "forms")))
    return re.compile(rf"(?<![\w.])((?:{_WORD} {_JOIN}){{0,6}}{_WORD},?) (?:{forms})(?![\w])")


@cache
def _latin_trade_pattern() -> re.Pattern[str]:
    words = "|".join(map(re.escape, blocks_of("companies", "trade_words")))
    return re.compile(rf"(?<![\w.])(?:{_WORD} {_JOIN}){{1,5}}(?:{words})(?!\w|[ ]?[A-Z][a-z]* ?\()")
