"""What one server bears: connections, patience, rubbish, memory; and how it closes (RELIABILITY T18, G16, F42)."""

import asyncio
import tracemalloc

import pytest
from structlog.testing import capture_logs

from gateway.channels import smtp_connection
from gateway.channels.smtp_server import Doorkeeper, Limits, is_loopback, network_of
from tests.channels.smtp_peer import LETTER, SUPPORT, Peer, Shelf, SlowShelf, leap, serving, stuffed, until

MEBIBYTE = 1024 * 1024


async def test_one_connection_too_many_is_refused_and_there_is_room_again_later() -> None:
    """Under a flood those inside are still served, and those outside told to come back."""
    with capture_logs() as lines:
        async with serving(Shelf().keep, Limits(connections=1)) as server:
            async with Peer.connected(server) as inside, Peer.connected(server, greeted=False) as outside:
                assert (await outside.reply()).startswith("421 4.7.0")
                assert await outside.reply() == ""
                assert server.connections == 1
                assert (await inside.mail()).startswith("250")
            await until(lambda: server.connections == 0)
            async with Peer.connected(server) as later:
                assert (await later.mail()).startswith("250")
    assert [line["reason"] for line in lines if line["event"] == "connection_refused"] == ["total"]


async def test_one_peer_gets_only_its_share() -> None:
    """One broken script must not take the room of all customers."""
    limits = Limits(connections_per_peer=1, loopback_exempt=False)
    async with (
        serving(Shelf().keep, limits) as server,
        Peer.connected(server),
        Peer.connected(server, greeted=False) as second,
    ):
        assert (await second.reply()).startswith("421 4.7.0")


async def test_loopback_may_have_more_than_a_peers_share() -> None:
    """A local MTA brings everybody's mail from one address."""
    limits = Limits(connections_per_peer=1)
    async with (
        serving(Shelf().keep, limits) as server,
        Peer.connected(server),
        Peer.connected(server) as second,
    ):
        assert (await second.mail()).startswith("250")


def test_a_peer_is_an_ipv4_address_or_an_ipv6_household() -> None:
    """Whoever has one IPv6 address has 2**64 of them."""
    assert network_of("192.0.2.1") == network_of("::ffff:192.0.2.1") != network_of("192.0.2.2")
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1%eth0") != network_of("2001:db8:0:1::1")
    assert network_of("somewhere") == "somewhere"
    assert all(
        is_loopback(network_of(peer)) for peer in ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1")
    )
    assert not any(is_loopback(network_of(peer)) for peer in ("192.0.2.1", "2001:db8::1", ""))


def test_the_doorkeeper_forgets_whoever_left() -> None:
    """Its book must not grow with everybody who was ever here."""
    doorkeeper = Doorkeeper(Limits(connections_per_peer=1))
    for _ in range(2):
        assert doorkeeper.admit("192.0.2.1") is None
        assert doorkeeper.admit("192.0.2.1") == "peer"
        doorkeeper.leave("192.0.2.1")
    assert doorkeeper.connections == 0
    assert doorkeeper.peers == 0


async def test_recipients_over_the_limit_are_asked_to_wait() -> None:
    """452 makes a relay send the rest in another transaction: RFC 5321 section 4.5.3.1.10."""
    shelf = Shelf()
    async with serving(shelf.keep, Limits(recipients=2)) as server, Peer.connected(server) as peer:
        await peer.say("MAIL FROM:<a@plant.example>")
        replies = [await peer.say(f"RCPT TO:<support{number}@gateway.example>") for number in range(3)]
        assert [reply[:9] for reply in replies] == ["250 2.1.5", "250 2.1.5", "452 4.5.3"]
        await peer.say("DATA")
        await peer.send(stuffed(LETTER))
        assert (await peer.reply()).startswith("250")
    assert len(shelf.kept[0][0].recipients) == 2


async def test_guessing_recipients_ends() -> None:
    """5000 recipients in one second were taken once (RELIABILITY 0.8)."""
    limits = Limits(recipients=5, junk_commands=5)
    async with serving(Shelf().keep, limits) as server, Peer.connected(server) as peer:
        await peer.say("MAIL FROM:<a@plant.example>")
        await peer.send(b"RCPT TO:<guess@gateway.example>\r\n" * 50)
        replies = [await peer.reply() for _ in range(12)]
    assert [reply[:3] for reply in replies] == ["550"] * 5 + ["452"] * 4 + ["421", "", ""]


