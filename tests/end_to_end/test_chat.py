"""A whole gateway with a chat, as its operator has it: killed in between, and with Telegram away."""

import asyncio
import json
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx

from gateway.chat_sandbox import BotApi, Message
from gateway.chat_sandbox import running as sandbox_running
from tests.chat.contract.service import Request, Response, serving
from tests.chat.contract.webhook_bench import SECRET, signed
from tests.gateway_process import running, until
from tests.house import ZHOU, mail

LINES = ("堡垒机登录不上", "从早上九点开始的", "十几个人都受影响")
TOKEN = "7100000009:canary-of-a-token-in-no-log"


async def test_a_report_by_chat_survives_a_kill_and_is_acknowledged_once(tmp_path: Path) -> None:
    """kill -9 while its burst is waited for: all that was kept is one case after the restart (G2, G21)."""
    api = BotApi(lambda: datetime.now(UTC))
    bot, li = api.add_bot("support_bot"), api.add_person("李娜", language="zh-hans")

    def heard() -> list[Message]:
        return [each for each in li.chat_with(bot).transcript() if each.sender.is_bot]

    with ExitStack() as stack:
        async with sandbox_running(api) as sandbox:
            settings = {
                "channels__telegram__token": bot.token,
                "channels__telegram__base_url": sandbox.url,
                "channels__chat__quiet_seconds": "5",
            }
            gateway = await asyncio.to_thread(stack.enter_context, running(tmp_path, **settings))
            for line in LINES:
                li.write(li.chat_with(bot), line)
            await asyncio.to_thread(
                until, "the lines in the inbox", lambda: len(gateway.inbox()) == len(LINES)
            )
            await asyncio.to_thread(gateway.kill)
            await asyncio.to_thread(gateway.start)
            await asyncio.to_thread(until, "an acknowledgement", heard)
            (case,) = await asyncio.to_thread(gateway.cases)
            assert case["channel"] == "telegram"
            assert [str(case["number"]) in message.text for message in heard()] == [True]
            await asyncio.to_thread(stack.close)


def test_a_dead_bot_api_leaves_mail_untouched_and_its_token_out_of_the_log(tmp_path: Path) -> None:
    """F27, T30: mail comes and goes; the log says what is wrong, and no secret."""
    settings = {"channels__telegram__token": TOKEN, "channels__telegram__base_url": "http://127.0.0.1:9"}
    with running(tmp_path, **settings) as gateway:
        gateway.send(mail(ZHOU, "堡垒机无法登录。\n周敏"), ZHOU)
        gateway.letter(ZHOU)
        assert gateway.logged("telegram_troubled")
        assert "no connection to Telegram" in gateway.get("/readyz")
        assert TOKEN.partition(":")[2] not in gateway.log.read_text()


async def test_a_webhook_is_a_chat_of_the_running_gateway(tmp_path: Path) -> None:
    """From a row of [[chat_channels]] to a case and its acknowledgement; forged, it is nothing."""
    posted: list[Request] = []

    def answer(request: Request) -> Response:
        posted.append(request)
        return Response()

    async with serving(answer) as url:
        row = {"name": "wecom", "kind": "webhook", "settings": {"url": url}, "secrets": {"signing": SECRET}}
        settings = {"chat_channels": json.dumps([row]), "channels__chat__quiet_seconds": "0"}
        with ExitStack() as stack:
            gateway = await asyncio.to_thread(stack.enter_context, running(tmp_path, **settings))
            event = {
                "id": "e1",
                "event": "message",
                "person": {"id": "ZhangSan"},
                "message": "m1",
                "text": LINES[0],
            }
            body = json.dumps(event).encode()
            headers = signed(body, str(int(datetime.now(UTC).timestamp())))
            async with httpx.AsyncClient(trust_env=False) as client:
                hook = f"http://127.0.0.1:{gateway.port('portal')}/chat/wecom"
                statuses = [
                    (await client.post(hook, content=body, headers=each)).status_code
                    for each in ({}, headers)
                ]
            assert statuses == [401, 200]
            await asyncio.to_thread(until, "an acknowledgement", lambda: posted)
            (case,) = await asyncio.to_thread(gateway.cases)
            assert case["channel"] == "wecom"
            document = json.loads(posted[0].body)
            assert document["to"]["person"] == "ZhangSan"
            assert str(case["number"]) in document["text"]
            ready = json.loads(await asyncio.to_thread(gateway.get, "/readyz"))
            assert ready["checks"]["wecom"]["ok"] is True
            assert SECRET not in gateway.log.read_text()
            await asyncio.to_thread(stack.close)
