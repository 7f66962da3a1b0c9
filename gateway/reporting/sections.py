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
    said = Markup('<p class="note">{}</p>').format(note) if note else ""
    return Markup("<section><h2>{}</h2>{}{}</section>").format(title, content, said)


def kept(figures: Figures, wording: Wording) -> tuple[Part, Part, Part]:
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


def promises(lines: Sequence[Line], total: Figures, wording: Wording) -> Markup:
    words = wording.words
    heads = (
        *("", "", words.share_kept, words.met, words.missed, words.met_late),
        *(words.withdrawn, words.open, words.made),
    )
    rows = [
        [
            line.name + (" *" if line.figures.provisional else ""),
            plots.stack(kept(line.figures, wording)),
            wording.share(line.figures.share_kept),
            *_counts(line.figures),
        ]
        for line in (*lines, Line("", words.total, total))
    ]
    said = words.reported.format(made=total.made, open=total.open, withdrawn=total.withdrawn)
    return section(words.promise, _table(heads, rows, "with-bar totalled"), said)


def _counts(figures: Figures) -> tuple[int, ...]:
    return (
        *(figures.met, figures.missed, figures.met_late),
        *(figures.withdrawn, figures.open, figures.made),
    )


def durations(lines: Sequence[Line], total: Figures, wording: Wording) -> Markup:
    words = wording.words
    halves: list[Markup] = []
    for title, field in ((words.response, "response"), (words.solution, "solution")):
        named = [
            (name, times)
            for name, times in (
                (words.total, _times(total, field)),
                *((words.nth_level.format(n=line.key), _times(line.figures, field)) for line in lines),
            )
            if times.worked_median is not None and times.worked_p90 is not None
        ]  # fmt: skip
        if not named:
            continue
        drawn = plots.ranges(
            [
                (name, times.worked_median / HOUR, times.worked_p90 / HOUR, _briefly(times, wording))
                for name, times in named
                if times.worked_median is not None and times.worked_p90 is not None
            ]
        )
        heads = ("", words.count, words.median, words.p90, words.median, words.p90)
        rows = [[name, times.count, *_four(times, wording)] for name, times in named]
        clocks = Markup(
            '<tr class="clocks"><th></th><th></th><th colspan="2">{}</th><th colspan="2">{}</th></tr>'
        ).format(words.elapsed, words.worked)
        table = _table(heads, rows, above=clocks)
        halves.append(Markup('<div class="half"><h3>{}</h3>{}{}</div>').format(title, drawn, table))
    if not halves:
        return Markup("")
    return section(
        words.times, Markup('<div class="pair">{}</div>').format(Markup("").join(halves)), words.dots
    )


def _times(figures: Figures, field: str) -> Times:
    return figures.response if field == "response" else figures.solution


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
            line.name + (" *" if each.provisional else ""),
            plots.stack(kept(each, wording)),
            wording.share(each.share_kept),
            *(each.met, each.missed, each.met_late),
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
