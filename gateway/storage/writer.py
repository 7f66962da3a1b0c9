"""The one writer: pieces of work from everywhere, in one thread, many to a commit.

Each piece runs inside a savepoint (one that is alone in its transaction needs none): it happens whole or not at all,
and one that fails takes no other with it. A commit costs a disk flush, so whatever waits when a transaction is opened
shares it (group commit). Nobody is told "done" before the commit has returned.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine, Transaction
from sqlalchemy.exc import DBAPIError

from gateway.errors import NotNow, StorageUnavailable
from gateway.ports import Work
from gateway.storage.engine import as_not_now
from gateway.storage.work import DatabaseWork

Result = TypeVar("Result")
SHARE = 100
log = structlog.get_logger()


@dataclass(slots=True)
class _Job:
    """A piece of work and who waits for it; `awaited` is false when nobody does any more."""

    work: Callable[[Work], Any]
    future: "Future[Any]" = field(default_factory=lambda: Future[Any]())
    awaited: bool = True


class Writer:
    """`run` from any task, `submit` from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="writer", daemon=True)
        self._stopped = False
        self._gate = threading.Lock()

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, then end; later calls to `run` are refused."""
        with self._gate:
            self._stopped = True
            self._jobs.put(None)
        self._thread.join()
        self._engine.dispose()

    async def run(self, work: Callable[[Work], Result]) -> Result:
        """Run in one transaction; durable when it returns. A cancelled caller does not stop its work."""
        return await asyncio.wrap_future(self.submit(work))

    def submit(self, work: Callable[[Work], Result]) -> "Future[Result]":
        """The same for threads."""
        job = _Job(work)
        with self._gate:  # nothing may be queued behind the end: nobody would ever answer it
            if self._stopped:
                raise StorageUnavailable("the gateway is stopping")
            self._jobs.put(job)
        return job.future

    def _write(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch = [job]
            last = False
            while len(batch) < SHARE and not self._jobs.empty():
                more = self._jobs.get()
                if more is None:
                    last = True
                    break
                batch.append(more)
            self._commit(batch)
            if last:
                return

    def _commit(self, batch: list[_Job]) -> None:
        """One transaction for all; on a failed commit everybody hears that nothing was stored."""
        for job in batch:
            # From here on it cannot be cancelled: cancelling while we answer would end this thread.
            job.awaited = job.future.set_running_or_notify_cancel()
        outcomes: list[tuple[_Job, Any, BaseException | None]] = []
        try:
            with self._engine.connect() as connection, connection.begin() as transaction:
                if len(batch) == 1:
                    outcomes = [(batch[0], *_attempt_alone(connection, transaction, batch[0]))]
                else:
                    outcomes = [(job, *_attempt(connection, job)) for job in batch]
        except DBAPIError as error:
            outcomes = _refused(batch, as_not_now(error))
        except Exception:
            # Without this thread nothing works any more: whatever a driver does, it goes on.
            log.exception("writer_failed")
            outcomes = _refused(batch, StorageUnavailable("the database could not be written"))
        for job, result, failure in outcomes:
            if not job.awaited:
                continue
            if failure is None:
                job.future.set_result(result)
            else:
                job.future.set_exception(failure)


def _refused(batch: list[_Job], failure: NotNow) -> list[tuple[_Job, Any, BaseException | None]]:
    log.warning("commit_failed", reason=str(failure), jobs=len(batch))
    return [(job, None, failure) for job in batch]


def _attempt_alone(
    connection: Connection, transaction: Transaction, job: _Job
) -> tuple[Any, BaseException | None]:
    """The piece is the transaction: what failed is rolled back whole."""
    result, failure = _worked(connection, job)
    if failure is not None:
        transaction.rollback()
    return result, failure


def _attempt(connection: Connection, job: _Job) -> tuple[Any, BaseException | None]:
    connection.exec_driver_sql("SAVEPOINT piece")
    result, failure = _worked(connection, job)
    if failure is not None:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT piece")
    connection.exec_driver_sql("RELEASE SAVEPOINT piece")
    return result, failure


def _worked(connection: Connection, job: _Job) -> tuple[Any, BaseException | None]:
    """What the piece gave, or why it failed. Raises what concerns the whole transaction."""
    try:
        return job.work(DatabaseWork(connection)), None
    except NotNow as error:
        return None, error
    except DBAPIError as error:
        if error.connection_invalidated or "full" in str(error.orig).lower():
            raise
        return None, as_not_now(error)
    except Exception as error:  # noqa: BLE001 - whatever it was belongs to whoever submitted the piece
        return None, error
