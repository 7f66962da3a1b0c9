"""A reading child that does what the message says: the deaths that real parsers must not have, on command.

`python -m tests.reading.misbehaving_child PARENT`, through the same `serve` as the real one.
"""

import fcntl
import os
import socket
import time

from gateway.colleague_report import Filed
from gateway.messages import Envelope
from gateway.parsers import glance
from gateway.parsers.report import Report
from gateway.parsers.screening import OwnMail
from gateway.reading.child import serve
from gateway.reading.recipe import Read, Recipe

HOARD: list[bytes] = []
"""What this child has grown by, as spaCy's vocabulary does."""


def build(recipe: Recipe) -> Read:
    """A reader of commands; a recipe for a company called "nobody" cannot be built."""
    if recipe.vendor.names == ("nobody",):
        raise ValueError("there is no vocabulary for nobody")
    return read


def read(raw: bytes, envelope: Envelope) -> tuple[Report, Filed | None]:
    """Obey the first word of the message; the subject of the report says what came of it."""
    command, _, argument = raw.decode().partition(" ")
    said = _COMMANDS[command](argument)
    return glance.read(f"Subject: {said or command}\n\n".encode(), envelope, OwnMail(), "a test"), None


def _spin(_: str) -> None:
    while True:
        pass


def _burn(seconds: str) -> None:
    stop = time.process_time() + float(seconds)
    while time.process_time() < stop:
        pass


def _grow(megabytes: str) -> None:
    HOARD.append(bytes(int(megabytes) << 20))


def _die(number: str) -> None:
    os.kill(os.getpid(), int(number))


def _leave(code: str) -> None:
    os._exit(int(code))


def _lie(_: str) -> None:
    """Write a frame of our own into the pipe, ahead of the answer: what a child under foreign control may do."""
    os.write(_pipe_to_the_parent(), b"\x00\x00\x00\x02{]")


def _boast(_: str) -> None:
    """Announce an answer of four gigabytes."""
    os.write(_pipe_to_the_parent(), b"\xff\xff\xff\xff")


def _pipe_to_the_parent() -> int:
    """The only descriptor above standard error that can be written to."""
    return next(fd for fd in range(3, 100) if _is_writable(fd))


def _is_writable(fd: int) -> bool:
    try:
        return fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY
    except OSError:
        return False


def _chatter(_: str) -> None:
    print("a library that prints")


def _raise(words: str) -> None:
    raise IndexError(words + "\udc80")


def _connect(port: str) -> str:
    try:
        with socket.create_connection(("127.0.0.1", int(port)), timeout=5):
            return "connected"
    except OSError as error:
        return type(error).__name__


def _secret(name: str) -> str:
    return os.environ.get(name, "unknown")


def _sleep(seconds: str) -> None:
    time.sleep(float(seconds))


_COMMANDS = {
    "hello": str,
    "burn": _burn,
    "spin": _spin,
    "sleep": _sleep,
    "grow": _grow,
    "die": _die,
    "leave": _leave,
    "lie": _lie,
    "boast": _boast,
    "chatter": _chatter,
    "raise": _raise,
    "connect": _connect,
    "secret": _secret,
}

if __name__ == "__main__":
    serve(build)
