"""Telegram's updates into the inbox: kept before the offset moves (RELIABILITY G21), each once, nothing decided.

What is kept is the update as it came, beside the file that came with it: `{"bot", "update", "file"}`. The offset lies
in the bookmarks; after a crash between keeping and moving on Telegram gives the same update again, and its digest is
known.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from gateway.channels.telegram_client import LARGEST_DOWNLOAD, TelegramClient, Update, seconds_to_wait
from gateway.chat_address import TELEGRAM, TELEGRAM_ACT, ChatAddress
from gateway.errors import NotNow
from gateway.messages import Envelope

log = structlog.get_logger()

WAIT_SECONDS = 25
RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
DEGRADED_AFTER = timedelta(minutes=2)
"""So long it may be silent before it counts as trouble: one alarm, whatever it is (F27)."""

FILE_KINDS = ("document", "video", "audio", "voice", "animation", "video_note")

Keep = Callable[[Envelope, bytes, str], Awaitable[None]]
"""Keeps bytes that came so, under this digest; durable when it returns."""


class Bookmarks(Protocol):
    """Where a channel notes how far it has read."""

    async def read(self, key: str) -> str | None:
        """What was last left there."""
        ...

    async def leave(self, key: str, value: str) -> None:
        """Durable when it returns."""
        ...


@dataclass(frozen=True, slots=True)
class _Trouble:
    kind: str
    since: datetime
    rounds: int = 1
    is_told: bool = False


class TelegramPolling:
    """Reads one bot's updates until it is cancelled."""

    def __init__(
        self,
        client: TelegramClient,
        keep: Keep,
        bookmarks: Bookmarks,
        now: Callable[[], datetime],
        *,
        wait_seconds: int = WAIT_SECONDS,
    ) -> None:
        self._client = client
        self._keep = keep
        self._bookmarks = bookmarks
        self._now = now
        self._wait = wait_seconds
        self._key = f"{TELEGRAM}:{client.id}"
        self._trouble: _Trouble | None = None
        self._last_answer: datetime | None = None

    def health(self) -> Mapping[str, object]:
        """For /readyz: whether updates come, and why not. No server's words."""
        trouble = self._trouble
        return {
            "ok": trouble is None or not trouble.is_told,
            "why": trouble.kind if trouble is not None else None,
            "last_answer": self._last_answer,
        }

    async def run(self) -> None:
        """Poll; whatever goes wrong, again after a while (F27)."""
        while True:
            try:
                await self.look()
            except (TelegramError, NotNow) as error:
                pause = self.failed(error)
            except Exception as error:
                # A fault of ours must not end the channel in silence (RELIABILITY 0.17).
                log.exception("telegram_polling_failed")
                pause = self.failed(error)
            else:
                self._succeeded()
                continue
            await asyncio.sleep(pause)

    async def look(self) -> int:
        """One long poll; how many updates were kept. Raises TelegramError and NotNow."""
        offset = int(await self._bookmarks.read(self._key) or 0)
        updates = await self._client.updates(offset, self._wait)
        for update in updates:
            number = update.get("update_id")
            if not isinstance(number, int):
                log.error("telegram_update_without_number")
                continue
            await self._keep(*await self._as_kept(update, number))
            offset = max(offset, number + 1)
        if updates:
            await self._bookmarks.leave(self._key, str(offset))
        return len(updates)

    async def _as_kept(self, update: Update, number: int) -> tuple[Envelope, bytes, str]:
        """How it came, its bytes, and what makes two deliveries of it one (LESSONS 102)."""
        await self._stop_the_buttons_waiting(update)
        body: dict[str, object] = {"bot": self._client.id, "update": update}
        if (file := await self._file(update)) is not None:
            body["file"] = file
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
        digest = hashlib.sha256(f"{TELEGRAM}\0{self._client.id}\0{number}".encode()).hexdigest()
        return envelope_of(self._client.id, update), raw, digest

    async def _stop_the_buttons_waiting(self, update: Update) -> None:
        press = _part(update, "callback_query").get("id")
        if isinstance(press, str):
            with suppress(TelegramError):  # it is only the little clock on the button
                await self._client.heard(press)

    async def _file(self, update: Update) -> dict[str, object] | None:
        """The file of a message with its bytes in base64, or with why they could not be had (docs, getFile)."""
        found = _file_in(_part(update, "message"))
        if found is None:
            return None
        size = found.get("file_size")
        if isinstance(size, int) and size > LARGEST_DOWNLOAD:
            return {"problem": "too large"}
        try:
            content = await self._client.download(str(found.get("file_id")))
        except TelegramError as error:
            log.warning("telegram_file_lost", reason=type(error).__name__)
            return {"problem": "could not be fetched"}
        return {"content": base64.b64encode(content).decode()}

    def _succeeded(self) -> None:
        if self._trouble is not None or self._last_answer is None:
            log.info("telegram_read", bot=self._client.id)
        self._trouble, self._last_answer = None, self._now()

    def failed(self, error: Exception) -> float:
        """How long to pause; an alarm once, when it lasts or cannot mend itself."""
        now, kind = self._now(), _kind(error)
        before = self._trouble or _Trouble(kind, now, rounds=0)
        lasts = now - before.since >= DEGRADED_AFTER or isinstance(error, InvalidToken | Conflict)
        self._trouble = _Trouble(kind, before.since, before.rounds + 1, before.is_told or lasts)
        is_new = before.rounds == 0 or before.kind != kind
        tell = log.error if lasts and not before.is_told else log.warning if is_new else log.debug
        tell("telegram_troubled", kind=kind, reason=type(error).__name__, rounds=self._trouble.rounds)
        if isinstance(error, RetryAfter):
            return seconds_to_wait(error)
        return RETRY_SECONDS[min(before.rounds, len(RETRY_SECONDS) - 1)]


def envelope_of(bot: int, update: Update) -> Envelope:
    """Which chat and whose hand it came from, as far as it says; a press or a command waits for nothing more."""
    press = _part(update, "callback_query")
    message = next(
        (part for kind in ("message", "edited_message") if (part := _part(update, kind))),
        _part(press, "message") or _part(update, "my_chat_member"),
    )
    chat, person = _part(message, "chat").get("id"), _part(press or message, "from").get("id")
    topic = message.get("message_thread_id") if message.get("is_topic_message") else None
    at = ChatAddress(bot, chat, topic if isinstance(topic, int) else None) if isinstance(chat, int) else ""
    text = message.get("text")
    is_act = bool(press) or (isinstance(text, str) and text.startswith("/")) or not message
    return Envelope(
        source=TELEGRAM_ACT if is_act else TELEGRAM,
        mail_from=str(at),
        recipients=(f"{TELEGRAM}:{bot}",),
        peer=str(person) if isinstance(person, int) else "",
    )


def _part(of: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A part that is an object; an empty one where there is none."""
    found = of.get(name)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _file_in(message: Mapping[str, Any]) -> dict[str, Any] | None:
    """A message's file; of a photo the largest size."""
    sizes = message.get("photo")
    if isinstance(sizes, list) and sizes and isinstance(sizes[-1], dict):
        return cast("dict[str, Any]", sizes[-1])
    return next((found for kind in FILE_KINDS if (found := _part(message, kind))), None)


def _kind(error: Exception) -> str:
    match error:
        case InvalidToken():
            return "the token is refused"
        case Conflict():
            return "another program polls the same bot"
        case NotNow():
            return "our own database is not ready"
        case TelegramError():
            return "no connection to Telegram"
        case _:
            return "a fault of ours"
