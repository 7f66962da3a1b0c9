"""The figures as one HTML page: for a screen, a printer or a mail; no scripts, nothing fetched from anywhere.

Markup is made by `Markup.format` alone, which escapes whatever is put in: names may be a customer's own
(RELIABILITY T26, T37). A content security policy forbids the page everything but its own style.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from markupsafe import Markup

from gateway.cases.quality import By, Figures, Quality, Times
from gateway.reporting import plots
from gateway.reporting.plots import Part
from gateway.reporting.style import STYLE
from gateway.reporting.wording import Line, Wording

__all__ = ["page"]

LONGEST_BY_DAY = 45
HOUR = timedelta(hours=1)

_PAGE = Markup("""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{vendor} {title} {period}</title>
<style>{style}</style>
</head>
<body>
<header>
<p class="vendor">{vendor}</p><h1>{title}</h1><p class="period">{period}</p><p class="as-of">{as_of}</p>
</header>
<main>
{body}
</main>
</body>
</html>
""")


def page(quality: Quality, wording: Wording, vendor: str, at: datetime) -> str:
    """The whole page; `vendor` is our own name in the reader's language, `at` the moment of counting."""
    words, period = wording.words, quality.period
    return _PAGE.format(
        language=wording.language,
        vendor=vendor,
        title=words.title,
        period=words.period.format(first=period.first, last=period.last),
        as_of=words.as_of.format(at=f"{at.astimezone(period.zone):%Y-%m-%d %H:%M}"),
        style=Markup(STYLE),  # noqa: S704 - a constant of ours
        body=Markup("\n").join(part for part in _body(quality, wording) if part),
    )


def _body(quality: Quality, wording: Wording) -> Iterator[Markup]:
    words, total = wording.words, quality.total
    yield _tiles(total, wording)
    if not (total.made or total.met or total.missed or total.open or total.cases):
        yield Markup('<p class="nothing">{}</p>').format(words.nothing)
    yield _course(quality, wording)
    yield _promises(wording.lines(quality, By.PROMISE), total, wording)
    yield _durations(wording.lines(quality, By.LEVEL), total, wording)
    yield _pairs(total, wording)
    for by in (By.LEVEL, By.ENGINEER, By.CUSTOMER):
        note = words.by_engineer + " " if by is By.ENGINEER else ""
        yield _people(by, wording.lines(quality, by), note + words.working_only, wording)
    yield _notes(total, wording)


def _section(title: str, content: Markup, note: str = "") -> Markup:
    said = Markup('<p class="note">{}</p>').format(note) if note else ""
    return Markup("<section><h2>{}</h2>{}{}</section>").format(title, content, said)


def _tiles(total: Figures, wording: Wording) -> Markup:
    words = wording.words
    owed = total.met + total.missed
    tiles = (
        (words.share_kept, wording.share(total.share_kept), words.kept_of.format(met=total.met, owed=owed)),
        (words.response, *_headline(total.response, wording)),
        (words.solution, *_headline(total.solution, wording)),
        (
            words.share_informed,
            wording.share(total.share_informed),
            f"{words.informed} {total.informed} / {words.holding} {total.holding}",
        ),
        (
            words.satisfaction,
            wording.mean(total.satisfaction),
            words.answers.format(n=sum(total.scores.values())),
        ),
    )
    return Markup('<div class="tiles">{}</div>').format(
        Markup("").join(
            Markup('<div class="tile"><h3>{}</h3><p class="figure">{}</p><p class="small">{}</p></div>').format(*tile)
            for tile in tiles
        )
    )  # fmt: skip


def _headline(times: Times, wording: Wording) -> tuple[str, str]:
    words = wording.words
    p90 = wording.lasting(times.worked_p90, working=True)
    return wording.lasting(
        times.worked_median, working=True
    ), f"{words.median} ({words.worked}), {words.p90} {p90}"


def _kept(figures: Figures, wording: Wording) -> tuple[Part, Part, Part]:
    words = wording.words
    return (
        Part("met", words.met, figures.met),
        Part("late", words.late_only, figures.met_late),
        Part("missed", words.never, figures.missed - figures.met_late),
    )


def _course(quality: Quality, wording: Wording) -> Markup:
    """How it went from day to day, or from week to week in a long period; days without a promise stay empty."""
    words, period = wording.words, quality.period
    by_day = quality.groups[By.DAY]
    if not by_day:
        return Markup("")
    days = (period.last - period.first).days + 1
    pitch = 1 if days <= LONGEST_BY_DAY else 7
    groups: list[tuple[str, Sequence[Part]]] = []
    for first in range(0, days, pitch):
        begin = period.first + timedelta(days=first)
        together = [by_day.get(_iso(begin, ahead), Figures()) for ahead in range(pitch)]
        groups.append((f"{begin:%m-%d}", _kept(_sum(together), wording)))
    return _section(
        words.day if pitch == 1 else words.week,
        plots.legend(_kept(quality.total, wording)) + plots.columns(groups),
    )


