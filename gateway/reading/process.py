"""The parent's side of a reading child: start it, hand it one message at a time, wait so long, replace it.

The parent never looks into the bytes itself. What comes back is checked for its shape and its size, since a child that
has read hostile mail is not to be trusted more than the mail.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import msgspec
import structlog

from gateway.cases.directory import Directory
from gateway.colleague_report import Filed
from gateway.errors import GatewayError, NotNow
from gateway.messages import Envelope, Inbound
from gateway.parsers.report import Report
from gateway.reading import frames
from gateway.reading.frames import Order, Task
from gateway.reading.recipe import Recipe

log = structlog.get_logger()

MODULE = "gateway.reading.child"
START_SECONDS = 60
"""How long loading the parsers may take on a busy machine; one or two are usual."""
STOP_SECONDS = 2

_BASE_ANSWER = 64 << 20
_ANSWER_PER_BYTE = 16
"""The longest answer believed, in bytes: so many, and so many for each of the message, its text is in it often."""


class ReadingDied(GatewayError):
    """Reading this message came to no end: it took the process down, ran out of time, or made the parsers raise."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Reading(NamedTuple):
    """A message understood; `filed` is what it files for a customer where one of us wrote it (P-23)."""

    inbound: Inbound
    report: Report
    filed: Filed | None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may cost (RELIABILITY G17): bytes beyond the loaded parsers, seconds of CPU, seconds in all."""

    memory: int = 512 << 20
    cpu_seconds: int = 5
    wall_seconds: float = 10


@dataclass(frozen=True, slots=True)
class _Child:
    """A child that has said it is ready, and its two pipes."""

    process: Process
    to: asyncio.StreamWriter
    of: asyncio.StreamReader


class ReadingProcess:
    """A child that reads, and the next one when it dies. One message at a time; callers queue."""

    def __init__(self, recipe: Recipe, limits: Limits | None = None, module: str = MODULE) -> None:
        """`module` is run as the child; tests bring one that misbehaves on command."""
        self._limits = limits or Limits()
        self._order = Order(recipe, self._limits.memory, self._limits.cpu_seconds)
        self._module = module
        self._next: asyncio.Task[_Child] | None = None
        self._turn = asyncio.Lock()
        self._stopped = False

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none that is ready."""
        ready = self._next is not None and self._next.done() and not self._next.cancelled()
        if self._next is None or not ready or self._next.exception() is not None:
            return None
        return self._next.result().process.pid

    async def start(self) -> None:
        """Load the parsers in a child. Raises NotNow when it cannot be started."""
        self._stopped = False
        async with self._turn:
            await self._child()

    async def read(self, kept_raw: bytes, envelope: Envelope) -> Reading:
        """What a kept message means.

        Raises ReadingDied when reading it took the child down or failed, which is to be counted against the message;
        NotNow when no child could be started or we are stopping, which is not.
        """
        async with self._turn:
            child = await self._child()
            task = frames.pack(Task(kept_raw, envelope))
            try:
                async with asyncio.timeout(self._limits.wall_seconds):
                    body = await _exchange(child, task, _BASE_ANSWER + _ANSWER_PER_BYTE * len(kept_raw))
                answer = frames.answer(body)
            except BaseException as error:
                # Also when we are cancelled: the answer would be taken for that of the next message.
                reason = await _ended(child, error, self._limits)
                self._replace()
                if not isinstance(error, Exception):
                    raise
                if self._stopped:
                    raise NotNow("the reading process is being stopped") from None
                log.warning("reading_died", pid=child.process.pid, reason=reason, size=len(kept_raw))
                raise ReadingDied(reason) from None
            if answer.weary:
                await _dismiss(child)
                self._replace()
            if answer.report is None:
                raise ReadingDied(answer.failure or "an answer without a report")
            return Reading(answer.report.inbound, answer.report, answer.filed)

    async def learn(self, directory: Directory) -> None:
        """Read with this directory, from the next message on: another child is made ready, and the present one goes."""
        recipe = replace(self._order.recipe, customers=tuple(directory.customers.values()))
        async with self._turn:
            self._order = replace(self._order, recipe=recipe)
            unlearned = self._next
            if unlearned is not None:
                self._replace()
                await _let_go(unlearned)

    async def stop(self) -> None:
        """Let the child go; safe at any moment, and more than once. A message that is being read is not harmed."""
        self._stopped = True
        waiting, self._next = self._next, None
        if waiting is not None:
            await _let_go(waiting)

    async def _child(self) -> _Child:
        """The child that is ready, or is being made ready."""
        if self._stopped:
            raise NotNow("the reading process is being stopped")
        if self._next is None:
            self._next = asyncio.create_task(_launch(self._module, self._order))
        try:
            child = await asyncio.shield(self._next)
        except NotNow:
            self._next = None
            raise
        except asyncio.CancelledError:
            if not self._stopped:
                raise
            raise NotNow("the reading process is being stopped") from None
        if not _has_ended(child.process):
            return child
        log.warning("reading_process_gone", pid=child.process.pid)
        self._replace()
        return await self._child()

    def _replace(self) -> None:
        """Have another child made ready before the next message comes."""
        if self._stopped:
            return
        self._next = asyncio.create_task(_launch(self._module, self._order))


