"""Bytes off the wire: exact, bounded, and ended by one sequence only."""

import asyncio
import errno
import itertools
import tempfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.channels.smtp_wire import (
    LINE_LIMIT,
    ClientGone,
    DotDecoder,
    Incoming,
    LineTooLong,
    Spool,
    TooLarge,
    receive,
)
from gateway.errors import NotNow, StorageFull, StorageUnavailable
from tests.channels.smtp_peer import stuffed

nasty_bytes = st.lists(st.sampled_from([b"\r\n", b"\r", b"\n", b".", b"a", b"\0", b"\xff"])).map(b"".join)
letters = st.one_of(st.binary(max_size=200), nasty_bytes)


def decode(stream: bytes, cuts: list[int]) -> tuple[bytes, DotDecoder]:
    decoder = DotDecoder()
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    content = b""
    for start, stop in itertools.pairwise(edges):
        if not decoder.ended:
            content += decoder.feed(stream[start:stop])
        else:
            decoder.rest += stream[start:stop]
    return content, decoder


@given(letters, st.binary(max_size=20), st.lists(st.integers(min_value=0), max_size=8))
@example(b"", b"QUIT\r\n", [1, 2, 3])
@example(b".\r\r", b"", list(range(12)))
def test_content_comes_out_as_it_went_in_however_it_is_cut(
    letter: bytes, rest: bytes, cuts: list[int]
) -> None:
    """Raw mail is evidence and a signature's subject: not a byte may change on the way (RELIABILITY G6)."""
    letter = letter + b"\r\n" if letter else letter
    content, decoder = decode(stuffed(letter) + rest, cuts)
    assert decoder.ended
    assert content == letter
    assert decoder.rest == rest


@given(nasty_bytes, st.lists(st.integers(min_value=0), max_size=8))
def test_only_crlf_dot_crlf_ends_the_data(stream: bytes, cuts: list[int]) -> None:
    """Two servers that disagree about the end let a stranger speak in another's name (RELIABILITY T7)."""
    _, decoder = decode(stream, cuts)
    assert decoder.ended == (b"\r\n.\r\n" in b"\r\n" + stream)


def incoming(*chunks: bytes) -> Incoming:
    reader = asyncio.StreamReader()
    for chunk in chunks:
        reader.feed_data(chunk)
    reader.feed_eof()
    return Incoming(reader)


async def test_lines_end_in_crlf_or_lf_and_then_the_client_is_gone() -> None:
    """People type into telnet; what matters for safety is the end of DATA, not of a command."""
    wire = incoming(b"EHLO a\r\nNO", b"OP\nQU")
    assert await wire.line() == b"EHLO a"
    assert await wire.line() == b"NOOP"
    with pytest.raises(ClientGone):
        await wire.line()


@pytest.mark.parametrize("length", [LINE_LIMIT + 1, 300_000])
async def test_a_line_too_long_is_read_over_and_the_next_one_is_whole(length: int) -> None:
    """The rest of a long line must not be taken for a command."""
    wire = incoming(b"x" * length + b"\r\nNOOP\r\n")
    with pytest.raises(LineTooLong):
        await wire.line()
    assert await wire.line() == b"NOOP"


async def test_bytes_given_back_come_first() -> None:
    """What follows the final dot was sent before what is still on the wire."""
    wire = incoming(b"one two")
    await wire.chunk()
    wire.give_back(b"two\n")
    assert await wire.line() == b"two"


async def take(wire: Incoming, spool: Spool, max_size: int = 100, drain_size: int = 1000) -> None:
    await receive(wire, spool, max_size=max_size, drain_size=drain_size, before_each_read=lambda: None)


async def test_a_message_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    """SIZE promises the number itself (RFC 1870 section 5)."""
    with Spool() as spool:
        await take(incoming(stuffed(b"x" * 98 + b"\r\n")), spool)
        assert spool.size == 100
    with Spool() as spool, pytest.raises(TooLarge) as refused:
        await take(incoming(stuffed(b"x" * 99 + b"\r\n")), spool)
    assert refused.value.ended
    assert spool.size <= 100, "nor is the disk filled with it"


async def test_draining_ends_somewhere() -> None:
    """A client that never comes to an end is not listened to for ever (RELIABILITY 0.2)."""
    with Spool() as spool, pytest.raises(TooLarge) as refused:
        await take(incoming(b"x" * 1101), spool)
    assert not refused.value.ended


async def test_stuffed_dots_do_not_count_as_size() -> None:
    """The size of a message is that of its content."""
    with Spool() as spool:
        await take(incoming(stuffed(b".\r\n" * 30)), spool)
        assert spool.read() == b".\r\n" * 30


@pytest.mark.parametrize(("number", "fault"), [(errno.ENOSPC, StorageFull), (errno.EIO, StorageUnavailable)])
async def test_a_fault_of_the_spool_is_told_after_the_final_dot(
    monkeypatch: pytest.MonkeyPatch, number: int, fault: type[NotNow]
) -> None:
    """While DATA goes on nobody listens to replies; told too early, the rest would be read as commands (F5)."""

    class FullDisk:
        def __init__(self, max_size: int) -> None:
            pass

        def write(self, data: bytes) -> None:
            raise OSError(number, "secret path")

        def close(self) -> None:
            pass

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", FullDisk)
    wire = incoming(stuffed(b"hello\r\n") + b"QUIT\r\n")
    with Spool() as spool, pytest.raises(fault):
        await take(wire, spool)
    assert await wire.line() == b"QUIT"
