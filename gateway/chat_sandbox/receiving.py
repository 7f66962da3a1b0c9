"""How a bot gets its updates: getUpdates (the part that does not wait), setWebhook and its kin."""

import re

from gateway.chat_sandbox.call import Call
from gateway.chat_sandbox.shapes import webhook_json
from gateway.chat_sandbox.updates import Update, Webhook
from gateway.chat_sandbox.wire import Json, bad_request, conflict
from gateway.chat_sandbox.world import Bot, World

LONGEST_POLL = 50
PORTS = (443, 80, 88, 8443)
LONGEST_SECRET = 256
_ADDRESS = re.compile(r"(https?)://([^/?#\s@:]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::(\d{1,5}))?(?:[/?#]\S*)?")
_TERMINATED = "terminated by other getUpdates request; make sure that only one bot instance is running"
_BY_WEBHOOK = "terminated by setWebhook request"
_WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Poll:
    """One getUpdates call: asked again whenever something happened, until it has an answer or its time is over."""

    def __init__(self, world: World, bot: Bot, call: Call) -> None:
        if bot.webhook is not None:
            raise conflict(_WEBHOOK_ACTIVE)
        _allow(bot, call)
        self.seconds = min(max(call.number("timeout"), 0), LONGEST_POLL)
        self._world, self._bot = world, bot
        self._offset, self._limit = call.number("offset"), call.number("limit", 100)
        self._ticket = bot.queue.open_poll()

    def updates(self) -> list[Update]:
        """What there is now. Raises Refusal 409 when another poller, or a webhook, came since."""
        if self._bot.webhook is not None:
            raise conflict(_BY_WEBHOOK)
        if not self._bot.queue.is_current(self._ticket):
            raise conflict(_TERMINATED)
        return self._bot.queue.take(self._offset, self._limit, self._world.now())


def get_updates(world: World, bot: Bot, call: Call) -> Json:
    """getUpdates with what there is at this moment; who waits uses `Poll`."""
    return [update.to_json() for update in Poll(world, bot, call).updates()]


def _allow(bot: Bot, call: Call) -> None:
    """Without the parameter "the previous setting will be used"."""
    if not call.has("allowed_updates"):
        return
    kinds = call.json("allowed_updates", "can't parse allowed_updates JSON object")
    if isinstance(kinds, list):
        bot.queue.allow([kind for kind in kinds if isinstance(kind, str)])


def set_webhook(world: World, bot: Bot, call: Call, *, local: bool) -> Json:
    """setWebhook; an empty url removes it. `local` servers (`--local`) also take http and any port."""
    url = call.text("url")
    if not url:
        return delete_webhook(world, bot, call)
    _check_address(url, local=local)
    secret = call.text("secret_token")
    if len(secret) > LONGEST_SECRET:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    connections = min(max(call.number("max_connections", 40), 1), 100)
    _allow(bot, call)
    if call.flag("drop_pending_updates"):
        bot.queue.drop()
    bot.webhook = Webhook(url, secret, connections, call.text("ip_address"))
    world.changed()
    return True


def _check_address(url: str, *, local: bool) -> None:
    found = _ADDRESS.fullmatch(url)
    if found is None:
        raise bad_request("bad webhook: invalid webhook URL specified")
    if local:
        return
    if found[1] != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if found[3] and int(found[3]) not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def delete_webhook(world: World, bot: Bot, call: Call) -> Json:
    """deleteWebhook: back to getUpdates, what waits stays unless it is to be dropped."""
    if call.flag("drop_pending_updates"):
        bot.queue.drop()
    bot.webhook = None
    world.changed()
    return True


def get_webhook_info(_: World, bot: Bot, __: Call) -> Json:
    """getWebhookInfo: where, how many wait, and what went wrong last."""
    return webhook_json(bot.webhook, len(bot.queue), bot.queue.allowed)
