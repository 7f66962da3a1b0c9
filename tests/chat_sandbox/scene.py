"""A sandbox with a bot and two people, called without any network, on a clock that stands still."""

import json
import struct
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from gateway.chat_sandbox import Bot, BotApi, Chat, Person
from gateway.chat_sandbox.bot_api import Answer
from gateway.chat_sandbox.call import Call
from gateway.chat_sandbox.form_data import Upload

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def picture(width: int = 6, height: int = 4) -> bytes:
    """A real PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x20\x60\xa0" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class StillClock:
    """Passes only when it is told to."""

    def __init__(self) -> None:
        self.moment = MONDAY

    def now(self) -> datetime:
        """The present moment."""
        return self.moment

    def pass_(self, **span: float) -> None:
        """Let so much time go by."""
        self.moment += timedelta(**span)


@dataclass
class Scene:
    """One bot, Li who has started it, Mei who has not, and calls as a bot makes them."""

    clock: StillClock = field(default_factory=StillClock)

    def __post_init__(self) -> None:
        self.api = BotApi(self.clock.now)
        self.bot: Bot = self.api.add_bot("support_bot")
        self.li: Person = self.api.add_person("Li", "Na", username="lina", language="zh-hans")
        self.mei: Person = self.api.add_person("Mei")
        self.li.start(self.bot)
        self.chat: Chat = self.li.chat_with(self.bot)
        self.confirm_all()

    def ask(
        self, method: str, *, bot: Bot | None = None, files: dict[str, Upload] | None = None, **values: Any
    ) -> Answer:
        """A call; what is no text goes as JSON, as clients send it."""
        sent = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
        return self.api.answer((bot or self.bot).token, method, Call(sent, files or {}))

    def done(
        self, method: str, *, bot: Bot | None = None, files: dict[str, Upload] | None = None, **values: Any
    ) -> Any:
        """The result of a call that must succeed."""
        answer = self.ask(method, bot=bot, files=files, **values)
        assert answer.body["ok"] is True, answer.body
        return answer.body["result"]

    def refused(
        self, method: str, *, bot: Bot | None = None, files: dict[str, Upload] | None = None, **values: Any
    ) -> str:
        """The sentence a call is refused with, after checking that the envelope is the documented one."""
        answer = self.ask(method, bot=bot, files=files, **values)
        assert answer.body["ok"] is False, answer.body
        assert answer.body["error_code"] == int(answer.status)
        return cast("str", answer.body["description"])

    def say(self, text: str = "hello", **more: Any) -> Any:
        """The bot writes to Li."""
        return self.done("sendMessage", chat_id=self.chat.id, text=text, **more)

    def updates(self, offset: int = 0, *, bot: Bot | None = None, **more: Any) -> list[dict[str, Any]]:
        """What getUpdates gives."""
        return self.done("getUpdates", bot=bot, offset=offset, **more)

    def confirm_all(self, bot: Bot | None = None) -> None:
        """Take everything and move the offset past it."""
        if waiting := self.updates(bot=bot):
            self.updates(waiting[-1]["update_id"] + 1, bot=bot)
