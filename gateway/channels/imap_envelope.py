"""What the mailbox's own server wrote above a message: how it came there, for the envelope; and stand-in messages.

Pure. An IMAP server keeps no envelope; the server that delivered the mail noted it in trace fields at the top.
"""

import re
from collections.abc import Iterator

from gateway.messages import Envelope

HEAD_BYTES = 65_536
"""How much of a message is searched for its trace fields."""

RECIPIENT_FIELDS = ("delivered-to", "x-original-to", "envelope-to")  # L-51
CONTENT_FIELDS = re.compile(rb"content-|mime-version:", re.IGNORECASE)
FAKE_SUBJECT = (
    b"retrieval using the imap4 protocol failed"  # what Exchange serves instead of a message (L-24)
)

_ADDRESS = re.compile(r"[!-;=?-~]{1,64}@[A-Za-z0-9.-]{1,255}")


def envelope_of(raw: bytes, source: str, owner: str, peer: str) -> Envelope:
    """The envelope as the topmost trace fields tell it; `owner` is whose mailbox it is, always a recipient."""
    noted: dict[str, str] = {}
    for name, value in _fields(raw):
        noted.setdefault(name, value)
    addresses = [_address(noted.get(name, "")) for name in RECIPIENT_FIELDS]
    recipients = tuple(dict.fromkeys(each for each in (*addresses, owner) if each))
    return Envelope(source, _address(noted.get("return-path", "")), recipients, peer)


def is_fake(raw: bytes) -> bool:
    """Whether the server gave us an apology of its own instead of the message (L-24)."""
    found = next((value for name, value in _fields(raw) if name == "subject"), "")
    return found.lower().encode(errors="replace").startswith(FAKE_SUBJECT)


def stand_in(head: bytes, why: str) -> bytes:
    """A message of the same sender and subject that says why the whole is not here.

    The same head and reason always give the same bytes, so that a second delivery is recognised.
    """
    lines = head.replace(b"\r\n", b"\n").partition(b"\n\n")[0].split(b"\n")
    kept = list(_without_content(lines))
    ours = [
        b"MIME-Version: 1.0",
        b"Content-Type: text/plain; charset=utf-8",
        b"Content-Transfer-Encoding: 8bit",
    ]
    return b"\r\n".join([*kept, *ours, b"", why.encode(), b""])


def too_large(size: int, limit: int) -> str:
    """The reason of a message that is larger than we take, for whoever reads the case."""
    megabytes, allowed = f"{size / 1e6:.1f}", f"{limit / 1e6:.1f}"
    return (
        f"[邮件过大，未能完整接收：{megabytes} MB，上限 {allowed} MB。原件仍在邮箱中。]\r\n"
        f"[This message is too large to be taken in: {megabytes} MB, at most {allowed} MB. "
        "The whole of it lies in the mailbox.]"
    )


UNREADABLE = (
    "[邮件内容无法从邮箱读取，请在邮箱中查看原件。]\r\n"
    "[The mailbox's server does not give us this message; please look at it in the mailbox.]"
)
"""The reason of a message whose head alone can be had."""


def _fields(raw: bytes) -> Iterator[tuple[str, str]]:
    """Header fields from the top, names in lower case, values unfolded."""
    head = raw[:HEAD_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    name, parts = "", list[str]()
    for line in head.decode("utf-8", "replace").split("\n"):
        if line[:1] in (" ", "\t"):
            parts.append(line.strip())
            continue
        if name:
            yield name, " ".join(parts)
        name, colon, value = line.partition(":")
        name, parts = (name.strip().lower() if colon else ""), [value.strip()]
    if name:
        yield name, " ".join(parts)


def _address(value: str) -> str:
    found = _ADDRESS.search(value)
    return found[0] if found else ""


def _without_content(lines: list[bytes]) -> Iterator[bytes]:
    """The lines without fields that describe a body which is not there."""
    dropping = False
    for line in lines:
        if line[:1] not in (b" ", b"\t"):
            dropping = not line or CONTENT_FIELDS.match(line) is not None
        if not dropping:
            yield line
