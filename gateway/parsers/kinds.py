"""What the sender wants: a fault worked on, a question answered, a price, an engineer, or to say that all is well.

A stated fault beats everything but a confirmation; a complaint is a complaint even about a fault (P-60). What only
consultants do (fixing the vulnerabilities a report lists, an attack on the network, P-04) is out of scope. Words of the
lists and the acts of clauses are both heard.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from gateway.parsers import confirmation
from gateway.parsers.clauses import Clause
from gateway.parsers.entities.letter import Letter, Zone
from gateway.parsers.entities.wordlist import blocks
from gateway.parsers.symptoms import BY_BOTH, BY_MODEL_ONLY, Symptom


@dataclass(frozen=True, slots=True)
class KindFound:
    """A kind of request: fault, question, installation, training, inspection, complaint, confirmation, refusal,
    out_of_scope, quote or other."""

    value: str
    confidence: float


# The requests that state no fault, and the acts of clauses that make them; the first of the likeliest is taken.
_QUIET = {
    "quote": ("quote",),
    "training": ("training",),
    "installation": ("installation",),
    "inspection": ("inspection",),
    "out_of_scope": ("consult",),
    "question": ("question",),
}
_ACTS = ("solved", "unsolved", "complaint", *(act for acts in _QUIET.values() for act in acts))
# How likely an act must be to count: alone, or against a fault that only the model hears.
_HEARD = 0.7
_OUTSPOKEN = 0.85
_CERTAIN = 0.95
_DONE = 0.5
_BESIDE = 0.1  # what a further fault adds
_BESIDE_WORDS = 0.15  # so much less where words of the lists ask, too
_BY_WORDS = 0.8
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NEVER = r"(?!)"


def read(
    letter: Letter,
    new_words: str,
    clauses: Sequence[Clause],
    symptoms: Sequence[Symptom],
    *,
    is_reply: bool,
    grave: bool = False,
) -> KindFound:
    """The kind of a message; `new_words` are what the sender wrote now, `is_reply` whether it answers a mail,
    `grave` whether it speaks of a standstill or a compromise."""
    text = _spoken(letter, is_reply=is_reply)
    heard = _heard(letter, [clause for clause in clauses if not (is_reply and clause.zone is Zone.SUBJECT)])
    answer = confirmation.read(new_words) if is_reply or letter.chat else None
    opening = next(filter(_does_anything, clauses), None)
    is_no = letter.chat and opening is not None and opening.does("unsolved") >= _CERTAIN
    return (
        _answer(text, answer, heard, symptoms, is_reply=is_reply, grave=grave, is_no=is_no)
        or _reproach(text, heard, symptoms, grave=grave)
        or _fault(text, heard, symptoms, grave=grave)
        or _request(text, heard)
    )


def _does_anything(clause: Clause) -> bool:
    """Whether a clause does more than "sorry" and "hello"."""
    return any(share >= _DONE for act, share in clause.acts.items() if act != "courtesy")


def _answer(
    text: str,
    answer: confirmation.Answer | None,
    heard: Mapping[str, float],
    symptoms: Sequence[Symptom],
    *,
    is_reply: bool,
    grave: bool,
    is_no: bool,
) -> KindFound | None:
    """What was asked is solved, or is not: by the words of a short `answer`, or as a chat that opens with "no"."""
    if answer == "confirmation" and (is_reply or not symptoms):
        return KindFound("confirmation", 0.9 if is_reply else 0.7)
    if is_reply and (answer == "refusal" or _says(text, "refusal")):
        return KindFound("refusal", 0.9 if answer else 0.7)
    if (is_reply and heard["unsolved"] >= _HEARD) or is_no:
        return KindFound("refusal", 0.6)
    if _says(text, "question") or heard["unsolved"] >= _HEARD:
        return None
    if _says(text, "thanks") and (not symptoms or (is_reply and not grave)):
        return KindFound("confirmation", 0.8)
    if heard["solved"] >= _OUTSPOKEN and _is_weak(symptoms):
        return KindFound("confirmation", 0.6)
    return None


def _reproach(
    text: str, heard: Mapping[str, float], symptoms: Sequence[Symptom], *, grave: bool
) -> KindFound | None:
    """A complaint is one even about a fault (P-60); what only consultants do is out of scope (P-04)."""
    if _says(text, "complaint"):
        return KindFound("complaint", 0.75)
    if heard["complaint"] >= _OUTSPOKEN and not grave:
        return KindFound("complaint", 0.6)
    if not grave and len(symptoms) <= 1 and _says(text, "out_of_scope"):
        return KindFound("out_of_scope", 0.7)
    return None


def _fault(
    text: str, heard: Mapping[str, float], symptoms: Sequence[Symptom], *, grave: bool
) -> KindFound | None:
    """A stated fault, unless a request is made more clearly than that anything is broken."""
    if not symptoms and not grave:
        return None
    if not grave and _is_asked_rather(text, heard, symptoms):
        return None
    return KindFound("fault", 0.9 if _weight(symptoms) > 1.1 else 0.75)


def _is_asked_rather(text: str, heard: Mapping[str, float], symptoms: Sequence[Symptom]) -> bool:
    """Whether something is asked for, beside words that might state a fault: "nobody can use it, please teach us"."""
    weight = _weight(symptoms)
    wanted = max(
        heard[act] + _in_words(text, act)
        for act in ("quote", "training", "installation", "inspection", "consult")
    )
    asked = heard["question"] + _in_words(text, "question")
    return wanted >= _OUTSPOKEN + weight - 0.6 or (len(symptoms) == 1 and asked >= _HEARD + weight - 0.6)


def _weight(symptoms: Sequence[Symptom]) -> float:
    """How surely anything is broken: as surely as the surest fault, a little more by each beside it."""
    if not symptoms:
        return 0.0
    sure = sum(symptom.confidence >= BY_BOTH for symptom in symptoms)
    return max(symptom.confidence for symptom in symptoms) + _BESIDE * (len(symptoms) - 1) + _BESIDE * sure


def _is_weak(symptoms: Sequence[Symptom]) -> bool:
    """Whether only the model heard a fault, or nobody did."""
    return all(symptom.confidence <= BY_MODEL_ONLY for symptom in symptoms)


def _request(text: str, heard: Mapping[str, float]) -> KindFound:
    """What is asked for where no fault is stated: by words, by what clauses do, best by both."""
    weights = {
        kind: max(heard[act] for act in acts) + (_BY_WORDS if _is_said(text, kind) else 0.0)
        for kind, acts in _QUIET.items()
    }
    kind, weight = max(weights.items(), key=lambda entry: entry[1])
    if weight < _HEARD:
        return KindFound("other", 0.5)
    return KindFound(kind, 0.9 if weight > 1.5 else 0.8 if weight >= _BY_WORDS else 0.6)


def _in_words(text: str, act: str) -> float:
    """What words of the lists add to the act of a request."""
    return _BESIDE_WORDS if _is_said(text, "out_of_scope" if act == "consult" else act) else 0.0


def _is_said(text: str, kind: str) -> bool:
    return _says(text, kind) or (kind == "question" and _says(text, "request"))


def _heard(letter: Letter, clauses: Sequence[Clause]) -> Mapping[str, float]:
    """The highest probability of each act that makes a kind. "Any ideas?" asks for help with what is told around it."""
    weighed = [clause for clause in clauses if clause.acts]
    asking = [clause for clause in weighed if not _says(letter.lowered[slice(*clause.span)], "plea")]
    heard = {act: max((clause.does(act) for clause in weighed), default=0.0) for act in _ACTS}
    return heard | {"question": max((clause.does("question") for clause in asking), default=0.0)}


def _spoken(letter: Letter, *, is_reply: bool) -> str:
    """The words without signature; of a reply without its subject, which is older than the answer."""
    silent = (Zone.SIGNATURE, Zone.SUBJECT) if is_reply else (Zone.SIGNATURE,)
    zones = (letter.lowered[part.start : part.end] for part in letter.parts if part.zone not in silent)
    return "\n".join(zones)


def _says(text: str, kind: str) -> bool:
    in_han, elsewhere = _patterns(kind)
    return elsewhere.search(text) is not None or (
        _HAN.search(text) is not None and in_han.search(text) is not None
    )


@cache
def _patterns(kind: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The lines of a list that no text without Han characters can match, and the others."""
    lines = blocks("kinds")[f"{kind}_patterns"]
    halves = [line for line in lines if _HAN.search(line)], [line for line in lines if not _HAN.search(line)]
    in_han, elsewhere = (re.compile("|".join(half) or _NEVER, re.MULTILINE) for half in halves)
    return in_han, elsewhere
