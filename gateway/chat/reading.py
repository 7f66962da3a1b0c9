"""A part of a burst read: its files looked at, its words understood in the confined reader, before any transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeGuard

import structlog

from gateway.chat import buttons, handing_on
from gateway.chat.burst import Item, Part, Words
from gateway.chat.people import speaker_of
from gateway.chat.saying import Phrases
from gateway.chat.taking import House
from gateway.colleague_report import Filed
from gateway.intake.queue import LIVES, Readings
from gateway.messages import Attachment, Envelope
from gateway.parsers import glance
from gateway.parsers.report import Report
from gateway.reading import ReadingDied

log = structlog.get_logger()

HANDED_ON = "handed on"
"""The source of what is read as the mail that it would have been."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a part means; `filed` is what a colleague's own words hand on for a customer (P-23)."""

    report: Report
    filed: Filed | None = None


class Judged(Protocol):
    """What a scanner says of a file."""

    @property
    def is_harmful(self) -> bool:
        """Whether it must go to nobody."""
        ...

    @property
    def remark(self) -> str | None:
        """What is worth knowing of it; None for a clean file."""
        ...


class Scans(Protocol):
    """Whoever has files scanned."""

    async def judge(self, files: Sequence[Attachment]) -> Sequence[Judged]:
        """What is said of each file, in order; never raises."""
        ...


class PartReader:
    """Reads parts, each by itself."""

    def __init__(self, readings: Readings, house: House, phrases: Phrases, scans: Scans | None) -> None:
        self._readings = readings
        self._house = house
        self._phrases = phrases
        self._scans = scans

    async def without_harm(self, part: Part) -> Part:
        """The part without the files that a scanner finds harmful, and with what it says of them (T24)."""
        if self._scans is None or not isinstance(part, Words) or not part.files:
            return part
        judged = iter(await self._scans.judge(part.files))
        items = tuple(_judged(item, next(judged)) if item.update.file else item for item in part.items)
        return replace(part, items=items)

    async def read(self, part: Part) -> Understood:
        """Words to meaning; where the reader does not survive them a person reads them (G5). Raises NotNow."""
        first = part.every[0]
        text = _text_of(part, self._phrase)
        raw, envelope = text.encode("utf-8", "replace"), first.kept.envelope
        speaker = speaker_of(first, self._house.chat.chats, self._house.rules.directory)
        staff = speaker.staff if speaker is not None else None
        if staff is not None and _hands_on_perhaps(part):
            rules = self._house.rules
            raw = handing_on.as_mail(part, staff, rules.support, self._house.chat.chats, rules.directory)
            envelope = Envelope(HANDED_ON, staff.email, (rules.support,), envelope.peer)
        if first.kept.deaths >= LIVES:
            return self._unread(text, envelope, f"taking it in failed {first.kept.deaths} times")
        try:
            reading = await self._readings.read(raw, envelope)
        except ReadingDied as died:
            return self._unread(text, envelope, died.reason)
        if staff is not None:
            # A colleague's files go with their words, or stay with them: no line need name them.
            return Understood(replace(reading.report, text=text), reading.filed)
        return Understood(_with_files(reading.report, part))

    def _unread(self, text: str, envelope: Envelope, why: str) -> Understood:
        problem = f"it could not be read ({why}): read the words yourself"
        log.error("message_glanced_at", reason=why)
        report = glance.read(b"", envelope, self._house.rules.own, problem)
        return Understood(replace(report, text=text))

    def _phrase(self, name: str, language: str) -> str:
        return self._phrases.phrase("button", name, language, self._house.clock.now())


def _hands_on_perhaps(part: Part) -> TypeGuard[Words]:
    """Words of a colleague's in answer to nothing: perhaps they are a customer's (P-23)."""
    return isinstance(part, Words) and not part.reply_to


def _judged(item: Item, judged: Judged) -> Item:
    """The message as it may go on; its bytes in the inbox stay as they came."""
    update = item.update
    problems = (*update.problems, judged.remark) if judged.remark is not None else update.problems
    file = None if judged.is_harmful else update.file
    return replace(item, update=replace(update, file=file, problems=problems))


def _text_of(part: Part, phrase: Callable[[str, str], str]) -> str:
    """What is to be read: words, a command's argument, the label of a button."""
    if isinstance(part, Words):
        return part.text
    update = part.item.update
    if update.pressed is not None:
        label = buttons.label_of(update.pressed)
        return phrase(label, "zh-Hans") if label is not None else ""
    return update.command.argument if update.command is not None else update.text


def _with_files(report: Report, part: Part) -> Report:
    """Whoever reads the words sees which files came with them; the bytes lie in the inbox."""
    if not isinstance(part, Words):
        return report
    lines = [f"[{file.name or file.type}]" for file in part.files]
    text = "\n".join(line for line in (report.text, *lines) if line)
    return replace(report, text=text, problems=(*report.problems, *part.problems))
