"""The page behind the link of a letter that wants one word: what is asked, and a button for each answer.

Mail scanners follow links too, so that only a button answers; and a link that is wrong, used up or too old gets one and
the same page, so that nothing is learnt by guessing (RELIABILITY T28).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from gateway.errors import NotNow

PATH = "/answer/{token}"
NOWHERE, ASKED, ANSWERED, LATER = "nowhere", "asked", "answered", "later"
STATES = (NOWHERE, ASKED, ANSWERED, LATER)
YES, NO = "yes", "no"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
"""Styles stand in the page itself, which holds no markup but ours; a form goes nowhere but here."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a colleague is asked: whether these words of a mail in their name are theirs."""

    case_number: str
    name: str
    language: str
    words: str
    until: datetime


class Questions(Protocol):
    """The questions that wait, each under the token of its letter."""

    async def find(self, token: str) -> Question | None:
        """The question, if it waits and the token is genuine and not too old."""
        ...

    async def answer(self, token: str, *, yes: bool) -> None:
        """Keep the answer as if it had come by mail; the same answer twice counts once. Raises NotNow."""
        ...


Page = Callable[[str, Mapping[str, object]], str]
"""A page of ours in a language: `state` is NOWHERE, ASKED, ANSWERED or LATER, `question` what is asked."""


def answer_routes(questions: Questions, page: Page, default_language: str) -> list[Route]:
    """GET shows, POST answers."""

    def shown(state: str, question: Question | None, *, status: int = 200, yes: bool = False) -> Response:
        language = question.language if question else default_language
        html = page(language, {"state": state, "question": question, "yes": yes})
        headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
        return HTMLResponse(html, status, headers)

    async def show(request: Request) -> Response:
        question = await questions.find(request.path_params["token"])
        return shown(ASKED, question) if question else shown(NOWHERE, None, status=404)

    async def answer(request: Request) -> Response:
        token = request.path_params["token"]
        question = await questions.find(token)
        if question is None:
            return shown(NOWHERE, None, status=404)
        said = request.query_params.get("say")
        if said not in (YES, NO):
            return shown(ASKED, question, status=400)
        try:
            await questions.answer(token, yes=said == YES)
        except NotNow:
            return shown(LATER, question, status=503)
        return shown(ANSWERED, question, yes=said == YES)

    return [Route(PATH, show, methods=["GET"]), Route(PATH, answer, methods=["POST"])]
