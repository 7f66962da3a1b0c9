"""The way mail comes in by SMTP: what a client may send, and what it hears."""

import asyncio
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from gateway.channels.smtp_server import Limits
from tests.channels.smtp_peer import LETTER, SUPPORT, Peer, Shelf, ours, serving, stuffed


async def test_a_message_is_kept_with_its_envelope_before_250() -> None:
    """250 is a promise: what was promised is with `keep`, and intake knows how it came (RELIABILITY G1)."""
    shelf = Shelf()
    async with serving(shelf.keep) as server, Peer.connected(server) as peer:
        assert await peer.mail(LETTER, SUPPORT, "support+7@gateway.example") == "250 2.0.0 Kept"
    (envelope, raw) = shelf.kept[0]
    assert raw == LETTER
    assert envelope.source == "smtp"
    assert envelope.mail_from == "customer@plant.example"
    assert envelope.recipients == (SUPPORT, "support+7@gateway.example")
    assert envelope.peer == "127.0.0.1"


async def test_a_recipient_named_twice_is_one_recipient() -> None:
    """Two copies of one address must not become two cases (RELIABILITY G2)."""
    shelf = Shelf()
    async with serving(shelf.keep) as server, Peer.connected(server) as peer:
        await peer.mail(LETTER, SUPPORT, SUPPORT)
    assert shelf.kept[0][0].recipients == (SUPPORT,)


async def test_one_connection_carries_many_messages() -> None:
    """Relays keep their connection; nothing of one message may stick to the next."""
    shelf = Shelf()
    async with serving(shelf.keep) as server, Peer.connected(server) as peer:
        for number in range(3):
            await peer.mail(b"%d\r\n" % number, f"support{number}@gateway.example")
    assert [(envelope.recipients, raw) for envelope, raw in shelf.kept] == [
        ((f"support{number}@gateway.example",), b"%d\r\n" % number) for number in range(3)
    ]


async def test_everything_in_one_packet_with_quit_and_half_close_is_answered() -> None:
    """PIPELINING is offered (RFC 2920), and a script that shuts its sending side still wants its 250."""
    shelf = Shelf()
    async with serving(shelf.keep) as server, Peer.connected(server, greeted=False) as peer:
        await peer.send(
            b"EHLO client.example\r\nMAIL FROM:<>\r\nRCPT TO:<support@gateway.example>\r\nDATA\r\n"
            + stuffed(LETTER)
            + b"QUIT\r\n"
        )
        peer.writer.write_eof()
        replies = [await peer.reply() for _ in range(8)]
    assert [reply[:3] for reply in replies] == ["220", "250", "250", "250", "354", "250", "221", ""]
    assert shelf.letters == [LETTER]


async def test_a_null_sender_and_postmaster_are_accepted() -> None:
    """Bounces come from nobody, and postmaster must always be reachable (RFC 5321 section 4.5.1, L-78)."""
    shelf = Shelf()
    async with serving(shelf.keep) as server, Peer.connected(server) as peer:
        await peer.begin("postmaster", "Postmaster@gateway.example", sender="")
        await peer.send(stuffed(LETTER))
        assert (await peer.reply()).startswith("250")
    assert shelf.kept[0][0].mail_from == ""
    assert shelf.kept[0][0].recipients == ("postmaster", "Postmaster@gateway.example")


async def test_an_unknown_recipient_is_refused_by_itself() -> None:
    """A mistyped address is told at once, without a bounce of ours (RELIABILITY T21), and harms nobody else."""
    shelf = Shelf()
    async with serving(shelf.keep) as server, Peer.connected(server) as peer:
        await peer.say("MAIL FROM:<a@plant.example>")
        assert (await peer.say("RCPT TO:<nobody@elsewhere.example>")).startswith("550 5.1.1")
        assert (await peer.say("DATA")).startswith("554 5.5.1")
        assert (await peer.say(f"RCPT TO:<{SUPPORT}>")).startswith("250")
        await peer.say("DATA")
        await peer.send(stuffed(LETTER))
        assert (await peer.reply()).startswith("250")
    assert shelf.kept[0][0].recipients == (SUPPORT,)


# --- the bytes ----------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(st.lists(st.one_of(st.binary(max_size=80), st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"\r\n."]))))
def test_raw_bytes_are_kept_exactly_as_sent(parts: list[bytes]) -> None:
    """The raw message can be exported unchanged for as long as we have it (RELIABILITY G6)."""
    letter = b"".join(parts) + b"\r\n"

    async def deliver() -> bytes:
        shelf = Shelf()
        async with serving(shelf.keep) as server, Peer.connected(server) as peer:
            await peer.mail(letter)
        return shelf.letters[0]

    with capture_logs():
        kept = asyncio.run(deliver())
    assert hashlib.sha256(kept).digest() == hashlib.sha256(letter).digest()


