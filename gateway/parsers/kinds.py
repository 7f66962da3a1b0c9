"""What the sender wants: a fault worked on, a question answered, a price, an engineer, or to say that all is well.

A stated fault beats everything but a confirmation; a complaint is a complaint even about a fault (P-60). What only
consultants do (fixing the vulnerabilities a report lists, an attack on the network, P-04) is out of scope.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from gateway.parsers import confirmation
from gateway.parsers.clauses import Clause
from gateway.parsers.entities.letter import Letter, Zone
from gateway.parsers.entities.wordlist import blocks


@dataclass(frozen=True, slots=True)
class KindFound:
    """A kind of request: fault, question, installation, training, inspection, complaint, confirmation, refusal,
    out_of_scope, quote or other."""

    value: str
    confidence: float


# In the order in which they are asked, when no fault is stated.
_QUIET = ("quote", "training", "installation", "inspection")


def read(
    letter: Letter,
    new_words: str,
    clauses: Sequence[Clause],
    symptoms: Sequence[str],
    *,
    is_reply: bool,
    grave: bool = False,
) -> KindFound:
    """The kind of a message; `new_words` are what the sender wrote now, `is_reply` whether it answers a mail,
    `grave` whether it speaks of a standstill or a compromise."""
    text = _spoken(letter, is_reply=is_reply)
    answer = confirmation.read(new_words) if is_reply or letter.chat else None
    if answer == "confirmation" and (is_reply or not symptoms):
        return KindFound("confirmation", 0.9 if is_reply else 0.7)
    if is_reply and (answer == "refusal" or _says(text, "refusal")):
        return KindFound("refusal", 0.9 if answer else 0.7)
    if _says(text, "thanks") and (not symptoms or (is_reply and not grave)) and not _says(text, "question"):
        return KindFound("confirmation", 0.8)
    if _says(text, "complaint"):
        return KindFound("complaint", 0.75)
    if not grave and len(symptoms) <= 1 and _says(text, "out_of_scope"):
        return KindFound("out_of_scope", 0.7)
    if symptoms or grave:
        return KindFound("fault", 0.9 if len(symptoms) > 1 else 0.75)
    for kind in _QUIET:
        if _says(text, kind):
            return KindFound(kind, 0.8)
    if _says(text, "question") or _says(text, "request"):
        return KindFound("question", 0.8)
    return KindFound("other", 0.5)


def _spoken(letter: Letter, *, is_reply: bool) -> str:
    """The words without signature; of a reply without its subject, which is older than the answer."""
    silent = (Zone.SIGNATURE, Zone.SUBJECT) if is_reply else (Zone.SIGNATURE,)
    zones = (letter.lowered[part.start : part.end] for part in letter.parts if part.zone not in silent)
    return "\n".join(zones)


def _says(text: str, kind: str) -> bool:
    return _pattern(kind).search(text) is not None


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    return re.compile("|".join(blocks("kinds")[f"{kind}_patterns"]), re.MULTILINE)
