"""The pages that machines ask for, and the server inside our loop."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.errors import StorageUnavailable
from gateway.metrics import new_metrics
from gateway.portal.health import Probe, health_app, health_routes
from gateway.portal.server import SECURITY_HEADERS, serve


def answers(**figures: object) -> Probe:
    async def probe() -> Mapping[str, object]:
        return figures

    return probe


def raises(error: Exception) -> Probe:
    async def probe() -> Mapping[str, object]:
        raise error

    return probe


async def never() -> Mapping[str, object]:
    await asyncio.Event().wait()
    return {}


@asynccontextmanager
async def asking(app: Starlette) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway.example"
    ) as client:
        yield client


async def ready(probes: Mapping[str, Probe]) -> httpx.Response:
    async with asking(health_app(probes, new_metrics().registry, probe_seconds=0.05)) as client:
        return await client.get("/readyz")


# --- the pages -------------------------------------------------------------------------------------------------


async def test_healthz_answers_while_the_process_lives_whatever_else_fails() -> None:
    """A supervisor that restarts on /healthz must not restart us because the relay is down."""
    async with asking(health_app({"database": raises(OSError())}, new_metrics().registry)) as client:
        response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_readyz_shows_every_part_with_its_figures() -> None:
    """INTERFACES: inbox, outbox, channels and database work."""
    response = await ready({"inbox": answers(waiting=3), "database": answers()})
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "checks": {"inbox": {"ok": True, "waiting": 3}, "database": {"ok": True}},
    }


async def test_one_failing_part_makes_it_503_and_says_which_and_why() -> None:
    """The others are asked all the same."""
    response = await ready(
        {"inbox": answers(), "database": raises(StorageUnavailable("the database is locked"))}
    )
    assert response.status_code == 503
    assert response.json() == {
        "status": "failing",
        "checks": {"inbox": {"ok": True}, "database": {"ok": False, "why": "the database is locked"}},
    }


async def test_a_part_may_say_itself_that_it_is_unwell() -> None:
    """An outbox whose oldest message is an hour old raises nothing."""
    response = await ready({"outbox": answers(ok=False, why="the oldest message is 61 min old")})
    assert response.status_code == 503


async def test_a_part_that_hangs_is_failing_and_holds_up_nothing() -> None:
    """A load balancer that waits for ever learns nothing."""
    response = await ready({"imap": never, "inbox": answers()})
    assert response.status_code == 503
    assert response.json()["checks"] == {
        "imap": {"ok": False, "why": "no answer within 0.05 s"},
        "inbox": {"ok": True},
    }


async def test_an_unknown_error_is_named_but_not_quoted() -> None:
    """Its text may hold a password; the page is open (RELIABILITY G19)."""
    response = await ready({"database": raises(RuntimeError("postgresql://u:canary@db"))})
    assert response.json()["checks"]["database"] == {"ok": False, "why": "RuntimeError"}
    assert "canary" not in response.text


async def test_many_questions_at_once_ask_each_part_once() -> None:
    """Asking is open to strangers, so it must not multiply work."""
    asked, release = 0, asyncio.Event()

    async def slow() -> Mapping[str, object]:
        nonlocal asked
        asked += 1
        await release.wait()
        return {"asked": asked}

    async with asking(health_app({"database": slow}, new_metrics().registry)) as client:
        crowd = [asyncio.create_task(client.get("/readyz")) for _ in range(20)]
        while not asked:  # noqa: ASYNC110  the question passes through the client's own tasks
            await asyncio.sleep(0)
        release.set()
        responses = await asyncio.gather(*crowd)
        later = await client.get("/readyz")
    assert asked <= 3
    assert {response.status_code for response in responses} == {200}
    assert later.json()["checks"]["database"]["asked"] == asked


async def test_metrics_are_in_prometheus_text_with_every_figure() -> None:
    """One literal list, so that a renamed figure breaks a test before it breaks a dashboard."""
    metrics = new_metrics()
    metrics.mails_kept.inc()
    metrics.intake_outcomes.labels(outcome="opened").inc()
    metrics.notices_sent.labels(notice="first_reply").inc()
    metrics.delivery_failures.labels(kind="temporary").inc()
    metrics.in_doubt.inc()
    metrics.commitments_missed.labels(promise="P-11").inc()
    metrics.open_cases.set(2)
    metrics.inbox_waiting.set(0)
    metrics.outbox_waiting.set(1)
    async with asking(health_app({}, metrics.registry)) as client:
        response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    shown = {line for line in response.text.splitlines() if not line.startswith("#")}
    assert {
        "gateway_mails_kept_total 1.0",
        'gateway_intake_outcomes_total{outcome="opened"} 1.0',
        'gateway_notices_sent_total{notice="first_reply"} 1.0',
        'gateway_delivery_failures_total{kind="temporary"} 1.0',
        "gateway_in_doubt_total 1.0",
        'gateway_commitments_missed_total{promise="P-11"} 1.0',
        "gateway_open_cases 2.0",
        "gateway_inbox_waiting 0.0",
        "gateway_outbox_waiting 1.0",
    } <= shown


async def test_what_is_only_counted_when_asked_for_is_counted_for_the_figures() -> None:
    """A scraper reads /metrics and nothing else; a store that is away does not cost it the other figures."""
    metrics = new_metrics()
    metrics.mails_kept.inc()
    away = False

    async def measure() -> None:
        if away:
            raise StorageUnavailable("the database is locked")
        metrics.open_cases.set(5)

    async with asking(Starlette(routes=health_routes({}, metrics.registry, measure=measure))) as client:
        assert "gateway_open_cases 5.0" in (await client.get("/metrics")).text
        away = True
        assert "gateway_mails_kept_total 1.0" in (await client.get("/metrics")).text


def test_two_gateways_in_one_process_do_not_share_figures() -> None:
    """No global registry: a test, or a second instance, starts at zero."""
    one, other = new_metrics(), new_metrics()
    one.mails_kept.inc()
    assert other.registry.get_sample_value("gateway_mails_kept_total") == 0


async def test_a_figure_that_json_does_not_know_is_shown_as_text() -> None:
    """A date in a probe's answer must not turn the page into an error."""
    oldest = datetime(2026, 11, 23, 9, tzinfo=UTC)
    response = await ready({"outbox": answers(oldest=oldest)})
    assert response.json()["checks"]["outbox"]["oldest"] == str(oldest)


