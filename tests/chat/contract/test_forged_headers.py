"""Calls in a service's name by whoever does not know the secret: generated, and none is let in (RELIABILITY T29)."""

import os
import random

import pytest

from gateway.channels.telegram_webhook import SECRET_HEADER, secret_for
from gateway.chat_channel import Call
from tests.chat.contract.bench import call
from tests.chat.contract.conftest import Meeting
from tests.chat.contract.webhook_bench import signed

SEED = int(os.environ.get("GATEWAY_RIG_SEED", "1"))


@pytest.mark.parametrize("meeting", ["telegram calling", "webhook"], indirect=True)
async def test_no_header_that_is_made_up_is_let_in(meeting: Meeting) -> None:
    """T29: a call without the secret, or with one that is altered, cut, another's or too old, is answered 401."""
    chance = random.Random(SEED)
    body = b'{"id": "forged", "event": "message", "person": {"id": "zhou"}, "text": "/mine", "update_id": 1}'
    now = int(meeting.house.clock.now().timestamp())
    for _ in range(50):
        made_up = "".join(chance.choices("0123456789abcdef", k=chance.choice((0, 1, 63, 64))))
        headers = chance.choice(
            (
                {},
                {SECRET_HEADER: made_up},
                {SECRET_HEADER: secret_for(f"{chance.randrange(10**9)}:another")},
                {"x-gateway-signature": f"sha256={made_up}", "x-gateway-timestamp": str(now)},
                signed(body, str(now - chance.randrange(301, 10**6))),
                signed(body + b" ", str(now)),
                {**signed(body, str(now)), "x-gateway-timestamp": chance.choice(("", "x", str(now + 1)))},
            )
        )
        assert await call(meeting.bench.channel.called, Call("POST", {}, headers, body)) == 401
    assert meeting.house.numbers() == []
