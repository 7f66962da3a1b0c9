"""Tickets out to a CRM that takes, refuses, dawdles and falls silent at every moment."""

import asyncio
import re
import ssl
import traceback
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.channels.crm_webhook import CrmWebhook
from gateway.errors import DeliveryError
from gateway.messages import Parcel
from tests.channels.scripted_crm import CREATED, Posted, ScriptedCrm, running, status
from tests.channels.test_smtp_relay import certificate

__all__ = ["certificate"]  # a fixture, used by its name below

DOCUMENT = Parcel(id="k7m2qx4a", sender="", recipient="crm", raw='{"id":"k7m2qx4a","case":"防火墙"}'.encode())
GIANT = replace(DOCUMENT, raw=b"x" * 30_000_000)
"""More than the buffers between two sockets hold."""

SOON = 2.0
"""Seconds: what must run out does so soon, and what must not has time on a busy machine."""

SECRET = "secret-canary"
NOW = datetime(2026, 11, 23, 1, 0, 5, tzinfo=UTC)
GUIDE = Path(__file__).parents[2] / "docs" / "crm.md"


@asynccontextmanager
async def channel_to(crm: ScriptedCrm, **limits: Any) -> AsyncGenerator[CrmWebhook]:
    async with running(crm):
        channel = CrmWebhook(crm.url, SECRET, now=lambda: NOW, **limits)
        try:
            yield channel
        finally:
            await channel.close()


async def failure_of(crm: ScriptedCrm, parcel: Parcel = DOCUMENT, **limits: Any) -> DeliveryError:
    async with channel_to(crm, **limits) as channel:
        with pytest.raises(DeliveryError) as failure:
            await channel.send(parcel)
    return failure.value


def fate(failure: DeliveryError) -> tuple[bool, bool]:
    """Whether it is permanent, and whether it is in doubt."""
    return failure.permanent, failure.in_doubt


def receivers_check(now: datetime) -> Callable[[str, Any, bytes], bool]:
    """`is_genuine` as docs/crm.md tells a receiver to write it, at this moment."""
    (snippet,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    room: dict[str, Any] = {}
    exec(snippet, room)  # noqa: S102 - our own documentation, which must not rot
    room["time"] = SimpleNamespace(time=now.timestamp)
    return room["is_genuine"]


# --- it went ---------------------------------------------------------------------------------------------------


async def test_a_document_arrives_byte_for_byte_with_its_id_and_time() -> None:
    """The id is how a receiver knows a repetition (F28)."""
    async with channel_to(crm := ScriptedCrm()) as channel:
        assert await channel.send(DOCUMENT) == "201 Created"
    (posted,) = crm.posted
    assert posted.line == "POST /tickets?token=url-canary HTTP/1.1"
    assert posted.body == DOCUMENT.raw
    assert posted.headers["content-type"] == "application/json"
    assert posted.headers["x-gateway-delivery"] == DOCUMENT.id
    assert posted.headers["x-gateway-timestamp"] == str(int(NOW.timestamp()))


async def test_a_receiver_who_does_as_the_guide_says_knows_us() -> None:
    """The guide's own lines, run against a request as it arrived."""
    async with channel_to(crm := ScriptedCrm()) as channel:
        await channel.send(DOCUMENT)
    (posted,) = crm.posted
    is_genuine = receivers_check(NOW)
    assert is_genuine(SECRET, posted.headers, posted.body)
    assert not is_genuine("another secret", posted.headers, posted.body)
    assert not is_genuine(SECRET, posted.headers, posted.body + b" ")
    assert not is_genuine(SECRET, {**posted.headers, "x-gateway-timestamp": "1"}, posted.body)
    assert not is_genuine(SECRET, {}, posted.body)
    a_day_later = receivers_check(NOW.replace(day=24))
    assert not a_day_later(SECRET, posted.headers, posted.body), "a recording, played again"


async def test_a_repetition_is_the_same_document_under_the_same_id() -> None:
    """What was in doubt goes out again, and the receiver can tell (G8)."""
    async with channel_to(crm := ScriptedCrm(["drop"])) as channel:
        with pytest.raises(DeliveryError):
            await channel.send(DOCUMENT)
        await channel.send(DOCUMENT)
    first, second = crm.posted
    assert first.body == second.body
    assert first.headers["x-gateway-delivery"] == second.headers["x-gateway-delivery"]


@pytest.mark.parametrize("code", [200, 201, 202, 204, 409])
async def test_taken_and_already_there_are_success(code: int) -> None:
    """409: an earlier attempt that we thought was lost had arrived."""
    answer = b"HTTP/1.1 204 No Content\r\n\r\n" if code == 204 else status(code, body=b"{}")
    async with channel_to(ScriptedCrm([answer])) as channel:
        assert (await channel.send(DOCUMENT)).startswith(str(code))


# --- refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 413, 422, 499])
async def test_a_4xx_about_the_document_is_for_good(code: int) -> None:
    """The same bytes will be refused again: a human is told at once (F20)."""
    failure = await failure_of(ScriptedCrm([status(code)]))
    assert fate(failure) == (True, False)
    assert str(code) in str(failure)


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504, 599])
async def test_a_refusal_of_the_moment_is_tried_again(code: int) -> None:
    """The CRM is busy or being repaired (F19)."""
    assert fate(await failure_of(ScriptedCrm([status(code)]))) == (False, False)


