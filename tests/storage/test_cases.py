"""Cases: read as they were written, never overwritten by somebody who had not read the last version."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.cases.business_time import Span
from gateway.cases.case import Case, Entry, Step
from gateway.errors import StaleCase, UnknownCase
from gateway.ports import Conversation, Copy, Said, Work
from gateway.storage.cases import MOST_AT_ANCHORS
from gateway.storage.engine import open_engine
from gateway.storage.mapping import case_from_json, case_to_json
from gateway.storage.reading import list_cases, read_case
from gateway.storage.writer import Writer
from tests.storage.samples import CASE, NOW, NUMBER, SAID, do, letter, opened, owing

RICH = replace(
    CASE,
    services=("hotline-7x24",),
    missing=("phone",),
    update_interval=Span(30, "wm"),
    pending_words=("已更换硬盘", "zh-Hans"),
    commitments=(
        replace(owing(NOW + timedelta(hours=4)), pauses=((NOW, NOW + timedelta(minutes=5)),), prompted=True),
        replace(owing(NOW), state="met", ended_at=NOW),
    ),
    moments={"reported": NOW, "sent:first_reply": NOW + timedelta(microseconds=1)},
    thread=("<first@customer.example>",),
    closed_at=NOW,
)


def test_a_case_comes_back_as_it_was_written() -> None:
    """Every field decides what happens next; times stay aware and exact."""
    assert case_from_json(case_to_json(RICH)) == RICH


def test_what_was_recorded_is_what_the_next_step_reads(writer: Writer) -> None:
    """Through the database and back."""
    do(writer, opened(RICH))
    assert do(writer, lambda work: work.case(NUMBER)) == RICH
    assert do(writer, lambda work: work.has_case(NUMBER)) is True


def test_a_number_that_nobody_has_is_no_case(writer: Writer) -> None:
    """A number in a subject may be anything."""
    assert do(writer, lambda work: work.case("C261123-999999")) is None
    assert do(writer, lambda work: work.has_case("C261123-999999")) is False


def test_a_step_from_an_old_version_is_refused_and_changes_nothing(writer: Writer) -> None:
    """Two steps from the same version: the second one must read again (ARCHITECTURE "Decided")."""
    do(writer, opened())
    second = replace(CASE, version=2)
    do(writer, lambda work: work.record(Step(replace(second, status="in_progress")), ()))
    with pytest.raises(StaleCase):
        do(writer, lambda work: work.record(Step(replace(second, status="closed")), [letter("bbbbbbbb")]))
    kept = do(writer, lambda work: work.case(NUMBER))
    assert kept is not None
    assert kept.status == "in_progress"
    assert do(writer, lambda work: work.sent("bbbbbbbb")) is None, "nothing of the refused step was said"


def test_a_note_is_a_line_of_the_journal_under_the_version_that_the_case_has(
    writer: Writer, database_url: str
) -> None:
    """A message laid on a case is told there, though nothing happens to the case; and of no case nothing is told."""
    do(writer, opened())
    line = Entry(at=NOW, kind="placed", name="customer", detail={"reason": "answers our receipt"})
    do(writer, lambda work: work.note(NUMBER, line))
    do(writer, lambda work: work.note("C261123-999999", line))
    engine = open_engine(database_url, writes=False)
    case, journal, _ = read_case(engine, NUMBER)
    engine.dispose()
    told = journal[-1]
    assert (told["kind"], told["name"], told["reason"]) == ("placed", "customer", "answers our receipt")
    assert (told["at"], case.version) == (NOW, CASE.version)


def test_cases_are_due_in_the_order_of_their_moments(writer: Writer) -> None:
    """The longest overdue first; resting ones are left out; a closed case owes nothing."""
    moments = {"C1": 30, "C2": 10, "C3": 20, "C4": 90}
    for number, minutes in moments.items():
        owed = (owing(NOW + timedelta(minutes=minutes)),)
        do(writer, opened(replace(CASE, number=number, commitments=owed)))
    do(writer, opened(replace(CASE, number="C5", status="closed")))
    at = NOW + timedelta(hours=1)
    assert do(writer, lambda work: work.due(at, 10)) == ["C2", "C3", "C1"]
    assert do(writer, lambda work: work.due(at, 1)) == ["C2"]
    assert do(writer, lambda work: work.due(at, 10, ("C3",))) == ["C2", "C1"]
    assert do(writer, lambda work: work.next_moment()) == NOW + timedelta(minutes=10)


def test_messages_on_a_case_are_found_by_id_and_by_person(writer: Writer) -> None:
    """For matching: only what a customer wrote counts (L-33, L-41)."""
    do(writer, opened())
    do(writer, lambda work: work.put(NUMBER, SAID))
    by_staff = replace(SAID, audience="staff", message_id="<staff@vendor.example>", person="wang@v.example")
    do(writer, lambda work: work.put(NUMBER, by_staff))
    ids = ["<first@customer.example>", "<staff@vendor.example>", "<other@x.example>"]
    assert do(writer, lambda work: work.cases_with_message(ids)) == [
        (NUMBER, "<first@customer.example>", "li.lei@customer.example")
    ]
    assert do(writer, lambda work: work.cases_with_message([])) == []


def test_a_conversation_is_found_by_its_mails_and_by_what_they_answered(writer: Writer) -> None:
    """L-32: the nearest first, once for each case, with all who take part; what a program wrote finds nothing."""
    for number in ("C1", "C2"):
        do(writer, opened(replace(CASE, number=number)))
    said = replace(SAID, people=("li.lei@customer.example", "wu@partner.example"), anchors=("<unseen@x>",))
    do(writer, lambda work: work.put("C1", said))
    do(writer, lambda work: work.put("C1", replace(said, message_id="<second@x>", anchors=("<unseen@x>",))))
    third = replace(SAID, audience="third_party", person="Zhao@else.example", message_id="<third@x>")
    do(writer, lambda work: work.put("C2", third))
    do(writer, lambda work: work.put("C2", replace(SAID, audience="automatic", message_id="<robot@x>")))
    asked = ["<robot@x>", "<third@x>", "<unseen@x>", "<second@x>"]
    reporter = "li.lei@customer.example"
    assert do(writer, lambda work: work.conversations(asked)) == [
        Conversation("C2", "<third@x>", frozenset({reporter}), frozenset({reporter, "zhao@else.example"})),
        Conversation("C1", "<unseen@x>", frozenset({reporter}), frozenset({reporter, "wu@partner.example"})),
    ]
    assert do(writer, lambda work: work.conversations([])) == []


def test_an_id_that_half_the_world_quotes_leads_to_a_bounded_number_of_cases(writer: Writer) -> None:
    """Whoever collects ids must not make one mail read the whole database."""
    for number in range(15):
        do(writer, opened(replace(CASE, number=f"C{number}")))
        said = replace(SAID, message_id=f"<{number}@x>", anchors=("<everywhere@x>",))
        do(writer, lambda work, number=number, said=said: work.put(f"C{number}", said))
    assert len(do(writer, lambda work: work.conversations(["<everywhere@x>"]))) == MOST_AT_ANCHORS


def test_an_earlier_copy_is_the_same_persons_and_not_an_unverified_one(writer: Writer) -> None:
    """T3: what was forged stands in nobody's way."""
    do(writer, opened())
    do(writer, lambda work: work.put(NUMBER, SAID))
    do(writer, lambda work: work.put(NUMBER, replace(SAID, audience="unverified", message_id="<forged@x>")))
    copies = do(writer, lambda work: work.earlier_copies("<first@customer.example>", SAID.person))
    assert copies == [Copy(NUMBER, "0001", "请协助")]
    assert do(writer, lambda work: work.earlier_copies("<first@customer.example>", "x@y.example")) == []
    assert do(writer, lambda work: work.earlier_copies("<forged@x>", SAID.person)) == []


