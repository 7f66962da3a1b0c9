"""Getting updates: offsets, redelivery, kinds, webhooks (docs, "Getting updates"; RELIABILITY 0.17, G21)."""

import pytest

from tests.chat_sandbox.scene import Scene


def test_an_update_comes_again_until_the_offset_moves_past_it(scene: Scene) -> None:
    """What was fetched is not yet confirmed: a gateway killed between the two must get it again (RELIABILITY G21)."""
    scene.li.write(scene.chat, "one")
    first = scene.updates()
    assert scene.updates() == first
    assert scene.updates(first[0]["update_id"]) == first
    assert scene.updates(first[0]["update_id"] + 1) == []
    assert scene.updates() == []


def test_a_confirmed_update_can_be_made_to_come_again(scene: Scene) -> None:
    """So tests can have duplicates to order, as an outage at Telegram makes them."""
    scene.li.write(scene.chat, "twice")
    (first,) = scene.bot.queue.take(0, 1, scene.clock.now())
    assert scene.updates(first.id + 1) == []
    scene.bot.queue.repeat(first)
    assert scene.updates() == [first.to_json()]


def test_update_ids_grow_one_by_one(scene: Scene) -> None:
    """Clients find what is missing, and what came twice, by the number."""
    for text in "abc":
        scene.li.write(scene.chat, text)
    ids = [update["update_id"] for update in scene.updates()]
    assert ids == list(range(ids[0], ids[0] + 3))


def test_a_negative_offset_keeps_the_last_and_forgets_the_others(scene: Scene) -> None:
    """ "All previous updates will be forgotten"."""
    for text in "abcd":
        scene.li.write(scene.chat, text)
    assert [update["message"]["text"] for update in scene.updates(-2)] == ["c", "d"]
    assert [update["message"]["text"] for update in scene.updates()] == ["c", "d"]


def test_a_limit_gives_the_oldest_first(scene: Scene) -> None:
    """1-100, and nothing outside of it."""
    for number in range(120):
        scene.li.write(scene.chat, str(number))
    assert [update["message"]["text"] for update in scene.updates(limit=2)] == ["0", "1"]
    assert len(scene.updates(limit=1000)) == 100


def test_what_nobody_takes_for_a_day_is_gone(scene: Scene) -> None:
    """ "Incoming updates are stored until the bot receives them, but not longer than 24 hours"."""
    scene.li.write(scene.chat, "old")
    scene.clock.pass_(hours=23)
    scene.li.write(scene.chat, "new")
    scene.clock.pass_(hours=2)
    assert [update["message"]["text"] for update in scene.updates()] == ["new"]


def test_only_allowed_kinds_come_and_the_choice_is_remembered(scene: Scene) -> None:
    """Without the parameter "the previous setting will be used"; an empty list is the default set again."""
    scene.updates(allowed_updates=["edited_message"])
    message = scene.li.write(scene.chat, "not wanted")
    scene.li.edit(message, "wanted")
    assert [set(update) for update in scene.updates()] == [{"update_id", "edited_message"}]
    scene.updates(allowed_updates=[])
    scene.li.write(scene.chat, "wanted again")
    assert "message" in scene.updates()[-1]


def test_a_kind_turned_off_does_not_take_back_what_waits(scene: Scene) -> None:
    """ "This parameter doesn't affect updates created before the call"."""
    scene.li.write(scene.chat, "before")
    assert len(scene.updates(allowed_updates=["callback_query"])) == 1


def test_a_webhook_ends_polling_with_409(scene: Scene) -> None:
    """ "This method will not work if an outgoing webhook is set up"."""
    scene.done("setWebhook", url="http://127.0.0.1:8443/hook")
    assert scene.refused("getUpdates") == (
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )
    scene.done("deleteWebhook")
    assert scene.updates() == []


@pytest.mark.parametrize("method", ["setWebhook", "deleteWebhook"])
def test_pending_updates_are_dropped_when_asked(scene: Scene, method: str) -> None:
    """And only then: by default they wait."""
    scene.li.write(scene.chat, "waiting")
    scene.done(method, url="https://gateway.example/hook")
    assert scene.done("getWebhookInfo")["pending_update_count"] == 1
    scene.done(method, url="https://gateway.example/hook", drop_pending_updates=True)
    assert scene.done("getWebhookInfo")["pending_update_count"] == 0


@pytest.mark.parametrize(
    ("secret", "problem"),
    [
        ("spaces are wrong", "Bad Request: secret token contains unallowed characters"),
        ("a" * 257, "Bad Request: secret token is too long"),
    ],
)
def test_a_webhook_secret_has_1_to_256_plain_characters(scene: Scene, secret: str, problem: str) -> None:
    """ "Only characters A-Z, a-z, 0-9, _ and - are allowed" (RELIABILITY T29)."""
    assert scene.refused("setWebhook", url="https://gateway.example/", secret_token=secret) == problem


def test_a_public_server_takes_https_and_four_ports_only() -> None:
    """ "Ports currently supported for webhooks: 443, 80, 88, 8443"; only a local server takes others."""
    scene = Scene()
    scene.api = type(scene.api)(scene.clock.now, local=False)
    scene.bot = scene.api.add_bot("strict_bot")
    assert "HTTPS URL must be provided" in scene.refused("setWebhook", url="http://gateway.example/")
    assert "only on ports" in scene.refused("setWebhook", url="https://gateway.example:9000/")
    assert "invalid webhook URL" in scene.refused("setWebhook", url="gateway.example")
    scene.done("setWebhook", url="https://gateway.example:8443/hook")


def test_webhook_info_tells_what_was_set(scene: Scene) -> None:
    """A gateway can look whether its webhook still is its own."""
    assert scene.done("getWebhookInfo")["url"] == ""
    scene.done(
        "setWebhook",
        url="https://gateway.example/h",
        max_connections=7,
        allowed_updates=["message", "nonsense"],
    )
    assert scene.done("getWebhookInfo") == {
        "url": "https://gateway.example/h",
        "has_custom_certificate": False,
        "pending_update_count": 0,
        "max_connections": 7,
        "allowed_updates": ["message"],
    }