@pytest.mark.parametrize("line", ["RUBBISH", "MAIL FROM:<<>", "DATA", "x" * 5000, "NOOP\t\x01"])
async def test_bad_commands_come_to_an_end(line: str) -> None:
    """Twenty mistakes are not a mail client."""
    with capture_logs() as lines:
        async with serving(Shelf().keep, Limits(bad_commands=3)) as server, Peer.connected(server) as peer:
            replies = [await peer.say(line) for _ in range(4)]
            assert [reply[0] for reply in replies] == ["5", "5", "5", "4"]
            assert replies[-1].startswith("421 4.7.0")
            assert await peer.reply() == ""
    assert [line["reason"] for line in lines] == ["bad_commands"]


async def test_commands_that_move_no_mail_come_to_an_end() -> None:
    """A client must not live on NOOP; one that delivers may use as many as it likes."""
    async with serving(Shelf().keep, Limits(junk_commands=4)) as server, Peer.connected(server) as peer:
        for _ in range(3):
            assert (await peer.say("NOOP")).startswith("250")
            assert (await peer.say("RSET")).startswith("250")
            assert (await peer.mail()).startswith("250")
        replies = [await peer.say("NOOP") for _ in range(5)]
        assert [reply[:3] for reply in replies] == ["250"] * 4 + ["421"]
        assert await peer.reply() == ""


async def test_data_without_a_valid_recipient_comes_to_an_end() -> None:
    """It is refused for the recipients' sake, not as a mistake, and still must not go on for ever."""
    async with serving(Shelf().keep, Limits(junk_commands=3)) as server, Peer.connected(server) as peer:
        await peer.say("MAIL FROM:<a@plant.example>")
        await peer.say("RCPT TO:<nobody@elsewhere.example>")
        replies = [await peer.say("DATA") for _ in range(3)]
        assert [reply[:3] for reply in replies] == ["554", "554", "421"]


@pytest.mark.parametrize("rubbish", [b"", b"NOO", b"RUBBISH\r\n"])
async def test_an_idle_client_is_told_421_and_cut(rubbish: bytes) -> None:
    """Slowloris: neither silence nor a trickle keeps a connection."""
    async with serving(Shelf().keep, Limits(idle_seconds=0.05)) as server, Peer.connected(server) as peer:
        await peer.send(rubbish)
        replies = [await peer.reply()]
        while replies[-1]:
            replies.append(await peer.reply())
        assert replies[-2].startswith("421 4.4.2")
        await until(lambda: server.connections == 0)


async def test_a_client_that_keeps_talking_is_not_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The idle time runs from the last command, not from the first."""
    async with serving(Shelf().keep, Limits(idle_seconds=60)) as server, Peer.connected(server) as peer:
        for _ in range(4):
            leap(monkeypatch, 40)
            assert (await peer.say("NOOP")).startswith("250")
        leap(monkeypatch, 61)
        assert (await peer.reply()).startswith("421 4.4.2")


async def test_a_client_that_falls_silent_in_data_is_told_421_and_cut() -> None:
    """The idle time holds inside a message too."""
    limits = Limits(idle_seconds=0.05, data_seconds=600)
    async with serving(Shelf().keep, limits) as server, Peer.connected(server) as peer:
        await peer.begin()
        await peer.send(b"Subject: I will go on later")
        assert (await peer.reply()).startswith("421 4.4.2")
        assert await peer.reply() == ""


async def test_a_message_that_trickles_in_is_cut_at_the_end_of_its_time() -> None:
    """One byte a minute would keep a connection for years."""
    limits = Limits(idle_seconds=600, data_seconds=0.1)
    async with serving(Shelf().keep, limits) as server, Peer.connected(server) as peer:
        await peer.begin()
        answer = asyncio.create_task(peer.reply())
        while not answer.done():
            peer.writer.write(b".")
            await asyncio.sleep(0.01)
        assert (await answer).startswith("421 4.4.2")


async def test_a_client_that_never_reads_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replies that nobody fetches fill our buffers; waiting for that client is idle time, and it ends."""
    monkeypatch.setattr(smtp_connection, "LINGER_SECONDS", 0)
    limits = Limits(idle_seconds=0.1, junk_commands=10**9)
    async with serving(Shelf().keep, limits) as server, Peer.connected(server) as peer:
        with pytest.raises(ConnectionError):
            await talk_without_listening(peer)
        await until(lambda: server.connections == 0)


async def talk_without_listening(peer: Peer) -> None:
    while True:
        await peer.send(b"EHLO a\r\n" * 1000)
        await asyncio.sleep(0)


