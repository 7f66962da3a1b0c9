"""Where chat services call us: `/chat/<name>`, for the channels that are called instead of fetching.

A channel proves who calls and keeps what they bring; here is what every one of them needs before that: a body of
bounded length, in bounded time, for few callers at once, and an honest status, so that whoever calls knows whether to
come again.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.chat_channel import LARGEST_CALL, Answer, Call
from gateway.chat_update import NotAnUpdate
from gateway.errors import NotNow

log = structlog.get_logger()

PATH = "/chat/{name}"
METHODS = ("GET", "POST")
MOST_AT_ONCE = 8
"""Bodies in memory at a time; more callers are told to come again."""

BODY_SECONDS = 30.0
COME_AGAIN_SECONDS = 5

Called = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How much of a call is taken, in bytes and seconds, and from how many callers at once."""

    largest: int = LARGEST_CALL
    seconds: float = BODY_SECONDS
    at_once: int = field(default=MOST_AT_ONCE)


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


def calling_routes(channels: Mapping[str, Called], limits: CallLimits | None = None) -> list[Route]:
    """One route for all `channels`, by name."""
    bounds = limits or CallLimits()
    slots = asyncio.Semaphore(bounds.at_once)

    async def answer(request: Request) -> Response:
        name = str(request.path_params["name"])
        called = channels.get(name)
        if called is None:
            return Response(status_code=404)
        if slots.locked():
            return _come_again()
        async with slots:
            try:
                call = await _call(request, bounds)
            except _Refused as refused:
                return Response(status_code=refused.status)
            return await _answered(name, called, call)

    return [Route(PATH, answer, methods=list(METHODS))]


async def _answered(name: str, called: Called, call: Call) -> Response:
    try:
        told = await called(call)
    except NotAnUpdate as wrong:
        log.warning("chat_call_malformed", channel=name, problem=str(wrong))
        body = json.dumps({"error": str(wrong)}, ensure_ascii=False).encode("utf-8", "replace")
        return Response(body, 400, media_type="application/json")
    except NotNow as error:
        log.warning("chat_call_postponed", channel=name, reason=str(error))
        return _come_again()
    except Exception:
        # Whatever fails on our side is ours: 200 would lose it, and 4xx would blame the caller (G21).
        log.exception("chat_call_failed", channel=name)
        return _come_again()
    return Response(told.body, told.status, media_type=told.media_type)


async def _call(request: Request, limits: CallLimits) -> Call:
    """The whole of it. Raises _Refused for what is too long, too slow, or broken off."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and len(length) <= 20 and int(length) > limits.largest:
        raise _Refused(413)
    body = bytearray()
    try:
        async with asyncio.timeout(limits.seconds):
            async for piece in request.stream():
                body += piece
                if len(body) > limits.largest:
                    raise _Refused(413)
    except TimeoutError:
        raise _Refused(408) from None
    except ClientDisconnect:
        raise _Refused(400) from None
    return Call(request.method, dict(request.query_params), dict(request.headers), bytes(body))


def _come_again() -> Response:
    return Response(status_code=503, headers={"Retry-After": str(COME_AGAIN_SECONDS)})
