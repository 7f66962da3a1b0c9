"""The people's page: what it shows, and how it asks for what a person does. One HTML file and one script of ours.

Only for a person at this machine: it answers under a local name alone, so that no other web page can reach it by a
name of its own (DNS rebinding), and it is told what to do in JSON alone, which no foreign form can send.
"""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from gateway.chat_sandbox.bot_api import BotApi
from gateway.chat_sandbox.call import as_number, read_json
from gateway.chat_sandbox.page_actions import act, wish_of
from gateway.chat_sandbox.people import CannotDo
from gateway.chat_sandbox.shapes import message_json, user_json
from gateway.chat_sandbox.waiting import Bell
from gateway.chat_sandbox.wire import JsonObject, Refusal
from gateway.chat_sandbox.world import Chat, World

LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")
MOST_SHOWN = 200
LARGEST_WISH = 30 << 20
LOOK_SECONDS = 25.0
_PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}

Handler = Callable[[Request], Awaitable[Response]]


def page_routes(api: BotApi, bell: Bell) -> list[Route]:
    """The page, its script, what happens, what is to be done, and the files in the chats."""
    page = _Page(api, bell)
    return [
        Route("/", _for_this_machine(page.html)),
        Route("/page.js", _for_this_machine(page.script)),
        Route("/sandbox/state", _for_this_machine(page.state)),
        Route("/sandbox/wish", _for_this_machine(page.wish), methods=["POST"]),
        Route("/sandbox/file/{id}", _for_this_machine(page.file)),
    ]


def _for_this_machine(handler: Handler) -> Handler:
    async def guarded(request: Request) -> Response:
        if request.url.hostname not in LOCAL_NAMES:
            return PlainTextResponse("This page answers only at 127.0.0.1 and localhost.", 403)
        response = await handler(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


class _Page:
    def __init__(self, api: BotApi, bell: Bell) -> None:
        self._api = api
        self._bell = bell
        here = files(__package__ or "gateway.chat_sandbox")
        self._html = here.joinpath("page.html").read_text("utf-8")
        self._script = here.joinpath("page.js").read_text("utf-8")
        self._policy = (
            f"default-src 'none'; script-src 'self'; style-src '{_hash_of_style(self._html)}'; img-src 'self'; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    async def html(self, _: Request) -> Response:
        """The page itself."""
        headers = {"Content-Security-Policy": self._policy, "Referrer-Policy": "no-referrer"}
        return Response(self._html, media_type="text/html", headers=headers)

    async def script(self, _: Request) -> Response:
        """Its script."""
        return Response(self._script, media_type="text/javascript")

    async def state(self, request: Request) -> Response:
        """Everything there is to see, as soon as it is newer than `since`."""
        seen = as_number(request.query_params.get("since", ""), -1)
        world = self._api.world
        await self._bell.first_while_connected(lambda: world.version != seen, LOOK_SECONDS, request.receive)
        return JSONResponse(state_of(world))

    async def wish(self, request: Request) -> Response:
        """Something to be done; 409 with the reason when it cannot."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return PlainTextResponse("only JSON is understood", 415)
        if as_number(request.headers.get("content-length", ""), LARGEST_WISH + 1) > LARGEST_WISH:
            return PlainTextResponse("too large", 413)
        try:
            body = (await request.body()).decode("utf-8", "replace")
            act(self._api, wish_of(read_json(body, "can't parse JSON")))
        except (CannotDo, Refusal) as reason:
            return PlainTextResponse(str(reason), 409)
        return PlainTextResponse("done")

    async def file(self, request: Request) -> Response:
        """A file of a message: pictures to be seen, everything else to be saved."""
        stored = self._api.world.files.get(str(request.path_params["id"]))
        if stored is None:
            return PlainTextResponse("no such file", 404)
        for beginning, kind in _PICTURES.items():
            if stored.content.startswith(beginning):
                return Response(stored.content, media_type=kind)
        headers = {"Content-Disposition": "attachment"}
        return Response(stored.content, media_type="application/octet-stream", headers=headers)


def _hash_of_style(html: str) -> str:
    """The style within the page, as a Content-Security-Policy names it (CSP 3, section 2.3.1)."""
    found = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = hashlib.sha256((found[1] if found else "").encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def state_of(world: World) -> JsonObject:
    """What the page draws: `{"version", "people", "bots", "chats", "answers"}`."""
    return {
        "version": world.version,
        "people": [user_json(person) for person in world.people.values()],
        "bots": [user_json(bot.user) for bot in world.bots.values()],
        "chats": [_chat_shown(place, chat) for place, chat in enumerate(world.chats)],
        "answers": [
            {"id": query.id, "person": query.person, "text": query.answer, "alert": query.alert}
            for bot in world.bots.values()
            for query in bot.callbacks.values()
            if query.answered and query.answer
        ],
    }


def _chat_shown(place: int, chat: Chat) -> JsonObject:
    return {
        "chat": place,
        "type": chat.type.value,
        "title": chat.title,
        "people": list(chat.people),
        "bots": list(chat.bots),
        "blocked": chat.blocked,
        "closed": chat.upgraded_to is not None,
        "topics": {str(thread): name for thread, name in chat.topics.items()},
        "messages": [message_json(message) for message in chat.transcript()[-MOST_SHOWN:]],
    }