async def sent_in_pieces(peer: Peer, piece: bytes, times: int) -> None:
    for _ in range(times):
        await peer.send(piece)


@pytest.mark.parametrize("piece", [b"x" * 65536, b"\r\n" * 32768, b".\r\nx." * 13107, b"\r" * 65536])
async def test_memory_does_not_grow_with_what_a_peer_sends(piece: bytes) -> None:
    """300 MB without a line end took 312 MB, 30 MB of empty lines 2.46 GB (RELIABILITY 0.2, 0.3, G16)."""
    limits = Limits(max_size=12 * MEBIBYTE, drain_size=12 * MEBIBYTE)
    async with serving(Shelf().keep, limits) as server, Peer.connected(server) as peer:
        await peer.begin()
        tracemalloc.start()
        try:
            await peer.send(b" ")
            await sent_in_pieces(peer, piece, 240)  # 15 MiB: first spooled, then thrown away
            await peer.send(b"\r\n.\r\n")
            assert (await peer.reply()).startswith("552")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 4 * MEBIBYTE, f"{peak / MEBIBYTE:.1f} MiB"


async def test_memory_does_not_grow_with_a_command_without_end() -> None:
    """The same holds before any message (RELIABILITY G16)."""
    async with serving(Shelf().keep) as server, Peer.connected(server) as peer:
        tracemalloc.start()
        try:
            await sent_in_pieces(peer, b"x" * 65536, 160)
            assert (await peer.say("")).startswith("500")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 4 * MEBIBYTE, f"{peak / MEBIBYTE:.1f} MiB"


async def test_stopping_says_421_to_idle_clients_and_lets_nobody_in() -> None:
    """A restart is not a reason to hang up without a word (F42)."""
    async with serving(Shelf().keep) as server, Peer.connected(server) as peer:
        port = server.port
        await server.stop(5)
        assert (await peer.reply()).startswith("421 4.3.2")
        assert await peer.reply() == ""
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", port)
        assert server.connections == 0


async def test_stopping_lets_a_message_in_data_finish() -> None:
    """Half of it is here; the client hears 250, and then that we close (F42)."""
    shelf = Shelf()
    async with serving(shelf.keep) as server, Peer.connected(server) as peer:
        await peer.begin()
        await peer.send(LETTER[:10])
        stopping = asyncio.create_task(server.stop(30))
        await until(lambda: server.port == 0)
        await peer.send(stuffed(LETTER[10:]))
        assert (await peer.reply()).startswith("250")
        assert (await peer.reply()).startswith("421 4.3.2")
        await stopping
    assert shelf.letters == [LETTER]


async def test_stopping_lets_a_commit_finish() -> None:
    """The commit is worth waiting for: it makes nothing in doubt (F42)."""
    shelf = SlowShelf()
    async with serving(shelf.keep) as server, Peer.connected(server) as peer:
        await peer.begin()
        await peer.send(stuffed(LETTER))
        await shelf.started.wait()
        stopping = asyncio.create_task(server.stop(30))
        await until(lambda: server.port == 0)
        shelf.may_finish.set()
        assert (await peer.reply()).startswith("250")
        await stopping
    assert shelf.letters == [LETTER]


async def test_stopping_ends_within_its_grace() -> None:
    """A client that dawdles and a database that hangs get 421, which promises nothing (F42)."""
    shelf = SlowShelf()
    async with (
        serving(shelf.keep) as server,
        Peer.connected(server) as dawdling,
        Peer.connected(server) as waiting,
    ):
        await dawdling.begin()
        await waiting.begin()
        await waiting.send(stuffed(LETTER))
        await shelf.started.wait()
        await server.stop(0.1)
        assert server.connections == 0
        assert (await dawdling.reply()).startswith("421 4.3.2")
        assert (await waiting.reply()).startswith("421 4.3.2")
        shelf.may_finish.set()
        await asyncio.sleep(0)
    assert shelf.letters == []


async def test_a_stopped_server_can_be_stopped_again_and_started_again() -> None:
    """Supervisors restart what they look after."""
    shelf = Shelf()
    async with serving(shelf.keep) as server:
        await server.stop(1)
        await server.stop(1)
        await server.start()
        async with Peer.connected(server) as peer:
            assert (await peer.mail(LETTER, SUPPORT)).startswith("250")


async def test_a_port_that_is_taken_is_an_error_of_start() -> None:
    """The operator must see it at once, not find silence."""
    async with serving(Shelf().keep) as server:
        with pytest.raises(OSError):
            await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", server.port)
