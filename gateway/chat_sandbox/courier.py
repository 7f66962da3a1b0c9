"""Updates carried to webhooks: in order, with the secret header, again until the other side says 2xx.

Telegram's words: "In case of an unsuccessful request (a request with response HTTP status code different from
2XY), we will repeat the request and give up after a reasonable amount of attempts." Ours never gives up, so that a
test sees every update; what is older than a day is dropped by the queue, as with Telegram.
"""

import asyncio
import json
from collections.abc import Callable
from http import HTTPStatus

import httpx

from gateway.chat_sandbox.updates import Update, Webhook
from gateway.chat_sandbox.waiting import Bell
from gateway.chat_sandbox.world import Bot, World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- a header's name
PATIENCE_SECONDS = 10.0


class Courier:
    """Carries the updates of all bots, those of one bot one after the other."""

    def __init__(self, world: World, bell: Bell, *, retry_seconds: float = 1.0) -> None:
        self._world = world
        self._bell = bell
        self._retry_seconds = retry_seconds
        self._at_work: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled."""
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as client:
            try:
                while True:
                    self._send_out(client)
                    await self._bell.first(self._changed_since(self._world.version), PATIENCE_SECONDS)
            finally:
                for task in self._at_work.values():
                    task.cancel()
                await asyncio.gather(*self._at_work.values(), return_exceptions=True)

    def _changed_since(self, version: int) -> Callable[[], bool]:
        return lambda: self._world.version != version

    def _send_out(self, client: httpx.AsyncClient) -> None:
        for bot in self._world.bots.values():
            working = self._at_work.get(bot.id)
            if bot.webhook is not None and len(bot.queue) and (working is None or working.done()):
                self._at_work[bot.id] = asyncio.create_task(self._deliver(client, bot))

    async def _deliver(self, client: httpx.AsyncClient, bot: Bot) -> None:
        """All that waits for this bot, as long as it has a webhook."""
        while (webhook := bot.webhook) is not None and (update := bot.queue.first(self._world.now())):
            trouble = await _post(client, webhook, update)
            if trouble is None:
                bot.queue.confirm(update.id)
                continue
            webhook.last_error, webhook.last_error_at = trouble, self._world.now()
            await asyncio.sleep(self._retry_seconds)


async def _post(client: httpx.AsyncClient, webhook: Webhook, update: Update) -> str | None:
    """None when the other side took it, else what getWebhookInfo says of it."""
    headers = {"Content-Type": "application/json"}
    if webhook.secret:
        headers[SECRET_HEADER] = webhook.secret
    content = json.dumps(update.to_json(), ensure_ascii=False).encode("utf-8", "replace")
    try:
        answer = await client.post(webhook.url, content=content, headers=headers)
    except httpx.TimeoutException:
        return "Read timeout expired"
    except httpx.TransportError:
        return "Connection refused"
    except httpx.InvalidURL:
        return "Invalid webhook URL specified"
    if HTTPStatus.OK <= answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
        return None
    return f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
