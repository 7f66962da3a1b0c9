"""`gateway parse`: messages in files to Reports, one each. No database, no network; it never fails on content."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.cases.directory import Directory
from gateway.messages import Inbound
from gateway.parsers import mime
from gateway.parsers.report import Reader, Report, Vendor

LARGEST_FILE = 100 * 1024 * 1024


def run(
    files: list[Path], chat: bool, directory: Directory | None, vendor: Vendor
) -> Iterator[dict[str, Any]]:
    """One Report as JSON (INTERFACES "The Report") for each file, in order."""
    for file, report in reports(files, chat, directory, vendor):
        yield report.as_json(str(file))


def reports(
    files: list[Path], chat: bool, directory: Directory | None, vendor: Vendor
) -> Iterator[tuple[Path, Report]]:
    """Each file with its Report, in order.

    `chat`: the files hold plain text in UTF-8, not mails. A file that cannot be read, or on which a parser
    stumbles against its promise, gives a Report that says so in `problems`.
    """
    reader = Reader(directory or Directory(), vendor)
    for file in files:
        yield file, _read(reader, file, chat=chat)


def _read(reader: Reader, file: Path, *, chat: bool) -> Report:
    try:
        raw = _bytes_of(file)
    except OSError as error:
        return _unread(reader, f"cannot read the file: {error.strerror or error}")
    try:
        if chat:
            return reader.read_chat(raw.decode("utf-8-sig", "replace"))
        return reader.read(mime.read(raw))
    except Exception as error:  # noqa: BLE001 - one bad message must not cost the others theirs; the Report names it
        return _unread(reader, f"the parser failed: {type(error).__name__}: {error}")


def _bytes_of(file: Path) -> bytes:
    if file.stat().st_size > LARGEST_FILE:
        raise OSError(f"larger than {LARGEST_FILE} bytes")
    return file.read_bytes()


def _unread(reader: Reader, problem: str) -> Report:
    return reader.read(Inbound(None, "", None, None, problems=(problem,)))