def test_the_open_cases_of_an_address_are_the_latest_first(writer: Writer) -> None:
    """A suggestion to the desk; closed cases are none, and somebody who only answered has none."""
    for number in ("C1", "C2", "C3"):
        do(writer, opened(replace(CASE, number=number, status="closed" if number == "C2" else "open")))
        do(writer, lambda work, number=number: work.put(number, replace(SAID, message_id=f"<{number}@x>")))
    assert do(writer, lambda work: work.open_cases_of("li.lei@customer.example")) == ["C3", "C1"]
    assert do(writer, lambda work: work.open_cases_of("nobody@customer.example")) == []


@pytest.mark.parametrize("audience", ["customer", "staff", "automatic", "unverified", "third_party"])
def test_every_audience_fits_its_column(writer: Writer, audience: str) -> None:
    """SQLite takes any length; PostgreSQL would refuse the message, for ever."""
    do(writer, opened())
    do(writer, lambda work: work.put(NUMBER, replace(SAID, audience=audience)))


def test_what_people_see_of_a_case_is_its_list_row_and_its_story(writer: Writer, database_url: str) -> None:
    """INTERFACES `cases list --json`; messages count what the customer wrote and what has left to them."""
    do(writer, opened(RICH, [letter("aaaaaaaa"), letter("bbbbbbbb")]))

    def happen(work: Work) -> None:
        work.put(NUMBER, SAID)
        work.put(NUMBER, replace(SAID, audience="automatic", message_id="<auto@x>"))
        work.delivered("aaaaaaaa", NOW + timedelta(seconds=1))
        note = Entry(at=NOW, kind="event", name="note_taken", detail={"text": "内部", "count": 2})
        work.record(Step(replace(RICH, version=2), (note,)), ())

    do(writer, happen)
    engine = open_engine(database_url, writes=False)
    (row,) = list_cases(engine)
    case, journal, messages = read_case(engine, NUMBER)
    with pytest.raises(UnknownCase):
        read_case(engine, "C0")
    engine.dispose()
    assert row == {
        "number": NUMBER,
        "status": "open",
        "kind": "fault",
        "level": 2,
        "priority": "high",
        "customer": "某某制造有限公司",
        "contact": "李雷",
        "subject": "打印服务器无响应",
        "channel": "mail",
        "opened_at": NOW,
        "next_due": NOW + timedelta(hours=4),
        "messages": {"in": 1, "out": 1},
    }
    assert case.version == 2
    assert [entry["name"] for entry in journal] == ["reported", "note_taken"]
    assert journal[1]["count"] == 2
    assert [(each["direction"], each.get("state")) for each in messages] == [
        ("in", None),
        ("in", None),
        ("out", "waiting"),
        ("out", "sent"),
    ]