async def _let_go(waiting: asyncio.Task[_Child]) -> None:
    """A child goes, or is never made ready."""
    waiting.cancel()
    children = await asyncio.gather(waiting, return_exceptions=True)
    for child in children:
        if isinstance(child, _Child):
            await _dismiss(child)


async def _launch(module: str, order: Order) -> _Child:
    """A child that has loaded its parsers. Raises NotNow."""
    try:
        process = await asyncio.create_subprocess_exec(
            *_command(module), stdin=PIPE, stdout=PIPE, env=_environment(), limit=1 << 20
        )
    except OSError as error:
        raise NotNow(f"the reading process cannot be started: {error.strerror or error}") from None
    assert process.stdin is not None  # noqa: S101 - asyncio gives what PIPE asks for; the type does not say so
    assert process.stdout is not None  # noqa: S101 - the same
    child = _Child(process, process.stdin, process.stdout)
    try:
        async with asyncio.timeout(START_SECONDS):
            ready = frames.ready(await _exchange(child, frames.pack(order), _BASE_ANSWER))
    except BaseException as error:
        await _ended(child, error, None)
        if isinstance(error, asyncio.CancelledError):
            raise
        raise NotNow(f"the reading process did not start: {type(error).__name__}") from None
    if ready.failure is not None:
        await _dismiss(child)
        raise NotNow(f"the reading process did not start: {ready.failure}")
    log.info("reading_process_started", pid=process.pid, limits=list(ready.limits))
    return child


def _command(module: str) -> Sequence[str]:
    return (sys.executable, "-m", module, str(os.getpid()))


def _environment() -> dict[str, str]:
    """Ours without our secrets; one thread for the arithmetic that nobody needs, since each costs address space."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY__")}
    return {**inherited, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _has_ended(process: Process) -> bool:
    """Asked of the kernel: the event loop learns of a death only in its next turns, and a message sent meanwhile would
    be blamed for it."""
    if process.returncode is not None:
        return True
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # the loop's watcher has collected it and not told the loop yet
        return True


async def _exchange(child: _Child, frame: bytes, longest: int) -> bytes:
    """Send a frame, receive the body of one. Raises OSError or EOFError when the child is gone, ValueError on a lie."""
    child.to.write(frame)
    await child.to.drain()
    length = int.from_bytes(await child.of.readexactly(frames.LENGTH_BYTES), "big")
    if length > longest:
        raise ValueError(f"an answer of {length} bytes")
    return await child.of.readexactly(length)


async def _ended(child: _Child, error: BaseException, limits: Limits | None) -> str:
    """The child gone for certain, and why, in words for the log."""
    fell_silent = isinstance(error, EOFError | OSError) and not isinstance(error, TimeoutError)
    if not fell_silent and child.process.returncode is None:
        child.process.kill()
    await _dismiss(child)
    if fell_silent:
        return _why(child.process.returncode or 0, limits)
    if isinstance(error, TimeoutError) and limits is not None:
        return f"it took longer than {limits.wall_seconds:g} s"
    if isinstance(error, msgspec.DecodeError | ValueError):
        return f"an answer that is none: {error}"[:200]
    return type(error).__name__


def _why(returncode: int, limits: Limits | None) -> str:
    if limits is not None and returncode == -signal.SIGXCPU:
        return f"it took more than {limits.cpu_seconds} s of CPU"
    if returncode < 0:
        return f"the reading process was ended by {_signal(-returncode)}"
    return f"the reading process ended with code {returncode}"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most real-time signals have no name, and a hostile child may choose one
        return f"signal {number}"


async def _dismiss(child: _Child) -> None:
    """End a child that is doing nothing: the pipe closed, and force where that is not enough."""
    child.to.close()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await child.process.wait()
    except TimeoutError:
        child.process.kill()
        await child.process.wait()
