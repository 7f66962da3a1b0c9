"""Where chat services call us: few at a time, nothing endless, and always a status that says whether to come again."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from gateway.chat_channel import Answer, Call
from gateway.chat_update import NotAnUpdate
from gateway.errors import StorageFull
from gateway.portal.calling import CallLimits, calling_routes

Called = Callable[[Call], Awaitable[Answer]]
SMALL = CallLimits(largest=100, seconds=0.2, at_once=2)


@asynccontextmanager
async def portal(called: Called, limits: CallLimits = SMALL) -> AsyncGenerator[httpx.AsyncClient]:
    """One channel, called wecom."""
    app = Starlette(routes=calling_routes({"wecom": called}, limits))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://desk.example"
    ) as client:
        yield client


def raising(error: Exception) -> Called:
    async def called(_: Call) -> Answer:
        raise error

    return called


async def test_a_channel_hears_the_whole_call_as_it_came() -> None:
    """Signatures are over bytes; header names are in lower case, as channels look for them."""
    heard: list[Call] = []

    async def called(call: Call) -> Answer:
        heard.append(call)
        return Answer(200, b"echo", "text/plain")

    async with portal(called) as client:
        answer = await client.post("/chat/wecom?a=1", content=b"\xff{}", headers={"X-Signed": "Yes"})
    assert (answer.status_code, answer.content) == (200, b"echo")
    (call,) = heard
    assert (call.method, call.query, call.body, call.headers["x-signed"]) == (
        "POST",
        {"a": "1"},
        b"\xff{}",
        "Yes",
    )


@pytest.mark.parametrize(
    ("error", "status"),
    [(NotAnUpdate("text: nothing"), 400), (StorageFull("no room"), 503), (ZeroDivisionError(), 503)],
)
async def test_whose_fault_it_is_follows_from_the_status(error: Exception, status: int) -> None:
    """G21: 4xx is the caller's to mend, 503 is ours: they come again, and nothing is lost."""
    with capture_logs():
        async with portal(raising(error)) as client:
            answer = await client.post("/chat/wecom", content=b"{}")
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) == (status == 503)
    assert answer.content == (b'{"error": "text: nothing"}' if status == 400 else b"")


async def test_a_name_that_nobody_has_is_nowhere() -> None:
    """And says nothing of those that there are."""
    async with portal(raising(AssertionError())) as client:
        assert (await client.post("/chat/telegram", content=b"{}")).status_code == 404
        assert (await client.put("/chat/wecom", content=b"{}")).status_code == 405


@pytest.mark.parametrize("told", [True, False])
async def test_a_body_beyond_measure_never_reaches_a_channel(told: bool) -> None:
    """Neither one that says so, nor one that does not."""

    async def endless() -> AsyncGenerator[bytes]:
        while True:
            yield b"x" * 60

    content = b"x" * 101 if told else endless()
    async with portal(raising(AssertionError())) as client:
        assert (await client.post("/chat/wecom", content=content)).status_code == 413


async def test_who_dawdles_is_not_waited_for() -> None:
    """T32: a body that never ends holds a place for its time and no longer."""

    async def dawdling() -> AsyncGenerator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with portal(raising(AssertionError())) as client:
        assert (await client.post("/chat/wecom", content=dawdling())).status_code == 408


async def test_a_crowd_is_told_to_come_again() -> None:
    """So many bodies are in memory at a time, and no more; afterwards there is room again."""
    go_on, inside_now = asyncio.Event(), asyncio.Semaphore(0)

    async def called(_: Call) -> Answer:
        inside_now.release()
        await go_on.wait()
        return Answer(200)

    async with portal(called) as client:
        inside = [asyncio.create_task(client.post("/chat/wecom", content=b"{}")) for _ in range(2)]
        for _ in inside:
            await inside_now.acquire()
        refused = await client.post("/chat/wecom", content=b"{}")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        go_on.set()
        assert [(await task).status_code for task in inside] == [200, 200]
        assert (await client.post("/chat/wecom", content=b"{}")).status_code == 200
