"""Between the final dot and the answer: our faults, slow databases, clients that vanish."""

import asyncio

import pytest
from structlog.testing import capture_logs

from gateway.channels.smtp_keeper import Keeper
from gateway.channels.smtp_server import Limits
from gateway.channels.smtp_wire import SPOOL_MEMORY, Spool
from gateway.errors import NotNow, StorageFull, StorageUnavailable
from gateway.messages import Envelope
from tests.channels.smtp_peer import (
    LETTER,
    SUPPORT,
    Peer,
    Shelf,
    SlowShelf,
    failing,
    leap,
    serving,
    stuffed,
    until,
)


@pytest.mark.parametrize(
    ("fault", "reply"),
    [
        (StorageFull("secret path"), "452 4.3.1"),
        (StorageUnavailable("secret path"), "451 4.3.0"),
        (NotNow("secret path"), "451 4.3.0"),
        (RuntimeError("secret path"), "451 4.3.0"),
        (ConnectionResetError("secret path"), "451 4.3.0"),
        (TimeoutError("secret path"), "451 4.3.0"),
        (MemoryError("secret path"), "451 4.3.0"),
        (asyncio.CancelledError("secret path"), "451 4.3.0"),
    ],
)
async def test_a_fault_of_keeping_is_temporary_and_says_nothing(fault: BaseException, reply: str) -> None:
    """With 5xx the sender's mail would bounce for a fault of ours (RELIABILITY 0.4, G3, F5, F7, L-78)."""
    async with serving(failing(fault)) as server, Peer.connected(server) as peer:
        answer = await peer.mail()
        assert answer.startswith(reply)
        assert "secret" not in answer
        assert type(fault).__name__ not in answer
        assert (await peer.mail()).startswith(reply)


async def test_a_fault_of_accepts_is_temporary_and_says_nothing() -> None:
    """A directory that cannot be read must not turn customers away for good."""

    def accepts(address: str) -> bool:
        raise ConnectionRefusedError("secret path")

    with capture_logs() as lines:
        async with serving(Shelf().keep, accepts=accepts) as server, Peer.connected(server) as peer:
            await peer.say("MAIL FROM:<a@plant.example>")
            answer = await peer.say(f"RCPT TO:<{SUPPORT}>")
            assert answer.startswith("451 4.3.0")
            assert (await peer.say("NOOP")).startswith("250")
    assert "secret" not in answer + repr(lines)


async def test_a_full_spool_is_told_as_no_room_and_the_next_message_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The disk may be full for the spool before it is for the database (F5)."""

    def no_room(self: Spool, data: bytes) -> None:
        raise StorageFull("secret path")

    shelf = Shelf()
    async with serving(shelf.keep) as server, Peer.connected(server) as peer:
        with monkeypatch.context() as full_disk:
            full_disk.setattr(Spool, "write", no_room)
            assert (await peer.mail()).startswith("452 4.3.1")
        assert (await peer.mail()).startswith("250")
    assert shelf.letters == [LETTER]


async def test_keeping_goes_on_when_the_client_vanishes_after_the_final_dot() -> None:
    """aiosmtpd cancels the commit here, and half of it may be done (RELIABILITY 0.5, F4)."""
    shelf = SlowShelf()
    async with serving(shelf.keep) as server, Peer.connected(server) as peer:
        await peer.begin()
        await peer.send(stuffed(LETTER))
        await shelf.started.wait()
        peer.vanish()
        await until(lambda: server.connections == 0)
        shelf.may_finish.set()
        await shelf.finished.wait()
    assert shelf.letters == [LETTER]


async def test_a_client_that_half_closes_after_the_final_dot_hears_250() -> None:
    """It has nothing more to say and waits for its answer (RELIABILITY 0.5)."""
    shelf = SlowShelf()
    async with serving(shelf.keep) as server, Peer.connected(server) as peer:
        await peer.begin()
        await peer.send(stuffed(LETTER))
        peer.writer.write_eof()
        await shelf.started.wait()
        shelf.may_finish.set()
        assert (await peer.reply()).startswith("250")
    assert shelf.letters == [LETTER]


async def test_a_client_is_told_451_when_keeping_lasts_too_long_and_keeping_goes_on() -> None:
    """A locked database must not hold connections for ever, nor leave half a commit (F7)."""
    shelf = SlowShelf()
    async with serving(shelf.keep, Limits(commit_seconds=0.05)) as server, Peer.connected(server) as peer:
        assert (await peer.mail()).startswith("451 4.3.0")
        shelf.may_finish.set()
        await shelf.finished.wait()
    assert shelf.letters == [LETTER]


async def test_a_waiting_client_is_not_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """While we keep its message the client has nothing to say; only our patience with ourselves counts."""
    shelf = SlowShelf()
    limits = Limits(idle_seconds=60, commit_seconds=600)
    async with serving(shelf.keep, limits) as server, Peer.connected(server) as peer:
        await peer.begin()
        await peer.send(stuffed(LETTER))
        await shelf.started.wait()
        leap(monkeypatch, 599)
        async with Peer.connected(server):
            pass  # the server has had its turns
        shelf.may_finish.set()
        assert (await peer.reply()).startswith("250")


async def test_what_is_being_kept_may_settle() -> None:
    """Whoever stops the server waits for commits first, and only then gives them up (F42)."""
    shelf = SlowShelf()
    keeper = Keeper(shelf.keep, patience=600, large_at_once=1)
    await keeper.settle(600)
    taken = asyncio.create_task(keeper.take(Envelope("smtp", "", (SUPPORT,)), Spool()))
    await shelf.started.wait()
    settling = asyncio.create_task(keeper.settle(600))
    await asyncio.sleep(0.01)
    assert not settling.done()
    shelf.may_finish.set()
    await settling
    assert (await taken).startswith("250")


async def test_large_messages_wait_for_each_other() -> None:
    """`keep` takes a message whole; five hundred of them at once would be all our memory (RELIABILITY G16)."""
    shelf = SlowShelf()
    entered = 0

    async def keep(envelope: Envelope, raw: bytes) -> None:
        nonlocal entered
        entered += 1
        await shelf.keep(envelope, raw)

    keeper = Keeper(keep, patience=600, large_at_once=1)

    def taking(letter: bytes) -> "asyncio.Task[str]":
        spool = Spool()
        spool.write(letter)
        return asyncio.create_task(keeper.take(Envelope("smtp", "", (SUPPORT,)), spool))

    large = [taking(b"x" * (SPOOL_MEMORY + 1)) for _ in range(3)]
    small = taking(LETTER)
    await until(lambda: entered == 2)
    await asyncio.sleep(0.02)
    assert entered == 2, "one large message and the small one"
    shelf.may_finish.set()
    assert {await task for task in (*large, small)} == {"250 2.0.0 Kept"}
    assert entered == 4


async def test_every_message_not_kept_has_a_log_line_without_the_fault_text() -> None:
    """The operator must learn of it; the text of an exception may hold a customer's words."""
    with capture_logs() as lines:
        async with serving(failing(RuntimeError("secret"))) as server, Peer.connected(server) as peer:
            await peer.mail()
    assert [(line["event"], line["fault"]) for line in lines] == [("mail_not_kept", "RuntimeError")]
    assert "secret" not in repr(lines)
