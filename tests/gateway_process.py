"""The real process: `gateway serve` as its owner starts it, on free ports, with everything it keeps in one folder."""

import contextlib
import email
import email.policy
import json
import os
import signal
import smtplib
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine

from gateway.storage.engine import open_engine
from gateway.storage.reading import list_cases, list_inbox, read_case
from tests import canary

Seen = TypeVar("Seen")
ROOT = Path(__file__).parents[1]
GATEWAY = Path(sys.executable).parent / "gateway"
PATIENCE_SECONDS = 60
"""How long anything may take on a busy machine before the test says what never happened."""


def until(what: str, look: Callable[[], Seen | None]) -> Seen:
    """The first thing that is seen; a failure that says `what` never came."""
    stop = time.monotonic() + PATIENCE_SECONDS
    while not (seen := look()):
        assert time.monotonic() < stop, f"waited in vain for {what}"
        time.sleep(0.02)
    return seen


def everybody_on_duty(folder: Path) -> str:
    """The seed directory with nobody ever off duty: what a real process does at night must not differ from the day."""
    seed = files("gateway.seed").joinpath("seed.toml").read_text(encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / "directory.toml"
    copy.write_text(seed.replace('duty = "5x8"', 'duty = "7x24"'), encoding="utf-8")
    return str(copy)


class Letter:
    """A mail of ours from the outgoing Maildir."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.headers = email.message_from_bytes(raw, EmailMessage, policy=email.policy.default)
        plain = self.headers.get_body(("plain",))
        self.text: str = plain.get_content() if plain is not None else ""
        self.to = str(self.headers["To"]).rpartition("<")[2].rstrip(">")
        self.subject = str(self.headers["Subject"])
        self.message_id = str(self.headers["Message-ID"])
        self.reply_to = str(self.headers["Reply-To"]).rpartition("<")[2].rstrip(">")
        self.in_reply_to = str(self.headers["In-Reply-To"] or "")


class GatewayProcess:
    """One gateway and its folder; it can be started, stopped, killed and started again."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """`settings` by their environment names without the prefix, in any case: channels__lmtp__listen="…"."""
        self.folder = folder
        self.log = folder / "log.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        canary.watch(self.log)
        own = {
            "data_dir": str(folder),
            "channels__smtp__listen": "127.0.0.1:0",
            "portal__listen": "127.0.0.1:0",
            "log__format": "json",
            **settings,
        }
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("GATEWAY__")}
        self.environment = inherited | {f"GATEWAY__{key.upper()}": value for key, value in own.items()}
        self.process: subprocess.Popen[bytes] | None = None
        self._read_from = 0

    # Life.

    def start(self, event: str = "parsers_loaded") -> None:
        """Start, and wait until it has logged this event."""
        self._read_from = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [GATEWAY, "serve"], cwd=ROOT, env=self.environment, stderr=log, stdout=log
            )
        until(f"{event} in the log", lambda: self.logged(event) or self._ended())

    def stop(self) -> int:
        """SIGTERM, and its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_SECONDS)
        self.process = None
        return code

    def kill(self) -> None:
        """SIGKILL: no last words."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None

    def close(self) -> None:
        """Whatever state it is in."""
        if self.process is not None:
            self.kill()

    def _ended(self) -> None:
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError(f"the gateway ended by itself:\n{self.log.read_text()[-3000:]}")

    # What it says.

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The lines of that event since the last start."""
        text = self.log.read_bytes()[self._read_from :].decode()
        lines = [
            json.loads(line)
            for line in text.splitlines(keepends=True)
            if line.startswith("{") and line.endswith("\n")
        ]
        return [line for line in lines if line.get("event") == event]

    def port(self, channel: str) -> int:
        """Where it listens."""
        return next(line["port"] for line in self.logged("listening") if line["channel"] == channel)

    def get(self, path: str) -> str:
        """A page of its HTTP server."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port('portal')}{path}", timeout=30) as answer:
            return answer.read().decode()

    def run(self, *arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        """Another command of the same gateway."""
        return subprocess.run(
            [GATEWAY, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            check=check,
            timeout=PATIENCE_SECONDS,
        )

    # Mail.

    def send(
        self, raw: bytes, sender: str = "customer@customer.example", *recipients: str, lmtp: bool = False
    ) -> Mapping[str, tuple[int, bytes]]:
        """Hand a mail over; what was refused."""
        client_of = smtplib.LMTP if lmtp else smtplib.SMTP
        with client_of("127.0.0.1", self.port("lmtp" if lmtp else "smtp"), timeout=30) as client:
            return client.sendmail(sender, recipients or ("support@yunling.example",), raw)

    def letters(self, to: str | None = None) -> list[Letter]:
        """What lies in the outgoing Maildir, the oldest first."""
        folder = self.folder / "outgoing" / "new"
        files = sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime_ns)
        found = [Letter(path.read_bytes()) for path in files]
        return [letter for letter in found if to is None or letter.to == to]

    def letter(self, to: str, containing: str = "", *, answering: str | None = None) -> Letter:
        """Wait for a letter to somebody with these words."""

        def look() -> Letter | None:
            return next(
                (
                    letter
                    for letter in reversed(self.letters(to))
                    if containing in letter.subject + letter.text
                    and (answering is None or letter.in_reply_to == answering)
                ),
                None,
            )

        return until(f"a letter to {to} with {containing!r}", look)

    # What it keeps.

    def cases(self) -> list[dict[str, Any]]:
        """Every case, as the list has it."""
        with self.engine() as engine:
            return [dict(row) for row in list_cases(engine)]

    def inbox(self) -> list[dict[str, Any]]:
        """Every message kept."""
        with self.engine() as engine:
            return [dict(row) for row in list_inbox(engine, limit=100_000)]

    def messages(self, number: str) -> Sequence[Mapping[str, Any]]:
        """What was said on a case, in and out."""
        with self.engine() as engine:
            return read_case(engine, number)[2]

    @contextmanager
    def engine(self) -> Generator[Engine]:
        """Its database, to look at."""
        engine = open_engine(f"sqlite:///{self.folder / 'gateway.db'}", writes=False)
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def running(folder: Path, **settings: str) -> Generator[GatewayProcess]:
    """A gateway that has loaded its parsers; killed at the end if it still runs."""
    gateway = GatewayProcess(folder, **settings)
    with contextlib.closing(gateway):
        gateway.start()
        yield gateway