@pytest.mark.parametrize(
    "end",
    [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\n.\r", b"\r.\n"],
)
async def test_no_other_end_of_data_lets_a_command_in(end: bytes) -> None:
    """SMTP smuggling (CVE-2024-27305, RELIABILITY T7): all of it is one message, and none of it is obeyed."""
    smuggled = b"MAIL FROM:<ceo@plant.example>\r\nRCPT TO:<support@gateway.example>\r\nDATA\r\nevil"
    shelf = Shelf()
    async with serving(shelf.keep) as server, Peer.connected(server) as peer:
        await peer.begin()
        await peer.send(b"innocent" + end + smuggled + b"\r\n.\r\n")
        assert (await peer.reply()).startswith("250")
        assert (await peer.say("NOOP")).startswith("250")
        assert (await peer.say("QUIT")).startswith("221")
    assert shelf.letters == [b"innocent" + end.replace(b"\r\n.", b"\r\n") + smuggled + b"\r\n"]
    assert shelf.kept[0][0].mail_from == "customer@plant.example"


@pytest.mark.parametrize("length", [1200, 100_000])
async def test_long_lines_are_taken(length: int) -> None:
    """Real senders write lines over 998 bytes; refusing them loses customers' mail (RELIABILITY 0.7)."""
    shelf = Shelf()
    letter = b"Subject: long\r\n\r\n" + b"x" * length + b"\r\n"
    async with serving(shelf.keep) as server, Peer.connected(server) as peer:
        assert (await peer.mail(letter)).startswith("250")
    assert shelf.letters == [letter]


async def test_half_a_message_is_not_kept() -> None:
    """Without its final dot a message was not sent: its sender will try again."""
    shelf = Shelf()
    async with serving(shelf.keep) as server:
        async with Peer.connected(server) as peer:
            await peer.begin()
            await peer.send(b"half a sent")
            peer.writer.write_eof()
            assert await peer.reply() == ""
        async with Peer.connected(server) as peer:
            await peer.mail()
    assert shelf.letters == [LETTER]


async def test_size_is_offered_and_a_larger_declared_size_is_refused_at_once() -> None:
    """Nobody should send 50 MB to be told that it is too much (RFC 1870)."""
    shelf = Shelf()
    async with serving(shelf.keep, Limits(max_size=1000)) as server, Peer.connected(server) as peer:
        assert "250-SIZE 1000" in await peer.say("EHLO client.example")
        assert (await peer.say("MAIL FROM:<a@plant.example> SIZE=1001")).startswith("552 5.3.4")
        assert (await peer.say("MAIL FROM:<a@plant.example> SIZE=1000")).startswith("250")


async def test_a_message_too_large_is_read_over_and_the_next_one_is_taken() -> None:
    """552 comes where the client listens for it, and costs the other messages of the connection nothing (L-79)."""
    shelf = Shelf()
    async with serving(shelf.keep, Limits(max_size=1000)) as server, Peer.connected(server) as peer:
        assert (await peer.mail(b"x" * 1000 + b"\r\n")).startswith("552 5.3.4")
        assert (await peer.mail()).startswith("250")
    assert shelf.letters == [LETTER]


async def test_a_message_without_end_is_answered_552_and_hung_up_on() -> None:
    """A line that never ends once filled the memory (RELIABILITY 0.2, G16)."""
    limits = Limits(max_size=1000, drain_size=1000)
    async with serving(Shelf().keep, limits) as server, Peer.connected(server) as peer:
        await peer.begin()
        await peer.send(b"x" * 2001)
        assert (await peer.reply()).startswith("552 5.3.4")
        assert await peer.reply() == ""


# --- the conversation ---------------------------------------------------------------------------------------


async def test_ehlo_offers_what_we_do() -> None:
    """A relay uses only what is offered; AUTH and STARTTLS are not there to be offered."""
    async with serving(Shelf().keep) as server, Peer.connected(server) as peer:
        offers = (await peer.say("EHLO client.example")).split("\n")
        assert [offer[4:] for offer in offers] == [
            "mx.gateway.example",
            "PIPELINING",
            f"SIZE {35 * 1024 * 1024}",
            "8BITMIME",
            "SMTPUTF8",
            "ENHANCEDSTATUSCODES",
        ]
        assert (await peer.say("STARTTLS")).startswith("454")


async def test_helo_is_enough() -> None:
    """Devices in plants speak the SMTP of 1982."""
    shelf = Shelf()
    async with serving(shelf.keep) as server, Peer.connected(server, greeted=False) as peer:
        assert await peer.reply() == "220 mx.gateway.example ESMTP"
        assert (await peer.say("MAIL FROM:<a@plant.example>")).startswith("503")
        assert (await peer.say("HELO")).startswith("501")
        assert await peer.say("HELO device") == "250 mx.gateway.example"
        assert (await peer.mail()).startswith("250")
    assert shelf.letters == [LETTER]


async def test_smtputf8_and_8bitmime_are_taken() -> None:
    """Our customers' names are Chinese."""
    shelf = Shelf()
    async with serving(shelf.keep) as server, Peer.connected(server) as peer:
        assert (await peer.say("MAIL FROM:<张伟@例子.example> BODY=8BITMIME SMTPUTF8")).startswith("250")
        assert (await peer.say("RCPT TO:<support+工单@gateway.example>")).startswith("250")
        await peer.say("DATA")
        await peer.send(stuffed("Subject: 水泵停了\r\n".encode()))
        await peer.reply()
    assert shelf.kept[0][0].mail_from == "张伟@例子.example"
    assert shelf.letters == ["Subject: 水泵停了\r\n".encode()]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("RCPT TO:<support@gateway.example>", "503"),
        ("DATA", "503"),
        ("DATA now", "501"),
        ("MAIL", "501"),
        ("MAIL FROM:<a b@c>", "501"),
        ("MAIL FROM:<a@b.example> RET=HDRS", "555"),
        ("EXPN staff", "500"),
        ("AUTH PLAIN AAAA", "500"),
        ("GET / HTTP/1.1", "500"),
        ("LHLO client.example", "500"),
        ("", "500"),
        ("x" * 3000, "500"),
    ],
)
async def test_a_wrong_command_is_told_and_the_conversation_goes_on(line: str, code: str) -> None:
    """Bad input gets a clear answer, and never the last one."""
    async with serving(Shelf().keep) as server, Peer.connected(server) as peer:
        assert (await peer.say(line)).startswith(code + " ")
        assert (await peer.mail()).startswith("250")


