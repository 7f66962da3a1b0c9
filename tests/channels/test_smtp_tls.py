"""STARTTLS: what was said in plain text does not count, and a handshake that fails takes nothing with it."""

import gc
import ssl
from pathlib import Path

import pytest

from gateway.channels.smtp_server import Limits
from tests.channels.smtp_peer import LETTER, Peer, Shelf, leap, serving, until

# A key pair made for these tests only; it opens nothing.
CERTIFICATE = Path(__file__).with_name("mx.gateway.example.pem")


def server_side() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


def client_side() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


async def encrypt(peer: Peer) -> None:
    await peer.writer.start_tls(client_side(), server_hostname="mx.gateway.example")


async def test_mail_comes_in_encrypted() -> None:
    """The greeting is said anew, and STARTTLS is not offered twice: RFC 3207 section 4.2."""
    shelf = Shelf()
    async with serving(shelf.keep, tls=server_side()) as server, Peer.connected(server) as peer:
        assert "250-STARTTLS" in await peer.say("EHLO client.example")
        assert (await peer.say("STARTTLS now")).startswith("501")
        assert (await peer.say("STARTTLS")).startswith("220")
        await encrypt(peer)
        assert (await peer.say("MAIL FROM:<a@plant.example>")).startswith("503")
        assert "STARTTLS" not in await peer.say("EHLO client.example")
        assert (await peer.say("STARTTLS")).startswith("503")
        assert (await peer.mail()).startswith("250")
        assert (await peer.mail()).startswith("250")
        assert (await peer.say("QUIT")).startswith("221")
    assert shelf.letters == [LETTER, LETTER]


async def test_commands_pipelined_before_encryption_are_not_heard() -> None:
    """CVE-2024-34083, RELIABILITY T8: somebody on the wire could put words in the client's mouth."""
    async with serving(Shelf().keep, tls=server_side()) as server, Peer.connected(server) as peer:
        await peer.send(b"STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<evil@evil.example>\r\n")
        assert (await peer.reply()).startswith("220")
        await encrypt(peer)
        assert await peer.say("VRFY me") == "252 2.5.0 Send a message to find out", (
            "nothing was answered before"
        )
        assert (await peer.say("MAIL FROM:<a@plant.example>")).startswith("503"), (
            "the pipelined EHLO counts not"
        )
        await peer.say("EHLO client.example")
        assert (await peer.say("RCPT TO:<support@gateway.example>")).startswith("503"), "nor does its MAIL"


async def test_a_transaction_begun_in_plain_text_is_forgotten() -> None:
    """RFC 3207 section 4.2: the server must forget what it learned before."""
    async with serving(Shelf().keep, tls=server_side()) as server, Peer.connected(server) as peer:
        await peer.say("MAIL FROM:<a@plant.example>")
        await peer.say("STARTTLS")
        await encrypt(peer)
        assert (await peer.say("RCPT TO:<support@gateway.example>")).startswith("503")


async def test_a_handshake_of_rubbish_ends_the_connection_only() -> None:
    """Port scanners do this all day."""
    shelf = Shelf()
    async with serving(shelf.keep, tls=server_side()) as server:
        async with Peer.connected(server) as peer:
            await peer.say("STARTTLS")
            await peer.send(b"this is not TLS at all\r\n")
            await peer.reader.read()
            await until(lambda: server.connections == 0)
        async with Peer.connected(server) as peer:
            assert (await peer.mail()).startswith("250")


async def test_a_handshake_that_is_never_finished_is_cut() -> None:
    """Otherwise each such client would keep its place for ever."""
    async with (
        serving(Shelf().keep, Limits(idle_seconds=0.1), tls=server_side()) as server,
        Peer.connected(server) as peer,
    ):
        await peer.say("STARTTLS")
        await until(lambda: server.connections == 0)
        gc.collect()  # a task that died of an exception is reported when it is forgotten


async def test_an_idle_encrypted_client_is_cut_with_421(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last words go through the encryption too, and it is closed once only."""
    async with (
        serving(Shelf().keep, Limits(idle_seconds=60), tls=server_side()) as server,
        Peer.connected(server) as peer,
    ):
        await peer.say("STARTTLS")
        await encrypt(peer)
        assert (await peer.say("NOOP")).startswith("250")
        leap(monkeypatch, 61)
        assert (await peer.reply()).startswith("421 4.4.2")
        await until(lambda: server.connections == 0)
        gc.collect()  # a task that died of an exception is reported when it is forgotten
