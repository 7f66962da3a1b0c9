"""The figures on a terminal: what stands in each table is text, never markup (RELIABILITY T37, T38)."""

from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.cases.quality import By, Figures, Quality
from gateway.reporting.wording import Line, Wording

__all__ = ["show"]

BAR_WIDTH = 12
ROOMY = 120
"""From this width on there is room for bars and for every column."""


def show(out: Console, quality: Quality, by: By, wording: Wording) -> None:
    """The period's totals, then one table grouped `by`."""
    words, total = wording.words, quality.total
    period = words.period.format(first=quality.period.first, last=quality.period.last)
    out.print(Text(f"{words.title}  {period}", style="bold"))
    if total.is_empty:
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
            told = "; ".join(f"{name}: {count}" for name, count in counts)
            out.print(Text.assemble((title, "bold"), f"  {told}"))
            out.print()
    out.print(_table(wording.lines(quality, by), by, wording, roomy=out.width >= ROOMY))
    for note in _notes(by, wording):
        out.print(Text(note, style="dim"))
    if total.provisional:
        out.print(Text(words.provisional.format(n=total.provisional), style="yellow"))


def _notes(by: By, wording: Wording) -> Iterator[str]:
    if by is By.ENGINEER:
        yield wording.words.by_engineer
    if by is not By.PROMISE:
        yield wording.words.working_only


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
    table = _new_table((words.times,), (words.count, words.median, words.p90))
    for name, times in ((words.response, total.response), (words.solution, total.solution)):
        for clock, middle, most in (
            (words.elapsed, wording.lasting(times.median), wording.lasting(times.p90)),
            (
                words.worked,
                wording.lasting(times.worked_median, working=True),
                wording.lasting(times.worked_p90, working=True),
            ),
        ):
            table.add_row(f"{name}, {clock}", str(times.count), middle, most)
    return table


def _table(lines: Sequence[Line], by: By, wording: Wording, *, roomy: bool) -> Table:
    columns = list(_columns(by, wording, roomy=roomy))
    table = _new_table((getattr(wording.words, by.value),), [head for head, _ in columns])
    for line in lines:
        name = line.name + (" *" if line.figures.provisional else "")
        table.add_row(Text(name), *(cell(line.figures) for _, cell in columns))
    return table


_Column = tuple[str, Callable[[Figures], Text]]


def _columns(by: By, wording: Wording, *, roomy: bool) -> Iterator[_Column]:
    """What is told of each group, in order; on a narrow terminal the less telling ones are left to the files."""
    words, of_people = wording.words, by is not By.PROMISE
    if roomy:
        yield "", _bar
    yield words.share_kept, lambda each: Text(wording.share(each.share_kept))
    yield words.met, lambda each: _number(each.met)
    yield words.missed, lambda each: _number(each.missed)
    if roomy or not of_people:
        yield words.met_late, lambda each: _number(each.met_late)
    if not of_people:
        yield words.withdrawn, lambda each: _number(each.withdrawn)
        yield words.open, lambda each: _number(each.open)
        return
    yield words.response, lambda each: Text(wording.lasting(each.response.worked_median, working=True))
    yield words.solution, lambda each: Text(wording.lasting(each.solution.worked_median, working=True))
    if roomy:
        yield words.informed, lambda each: Text(wording.share(each.share_informed))
        yield words.score, lambda each: Text(wording.mean(each.satisfaction))


def _number(count: int) -> Text:
    return Text(str(count), style="" if count else "dim")


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
        table.add_column(name, justify="right", no_wrap=True)
    return table
