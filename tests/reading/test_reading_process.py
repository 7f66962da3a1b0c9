"""The confined reader: it reads as the parsers do, and its death costs the message that caused it and nothing else."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.cases.directory import Customer, Directory
from gateway.config import Config
from gateway.errors import NotNow
from gateway.messages import Envelope
from gateway.parsers import mime
from gateway.parsers.report import Reader, Vendor
from gateway.parsers.screening import OwnMail
from gateway.parts import load_directory, own_mail, vendor_of
from gateway.reading import Limits, ReadingDied, ReadingProcess, Recipe
from tests.gateway_process import until
from tests.house import mail
from tests.parsers.letters import FOLDER
from tests.real_servers import cannot

ENVELOPE = Envelope("smtp", "zhou.min@qingshan.example", ("support@yunling.example",), "192.0.2.1")
MISBEHAVING = "tests.reading.misbehaving_child"
SOMEBODY = Recipe.of(
    Directory(), Vendor(("磐盾",), ("panshield.example",), "support@panshield.example"), OwnMail()
)


pytestmark = pytest.mark.asyncio(loop_scope="module")
"""One event loop for all, so that they can share a child: starting one takes most of a second."""


@asynccontextmanager
async def misbehaving(limits: Limits | None = None) -> AsyncGenerator[ReadingProcess]:
    """A reading process whose child does what messages tell it."""
    process = ReadingProcess(SOMEBODY, limits, module=MISBEHAVING)
    await process.start()
    try:
        yield process
    finally:
        await process.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def process() -> AsyncGenerator[ReadingProcess]:
    """A misbehaving one for tests that need no limits of their own; it survives whatever they do to its child."""
    async with misbehaving() as shared:
        yield shared


async def said(process: ReadingProcess, command: str) -> str:
    """What came of a command."""
    return (await process.read(command.encode(), ENVELOPE)).inbound.subject


def lives(pid: int) -> bool:
    """Whether there is such a process, not counting one that nobody has buried yet."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


# The same as without it.


async def test_a_message_is_understood_as_it_is_in_process(shipped_config: Config) -> None:
    """The pipe loses nothing: dates with their offset, files with their bytes, and our own mail is known as ours."""
    directory, vendor, own = (
        load_directory(shipped_config),
        vendor_of(shipped_config),
        own_mail(shipped_config),
    )
    reader = Reader(directory, vendor, own)
    process = ReadingProcess(Recipe.of(directory, vendor, own))
    await process.start()
    try:
        for path in sorted(FOLDER.glob("*.eml")):
            raw = path.read_bytes()
            reading = await process.read(raw, ENVELOPE)
            inbound = mime.read(raw)
            assert reading.inbound == inbound, path.name
            assert reading.report == reader.read(inbound, ENVELOPE, raw), path.name
            if inbound.date and reading.inbound.date:
                assert reading.inbound.date.isoformat() == inbound.date.isoformat()
    finally:
        await process.stop()


async def test_a_running_reader_learns_another_directory() -> None:
    """A name that a colleague taught is read in the next message, by a child that knows it (issue 5)."""
    customer = Customer("c1", "澄江市第二人民医院")
    before, after = (Directory([each]) for each in (customer, replace(customer, names=("江边二院",))))
    vendor = Vendor(("磐盾",), ("panshield.example",), "support@panshield.example")
    raw = mail("wubo@mailbox.example", "江边二院的防火墙登录不上。")
    process = ReadingProcess(Recipe.of(before, vendor, OwnMail()))
    await process.start()
    try:
        unread = (await process.read(raw, ENVELOPE)).report.company
        assert unread is None or unread.value != customer.name
        await process.learn(after)
        read = (await process.read(raw, ENVELOPE)).report.company
        assert read is not None
        assert read.value == customer.name
    finally:
        await process.stop()


# Deaths.


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("die 11", "SIGSEGV"),
        ("die 9", "SIGKILL"),
        ("die 35", "signal 35"),
        ("leave 3", "code 3"),
        ("lie", "an answer that is none"),
        ("boast", "an answer of 4294967295 bytes"),
        ("raise out of range", "IndexError: out of range"),
        ("grow 4096", "more memory"),
    ],
)
async def test_a_message_that_takes_the_reader_down_is_known_and_the_next_one_is_read(
    process: ReadingProcess, command: str, reason: str
) -> None:
    """G5, G17, F43: the death is counted against the message that caused it, and costs no other."""
    with pytest.raises(ReadingDied, match=reason):
        await said(process, command)
    assert await said(process, "hello you") == "you"


async def test_a_message_that_computes_for_ever_is_ended_by_the_kernel() -> None:
    """G17: seconds of CPU, counted by the kernel, so that a busy machine ends no message that merely waits."""
    async with misbehaving(Limits(cpu_seconds=1, wall_seconds=60)) as process:
        with pytest.raises(ReadingDied, match="more than 1 s of CPU"):
            await said(process, "spin")
        assert await said(process, "hello you") == "you"


