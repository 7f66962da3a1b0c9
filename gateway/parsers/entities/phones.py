"""Telephone numbers, with their extensions; not faxes, hotlines, serial numbers, tickets or tax ids.

Shapes rather than number plans decide: people write numbers that no plan knows, and the plan of `phonenumbers`
only confirms. The extension (转602, 轉 519, 分机, ext., #6021, -215) belongs to the number.
"""

import re
from collections.abc import Iterator, Sequence

import phonenumbers

from gateway.parsers.entities.candidates import Candidate, Field, overlaps, sighting, spans_of
from gateway.parsers.entities.letter import Letter, Span, Zone

_EXTENSION = r"(?:\s{0,2}(?:转|分机号?|内线|ext(?:ension)?\.?|\#|x)\s{0,2}:?\s{0,2}\d{1,6}(?!\d))"
_NUMBER = re.compile(
    rf"""(?<![\w.@/#+-])(?:
        (?:\(\+?|\+|00)(?:\d[\s().-]{{0,2}}){{8,15}}(?<=\d)      # +86 512 5356 7788, (852) 3105 7742
      | (?:\(?86\)?[\s-]?)?1[3-9]\d[\s-]?\d{{4}}[\s-]?\d{{4}}    # mobile, mainland China
      | \(?0\d{{1,4}}\)?[\s/-]{{0,2}}\d{{2,4}}(?:[\s.-]?\d{{2,5}}){{1,3}}  # trunk zero
      | \(?[2-9]\d{{2}}\)?[\s.-]{{1,2}}\d{{3}}[\s.-]\d{{4}}      # North America, 400-818-6677
      | [2-9]\d{{3}}[\s-]\d{{4}}                                 # eight digits as in Hong Kong
      | [48]00\d{{7}}
    )(?:-\d{{2,5}}(?!\d))?{_EXTENSION}?(?![\w%]|[.:]\d|-\d)""",
    re.VERBOSE | re.IGNORECASE,
)
# A short local number counts only behind a word that announces it.
_LABEL = (
    r"(?:联系电话|联络电话|公司电话|办公电话|值班电话|联系方式|联络方式|电话|手机|座机|直线|专线|来电|回电|致电|拨打|打|24h ?电话"
    r"|tel(?:ephone)?|phone|ph|mob(?:ile)?|cell|call|direct|whatsapp|reach me|ring|number|电)"
)
_LABELLED = re.compile(
    rf"{_LABEL}\s{{0,2}}[:.]?\s{{0,2}}(\d[\d\s-]{{4,16}}\d{_EXTENSION}?)(?![\w%]|[.:]\d)", re.IGNORECASE
)
_LABEL_BEFORE = re.compile(rf"{_LABEL}[a-z ]{{0,6}}[:.]?\s{{0,2}}$", re.IGNORECASE)
_NOT_A_PHONE = re.compile(
    r"(?:传真|传|fax|f|序列号|序号|s/?n|serial(?: (?:no|number))?|工单号?|单号|case|ticket|合同号?|合同编号|编号|税号|统一社会信用代码"
    r"|信用代码|账号|帐号|卡号|身份证号?|邮编|qq|微信|订单号?|ip|port|端口|版本|id|no|ref|统编|统一编号|po|授权码|asset)"
    r"\s{0,2}(?:no\.?|number|号码?)?\s{0,2}[:.#]?\s{0,2}$",
    re.IGNORECASE,
)
_SOMEBODY_ELSES = re.compile(r"(?:热线|客服|hotline|support line|贵司|你们|your)[^\n]{0,12}$", re.IGNORECASE)
_DATE_OR_ADDRESS = re.compile(r"^(?:19|20)\d\d[-./ ]\d{1,2}|^\d{1,3}(?:\.\d{1,3}){3}$")


def find(
    letter: Letter, found: Sequence[Candidate], *, ours: frozenset[str] = frozenset()
) -> Iterator[Candidate]:
    """Every number of the letter; `ours` are digits of the vendor's own numbers."""
    taken = spans_of(found, Field.EMAIL)
    for span, labelled in _numbers(letter.plain):
        if overlaps(span, taken):
            continue
        before = letter.plain[max(0, span[0] - 24) : span[0]].rpartition("\n")[2]
        digits = _digits(letter.plain[span[0] : span[1]])
        if (
            _NOT_A_PHONE.search(before)
            or _SOMEBODY_ELSES.search(before)
            or _is_ours(digits, ours)
            or digits.startswith(("400", "800"))
        ):
            yield sighting(letter, Field.NOT_OURS_TO_TAKE, span, "somebody else's number", 1.0)
            continue
        labelled = labelled or bool(_LABEL_BEFORE.search(before))
        yield sighting(letter, Field.PHONE, span, "phone", _score(letter, span, labelled))


def _numbers(text: str) -> Iterator[tuple[Span, bool]]:
    spans: list[Span] = []
    for match in _NUMBER.finditer(text):
        if _plausible(match[0]):
            spans.append(match.span())
            yield match.span(), False
    for match in _LABELLED.finditer(text):
        if _plausible(match[1]) and not overlaps(match.span(1), spans):
            yield match.span(1), True


def _plausible(number: str) -> bool:
    return (
        7 <= len(_digits(number)) <= 20
        and not _DATE_OR_ADDRESS.match(number.strip("( "))
        and len(set(_digits(number))) > 2
    )


def _score(letter: Letter, span: Span, labelled: bool) -> float:
    zone = letter.zone_at(span[0])
    score = 0.8 if zone is Zone.SIGNATURE else 0.72 if zone is Zone.BODY else 0.6
    text = letter.plain[span[0] : span[1]]
    return score + (0.15 if labelled else 0.0) + (0.04 if _known_to_a_plan(text) else 0.0)


def _known_to_a_plan(number: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, "CN"))
    except phonenumbers.NumberParseException:
        return False


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _is_ours(digits: str, ours: frozenset[str]) -> bool:
    return any(own and (digits.endswith(own) or own.endswith(digits)) for own in ours)
