"""The keys of the reply tokens: the owner's, or one of our own in data_dir, made at the first start."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from gateway.config import Config

KEY_FILE = "reply.key"


def reply_keys(config: Config) -> Sequence[bytes]:
    """Newest first. Losing them breaks no case: replies then come to the desk's review instead of their case."""
    given = [key.get_secret_value().encode() for key in config.reply.keys]
    return given or [_own_key(config.data / KEY_FILE)]


def _own_key(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    key = secrets.token_hex(32).encode()
    unfinished = path.with_suffix(".new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return key
