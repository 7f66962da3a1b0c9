"""The figures as one HTML page: for a screen, a printer or a mail; no scripts, nothing fetched from anywhere.

Markup is made by `Markup.format` alone, which escapes whatever is put in: names may be a customer's own
(RELIABILITY T26, T37). A content security policy forbids the page everything but its own style.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from markupsafe import Markup

from gateway.cases.quality import By, Figures, Quality, Times
from gateway.reporting import plots, sections
from gateway.reporting.plots import Part
from gateway.reporting.sections import kept, section
from gateway.reporting.style import STYLE
from gateway.reporting.wording import Wording

__all__ = ["page"]

LONGEST_BY_DAY = 45

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
    if total.is_empty:
        yield Markup('<p class="nothing">{}</p>').format(words.nothing)
    yield _course(quality, wording)
    yield sections.promises(wording.lines(quality, By.PROMISE), total, wording)
    yield sections.durations(wording.lines(quality, By.LEVEL), total, wording)
    yield sections.small_plots(total, wording)
    for by in (By.LEVEL, By.ENGINEER, By.CUSTOMER):
        note = words.by_engineer + " " if by is By.ENGINEER else ""
        yield sections.people(by, wording.lines(quality, by), note + words.working_only, wording)
    yield _notes(total, wording)


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
    p90 = wording.lasting(times.worked_p90, working=True)
    return wording.lasting(times.worked_median, working=True), wording.words.headline.format(p90=p90)


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
        groups.append((f"{begin:%m-%d}", kept(_sum(together), wording)))
    return section(
        words.day if pitch == 1 else words.week,
        plots.legend(kept(quality.total, wording)) + plots.columns(groups),
    )


def _iso(begin: date, ahead: int) -> str:
    return (begin + timedelta(days=ahead)).isoformat()


def _sum(together: Sequence[Figures]) -> Figures:
    return Figures(
        met=sum(each.met for each in together),
        missed=sum(each.missed for each in together),
        met_late=sum(each.met_late for each in together),
    )


def _notes(total: Figures, wording: Wording) -> Markup:
    words = wording.words
    notes = list(words.how)
    if total.provisional:
        notes.insert(0, words.provisional.format(n=total.provisional))
    items = Markup("").join(Markup("<li>{}</li>").format(note) for note in notes)
    return Markup('<section class="notes"><h2>{}</h2><ul>{}</ul></section>').format(words.notes, items)
