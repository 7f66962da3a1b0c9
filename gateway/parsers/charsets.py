"""Bytes to text, whatever the label says.

Half of the Chinese mail in the world is mislabelled: GBK under the name gb2312, UTF-8 under Big5, nothing at all
above GBK. This room believes a label only as far as the bytes bear it out, knows the names that mail programs
invent, and never hands an attacker's label to Python's codec registry (RELIABILITY T13).
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from charset_normalizer import from_bytes

_SAMPLE = 4096
"""Bytes looked at when a charset must be guessed."""

_GB = ("gb18030",)
_BIG5 = ("cp950", "big5hkscs")
_JAPANESE_7BIT = ("iso2022_jp", "iso2022_jp_2004", "iso2022_jp_ext")
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
        ("iso2022jp", "csiso2022jp", "iso2022jp1", "iso2022jp2", "iso2022jp3", "jis"), _JAPANESE_7BIT
    ),
    **dict.fromkeys(("iso2022jpms", "cp50220", "cp50221", "cp50222"), _JAPANESE_7BIT),
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

_STATEFUL = frozenset({"hz", "iso2022_cn", "iso2022_kr", *_JAPANESE_7BIT})
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
_CHINESE_AND_NEIGHBOURS = frozenset({"gb18030", *_BIG5, *_KOREAN, *_SHIFT_JIS, "euc_jp", "euc_jis_2004"})

_GUESSABLE = [
    "cp932",
    "euc_jp",
    "cp949",
    "cp1251",
    "koi8_r",
    "cp1252",
    "cp1250",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
]


def decode(data: bytes, declared: str | None) -> tuple[str, str | None]:
    """Read bytes as text; also what was wrong with the label, in one English sentence, or None.

    The ladder: the label, if it is one we know and the bytes agree with it; strict UTF-8; GB18030 and Big5, judged by
    how common the characters are; the statistical guess; Windows-1252. Valid multi-byte UTF-8 wins over any
    other label. Total: every input gives a text. (L-80, L-81; RELIABILITY 0.25, T13.)
    """
    label = _printable(declared)
    codecs = known_codecs(declared)
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    if data.isascii() and not _needs_decoder(codecs, data):
        unknown = bool(label) and not codecs
        return data.decode("ascii"), f"charset {label} is not known; read as ASCII" if unknown else None
    if not codecs:
        text, codec = _climb(data)
        if not label:
            return text, None if codec == "utf-8" else f"no charset declared; read as {codec}"
        return text, f"charset {label} is not known; read as {codec}"
    if codecs[0] != "utf-8" and _is_really_utf8(data, codecs[0]):
        return data.decode("utf-8"), None if codecs is _ASCII else f"charset {label} read as utf-8"
    for codec in codecs:
        text = _strictly(data, codec)
        if text is not None:
            return text, _relabelled(data, label, codec)
    return _damaged(data, label, codecs[0])


def known_codecs(declared: str | None) -> tuple[str, ...]:
    """The codecs to try for a label, best first; empty when we do not know it or will not use it."""
    name = re.sub(r"[^a-z0-9]", "", (declared or "")[:60].lower())
    if name in _NEVER:
        return ()
    return _CODECS.get(name) or next((codecs for part, codecs in _LOOSE if part in name), ())


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are well-formed UTF-8."""
    return _strictly(data, "utf-8") is not None


def _printable(declared: str | None) -> str:
    """The label as it may be shown in a problem."""
    return re.sub(r"[^\x21-\x7e]", "", declared or "")[:40]


def _needs_decoder(codecs: tuple[str, ...], data: bytes) -> bool:
    """Whether seven-bit bytes may stand for other characters than ASCII."""
    if not codecs:
        return b"\x1b$" in data
    return codecs[0] in _STATEFUL or (codecs[0] in _WIDE and b"\0" in data) or b"\x1b$" in data


def _strictly(data: bytes, codec: str) -> str | None:
    """The text if every byte fits the codec, else None."""
    if codec == "iso2022_cn":
        return _iso_2022_cn(data)
    if codec in ("utf-16", "utf-32") and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        codec += "-le" if data[1::2].count(0) > data[0::2].count(0) else "-be"
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _is_really_utf8(data: bytes, codec: str) -> bool:
    """Whether bytes under another label are UTF-8.

    Under an East Asian label short strings can be valid UTF-8 by chance (一 in GB2312 is ӻ), but only of two-byte
    characters; three bytes in a row do not happen by chance, but for the marks of older damage (锟斤拷).
    """
    text = _strictly(data, "utf-8") if codec not in _WIDE else None
    if text is None or data.isascii():
        return False
    return codec not in _CHINESE_AND_NEIGHBOURS or any(char > "\u07ff" and char != "\ufffd" for char in text)


def _relabelled(data: bytes, label: str, codec: str) -> str | None:
    """A sentence when the label's own, narrower charset could not have held these bytes."""
    narrow = {"gb18030": "gb2312", "cp950": "big5"}.get(codec)
    if narrow and "18030" not in label and "k" not in label.lower() and _strictly(data, narrow) is None:
        return f"charset {label} read as {codec}"
    return None


def _damaged(data: bytes, label: str, codec: str) -> tuple[str, str]:
    """Bytes that do not fit their label: a few bad ones are marked, more make the label a lie."""
    if codec != "ascii" and codec not in _STATEFUL:
        text = data.decode(codec, "replace")
        if _share_of_damage(text) <= (0.5 if codec == "utf-8" else 0.1):
            return text, f"some bytes are not {codec}; they are shown as \ufffd"
    text, found = _climb(data)
    return text, f"the bytes do not fit charset {label}; read as {found}"


