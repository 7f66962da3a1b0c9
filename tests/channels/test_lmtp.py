"""LMTP: a local MTA hands over mail and wants to know of each recipient what became of it (RFC 2033)."""

import pytest

from gateway.channels.smtp_server import Limits
from gateway.errors import StorageFull, StorageUnavailable
from tests.channels.smtp_peer import LETTER, SUPPORT, Peer, Shelf, failing, serving, stuffed

THREE = (SUPPORT, "support+1@gateway.example", "support+2@gateway.example")


async def replies_to(peer: Peer, letter: bytes, *recipients: str) -> list[str]:
    """The replies to the final dot: all until the one to NOOP."""
    await peer.begin(*recipients)
    await peer.send(stuffed(letter) + b"NOOP\r\n")
    replies = [await peer.reply()]
    while replies[-1] != "250 2.0.0 Ok":
        replies.append(await peer.reply())
    return replies[:-1]


async def test_each_recipient_gets_its_own_250() -> None:
    """With one reply for three recipients the MTA waits for ever (RELIABILITY 0.6)."""
    shelf = Shelf()
    async with serving(shelf.keep, name="lmtp") as server, Peer.connected(server) as peer:
        assert await replies_to(peer, LETTER, *THREE) == ["250 2.0.0 Kept"] * 3
        assert await replies_to(peer, LETTER, SUPPORT) == ["250 2.0.0 Kept"]
    assert shelf.kept[0][0].source == "lmtp"
    assert shelf.kept[0][0].recipients == THREE


async def test_a_recipient_named_twice_is_answered_twice() -> None:
    """The replies are counted by the RCPT commands: RFC 2033 section 4.2."""
    shelf = Shelf()
    async with serving(shelf.keep, name="lmtp") as server, Peer.connected(server) as peer:
        assert len(await replies_to(peer, LETTER, SUPPORT, SUPPORT)) == 2
    assert shelf.kept[0][0].recipients == (SUPPORT,)


@pytest.mark.parametrize(
    ("fault", "reply"),
    [(StorageFull(), "452 4.3.1"), (StorageUnavailable(), "451 4.3.0"), (OSError(), "451 4.3.0")],
)
async def test_a_fault_of_ours_is_told_for_each_recipient(fault: Exception, reply: str) -> None:
    """The MTA keeps the mail of all of them (RELIABILITY G3)."""
    async with serving(failing(fault), name="lmtp") as server, Peer.connected(server) as peer:
        assert [answer[:9] for answer in await replies_to(peer, LETTER, *THREE)] == [reply] * 3


async def test_a_message_too_large_is_refused_for_each_recipient() -> None:
    """The refusal too is counted (RELIABILITY 0.6)."""
    limits = Limits(max_size=100)
    async with serving(Shelf().keep, limits, name="lmtp") as server, Peer.connected(server) as peer:
        answers = await replies_to(peer, b"x" * 200 + b"\r\n", *THREE)
        assert [answer[:9] for answer in answers] == ["552 5.3.4"] * 3


async def test_refused_recipients_get_no_reply_after_the_message() -> None:
    """They had theirs at RCPT: RFC 2033 section 4.2."""
    async with serving(Shelf().keep, name="lmtp") as server, Peer.connected(server) as peer:
        await peer.say("MAIL FROM:<>")
        assert (await peer.say("RCPT TO:<nobody@elsewhere.example>")).startswith("550 5.1.1")
        await peer.say(f"RCPT TO:<{SUPPORT}>")
        await peer.say("DATA")
        await peer.send(stuffed(LETTER) + b"QUIT\r\n")
        assert [await peer.reply() for _ in range(2)] == ["250 2.0.0 Kept", "221 2.0.0 Bye"]


async def test_without_a_valid_recipient_there_is_no_data() -> None:
    """RFC 2033 section 4.2: DATA must then fail, or the MTA would wait for no replies at all."""
    async with serving(Shelf().keep, name="lmtp") as server, Peer.connected(server) as peer:
        await peer.say("MAIL FROM:<>")
        await peer.say("RCPT TO:<nobody@elsewhere.example>")
        assert (await peer.say("DATA")).startswith("554")


async def test_lmtp_is_greeted_with_lhlo_only() -> None:
    """RFC 2033 section 4.1: an SMTP client that strayed here must notice."""
    async with serving(Shelf().keep, name="lmtp") as server, Peer.connected(server, greeted=False) as peer:
        assert await peer.reply() == "220 mx.gateway.example LMTP"
        assert (await peer.say("EHLO client.example")).startswith("500")
        assert (await peer.say("HELO client.example")).startswith("500")
        assert (await peer.say("MAIL FROM:<>")).startswith("503")
        assert "250-PIPELINING" in await peer.say("LHLO client.example")
