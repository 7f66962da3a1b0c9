"""What the gateway says of itself while it runs: one line per event, for a machine or for a terminal.

Everything goes through here, our own structlog events and the libraries' stdlib records alike, because three
things must hold for every line: no secret is in it (RELIABILITY G19, T30), nothing in a mail can forge a line or
command a terminal (T37), and writing it raises nothing.

    log = structlog.get_logger()
    log.info("mail kept", inbox_id=inbox_id, subject=subject)
"""

import json
import logging
import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from datetime import date
from typing import Literal, TextIO, cast
from urllib.parse import quote

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import StackInfoRenderer, TimeStamper, format_exc_info
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.types import EventDict, Processor, WrappedLogger

Format = Literal["json", "console"]

QUIET = ("sqlalchemy", "alembic", "mail", "httpx", "httpcore", "telegram", "imapclient", "uvicorn", "asyncio")
"""Libraries heard from WARNING on ("mail" is aiosmtpd): httpx tells the bot token at INFO (RELIABILITY 0.18)."""

SECRET = "[secret]"  # noqa: S105  this is the mark that stands where a secret stood
SHORTEST_SECRET = 4  # characters; a shorter one would blot out ordinary words
LONGEST_VALUE = 20_000  # characters of one value; a traceback fits
DEEPEST = 5  # levels of nested values, then their repr

_TOKEN = re.compile(r"(?<=\+)[a-z2-7]{24}(?![a-z0-9])|(?<![a-z0-9])[a-z2-7]{24}(?=@)", re.IGNORECASE)
"""The signed token of a Reply-To (`support+<token>@`) or a Message-ID (`<token@`)."""

_C0 = range(0x20)
_SEEN_BY_TERMINALS_ONLY = (*range(0x7F, 0xA0), 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
_HALVES = range(0xD800, 0xE000)  # of surrogate pairs, which no stream can encode
_IN_JSON = {point: f"\\u{point:04x}" for point in (*_SEEN_BY_TERMINALS_ONLY, *_HALVES)}  # json.dumps does C0
_ON_CONSOLE = {point: f"\\u{point:04x}" for point in (*_C0, *_SEEN_BY_TERMINALS_ONLY, *_HALVES)}


def configure(format: Format, level: str = "INFO", stream: TextIO | None = None) -> None:  # noqa: A002  the setting's name
    """Route structlog and stdlib logging, from `level` on, to one stream (stderr) as JSON or console lines.

    Repeating it replaces the earlier choice. Raises ValueError for a level that logging does not know.
    """
    target = sys.stderr if stream is None else stream
    number = _level_number(level)
    render: list[Processor] = [_as_json] if format == "json" else [_visible, _console_renderer(target)]
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_log_level,
        add_logger_name,
        TimeStamper(fmt="iso", utc=True, key="at"),
        StackInfoRenderer(),
        format_exc_info,
    ]
    formatter = ProcessorFormatter(
        foreign_pre_chain=[*before, ExtraAdder()],
        processors=[ProcessorFormatter.remove_processors_meta, _censored, *render],
    )
    structlog.configure(
        processors=[*before, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    _install(_Handler(target, formatter), number)


def redact(secrets: Iterable[str]) -> None:
    """From now on log "[secret]" for each of these, wherever it occurs in a line, also percent-encoded."""
    _known.add(secrets)


def censored(text: str) -> str:
    """The text without registered secrets and reply tokens; for what is shown without being logged."""
    return _TOKEN.sub("[token]", _known.hide(text))


class _Secrets:
    """What must not be said. There is one, as there is one logging in a process."""

    def __init__(self) -> None:
        self._shapes: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secrets: Iterable[str]) -> None:
        """Each as it is, as it stands in a URL, and as it stands in a repr."""
        for secret in secrets:
            if len(secret) >= SHORTEST_SECRET:
                self._shapes |= {secret, quote(secret, safe=""), repr(secret)[1:-1]}
        if self._shapes:
            longest_first = sorted(self._shapes, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def hide(self, text: str) -> str:
        """The text with the mark in place of every secret."""
        return self._pattern.sub(SECRET, text) if self._pattern else text


_known = _Secrets()


class _Handler(logging.Handler):
    """Writes lines to a stream. What cannot be written is told without its content, which may hold anything."""

    def __init__(self, stream: TextIO, formatter: logging.Formatter) -> None:
        super().__init__()
        self._stream = stream
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._stream.write(self.format(record) + "\n")
            self._stream.flush()
        except Exception:  # noqa: BLE001  a log call must never end the work it tells about
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's own name
        kind = sys.exc_info()[0]
        line = (
            f"a log record of {record.name!a} could not be written: {kind.__name__ if kind else 'unknown'}\n"
        )
        with suppress(OSError, ValueError):
            self._stream.write(line)


def _install(handler: _Handler, level: int) -> None:
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one, _Handler)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _level_number(level: str) -> int:
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"{level!r} is no log level; use DEBUG, INFO, WARNING or ERROR")
    return number


def _censored(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Every value as plain JSON types without secrets, so that no renderer meets an object it cannot write."""
    first = {key: event[key] for key in ("at", "level", "logger", "event") if key in event}
    return cast("EventDict", _plain({**first, **event}, DEEPEST))


def _plain(value: object, levels: int) -> object:
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, str):
        return _short(censored(value))
    if isinstance(value, date):
        return value.isoformat()
    if levels and isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {_short(censored(str(key))): _plain(item, levels - 1) for key, item in items}
    if levels and isinstance(value, Sequence | Set) and not isinstance(value, bytes | bytearray):
        return [_plain(item, levels - 1) for item in cast("Sequence[object] | Set[object]", value)]
    return _short(censored(_repr(value)))


def _repr(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001  somebody else's __repr__ may do anything
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _as_json(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
    return json.dumps(event, ensure_ascii=False).translate(_IN_JSON)


def _visible(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Control characters written out; a traceback keeps its lines, each with a margin, so that none looks new."""
    margin = "\n".join(
        f"  | {line.translate(_ON_CONSOLE)}" for line in str(event.pop("exception", "")).splitlines()
    )
    shown = {
        key.translate(_ON_CONSOLE): value.translate(_ON_CONSOLE) if isinstance(value, str) else value
        for key, value in event.items()
    }
    return {**shown, "exception": margin} if margin else shown


def _console_renderer(stream: TextIO) -> ConsoleRenderer:
    return ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=plain_traceback, timestamp_key="at", pad_event_to=28
    )