def _share_of_damage(text: str) -> float:
    """Replacement marks among the characters that are not ASCII."""
    sample = text[:_SAMPLE]
    foreign = sum(char > "\x7f" for char in sample)
    return sample.count("\ufffd") / foreign if foreign else 0.0


# ---------------------------------------------------------------------------------------------- guessing


def _climb(data: bytes) -> tuple[str, str]:
    """The ladder below the label: text and the name of the codec."""
    for codec in _escape_codecs(data):
        text = _strictly(data, codec)
        if text is not None:
            return text, codec
    text = _strictly(data, "utf-8")
    if text is not None:
        return text, "utf-8"
    text = data.decode("utf-8", "replace")
    if _share_of_damage(text) <= 0.2:
        return text, "utf-8"
    if _is_western(data):
        return _latin(data)
    for codec in ("euc_jp", "cp932"):
        text = _strictly(data, codec)
        if text is not None and _share_of_kana(text) >= 0.2:
            return text, codec
    candidates = [
        (_familiarity(text), codec, text)
        for codec in ("gb18030", "cp950", "big5hkscs")
        if (text := _strictly(data, codec)) is not None
    ]
    score, codec, text = max(candidates, key=lambda c: c[0], default=(0.0, "", ""))
    if score >= 0.5:
        return text, codec
    codec = _statistical_guess(data[:_SAMPLE])
    text = _strictly(data, codec) if codec else None
    if text is not None and codec:
        return text, codec
    return _latin(data)


def _escape_codecs(data: bytes) -> tuple[str, ...]:
    """Codecs that switch by ESC sequences, when there are such."""
    if b"\x1b$)A" in data:
        return ("iso2022_cn",)
    if b"\x1b$)C" in data:
        return ("iso2022_kr",)
    return _JAPANESE_7BIT if b"\x1b$" in data else ()


def _latin(data: bytes) -> tuple[str, str]:
    """The end of the ladder, where nothing can fail."""
    text = _strictly(data, "cp1252")
    return (text, "cp1252") if text is not None else (data.decode("latin-1"), "latin-1")


def _is_western(data: bytes) -> bool:
    """Whether bytes above ASCII stand alone between letters, as accents do and Chinese never does."""
    runs = re.findall(rb"[\x80-\xff]+", data[:_SAMPLE])
    alone = sum(1 for run in runs if len(run) == 1)
    return alone * 5 >= len(runs) * 4 and bool(re.search(rb"[A-Za-z]", data[:_SAMPLE]))


def _statistical_guess(sample: bytes) -> str | None:
    """What charset-normalizer thinks; only for scripts that the ladder does not know (it mistakes short Chinese)."""
    best = from_bytes(sample, cp_isolation=_GUESSABLE, preemptive_behaviour=False).best()
    return best.encoding if best else None


def _plane(codec: str, leads: Iterable[int], trails: Iterable[int]) -> frozenset[str]:
    """All characters of a rectangle of a double-byte charset."""
    columns = tuple(trails)
    pairs = b"".join(bytes((lead, trail)) for lead in leads for trail in columns)
    return frozenset(pairs.decode(codec, "ignore"))


@lru_cache(maxsize=1)
def _familiar() -> frozenset[str]:
    """The everyday characters: level 1 of GB 2312 and of Big5, and the punctuation of both."""
    trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    level_one_gb = _plane("gb2312", (0xA1, 0xA3, *range(0xB0, 0xD8)), range(0xA1, 0xFF))
    return level_one_gb | _plane("big5", (0xA1, *range(0xA4, 0xC7)), trails)


def _familiarity(text: str) -> float:
    """Share of everyday characters among those that are not ASCII."""
    foreign = [char for char in text[:_SAMPLE] if char > "\x7f"]
    familiar = _familiar()
    return sum(char in familiar for char in foreign) / len(foreign) if foreign else 0.0


def _share_of_kana(text: str) -> float:
    """Share of hiragana, which Japanese cannot do without, among the characters that are not ASCII."""
    foreign = [char for char in text[:_SAMPLE] if char > "\x7f"]
    return sum("\u3041" <= char <= "\u309f" for char in foreign) / len(foreign) if foreign else 0.0


# ---------------------------------------------------------------------------------------------- ISO-2022-CN


def _iso_2022_cn(data: bytes) -> str:
    """RFC 1922, its GB 2312 half, which Python lacks: shifted-out bytes are GB 2312 without the high bits."""
    pieces: list[str] = []
    shifted, gb = False, False
    for token in re.findall(rb"\x1b\$[)*+]?.|[\x0e\x0f\n]|[^\x1b\x0e\x0f\n]+|\x1b", data, re.DOTALL):
        if token.startswith(b"\x1b"):
            gb = token == b"\x1b$)A"
        elif token in b"\x0e\x0f":
            shifted = token == b"\x0e"
        elif token == b"\n":
            pieces.append("\n")
            shifted = False
        else:
            read: Callable[[bytes], str] = _high_gb if shifted and gb else _plain_ascii
            pieces.append(read(token) if gb or not shifted else "\ufffd" * (len(token) // 2))
    return "".join(pieces)


def _high_gb(token: bytes) -> str:
    return bytes(byte | 0x80 for byte in token).decode("gb2312", "replace")


def _plain_ascii(token: bytes) -> str:
    return token.decode("ascii", "replace")
