"""The inbox: kept once whatever the route, counted as tried before it is opened, ended exactly once."""

import pytest
from sqlalchemy import select

from gateway.errors import StaleCase
from gateway.ports import Kept, Work
from gateway.storage.engine import open_engine
from gateway.storage.inbox import CLAIMED_BYTES, MOST_DELIVERIES
from gateway.storage.reading import list_inbox, raw_of
from gateway.storage.tables import deliveries
from gateway.storage.writer import Writer
from tests.storage.samples import ENVELOPE, NOW, do, keep


def claim(writer: Writer, limit: int = 50) -> list[str]:
    """The ids of what is claimed next."""
    return [kept.id for kept in do(writer, lambda work: work.claim_inbox(limit))]


def one(writer: Writer) -> Kept:
    """The only message claimed next."""
    (kept,) = do(writer, lambda work: work.claim_inbox(50))
    return kept


def test_a_message_comes_back_as_it_was_kept(writer: Writer) -> None:
    """Bytes, envelope and moment, unchanged (G6)."""
    raw = bytes(range(256)) * 3
    assert do(writer, keep("a", raw)) is True
    assert one(writer) == Kept(id="a", received_at=NOW, envelope=ENVELOPE, raw=raw, deaths=0)


def test_the_same_message_a_second_time_is_counted_and_not_kept(writer: Writer, database_url: str) -> None:
    """A retry after a lost 250, or another route, makes one case (G2, F2)."""
    assert do(writer, keep("a", digest="same")) is True
    assert do(writer, keep("b", digest="same")) is False
    engine = open_engine(database_url, writes=False)
    (row,) = list_inbox(engine)
    engine.dispose()
    assert (row["id"], row["deliveries"]) == ("a", 2)


def test_every_road_of_a_message_is_kept_up_to_a_bound(writer: Writer, database_url: str) -> None:
    """L-46: by which channel, to which address of ours; whoever repeats a mail a thousand times fills no table."""
    for number in range(MOST_DELIVERIES + 5):
        do(writer, keep(str(number), digest="same"))
    engine = open_engine(database_url, writes=False)
    with engine.connect() as connection:
        roads = connection.execute(select(deliveries.c.inbox_id, deliveries.c.recipients)).all()
    (row,) = list_inbox(engine)
    engine.dispose()
    assert row["deliveries"] == MOST_DELIVERIES + 5
    assert len(roads) == MOST_DELIVERIES - 1
    assert set(roads) == {("0", '["support@vendor.example"]')}


def test_two_messages_under_one_id_are_an_error_and_never_a_loss(writer: Writer) -> None:
    """Only the digest may clash in silence."""
    do(writer, keep("a", digest="one"))
    with pytest.raises(Exception, match="database"):
        do(writer, keep("a", digest="another"))


def test_what_came_first_is_claimed_first(writer: Writer) -> None:
    """An answer must not be read before what it answers (L-69)."""
    for inbox_id in ("c", "a", "b"):
        do(writer, keep(inbox_id))
    assert claim(writer, 2) == ["a", "b"]


def test_a_claim_takes_no_more_bytes_than_fit_into_memory_but_always_something(writer: Writer) -> None:
    """A hundred mails of 30 MB must not be in memory together."""
    large = b"x" * (CLAIMED_BYTES // 2 + 1)
    for inbox_id in ("a", "b", "c"):
        do(writer, keep(inbox_id, large))
    assert claim(writer) == ["a"]


def test_being_claimed_counts_before_anybody_looks_into_it(writer: Writer) -> None:
    """Whoever dies of a message cannot count it afterwards (F9)."""
    do(writer, keep("a"))
    assert [one(writer).deaths for _ in range(4)] == [0, 1, 2, 3]


def test_what_was_in_hand_when_we_died_comes_alone_and_after_the_fresh(writer: Writer) -> None:
    """One poison message must take neither its neighbours' lives nor the queue's time (G5, F9)."""
    for inbox_id in ("a", "b"):
        do(writer, keep(inbox_id))
    assert claim(writer) == ["a", "b"]
    do(writer, keep("c"))
    assert claim(writer) == ["c"]
    assert claim(writer) == ["a"]


def test_a_released_message_has_not_died(writer: Writer) -> None:
    """Our own passing fault is no death of the message's."""
    do(writer, keep("a"))
    claim(writer)
    do(writer, lambda work: work.release_inbox("a"))
    assert one(writer).deaths == 0


def test_a_settled_message_is_claimed_no_more_and_settled_no_second_time(writer: Writer) -> None:
    """Two gateways that read the same message: one of them opens the case (G18)."""
    do(writer, keep("a"))
    do(writer, lambda work: work.settle("a", "filed", reason="auto-reply"))
    assert claim(writer) == []
    with pytest.raises(StaleCase):
        do(writer, lambda work: work.settle("a", "case_opened"))


def test_where_a_message_ended_can_be_looked_up_and_its_bytes_exported(
    writer: Writer, database_url: str
) -> None:
    """Filed and set aside messages wait for a person, with their reason (G4, G6)."""

    def ends(work: Work) -> None:
        work.settle("a", "filed", reason="bounce: 5.1.1")
        work.settle("b", "set_aside", reason="taking it in failed 3 times")

    for inbox_id in ("a", "b", "c"):
        do(writer, keep(inbox_id, b"bytes of " + inbox_id.encode()))
    do(writer, ends)
    engine = open_engine(database_url, writes=False)
    rows = list_inbox(engine)
    assert [(row["id"], row["state"], row["outcome"]) for row in rows] == [
        ("c", "kept", None),
        ("b", "set_aside", "set_aside"),
        ("a", "done", "filed"),
    ]
    assert rows[0]["recipients"] == list(ENVELOPE.recipients)
    assert [row["id"] for row in list_inbox(engine, outcome="filed")] == ["a"]
    assert [row["id"] for row in list_inbox(engine, outcome="kept")] == ["c"]
    assert raw_of(engine, "b") == b"bytes of b"
    assert raw_of(engine, "nothing") is None
    engine.dispose()
