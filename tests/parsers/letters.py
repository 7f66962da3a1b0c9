"""The letters of tests/mail: one oddity each, named for it; all invented."""

from pathlib import Path

from gateway.messages import Inbound
from gateway.parsers import mime

FOLDER = Path(__file__).parent.parent / "mail"


def letter(name: str) -> Inbound:
    """`tests/mail/<name>.eml`, read."""
    return mime.read((FOLDER / f"{name}.eml").read_bytes())
