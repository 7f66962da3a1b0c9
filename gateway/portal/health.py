"""Is it alive, is it ready, what does it count: the three pages that machines ask for.

`/healthz` answers while the process lives, `/readyz` asks every part that must work, `/metrics` is Prometheus'.
All three are open to whoever reaches the port, so they say what fails and never quote an unknown error.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.errors import GatewayError

Probe = Callable[[], Awaitable[Mapping[str, object]]]
"""Asks one part whether it works: returns figures worth showing, raises when it does not. An "ok" among the
figures is believed, so a part that knows it is unwell need not raise."""

PROBE_SECONDS = 2.0

log = structlog.stdlib.get_logger(__name__)


def health_app(
    probes: Mapping[str, Probe], registry: CollectorRegistry, *, probe_seconds: float = PROBE_SECONDS
) -> Starlette:
    """The three pages as an application of their own."""
    return Starlette(routes=health_routes(probes, registry, probe_seconds=probe_seconds))


async def _nothing_more() -> None:
    pass


def health_routes(
    probes: Mapping[str, Probe],
    registry: CollectorRegistry,
    *,
    measure: Callable[[], Awaitable[None]] = _nothing_more,
    probe_seconds: float = PROBE_SECONDS,
) -> list[Route]:
    """The three pages as routes, for an application that has others beside them.

    `probes` is read at every question, so parts may be added while the gateway starts. `measure` sets what is only
    counted when asked for; where it cannot, /metrics shows what was last known: a scraper is told of a broken store by
    /readyz and must not lose all other figures.
    """
    readiness = _Readiness(probes, probe_seconds)

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        checks = await readiness.checks()
        ready = all(check["ok"] for check in checks.values())
        # A figure may be a date or anything else that JSON does not know: shown as text, never an error.
        body = json.dumps({"status": "ok" if ready else "failing", "checks": checks}, default=str)
        return Response(body, status_code=200 if ready else 503, media_type="application/json")

    async def metrics(_request: Request) -> Response:
        try:
            async with asyncio.timeout(probe_seconds):
                await measure()
        except (GatewayError, TimeoutError) as error:
            log.warning("metrics_not_measured", reason=str(error) or type(error).__name__)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


class _Readiness:
    """Asks every probe at once, each within its time; questions that arrive meanwhile share the answer.

    Sharing bounds the work: however often a stranger asks, no part is asked twice at a time.
    """

    def __init__(self, probes: Mapping[str, Probe], probe_seconds: float) -> None:
        self._probes = probes
        self._probe_seconds = probe_seconds
        self._asking: asyncio.Task[dict[str, dict[str, object]]] | None = None

    async def checks(self) -> dict[str, dict[str, object]]:
        """For each part `{"ok": true, ...figures}` or `{"ok": false, "why": ...}`."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_all())
        return await asyncio.shield(self._asking)

    async def _ask_all(self) -> dict[str, dict[str, object]]:
        probes = dict(self._probes)
        answers = await asyncio.gather(*(self._ask(name, probe) for name, probe in probes.items()))
        return dict(zip(probes, answers, strict=True))

    async def _ask(self, name: str, probe: Probe) -> dict[str, object]:
        try:
            async with asyncio.timeout(self._probe_seconds):
                return {"ok": True, **await probe()}
        except TimeoutError:
            return {"ok": False, "why": f"no answer within {self._probe_seconds:g} s"}
        except GatewayError as error:
            return {"ok": False, "why": str(error) or type(error).__name__}
        except Exception as error:
            # Whatever a part raises, the page says that it is down; it names only the kind of error, since
            # the text of an unknown one may hold a database URL with its password.
            log.warning("probe failed", probe=name, exc_info=True)
            return {"ok": False, "why": type(error).__name__}
