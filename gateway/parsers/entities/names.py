"""What a word is when names stand in a row: a person, a company, a department, a title, or none of these.

Pure judgements on single folded words; where they are asked is the business of `identity`, `companies` and
`contacts`.
"""

import re
from functools import cache, lru_cache

from gateway.parsers.entities.folding import fold_word
from gateway.parsers.entities.wordlist import blocks, longest_first

_REMEMBERED = 4096  # words: the same ones are judged by one finder after another
_LONGEST_END = 8  # characters of the longest end of a company's name
# Characters of a sentence: a word that holds one is no name. Fewer are forbidden before a legal end (和兴有限公司).
_SENTENCE = re.compile(
    r"[的了着过吗呢吧啊呀么很太都也就还又没不被把让给跟对从是在有和与或但我你他她它们这那哪谁个些几两请]|无法|失败|报错|异常"
)
# What ends words for things and offices, and no given name.
_NOT_LAST = frozenset(
    "网厂店部司局院校厅馆站社所处科课室组队台机器件路端库表员号码率量版型类项费款单据页图层区县市省镇村楼"
)
_HONOURED = re.compile(r"(?:mr|mrs|ms|miss|dr|prof)\.? (\w+)")
_SPEECH = re.compile(r"[的了着吗呢吧啊么很你我他她这那哪谁们是又没被把]|不(?!二)")


@lru_cache(maxsize=_REMEMBERED)
def is_han_person(word: str, *, weak: bool = False) -> bool:
    """Whether a Han word is a whole name or surname with title: 蒋立群, 欧阳娜, 王工, 陈姐, 阿辉, 老刘, 李经理.

    `weak`: whether a surname that begins ordinary words as well will do (a label or a title vouches for it).
    """
    if not 2 <= len(word) <= 6 or word in _not_names():
        return False
    title = next((title for title in titles() if word.endswith(title)), "")
    bearer = word.removesuffix(title)
    if _SENTENCE.search(bearer[1:]):
        return False
    if title and (is_surname(bearer) or (len(bearer) in (2, 3) and is_han_person(bearer))):
        return len(title) > 1 or len(bearer) <= 2
    if (
        len(word) == 2
        and word[0] in "阿老小"
        and word[1] in _surnames() | set("强明辉伟军华芳玲敏丽娟杰斌涛超波勇刚健雄威豪")
    ):
        return True
    if word[:2] in _compound_surnames():
        return 3 <= len(word) <= 4
    if word[0] not in _surnames() or len(word) > 3 or word[-1] in _NOT_LAST:
        return False
    if word[:2] in _not_names():
        return weak and len(word) == 3
    return weak or len(word) == 3 or word[0] not in _weak_surnames()


def completes(full: str, short: str) -> bool:
    """Whether a full name is that of whoever was named by surname and title: 陈立 of 陈工, Winnie Chan of Ms Chan."""
    full, short = fold_word(full).strip(), fold_word(short).strip()
    if surname := _titled_surname(short):
        return (
            full.startswith(surname)
            and len(surname) < len(full) <= len(surname) + 2
            and not _titled_surname(full)
        )
    honoured = _HONOURED.fullmatch(short)
    return (
        bool(honoured)
        and len(full.split()) > 1
        and full.split()[-1] == honoured[1]
        and not _HONOURED.match(full)
    )


def _titled_surname(word: str) -> str:
    """The surname in surname and title (陈工, 李主任) or in 小陈, 老李; empty for anything else."""
    title = next((title for title in titles() if word.endswith(title)), "")
    bearer = word[: -len(title)] if title else word[1:] if word[:1] in "小老阿" else ""
    return bearer if bearer in _surnames() or bearer in _compound_surnames() else ""


def is_surname(word: str) -> bool:
    """Whether a Han word is a surname."""
    return word in _surnames() or word in _compound_surnames()


def is_latin_person(words: list[str]) -> bool:
    """Whether capitalised words are the name of a person: a known first name, two to four words, no trade."""
    if not 1 <= len(words) <= 4 or any(is_trade_word(word) or word in not_leading() for word in words):
        return False
    return all(word[0].isupper() for word in words if len(word) > 3)