async def test_when_to_come_back_is_shown_to_a_person() -> None:
    """The outbox has its own patience; whoever looks at the row sees what the CRM asked for."""
    failure = await failure_of(ScriptedCrm([status(429, "Retry-After: 120")]))
    assert str(failure).endswith("429 Too Many Requests; retry after 120")


@pytest.mark.parametrize("code", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(code: int) -> None:
    """A signed document goes where the owner said and nowhere else; once the address is corrected it goes out."""
    async with running(elsewhere := ScriptedCrm()):
        failure = await failure_of(ScriptedCrm([status(code, f"Location: {elsewhere.url}")]))
    assert fate(failure) == (False, False)
    assert "redirects are not followed" in str(failure)
    assert elsewhere.posted == []


# --- trouble on the way ----------------------------------------------------------------------------------------


async def test_a_crm_that_is_not_there_has_taken_nothing() -> None:
    """Tried again without doubt (F19)."""
    async with running(crm := ScriptedCrm()):
        url = crm.url
    with pytest.raises(DeliveryError, match="took nothing") as failure:
        await CrmWebhook(url, SECRET, now=lambda: NOW).send(DOCUMENT)
    assert fate(failure.value) == (False, False)


@pytest.mark.parametrize("answer", ["drop early", "stall"])
async def test_before_the_last_byte_has_left_there_is_no_doubt(answer: str) -> None:
    """A CRM cannot have taken a document of which it has only the beginning."""
    failure = await failure_of(ScriptedCrm([answer]), GIANT, timeout=SOON)
    assert fate(failure) == (False, False)


@pytest.mark.parametrize(
    "answer",
    [
        *("drop", "silence", "endless head"),
        *(b"220 mail.example ESMTP\r\n", b"HTTP/1.1 200", b"HTTP/1.1 abc\r\n\r\n", b"\0" * 100),
    ],
)
async def test_once_all_of_it_has_left_silence_and_nonsense_are_doubt(answer: bytes | str) -> None:
    """It may have been taken; since the receiver knows the id, it is sent once more (F22)."""
    failure = await failure_of(ScriptedCrm([answer]), timeout=SOON)
    assert fate(failure) == (False, True)
    assert "may have taken" in str(failure)


@pytest.mark.parametrize("answer", ["endless", "half"])
async def test_a_body_that_never_ends_changes_nothing(answer: str) -> None:
    """The status has said it all; the rest is left unread, and the connection given up."""
    async with channel_to(crm := ScriptedCrm([answer]), timeout=SOON) as channel:
        assert await channel.send(DOCUMENT) == "200 OK"
        await crm.all_closed.wait()
        assert await channel.send(DOCUMENT) == "201 Created"
    assert crm.body_written < 20_000_000, "what fits between two sockets, and not what fits into two seconds"


async def test_a_connection_that_idled_out_serves_nobody_ill() -> None:
    """The CRM closes it between two documents, as servers do."""
    goodbye = CREATED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with channel_to(crm := ScriptedCrm([goodbye, goodbye])) as channel:
        for _ in range(3):
            await channel.send(DOCUMENT)
    assert len(crm.posted) == 3


async def test_one_connection_serves_many_documents() -> None:
    """A case in trouble is updated often."""
    async with channel_to(crm := ScriptedCrm([status(200, body=b"{}" * 100)] * 5)) as channel:
        for _ in range(5):
            await channel.send(DOCUMENT)
    assert (crm.connections, len(crm.posted)) == (1, 5)


async def test_a_slow_crm_gets_few_connections() -> None:
    """A morning's backlog must not be an attack (F23)."""
    async with channel_to(crm := ScriptedCrm(delay=0.02), connections=2) as channel:
        await asyncio.gather(*(channel.send(DOCUMENT) for _ in range(10)))
    assert len(crm.posted) == 10
    assert crm.most_open <= 2


async def test_a_document_that_waits_its_turn_is_not_late() -> None:
    """The CRM is to blame for its own slowness only, not for the length of our queue."""
    async with channel_to(crm := ScriptedCrm(delay=SOON / 8), connections=1, timeout=SOON) as channel:
        await asyncio.gather(*(channel.send(DOCUMENT) for _ in range(10)))
    assert len(crm.posted) == 10


# --- what it must not do ---------------------------------------------------------------------------------------


async def test_neither_cookies_nor_proxies_nor_a_netrc_play_a_part(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What nobody configured here must not decide where a document goes or what it carries."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password netrc-canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    async with channel_to(crm := ScriptedCrm([status(200, "Set-Cookie: session=cookie-canary")])) as channel:
        await channel.send(DOCUMENT)
        await channel.send(DOCUMENT)
    assert [set(posted.headers) & {"cookie", "authorization"} for posted in crm.posted] == [set(), set()]


@pytest.mark.parametrize("odd", ["a\r\nX-Evil: 1", "中文", "\ud800", "a b", "", "x" * 1000])
async def test_whatever_the_id_the_headers_are_those_intended(odd: str) -> None:
    """Ours are plain; should that ever change, nothing is injected and nothing crashes (T10)."""
    async with channel_to(crm := ScriptedCrm()) as channel:
        await channel.send(DOCUMENT)
        await channel.send(replace(DOCUMENT, id=odd))
    usual, unusual = crm.posted
    assert set(usual.headers) == set(unusual.headers)


ECHO = b"POST /tickets?token=url-canary is unknown, secret-canary"


@pytest.mark.parametrize(
    "answer",
    [
        *(status(404, body=ECHO), status(500, body=ECHO), status(302, "Location: /?token=url-canary")),
        *(
            b"HTTP/1.1 400 url-canary\r\nContent-Length: 0\r\n\r\n",
            b"url-canary secret-canary\r\n\r\n",
            "drop",
        ),
        status(429, "Retry-After: token=url-canary"),
    ],
)
async def test_no_secret_is_in_any_error(answer: bytes | str) -> None:
    """Errors are kept, logged and shown to staff; error pages quote the address (T33)."""
    failure = await failure_of(ScriptedCrm([answer]))
    shown = "".join(traceback.format_exception(failure))
    assert "canary" not in shown.replace("test_crm_webhook", "")
    assert str(failure).isprintable()


async def test_no_secret_is_in_a_connection_error() -> None:
    """The commonest error of all."""
    async with running(crm := ScriptedCrm()):
        url = crm.url
    channel = CrmWebhook(url, SECRET, now=lambda: NOW)
    with pytest.raises(DeliveryError) as failure:
        await channel.send(DOCUMENT)
    assert "canary" not in f"{failure.value!r} {channel!r}"


async def test_a_crm_whose_certificate_is_not_trusted_gets_nothing(certificate: Path) -> None:
    """It is tried again: a certificate that ran out over night is renewed in the morning."""
    async with running(crm := ScriptedCrm(), certificate):
        with pytest.raises(DeliveryError) as failure:
            await CrmWebhook(crm.url, SECRET, now=lambda: NOW).send(DOCUMENT)
    assert fate(failure.value) == (False, False)
    assert crm.posted == []


async def test_a_crm_with_a_certificate_of_the_house_is_reached(certificate: Path) -> None:
    """Inside a company certificates are its own."""
    async with running(crm := ScriptedCrm(), certificate):
        trust = ssl.create_default_context(cafile=certificate)
        channel = CrmWebhook(crm.url, SECRET, now=lambda: NOW, tls_context=trust)
        assert await channel.send(DOCUMENT) == "201 Created"
        await channel.close()
    assert [type(each) for each in crm.posted] == [Posted]


@pytest.mark.parametrize(
    "url",
    [
        *("", "canary", "ftp://canary/", "https://", "https://u:canary@h/", "https://h/#canary"),
        *("https://h:99999/canary", "https://[::1/canary", "http://h:x/canary", "https://h/\0canary"),
    ],
)
def test_a_malformed_url_is_explained_without_being_quoted(url: str) -> None:
    """It may hold a token, and the complaint is printed."""
    with pytest.raises(ValueError, match="a CRM is") as complaint:
        CrmWebhook(url, SECRET, now=lambda: NOW)
    assert "canary" not in str(complaint.value)


def test_without_a_secret_there_is_no_channel() -> None:
    """A signature that anybody can make is none."""
    with pytest.raises(ValueError, match="secret"):
        CrmWebhook("https://crm.example/", "", now=lambda: NOW)