# --- the server ------------------------------------------------------------------------------------------------


async def test_the_server_listens_on_a_port_of_its_choice_and_says_which() -> None:
    """Port 0, for tests and for `gateway demo`."""
    server = await serve(health_app({}, new_metrics().registry), "127.0.0.1", 0)
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            response = await client.get(f"http://127.0.0.1:{server.port}/healthz")
    finally:
        await server.stop()
    assert response.json() == {"status": "ok"}
    assert "server" not in response.headers


async def test_every_answer_carries_the_security_headers_unless_its_page_has_its_own() -> None:
    """Also those that say there is nothing, or that something broke."""

    async def styled(_request: Request) -> Response:
        return PlainTextResponse("x", headers={"Content-Security-Policy": "default-src 'self'"})

    async def broken(_request: Request) -> Response:
        raise RuntimeError("canary")

    app = Starlette(routes=[Route("/styled", styled), Route("/broken", broken)])
    server = await serve(app, "127.0.0.1", 0)
    async with httpx.AsyncClient(trust_env=False, base_url=f"http://127.0.0.1:{server.port}") as client:
        for path in ("/no-such-page", "/broken"):
            response = await client.get(path)
            assert {name: response.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
            assert "canary" not in response.text
        page = await client.get("/styled")
    await server.stop()
    assert page.headers.get_list("Content-Security-Policy") == ["default-src 'self'"]


async def test_the_server_leaves_the_signal_handlers_alone() -> None:
    """SIGTERM is the gateway's: intake and delivery must stop too, not only the pages."""
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    server = await serve(health_app({}, new_metrics().registry), "127.0.0.1", 0)
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.get(f"http://127.0.0.1:{server.port}/healthz")
    during = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    await server.stop()
    assert during == before


async def test_stopping_finishes_the_answer_under_way_and_frees_the_port() -> None:
    """A stop is clean when nobody sees half an answer, and a restart finds the port free."""
    reached, release = asyncio.Event(), asyncio.Event()

    async def slow(_request: Request) -> Response:
        reached.set()
        await release.wait()
        return PlainTextResponse("whole")

    server = await serve(Starlette(routes=[Route("/", slow)]), "127.0.0.1", 0)
    async with httpx.AsyncClient(trust_env=False) as client:
        asked = asyncio.create_task(client.get(f"http://127.0.0.1:{server.port}/"))
        await reached.wait()
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0)
        release.set()
        assert (await asked).text == "whole"
        await stopping
    again = await serve(Starlette(), "127.0.0.1", server.port)
    await again.stop()


async def test_stopping_does_not_wait_for_ever_for_an_answer() -> None:
    """The gateway has ten seconds in all."""
    reached, ended = asyncio.Event(), asyncio.Event()

    async def endless(_request: Request) -> Response:
        reached.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return PlainTextResponse("never")

    server = await serve(Starlette(routes=[Route("/", endless)]), "127.0.0.1", 0, grace_seconds=0)
    async with httpx.AsyncClient(trust_env=False) as client:
        asked = asyncio.create_task(client.get(f"http://127.0.0.1:{server.port}/"))
        await reached.wait()
        await server.stop()
        await ended.wait()
        await asyncio.gather(asked, return_exceptions=True)


async def test_a_server_may_be_stopped_at_once() -> None:
    """When another part fails to start, those that did are stopped again."""
    await (await serve(Starlette(), "127.0.0.1", 0)).stop()


async def test_a_port_that_is_taken_is_an_error_and_not_the_end_of_the_process() -> None:
    """uvicorn alone would call sys.exit."""
    first = await serve(Starlette(), "127.0.0.1", 0)
    try:
        with pytest.raises(OSError, match="in use"):
            await serve(Starlette(), "127.0.0.1", first.port)
    finally:
        await first.stop()
