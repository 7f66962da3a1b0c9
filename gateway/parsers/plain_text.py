"""Plain text as the house keeps it: LF line ends, no control characters, paragraphs of format=flowed whole."""

import re

from gateway.parsers.header_text import CONTROLS


def clean(text: str) -> str:
    r"""Text with `\n` line ends and without control characters (RELIABILITY 0.11)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return CONTROLS.sub("", re.sub("[\x0b\x0c\x85\u2028\u2029]", "\n", text)).removeprefix("\ufeff")


def unflowed(text: str, *, delete_space: bool) -> str:
    """Paragraphs of format=flowed joined again (RFC 3676 §4.2): soft line ends gone, stuffing undone."""
    paragraphs: list[list[str]] = []
    open_depth: int | None = None
    for raw in text.split("\n"):
        content = raw.lstrip(">")
        depth = len(raw) - len(content)
        content = content.removeprefix(" ")
        is_soft = content.endswith(" ") and content != "-- "
        if depth != open_depth or content == "-- ":
            paragraphs.append([">" * depth + " " * (depth > 0)])
        paragraphs[-1].append(content[:-1] if is_soft and delete_space else content)
        open_depth = depth if is_soft else None
    return "\n".join("".join(paragraph) for paragraph in paragraphs)
