"""The example package, loaded by its entry point, and a stand-in for Feishu on the other side."""

import base64
import hashlib
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from gateway.chat_channel import ChannelSettings, ChatChannel, ChatHouse
from gateway.chat_kinds import kind_named
from tests.chat.contract.bench import Bench, CallingBench, Shown, Trouble
from tests.chat.contract.service import Request, Response, serving

OPS, BOT = "oc_ops", "ou_bot"
SECRETS = {"app_secret": "app-secret", "encrypt_key": "encrypt-key"}
ANSWERS = {
    Trouble.CLOSED: Response(400, b'{"code":230013,"msg":"Bot has NO availability to this user"}'),
    Trouble.BUSY: Response(429, b"{}", {"x-ogw-ratelimit-reset": "1"}),
    Trouble.BROKEN: Response(502, b"<html>Bad Gateway</html>"),
    Trouble.SILENT: Response(falls_silent=True),
}
RUBBISH = (
    *(b"", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 50_000),
    b'{"header":{"event_id":"1","event_type":"im.message.receive_v1"},"event":null}',
    b'{"header":{"event_id":"1","event_type":"contact.user.created_v3"},"event":{}}',
    b'{"header":{"event_id":"1","event_type":"card.action.trigger"},"event":{"action":7}}',
)


def sealed(body: bytes, key: str = SECRETS["encrypt_key"]) -> bytes:
    """As Feishu encrypts its events; the initialization vector may be anything here."""
    padding = PKCS7(128).padder()
    filled = padding.update(body) + padding.finalize()
    closing = Cipher(
        algorithms.AES256(hashlib.sha256(key.encode()).digest()), modes.CBC(bytes(16))
    ).encryptor()
    return json.dumps(
        {"encrypt": base64.b64encode(bytes(16) + closing.update(filled) + closing.finalize()).decode()}
    ).encode()


def signed(body: bytes, timestamp: str, key: str = SECRETS["encrypt_key"]) -> dict[str, str]:
    """The headers of a call of Feishu's."""
    signature = hashlib.sha256(f"{timestamp}nonce{key}".encode() + body).hexdigest()
    return {
        "x-lark-request-timestamp": timestamp,
        "x-lark-request-nonce": "nonce",
        "x-lark-signature": signature,
    }


class FeishuBench(CallingBench):
    """People of a tenant."""

    name = "feishu"
    longest = 24_000

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._shown: dict[str, tuple[str, Shown]] = {}
        self._token = ""

    def opened(self, house: ChatHouse) -> ChatChannel:
        """As the gateway finds it."""
        settings = {"app_id": "cli_a1", "bot": BOT, "base_url": self._url}
        self._house = house
        self.channel = kind_named("feishu")(ChannelSettings(self.name, settings, SECRETS), house)
        return self.channel

    def address(self, who: str) -> str:
        """By open_id."""
        return f"{self.name}:/ou_{who}"

    def writes(
        self, who: str, text: str, *, answers: Shown | None = None, in_group: bool = False, to_us: bool = True
    ) -> str:
        """In a group the bot is mentioned as Feishu writes mentions."""
        mentions = [{"key": "@_user_1", "id": {"open_id": BOT}, "name": "客服"}] if in_group and to_us else []
        said = f"@_user_1 {text}" if mentions else text
        return self._received(who, json.dumps({"text": said}), in_group, mentions, answers)

    def presses(self, who: str, on: Shown, data: str) -> None:
        """A card's button."""
        event = {
            "operator": {"open_id": f"ou_{who}"},
            "action": {"tag": "button", "value": {"data": data}},
            "context": {"open_message_id": on.id, "open_chat_id": f"oc_{who}"},
        }
        self._happened("card.action.trigger", event)

    def sends_sticker(self, who: str) -> None:
        """As a message of another type."""
        self._received(who, json.dumps({"file_key": "v3_0ab"}), False, [], None, kind="sticker")

    def says_more_than_we_know(self, who: str, text: str) -> None:
        """At every level."""
        self._received(who, json.dumps({"text": text, "mood": 1}), False, [], None, aura=[{"of": "tomorrow"}])

    def rubbish(self) -> Sequence[bytes]:
        """Well encrypted."""
        return RUBBISH

    def sealed_by_service(self, event: bytes) -> tuple[dict[str, str], bytes]:
        """Encrypted, and signed as it is then."""
        body = sealed(event)
        return signed(body, str(int(self._house.now().timestamp()))), body

    def sees(self, who: str, *, in_group: bool = False) -> Sequence[Shown]:
        """What was sent to them, each uuid once."""
        to = OPS if in_group else f"ou_{who}"
        return [shown for at, shown in self._shown.values() if at == to]

    def _received(
        self,
        who: str,
        content: str,
        in_group: bool,
        mentions: list[Any],
        answers: Shown | None,
        *,
        kind: str = "text",
        **more: Any,
    ) -> str:
        message = f"om_{next(self._ids)}"
        told = {
            "message_id": message,
            "chat_id": OPS if in_group else f"oc_{who}",
            "chat_type": "group" if in_group else "p2p",
            "message_type": kind,
            "content": content,
            "create_time": str(int(self._house.now().timestamp() * 1000) + next(self._ids)),
            "mentions": mentions,
            **({"parent_id": answers.id} if answers else {}),
        }
        event = {"sender": {"sender_id": {"open_id": f"ou_{who}"}, "sender_type": "user"}, "message": told}
        self._happened("im.message.receive_v1", {**event, **more})
        return message

    def _happened(self, kind: str, event: dict[str, Any]) -> None:
        header = {
            "event_id": f"ev{next(self._ids)}",
            "event_type": kind,
            "create_time": "1795397400000000",
            "token": "v",
        }
        body = {"schema": "2.0", "header": header, "event": event}
        self._waiting.append(json.dumps(body, ensure_ascii=False).encode())

    def answer(self, request: Request) -> Response:
        """The Open API: a token, and messages for who has the token of now."""
        body = json.loads(request.body)
        if request.path.endswith("/tenant_access_token/internal"):
            assert body == {"app_id": "cli_a1", "app_secret": SECRETS["app_secret"]}
            self._token = f"t-{next(self._ids)}"
            return _json({"code": 0, "tenant_access_token": self._token, "expire": 7200})
        if request.headers["authorization"] != f"Bearer {self._token}":
            return _json({"code": 99991663, "msg": "invalid access token"}, 400)
        trouble = self._troubles.pop(0) if self._troubles else None
        if trouble not in (None, Trouble.SILENT):
            return ANSWERS[trouble]
        message = f"om_{next(self._ids)}"
        _, shown = self._shown.setdefault(body["uuid"], (body["receive_id"], Shown(message, *_words(body))))
        return ANSWERS[trouble] if trouble else _json({"code": 0, "data": {"message_id": shown.id}})

    def forgets_the_token(self) -> None:
        """As Feishu does after two hours."""
        self._token = "t-of-the-past"


def _words(body: dict[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    content = json.loads(body["content"])
    if body["msg_type"] == "text":
        return content["text"], ()
    words, actions = content["elements"]
    buttons = tuple((each["text"]["content"], each["value"]["data"]) for each in actions["actions"])
    return words["text"]["content"], buttons


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(status, json.dumps(body).encode())


@asynccontextmanager
async def feishu() -> AsyncGenerator[Bench]:
    """A bench with its Open API; the package must be installed."""
    benches: list[FeishuBench] = []
    async with serving(lambda request: benches[0].answer(request)) as url:
        benches.append(FeishuBench(url))
        yield benches[0]
