"""How far a channel has read: what it left is there after a restart, and the last one counts."""

from datetime import timedelta

from gateway.storage.engine import open_engine
from gateway.storage.writer import Writer
from tests.storage.samples import NOW, do

KEY = "imap:support/客户来信"


def test_a_source_never_read_has_no_bookmark(writer: Writer) -> None:
    """The channel knows its first look by that."""
    assert do(writer, lambda work: work.bookmark(KEY)) is None


def test_the_last_bookmark_left_counts_also_for_the_next_process(writer: Writer, database_url: str) -> None:
    """A restart goes on where we were (RELIABILITY F14)."""
    for number, text in enumerate(("one", "two")):
        at = NOW + timedelta(minutes=number)
        do(writer, lambda work, text=text, at=at: work.leave_bookmark(KEY, text, at))
    do(writer, lambda work: work.leave_bookmark("imap:support/INBOX", "other", NOW))
    next_process = Writer(open_engine(database_url, writes=True))
    next_process.start()
    try:
        assert do(next_process, lambda work: work.bookmark(KEY)) == "two"
    finally:
        next_process.stop()