async def test_the_cpu_of_one_message_is_not_charged_to_the_next() -> None:
    """The limit is per message: a child may live for weeks. An exception in a parser is no reason to end it either."""
    async with misbehaving(Limits(cpu_seconds=1, wall_seconds=60)) as strict:
        pid = strict.pid
        for _ in range(6):
            assert await said(strict, "burn 0.4") == "burn"
        with pytest.raises(ReadingDied, match="IndexError"):
            await said(strict, "raise nothing of note")
        assert await said(strict, "hello you") == "you"
        assert strict.pid == pid


async def test_a_message_that_only_waits_is_ended_by_the_parent() -> None:
    """A sleeping child uses no CPU; the parent's clock is the last resort."""
    async with misbehaving(Limits(wall_seconds=0.5)) as process:
        pid = process.pid
        with pytest.raises(ReadingDied, match="longer than"):
            await said(process, "sleep 600")
        assert pid is not None
        assert not lives(pid)


async def test_a_caller_who_gives_up_leaves_no_answer_for_the_next(process: ReadingProcess) -> None:
    """An answer must never be taken for that of another message: that would open a case for the wrong customer."""
    asking = asyncio.create_task(said(process, "sleep 600"))
    await asyncio.sleep(0.1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await said(process, "hello you") == "you"


async def test_messages_asked_at_once_get_each_its_own_answer(process: ReadingProcess) -> None:
    """The intake reads a batch in parallel."""
    answers = await asyncio.gather(*(said(process, f"hello {number}") for number in range(50)))
    assert answers == [str(number) for number in range(50)]


async def test_a_child_that_was_killed_while_idle_costs_no_message(process: ReadingProcess) -> None:
    """The kernel's hunt for memory may take it at any moment: the next message is innocent (F43)."""
    pid = process.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(
        "its death", lambda: not lives(pid)
    )  # without a turn of the event loop, which so cannot have heard of it
    assert await said(process, "hello you") == "you"
    assert process.pid != pid


async def test_a_child_that_has_grown_is_replaced_between_messages(process: ReadingProcess) -> None:
    """spaCy remembers every word it has seen: without this the limit would one day kill an innocent message."""
    pid = process.pid
    assert await said(process, "grow 100") == "grow"
    assert process.pid == pid
    assert await said(process, "grow 200") == "grow"
    assert await said(process, "hello you") == "you"
    assert process.pid != pid


async def test_what_a_library_prints_does_not_get_between_the_frames(process: ReadingProcess) -> None:
    """Standard output is the pipe; nothing but frames may reach it."""
    assert await said(process, "chatter") == "chatter"
    assert await said(process, "hello you") == "you"


async def test_a_reader_that_cannot_be_built_is_our_fault_and_not_the_messages() -> None:
    """G3: the message stays in the inbox and is not counted as having killed anybody."""
    nobody = Recipe.of(Directory(), Vendor(("nobody",), (), "support@panshield.example"), OwnMail())
    unbuilt = ReadingProcess(nobody, module=MISBEHAVING)
    with pytest.raises(NotNow, match="no vocabulary for nobody"):
        await unbuilt.start()
    await unbuilt.stop()


# Confinement.


async def test_the_child_has_neither_network_nor_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """§2.1 rule 4: whoever takes the parsers over can tell nobody, and finds no key in the environment."""
    monkeypatch.setenv("GATEWAY__CHANNELS__TELEGRAM__TOKEN", "a secret")

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, misbehaving() as process:
        assert await said(process, "secret GATEWAY__CHANNELS__TELEGRAM__TOKEN") == "unknown"
        found = await said(process, f"connect {port}")
        if found == "connected":
            cannot("this kernel gives nobody a network of their own")


async def test_stop_ends_the_child_and_may_be_called_again() -> None:
    """F42: nothing stays behind a gateway that was stopped."""
    async with misbehaving() as process:
        pid = process.pid
        assert pid is not None
        await process.stop()
        assert not lives(pid)
        await process.stop()


async def test_a_message_that_is_being_read_when_the_gateway_stops_is_not_blamed() -> None:
    """F42: it is read again after the start, and no child is started for nobody."""
    async with misbehaving() as process:
        asking = asyncio.create_task(said(process, "sleep 600"))
        await asyncio.sleep(0.1)
        await process.stop()
        with pytest.raises(NotNow):
            await asking
        with pytest.raises(NotNow):
            await said(process, "hello you")
        assert process.pid is None
        await process.start()
        assert await said(process, "hello you") == "you"


async def test_a_message_that_waits_for_a_child_when_the_gateway_stops_is_not_blamed_either() -> None:
    """F42: the same while the parsers are still being loaded."""
    process = ReadingProcess(SOMEBODY, module=MISBEHAVING)
    asking = asyncio.create_task(said(process, "hello you"))
    await asyncio.sleep(0.05)
    await process.stop()
    with pytest.raises(NotNow):
        await asking
