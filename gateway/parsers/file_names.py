"""The name of an attachment: found where programs put it, and made harmless to look at.

A name is shown to people, offered for saving and sent on; it is never opened as a path (RELIABILITY T15, T25, L-89).
"""

import re

from gateway.parsers import charsets, structure
from gateway.parsers.header_text import decode_words, one_line, parameters
from gateway.parsers.structure import Part

MAX_LENGTH = 200
"""Characters; file systems hold 255 bytes, three of which a Chinese character takes, but people read fewer."""
MAX_SUFFIX = 20

_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
"""Characters that reorder or hide others: `a\u202egpj.exe` looks like `aexe.jpg` (T15, T25)."""
_FORBIDDEN = re.compile(r'[<>:"|?*]+')
"""What Windows allows in no file name."""
_DEVICE = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)")


def of_part(part: Part, content: bytes) -> str | None:
    """The sender's name for a file, harmless; a mail without a name is called by its subject, None when there is none.

    Content-Disposition goes before Content-Type (RFC 2046 §4.5.1 deprecates the latter), but not where a program has
    written `?` for what it could not.
    """
    name = harmless(given(part))
    if not name and part.type in ("message/rfc822", "message/global"):
        name = harmless(_subject(content), ".eml")
    return name or None


def given(part: Part) -> str:
    """The name as the sender wrote it; empty when there is none."""
    names = [name for name in (disposition(part)[1].get("filename"), part.parameters.get("name")) if name]
    return one_line(min(names, key=_marks_of_loss, default=""))


def disposition(part: Part) -> tuple[str, dict[str, str]]:
    """Content-Disposition in lower case, with its parameters (RFC 2183)."""
    value, found = parameters(part.text_field("content-disposition"))
    return value.lower(), found


def harmless(name: str, suffix: str = "") -> str:
    """A name that can be shown and saved anywhere; empty when nothing is left of it.

    No folders, no characters that hide or reorder others, no device of Windows, no dot at either end, at most
    MAX_LENGTH characters with the suffix kept. `suffix` is added to a title: its slashes are no folders.
    """
    name = _UNSEEN.sub("", one_line(name))
    name = re.sub(r"[\\/]+", " ", name) if suffix else re.split(r"[\\/]", name.rstrip("\\/"))[-1]
    name = _FORBIDDEN.sub("", name).strip(". ")
    if _DEVICE.match(name):
        name = f"_{name}"
    return _shortened(f"{name}{suffix}") if name else ""


def _shortened(name: str) -> str:
    if len(name) <= MAX_LENGTH:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > MAX_SUFFIX:
        return name[:MAX_LENGTH]
    return f"{stem[: MAX_LENGTH - len(suffix) - 1].rstrip('. ')}.{suffix}"


def _subject(mail: bytes) -> str:
    subjects = [
        f.value for f in structure.fields_of(mail[: structure.MAX_HEAD]) if f.name.lower() == "subject"
    ]
    return decode_words(charsets.decode(subjects[0], None)[0]) if subjects else ""


def _marks_of_loss(name: str) -> int:
    """How many characters of a file name some program could not write."""
    return name.count("?") + name.count("\ufffd")
