"""The figures on a terminal: what stands in each table is text, never markup (RELIABILITY T37, T38)."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.cases.quality import By, Figures, Quality, Times
from gateway.reporting.wording import Line, Wording

__all__ = ["show"]

BAR_WIDTH = 16
ROOMY = 120
"""From this width on there is room for the bars and for what was made."""


def show(out: Console, quality: Quality, by: By, wording: Wording) -> None:
    """The period's totals, then one table grouped `by`."""
    words, total = wording.words, quality.total
    period = words.period.format(first=quality.period.first, last=quality.period.last)
    out.print(Text(f"{words.title}  {period}", style="bold"))
    if not (total.made or total.met or total.missed or total.open or total.cases):
        out.print(words.nothing)
        return
    for part in (_totals(total, wording), _times(total, wording)):
        out.print(part)
        out.print()
    for title, counts in (
        (words.escalations, list(wording.rungs(total))),
        (words.failures, list(wording.undelivered(total))),
    ):
        if counts:
            told = ", ".join(f"{name} {count}" for name, count in counts)
            out.print(Text.assemble((title, "bold"), f"  {told}"))
            out.print()
    out.print(_table(wording.lines(quality, by), by, wording, roomy=out.width >= ROOMY))
    if by is By.ENGINEER:
        out.print(Text(words.by_engineer, style="dim"))
    if total.provisional:
        out.print(Text(words.provisional.format(n=total.provisional), style="yellow"))


def _totals(total: Figures, wording: Wording) -> Table:
    words = wording.words
    grid = Table.grid(padding=(0, 3))
    for name, value in (
        (words.share_kept, f"{wording.share(total.share_kept)}  {_sentence(total, wording)}"),
        (words.owed, words.reported.format(made=total.made, open=total.open, withdrawn=total.withdrawn)),
        (words.cases, str(total.cases)),
        (words.updates, f"{words.informed} {total.informed}, {words.holding} {total.holding}"),
        (words.satisfaction, _satisfaction(total, wording)),
    ):
        grid.add_row(Text(name, style="bold"), Text(value))
    return grid


def _sentence(total: Figures, wording: Wording) -> str:
    return wording.words.kept_of.format(met=total.met, owed=total.met + total.missed)


def _satisfaction(total: Figures, wording: Wording) -> str:
    answers = wording.words.answers.format(n=sum(total.scores.values()))
    return f"{wording.mean(total.satisfaction)}  ({answers})"


def _times(total: Figures, wording: Wording) -> Table:
    words = wording.words
    table = _new_table((words.times, words.count), (words.median, words.p90) * 2)
    table.columns[2].header = f"{words.median} ({words.elapsed})"
    table.columns[4].header = f"{words.median} ({words.worked})"
    for name, times in ((words.response, total.response), (words.solution, total.solution)):
        table.add_row(name, str(times.count), *_four(times, wording))
    return table


def _four(times: Times, wording: Wording) -> tuple[str, str, str, str]:
    return (
        wording.lasting(times.median),
        wording.lasting(times.p90),
        wording.lasting(times.worked_median, working=True),
        wording.lasting(times.worked_p90, working=True),
    )


def _table(lines: Sequence[Line], by: By, wording: Wording, *, roomy: bool) -> Table:
    words = wording.words
    counts = (words.met, words.missed, words.met_late, words.withdrawn, words.open)
    people = (words.response, words.solution, words.informed, words.score)
    table = _new_table(
        (getattr(words, by.value), *([""] if roomy else [])),
        (words.share_kept, *counts, *([words.made] if roomy else []), *([] if by is By.PROMISE else people)),
    )
    for line in lines:
        each = line.figures
        decided = (each.met, each.missed, each.met_late, each.withdrawn, each.open)
        table.add_row(
            Text(line.name + (" *" if each.provisional else "")),
            *((_bar(each),) if roomy else ()),
            wording.share(each.share_kept),
            *map(_number, decided),
            *((_number(each.made),) if roomy else ()),
            *(() if by is By.PROMISE else _of_people(each, wording)),
        )
    return table


def _number(count: int) -> Text:
    return Text(str(count), style="" if count else "dim")


def _of_people(figures: Figures, wording: Wording) -> tuple[str, ...]:
    return (
        wording.lasting(figures.response.worked_median, working=True),
        wording.lasting(figures.solution.worked_median, working=True),
        wording.share(figures.share_informed),
        wording.mean(figures.satisfaction),
    )


def _bar(figures: Figures) -> Text:
    """What was kept, done late and not done, as parts of one line."""
    owed = figures.met + figures.missed
    if not owed:
        return Text("")
    # Something missed is always seen, however much was kept.
    missed = min(BAR_WIDTH, -(-figures.missed * BAR_WIDTH // owed))
    late = missed * figures.met_late // figures.missed if figures.missed else 0
    return Text.assemble(
        ("█" * (BAR_WIDTH - missed), "green"), ("█" * late, "yellow"), ("█" * (missed - late), "red")
    )


def _new_table(texts: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for name in texts:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right")
    return table
