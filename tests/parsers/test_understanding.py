"""The development set: invented messages with labels, and a floor under every field.

`messages.toml` holds the messages. A floor is what the rules reach today, less a message or two; raising it is part of
every improvement. Values are compared without blanks, punctuation, case and script.
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gateway.parsers.entities.folding import fold_word
from gateway.parsers.report import Report
from tests.parsers.reading import mail, stranger, value

MESSAGES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("messages.toml").read_text("utf-8"))[
    "message"
]

FLOORS = {
    "company": 0.93,
    "contact": 0.93,
    "phone": 0.97,
    "email": 1.0,
    "product": 0.96,
    "place": 0.93,
    "level": 0.9,
    "kind": 0.92,
    "language": 1.0,
}
SYMPTOM_FLOORS = {"recall": 0.92, "precision": 0.88}


@cache
def reports() -> tuple[tuple[dict[str, Any], Report], ...]:
    """Every message with what was understood of it."""
    return tuple((message, _read(message)) for message in MESSAGES)


def _read(message: dict[str, Any]) -> Report:
    if "from" not in message:
        return stranger().read_chat(message["text"])
    name, _, address = str(message["from"]).rpartition("<")
    return stranger().read(
        mail(
            message["text"],
            subject=message["subject"],
            name=name.strip() or None,
            address=address.rstrip(">"),
            reply=message.get("reply", False),
        )
    )


def _key(text: object) -> str:
    return "".join(character for character in fold_word(str(text)) if character.isalnum())


def _is_right(message: dict[str, Any], report: Report, field: str) -> bool:
    wanted = message[field] if isinstance(message[field], list) else [message[field]]
    if field == "level":
        return report.fault_level.value in wanted
    if field == "kind":
        return report.kind.value in wanted
    if field == "language":
        return report.language in wanted
    got = _key(value(report, field) or "")
    if field in ("product", "place") and got:
        return any(_key(form) in got or got in _key(form) for form in wanted)
    return got in [_key(form) for form in wanted]


@pytest.mark.parametrize("field", FLOORS)
def test_a_field_is_right_at_least_as_often_as_its_floor(field: str) -> None:
    """A rule that helps one message and harms three others shows here (UNDERSTANDING "Keep the measurement")."""
    labelled = [(message, report) for message, report in reports() if field in message]
    wrong = [message["id"] for message, report in labelled if not _is_right(message, report, field)]
    assert len(wrong) <= len(labelled) * (1 - FLOORS[field]) + 1e-9, wrong


def _same_fault(found: str, labelled: str) -> bool:
    """The longest common run covers half of the shorter and a fifth of both together."""
    one, other = _key(found), _key(labelled)
    run = max((n for n in range(1, len(one) + 1) if _shares_run(one, other, n)), default=0)
    return run * 2 >= min(len(one), len(other)) and run * 5 >= len(one) + len(other) - run > 0


def _shares_run(one: str, other: str, length: int) -> bool:
    return any(one[start : start + length] in other for start in range(len(one) - length + 1))


def _share(hits: Iterable[bool]) -> float:
    counted = list(hits)
    return sum(counted) / len(counted)


def test_stated_faults_are_found_and_little_else_is_taken_for_one() -> None:
    """P-23 asks for the symptoms; a wish or a greeting taken for one would go out in a status update."""
    labelled = [
        (message["symptoms"], [symptom.value for symptom in report.symptoms])
        for message, report in reports()
        if "symptoms" in message
    ]
    recall = _share(any(_same_fault(f, w) for f in found) for wanted, found in labelled for w in wanted)
    precision = _share(any(_same_fault(f, w) for w in wanted) for wanted, found in labelled for f in found)
    assert recall >= SYMPTOM_FLOORS["recall"]
    assert precision >= SYMPTOM_FLOORS["precision"]


def test_a_level_is_never_off_by_more_than_one() -> None:
    """A standstill read as a question would wait for a day (P-10)."""
    for message, report in reports():
        if "level" in message:
            assert min(abs(report.fault_level.value - level) for level in message["level"]) <= 1, message[
                "id"
            ]


def test_confident_values_are_right() -> None:
    """Of values at or above 0.9 at least 97 % are right: the desk fills them in without asking."""
    fields = ("company", "contact", "phone")
    sure = [
        _is_right(message, report, field)
        for message, report in reports()
        for field in fields
        if field in message and (found := getattr(report, field)) and found.confidence >= 0.9
    ]
    assert len(sure) >= 20
    assert _share(sure) >= 0.97


def test_a_span_points_at_its_value() -> None:
    """Portal and `--explain` colour by span: it must hold in text + signature as printed."""
    for message, report in reports():
        printed = report.text + report.signature
        for field in ("company", "contact", "phone", "email", "product", "place"):
            found = getattr(report, field)
            if found and found.span:
                assert printed[slice(*found.span)] == found.value, (message["id"], field)
        for symptom in report.symptoms:
            if symptom.span:
                assert symptom.value in printed[slice(*symptom.span)], message["id"]


def test_the_set_is_large_and_mixed() -> None:
    """Three scripts, mails and chats: otherwise the floors say little."""
    languages = [report.language for _, report in reports()]
    assert len(MESSAGES) >= 45
    assert min(languages.count(tag) for tag in ("zh-Hans", "zh-Hant", "en")) >= 6
    assert sum("from" not in message for message in MESSAGES) >= 10