def test_moments_without_a_zone_are_refused(writer: Writer) -> None:
    """A naive moment would be taken for another one in the next time zone."""
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(Exception, match="zone"):
        do(writer, lambda work: work.due(naive, 1))


def test_several_processes_lose_no_update(database_url: str, writer: Writer) -> None:
    """Without BEGIN IMMEDIATE, SQLite loses three quarters of them without an error (RELIABILITY 0.1)."""
    do(writer, opened(replace(CASE, notices_given=0)))
    processes, rounds = 3, 60
    command = [sys.executable, "-m", "tests.storage.counting", database_url, NUMBER, str(rounds)]
    root = Path(__file__).parents[2]
    running = [subprocess.Popen(command, cwd=root) for _ in range(processes)]
    assert [process.wait(60) for process in running] == [0] * processes
    case: Case | None = do(writer, lambda work: work.case(NUMBER))
    assert case is not None
    assert case.notices_given == processes * rounds
    assert case.version == processes * rounds + 1


def test_words_of_any_script_and_length_are_kept(writer: Writer) -> None:
    """Subjects and words are the customer's; nothing is cut on the way."""
    do(writer, opened())
    said = Said(at=NOW, audience="customer", person="x@y.example", subject="😀" * 5000, words="字" * 200_000)
    do(writer, lambda work: work.put(NUMBER, said))