async def test_rset_and_ehlo_forget_the_transaction() -> None:
    """RFC 5321 sections 4.1.1.5 and 4.1.4."""
    async with serving(Shelf().keep) as server, Peer.connected(server) as peer:
        for forget in ("RSET", "EHLO client.example"):
            await peer.say("MAIL FROM:<a@plant.example>")
            assert (await peer.say("MAIL FROM:<a@plant.example>")).startswith("503")
            assert (await peer.say(forget)).startswith("250")
            assert (await peer.say(f"RCPT TO:<{SUPPORT}>")).startswith("503")


async def test_vrfy_says_the_same_of_everybody() -> None:
    """Nobody learns from us who works here (RFC 5321 section 7.3)."""
    async with serving(Shelf().keep) as server, Peer.connected(server) as peer:
        known = await peer.say(f"VRFY {SUPPORT}")
        assert known.startswith("252 ")
        assert known == await peer.say("VRFY nobody@elsewhere.example") == await peer.say("VRFY")


async def test_log_lines_have_names_and_no_addresses() -> None:
    """Logs are read by more people than mail is, and kept elsewhere."""
    with capture_logs() as lines:
        async with serving(Shelf().keep, Limits(max_size=1000)) as server, Peer.connected(server) as peer:
            await peer.mail(LETTER)
            await peer.mail(b"x" * 2000 + b"\r\n")
            await peer.say("MAIL FROM:<customer@plant.example>")
            await peer.say("RCPT TO:<nobody@elsewhere.example>")
    assert [line["event"] for line in lines] == ["mail_kept", "mail_refused", "mail_refused"]
    assert lines[0]["sender_domain"] == "plant.example"
    everything = repr(lines)
    assert not any(secret in everything for secret in ("customer@", "nobody", "pump", "support@"))


async def test_accepts_is_asked_once_for_each_recipient() -> None:
    """It may look into a database."""
    asked: list[str] = []

    def accepts(address: str) -> bool:
        asked.append(address)
        return ours(address)

    async with serving(Shelf().keep, accepts=accepts) as server, Peer.connected(server) as peer:
        await peer.mail(LETTER, SUPPORT, "support+1@gateway.example")
    assert asked == [SUPPORT, "support+1@gateway.example"]
