"""One call of a method: its parameters, however they came.

The documentation allows four ways: the query string, a form, JSON and multipart/form-data. Afterwards every
parameter is text, and structured ones are JSON in text, as on Telegram's own server.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import parse_qsl

from gateway.chat_sandbox.form_data import BrokenForm, Upload, read_form
from gateway.chat_sandbox.wire import Json, JsonObject, bad_request

MOST_FIELDS = 200
LONGEST_NUMBER = 20  # a signed 64-bit id has at most so many characters


@dataclass(frozen=True)
class Call:
    """A method's parameters. What was not sent reads as empty, zero or None, as the server has it."""

    values: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Mapping[str, Upload] = field(default_factory=dict[str, Upload])

    def has(self, name: str) -> bool:
        """Whether it was sent and is not empty."""
        return bool(self.values.get(name))

    def text(self, name: str) -> str:
        """The parameter as it came; empty when it did not."""
        return self.values.get(name, "")

    def number(self, name: str, default: int = 0) -> int:
        """A whole number; `default` for none and for what is no number, as the server reads it."""
        return as_number(self.values.get(name, ""), default)

    def flag(self, name: str) -> bool:
        """True for `true`, `yes` and `1`."""
        return self.values.get(name, "").lower() in ("true", "yes", "1")

    def json(self, name: str, problem: str) -> Json:
        """The parameter as JSON, None when it was not sent. Raises Refusal with `problem`."""
        source = self.values.get(name, "")
        return read_json(source, problem) if source else None


def as_number(source: str, default: int = 0) -> int:
    """The whole number in `source`, or `default`."""
    digits = source.removeprefix("-")
    return int(source) if digits.isascii() and digits.isdigit() and len(source) <= LONGEST_NUMBER else default


def read_json(source: str, problem: str) -> Json:
    """Raises Refusal with `problem` for what is no JSON, or cannot be written as JSON in UTF-8 again.

    That is: nesting without end, numbers that no double holds, halves of surrogate pairs.
    """
    try:
        value = cast("Json", json.loads(source))
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise bad_request(problem) from error
    return value


def read_call(query: str, content_type: str, body: bytes) -> Call:
    """The call in a request: query string and body together, the body's winning. Raises Refusal."""
    values = _pairs(query)
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return Call(values | _from_json(body))
    if kind == "multipart/form-data":
        try:
            form = read_form(content_type, body)
        except BrokenForm as error:
            raise bad_request("can't parse the form") from error
        return Call(values | form.fields, form.files)
    return Call(values | _pairs(body.decode("utf-8", "replace")))


def _pairs(source: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(source, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise bad_request("too many parameters") from error


def _from_json(body: bytes) -> dict[str, str]:
    parameters = read_json(body.decode("utf-8", "replace"), "can't parse JSON")
    if not isinstance(parameters, dict):
        raise bad_request("can't parse JSON: an object is expected")
    return {name: _as_text(value) for name, value in parameters.items() if value is not None}


def _as_text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def objects_in(value: Json) -> list[JsonObject] | None:
    """`value` as an array of objects; None when it is anything else."""
    if not isinstance(value, list):
        return None
    found = [item for item in value if isinstance(item, dict)]
    return found if len(found) == len(value) else None
