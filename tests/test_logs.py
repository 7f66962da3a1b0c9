"""Log lines: well formed, free of secrets, and impossible to forge."""

import io
import json
import logging
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import logs

TOKEN = "abcdefghijklmnopqrstuvw7"
FORGED = "报修\r\n2026-11-23 [info] all is well\x1b[2J\x9b2J\u202e\u2028\ud800"

Lines = Callable[[], list[str]]


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]  pytest calls it
    root = logging.getLogger()
    level = root.level
    yield
    root.handlers[:] = [handler for handler in root.handlers if type(handler).__module__ != logs.__name__]
    root.setLevel(level)
    structlog.reset_defaults()


def start(form: logs.Format, level: str = "INFO") -> Lines:
    stream = io.StringIO()
    logging.getLogger().handlers.clear()  # pytest's raise where ours must not
    logs.configure(form, level, stream)
    return lambda: stream.getvalue().split("\n")[:-1]


def one(lines: Lines) -> dict[str, Any]:
    (line,) = lines()
    return json.loads(line)


def raise_with(text: str) -> None:
    raise ValueError(text)


def log_a_failure(text: str) -> None:
    try:
        raise_with(text)
    except ValueError:
        structlog.get_logger("gateway.intake").exception("intake failed")


# --- the shape of a line ---------------------------------------------------------------------------------------


def test_an_event_is_one_json_line_that_says_when_how_bad_where_and_what() -> None:
    """Fields in this order, Chinese readable as it is."""
    lines = start("json")
    structlog.get_logger("gateway.intake").info("mail kept", subject="报修", size=812, parts=["a", None, 1.5])
    said = one(lines)
    at = datetime.fromisoformat(said.pop("at"))
    assert at.tzinfo == UTC
    assert list(said) == ["level", "logger", "event", "subject", "size", "parts"]
    assert said == {
        "level": "info",
        "logger": "gateway.intake",
        "event": "mail kept",
        "subject": "报修",
        "size": 812,
        "parts": ["a", None, 1.5],
    }
    assert "报修" in lines()[0]


def test_records_of_libraries_come_out_the_same_way() -> None:
    """One stream, one format, one place that censors."""
    lines = start("json")
    logging.getLogger("some.library").warning("connection %d lost", 3, extra={"peer": "192.0.2.1"})
    said = one(lines)
    assert (said["event"], said["logger"], said["peer"]) == ("connection 3 lost", "some.library", "192.0.2.1")


def test_nothing_below_the_level_is_written() -> None:
    """Neither ours nor a library's."""
    lines = start("json", "WARNING")
    structlog.get_logger("gateway").info("ours")
    logging.getLogger("some.library").info("theirs")
    assert lines() == []


@pytest.mark.parametrize(
    "library", ["httpx", "httpcore.connection", "sqlalchemy.engine", "mail.log", "uvicorn.error"]
)
def test_talkative_libraries_are_heard_from_warning_on(library: str) -> None:
    """httpx tells the bot token at INFO (RELIABILITY 0.18), aiosmtpd whole sessions."""
    lines = start("json", "DEBUG")
    logging.getLogger(library).info("HTTP Request: POST https://api.example/bot1:AAA/getMe")
    assert lines() == []
    logging.getLogger(library).warning("pool is full")
    assert one(lines)["event"] == "pool is full"


def test_an_unknown_level_is_explained() -> None:
    """The setting comes from a person."""
    with pytest.raises(ValueError, match=r"LOUD.*use DEBUG, INFO"):
        logs.configure("json", "LOUD")


def test_configuring_again_replaces_the_stream() -> None:
    """No line is written twice."""
    first, second = start("json"), start("json")
    logging.getLogger("some.library").warning("once")
    assert (len(first()), len(second())) == (0, 1)


# --- hostile text ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_subject_cannot_forge_a_line_or_command_a_terminal(form: logs.Format) -> None:
    """ESC, CR, LF, the C1 controls and bidi marks are written out (RELIABILITY T37)."""
    lines = start(form)
    structlog.get_logger("gateway").info(FORGED, subject=FORGED, nested={"subject": [FORGED]}, **{FORGED: 1})
    logging.getLogger("some.library").warning(FORGED)
    assert len(lines()) == 2
    assert all(line.isprintable() for line in lines())


def test_the_lines_of_a_traceback_do_not_look_like_lines_of_the_log() -> None:
    """An exception's text may quote a mail (RELIABILITY T37)."""
    lines = start("console")
    log_a_failure(FORGED)
    first, *rest = lines()
    assert "intake failed" in first
    assert rest
    assert all(line.startswith("  | ") and line.isprintable() for line in rest)


