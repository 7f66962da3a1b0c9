"""Made-up occasions on which `gateway check` has every letter written before a customer gets one.

Between them they have everything and nothing: known and unknown senders, words and no words, every status, every kind
of case that letters speak of, moments today, tomorrow, yesterday and next year.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal, cast

from gateway.cases.case import Case, Fact, Notice, Party
from gateway.cases.commitments import Commitment
from gateway.cases.lifecycle import STATUSES
from gateway.responders.letter_view import Occasion, Recipient

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MISSING = ("company", "contact", "phone", "symptoms")
KINDS = ("training", "installation", "inspection", "out_of_scope", "follow_up")
PROMISES_WITH_WORDS = (
    *("response", "plan_or_help", "help", "parts", "review", "complaint_taken"),
    *("visit", "inspection_visit"),
)
"""Promises whose due moment some letter names."""

_MOMENTS = {
    "reported": AT - timedelta(days=1),
    "assigned": AT - timedelta(hours=2),
    "parts_requested": AT - timedelta(minutes=90),
    "dispatched": AT - timedelta(hours=1),
    "engineer_replied": AT - timedelta(minutes=40),
    "stuck": AT - timedelta(minutes=30),
    "sent:please_confirm": AT - timedelta(days=400),
}

_NOTHING_KNOWN = Case(
    number="C-TEST-0001",
    opened_at=AT - timedelta(minutes=2),
    reporter=Party(address="someone@example.com"),
    subject="",
)

_EVERYTHING_KNOWN = replace(
    _NOTHING_KNOWN,
    opened_at=AT - timedelta(days=1),
    reporter=Party(address="someone@example.com", name="Li Lei", known=True),
    subject="Test",
    level=1,
    priority="urgent",
    company="Example Ltd",
    contact="Li Lei",
    phone="+86 21 5555 0100",
    product="X-1",
    place="Shanghai",
    symptoms=("one", "two"),
    incident=("three",),
    missing=("place",),
    suggested_case="C-TEST-0002",
    merged_into="C-TEST-0002",
    problems=("a problem",),
    engineer="e-1",
    intended_solution="a plan",
    solution="a solution",
    moments=_MOMENTS,
    services=("onsite-5x8", "of an owner's own"),
    foreign_manager=Party(address="manager@example.com", name="Jo Manager", language="en", known=True),
    commitments=tuple(
        Commitment(
            name=name,
            promise="P-10",
            owed_by="engineer",
            made_at=AT,
            due=AT + timedelta(days=1),
        )
        for name in PROMISES_WITH_WORDS
    ),
)

_OVERDUE: Fact = [
    {
        "commitment": "response",
        "promise": "P-10",
        "due": (AT - timedelta(minutes=90)).isoformat(),
        "owed_by": "level_manager:2",
    }
]

_EVERY_FACT: Mapping[str, Fact] = {
    "words": "one line\n\nanother",
    "words_language": "zh-Hans",
    "rung": 1,
    "overdue": _OVERDUE,
    "commitment": "response",
    "promise": "P-10",
    "due": (AT + timedelta(minutes=20)).isoformat(),
    "owed_by": "engineer",
    "why": "nothing_found",
    "notice": "first_reply",
    "recipient": "someone@example.com",
    "reason": "550 no such user",
    "what": "a template failed",
    "detail": "receipt.txt.j2, line 1",
    "missing": list(MISSING),
    "cases": [
        {
            "number": "C-TEST-0003",
            "level": 2,
            "company": "Example Ltd",
            "subject": "Test",
            "overdue": _OVERDUE,
        },
        {"number": "C-TEST-0004", "company": None, "subject": ""},
    ],
    "period": "2026-Q3",
    "score": 4,
    "attachments": ["report.pdf"],
    "answer_link": "mailto:support@example.com?body=yes",
    "customer": "Example Ltd",
    "could_be": ["Example Works", "Example Trading"],
    "alias": "Example",
}


def occasions(audience: str, notice: str, language: str) -> Iterator[Occasion]:
    """Every made-up occasion for one notice to one audience in one language."""
    reader = Recipient("Li Lei", language, cast("Literal['customer', 'staff']", audience))
    stranger = replace(reader, name=None, known=audience == "staff")
    nothing = Notice(id="C-TEST-0001/1", name=notice, to="engineer")
    everything = replace(nothing, facts={**_EVERY_FACT, "words_language": language})
    by_chat = replace(reader, by_chat=True)
    yield Occasion(nothing, _NOTHING_KNOWN, stranger, AT)
    yield Occasion(nothing, replace(_NOTHING_KNOWN, missing=MISSING), replace(stranger, by_chat=True), AT)
    yield Occasion(everything, _EVERYTHING_KNOWN, by_chat, AT, AT + timedelta(minutes=30))
    yield Occasion(nothing, _EVERYTHING_KNOWN, reader, AT, chat_link="https://t.me/bot?start=code")
    yield Occasion(
        nothing, replace(_NOTHING_KNOWN, missing=MISSING, level=4), stranger, AT, AT + timedelta(minutes=30)
    )
    yield Occasion(nothing, _EVERYTHING_KNOWN, reader, AT, None, AT + timedelta(days=1))
    offered = dict.fromkeys(MISSING, "Example Ltd")
    yield Occasion(nothing, replace(_EVERYTHING_KNOWN, missing=MISSING, uncertain=offered), reader, AT)
    yield Occasion(
        everything, replace(_EVERYTHING_KNOWN, missing=MISSING), reader, AT, AT + timedelta(days=60)
    )
    for why in ("unknown_command", "not_allowed", "contradictory", "case_closed", "nothing_found"):
        refused = replace(nothing, facts={"why": why})
        yield Occasion(refused, _EVERYTHING_KNOWN, reader, AT)
    month = replace(everything, facts={**everything.facts, "period": "2026-10"})
    for kind in KINDS:
        yield Occasion(month, replace(_EVERYTHING_KNOWN, kind=kind), reader, AT)
    for days, status in enumerate(STATUSES):
        case = replace(_EVERYTHING_KNOWN, status=status)
        begins = AT + timedelta(days=days)
        yield Occasion(nothing, case, reader, AT, begins + timedelta(hours=1), begins, "Zhang Wei")
        yield Occasion(everything, case, stranger, AT, begins, None, "Zhang Wei")
