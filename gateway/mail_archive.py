"""Mail that lies in files: a Maildir, or an mbox. Each message as bytes, with when it arrived; nothing is changed."""

import mailbox
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

from gateway.errors import GatewayError

Letter = tuple[bytes, datetime | None]


def maildir(path: Path) -> tuple[int, Iterator[Letter]]:
    """How many messages there are, and each of them, the oldest first. Raises GatewayError where it is none."""
    if not (path / "cur").is_dir() or not (path / "new").is_dir():
        raise GatewayError(f"{path} is no Maildir: it has no folders cur and new")
    files = [file for folder in ("cur", "new") for file in (path / folder).iterdir() if file.is_file()]
    files.sort(key=lambda file: file.stat().st_mtime)
    return len(files), ((file.read_bytes(), _changed(file)) for file in files)


def mbox(path: Path) -> tuple[int, Iterator[Letter]]:
    """The same for an mbox, in its own order; arrival is what the message's Date says."""
    if not path.is_file():
        raise GatewayError(f"{path} is no file; a Maildir is named maildir:PATH")
    with path.open("rb") as file:
        if file.read(5) != b"From ":
            raise GatewayError(f'{path} is no mbox: it does not begin with "From "')
    box = mailbox.mbox(path, create=False)
    return len(box), _letters(box)


def _letters(box: mailbox.mbox) -> Iterator[Letter]:
    try:
        for key in box.keys():  # noqa: SIM118 - iterating a mailbox parses each message whole
            raw = box.get_bytes(key)
            yield raw, _date_of(raw)
    finally:
        box.close()


def _changed(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _date_of(raw: bytes) -> datetime | None:
    """The Date field as a moment; None where there is none to be understood."""
    head = raw[:65_536].partition(b"\n\n")[0]
    field = message_from_bytes(head, policy=policy.compat32).get("Date")
    try:
        found = parsedate_to_datetime(str(field))
        return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
