"""Reading with a look at every file by a virus scanner, where the owner has one (RELIABILITY T24).

A scanner takes files out of what goes on to people, and nothing else: the mail is kept as it came, its case is opened,
and what was found, or could not be scanned, is among the case's remarks. A scanner that hangs must not hold up the
queue: after it has once been silent, nobody asks it again for a minute.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from gateway.cases.directory import Directory
from gateway.channels.clamd import PATIENCE_SECONDS, Verdict
from gateway.messages import Attachment, Envelope
from gateway.reading import Reading

REST_SECONDS = 60.0
AT_ONCE = 4
LONGEST_NAME = 80

log = structlog.get_logger()


class Reads(Protocol):
    """Whoever reads messages."""

    async def read(self, kept_raw: bytes, envelope: Envelope) -> Reading:
        """What a kept message means. Raises what `gateway.reading` raises."""
        ...

    async def learn(self, directory: Directory) -> None:
        """Read with this directory, from the next message on."""
        ...


class Scanner(Protocol):
    """Whoever knows harmful files."""

    async def scan(self, data: bytes) -> Verdict:
        """What it says of some bytes; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Judged:
    """A file that was looked at; `remark` is None where there is nothing to say of it."""

    is_harmful: bool
    remark: str | None


class Scans:
    """Has files scanned; `patience` is how many seconds all the files of one message may take together."""

    def __init__(self, scanner: Scanner, patience: float = PATIENCE_SECONDS) -> None:
        self._scanner = scanner
        self._patience = patience
        self._rests_until = 0.0

    async def judge(self, files: Sequence[Attachment]) -> Sequence[Judged]:
        """What is said of each file, in order; never raises."""
        verdicts = await self._verdicts(files)
        return [
            Judged(verdict.state == "infected", None if verdict.state == "clean" else _remark(file, verdict))
            for file, verdict in zip(files, verdicts, strict=True)
        ]

    async def _verdicts(self, files: Sequence[Attachment]) -> Sequence[Verdict]:
        now = asyncio.get_running_loop().time
        if now() < self._rests_until:
            return [Verdict("unscanned", "the scanner did not answer of late")] * len(files)
        turns = asyncio.Semaphore(AT_ONCE)

        async def scan(file: Attachment) -> Verdict:
            async with turns:
                return await self._scanner.scan(file.content)

        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.gather(*(scan(file) for file in files))
        except TimeoutError:
            self._rests_until = now() + REST_SECONDS
            log.warning("scanner_silent", files=len(files), rests_seconds=REST_SECONDS)
            return [Verdict("unscanned", f"no answer within {self._patience:g} s")] * len(files)


class ScannedReadings:
    """Stands where a reader stands, and has every file of a mail scanned."""

    def __init__(self, readings: Reads, scans: Scans) -> None:
        self._readings = readings
        self._scans = scans

    async def read(self, kept_raw: bytes, envelope: Envelope) -> Reading:
        """What a kept message means, without the files that are harmful. Raises what the reader raises."""
        reading = await self._readings.read(kept_raw, envelope)
        files = reading.inbound.attachments
        return _marked(reading, await self._scans.judge(files)) if files else reading

    async def learn(self, directory: Directory) -> None:
        """Read with this directory, from the next message on."""
        await self._readings.learn(directory)


def _marked(reading: Reading, judged: Sequence[Judged]) -> Reading:
    """The same reading; harmful files are out of it, and its problems say what the scanner said."""
    remarks = tuple(each.remark for each in judged if each.remark is not None)
    if not remarks:
        return reading
    files = zip(reading.inbound.attachments, judged, strict=True)
    harmless = tuple(file for file, each in files if not each.is_harmful)
    inbound = replace(reading.inbound, attachments=harmless)
    report = replace(reading.report, inbound=inbound, problems=(*reading.report.problems, *remarks))
    return reading._replace(inbound=inbound, report=report)


def _remark(file: Attachment, verdict: Verdict) -> str:
    name = (file.name or "without a name")[:LONGEST_NAME]
    if verdict.state == "infected":
        return f"the file {name!r} is harmful ({verdict.detail}) and was taken out; the message as it came has it still"
    return f"the file {name!r} was not scanned: {verdict.detail}"
