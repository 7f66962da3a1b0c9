"""A mailbox in memory that answers as imapclient does, and misbehaves where a test says so."""

import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from imapclient.exceptions import IMAPClientError  # pyright: ignore[reportMissingTypeStubs] - the name alone is used

from gateway.channels.imap_line import Line

ARRIVED = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@dataclass
class FakeSession:
    """`gateway.channels.imap_session.Session`. `done` lists what changed something, in order.

    `refuses`: UIDs whose text the server will not give; `tells_all`: whether the answer to SEARCH follows the
    protocol's odd rule for n:* (F13).
    """

    messages: dict[int, bytes] = field(default_factory=dict[int, bytes])
    capabilities: tuple[str, ...] = ("IDLE", "MOVE", "UIDPLUS", "ID")
    uidvalidity: int = 7
    uidnext: int | None = None
    refuses: set[int] = field(default_factory=set[int])
    heads_too: bool = False
    sizes: dict[int, int] = field(default_factory=dict[int, int])
    done: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    fetched: list[int] = field(default_factory=list[int])
    folders: set[str] = field(default_factory=lambda: {"INBOX"})

    def has_capability(self, capability: str) -> bool:
        return capability in self.capabilities

    def starttls(self, ssl_context: ssl.SSLContext) -> None:
        self.done.append(("starttls",))

    def login(self, username: str, password: str) -> None:
        self.done.append(("login", username))

    def oauth2_login(self, user: str, access_token: str) -> None:
        self.done.append(("xoauth2", user, access_token))

    def oauthbearer_login(self, identity: str, access_token: str) -> None:
        self.done.append(("oauthbearer", identity, access_token))

    def id_(self, parameters: Mapping[str, str]) -> None:
        self.done.append(("id", parameters["name"]))

    def select_folder(self, folder: str, readonly: bool) -> Mapping[bytes, Any]:
        highest = max(self.messages, default=0)
        following = {} if self.uidnext is None and not self.messages else {b"UIDNEXT": highest + 1}
        return {b"UIDVALIDITY": self.uidvalidity, **following}

    def search(self, criteria: Sequence[object]) -> Sequence[int]:
        wanted = str(criteria[1])
        there = sorted(self.messages)
        if wanted == "*":
            return there[-1:]
        if ":" not in wanted:
            return [uid for uid in there if str(uid) in wanted.split(",")]
        first, _, last = wanted.partition(":")
        if last != "*":
            return [uid for uid in there if int(first) <= uid <= int(last)]
        return [uid for uid in there if uid >= int(first)] or there[-1:]

    def fetch(self, messages: Sequence[int], data: Sequence[str]) -> Mapping[int, Mapping[bytes, Any]]:
        there = [uid for uid in messages if uid in self.messages]
        if data[0] == "RFC822.SIZE":
            return {uid: {b"RFC822.SIZE": self._size(uid), b"INTERNALDATE": ARRIVED} for uid in there}
        is_head = "HEADER" in data[0]
        if self.refuses.intersection(there) and (not is_head or self.heads_too):
            raise IMAPClientError("fetch failed: NO [SERVERBUG] internal error")
        self.fetched += there
        if is_head:
            return {uid: {b"BODY[HEADER]<0>": self._head(uid)} for uid in there}
        return {uid: {b"BODY[]": self.messages[uid]} for uid in there}

    def add_flags(self, messages: Sequence[int], flags: Sequence[str], silent: bool) -> None:
        self.done.append(("flag", tuple(messages), *flags))

    def create_folder(self, folder: str) -> None:
        self.folders.add(folder)

    def move(self, messages: Sequence[int], folder: str) -> None:
        if folder not in self.folders:
            raise IMAPClientError("move failed: NO [TRYCREATE] no such folder")
        self.done.append(("move", tuple(messages), folder))

    def copy(self, messages: Sequence[int], folder: str) -> None:
        self.done.append(("copy", tuple(messages), folder))

    def uid_expunge(self, messages: Sequence[int]) -> None:
        self.done.append(("expunge", tuple(messages)))

    def idle(self) -> None:
        self.done.append(("idle",))

    def idle_check(self, timeout: float) -> Sequence[tuple[Any, ...]]:
        return []

    def idle_done(self) -> tuple[bytes, Sequence[tuple[Any, ...]]]:
        return b"done", []

    def socket(self) -> socket.socket:
        raise OSError("a fake has no socket")

    def shutdown(self) -> None:
        self.done.append(("closed",))

    def _size(self, uid: int) -> int:
        return self.sizes.get(uid, len(self.messages[uid]))

    def _head(self, uid: int) -> bytes:
        return self.messages[uid].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


async def line_to(session: FakeSession) -> Line:
    """A line whose other end is the fake."""
    return await Line.open("fake", lambda: session, 5)
