"""The process that reads: `python -m gateway.reading.child PARENT`, told what to do through its standard input.

It never answers in parts, and whatever goes wrong is either in its answer or its death: the parent tells them apart.
"""

import os
import sys
from collections.abc import Callable
from typing import IO

from gateway.reading import confined, frames
from gateway.reading.frames import Answer, Order, Ready
from gateway.reading.recipe import Read, Recipe, reader_of

WEARY_SHARE = 2
"""A child whose address space has grown by the headroom divided by this is replaced: spaCy forgets no word it saw."""


def serve(build: Callable[[Recipe], Read]) -> None:
    """Read messages until the parent closes the pipe or dies."""
    pipe_in, pipe_out = _private_pipes()
    limits = confined.leave_the_world(int(sys.argv[1]))
    body = frames.receive(pipe_in)
    if body is None:
        return
    order = frames.order(body)
    try:
        read = build(order.recipe)
        limits += confined.limit_memory(order.memory)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear why there is no reader
        _send(pipe_out, Ready(failure=_named(error)))
        return
    _send(pipe_out, Ready(limits=limits))
    _read_all(pipe_in, pipe_out, read, order)


def _private_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The two pipes, out of reach of anything that prints."""
    pipe_in, pipe_out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return pipe_in, pipe_out


def _read_all(pipe_in: IO[bytes], pipe_out: IO[bytes], read: Read, order: Order) -> None:
    at_first = confined.address_space() or 0
    while (body := frames.receive(pipe_in)) is not None:
        confined.limit_cpu(order.cpu_seconds)
        packed = _answer(read, body, most=at_first + order.memory // WEARY_SHARE)
        pipe_out.write(packed)
        pipe_out.flush()


def _answer(read: Read, body: bytes, *, most: int) -> bytes:
    """The answer to one task as a frame; `most` is the address space, in bytes, beyond which a child is weary."""
    try:
        task = frames.task(body)
        report, filed = read(task.raw, task.envelope)
        return frames.pack(Answer(report, filed, weary=(confined.address_space() or 0) > most))
    except MemoryError:
        return frames.pack(Answer(failure="it needs more memory than a message may", weary=True))
    except Exception as error:  # noqa: BLE001 - the parent must hear of it, and count it against this message
        return frames.pack(Answer(failure=_named(error)))


def _send(pipe: IO[bytes], message: Ready) -> None:
    pipe.write(frames.pack(message))
    pipe.flush()


def _named(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}"[:300]
    return text.encode("ascii", "backslashreplace").decode()


if __name__ == "__main__":
    serve(reader_of)
