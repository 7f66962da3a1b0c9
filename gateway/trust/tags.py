"""Lists of `tag=value;`, as DKIM signatures, DKIM keys and DMARC policies are written (RFC 6376 §3.2)."""

import re

_TAG = re.compile(r"[A-Za-z]\w*", re.ASCII)
MAX_TAGS = 100


def read_tags(text: str) -> dict[str, str] | None:
    """Tags in order, values without blanks around them; None where it is not such a list or a tag comes twice."""
    specs = text.split(";", MAX_TAGS + 1)
    if not specs[-1].strip():
        specs.pop()
    tags: dict[str, str] = {}
    for spec in specs:
        name, equals, value = (part.strip(" \t\r\n") for part in spec.partition("="))
        if not equals or not _TAG.fullmatch(name) or name in tags:
            return None
        tags[name] = value
    return tags if len(tags) <= MAX_TAGS else None


def without_blanks(value: str) -> str:
    """A value that may be folded anywhere, like base64."""
    return "".join(value.split())
