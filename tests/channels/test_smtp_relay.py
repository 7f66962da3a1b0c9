"""Mail out through a relay that accepts, refuses, dawdles and falls silent at every moment."""

import asyncio
import ssl
import subprocess
import traceback
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, Unpack

import pytest

from gateway.channels.smtp_relay import RelayUrl, SmtpRelay
from gateway.errors import DeliveryError
from gateway.messages import Parcel
from tests.channels.outbounds import PARCEL, SUPPORT
from tests.channels.scripted_relay import Answer, ScriptedRelay, running
from tests.real_servers import program

HOST = "gateway.example"


class Limits(TypedDict, total=False):
    timeout: float
    data_done_timeout: float
    connections: int
    messages_per_connection: int
    idle_seconds: float


@asynccontextmanager
async def channel_to(
    relay: ScriptedRelay, *, login: str = "", **limits: Unpack[Limits]
) -> AsyncGenerator[SmtpRelay]:
    async with running(relay):
        url = relay.url.replace("//", f"//{login}@") if login else relay.url
        channel = SmtpRelay(url, HOST, **limits)
        try:
            yield channel
        finally:
            await channel.close()


async def failure_of(
    relay: ScriptedRelay, parcel: Parcel = PARCEL, **limits: Unpack[Limits]
) -> DeliveryError:
    async with channel_to(relay, **limits) as channel:
        with pytest.raises(DeliveryError) as failure:
            await channel.send(parcel)
    return failure.value


# --- it went ---------------------------------------------------------------------------------------------------


async def test_a_message_goes_to_its_one_recipient_and_the_receipt_is_the_relays_answer() -> None:
    """The queue id in the receipt is how an operator finds the mail in the relay's log."""
    async with channel_to(relay := ScriptedRelay()) as channel:
        receipt = await channel.send(replace(PARCEL, sender=SUPPORT))
    assert receipt == "250 2.0.0 queued as 4711"
    assert relay.messages == [PARCEL.raw + b".\r\n"]
    assert relay.commands[0] == "EHLO gateway.example"
    assert relay.commands[1:4] == [f"MAIL FROM:<{SUPPORT}>", "RCPT TO:<li.lei@customer.example>", "DATA"]


async def test_the_null_sender_reaches_the_relay_as_one() -> None:
    """So that no bounce of an acknowledgement comes back and opens a war (L-1)."""
    async with channel_to(relay := ScriptedRelay()) as channel:
        await channel.send(PARCEL)
    assert "MAIL FROM:<>" in relay.commands


async def test_dots_are_doubled_and_lone_line_ends_made_whole() -> None:
    """A line of one dot must not end the message early, nor a bare LF smuggle in another (RFC 5321 §4.5.2)."""
    async with channel_to(relay := ScriptedRelay()) as channel:
        await channel.send(replace(PARCEL, raw=b".first\r\n.\r\nbare\n.\nMAIL FROM:<x@y.example>\rend"))
    assert relay.messages == [b"..first\r\n..\r\nbare\r\n..\r\nMAIL FROM:<x@y.example>\r\nend\r\n.\r\n"]


async def test_an_address_in_another_script_is_sent_in_its_ascii_form() -> None:
    """Relays without SMTPUTF8 still reach Chinese domains."""
    async with channel_to(relay := ScriptedRelay()) as channel:
        await channel.send(replace(PARCEL, recipient="li..lei@公司.example"))
    assert 'RCPT TO:<"li..lei"@xn--55qx5d.example>' in relay.commands


# --- it did not go: refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA", "message"])
async def test_a_5xx_about_the_message_is_for_good(moment: str) -> None:
    """The same bytes will be refused again: a human is told at once (RELIABILITY F20)."""
    failure = await failure_of(ScriptedRelay({moment: "550 5.7.1 not wanted"}))
    assert (failure.permanent, failure.in_doubt) == (True, False)
    assert "5.7.1 not wanted" in str(failure)


@pytest.mark.parametrize("moment", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "message"])
async def test_a_4xx_at_any_moment_is_tried_again(moment: str) -> None:
    """The relay is busy, full or greylisting (RELIABILITY F19), and it has said that it did not take it."""
    failure = await failure_of(ScriptedRelay({moment: "451 4.3.0 later"}))
    assert (failure.permanent, failure.in_doubt) == (False, False)


@pytest.mark.parametrize(
    ("moment", "answer"), [("greeting", "554 no service"), ("MAIL", "530 5.7.0 authentication required")]
)
async def test_a_5xx_about_ourselves_is_tried_again(moment: str, answer: str) -> None:
    """A relay in maintenance or a forgotten password must not cost any customer his answer."""
    assert not (await failure_of(ScriptedRelay({moment: answer}))).permanent


async def test_after_a_refusal_the_next_message_goes_on_a_connection_of_its_own() -> None:
    """The refused envelope must not linger and catch the next message."""
    relay = ScriptedRelay({"RCPT": ["550 no such user"]})
    async with channel_to(relay) as channel:
        with pytest.raises(DeliveryError):
            await channel.send(PARCEL)
        await channel.send(PARCEL)
    assert (relay.connections, len(relay.messages)) == (2, 1)


