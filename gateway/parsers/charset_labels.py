"""Charset labels, as mail programs write them, and the codecs they stand for.

An allow-list: a label that is not here is unknown, whatever Python would make of it (RELIABILITY T13).
"""

import re

_GB = ("gb18030",)
_BIG5 = ("cp950", "big5hkscs")
JAPANESE_7BIT = ("iso2022_jp", "iso2022_jp_2004", "iso2022_jp_ext")
_KOREAN = ("euc_kr", "cp949")
_SHIFT_JIS = ("cp932", "shift_jis_2004")
_LATIN = ("cp1252", "latin-1")
_ASCII = ("ascii",)

_CODECS: dict[str, tuple[str, ...]] = {
    "utf8": ("utf-8",),
    "unicode11utf8": ("utf-8",),
    "utf16": ("utf-16",),
    "utf16le": ("utf-16-le",),
    "utf16be": ("utf-16-be",),
    "utf32": ("utf-32",),
    "utf32le": ("utf-32-le",),
    "utf32be": ("utf-32-be",),
    **dict.fromkeys(("usascii", "ascii", "ansix341968", "iso646us", "646", "us", "7bit"), _ASCII),
    **dict.fromkeys(
        ("gb2312", "gb231280", "gbk", "gb18030", "cp936", "ms936", "windows936", "euccn", "xeuccn"), _GB
    ),
    **dict.fromkeys(("chinese", "csgb2312", "csiso58gb231280", "isoir58", "isogb2312", "gb", "936"), _GB),
    **dict.fromkeys(("big5", "cnbig5", "csbig5", "xxbig5", "big5eten", "cp950", "windows950", "950"), _BIG5),
    **dict.fromkeys(("big5hkscs", "hkscs", "big5hkscs2004"), ("big5hkscs", "cp950")),
    **dict.fromkeys(("hz", "hzgb2312", "hzgb"), ("hz",)),
    **dict.fromkeys(("iso2022cn", "iso2022cnext"), ("iso2022_cn",)),
    **dict.fromkeys(
        ("iso2022jp", "csiso2022jp", "iso2022jp1", "iso2022jp2", "iso2022jp3", "jis"), JAPANESE_7BIT
    ),
    **dict.fromkeys(("iso2022jpms", "cp50220", "cp50221", "cp50222"), JAPANESE_7BIT),
    **dict.fromkeys(
        ("shiftjis", "sjis", "xsjis", "cp932", "windows31j", "mskanji", "csshiftjis"), _SHIFT_JIS
    ),
    **dict.fromkeys(("eucjp", "xeucjp", "ujis", "cseucpkdfmtjapanese"), ("euc_jp", "euc_jis_2004")),
    **dict.fromkeys(("iso2022kr", "csiso2022kr"), ("iso2022_kr",)),
    **dict.fromkeys(
        ("ksc56011987", "ksc5601", "ksc56011989", "euckr", "cp949", "uhc", "korean", "cseuckr"), _KOREAN
    ),
    **dict.fromkeys(("windows949", "ks", "ksc"), _KOREAN),
    **dict.fromkeys(
        ("iso88591", "latin1", "l1", "cp1252", "windows1252", "xcp1252", "ansi", "88591"), _LATIN
    ),
    **{f"iso8859{n}": (f"iso8859-{n}",) for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"iso8859{n}{form}": (f"iso8859-{n}",) for n in (6, 8) for form in "ie"},
    **{f"latin{n}": (f"latin{n}",) for n in range(2, 11)},
    **{
        prefix + str(n): (f"cp{n}",)
        for n in range(1250, 1259)
        if n != 1252
        for prefix in ("windows", "cp", "xcp")
    },
    "iso88599": ("cp1254",),
    **dict.fromkeys(("iso885911", "tis620", "windows874", "cp874"), ("cp874", "iso8859-11")),
    **{
        name + str(n): (f"cp{n}",)
        for n in (437, 850, 852, 855, 857, 858, 862, 865, 866)
        for name in ("cp", "ibm")
    },
    **{name: (codec,) for name, codec in (("koi8r", "koi8-r"), ("koi8u", "koi8-u"), ("koi8t", "koi8-t"))},
    **{name: (codec,) for name, codec in (("macintosh", "mac-roman"), ("macroman", "mac-roman"))},
}
"""Label, lower case and reduced to letters and digits -> codecs to try, in order. Nothing else is ever looked up."""

_LOOSE = (
    ("gb2312", _GB),
    ("gb18030", _GB),
    ("gbk", _GB),
    ("big5", _BIG5),
    ("utf8", ("utf-8",)),
    ("sjis", _SHIFT_JIS),
)
"""What an unknown label has to contain to be understood nevertheless ("iso-gb2312", "gb2312_charset", "utf-8mb4")."""

_NEVER = frozenset({"utf7", "unicode11utf7", "xunicode20utf7", "csunicode11utf7"})
"""Refused: text that looks like ASCII to every filter and becomes mark-up later (RELIABILITY T13)."""

STATEFUL = frozenset({"hz", "iso2022_cn", "iso2022_kr", *JAPANESE_7BIT})
WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
EAST_ASIAN = frozenset({"gb18030", *_BIG5, *_KOREAN, *_SHIFT_JIS, "euc_jp", "euc_jis_2004"})


def known_codecs(declared: str | None) -> tuple[str, ...]:
    """The codecs to try for a label, best first; empty when we do not know it or will not use it."""
    name = re.sub(r"[^a-z0-9]", "", (declared or "")[:60].lower())
    if name in _NEVER:
        return ()
    return _CODECS.get(name) or next((codecs for part, codecs in _LOOSE if part in name), ())
