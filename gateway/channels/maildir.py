"""Mail out, into a Maildir: where outgoing mail goes while no relay is configured, to be looked at.

The file is on the disk before the delivery counts as done (write to tmp, fsync, rename into new, fsync the
directory), and its name follows from the message, so that a repeated delivery replaces instead of doubling.
"""

import asyncio
import hashlib
import os
import re
from pathlib import Path

from gateway.errors import DeliveryError
from gateway.messages import Parcel

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class MaildirOutgoing:
    """A mail channel that keeps every message in the Maildir `directory`, which it makes when needed.

    Files and directories are for the owner's eyes only: they hold customers' mail.
    """

    name = "mail"

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def send(self, parcel: Parcel) -> str:
        """Keep the parcel durably and return a receipt. Raises DeliveryError (not permanent) when the disk refuses."""
        name = _file_name(parcel.id)
        try:
            await asyncio.to_thread(_keep, self._directory, name, parcel.raw)
        except OSError as error:
            raise DeliveryError(
                f"the Maildir cannot take {name}: {error.strerror}", permanent=False
            ) from error
        return f"kept in the Maildir as {name}"


def _file_name(parcel_id: str) -> str:
    """One file name for each id, whatever characters the id has."""
    if _PLAIN_NAME.fullmatch(parcel_id):
        return parcel_id
    return "id." + hashlib.sha256(parcel_id.encode(errors="surrogatepass")).hexdigest()


def _keep(directory: Path, name: str, raw: bytes) -> None:
    try:
        _write(directory, name, raw)
    except FileNotFoundError:
        for folder in ("tmp", "new", "cur"):
            (directory / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(directory, name, raw)


def _write(directory: Path, name: str, raw: bytes) -> None:
    unfinished, finished = directory / "tmp" / name, directory / "new" / name
    with open(unfinished, "wb", opener=_private) as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(finished)
    _fsync_directory(finished.parent)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def _fsync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
