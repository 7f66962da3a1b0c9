"""A report that a colleague wrote down as a form: "客户公司：… 联系人：… 故障现象：…", in any order, in either script.

Labels that also stand in signatures (电话, E-mail) count only in a form: below a label that no signature has, with
nothing but labelled or blank lines between. The labels are data: `lexicon/filing.toml`. Source: SERVICE.md P-20, P-23.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from gateway.parsers.entities import names
from gateway.parsers.entities.folding import fold, fold_word
from gateway.parsers.entities.letter import LONGEST_ZONE
from gateway.parsers.entities.wordlist import any_of, blocks

__all__ = ["FIELDS", "Form", "address_in", "level_in", "level_of", "phone_in", "read"]

FIELDS = ("company", "contact", "phone", "email", "symptoms", "level", "product", "place")

_LONGEST_VALUE = 300
_LONGEST_SYMPTOMS = 2_000
# Latin letters and digits end a number, Chinese characters do not: "电话是13800138001谢谢".
_PHONE = re.compile(
    r"(?<![A-Za-z0-9_.@-])\(?\+?\d[\d\s().-]{5,24}\d(?:\s?(?:转|轉|分机|分機|ext\.?|x|#)\s?\d{1,6})?(?![A-Za-z0-9_@])",
    re.IGNORECASE,
)
_MAILBOX = re.compile(
    r"(?<![\w.%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z][A-Za-z0-9-]{1,30}"
)
_RULE = re.compile(r"\s*[-_=*~—─]{2,}\s*$")
_ENDS = " \t,.;:、。；，：|!！)）]】(（[【*-"
_VALUE_END = re.compile(
    r"\s/|(?<=[\u4e00-\u9fff)]),|,(?=\s?[\u4e00-\u9fff])|[;。|、]|\s{2,}|(?<=[\u4e00-\u9fff])\s(?=[\u4e00-\u9fff])"
)
_NAME_END = re.compile(r"\s/|[,;。|、()]|\s{2,}|(?<=[\u4e00-\u9fff])\s")
_LEVEL_DIGIT = re.compile(
    r"(?<!\d)(?:p|sev|level|l)?\s?-?([1-4])(?!\d|\s?[./:]\s?\d)(?:\s?级)?", re.IGNORECASE
)
_LEVEL_IN_WORDS = re.compile(
    r"(?:级别|等级|严重程度|severity|level|priority)\s?(?:为|是|定为|:|=)?\s?(?:p|sev)?([1-4一二三四])(?!\d)"
    r"|(?<![\d第])([1-4一二三四])\s?级(?:故障|报修|报障|事件|[,。;\s]|$)|\bp([1-4])\b",
    re.IGNORECASE,
)
_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4}


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form by name (see FIELDS): those filled in, as written, and those left empty.

    `level` is what the field of that name says, as a number, 1 to 4.
    """

    values: Mapping[str, str]
    level: int | None = None
    empty: frozenset[str] = frozenset()

    def get(self, field: str) -> str | None:
        """The value of a field, None where nobody filled it in."""
        return self.values.get(field)


def read(text: str, *, anywhere: bool = False) -> Form:
    """The form in a text; empty when there is none. Of a field given twice the first counts. Never raises, linear.

    `anywhere`: every label counts, wherever it stands; for a text that has no signature.
    """
    values: dict[str, str] = {}
    besides: dict[str, str] = {}
    seen: set[str] = set()
    for field, raw in _filled(text[:LONGEST_ZONE], anywhere=anywhere):
        seen.add(field)
        for beside, value in _beside(field, raw):
            besides.setdefault(beside, value)
        name, value = _person_instead(field, _value(field, raw))
        if value and fold_word(value).strip(_ENDS) not in _placeholders():
            values.setdefault(name, value)
    values = besides | values
    level = level_of(values["level"]) if "level" in values else None
    return Form(MappingProxyType(values), level, frozenset(seen - values.keys()))


def level_of(value: str) -> int | None:
    """The level that a field names: 2, 二级, P2, Level 2, 严重, high; None for what is no level of ours."""
    words = fold_word(value[:_LONGEST_VALUE]).strip(_ENDS)
    if digit := _LEVEL_DIGIT.match(words):
        return int(digit[1])
    if words[:1] in _DIGITS and words[1:2] in ("", "级"):
        return _DIGITS[words[0]]
    if any(character.isdigit() for character in words):
        return None
    return next((level for level, pattern in _level_words() if pattern.search(words)), None)


def level_in(text: str) -> int | None:
    """The level that a sentence names ("按二级处理" does not, "二级故障" and "level 2" do)."""
    found = _LEVEL_IN_WORDS.search(fold(text[:LONGEST_ZONE]).plain)
    if found is None:
        return None
    digit = next(filter(None, found.groups()))
    return _DIGITS.get(digit) or int(digit)


