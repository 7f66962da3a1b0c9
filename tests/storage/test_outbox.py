"""The outbox: one row for each notice and person, marked before the first byte leaves, never forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.cases.case import Step
from gateway.errors import NotNow
from gateway.messages import Address
from gateway.ports import Ready, Sent, Waiting
from gateway.storage.engine import open_engine
from gateway.storage.reading import read_case
from gateway.storage.writer import Writer
from tests.storage.samples import CASE, NOW, NUMBER, READY, do, keep, letter, opened, owing

LATER = NOW + timedelta(minutes=10)


def claim(writer: Writer, at: object = NOW) -> Sequence[Waiting]:
    """What is claimed at that moment."""
    return do(writer, lambda work: work.claim_outbox(at, 50))  # type: ignore[arg-type] - tests pass datetimes


def states(url: str) -> dict[str, str]:
    """Outbox state by message id."""
    engine = open_engine(url, writes=False)
    _, _, messages = read_case(engine, NUMBER)
    engine.dispose()
    return {each["message_id"]: each["state"] for each in messages}


def test_a_claimed_message_is_complete_and_marked_before_anybody_sends_it(
    writer: Writer, database_url: str
) -> None:
    """After a crash it must be known as in doubt (F28); the bytes are the ones composed."""
    do(writer, opened(ready=[READY]))
    (waiting,) = claim(writer)
    assert waiting.parcel.raw == READY.raw
    assert waiting.parcel.recipient == "li.lei@customer.example"
    assert (waiting.case_number, waiting.notice, waiting.role) == (NUMBER, "receipt", "customer")
    assert (waiting.attempts, waiting.in_doubt) == (1, 0)
    assert states(database_url) == {"<token@vendor.example>": "attempting"}
    assert claim(writer) == [], "nobody else gets it"


def test_a_notice_goes_to_a_person_once(writer: Writer) -> None:
    """A second row for the same notice and person would be a second mail."""
    do(writer, opened(ready=[READY]))
    twice = replace(READY, outbound=replace(READY.outbound, id="bbbbbbbb"))
    with pytest.raises(NotNow):
        do(writer, lambda work: work.say(CASE, [twice]))
    assert len(claim(writer)) == 1


def test_a_delivered_message_is_never_claimed_again(writer: Writer) -> None:
    """What the relay confirmed is not repeated (G7), not even after a restart."""
    do(writer, opened(ready=[READY]))
    claim(writer)
    do(writer, lambda work: work.delivered("aaaaaaaa", NOW))
    assert do(writer, lambda work: work.revive_attempts(LATER, LATER)) == 0
    assert claim(writer, LATER) == []


def test_one_message_of_a_chat_is_in_hand_at_a_time_and_so_many_of_a_channel(writer: Writer) -> None:
    """F27: what hangs keeps neither the other chats nor the other channels waiting."""

    def to(outbound_id: str, channel: str, recipient: str) -> Ready:
        ready = letter(outbound_id)
        return replace(ready, outbound=replace(ready.outbound, channel=channel, to=Address(None, recipient)))

    chat, other, third = "telegram:7/1", "telegram:7/2", "telegram:7/3"
    letters = [to("c1", "telegram", chat), to("c2", "telegram", chat), to("c3", "telegram", other)]
    letters += [to("c4", "telegram", third), to("m1", "mail", "a@b.example"), to("m2", "mail", "a@b.example")]
    do(writer, opened(ready=letters))

    def claimed(*in_hand: Waiting) -> list[str]:
        return [each.parcel.id for each in hands(in_hand)]

    def hands(in_hand: Sequence[Waiting]) -> Sequence[Waiting]:
        return do(writer, lambda work: work.claim_outbox(NOW, 3, in_hand))

    first = hands(())
    assert [each.parcel.id for each in first] == ["c1", "c3"], (
        "of the first three letters one is for a busy chat"
    )
    assert claimed(*first) == ["c4", "m1", "m2"]
    assert claimed(*first) == []
    do(writer, lambda work: work.delivered("c1", NOW))
    assert claimed(first[1]) == ["c2"]


def test_a_deferred_message_waits_for_its_moment_and_remembers_its_doubt(writer: Writer) -> None:
    """The back-off is stored, so that a restart does not hammer (F19); doubt is counted (F22)."""
    do(writer, opened(ready=[READY]))
    claim(writer)
    do(writer, lambda work: work.deferred("aaaaaaaa", LATER, "451 later", in_doubt=True))
    assert claim(writer, LATER - timedelta(microseconds=1)) == []
    (waiting,) = claim(writer, LATER)
    assert (waiting.attempts, waiting.in_doubt) == (2, 1)


def test_a_step_that_wakes_lets_go_what_waits_for_duty_hours_and_nothing_else(writer: Writer) -> None:
    """At level 1 nobody's duty hours count (P-25); a relay that asked for patience gets it all the same (F19)."""
    asleep = letter("bbbbbbbb")
    asleep = replace(asleep, outbound=replace(asleep.outbound, notice="triage_request", not_before=LATER))
    do(writer, opened(ready=[READY, asleep]))
    claim(writer)
    do(writer, lambda work: work.deferred("aaaaaaaa", LATER, "451 later"))
    moved = replace(CASE, version=2)
    do(writer, lambda work: work.record(Step(moved), []))
    assert claim(writer) == []
    do(writer, lambda work: work.record(Step(replace(moved, version=3, level=1), wakes=True), []))
    assert [waiting.notice for waiting in claim(writer)] == ["triage_request"]