def test_json_gives_back_exactly_what_was_said() -> None:
    """Escaping must not change the text for those who read it by machine."""
    lines = start("json")
    text = "a\r\n\x1b\x9b\u202e\u2028中😀\\u0041"
    structlog.get_logger("gateway").info("x", subject=text)
    assert one(lines)["subject"] == text


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text()
            | st.binary()
            | st.datetimes(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
            max_leaves=5,
        ),
    )
)
@settings(max_examples=100)
def test_whatever_is_logged_is_one_valid_json_line(values: dict[str, object]) -> None:
    """No value makes a log call fail, or a line unreadable."""
    lines = start("json")
    logging.getLogger("gateway").warning("x", extra={"values": values})
    (line,) = lines()
    assert not {unicodedata.category(character) for character in line} & {"Cc", "Cs", "Zl", "Zp"}
    json.loads(line, parse_constant=lambda constant: pytest.fail(f"{constant} is not JSON"))


class Odd:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_values_that_cannot_be_shown_are_named_and_deep_or_long_ones_end_somewhere() -> None:
    """A log call never ends the work it tells about."""
    lines = start("json")
    endless: list[object] = []
    endless.append(endless)
    structlog.get_logger("gateway").info("x", odd=Odd(), endless=endless, long="长" * 10_000_000)
    said = one(lines)
    assert said["odd"] == "<Odd whose repr raises RuntimeError>"
    assert len(said["long"]) == logs.LONGEST_VALUE


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_record_that_cannot_be_formatted_is_told_without_its_arguments(form: logs.Format) -> None:
    """logging would print them raw, with whatever secret they hold."""
    lines = start(form)
    logging.getLogger("some.library").warning("%d messages", "canary-in-arguments")
    assert lines() == ["a log record of 'some.library' could not be written: TypeError"]


def test_a_closed_stream_does_not_stop_the_gateway() -> None:
    """The terminal it was started from may be gone."""
    stream = io.StringIO()
    logs.configure("json", "INFO", stream)
    stream.close()
    structlog.get_logger("gateway").info("still here")


# --- secrets ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("secret", ["canary-one", "bot1:AA-canary/x", 'ca"na\\ry', "canary 密码"])
def test_a_registered_secret_is_in_no_line(form: logs.Format, secret: str) -> None:
    """Wherever it hides: value, nesting, key, URL, message, exception, stdlib record (RELIABILITY G19, T30, T33)."""
    logs.redact([secret])
    lines = start(form)
    log = structlog.get_logger("gateway")
    log.info(
        f"using {secret}",
        token=secret,
        deep={"a": [(secret,)]},
        raw=secret.encode("ascii", "replace"),
        **{secret: 1},
    )
    log.info(
        "error", error=ValueError(secret), url=f"https://api.example/{logs.quote(secret, safe='')}/getMe"
    )
    log_a_failure(f"cannot log in with {secret}")
    logging.getLogger("httpx").warning("POST %s", secret, extra={"who": secret})
    text = "\n".join(lines())
    assert secret not in text
    assert logs.quote(secret, safe="") not in text
    assert text.count(logs.SECRET) >= 7


def test_a_traceback_does_not_show_local_variables() -> None:
    """They hold what nobody thought of registering (RELIABILITY T33)."""
    lines = start("json")
    log_a_failure("x")
    assert "raise_with" in one(lines)["exception"]
    assert "text = " not in one(lines)["exception"].replace('"', "")


def test_a_secret_that_is_part_of_another_leaves_no_rest() -> None:
    """The longer one is taken first."""
    logs.redact(["canary-long", "canary-long-er"])
    assert logs.censored("x canary-long-er y canary-long z") == "x [secret] y [secret] z"


def test_very_short_secrets_do_not_blot_out_the_log() -> None:
    """An empty password must not put a mark between any two letters."""
    logs.redact(["", "a", "the"])
    assert logs.censored("what the log says") == "what the log says"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"to support+{TOKEN}@vendor.example", "to support+[token]@vendor.example"),
        (f"to SUPPORT+{TOKEN.upper()}@VENDOR.EXAMPLE", "to SUPPORT+[token]@VENDOR.EXAMPLE"),
        (f"<{TOKEN}@vendor.example>", "<[token]@vendor.example>"),
        (f"<1.{TOKEN}@vendor.example>", "<1.[token]@vendor.example>"),
        (f"RCPT TO:<hilfe+{TOKEN}@v.example>", "RCPT TO:<hilfe+[token]@v.example>"),
        ("support+team@vendor.example", "support+team@vendor.example"),
        (f"support+{TOKEN}x@vendor.example", f"support+{TOKEN}x@vendor.example"),
        (f"the word {TOKEN} alone", f"the word {TOKEN} alone"),
    ],
)
def test_reply_tokens_are_never_logged(text: str, shown: str) -> None:
    """Whoever reads the log could write in a customer's name (L-41); Zulip redacts its own likewise."""
    assert logs.censored(text) == shown
    lines = start("json")
    structlog.get_logger("gateway").info("mail", to=text)
    assert one(lines)["to"] == shown
