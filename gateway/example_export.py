"""`gateway examples export`: what colleagues put right, as labelled messages for whoever improves the reader.

The format is that of `tests/parsers/messages.toml`. The messages are customers' own, names and numbers included, so
they leave the database only when an operator says so, and into a file that nobody else reads.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gateway.errors import GatewayError
from gateway.messages import Address, Inbound
from gateway.parsers import mime
from gateway.ports import Example
from gateway.storage.learning import CorrectedReport

_UNPRINTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_CLOSES = re.compile(r'"(?="|\Z)')
"""A quotation mark that could end a block."""


def written(reports: Sequence[CorrectedReport]) -> Iterator[str]:
    """One `[[message]]` for each report that is still there, the labels being what colleagues put right of it.

    `before` holds what had been read. A report whose bytes are gone is passed over.
    """
    for report in reports:
        if report.raw is not None:
            yield _message(report.case_number, mime.read(report.raw), report.examples)


def save(file: Path, text: str) -> None:
    """Write the file for this user alone. Raises GatewayError where the folder does not let us."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            os.fchmod(stream.fileno(), 0o600)
            stream.write(text)
    except OSError as error:
        raise GatewayError(f"{file} cannot be written: {error.strerror}") from None


def _message(number: str, mail: Inbound, examples: Sequence[Example]) -> str:
    right = {each.field: each.after for each in examples}  # of a field put right twice the last counts
    read: dict[str, str] = {}
    for each in examples:
        read.setdefault(each.field, each.before or "")
    lines = [
        "[[message]]",
        f"id = {_inline(number)}",
        *([f"from = {_inline(_written_sender(mail.sender))}"] if mail.sender else []),
        f"subject = {_inline(mail.subject)}",
        f"text = {_block(mail.body)}",
        *([] if not mail.in_reply_to else ["reply = true"]),
        *(f"{field} = {_label(field, value)}" for field, value in right.items()),
        f"before = {_table(read)}",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace").decode()


def _written_sender(sender: Address) -> str:
    return f"{sender.name or ''} <{sender.address}>".strip()


def _label(field: str, value: str) -> str:
    return f"[{int(value)}]" if field == "level" else _inline(value)


def _table(values: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{field} = {_inline(value)}" for field, value in values.items()) + " }"


def _inline(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for DEL, which TOML wants escaped and JSON does not."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _block(text: str) -> str:
    """A string over several lines, as people read it."""
    escaped = _CLOSES.sub(r"\"", text.replace("\\", "\\\\"))
    return '"""\n' + _UNPRINTED.sub(lambda match: f"\\u{ord(match[0]):04x}", escaped) + '"""'
