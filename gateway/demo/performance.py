"""The performance: scenes played one after another, drawn live on a terminal or told line by line elsewhere."""

import html
import io
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.live import Live

from gateway.cases.case import Case
from gateway.config import Config
from gateway.demo.afternoon import Afternoon, read_afternoon
from gateway.demo.screen import Frame, Screen
from gateway.demo.stage import Stage, set_stage
from gateway.demo.story import Line, Story, Tally, Told
from gateway.demo.words import Tongue, tongue_of

FRAMES_PER_SECOND = 15
SECONDS_PER_LINE = 0.13
SECONDS_PER_MINUTE = 0.035
SHORTEST_GLIDE, LONGEST_GLIDE = 0.12, 0.6
"""Seconds in which the clock goes from one scene to the next; a quiet hour is cut short."""

ROWS = 34
LEAST_COLUMNS, LEAST_ROWS = 80, 22
"""On less than this the lines alone are told."""

PICTURE_COLUMNS, PICTURE_ROWS = 114, 34
_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_FONT_FAMILY = re.compile(r"font-family: Fira Code, monospace")
_TEXT = re.compile(r'textLength="(?P<width>[\d.]+)"(?P<rest>[^>]*)>(?P<text>[^<]*)</text>')
FONTS = "font-family: 'Fira Code', 'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace"

Wait = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How long everything is shown: `slowness` times the usual."""

    slowness: float
    wait: Wait

    def pause(self, seconds: float) -> None:
        """Let the audience look for so many seconds at the usual speed."""
        if self.slowness:
            self.wait(seconds * self.slowness)

    def glide(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """The clock's way from one scene to the next, moment by moment."""
        minutes = (end - start) / timedelta(minutes=1)
        if minutes <= 0:
            return
        seconds = min(max(minutes * SECONDS_PER_MINUTE, SHORTEST_GLIDE), LONGEST_GLIDE)
        frames = max(round(seconds * self.slowness * FRAMES_PER_SECOND), 1)
        for frame in range(1, frames + 1):
            yield start + (end - start) * (frame / frames)
            self.pause(seconds / frames)


def perform(
    config: Config, out: Console, *, language: str, speed: float, plain: bool, wait: Wait = time.sleep
) -> None:
    """Play the afternoon on `out`: at speed 1 in about half a minute, at 0 (or where nobody watches) at once.

    `wait` gets seconds. Raises GatewayError for a language that there is not, ConfigError for an owner's plans that
    the seed directory does not fit.
    """
    tongue = tongue_of(language, config)
    afternoon = read_afternoon()
    watched = out.is_terminal and speed > 0
    drawn = watched and not plain and out.width >= LEAST_COLUMNS and out.height >= LEAST_ROWS
    with ExitStack() as until_the_end:
        with out.status(tongue.words.opening) if drawn else nullcontext():
            stage = until_the_end.enter_context(set_stage(config, afternoon.start))
        performance = Performance(stage, tongue, ZoneInfo(config.calendars.zone), afternoon)
        pace = Pace(1 / speed if watched else 0, wait)
        if drawn:
            performance.draw(out, pace)
        else:
            performance.tell(out, pace)


def picture(config: Config, path: Path, *, language: str) -> None:
    """The screen at the moment that the afternoon calls good, as SVG in `path`; it loads nothing from anywhere."""
    tongue = tongue_of(language, config)
    afternoon = read_afternoon()
    out = Console(record=True, width=PICTURE_COLUMNS, file=io.StringIO(), force_terminal=True)
    with set_stage(config, afternoon.start) as stage:
        performance = Performance(stage, tongue, ZoneInfo(config.calendars.zone), afternoon)
        out.print(performance.view_at(afternoon.picture, PICTURE_COLUMNS, PICTURE_ROWS))
    path.write_text(_at_home(out.export_svg(title="gateway demo", unique_id="demo")), encoding="utf-8")


def _at_home(svg: str) -> str:
    """rich's SVG with the reader's own fonts, and with room for Chinese: rich counts characters, not columns."""

    def widened(match: re.Match[str]) -> str:
        text = html.unescape(match["text"])
        width = float(match["width"]) * cell_len(text) / max(len(text), 1)
        return f'textLength="{width:g}"{match["rest"]}>{match["text"]}</text>'

    return _TEXT.sub(widened, _FONT_FAMILY.sub(FONTS, _FONT_FACE.sub("", svg)))


class Performance:
    """One afternoon: what has been told of it, and the ways to show that."""

    def __init__(self, stage: Stage, tongue: Tongue, zone: ZoneInfo, afternoon: Afternoon) -> None:
        engineers = {person.id: person.name for person in stage.directory.staff.values()}
        self._stage = stage
        self._afternoon = afternoon
        self._story = Story(tongue, stage.directory)
        self._screen = Screen(tongue, zone, engineers)
        self._lines: list[Line] = []
        self._cases: Sequence[Case] = ()
        self._tally = Tally()

    def tell(self, out: Console, pace: Pace) -> None:
        """Line by line, as they happen; then how all cases ended."""
        for told in self._story.of(self._stage.play(self._afternoon)):
            for line in told.lines:
                out.print(self._screen.line(line), soft_wrap=True)
                pace.pause(SECONDS_PER_LINE)
            self._keep(told)
        frame = self._frame(self._afternoon.until)
        out.print(self._screen.cases(frame, min(out.width, PICTURE_COLUMNS)), self._screen.score(frame.tally))

    def draw(self, out: Console, pace: Pace) -> None:
        """On the screen, with a clock that runs; the last picture stays."""
        width, height = out.width, min(out.height - 1, ROWS)
        now = self._afternoon.start
        with Live(console=out, auto_refresh=False, vertical_overflow="crop") as live:

            def show(moment: datetime) -> None:
                live.update(self._screen.whole(self._frame(moment), width, height), refresh=True)

            for told in self._story.of(self._stage.play(self._afternoon)):
                for moment in pace.glide(now, told.at):
                    show(moment)
                now = told.at
                self._keep(told)
                for line in told.lines:
                    self._lines.append(line)
                    show(now)
                    pace.pause(SECONDS_PER_LINE)

    def view_at(self, moment: datetime, width: int, height: int) -> RenderableType:
        """What the screen shows at a moment."""
        for told in self._story.of(self._stage.play(self._afternoon)):
            if told.at > moment:
                break
            self._keep(told)
            self._lines += told.lines
        return self._screen.whole(self._frame(moment), width, height)

    def _keep(self, told: Told) -> None:
        self._cases, self._tally = told.cases, told.tally

    def _frame(self, now: datetime) -> Frame:
        return Frame(now, self._lines, self._cases, self._tally)