async def test_an_answer_full_of_control_characters_is_harmless() -> None:
    """The relay's words reach a journal and a terminal (RELIABILITY T37)."""
    failure = await failure_of(ScriptedRelay({"RCPT": "550 \x1b[31mred\x07 " + "x" * 5000}))
    assert str(failure).isprintable()
    assert len(str(failure)) < 300


@pytest.mark.parametrize(
    "hostile", ["a@b.example\r\nRCPT TO:<v@x.example>", "a b@c.example", "a@b.example>", "\0@b.example"]
)
async def test_an_address_that_holds_a_command_never_reaches_the_relay(hostile: str) -> None:
    """SMTP command injection (RELIABILITY T9): refused before a connection is made."""
    relay = ScriptedRelay()
    failure = await failure_of(relay, replace(PARCEL, recipient=hostile))
    assert failure.permanent
    assert relay.connections == 0


# --- it did not go: silence ------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", ["drop", "silence", "this is not SMTP"])
async def test_trouble_before_the_message_was_sent_leaves_no_doubt(moment: str, answer: Answer) -> None:
    """Nothing was taken, so it is simply tried again (RELIABILITY F19)."""
    failure = await failure_of(ScriptedRelay({moment: answer}), timeout=0.2)
    assert (failure.permanent, failure.in_doubt) == (False, False)


@pytest.mark.parametrize("answer", ["drop", "silence", "this is not SMTP", "354 go on"])
async def test_no_clear_word_after_the_final_dot_is_doubt(answer: Answer) -> None:
    """It may have been taken: who asked decides whether a copy is better than nothing (RELIABILITY F22, G8)."""
    relay = ScriptedRelay({"message": answer})
    failure = await failure_of(relay, data_done_timeout=0.2)
    assert (failure.permanent, failure.in_doubt) == (False, True)
    assert relay.messages == [PARCEL.raw + b".\r\n"]


async def test_no_relay_at_all_is_tried_again() -> None:
    """The relay restarts while we send (RELIABILITY F19)."""
    async with running(relay := ScriptedRelay()):
        pass
    with pytest.raises(DeliveryError) as failure:
        await SmtpRelay(relay.url, HOST).send(PARCEL)
    assert (failure.value.permanent, failure.value.in_doubt) == (False, False)


async def test_a_relay_that_answers_each_command_late_still_meets_the_total_timeout() -> None:
    """A limit per answer would let a slow relay hold a message for ever (RELIABILITY F23)."""
    failure = await failure_of(ScriptedRelay(delay=0.2), timeout=0.5)
    assert (failure.permanent, failure.in_doubt) == (False, False)


# --- connections -----------------------------------------------------------------------------------------------


async def test_messages_share_a_connection_up_to_its_limit() -> None:
    """A connection per mail is rude, an endless one is refused by most relays."""
    relay = ScriptedRelay()
    async with channel_to(relay, messages_per_connection=2) as channel:
        for _ in range(5):
            await channel.send(PARCEL)
    assert (relay.connections, len(relay.messages)) == (3, 5)


async def test_never_more_connections_than_allowed() -> None:
    """The relay's own limit is not ours to test (RELIABILITY F23)."""
    relay = ScriptedRelay(delay=0.01)
    async with channel_to(relay, connections=2) as channel:
        await asyncio.gather(*(channel.send(PARCEL) for _ in range(8)))
    assert (relay.most_open, len(relay.messages)) == (2, 8)


async def test_an_idle_connection_is_closed_politely() -> None:
    """Relays count open connections against us."""
    relay = ScriptedRelay()
    async with channel_to(relay, idle_seconds=0.01) as channel:
        await channel.send(PARCEL)
        await relay.all_closed.wait()
        assert relay.commands[-1] == "QUIT"
        await channel.send(PARCEL)
    assert relay.connections == 2


@pytest.mark.parametrize("answer", ["drop", "421 4.4.2 idle too long"])
async def test_a_connection_that_died_while_idle_costs_nothing(answer: Answer) -> None:
    """The relay may hang up between two messages at any time: the second goes on a fresh connection."""
    relay = ScriptedRelay({"MAIL": ["250 ok", answer]})
    async with channel_to(relay) as channel:
        await channel.send(PARCEL)
        await channel.send(PARCEL)
    assert (relay.connections, len(relay.messages)) == (2, 2)


async def test_stopping_says_goodbye_and_a_message_under_way_still_leaves() -> None:
    """SIGTERM must not turn a delivery into doubt."""
    relay = ScriptedRelay(delay=0.01)
    async with channel_to(relay) as channel:
        await channel.send(PARCEL)
        relay.message_arrived.clear()
        under_way = asyncio.create_task(channel.send(PARCEL))
        await relay.message_arrived.wait()
        await channel.close()
        assert await under_way == "250 2.0.0 queued as 4711"
        await relay.all_closed.wait()
    assert relay.commands[-1] == "QUIT"