def phone_in(text: str) -> str | None:
    """The first telephone number, with its extension; at least seven digits."""
    for found in _PHONE.finditer(text[:_LONGEST_VALUE]):
        if sum(map(str.isdigit, found[0])) >= 7:
            return found[0].strip()
    return None


def address_in(text: str) -> str | None:
    """The first mail address; "@DengXian" is none (LESSONS L-50)."""
    found = _MAILBOX.search(text[:_LONGEST_VALUE])
    return found[0] if found else None


# -- lines and labels --------------------------------------------------------------------------------


def _filled(text: str, *, anywhere: bool) -> Iterator[tuple[str, str]]:
    """The fields of a text in its order, with everything that stands behind their labels."""
    inside = anywhere
    open_field, open_value = "", list[str]()
    for line in text.split("\n"):
        labelled = list(_fields_of(line))
        if labelled:
            yield from _close(open_field, open_value)
            open_field, open_value = "", []
            for field, clear, value in labelled:
                inside = inside or clear
                if inside and field == "symptoms":
                    yield from _close(open_field, open_value)
                    open_field, open_value = field, [value]
                elif inside and field:
                    yield field, value
        elif open_field and line.strip() and not _RULE.match(line):
            open_value.append(line.strip())
        elif line.strip() or (open_field and any(open_value)):
            yield from _close(open_field, open_value)
            open_field, open_value = "", []
            inside = anywhere or (inside and not line.strip())
    yield from _close(open_field, open_value)


def _close(field: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    if field:
        yield field, "\n".join(filter(None, lines))


def _fields_of(line: str) -> Iterator[tuple[str, bool, str]]:
    """The labels of one line: (field or "", whether only forms have this label, what stands behind it)."""
    folded = fold(line)
    found = list(_label().finditer(folded.plain))
    if not found or (found[0].start() > 0 and len(folded.plain[: found[0].start()].strip()) > 60):
        return
    ends = [*(match.start() for match in found[1:]), len(folded.text)]
    for match, end in zip(found, ends, strict=True):
        field, clear = _meaning()[match["label"].lower()]
        yield field, clear, folded.text[match.end() : end].strip(" \t,，;；|、")


def _value(field: str, raw: str) -> str:
    """What of the words behind a label is the value."""
    match field:
        case "symptoms":
            return raw.strip(" \t\n,，;；|")[:_LONGEST_SYMPTOMS]
        case "phone":
            return phone_in(raw) or ""
        case "email":
            return address_in(raw) or ""
        case _:
            plain = fold(raw[:_LONGEST_VALUE])
            cut = (_NAME_END if field == "contact" else _VALUE_END).search(plain.plain)
            return plain.text[: cut.start() if cut else None].strip(" \t,，.;；、。:：|*")


def _beside(field: str, raw: str) -> Iterator[tuple[str, str]]:
    """What stands behind a company or a name in its own field: "客户：青岚银行 邹敏 13800138001"."""
    if field in ("company", "contact"):
        if number := phone_in(raw):
            yield "phone", number
        if address := address_in(raw):
            yield "email", address
    if field == "company":
        pieces = re.split(r"[\s,，、]+", raw[:_LONGEST_VALUE])[1:]
        yield from (
            ("contact", piece) for piece in pieces[:3] if names.is_han_person(fold_word(piece), weak=True)
        )


def _person_instead(field: str, value: str) -> tuple[str, str]:
    """ "客户：周敏" names a person, whatever the label."""
    if field == "company" and names.is_han_person(fold_word(value)):
        return "contact", value
    return field, value


@cache
def _meaning() -> Mapping[str, tuple[str, bool]]:
    """Label -> (field, whether it stands in forms only); the field of a label that we do not read is empty."""
    lists = blocks("filing")
    meaning = dict.fromkeys(lists["other_labels"], ("", False))
    for field in FIELDS:
        meaning |= dict.fromkeys(lists.get(f"unclear_{field}_labels", ()), (field, False))
        meaning |= dict.fromkeys(lists[f"{field}_labels"], (field, True))
    return meaning


@cache
def _label() -> re.Pattern[str]:
    keys = [key for key in blocks("filing") if key.endswith("_labels")]
    return re.compile(
        r"(?:^\s*(?:[-*•·>]\s*|\(?\d{1,2}[.、)]\s*)?|(?<=[\s,;|。(\[【/、]))[【\[*]{0,2}\s?"
        rf"(?P<label>{any_of('filing', *keys)})"
        r"\s?(?:\([^()\n]{0,20}\)\s?)?(?:\*{0,2}\s?[:=|]\s?\*{0,2}|[】\]]\s?:?|\s{2,}(?=\S))",
        re.IGNORECASE,
    )


@cache
def _placeholders() -> frozenset[str]:
    return frozenset(blocks("filing")["placeholders"]) | {""}


@cache
def _level_words() -> tuple[tuple[int, re.Pattern[str]], ...]:
    return tuple(
        (level, re.compile(any_of("filing", f"level_{level}"), re.IGNORECASE)) for level in (1, 2, 3, 4)
    )
