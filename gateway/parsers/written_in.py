"""Which language somebody wrote a message in: the new words decide, the subject only where they are too few.

A reply stands under a subject that is ours or another person's; "Still down, please call me" under "回复：工单 12" is
English. What the new words leave open (an "OK", Chinese without a character of one script only) the subject settles.
"""

import re
from functools import cache

from gateway.parsers import language, lexicon
from gateway.parsers.language import Language

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[^\W\d_\u0370-\uffff]{2,}")
_LOOKED_AT = 20_000
_ENOUGH_HAN = 2
_ENOUGH_WORDS = 3


def detect(subject: str, new_words: str) -> Language:
    """The language of a message of this subject and these new words; never raises, linear."""
    if not _are_enough(new_words[:_LOOKED_AT]):
        return language.detect(f"{subject}\n{new_words}")
    told = language.detect(new_words)
    if told == "zh-Hans" and not _is_simplified(new_words[:_LOOKED_AT]):
        with_subject = language.detect(f"{subject}\n{new_words}")
        return "zh-Hant" if with_subject == "zh-Hant" else told
    return told


def _are_enough(words: str) -> bool:
    return len(_HAN.findall(words)) >= _ENOUGH_HAN or len(_LATIN_WORD.findall(words)) >= _ENOUGH_WORDS


def _is_simplified(words: str) -> bool:
    """Whether a character of the Simplified script alone stands in the words."""
    return not _simplified().isdisjoint(words)


@cache
def _simplified() -> frozenset[str]:
    return frozenset("".join(lexicon.read("language")["characters"]["simplified"]))