async def test_a_cancelled_delivery_does_not_leave_its_connection_to_the_next() -> None:
    """Its answer would be read as the next message's."""
    relay = ScriptedRelay({"message": ["silence"]})
    async with channel_to(relay) as channel:
        under_way = asyncio.create_task(channel.send(PARCEL))
        await relay.message_arrived.wait()
        under_way.cancel()
        with pytest.raises(asyncio.CancelledError):
            await under_way
        await channel.send(PARCEL)
    assert relay.connections == 2


# --- who we are ------------------------------------------------------------------------------------------------


async def test_credentials_from_the_url_are_decoded_and_used() -> None:
    """A password may hold any character, so the URL has it percent-encoded."""
    relay = ScriptedRelay()
    async with channel_to(relay, login="gate%40way:p%2Fw%3A%E4%B8%AD") as channel:
        await channel.send(PARCEL)
    assert any(command.startswith("AUTH PLAIN ") for command in relay.commands)
    assert RelayUrl.parse("smtp://gate%40way:p%2Fw%3A%E4%B8%AD@relay.example").password == "p/w:中"


async def test_refused_credentials_are_tried_again_and_appear_in_no_text() -> None:
    """A changed password is the operator's to mend; some relays repeat it in their answer (RELIABILITY G19)."""
    relay = ScriptedRelay({"AUTH": "535 5.7.8 user gateway has no password hunter-two"})
    async with channel_to(relay, login="gateway:hunter-two") as channel:
        with pytest.raises(DeliveryError, match="credentials") as failure:
            await channel.send(PARCEL)
        seen = "".join(traceback.format_exception(failure.value)) + repr(vars(channel))
    assert not failure.value.permanent
    assert "hunter-two" not in seen


async def test_starttls_is_never_skipped_when_it_was_asked_for() -> None:
    """Otherwise anybody on the way could strip it and read the password."""
    async with running(relay := ScriptedRelay()):
        channel = SmtpRelay(f"smtp+starttls://u:pw-canary@127.0.0.1:{relay.port}", HOST, timeout=5)
        with pytest.raises(DeliveryError) as failure:
            await channel.send(PARCEL)
    assert not failure.value.permanent
    assert not any(command.startswith(("AUTH", "MAIL")) for command in relay.commands)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and self-signed certificate for 127.0.0.1, in one file; made now, so that no key is in the repository."""
    openssl = program("openssl")
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    made_with = (
        "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -subj /CN=127.0.0.1"
    )
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(file), "-out", str(file)]
    subprocess.run([openssl, *made_with.split(), *names], check=True, capture_output=True)
    return file


async def test_smtps_reaches_a_relay_whose_certificate_is_trusted(certificate: Path) -> None:
    """The whole conversation, greeting included, is encrypted."""
    async with running(relay := ScriptedRelay(), certificate):
        trust = ssl.create_default_context(cafile=certificate)
        channel = SmtpRelay(f"smtps://u:p@127.0.0.1:{relay.port}", HOST, tls_context=trust)
        assert await channel.send(PARCEL) == "250 2.0.0 queued as 4711"
        await channel.close()


async def test_a_relay_whose_certificate_is_not_trusted_gets_neither_mail_nor_password(
    certificate: Path,
) -> None:
    """It is tried again: a certificate that ran out over night is renewed in the morning."""
    async with running(relay := ScriptedRelay(), certificate):
        with pytest.raises(DeliveryError) as failure:
            await SmtpRelay(f"smtps://u:p@127.0.0.1:{relay.port}", HOST).send(PARCEL)
    assert (failure.value.permanent, failure.value.in_doubt, relay.commands) == (False, False, [])


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://relay.example", RelayUrl("relay.example", 25, "plain")),
        ("smtp+starttls://relay.example", RelayUrl("relay.example", 587, "starttls")),
        ("smtps://u:p@relay.example/", RelayUrl("relay.example", 465, "tls", "u", "p")),
        ("smtp://[::1]:2525", RelayUrl("::1", 2525, "plain")),
    ],
)
def test_the_scheme_says_how_the_connection_is_protected(url: str, expected: RelayUrl) -> None:
    """One setting, no second one to forget."""
    assert RelayUrl.parse(url) == expected


@pytest.mark.parametrize("name", ["", "two words", "a\r\nMAIL", "名.example"])
def test_a_name_that_no_host_can_have_is_found_at_the_start(name: str) -> None:
    """Not at the first mail, which would then be in doubt."""
    with pytest.raises(ValueError, match="greet"):
        SmtpRelay("smtp://relay.example", name)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://u:pw-canary@h",
            "smtp://",
            "smtp://u:pw-canary@",
            "smtp://u:pw-canary/x@h",
            "smtp://u:pw-canary@h:99999",
        ),
        *("smtp://u:pw-canary@h/path", "smtp://u:pw-canary@h?x=1", "pw-canary", "smtp://[u:pw-canary@h", ""),
    ],
)
def test_a_malformed_url_is_explained_without_being_quoted(url: str) -> None:
    """It may hold a password, and the complaint is printed."""
    with pytest.raises(ValueError, match="a relay is") as complaint:
        RelayUrl.parse(url)
    assert "canary" not in "".join(traceback.format_exception(complaint.value))
