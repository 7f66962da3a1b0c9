"""Plots as inline SVG: no scripts, no fonts, nothing fetched. Colours and letters come from the page's style.

Pure: counts and words in, escaped markup out. Numbers that matter stand in the tables too; a plot shows their shape.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from markupsafe import Markup

__all__ = ["Part", "columns", "legend", "ranges", "stack"]

Stack = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Part:
    """One colour of a plot: its class in the style sheet, its name in the legend, and how much of it there is."""

    style: str
    name: str
    count: int


def legend(parts: Sequence[Part]) -> Markup:
    """Which colour is what."""
    keys = Markup("").join(
        Markup('<li><i class="key {}"></i>{}</li>').format(part.style, part.name) for part in parts
    )
    return Markup('<ul class="legend">{}</ul>').format(keys)


def stack(parts: Sequence[Part], *, whole: int = 0, width: int = 160, height: int = 12) -> Markup:
    """A horizontal bar of its parts; `whole` is what the full width stands for, the sum of the parts if less."""
    whole = max(whole, sum(part.count for part in parts))
    if not whole:
        return Markup("")
    begins = accumulate((part.count for part in parts), initial=0)
    bars = Markup("").join(
        _bar(part, width * begin / whole, 0, width * part.count / whole, height)
        for part, begin in zip(parts, begins, strict=False)
        if part.count
    )
    return Markup('<svg class="stack" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        width, height, "; ".join(f"{part.name} {part.count}" for part in parts), bars
    )


def columns(groups: Sequence[tuple[str, Sequence[Part]]], *, width: int = 960, height: int = 190) -> Markup:
    """Stacked columns with their labels beneath, and a scale; of many labels only some are written."""
    if not groups:
        return Markup("")
    left, top, floor = 34, 8, height - 22
    highest = _round_up(max(sum(part.count for part in parts) for _, parts in groups))
    pitch = (width - left) / len(groups)
    breadth = min(pitch * 0.72, 46)
    each_nth = -(-len(groups) * 44 // (width - left))
    scale = (floor - top) / highest
    marks: list[Markup] = []
    for value in sorted({0, highest // 2, highest}):
        y = floor - value * scale
        marks.append(
            Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(left, width, y, y)
        )
        marks.append(Markup('<text class="scale" x="{}" y="{:.1f}">{}</text>').format(left - 6, y + 4, value))
    for number, (label, parts) in enumerate(groups):
        middle = left + pitch * (number + 0.5)
        tops = accumulate((part.count for part in parts), initial=0)
        marks += [
            _bar(
                part, middle - breadth / 2, floor - (below + part.count) * scale, breadth, part.count * scale
            )
            for part, below in zip(parts, tops, strict=False)
            if part.count
        ]
        if number % each_nth == 0:
            marks.append(
                Markup('<text class="tick" x="{:.1f}" y="{}">{}</text>').format(middle, height - 5, label)
            )
    return Markup('<svg class="columns" viewBox="0 0 {} {}" role="img">{}</svg>').format(
        width, height, Markup("").join(marks)
    )


def ranges(rows: Sequence[tuple[str, float, float, str]], *, width: int = 470, pitch: int = 30) -> Markup:
    """One line for each row (name, median, p90, words): a dot at the median, a line out to where nine of ten lie."""
    if not rows:
        return Markup("")
    left, right = 74, 168
    longest = max(p90 for _, _, p90, _ in rows) or 1.0
    scale = (width - left - right) / longest
    marks: list[Markup] = []
    for number, (name, median, p90, words) in enumerate(rows):
        y = pitch * (number + 0.5)
        end = left + p90 * scale
        marks += [
            Markup('<text class="name" x="0" y="{:.1f}">{}</text>').format(y + 4, name),
            Markup('<line class="span" x1="{}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>').format(
                left, end, y, y
            ),
            Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="5"/>').format(left + median * scale, y),
            Markup('<text class="said" x="{:.1f}" y="{:.1f}">{}</text>').format(end + 8, y + 4, words),
        ]
    return Markup('<svg class="ranges" viewBox="0 0 {} {}" role="img">{}</svg>').format(
        width, pitch * len(rows), Markup("").join(marks)
    )


def _bar(part: Part, x: float, y: float, width: float, height: float) -> Markup:
    return Markup(
        '<rect class="{}" x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"><title>{} {}</title></rect>'
    ).format(part.style, x, y, width, height, part.name, part.count)


def _round_up(value: int) -> int:
    """The next number from which a scale of halves reads well: 2, 4, 6, 8, 10, 12, 16, 20, … 100, 120, 160 …"""
    size = 1
    while True:
        for step in (2, 4, 6, 8, 10, 12, 16):
            if step * size >= value:
                return step * size
        size *= 10