def is_given_name(word: str) -> bool:
    """A first name that is common somewhere."""
    return word in _given()


def is_trade_word(word: str) -> bool:
    """A last word of English company names."""
    return word.rstrip(".,") in _trade_words()


@lru_cache(maxsize=_REMEMBERED)
def is_short_company(word: str) -> bool:
    """Whether a Han word is a company as people shorten it: 赣南矿业, 鹿鸣教育, 顺发五金."""
    if (
        not 3 <= len(word) <= 14
        or word in _not_companies()
        or _SENTENCE.search(word.removesuffix("有限公司"))
    ):
        return False
    return _has_head(word, _trade_ends())


@lru_cache(maxsize=_REMEMBERED)
def is_speech(word: str) -> bool:
    """Whether a Han word holds a character that sentences have and names have not."""
    return _SENTENCE.search(word) is not None and not is_organisation(word)


def is_organisation(word: str) -> bool:
    """Whether a run of Han ends as organisations end and begins with a name: 汉江水务投资有限公司, 第二人民医院."""
    if len(word) < 4 or word in _not_companies():
        return False
    head = _head(word, _branch_ends()) or word
    head = _head(head, _legal_ends()) or head
    return (
        len(head) >= 2
        and not _SPEECH.search(head)
        and head not in _not_heads()
        and head not in _not_companies()
    )


def _has_head(word: str, ends: frozenset[str]) -> bool:
    head = _head(word, ends)
    return len(head) >= 2 and head not in _not_heads() and head not in _not_companies()


def _head(word: str, ends: frozenset[str]) -> str:
    """What stands before the longest of these ends; empty when there is none."""
    return next((word[:-length] for length in range(_LONGEST_END, 0, -1) if word[-length:] in ends), "")


def is_department(word: str) -> bool:
    """A department or an office: 通号部, 资讯组, 自动化课."""
    return 2 <= len(word) <= 8 and word.endswith(blocks("names")["departments"])


def is_role(word: str) -> bool:
    """What somebody does, not who he is: 网络工程师, 值班经理."""
    if word.isascii():
        return all(part.lower().strip(".,") in _latin_roles() for part in word.split())
    return word in blocks("names")["roles"] or (
        len(word) <= 8
        and word.endswith(tuple(t for t in titles() if len(t) > 1))
        and word[0] not in _surnames()
    )


@cache
def titles() -> tuple[str, ...]:
    """Honorifics and titles that follow a name, longest first."""
    return longest_first("names", "titles")


@cache
def _legal_ends() -> frozenset[str]:
    return frozenset(blocks("companies")["legal"])


@cache
def _branch_ends() -> frozenset[str]:
    return frozenset(blocks("companies")["branch"])


@cache
def _trade_ends() -> frozenset[str]:
    return _legal_ends() | frozenset(blocks("companies")["trade"])


@cache
def not_leading() -> frozenset[str]:
    """English words that begin a sentence or a line but no name."""
    return frozenset(blocks("companies")["not_leading"])


@cache
def _surnames() -> frozenset[str]:
    return frozenset("".join(blocks("names")["surnames"]))


@cache
def _weak_surnames() -> frozenset[str]:
    return frozenset("".join(blocks("names")["weak_surnames"]))


@cache
def _compound_surnames() -> frozenset[str]:
    return frozenset(blocks("names")["compound_surnames"])


@cache
def _not_names() -> frozenset[str]:
    return frozenset(blocks("names")["not_names"])


@cache
def _not_companies() -> frozenset[str]:
    return frozenset(blocks("companies")["not_companies"])


@cache
def _given() -> frozenset[str]:
    return frozenset(blocks("names")["given"])


@cache
def _trade_words() -> frozenset[str]:
    return frozenset(blocks("companies")["trade_words"])


@cache
def _latin_roles() -> frozenset[str]:
    return frozenset(blocks("names")["latin_roles"])


@cache
def _not_heads() -> frozenset[str]:
    return frozenset(blocks("companies")["not_heads"])
