"""The one writer: whole pieces or none, many to a commit, and nobody is told too early."""

import asyncio
import threading
from collections.abc import Generator
from concurrent.futures import Future

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import DBAPIError

from gateway.errors import NotNow, StaleCase, StorageUnavailable
from gateway.ports import Work
from gateway.storage.engine import open_engine
from gateway.storage.tables import cases, inbox
from gateway.storage.writer import SHARE, Writer
from tests.storage.samples import CASE, do, keep, opened


@pytest.fixture
def engine(database_url: str) -> Generator[Engine]:
    """The engine of a writer that has not started yet."""
    engine = open_engine(database_url, writes=True)
    yield engine
    engine.dispose()


def ids(url: str) -> list[str]:
    """What is durably in the inbox, seen by somebody else."""
    reader = open_engine(url, writes=False)
    with reader.connect() as connection:
        found = list(connection.execute(select(inbox.c.id).order_by(inbox.c.id)).scalars())
    reader.dispose()
    return found


def test_a_piece_that_fails_leaves_nothing_and_takes_no_other_with_it(
    engine: Engine, database_url: str
) -> None:
    """Independent steps share a commit; a broken one must not cost its neighbours (ARCHITECTURE "Decided")."""

    def broken(work: Work) -> None:
        keep("half")(work)
        raise ValueError("after the first statement")

    writer = Writer(engine)
    first, second, third = (writer.submit(piece) for piece in (keep("a"), broken, keep("c")))
    writer.start()
    assert first.result(10) is True
    with pytest.raises(ValueError, match="after the first"):
        second.result(10)
    assert third.result(10) is True
    writer.stop()
    assert ids(database_url) == ["a", "c"]


def test_a_statement_that_the_database_refuses_takes_no_other_with_it(
    engine: Engine, database_url: str
) -> None:
    """PostgreSQL spoils a whole transaction after an error, unless there is a savepoint."""
    writer = Writer(engine)
    pieces = [opened(), opened(), keep("z")]
    first, again, other = (writer.submit(piece) for piece in pieces)
    writer.start()
    first.result(10)
    with pytest.raises(NotNow):
        again.result(10)
    assert other.result(10) is True
    writer.stop()
    assert ids(database_url) == ["z"]


def test_pieces_that_wait_together_share_one_commit(engine: Engine, database_url: str) -> None:
    """A commit costs a disk flush (RELIABILITY 0.21); a share's worth of mails pays it once."""
    commits: list[object] = []
    event.listen(engine, "commit", commits.append)
    writer = Writer(engine)
    waiting = [writer.submit(keep(f"{number:04}")) for number in range(SHARE + 1)]
    writer.start()
    assert all(future.result(10) for future in waiting)
    writer.stop()
    assert len(commits) == 2, "a full share, and the one left over"
    assert len(ids(database_url)) == SHARE + 1


def test_nobody_is_told_before_the_commit(engine: Engine) -> None:
    """What we say 250 to must be durable (G1)."""
    told_early: list[bool] = []
    writer = Writer(engine)
    future = writer.submit(keep("a"))

    def at_commit(_: object) -> None:
        told_early.append(future.done())

    event.listen(engine, "commit", at_commit)
    writer.start()
    assert future.result(10) is True
    writer.stop()
    assert told_early == [False]


def test_a_commit_that_fails_is_told_to_everybody_in_it_and_stores_nothing(
    engine: Engine, database_url: str
) -> None:
    """The sender still has the mail and must try again (G3)."""
    fail = [True]

    def at_commit(_: object) -> None:
        if fail.pop() if fail else False:
            raise DBAPIError("COMMIT", {}, OSError("disk I/O error"))

    event.listen(engine, "commit", at_commit)
    writer = Writer(engine)
    futures = [writer.submit(keep("a")), writer.submit(keep("b"))]
    writer.start()
    for future in futures:
        with pytest.raises(NotNow):
            future.result(10)
    assert do(writer, keep("c")), "the next one finds the writer alive"
    writer.stop()
    assert ids(database_url) == ["c"]


