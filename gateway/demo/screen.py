"""The afternoon on a screen: a clock, the running story, the open cases with their next promise, and the score.

Pure: state in, something that rich can draw out. Whatever a customer wrote is text here, never markup (T38).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gateway.cases import commitments, lifecycle
from gateway.cases.case import Case
from gateway.cases.commitments import Commitment
from gateway.demo.story import Kind, Line, Tally
from gateway.demo.words import Tongue
from gateway.showing import printable

WIDEST = 116
ACTOR_WIDTH = 12
STYLES: dict[Kind, str] = {
    "customer": "bright_cyan",
    "staff": "bright_magenta",
    "letter": "bright_blue",
    "internal": "grey58",
    "alarm": "bold bright_red",
    "escalation": "bold bright_red",
    "raised": "bright_yellow",
    "closed": "bold bright_green",
    "odd": "yellow",
}
SIGNS: dict[Kind, str] = {"alarm": "✗", "escalation": "▲", "raised": "▲", "closed": "■", "odd": "?"}
BADGES = ("black on cyan", "black on yellow", "black on magenta", "black on green", "black on bright_white")
LEVEL_STYLES = {1: "bold bright_red", 2: "bright_yellow", 3: "cyan"}
BAR_CELLS = 8
SOON, VERY_SOON = timedelta(minutes=30), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything that one picture shows."""

    now: datetime
    lines: Sequence[Line]
    cases: Sequence[Case]
    tally: Tally


class Screen:
    """Draws frames in one language and zone."""

    def __init__(self, tongue: Tongue, zone: ZoneInfo, engineers: dict[str, str]) -> None:
        self._tongue = tongue
        self._zone = zone
        self._engineers = engineers

    def whole(self, frame: Frame, width: int, height: int) -> RenderableType:
        """A picture of at most that many columns and rows."""
        words = self._tongue.words
        width = min(width, WIDEST)
        room = max(height - len(frame.cases) - 9, 4)
        told = [self.line(line) for line in frame.lines[-room:]]
        told += [Text()] * (room - len(told))
        for text in told:
            text.truncate(width - 4, overflow="ellipsis")
        story = Panel(
            Group(*told),
            title=words.story,
            title_align="left",
            box=box.ROUNDED,
            border_style="grey42",
            width=width,
        )
        return Group(self.head(frame, width), story, self.cases(frame, width), self.score(frame.tally))

    def head(self, frame: Frame, width: int) -> RenderableType:
        """Title and clock."""
        words = self._tongue.words
        local = frame.now.astimezone(self._zone)
        grid = Table.grid(expand=True)
        grid.width = width
        grid.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        grid.add_column(justify="right", no_wrap=True)
        clock = Text(local.strftime(words.day) + "  ", style="grey70")
        clock.append(f" {local:%H:%M} ", style="bold black on bright_white")
        grid.add_row(Text.assemble(" ", (words.title, "bold"), ("   " + words.note, "grey58")), clock)
        return grid

    def line(self, line: Line) -> Text:
        """One line of the story."""
        style = STYLES[line.kind]
        text = Text(f"{line.at.astimezone(self._zone):%H:%M} ", style="grey58")
        text.append(f" {line.case or ' '} ", style=BADGES[(line.case - 1) % len(BADGES)] if line.case else "")
        text.append(" ")
        actor = Text(line.actor, style="bold " + style if line.kind in ("customer", "staff") else style)
        actor.truncate(ACTOR_WIDTH, overflow="ellipsis", pad=True)
        text.append_text(actor)
        sign = SIGNS.get(line.kind)
        text.append(f" {sign} " if sign else " ", style=style)
        if line.kind in ("customer", "staff"):
            command, blank, words = (
                line.text.partition(" ") if line.text.startswith("#") else ("", "", line.text)
            )
            text.append(command, style="bold").append(blank + words)
        else:
            text.append(line.text, style=style)
        for promise in line.kept:
            text.append(f"  ✓ {promise}", style="green")
        return text

    def cases(self, frame: Frame, width: int) -> RenderableType:
        """All cases, each with what is promised next and how long that has."""
        words = self._tongue.words
        table = Table(box=None, expand=True, pad_edge=False, padding=(0, 1), header_style="grey58")
        for place, heading in enumerate(words.headings):
            table.add_column(
                heading,
                no_wrap=True,
                overflow="ellipsis",
                justify="right" if place == 7 else "left",
                ratio=1 if place in (2, 6) else None,
            )
        for place, case in enumerate(frame.cases):
            over = lifecycle.is_over(case.status)
            name = printable(case.company or case.reporter.name or case.reporter.address)
            promise, left = self._promise(case, frame.now)
            table.add_row(
                Text(f" {place + 1} ", style=BADGES[place % len(BADGES)]),
                case.number,
                Text(name),
                Text(str(case.level), style=LEVEL_STYLES.get(case.level, "")),
                Text(self._tongue.status(case.status), style="bright_green" if over else ""),
                Text(
                    self._engineers.get(case.engineer or "", words.nobody),
                    style="" if case.engineer else "grey58",
                ),
                promise,
                left,
                style="grey58" if over else "",
            )
        return Panel(
            table, title=words.cases, title_align="left", box=box.ROUNDED, border_style="grey42", width=width
        )

    def score(self, tally: Tally) -> Text:
        """Promises kept and missed, mails in and letters out."""
        words = self._tongue.words
        return Text.assemble(
            (f" ✓ {tally.kept} {words.kept}", "bold green"),
            (f"   ✗ {tally.missed} {words.missed}", "bold bright_red" if tally.missed else "grey58"),
            (f"   ← {tally.came} {words.came}   → {tally.sent} {words.sent}", "grey70"),
        )

    def _promise(self, case: Case, now: datetime) -> tuple[Text, Text]:
        """The name of the next promise, and a bar that runs out with its time."""
        if lifecycle.is_over(case.status):
            return Text(), Text()
        running = [each for each in case.commitments if each.state == commitments.RUNNING and each.due >= now]
        if running:
            nearest = min(running, key=lambda each: each.due)
            return Text(self._tongue.name("commitment", nearest.name)), self._bar(nearest, now)
        stands = any(each.state == commitments.PAUSED for each in case.commitments)
        return Text(self._tongue.words.stands if stands else "", style="grey58"), Text()

    def _bar(self, promised: Commitment, now: datetime) -> Text:
        left = promised.due - now
        style = "bright_red" if left <= VERY_SOON else "bright_yellow" if left <= SOON else "green"
        whole = max(promised.due - promised.made_at, timedelta(seconds=1))
        filled = min(max(round(BAR_CELLS * (left / whole)), 0), BAR_CELLS)
        hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
        words = self._tongue.words
        lasting = (words.hours if hours else words.minutes).format(hours=hours, minutes=minutes)
        return Text.assemble(
            ("━" * filled, style), ("━" * (BAR_CELLS - filled), "grey27"), (f" {lasting:>8}", style)
        )
