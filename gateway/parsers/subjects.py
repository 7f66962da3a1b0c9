"""Whether two subjects name the same matter, whatever mail programs put before them (LESSONS 30, 31, 34)."""

import re

from gateway.parsers.folding import fold

_LONGEST = 500
_PREFIXES = re.compile(
    r"(?:\s*(?:re|aw|sv|antw|fwd?|fw|wg|tr|回复|回覆|答复|答覆|回信|转发|轉寄|轉發|转寄)\s?(?:\[\d{1,3}\])?\s?:"
    r"|\s*[\[(【][^\])】]{0,60}[\])】])+"
)


def bare(subject: str) -> str:
    """The letters and digits of a subject, folded, without prefixes of answering and passing on, and without marks in
    brackets: "Re: 答复：[紧急] WAF 故障" is "waf故障"."""
    text = fold(subject[:_LONGEST])
    prefix = _PREFIXES.match(text)
    return "".join(filter(str.isalnum, text[prefix.end() :] if prefix else text))


def same_matter(one: str, other: str) -> bool:
    """Whether one subject is the other, or a part of it; an empty one says nothing else."""
    first, second = bare(one), bare(other)
    return first in second or second in first
