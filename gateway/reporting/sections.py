"""The sections of the report's page: tables with the plots that belong to them. Pure; figures in, markup out."""

from collections.abc import Sequence
from datetime import timedelta

from markupsafe import Markup

from gateway.cases.quality import By, Figures, Times
from gateway.reporting import plots
from gateway.reporting.plots import Part
from gateway.reporting.wording import Line, Wording

__all__ = ["durations", "kept", "people", "promises", "section", "small_plots"]

HOUR = timedelta(hours=1)


def section(title: str, content: Markup, note: str = "") -> Markup:
    """A titled part of the page, with a note beneath."""
    said = Markup('<p class="note">{}</p>').format(note) if note else ""
    return Markup("<section><h2>{}</h2>{}{}</section>").format(title, content, said)


def kept(figures: Figures, wording: Wording) -> tuple[Part, Part, Part]:
    """What was due, in the three colours of the page: met, done late, not done."""
    words = wording.words
    return (
        Part("met", words.met, figures.met),
        Part("late", words.late_only, figures.met_late),
        Part("missed", words.never, figures.missed - figures.met_late),
    )


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[object]], style: str = "", above: str = ""
) -> Markup:
    """A table; the first column is text, the others are numbers or plots; `above` is a row over the heads."""
    head = Markup("").join(Markup("<th>{}</th>").format(name) for name in heads)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row))
        for row in rows
    )
    return Markup('<table class="{}"><thead>{}<tr>{}</tr></thead><tbody>{}</tbody></table>').format(
        style, above, head, body
    )


def _first_cells(line: Line, wording: Wording) -> tuple[object, ...]:
    """What every table begins with: the name, the bar, and how much of what was due was kept."""
    each = line.figures
    return (
        line.name + (" *" if each.provisional else ""),
        plots.stack(kept(each, wording)),
        wording.share(each.share_kept),
        *(each.met, each.missed, each.met_late),
    )


def promises(lines: Sequence[Line], total: Figures, wording: Wording) -> Markup:
    """What became of each promise, and of all together."""
    words = wording.words
    heads = (
        *("", "", words.share_kept, words.met, words.missed, words.met_late),
        *(words.withdrawn, words.open, words.made),
    )
    rows = [
        [
            *_first_cells(line, wording),
            *(line.figures.withdrawn, line.figures.open, line.figures.made),
        ]
        for line in (*lines, Line("", words.total, total))
    ]
    said = words.reported.format(made=total.made, open=total.open, withdrawn=total.withdrawn)
    return section(words.promise, _table(heads, rows, "with-bar totalled"), said)


def durations(lines: Sequence[Line], total: Figures, wording: Wording) -> Markup:
    """Response and solution side by side, over all and by level: how long they took, on both clocks."""
    words = wording.words
    groups = [(words.total, total), *((words.nth_level.format(n=line.key), line.figures) for line in lines)]
    halves = [
        _times_of(title, [(name, times) for name, times in named if times.count], wording)
        for title, named in (
            (words.response, [(name, each.response) for name, each in groups]),
            (words.solution, [(name, each.solution) for name, each in groups]),
        )
        if named[0][1].count
    ]
    if not halves:
        return Markup("")
    return section(
        words.times, Markup('<div class="pair">{}</div>').format(Markup("").join(halves)), words.dots
    )


def _times_of(title: str, named: Sequence[tuple[str, Times]], wording: Wording) -> Markup:
    words = wording.words
    drawn = plots.ranges(
        [
            (name, _hours(times.worked_median), _hours(times.worked_p90), _briefly(times, wording))
            for name, times in named
        ]
    )
    clocks = Markup(
        '<tr class="clocks"><th></th><th></th><th colspan="2">{}</th><th colspan="2">{}</th></tr>'
    ).format(words.elapsed, words.worked)
    heads = ("", words.count, words.median, words.p90, words.median, words.p90)
    rows = [[name, times.count, *_four(times, wording)] for name, times in named]
    table = _table(heads, rows, above=clocks)
    return Markup('<div class="half"><h3>{}</h3>{}{}</div>').format(title, drawn, table)


def _hours(span: timedelta | None) -> float:
    return span / HOUR if span is not None else 0.0


def _briefly(times: Times, wording: Wording) -> str:
    return " / ".join(wording.lasting(span, working=True) for span in (times.worked_median, times.worked_p90))


def _four(times: Times, wording: Wording) -> tuple[str, ...]:
    return (
        *(wording.lasting(times.median), wording.lasting(times.p90)),
        *(wording.lasting(span, working=True) for span in (times.worked_median, times.worked_p90)),
    )


def small_plots(total: Figures, wording: Wording) -> Markup:
    """Updates, escalations, satisfaction and undelivered notices: a small plot each, where there is anything."""
    words = wording.words
    updates = [
        (words.informed, total.informed, "informed"),
        (words.holding, total.holding, "holding"),
    ]
    scores = [(words.points.format(n=score), total.scores.get(score, 0), "met") for score in (5, 4, 3, 2, 1)]
    cards = (
        (words.updates, updates),
        (words.escalations, [(name, count, "late") for name, count in wording.rungs(total)]),
        (words.satisfaction, scores),
        (words.failures, [(name, count, "missed") for name, count in wording.undelivered(total)]),
    )
    shown = [
        Markup('<section class="half"><h2>{}</h2>{}</section>').format(title, _bars(rows))
        for title, rows in cards
        if any(count for _, count, _ in rows)
    ]
    return Markup('<div class="pair">{}</div>').format(Markup("").join(shown)) if shown else Markup("")


def _bars(rows: Sequence[tuple[str, int, str]]) -> Markup:
    most = max(count for _, count, _ in rows)
    return _table(
        (),
        [[name, plots.stack([Part(style, name, count)], whole=most), count] for name, count, style in rows],
        "bars",
    )


def people(by: By, lines: Sequence[Line], note: str, wording: Wording) -> Markup:
    """A table of levels, engineers or customers; `cases` has no meaning for an engineer."""
    if not lines:
        return Markup("")
    words = wording.words
    counts_cases = by is not By.ENGINEER
    heads = (
        *("", "", words.share_kept, words.met, words.missed, words.met_late),
        *((words.cases,) if counts_cases else ()),
        *(words.response, words.solution, words.share_informed, words.score),
    )
    rows = [
        [
            *_first_cells(line, wording),
            *((each.cases,) if counts_cases else ()),
            wording.lasting(each.response.worked_median, working=True),
            wording.lasting(each.solution.worked_median, working=True),
            wording.share(each.share_informed),
            wording.mean(each.satisfaction),
        ]
        for line in lines
        for each in (line.figures,)
    ]
    return section(getattr(words, by.value), _table(heads, rows, "with-bar"), note)
