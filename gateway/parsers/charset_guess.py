"""What charset bytes are in when no label helps.

The ladder of RELIABILITY 0.25: escape sequences, strict UTF-8, Western accents, Japanese by its hiragana, GB18030 and
Big5 by how common the characters are that come out, and only then the statistical guess, which mistakes short
Chinese for Korean.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from charset_normalizer import from_bytes

from gateway.parsers.charset_labels import JAPANESE_7BIT

_SAMPLE = 4096
"""Bytes, or characters, looked at when a charset must be judged."""

_ASIAN = ["cp932", "euc_jp", "cp949"]
_EUROPEAN = ["cp1251", "koi8_r", "cp1252", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256"]


def climb(data: bytes) -> tuple[str, str]:
    """The ladder below the label: text and the name of the codec."""
    for codec in _escape_codecs(data):
        text = strictly(data, codec)
        if text is not None:
            return text, codec
    text = strictly(data, "utf-8")
    if text is not None:
        return text, "utf-8"
    text = data.decode("utf-8", "replace")
    if share_of_damage(text) <= 0.2:
        return text, "utf-8"
    if _is_western(data):
        return _latin(data)
    for codec in ("euc_jp", "cp932"):
        text = strictly(data, codec)
        if text is not None and _share_of_kana(text) >= 0.2:
            return text, codec
    candidates = [
        (_familiarity(text), codec, text)
        for codec in ("gb18030", "cp950", "big5hkscs")
        if (text := strictly(data, codec)) is not None
    ]
    score, codec, text = max(candidates, key=lambda c: c[0], default=(0.0, "", ""))
    if score >= 0.5:
        return text, codec
    codec = _statistical_guess(data[:_SAMPLE])
    text = strictly(data, codec) if codec else None
    if text is not None and codec:
        return text, codec
    return _latin(data)


def _escape_codecs(data: bytes) -> tuple[str, ...]:
    """Codecs that switch by ESC sequences, when there are such."""
    if b"\x1b$)A" in data:
        return ("iso2022_cn",)
    if b"\x1b$)C" in data:
        return ("iso2022_kr",)
    return JAPANESE_7BIT if b"\x1b$" in data else ()


def _latin(data: bytes) -> tuple[str, str]:
    """The end of the ladder, where nothing can fail."""
    text = strictly(data, "cp1252")
    return (text, "cp1252") if text is not None else (data.decode("latin-1"), "latin-1")


def _is_western(data: bytes) -> bool:
    """Whether bytes above ASCII stand alone between letters, as accents do and Chinese never does."""
    runs = re.findall(rb"[\x80-\xff]+", data[:_SAMPLE])
    alone = sum(1 for run in runs if len(run) == 1)
    return alone * 5 >= len(runs) * 4 and bool(re.search(rb"[A-Za-z]", data[:_SAMPLE]))


def _statistical_guess(sample: bytes) -> str | None:
    """What charset-normalizer thinks; only for scripts that the ladder does not know (it mistakes short Chinese)."""
    best = from_bytes(sample, cp_isolation=[*_ASIAN, *_EUROPEAN], preemptive_behaviour=False).best()
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


def share_of_damage(text: str) -> float:
    """Replacement marks among the characters that are not ASCII."""
    sample = text[:_SAMPLE]
    foreign = sum(char > "\x7f" for char in sample)
    return sample.count("\ufffd") / foreign if foreign else 0.0


# ---------------------------------------------------------------------------------------------- reading


def strictly(data: bytes, codec: str) -> str | None:
    """The text if every byte fits the codec, else None."""
    if codec == "iso2022_cn":
        return _iso_2022_cn(data)
    if codec in ("utf-16", "utf-32") and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        codec += "-le" if data[1::2].count(0) > data[0::2].count(0) else "-be"
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


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
            pieces.append(_run(token, shifted=shifted, gb=gb))
    return "".join(pieces)


def _run(token: bytes, *, shifted: bool, gb: bool) -> str:
    """Bytes of one state: ASCII, GB 2312, or a character set that is only counted (CNS 11643)."""
    if not shifted:
        return token.decode("ascii", "replace")
    return token.translate(_HIGH).decode("gb2312", "replace") if gb else "\ufffd" * (len(token) // 2)


_HIGH = bytes(byte | 0x80 for byte in range(256))
