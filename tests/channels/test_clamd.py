"""The optional virus scanner: what it finds is marked, and whatever it does not do loses no mail (T24)."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from gateway.channels.clamd import CHUNK, Clamd, Verdict

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!" + b"$H+H*"
"""The harmless file that every scanner finds; in two pieces, so that none finds it in this one."""

Behaviour = Callable[[bytes], Awaitable[bytes]]
"""What a fake clamd says to a stream, when it has read all of it."""


async def scanning(stream: bytes) -> bytes:
    """As clamd does."""
    return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in stream else b"stream: OK\0"


@asynccontextmanager
async def clamd(behaviour: Behaviour, largest: int = 1 << 20) -> AsyncGenerator[str]:
    """A fake clamd on loopback; its URL. A stream beyond `largest` bytes is refused in the middle, as clamd does it."""

    at_work: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at_work.extend(filter(None, [asyncio.current_task()]))
        with closing(writer):
            assert await reader.readexactly(10) == b"zINSTREAM\0"
            stream = b""
            while length := int.from_bytes(await reader.readexactly(4), "big"):
                stream += await reader.readexactly(length)
                if len(stream) > largest:
                    writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                    return
            writer.write(await behaviour(stream))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for task in at_work:
        task.cancel()
    await asyncio.gather(*at_work, return_exceptions=True)
    await asyncio.sleep(0)  # a closed transport lets its socket go in the next round of the loop


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK])
async def test_bytes_arrive_whole_and_are_clean(size: int) -> None:
    """Every chunk behind its length, also where the last one is full or there is none."""
    seen: list[bytes] = []

    async def remember(stream: bytes) -> bytes:
        seen.append(stream)
        return b"stream: OK\0"

    data = bytes(range(256)) * (size // 256 + 1)
    async with clamd(remember) as url:
        assert await Clamd(url).scan(data[:size]) == Verdict("clean")
    assert seen == [data[:size]]


async def test_what_is_known_to_be_harmful_is_named() -> None:
    """EICAR, in the middle of something else."""
    async with clamd(scanning) as url:
        assert await Clamd(url).scan(b"PK" + EICAR) == Verdict("infected", "Eicar-Test-Signature")


async def test_what_is_too_large_for_the_scanner_is_unscanned() -> None:
    """clamd hangs up while we are still sending; its reason is the detail."""
    async with clamd(scanning, largest=1000) as url:
        verdict = await Clamd(url).scan(b"x" * 10_000_000)
    assert verdict.state == "unscanned"


@pytest.mark.parametrize(
    ("reply", "detail"),
    [
        (b"", "no answer"),
        (b"\0", "no answer"),
        (b"stream: \x1b[31mOK\0", "[31mOK"),
        (b"UNKNOWN COMMAND\0", "UNKNOWN COMMAND"),
        (b"x" * 10_000, "x" * 200),
    ],
)
async def test_an_answer_that_is_none_is_no_verdict(reply: bytes, detail: str) -> None:
    """Only the two sentences of the manual count; nothing of the rest reaches a terminal unprintable (T37)."""

    async def say(_: bytes) -> bytes:
        return reply

    async with clamd(say) as url:
        assert await Clamd(url).scan(b"x") == Verdict("unscanned", detail)


async def test_a_scanner_that_hangs_is_not_waited_for() -> None:
    """T24: the mail goes on, marked as unscanned."""

    async def hang(_: bytes) -> bytes:
        await asyncio.sleep(600)
        return b""

    async with clamd(hang) as url:
        assert await Clamd(url, patience=0.2).scan(b"x") == Verdict("unscanned", "no answer within 0.2 s")


async def test_a_scanner_that_is_not_there_is_no_fault_of_the_mail(tmp_path: Path) -> None:
    """Neither by TCP nor by socket."""
    async with clamd(scanning) as url:
        pass
    assert (await Clamd(url).scan(b"x")).state == "unscanned"
    assert (await Clamd(f"unix:{tmp_path}/clamd.ctl").scan(b"x")).state == "unscanned"


async def test_a_socket_is_spoken_to_as_a_port_is(tmp_path: Path) -> None:
    """Debian's clamd listens on a socket only."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(bytes(4))
        writer.write(b"stream: OK\0")
        writer.close()

    async with await asyncio.start_unix_server(serve, tmp_path / "clamd.ctl"):
        assert await Clamd(f"unix:{tmp_path}/clamd.ctl").scan(b"x") == Verdict("clean")


@pytest.mark.parametrize("url", ["", "localhost:3310", "http://x:1", "tcp://", "unix:"])
def test_a_url_of_another_kind_is_refused_at_once(url: str) -> None:
    """A mistake in the configuration must show at start-up and not as a thousand unscanned files."""
    with pytest.raises(ValueError, match="write it as"):
        Clamd(url)
