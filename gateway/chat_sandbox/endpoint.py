"""The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`, faults and long polls included."""

import json
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.chat_sandbox.bot_api import Answer, BotApi, refused, success
from gateway.chat_sandbox.call import Call, read_call
from gateway.chat_sandbox.faults import ERROR_PAGE, Fault, Manner
from gateway.chat_sandbox.files import LARGEST_UPLOAD, MEGABYTE
from gateway.chat_sandbox.receiving import Poll
from gateway.chat_sandbox.waiting import Bell
from gateway.chat_sandbox.wire import Refusal, not_found

LARGEST_BODY = LARGEST_UPLOAD + MEGABYTE
DAY = 86_400.0


class BotEndpoint:
    """The ASGI application that bots talk to."""

    def __init__(self, api: BotApi, bell: Bell) -> None:
        self._api = api
        self._bell = bell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """`/bot<token>/<method>`."""
        request = Request(scope, receive)
        method = str(request.path_params["method"])
        fault = self._api.faults.take(method)
        body = await _body(request)
        answer = (
            refused(_too_large())
            if body is None
            else None
            if fault is not None and not fault.accepted
            else await self._answer(request, method, body, receive)
        )
        if fault is not None:
            await self._misbehave(fault, scope, receive, send)
        elif answer is not None:
            await _response(answer)(scope, receive, send)

    async def _answer(self, request: Request, method: str, body: bytes, receive: Receive) -> Answer | None:
        """None when the client of a long poll has hung up."""
        token = str(request.path_params["token"])
        try:
            call = read_call(request.url.query, request.headers.get("content-type", ""), body)
            if method.lower() == "getupdates":
                return await self._poll(token, call, receive)
        except Refusal as refusal:
            return refused(refusal)
        return self._api.answer(token, method, call)

    async def _poll(self, token: str, call: Call, receive: Receive) -> Answer | None:
        poll = Poll(self._api.world, self._api.bot_of(token), call)
        self._bell.ring()  # the poller before this one is to learn of it
        updates = await self._bell.first_while_connected(poll.updates, poll.seconds, receive)
        return None if updates is None else success([update.to_json() for update in updates])

    async def _misbehave(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.manner is Manner.SILENCE:
            await self._bell.first_while_connected(lambda: None, DAY, receive)
        elif fault.manner is Manner.DROP:
            await _break_off(send)
        elif fault.refusal is not None:
            await _response(refused(fault.refusal))(scope, receive, send)
        elif fault.manner is Manner.PAGE:
            await Response(ERROR_PAGE, fault.status, media_type="text/html")(scope, receive, send)
        else:
            await Response(b'{"ok":true,"result":', media_type="application/json")(scope, receive, send)

    async def download(self, request: Request) -> Response:
        """`/file/bot<token>/<path>`."""
        try:
            bot = self._api.bot_of(str(request.path_params["token"]))
            stored = self._api.world.downloads.get((bot.id, str(request.path_params["path"])))
            if stored is None:
                raise not_found()
        except Refusal as refusal:
            return _response(refused(refusal))
        return Response(stored.content, media_type="application/octet-stream")


def _response(answer: Answer) -> Response:
    content = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(content, answer.status, media_type="application/json")


def _too_large() -> Refusal:
    return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Entity Too Large")


async def _body(request: Request) -> bytes | None:
    """The whole body; None for one that is too large, which is read no further."""
    pieces: list[bytes] = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > LARGEST_BODY:
            return None
        pieces.append(piece)
    return b"".join(pieces)


async def _break_off(send: Send) -> None:
    """Promise a hundred bytes, send four and leave: the server has to break the connection."""
    length = [(b"content-length", b"100"), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    await send({"type": "http.response.body", "body": b'{"ok', "more_body": True})