def _iso(begin: date, ahead: int) -> str:
    return (begin + timedelta(days=ahead)).isoformat()


def _sum(together: Sequence[Figures]) -> Figures:
    return Figures(
        met=sum(each.met for each in together),
        missed=sum(each.missed for each in together),
        met_late=sum(each.met_late for each in together),
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]], style: str = "") -> Markup:
    """A table; the first column is text, the others are numbers or plots."""
    head = Markup("").join(Markup("<th>{}</th>").format(name) for name in heads)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row))
        for row in rows
    )
    return Markup('<table class="{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(
        style, head, body
    )


def _promises(lines: Sequence[Line], total: Figures, wording: Wording) -> Markup:
    words = wording.words
    heads = (
        *(words.promise, "", words.share_kept, words.met, words.missed, words.met_late),
        *(words.withdrawn, words.open, words.made),
    )
    rows = [
        [
            line.name + (" *" if line.figures.provisional else ""),
            plots.stack(_kept(line.figures, wording)),
            wording.share(line.figures.share_kept),
            *_counts(line.figures),
        ]
        for line in (*lines, Line("", words.total, total))
    ]
    said = words.reported.format(made=total.made, open=total.open, withdrawn=total.withdrawn)
    return _section(words.promise, _table(heads, rows, "with-bar totalled"), said)


def _counts(figures: Figures) -> tuple[int, ...]:
    return (
        *(figures.met, figures.missed, figures.met_late),
        *(figures.withdrawn, figures.open, figures.made),
    )


def _durations(lines: Sequence[Line], total: Figures, wording: Wording) -> Markup:
    words = wording.words
    halves: list[Markup] = []
    for title, field in ((words.response, "response"), (words.solution, "solution")):
        named = [
            (name, times)
            for name, times in (
                (words.total, _times(total, field)),
                *((line.name.partition("（")[0].partition(" (")[0], _times(line.figures, field)) for line in lines),
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
        table = Markup(str(_table(heads, rows)).replace("<thead>", f"<thead>{clocks}", 1))  # noqa: S704 - both are Markup
        halves.append(Markup('<div class="half"><h3>{}</h3>{}{}</div>').format(title, drawn, table))
    if not halves:
        return Markup("")
    return _section(words.times, Markup('<div class="pair">{}</div>').format(Markup("").join(halves)))


def _times(figures: Figures, field: str) -> Times:
    return figures.response if field == "response" else figures.solution


def _briefly(times: Times, wording: Wording) -> str:
    return wording.lasting(times.worked_median, working=True)


def _four(times: Times, wording: Wording) -> tuple[str, ...]:
    return (
        *(wording.lasting(times.median), wording.lasting(times.p90)),
        *(wording.lasting(span, working=True) for span in (times.worked_median, times.worked_p90)),
    )


def _pairs(total: Figures, wording: Wording) -> Markup:
    """Updates, escalations, satisfaction and undelivered notices: a small plot each, where there is anything."""
    words = wording.words
    updates = [
        (words.informed, total.informed, "informed"),
        (words.holding, total.holding, "holding"),
    ]
    scores = [(f"{score} ★", total.scores.get(score, 0), "met") for score in (5, 4, 3, 2, 1)]
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


def _people(by: By, lines: Sequence[Line], note: str, wording: Wording) -> Markup:
    """A table of levels, engineers or customers; `cases` has no meaning for an engineer."""
    if not lines:
        return Markup("")
    words = wording.words
    counts_cases = by is not By.ENGINEER
    heads = (
        *(getattr(words, by.value), "", words.share_kept, words.met, words.missed, words.met_late),
        *((words.cases,) if counts_cases else ()),
        *(words.response, words.solution, words.share_informed, words.score),
    )
    rows = [
        [
            line.name + (" *" if each.provisional else ""),
            plots.stack(_kept(each, wording)),
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
    return _section(getattr(words, by.value), _table(heads, rows, "with-bar"), note)


def _notes(total: Figures, wording: Wording) -> Markup:
    words = wording.words
    notes = list(words.how)
    if total.provisional:
        notes.insert(0, words.provisional.format(n=total.provisional))
    items = Markup("").join(Markup("<li>{}</li>").format(note) for note in notes)
    return Markup('<section class="notes"><h2>{}</h2><ul>{}</ul></section>').format(words.notes, items)
