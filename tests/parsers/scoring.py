"""How well messages are understood: figures per field over labelled sets (`messages*.toml`).

The figures of a set are F1 for fields with a value, shares for those that always have one, all in per cent. `make
understanding` prints them into docs/understanding.md; `test_understanding_baseline.py` holds them to a baseline.
A value is right when it equals a labelled form without blanks, punctuation, case, script and honorific; a product or
a place when one contains the other; a symptom by the longest run it shares with a labelled one.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from gateway.parsers.entities.folding import fold_word
from gateway.parsers.report import Reader, Report
from tests.parsers.reading import mail, value

Message = dict[str, Any]

SETS = {
    "first": "messages.toml",
    "open": "messages_open.toml",
    "held out": "messages_held_out.toml",
    "fresh": "messages_fresh.toml",
    "aside": "messages_aside.toml",
    "foreign a": "messages_foreign_a.toml",
    "foreign b": "messages_foreign_b.toml",
    "foreign c": "messages_foreign_c.toml",
    "foreign d": "messages_foreign_d.toml",
}
VALUES = ("company", "contact", "phone", "email", "product", "place")
_LOOSE = ("product", "place")
_HONORIFIC = re.compile(
    r"^(?:mr|mrs|ms|dr|professor|prof)\b\.?|\((?:mr|mrs|ms)\.?\)$"
    r"|(?:先生|女士|小姐|太太|师傅|老师|经理|主任|工程师|律师|总|工)$"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One field of one message: what was wanted (empty: nothing), what was found, how sure the reader was."""

    field: str
    wanted: tuple[str, ...]
    found: str
    confidence: float
    right: bool


def messages(name: str) -> list[Message]:
    """The messages of a set, by its name in SETS."""
    text = Path(__file__).with_name(SETS[name]).read_text("utf-8")
    return tomllib.loads(text)["message"]


def read(reader: Reader, message: Message) -> Report:
    """What the reader understands of a labelled message: a mail where it has a From, else a chat."""
    if "from" not in message:
        return reader.read_chat(message["text"])
    name, _, address = str(message["from"]).rpartition("<")
    inbound = mail(
        message["text"],
        subject=message["subject"],
        name=name.strip() or None,
        address=address.rstrip(">"),
        reply=message.get("reply", False),
    )
    return reader.read(inbound)


def outcomes(message: Message, report: Report) -> Iterator[Outcome]:
    """Every labelled field that holds one value: names and numbers, level, kind and language."""
    for field in VALUES:
        if field in message:
            found = getattr(report, field)
            wanted = tuple(filter(None, listed(message[field])))
            words = value(report, field) or ""
            right = any(is_same(words, form, loose=field in _LOOSE) for form in wanted) if words else False
            yield Outcome(field, wanted, words, found.confidence if found else 0.0, right)
    stated = {
        "level": (str(report.fault_level.value), report.fault_level.confidence),
        "kind": (report.kind.value, report.kind.confidence),
        "language": (report.language, 1.0),
    }
    for field, (words, confidence) in stated.items():
        if field in message:
            wanted = tuple(listed(message[field]))
            yield Outcome(field, wanted, words, confidence, words in wanted)


def figures(read_messages: Sequence[tuple[Message, Report]]) -> dict[str, float]:
    """Field -> F1 or share, in per cent, one digit behind the point."""
    results = [outcome for message, report in read_messages for outcome in outcomes(message, report)]
    figures: dict[str, float] = {}
    for field in VALUES:
        mine = [outcome for outcome in results if outcome.field == field]
        hits = sum(outcome.right for outcome in mine)
        figures[field] = _f1(hits, sum(bool(o.found) for o in mine), sum(bool(o.wanted) for o in mine))
    for field in ("level", "kind", "language"):
        figures[field] = _share(outcome.right for outcome in results if outcome.field == field)
    levels = [outcome for outcome in results if outcome.field == "level"]
    figures["level within one"] = _share(
        min(abs(int(outcome.found) - int(wanted)) for wanted in outcome.wanted) <= 1 for outcome in levels
    )
    return figures | _symptom_figures(read_messages)


def _symptom_figures(read_messages: Sequence[tuple[Message, Report]]) -> dict[str, float]:
    labelled = [
        (message["symptoms"], [symptom.value for symptom in report.symptoms])
        for message, report in read_messages
        if "symptoms" in message
    ]
    told = [any(is_same_fault(f, w) for f in found) for wanted, found in labelled for w in wanted]
    right = [any(is_same_fault(f, w) for w in wanted) for wanted, found in labelled for f in found]
    recall, precision = _share(told), _share(right)
    both = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
    return {"symptoms": round(both, 1), "symptoms recall": recall, "symptoms precision": precision}


def is_same(found: str, labelled: str, *, loose: bool) -> bool:
    """Whether two values are one, spelt differently; `loose`: or one holds the other."""
    if loose and (_key(found) in _key(labelled) or _key(labelled) in _key(found)):
        return True
    return bool(_forms(found) & _forms(labelled))


def is_same_fault(found: str, labelled: str) -> bool:
    """The longest common run covers half of the shorter and a fifth of both together."""
    one, other = _key(found), _key(labelled)
    run = _longest_run(one, other)
    return run * 2 >= min(len(one), len(other)) and run * 5 >= len(one) + len(other) - run > 0


def _longest_run(one: str, other: str) -> int:
    lengths, longest = [0] * (len(other) + 1), 0
    for character in one:
        previous = lengths
        lengths = [0] * (len(other) + 1)
        for at, theirs in enumerate(other, start=1):
            if character == theirs:
                lengths[at] = previous[at - 1] + 1
                longest = max(longest, lengths[at])
    return longest


def _forms(words: str) -> set[str]:
    folded = fold_word(words).strip()
    return {_key(folded), _key(_HONORIFIC.sub("", folded))} - {""}


def _key(text: str) -> str:
    return "".join(character for character in fold_word(text) if character.isalnum())


def listed(labels: object) -> list[str]:
    """A label as a list of accepted forms."""
    return [str(form) for form in cast("list[object]", labels)] if isinstance(labels, list) else [str(labels)]


def _share(hits: Iterable[bool]) -> float:
    counted = list(hits)
    return round(100 * sum(counted) / len(counted), 1) if counted else 100.0


def _f1(hits: int, found: int, wanted: int) -> float:
    return round(200 * hits / (found + wanted), 1) if found + wanted else 100.0
