"""Reading one folder: what is kept, in which order, and what happens to a message that cannot be had."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from imapclient.exceptions import (  # pyright: ignore[reportMissingTypeStubs] - the name alone is used
    IMAPClientAbortError,
)

from gateway.channels import imap_position
from gateway.channels.imap_fetch import BATCH_BYTES, Listed, batches, windows
from gateway.channels.imap_folder import KEEP, MOST_MISSED, After, FolderPlan, FolderReader
from gateway.channels.imap_position import LAST_RETRY, Position
from gateway.channels.imap_session import ConnectionLost, Refused
from gateway.errors import StorageUnavailable
from tests.channels.fake_imap import ARRIVED, FakeSession, line_to
from tests.channels.mailbox_bench import Desk, letters, subjects
from tests.house import FakeClock

PLAN = FolderPlan(
    folder="INBOX",
    source="imap:support",
    owner="support@vendor.example",
    peer="imap.example",
    after=KEEP,
    max_size=100_000,
    new_within=timedelta(days=1),
)


@dataclass
class Brittle(FakeSession):
    """A server that hangs up when it is asked for one of these."""

    deadly: set[int] = field(default_factory=set[int])

    def fetch(self, messages: Sequence[int], data: Sequence[str]) -> Mapping[int, Mapping[bytes, Any]]:
        if data[0] == "BODY.PEEK[]" and self.deadly.intersection(messages):
            raise IMAPClientAbortError("socket error: EOF")
        return super().fetch(messages, data)


class Bench:
    """A folder, its reader, and what came of it."""

    def __init__(self, count: int = 0, *, after: After = KEEP, first_uid: int = 1) -> None:
        self.session = FakeSession(dict(enumerate(letters(count), start=first_uid)))
        self.desk = Desk()
        self.clock = FakeClock(ARRIVED)
        self.reader = FolderReader(replace(PLAN, after=after), self.desk.keep, self.desk, self.clock.now)

    async def look(self) -> None:
        """One round, on a connection of its own."""
        line = await line_to(self.session)
        try:
            await self.reader.read(line, 5)
        finally:
            line.cut()

    @property
    def position(self) -> Position:
        """As the database has it."""
        return imap_position.from_text(self.desk.bookmarks["imap:support/INBOX"])

    def arrives(self, *raws: bytes) -> None:
        """More mail."""
        for raw in raws:
            self.session.messages[max(self.session.messages, default=0) + 1] = raw


async def test_messages_are_kept_in_their_order_and_fetched_once() -> None:
    """An answer must not overtake what it answers (L-69, L-68)."""
    bench = Bench(3)
    await bench.look()
    bench.arrives(*letters(1, first=3))
    await bench.look()
    assert bench.desk.words() == subjects(4)
    assert bench.session.fetched == [1, 2, 3, 4]
    assert bench.position.last_uid == 4


async def test_the_last_message_that_every_search_returns_is_not_fetched_again() -> None:
    """ "UID 4:*" is answered with message 3 when there is no 4 (F13)."""
    bench = Bench(3)
    for _ in range(3):
        await bench.look()
    assert bench.session.fetched == [1, 2, 3]


async def test_an_empty_folder_is_read_and_remembered() -> None:
    """Also where the server tells no next UID."""
    bench = Bench()
    await bench.look()
    assert (bench.position.last_uid, bench.position.uidvalidity) == (0, 7)
    bench.arrives(*letters(1))
    await bench.look()
    assert bench.desk.words() == ["letter 0"]


async def test_a_database_that_is_away_moves_no_position() -> None:
    """ "Leave unseen": the next round has them all again, and no message is called unreadable (F5)."""
    bench = Bench(3)
    bench.desk.trouble = [StorageUnavailable("locked")]
    with pytest.raises(StorageUnavailable):
        await bench.look()
    assert bench.position.last_uid == 0
    await bench.look()
    assert sorted(bench.desk.words()) == subjects(3)
    assert bench.reader.unread == 0


async def test_a_message_that_only_our_own_fault_keeps_out_is_tried_again() -> None:
    """Whatever an unknown error was, the others are kept and this one is not forgotten (L-67)."""
    bench = Bench(3)
    bench.desk.trouble = [RuntimeError("a fault of ours")]
    await bench.look()
    assert (bench.desk.words(), bench.reader.unread) == (["letter 1", "letter 2"], 1)
    await bench.look()
    assert sorted(bench.desk.words()) == subjects(3)
    assert bench.position.missed == ()


async def test_a_message_that_the_server_will_not_give_stops_no_other() -> None:
    """It is asked for again, later and later; after three times its head is kept with a note (L-67)."""
    bench = Bench(3)
    bench.session.refuses = {2}
    for _ in range(4):
        await bench.look()
        assert bench.desk.words() == ["letter 0", "letter 2"]
        bench.clock.pass_(hours=1)
    await bench.look()
    assert bench.desk.words() == ["letter 0", "letter 2", "letter 1"]
    assert "请在邮箱中查看原件" in bench.desk.kept[-1][1].decode()
    assert bench.reader.unread == 0


async def test_a_message_that_can_be_had_after_all_is_kept_whole() -> None:
    """Most such faults pass."""
    bench = Bench(2)
    bench.session.refuses = {1}
    await bench.look()
    bench.session.refuses = set()
    await bench.look()
    assert bench.desk.kept[-1][1] == bench.session.messages[1]


async def test_new_mail_does_not_wait_for_messages_on_which_every_connection_breaks() -> None:
    """Once one has broken a connection by itself, what is new comes first, and its like are tried after it (L-67)."""
    bench = Bench(3)
    bench.session = Brittle(bench.session.messages, deadly={1, 2, 3})
    for _ in range(2):  # together, then the first one alone
        with pytest.raises(ConnectionLost):
            await bench.look()
    bench.arrives(*letters(1, first=3))
    with pytest.raises(ConnectionLost):
        await bench.look()
    assert bench.desk.words() == ["letter 3"]


async def test_an_apology_of_the_server_is_not_taken_for_the_message() -> None:
    """Exchange serves a mail of its own, from an address nobody knows; it must not become a case (L-24)."""
    bench = Bench(1)
    bench.arrives(
        b"Subject: Retrieval using the IMAP4 protocol failed for the following message: 2\r\n\r\nSorry.\r\n"
    )
    await bench.look()
    assert (bench.desk.words(), bench.reader.unread) == (["letter 0"], 1)
    bench.session.messages[2] = letters(1, first=1)[0]
    await bench.look()
    assert bench.desk.words() == subjects(2)


async def test_a_message_that_somebody_deletes_meanwhile_is_no_trouble() -> None:
    """Gone between the list and the fetch, or while it could not be read (L-70)."""
    bench = Bench(3)
    bench.session.refuses = {2}
    await bench.look()
    del bench.session.messages[2]
    await bench.look()
    assert (bench.desk.words(), bench.reader.unread) == (["letter 0", "letter 2"], 0)


async def test_reading_stops_where_nothing_can_be_read() -> None:
    """A position that carries every message of a broken mailbox would grow with each round."""
    bench = Bench(MOST_MISSED + 50)
    bench.session.refuses = set(bench.session.messages)
    with pytest.raises(Refused, match="cannot be read"):
        await bench.look()
    assert len(bench.position.missed) <= MOST_MISSED
    bench.session.refuses = set()
    await bench.look()
    assert len(bench.desk.kept) == MOST_MISSED + 50


@pytest.mark.parametrize(
    ("capabilities", "steps"),
    [
        (("MOVE", "UIDPLUS"), ["move"]),
        (("UIDPLUS",), ["copy", "flag", "expunge"]),
        ((), ["copy", "flag"]),
    ],
)
async def test_moving_leaves_no_second_copy_and_expunges_nothing_of_others(
    capabilities: tuple[str, ...], steps: list[str]
) -> None:
    """Servers without MOVE, or even without UIDPLUS (L-71)."""
    bench = Bench(1, after=After(move="Archive"))
    bench.session.capabilities = capabilities
    await bench.look()
    await bench.look()
    assert [each[0] for each in bench.session.done if each[0] != "closed"] == steps


async def test_new_uids_are_one_warning_and_no_new_message() -> None:
    """UIDVALIDITY has changed: everything is read again, and known (F11)."""
    bench = Bench(3)
    await bench.look()
    bench.session.uidvalidity = 8
    bench.session.messages = {uid + 100: raw for uid, raw in bench.session.messages.items()}
    await bench.look()
    assert (bench.desk.words(), bench.desk.deliveries) == (subjects(3), 6)
    assert (bench.position.uidvalidity, bench.position.last_uid) == (8, 103)


async def test_what_is_too_large_by_its_announcement_is_not_fetched() -> None:
    """50 MB are not pulled over the wire to be thrown away (L-79); a second look gives the same bytes."""
    bench = Bench(1)
    bench.session.sizes = {1: 50_000_000}
    await bench.look()
    assert b"50.0 MB" in bench.desk.kept[0][1]
    bench.session.uidvalidity = 8
    await bench.look()
    assert (bench.desk.deliveries, len(bench.desk.kept)) == (2, 1)


# --- positions and portions ------------------------------------------------------------------------------------


def test_a_position_is_read_as_it_was_left() -> None:
    """Across restarts and versions of the program."""
    position = Position(4_294_967_295, 17, ARRIVED, 12).missing([3, 5], ARRIVED).trying(5, ARRIVED)
    assert imap_position.from_text(imap_position.to_text(position)) == position


def test_the_pause_between_attempts_grows_up_to_an_hour() -> None:
    """A broken message is not fetched every 30 s for ever."""
    position = Position(1, 9, ARRIVED).missing([3], ARRIVED)
    pauses = list[timedelta]()
    for _ in range(40):
        position = position.trying(3, ARRIVED)
        pauses.append(position.missed[0].due - ARRIVED)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=15), LAST_RETRY)


def test_portions_hold_every_message_once_and_no_more_bytes_than_fit() -> None:
    """Fifty mails of 8 MB must not be in memory together; one larger than that comes alone."""
    listed = [
        Listed(uid, size, None) for uid, size in enumerate([10, BATCH_BYTES, 5, 2 * BATCH_BYTES, *[1] * 120])
    ]
    portions = list(batches(listed))
    assert [each for portion in portions for each in portion] == listed
    assert all(len(portion) == 1 or sum(each.size for each in portion) <= BATCH_BYTES for portion in portions)


def test_a_search_is_split_where_its_answer_would_be_a_megabyte() -> None:
    """imaplib refuses longer lines; every UID is asked about exactly once."""
    pieces = list(windows(7, 180_000))
    assert pieces[0][0] == 7
    assert pieces[-1][1] == 180_000
    assert all(after[0] == before[1] + 1 for before, after in pairwise(pieces))
    assert list(windows(8, 7)) == []
