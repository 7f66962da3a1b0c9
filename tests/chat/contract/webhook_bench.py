"""The signed webhook, and an adapter on the other side that does as docs/chat-webhook.md says."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from gateway.channels.webhook import WebhookChat, open_channel
from gateway.chat_address import ChatAddress
from gateway.chat_channel import ChannelSettings, ChatHouse
from tests.chat.contract.bench import Bench, CallingBench, CapableBench, Shown, Trouble
from tests.chat.contract.service import Request, Response, serving

OPS = "-cid/青山+=="
"""A group's id, as awkward as services make them."""

SECRET = "a-secret-that-both-sides-know"
ANSWERS = {
    Trouble.CLOSED: Response(403),
    Trouble.BUSY: Response(429, headers={"Retry-After": "1"}),
    Trouble.BROKEN: Response(502, b"<html>Bad Gateway</html>"),
    Trouble.SILENT: Response(falls_silent=True),
}
RUBBISH = (
    *(b"", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 50_000, b'{"id":"\\ud800","event":"message"}'),
    *(
        json.dumps({"id": "r1", "event": "message", "message": "m", "text": "x", **wrong}).encode()
        for wrong in (
            {"person": None},
            {"person": {"id": ""}},
            {"person": {"id": 7}},
            {"person": {"id": "a" * 1000}},
            {"person": {"id": "a\u0000b"}},
            {"person": {"id": "li"}, "group": "g" * 100},
            {"person": {"id": "li"}, "message": "m" * 200},
            {"person": {"id": "li"}, "id": ""},
            {"person": {"id": "li"}, "event": "exploded"},
            {"person": {"id": "li"}, "event": "pressed"},
            {"person": {"id": "li"}, "text": " "},
            {"person": {"id": "li"}, "at": "yesterday"},
            {"person": {"id": "li"}, "at": "2026-11-23T09:30:00"},
            {"person": {"id": "li"}, "file": {"content": "no base64!"}},
        )
    ),
)


def signed(body: bytes, timestamp: str, secret: str = SECRET) -> dict[str, str]:
    """As docs/chat-webhook.md says."""
    mac = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return {"x-gateway-timestamp": timestamp, "x-gateway-signature": f"sha256={mac.hexdigest()}"}


class WebhookBench(CallingBench, CapableBench):
    """Its people; what they do is posted when it is brought."""

    name = "hotline"
    longest = 300

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._shown: dict[str, tuple[dict[str, Any], Shown]] = {}

    def opened(self, house: ChatHouse) -> WebhookChat:
        """By its own opener."""
        settings = {"url": f"{self._url}/from-gateway", "longest_text": self.longest}
        self._house = house
        self.channel = open_channel(ChannelSettings(self.name, settings, {"signing": SECRET}), house)
        return self.channel

    def address(self, who: str) -> str:
        """There is one account; and ids have capitals, as with WeCom."""
        return str(ChatAddress(self.name, "", who.title()))

    def writes(
        self, who: str, text: str, *, answers: Shown | None = None, in_group: bool = False, to_us: bool = True
    ) -> str:
        """A message has an id of its own."""
        message = f"m{next(self._ids)}"
        self._post(
            who,
            "message",
            message=message,
            text=text,
            reply_to=answers.id if answers else None,
            group=OPS if in_group else None,
            to_us=to_us,
        )
        return message

    def edits(self, who: str, message: str, text: str) -> None:
        """Told as an event of its own."""
        self._post(who, "edited", message=message, text=text)

    def presses(self, who: str, on: Shown, data: str) -> None:
        """With the button's data."""
        self._post(who, "pressed", message=on.id, button=data)

    def sends_file(self, who: str, name: str, content: bytes, text: str) -> None:
        """In base64."""
        file = {"name": name, "type": "text/plain", "content": base64.b64encode(content).decode()}
        self._post(who, "message", message=f"m{next(self._ids)}", text=text, file=file)

    def sends_sticker(self, who: str) -> None:
        """Named, so that it is declined."""
        self._post(who, "message", message=f"m{next(self._ids)}", unreadable="sticker")

    def says_more_than_we_know(self, who: str, text: str) -> None:
        """At every level."""
        person = {"id": who.title(), "name": who, "aura": [1]}
        self._post(who, "message", message="m-new", text=text, person=person, mood={"of": "tomorrow"})

    def rubbish(self) -> Sequence[bytes]:
        """Signed, and no event."""
        return RUBBISH

    def sealed_by_service(self, event: bytes) -> tuple[dict[str, str], bytes]:
        """With a good signature."""
        return signed(event, str(int(self._house.now().timestamp()))), event

    def sees(self, who: str, *, in_group: bool = False) -> Sequence[Shown]:
        """What was posted to us for them, each id once."""
        to = {"group": OPS} if in_group else {"person": who.title()}
        return [shown for at, shown in self._shown.values() if to.items() <= at.items()]

    def _post(self, who: str, event: str, **more: Any) -> None:
        person = {"id": who.title(), "name": who}
        body = {"id": f"e{next(self._ids)}", "event": event, "person": person, **more}
        self._waiting.append(json.dumps(body, ensure_ascii=False).encode())

    def answer(self, request: Request) -> Response:
        """The adapter: it checks the signature, and shows each message once."""
        expected = signed(request.body, request.headers["x-gateway-timestamp"])["x-gateway-signature"]
        assert hmac.compare_digest(expected, request.headers["x-gateway-signature"])
        body = json.loads(request.body)
        assert body["id"] == request.headers["x-gateway-delivery"]
        if body["event"] != "message":
            return Response()
        trouble = self._troubles.pop(0) if self._troubles else None
        if trouble in (None, Trouble.SILENT):
            buttons = tuple((each["label"], each["data"]) for each in body["buttons"])
            self._shown.setdefault(body["id"], (body["to"], Shown(body["id"], body["text"], buttons)))
        return ANSWERS[trouble] if trouble is not None else Response()


@asynccontextmanager
async def webhook() -> AsyncGenerator[Bench]:
    """A bench with its adapter."""
    benches: list[WebhookBench] = []
    async with serving(lambda request: benches[0].answer(request)) as url:
        benches.append(WebhookBench(url))
        yield benches[0]