def test_a_message_given_up_stays_failed_and_visible(writer: Writer, database_url: str) -> None:
    """A person looks at it; the machine does not try again (F20)."""
    do(writer, opened(ready=[READY]))
    claim(writer)
    do(writer, lambda work: work.gave_up("aaaaaaaa", NOW, "550 no such user"))
    assert claim(writer, LATER) == []
    assert states(database_url) == {"<token@vendor.example>": "failed"}
    assert do(writer, lambda work: work.counts())["outbox_failed"] == 1


def test_an_attempt_that_never_ended_is_in_doubt_after_a_restart(writer: Writer) -> None:
    """The same bytes once more, not before the relay's own time-out (F22, F28)."""
    do(writer, opened(ready=[READY, letter("bbbbbbbb", at=LATER)]))
    claim(writer)
    assert do(writer, lambda work: work.revive_attempts(NOW, LATER)) == 1
    assert claim(writer) == []
    revived = claim(writer, LATER)
    assert {each.parcel.id: each.in_doubt for each in revived} == {"aaaaaaaa": 1, "bbbbbbbb": 0}
    assert all(each.parcel.raw == READY.raw for each in revived)


def test_messages_leave_in_the_order_of_their_moments_and_those_for_later_wait(writer: Writer) -> None:
    """Mail for staff waits until their duty begins."""
    tomorrow = NOW + timedelta(hours=12)
    night = letter("cccccccc")
    night = replace(night, outbound=replace(night.outbound, not_before=tomorrow))
    rows = [night, letter("bbbbbbbb", at=NOW + timedelta(seconds=2)), letter("aaaaaaaa")]
    do(writer, opened(ready=rows))
    at = NOW + timedelta(minutes=1)
    assert [waiting.parcel.id for waiting in claim(writer, at)] == ["aaaaaaaa", "bbbbbbbb"]
    assert do(writer, lambda work: work.next_moment()) == tomorrow


def test_the_next_moment_is_the_earlier_of_clock_and_outbox_and_none_when_nothing_is_owed(
    writer: Writer,
) -> None:
    """The loop sleeps exactly so long."""
    assert do(writer, lambda work: work.next_moment()) is None
    do(writer, opened(replace(CASE, commitments=(owing(LATER),))))
    assert do(writer, lambda work: work.next_moment()) == LATER
    do(writer, lambda work: work.say(CASE, [READY]))
    assert do(writer, lambda work: work.next_moment()) == NOW


def test_what_was_sent_is_found_by_the_look_up_id_of_its_token(writer: Writer) -> None:
    """With everything the token vouches for, exactly as it was signed."""
    do(writer, opened(ready=[READY]))
    assert do(writer, lambda work: work.sent("aaaaaaaa")) == Sent(
        id="aaaaaaaa",
        case_number=NUMBER,
        notice="receipt",
        role="customer",
        recipient="li.lei@customer.example",
        person=None,
        token_until=READY.token_until,
    )
    assert do(writer, lambda work: work.sent("zzzzzzzz")) is None


def test_counts_say_how_much_waits_where(writer: Writer) -> None:
    """For health and metrics: the conservation sum begins here (G4)."""
    do(writer, opened(ready=[READY, letter("bbbbbbbb"), letter("cccccccc", at=LATER)]))
    do(writer, opened(replace(CASE, number="C2", status="closed")))
    for inbox_id in ("a", "b", "c"):
        do(writer, keep(inbox_id))
    do(writer, lambda work: work.settle("a", "set_aside"))
    do(writer, lambda work: work.settle("b", "filed"))
    claim(writer)
    do(writer, lambda work: work.delivered("aaaaaaaa", NOW))
    assert do(writer, lambda work: work.counts()) == {
        "inbox_waiting": 1,
        "set_aside": 1,
        "outbox_waiting": 2,
        "outbox_failed": 0,
        "open_cases": 1,
    }
