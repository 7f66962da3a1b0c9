"""What goes through the pipes between parent and child: a length of four bytes, then so much JSON.

JSON with types, read by msgspec, and not pickle: the child has had hostile bytes in its hands, so what comes back from
it is data, and data of the expected shape or nothing. JSON rather than msgpack, since it keeps the offset of a
Date field.
"""

from dataclasses import dataclass
from typing import IO

import msgspec

from gateway.colleague_report import Filed
from gateway.messages import Envelope
from gateway.parsers.report import Report
from gateway.reading.recipe import Recipe

LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class Order:
    """The first frame to a child: what to build, and how far it may go beyond that (bytes, seconds of CPU)."""

    recipe: Recipe
    memory: int
    cpu_seconds: int


@dataclass(frozen=True, slots=True)
class Ready:
    """The child's first frame: it reads from now on, with these limits in force; or `failure` says why it cannot."""

    limits: tuple[str, ...] = ()
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A message to be read."""

    raw: bytes
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Answer:
    """What it means, or why that could not be told. `weary`: the child has grown and wants to be replaced."""

    report: Report | None = None
    filed: Filed | None = None
    failure: str | None = None
    weary: bool = False


_encode = msgspec.json.Encoder().encode
_orders = msgspec.json.Decoder(Order)
_readies = msgspec.json.Decoder(Ready)
_tasks = msgspec.json.Decoder(Task)
_answers = msgspec.json.Decoder(Answer)


def pack(message: Order | Ready | Task | Answer) -> bytes:
    """The message as a frame. Raises UnicodeError for a string with half a character (a lone surrogate)."""
    body = _encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def order(body: bytes) -> Order:
    """The body of a frame, read. Raises msgspec.DecodeError, as the three below do."""
    return _orders.decode(body)


def ready(body: bytes) -> Ready:
    """See `order`."""
    return _readies.decode(body)


def task(body: bytes) -> Task:
    """See `order`."""
    return _tasks.decode(body)


def answer(body: bytes) -> Answer:
    """See `order`."""
    return _answers.decode(body)


def receive(pipe: IO[bytes]) -> bytes | None:
    """The body of the next frame; None when the other side has closed the pipe. Waits for it."""
    head = pipe.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    length = int.from_bytes(head, "big")
    body = pipe.read(length)
    return body if len(body) == length else None
