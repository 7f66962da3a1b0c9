"""The store's part of the chat road: bursts, open questions, links and one-time codes, on both databases."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from gateway.chat_ports import Link, OnCase, Pause
from gateway.messages import Envelope
from gateway.ports import Work
from gateway.storage.chats import MOST_CODES
from gateway.storage.writer import Writer
from tests.storage.samples import CASE, NOW, do, keep, opened

PAUSE = Pause(quiet=timedelta(seconds=8), longest=timedelta(seconds=30))
LI, GROUP = "telegram:71/52", "telegram:71/-43"
LINK = Link(LI, "contact", "li.na@qingshan-bank.example")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def written(
    inbox_id: str, seconds: float, *, chat: str = LI, person: str = "52", act: bool = False
) -> Callable[[Work], bool]:
    envelope = Envelope("chat:telegram:act" if act else "chat:telegram", chat, ("telegram:71",), person)
    return lambda work: work.keep(inbox_id, after(seconds), envelope, b"{}", inbox_id)


def claimed(writer: Writer, seconds: float) -> Sequence[str]:
    return [each.id for each in do(writer, lambda work: work.claim_burst(after(seconds), PAUSE))]


def next_burst(writer: Writer) -> datetime | None:
    return do(writer, lambda work: work.next_burst(PAUSE))


# --- bursts ----------------------------------------------------------------------------------------------------


def test_short_lines_are_claimed_together_once_nobody_has_typed_for_a_while(writer: Writer) -> None:
    """Five short lines are one report (issue 6)."""
    for number in range(5):
        do(writer, written(f"a{number}", number * 4))
    assert next_burst(writer) == after(16 + 8)
    assert claimed(writer, 23) == []
    assert claimed(writer, 24) == [f"a{number}" for number in range(5)]


def test_somebody_who_types_on_and_on_is_heard_in_time(writer: Writer) -> None:
    """A promise of ten minutes does not wait for the last of a hundred lines (P-30)."""
    for number in range(10):
        do(writer, written(f"a{number}", number * 5))
    assert next_burst(writer) == after(30)


def test_a_press_or_a_command_waits_for_nothing(writer: Writer) -> None:
    """What was written before it goes with it."""
    do(writer, written("a", 0))
    do(writer, written("b", 1, act=True))
    assert claimed(writer, 1) == ["a", "b"]


def test_two_people_and_two_chats_are_bursts_of_their_own(writer: Writer) -> None:
    """Two voices in a group are not one report (LESSONS 102, 103)."""
    do(writer, written("a", 0, chat=GROUP))
    do(writer, written("b", 1, chat=GROUP, person="53"))
    do(writer, written("c", 2))
    assert [claimed(writer, 60) for _ in range(2)] == [["a"], ["a"]], "not settled: it comes again"
    for inbox_id in ("a", "b", "c"):
        do(writer, lambda work, inbox_id=inbox_id: work.settle(inbox_id, "filed"))
    assert next_burst(writer) is None


def test_one_that_failed_comes_alone_so_that_it_spoils_no_other(writer: Writer) -> None:
    """F9: the poison one is found; its neighbours are taken in."""
    for number in range(3):
        do(writer, written(f"a{number}", 0))
    claimed(writer, 60)
    (alone,) = do(writer, lambda work: work.claim_burst(after(60), PAUSE))
    assert (alone.id, alone.deaths) == ("a0", 1)


def test_mail_and_chat_do_not_claim_each_others_messages(writer: Writer) -> None:
    """A chat that fails must leave mail untouched, and the other way round (F27)."""
    do(writer, written("a", 0))
    do(writer, keep("m"))
    assert [each.id for each in do(writer, lambda work: work.claim_inbox(10))] == ["m"]
    assert claimed(writer, 60) == ["a"]


# --- questions -------------------------------------------------------------------------------------------------


def test_what_somebody_wrote_waits_for_their_choice_until_they_press_or_time_is_up(writer: Writer) -> None:
    """Nothing is lost by not answering (G4)."""
    do(writer, written("a", 0))
    do(writer, lambda work: work.ask(f"{LI} 52", "which?", after(600)))
    assert claimed(writer, 60) == []
    assert next_burst(writer) == after(600)
    do(writer, written("b", 61, act=True))
    assert claimed(writer, 61) == ["a", "b"]
    assert do(writer, lambda work: work.asked(f"{LI} 52")) == "which?"
    do(writer, lambda work: work.forget_question(f"{LI} 52"))
    assert do(writer, lambda work: work.asked(f"{LI} 52")) is None


# --- who is who ------------------------------------------------------------------------------------------------


def test_a_chat_is_one_persons_and_a_person_has_one_chat(writer: Writer) -> None:
    """A new telephone takes the place of the old one; a passed-on one is its new owner's."""
    do(writer, lambda work: work.link(LINK, NOW))
    do(writer, lambda work: work.link(Link("telegram:71/99", "contact", LINK.person), NOW))
    do(writer, lambda work: work.link(Link("telegram:71/99", "staff", "wang.qiang"), NOW))
    assert do(writer, lambda work: work.links()) == [Link("telegram:71/99", "staff", "wang.qiang")]
    do(writer, lambda work: work.unlink("telegram:71/99"))
    assert do(writer, lambda work: work.links()) == []


def test_a_code_works_once_and_in_time(writer: Writer) -> None:
    """A replayed link is worth nothing (issue 6, Identity)."""
    until = NOW + timedelta(days=1)
    do(writer, lambda work: work.give_code("d1", LINK, NOW, until))
    do(writer, lambda work: work.give_code("d2", LINK, NOW, until))
    assert do(writer, lambda work: work.use_code("d1", after(5))) == LINK
    assert do(writer, lambda work: work.use_code("d1", after(6))) is None
    assert do(writer, lambda work: work.use_code("d2", until + timedelta(seconds=1))) is None
    assert do(writer, lambda work: work.use_code("unknown", NOW)) is None


def test_nobody_is_given_codes_without_end(writer: Writer) -> None:
    """Codes go out by mail: asking for them must not become a mail bomb (RELIABILITY T19)."""

    def give(number: int, at: datetime) -> bool:
        return do(writer, lambda work: work.give_code(f"d{number}", LINK, at, at + timedelta(days=1)))

    assert [give(number, NOW) for number in range(MOST_CODES + 1)] == [True] * MOST_CODES + [False]
    assert give(99, NOW + timedelta(hours=2))


# --- where messages lie ----------------------------------------------------------------------------------------


def test_a_message_lies_where_it_was_first_put(writer: Writer) -> None:
    """An answer to it finds its case; noting it again, after a crash, changes nothing."""
    do(writer, opened())
    number = CASE.number
    do(writer, lambda work: work.note_message(f"{LI}#7", OnCase(number, "k7m2qx4a")))
    do(writer, lambda work: work.note_message(f"{LI}#7", OnCase(number, None)))
    assert do(writer, lambda work: work.noted(f"{LI}#7")) == OnCase(number, "k7m2qx4a")
    assert do(writer, lambda work: work.noted(f"{LI}#8")) is None
