"""The other end of the relay: an SMTP server of the test's own that takes, refuses or breaks off as told."""

import socket
import socketserver
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self, cast

Behaviour = Literal["take", "refuse_later", "refuse", "break_after_dot"]


@dataclass(frozen=True)
class Taken:
    """A message that was handed over, dot included; `answered` is whether we said 250."""

    recipients: tuple[str, ...]
    raw: bytes
    answered: bool


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        sink = cast("_Server", self.server).sink
        self._say("220 sink.example")
        recipients: list[str] = []
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"QUIT":
                self._say("221 bye")
                return
            if verb == b"RCPT":
                recipients.append(line.partition(b"<")[2].partition(b">")[0].decode())
            if verb == b"DATA":
                self._say("354 go ahead")
                if not self._message(sink, tuple(recipients)):
                    return
                recipients = []
            else:
                self._say("250 ok")

    def _message(self, sink: "Sink", recipients: tuple[str, ...]) -> bool:
        raw = b""
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            raw += line.removeprefix(b".")
        behaviour = sink.behaviour
        if behaviour in ("take", "break_after_dot"):
            sink.taken.append(Taken(recipients, raw, behaviour == "take"))
        if behaviour == "break_after_dot":
            return False
        self._say({"take": "250 queued", "refuse_later": "451 later", "refuse": "554 never"}[behaviour])
        sink.asked += 1
        return True

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    sink: "Sink"


@dataclass
class Sink:
    """Listens on a port of its own from the start; `down` and `up` again on the same one."""

    behaviour: Behaviour = "take"
    taken: list[Taken] = field(default_factory=list[Taken])
    asked: int = 0
    port: int = 0
    _server: _Server | None = None

    @property
    def url(self) -> str:
        """For channels.relay.url."""
        return f"smtp://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Listen."""
        self._server = _Server(("127.0.0.1", self.port), _Conversation)
        self._server.sink = self
        self.port = self._server.socket.getsockname()[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def down(self) -> None:
        """Nobody there any more: connections are refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def to(self, recipient: str) -> list[Taken]:
        """What was handed over for somebody."""
        return [taken for taken in list(self.taken) if recipient in taken.recipients]

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
