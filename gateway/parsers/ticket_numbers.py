"""Numbers that a customer's own ticket system writes into subjects; it often keeps nothing else of a thread (L-45).

Only what is marked as such counts: a label before it, or a prefix that ticket systems use. An order number, a model or
a CVE is none (L-27). A number of ours is none either: `case_number` reads those.
"""

import re
from functools import lru_cache

from gateway.parsers import lexicon
from gateway.parsers.folding import fold

_SEARCHED = 500
_MOST = 5
_OURS = re.compile(r"[a-z]{1,6}-?\d{6}-\d{6}")


def find(subject: str) -> tuple[str, ...]:
    """Every such number of a subject, each once, in upper case: "Re: [inc0012345] 防火墙" has INC0012345."""
    text = fold(subject[:_SEARCHED])
    found = (each["labelled"] or each["prefixed"] or each["hashed"] for each in _shape().finditer(text))
    numbers = (number.strip("-_#").upper() for number in found if not _OURS.fullmatch(number))
    return tuple(dict.fromkeys(number for number in numbers if len(re.sub(r"\D", "", number)) >= 4))[:_MOST]


@lru_cache(maxsize=1)
def _shape() -> re.Pattern[str]:
    words = lexicon.read("ticket_numbers")["numbers"]
    labels = "|".join(re.escape(fold(label)) for label in sorted(words["labels"], key=len, reverse=True))
    prefixes = "|".join(re.escape(fold(prefix)) for prefix in words["prefixes"])
    number = r"[a-z]{0,8}[-_]?\d[\da-z_-]{3,30}"
    return re.compile(
        rf"(?<![a-z])(?:{labels})\s{{0,3}}[#:：.]{{0,2}}\s{{0,3}}(?P<labelled>{number})(?![\da-z])"
        rf"|(?<![\da-z])(?P<prefixed>(?:{prefixes})[-_#]?\d{{4,20}})(?![\da-z])"
        r"|[\[(]\s?(?P<hashed>#\d{4,20})\s?[\])]"
    )
