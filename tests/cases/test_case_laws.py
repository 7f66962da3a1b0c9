"""Laws of a case that hold whatever happened before: the next update that a mail names, and what storage gives back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cases import business_time, saying, steps
from gateway.cases.business_time import Span
from gateway.cases.case import Case, Party
from gateway.cases.commitments import Commitment
from gateway.cases.events import Event, NoticeSent
from gateway.storage import mapping
from tests.builders import CUSTOMER, Life, at
from tests.cases.happenings import ANYTHING

UPDATES = ("second_reply", "status_update")
TO_CUSTOMERS = (
    "receipt",
    "first_reply",
    "second_reply",
    "status_update",
    "engineer_reply",
    "please_confirm",
    "closed",
)
STORIES = st.lists(st.tuples(st.integers(0, 400), ANYTHING), max_size=6)
FAR = timedelta(days=20)


@given(
    level=st.integers(1, 4),
    plan=st.sampled_from(["5x8", "7x24"]),
    story=STORIES,
    notice=st.sampled_from(TO_CUSTOMERS),
    later=st.integers(0, 90),
)
@settings(max_examples=150)
def test_the_next_update_that_a_mail_promises_is_the_one_that_the_clock_gives(
    level: int, plan: str, story: list[tuple[int, Event]], notice: str, later: int
) -> None:
    """ARCHITECTURE "Timed updates": the mail says when the next one comes; it then leaves in that very minute."""
    life = Life(plan=plan, level=level).reported("2026-11-23 11:50")
    now = at("2026-11-23 11:50")
    for minutes, event in story:
        now += timedelta(minutes=minutes)
        life.happens(now, event)
    now += timedelta(minutes=later)
    life.runs(now)
    promised = steps.next_update(life.case, notice, now, life.terms)
    life.happens(now, NoticeSent(notice=notice))
    already = len(life.notices(to=CUSTOMER))
    life.runs(now + FAR if promised is None else promised)
    given_then = [each for each in life.notices(to=CUSTOMER)[already:] if each.notice.name in UPDATES]
    if promised is None:
        assert given_then == []
    else:
        (update, *_) = given_then
        assert update.at <= promised
        # Early only when an engineer's line is waiting for the question that precedes the update.
        lead = timedelta(minutes=10 if "words" in update.notice.facts else 1)
        assert business_time.worked(life.terms.calendar, update.at, promised) <= lead


def test_nothing_is_promised_where_nothing_will_come() -> None:
    """A level-4 question has no rhythm, and neither has what is solved or closed."""
    question = Life(level=4).reported("2026-11-23 09:00")
    assert steps.next_update(question.case, "receipt", at("2026-11-23 09:00"), question.terms) is None
    fault = Life(level=2).reported("2026-11-23 09:00")
    assert steps.next_update(fault.case, "receipt", at("2026-11-23 09:00"), fault.terms) == at(
        "2026-11-23 09:30"
    )


def test_asking_for_the_next_update_changes_nothing() -> None:
    """It lets the mail leave in thought only."""
    life = Life(level=2).reported("2026-11-23 09:00")
    before = life.case
    steps.next_update(life.case, "second_reply", at("2026-11-23 09:05"), life.terms)
    assert life.case == before


@pytest.mark.parametrize(
    ("words", "reader", "reads"),
    [
        ("zh-Hans", "zh-Hant", True),
        ("zh-Hant", "zh-Hans", True),
        ("en", "en", True),
        ("en", "zh-Hans", False),
        ("zh-Hans", "en", False),
        ("other", "en", False),
    ],
)
def test_who_reads_what(words: str, reader: str, reads: bool) -> None:
    """Either script is read by both; nothing else is taken for granted."""
    assert saying.readable(words, reader) is reads


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- hypothesis takes naive bounds
SPANS = st.builds(Span, st.integers(0, 700), st.sampled_from(["m", "h", "wm", "wh", "wd"]))
SOME_TEXT = st.text(max_size=20)
NAMES = st.none() | SOME_TEXT
INTERVALS = st.lists(st.tuples(MOMENTS, MOMENTS), max_size=3).map(tuple)
COMMITMENTS = st.builds(
    Commitment,
    name=SOME_TEXT,
    promise=SOME_TEXT,
    owed_by=SOME_TEXT,
    made_at=MOMENTS,
    due=MOMENTS,
    prompt_at=st.none() | MOMENTS,
    speak_at=st.none() | MOMENTS,
    prompted=st.booleans(),
    pauses=INTERVALS,
    paused_at=st.none() | MOMENTS,
    ended_at=st.none() | MOMENTS,
)
CASES = st.builds(
    Case,
    number=SOME_TEXT,
    opened_at=MOMENTS,
    reporter=st.builds(Party, address=SOME_TEXT, name=NAMES, known=st.booleans()),
    subject=SOME_TEXT,
    services=st.lists(SOME_TEXT, max_size=3).map(tuple),
    symptoms=st.lists(SOME_TEXT, max_size=3).map(tuple),
    engineer=NAMES,
    solution=NAMES,
    update_interval=st.none() | SPANS,
    pending_words=st.none() | st.tuples(SOME_TEXT, SOME_TEXT),
    commitments=st.lists(COMMITMENTS, max_size=4).map(tuple),
    moments=st.dictionaries(SOME_TEXT, MOMENTS, max_size=4),
    thread=st.lists(SOME_TEXT, max_size=3).map(tuple),
    closed_at=st.none() | MOMENTS,
    version=st.integers(0, 10_000),
)


@given(CASES)
@settings(max_examples=200)
def test_a_case_comes_back_from_storage_as_it_went_in(case: Case) -> None:
    """Every field, every type: a tuple that came back as a list would already be another case."""
    assert mapping.case_from_json(mapping.case_to_json(case)) == case


def test_moments_in_any_zone_come_back_as_the_same_moments() -> None:
    """What was nine in Shanghai is one in UTC: equal, and due at the same instant."""
    life = Life().reported("2026-11-23 09:00")
    back = mapping.case_from_json(mapping.case_to_json(life.case))
    assert back.opened_at == at("2026-11-23 09:00")
    assert back.opened_at.utcoffset() is not None
    assert back.next_due == life.case.next_due
