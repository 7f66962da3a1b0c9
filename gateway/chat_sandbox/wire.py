"""What goes over the wire: JSON as types, and the refusal that becomes `{"ok": false, …}`.

The sentences are Telegram's own, as the Bot API server (github.com/tdlib/telegram-bot-api) words them: clients,
ours among them, tell one trouble from another by them.
"""

from http import HTTPStatus
from typing import TypeAlias

from gateway.errors import GatewayError

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = dict[str, Json]


class Refusal(GatewayError):
    """A call that is answered with `ok: false`.

    `description` is the whole sentence, its status phrase included; `parameters` is the documentation's
    ResponseParameters (`retry_after` in seconds, `migrate_to_chat_id`).
    """

    def __init__(self, status: HTTPStatus, description: str, parameters: JsonObject | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def envelope(self) -> JsonObject:
        """The body of the answer."""
        body: JsonObject = {"ok": False, "error_code": int(self.status), "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(problem: str) -> Refusal:
    """400: the call cannot be carried out as it stands."""
    return Refusal(HTTPStatus.BAD_REQUEST, f"Bad Request: {problem}")


def forbidden(problem: str) -> Refusal:
    """403: the bot may not; trying again is of no use."""
    return Refusal(HTTPStatus.FORBIDDEN, f"Forbidden: {problem}")


def conflict(problem: str) -> Refusal:
    """409: another poller or a webhook has the updates."""
    return Refusal(HTTPStatus.CONFLICT, f"Conflict: {problem}")


def too_many_requests(retry_after: int) -> Refusal:
    """429: nothing was done; try again after so many seconds."""
    sentence = f"Too Many Requests: retry after {retry_after}"
    return Refusal(HTTPStatus.TOO_MANY_REQUESTS, sentence, {"retry_after": retry_after})


def upgraded(supergroup: int) -> Refusal:
    """400: the group is a supergroup now, under this id."""
    sentence = "Bad Request: group chat was upgraded to a supergroup chat"
    return Refusal(HTTPStatus.BAD_REQUEST, sentence, {"migrate_to_chat_id": supergroup})


def unauthorized() -> Refusal:
    """401: a token of the right form that no bot has."""
    return Refusal(HTTPStatus.UNAUTHORIZED, "Unauthorized")


def not_found(what: str = "") -> Refusal:
    """404: a malformed token, a method or a file that does not exist."""
    return Refusal(HTTPStatus.NOT_FOUND, "Not Found" + (f": {what}" if what else ""))
