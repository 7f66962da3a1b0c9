"""Our messages to Feishu: an access token, text or a card with buttons, and what its answers mean to the outbox.

open.feishu.cn, "Send message" and "Obtain tenant_access_token". Feishu shows what comes twice under one `uuid` within
an hour once. Its error pages are never quoted.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

import httpx

from gateway.chat_address import ChatAddress
from gateway.chat_note import Button
from gateway.errors import DeliveryError

MOST_BYTES = 24_000
"""Of a text; a card may have 30 KB, with its buttons and its punctuation."""

TOKEN_GONE = frozenset({99991661, 99991663, 99991668})
TOO_FAST = frozenset({99991400, 230020})
TIMEOUT_SECONDS = 20.0
TOO_MANY_REQUESTS = 429


class FeishuApi:
    """One app's. Its token is fetched when it is needed, and again when Feishu no longer takes it."""

    def __init__(self, base_url: str, app_id: str, app_secret: str) -> None:
        self._app = {"app_id": app_id, "app_secret": app_secret}
        self._token: str | None = None
        self._client = httpx.AsyncClient(
            base_url=base_url, timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False
        )

    async def post(self, chat: ChatAddress, text: str, buttons: Sequence[Button], uuid: str) -> str:
        """One message; what Feishu calls it. Raises DeliveryError."""
        kind = "chat_id" if chat.is_group else "open_id"
        message = {"receive_id": chat.chat, "uuid": uuid, **_content(chat, text, buttons)}
        path = f"/open-apis/im/v1/messages?receive_id_type={kind}"
        answer = await self._asked(path, message, await self._fresh_token())
        if answer.get("code") in TOKEN_GONE:
            self._token = None
            answer = await self._asked(path, message, await self._fresh_token())
        _check(answer)
        return str(answer.get("data", {}).get("message_id", "")) or uuid

    async def close(self) -> None:
        """End the connections."""
        await self._client.aclose()

    async def _fresh_token(self) -> str:
        if self._token is None:
            answer = await self._asked("/open-apis/auth/v3/tenant_access_token/internal", self._app)
            if answer.get("code") != 0:
                raise DeliveryError("Feishu does not know this app", permanent=False)
            self._token = str(answer.get("tenant_access_token", ""))
        return self._token

    async def _asked(self, path: str, body: Mapping[str, object], token: str = "") -> dict[str, Any]:
        """Feishu's answer. Raises DeliveryError: in doubt unless it is certain that nothing arrived."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            response = await self._client.post(path, json=body, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise DeliveryError(f"no way to Feishu: {type(error).__name__}", permanent=False) from None
        except httpx.HTTPError as error:
            text = f"Feishu fell silent: {type(error).__name__}"
            raise DeliveryError(text, permanent=False, in_doubt=True) from None
        if response.status_code == TOO_MANY_REQUESTS:
            raise DeliveryError("Feishu asks us to wait", permanent=False, wait=_wait(response))
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if response.is_server_error or not isinstance(answer, dict):
            raise DeliveryError(f"Feishu says {response.status_code}", permanent=False)
        return cast("dict[str, Any]", answer)


def _check(answer: Mapping[str, Any]) -> None:
    """What it means that the message was not taken. Raises DeliveryError."""
    code = answer.get("code")
    if code == 0:
        return
    if code in TOO_FAST or code in TOKEN_GONE:
        raise DeliveryError(f"Feishu does not take it now: {code}", permanent=False)
    raise DeliveryError(f"Feishu refuses the message: {code!a}", permanent=True)


def _content(chat: ChatAddress, text: str, buttons: Sequence[Button]) -> Mapping[str, str]:
    """Plain text, or a card with its buttons; `plain_text` is shown as it is, so that nothing in it is markup."""
    if not buttons:
        return {"msg_type": "text", "content": json.dumps({"text": text}, ensure_ascii=False)}
    group = {"group": chat.chat} if chat.is_group else {}
    actions = [
        {
            "tag": "button",
            "text": {"tag": "plain_text", "content": button.label},
            "value": {"data": button.data, **group},
        }
        for button in buttons
    ]
    words = {"tag": "div", "text": {"tag": "plain_text", "content": text}}
    card = {"elements": [words, {"tag": "action", "actions": actions}]}
    return {"msg_type": "interactive", "content": json.dumps(card, ensure_ascii=False)}


def _wait(response: httpx.Response) -> timedelta:
    """How long Feishu wants to hear nothing."""
    asked = response.headers.get("x-ogw-ratelimit-reset", "")
    return timedelta(seconds=min(int(asked), 3600)) if asked.isascii() and asked.isdecimal() else timedelta()
