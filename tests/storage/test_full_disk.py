"""A full disk: nothing is promised, nothing is half-written, and it mends itself when there is room again."""

import pytest
from sqlalchemy import Connection, Engine, event

from gateway.errors import StorageFull
from gateway.storage.engine import open_engine
from gateway.storage.writer import Writer
from tests.storage.samples import do, keep, opened


def limit_pages(engine: Engine, spare: int | None) -> None:
    """Let the database grow by so many pages and no more (SQLITE_FULL); None lifts the limit."""

    def begun(connection: Connection) -> None:
        raw = connection.connection.cursor()
        (pages,) = raw.execute("PRAGMA page_count").fetchone()
        raw.execute(f"PRAGMA max_page_count={pages + spare if spare is not None else 1_000_000_000}")
        raw.close()

    event.listen(engine, "begin", begun)


def test_a_full_disk_is_storage_full_and_room_again_is_room_again(sqlite_url: str) -> None:
    """452 to the sender, who tries again; no restart is needed (G3, F5)."""
    engine = open_engine(sqlite_url, writes=True)
    writer = Writer(engine)
    writer.start()
    assert do(writer, keep("before", b"small"))
    limit_pages(engine, spare=3)
    with pytest.raises(StorageFull):
        do(writer, keep("large", b"x" * 100_000))
    assert do(writer, keep("small", b"tiny")), "the process lives, and what fits is still taken"
    limit_pages(engine, spare=None)
    assert do(writer, keep("large", b"x" * 100_000)), "the refused one left nothing behind that would bar it"
    assert [kept.id for kept in do(writer, lambda work: work.claim_inbox(9))] == ["before", "large", "small"]
    writer.stop()


def test_all_who_shared_the_commit_hear_that_nothing_was_stored(sqlite_url: str) -> None:
    """SQLite gives up the whole transaction: nobody in it may believe in a 250."""
    engine = open_engine(sqlite_url, writes=True)
    limit_pages(engine, spare=3)
    writer = Writer(engine)
    small, large, case = (writer.submit(piece) for piece in (keep("a"), keep("b", b"x" * 100_000), opened()))
    writer.start()
    for future in (small, large, case):
        with pytest.raises(StorageFull):
            future.result(10)
    assert do(writer, lambda work: work.counts())["inbox_waiting"] == 0
    writer.stop()