def test_a_fault_outside_the_database_does_not_end_the_writer(engine: Engine, database_url: str) -> None:
    """A dead writer thread would hang the whole gateway in silence; whatever happens, it lives and says no."""
    fail = [True]

    def at_commit(_: object) -> None:
        if fail.pop() if fail else False:
            raise RuntimeError("a driver's own fault")

    event.listen(engine, "commit", at_commit)
    writer = Writer(engine)
    writer.start()
    with pytest.raises(NotNow):
        do(writer, keep("a"))
    assert do(writer, keep("b"))
    writer.stop()
    assert ids(database_url) == ["b"]


def test_an_error_of_ours_reaches_the_caller_as_it_is(writer: Writer) -> None:
    """StaleCase asks the caller to read again; it must not arrive as something else."""

    def stale(_: Work) -> None:
        raise StaleCase("moved")

    with pytest.raises(StaleCase, match="moved"):
        do(writer, stale)


async def test_a_cancelled_caller_does_not_stop_its_work(engine: Engine, database_url: str) -> None:
    """A client that vanishes after the final dot leaves a mail whole or not at all (RELIABILITY 0.5, F4)."""
    writer = Writer(engine)
    impatient = asyncio.create_task(writer.run(keep("a")))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    writer.start()
    assert await asyncio.wait_for(writer.run(keep("b")), 30), "nor does it end the writer"
    await asyncio.to_thread(writer.stop)
    assert ids(database_url) == ["a", "b"]


async def test_a_caller_cancelled_during_the_commit_does_not_end_the_writer(
    engine: Engine, database_url: str
) -> None:
    """Between "is it cancelled?" and "here is the result" there is time to cancel."""
    at_work, go_on = threading.Event(), threading.Event()

    def slow(work: Work) -> bool:
        kept = keep("a")(work)
        at_work.set()
        go_on.wait(10)
        return kept

    writer = Writer(engine)
    writer.start()
    impatient = asyncio.create_task(writer.run(slow))
    await asyncio.to_thread(at_work.wait, 10)
    impatient.cancel()
    await asyncio.sleep(0)
    go_on.set()
    assert await asyncio.wait_for(writer.run(keep("b")), 30)
    await asyncio.to_thread(writer.stop)
    assert ids(database_url) == ["a", "b"]


def test_stopping_finishes_what_was_asked_and_refuses_the_rest(engine: Engine, database_url: str) -> None:
    """SIGTERM loses nothing that was taken on (F42)."""
    writer = Writer(engine)
    asked = [writer.submit(keep(f"{number:04}")) for number in range(3 * SHARE)]
    writer.start()
    writer.stop()
    assert all(future.result(0) for future in asked)
    with pytest.raises(StorageUnavailable):
        writer.submit(keep("late"))
    assert len(ids(database_url)) == 3 * SHARE


def test_whatever_is_asked_while_it_stops_is_done_or_refused_but_never_forgotten(engine: Engine) -> None:
    """A future that nobody ever answers is a connection that hangs."""
    writer = Writer(engine)
    writer.start()
    asked: list[Future[bool]] = []

    def ask() -> None:
        try:
            while len(asked) < 30_000:
                asked.append(writer.submit(lambda _: True))
        except StorageUnavailable:
            return

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    writer.stop()
    for thread in threads:
        thread.join()
    assert all(future.done() for future in asked)


def test_a_connection_that_the_server_cut_is_not_now_and_the_next_piece_has_a_new_one(
    postgres_url: str,
) -> None:
    """PostgreSQL restarts and fails over: 451 for a moment, then on by itself (F7)."""
    writer = Writer(open_engine(postgres_url, writes=True))
    writer.start()

    def cut_own_line(work: Work) -> None:
        keep("a")(work)
        work._connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")  # type: ignore[attr-defined] - the test reaches below the port

    with pytest.raises(StorageUnavailable):
        do(writer, cut_own_line)
    assert do(writer, keep("b"))
    writer.stop()
    assert ids(postgres_url) == ["b"]


def test_cases_recorded_are_there_for_others(writer: Writer, database_url: str) -> None:
    """Durable means seen by another connection once told."""
    do(writer, opened())
    reader = open_engine(database_url, writes=False)
    with reader.connect() as connection:
        assert connection.execute(select(cases.c.number)).scalar_one() == CASE.number
    reader.dispose()
