"""gateway report: from stored journals to the terminal, a sheet and a page, with hostile names on the way."""

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from sqlalchemy import Engine
from typer.testing import CliRunner

from gateway.cases import events
from gateway.cases.case import Entry, Step
from gateway.cases.hindsight import History, review
from gateway.cases.quality import By, Figures, Period, Quality, measure
from gateway.cli import app
from gateway.config import Config, load
from gateway.errors import ConfigError, GatewayError
from gateway.ports import Work
from gateway.report_command import Wish, period_of, run, update_notices
from gateway.reporting import plots, sheet
from gateway.reporting.page import page
from gateway.reporting.plots import Part
from gateway.reporting.sheet import COLUMNS, harmless
from gateway.reporting.wording import LANGUAGES, Naming, wording
from gateway.storage.engine import open_engine
from gateway.storage.journal_reading import histories
from gateway.storage.writer import Writer
from tests.cases.lives import MONDAY, Life, a_case, live, policy
from tests.storage.samples import do

CONFIG_FILE = Path(__file__).parents[1] / "config.toml"
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
WEEK = Period(date(2026, 11, 23), date(2026, 11, 28), SHANGHAI)
HOSTILE = "=HYPERLINK(\"http://evil.example\")<script>alert('坏')</script>"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FORMULA_STARTS = "=+-@"


@pytest.fixture(scope="module")
def config() -> Config:
    """The settings as they come with the gateway."""
    return load(CONFIG_FILE, {})


def a_solved_life(number: str, **changes: object) -> Life:
    """Answered after 50 minutes, solved after three hours, passed, confirmed; then asked how it went."""
    life = live(
        a_case(number, **changes),
        [
            (20 * MINUTE, events.Assigned(to="wang.qiang", by="desk")),
            (45 * MINUTE, events.Planned(text="更换证书", by="wang.qiang")),
            (50 * MINUTE, events.EngineerReplied(text="正在处理", by="wang.qiang")),
            (3 * HOUR, events.Resolved(text="已修复", by="wang.qiang")),
            (3 * HOUR + MINUTE, events.ReviewPassed(by="qian.hong")),
            (4 * HOUR, events.Confirmed(text="好了")),
        ],
        lasting=timedelta(days=1),
    )
    asked = Entry(at=MONDAY + timedelta(days=1), kind="event", name="satisfaction_given", detail={"score": 4})
    life.case = replace(life.case, version=life.case.version + 1)
    life.steps.append(Step(life.case, (asked,)))
    return life


def an_ignored_life(number: str, **changes: object) -> Life:
    """Nobody answers."""
    return live(a_case(number, **changes), [], lasting=timedelta(days=1))


def store(writer: Writer, played: Sequence[Life]) -> None:
    """Record every step, as the gateway does."""

    def record(work: Work) -> None:
        for life in played:
            for step in life.steps:
                work.record(step, ())

    do(writer, record)


@pytest.fixture
def engine(database_url: str, writer: Writer) -> Iterator[Engine]:
    """A database with a solved case, an ignored one, and one of a stranger with a hostile name."""
    store(
        writer,
        [
            a_solved_life("C261123-000001"),
            an_ignored_life("C261123-000002", customer_id="beihe-hospital"),
            an_ignored_life("C261123-000003", customer_id="evil", company=HOSTILE, level=1),
        ],
    )
    reader = open_engine(database_url, writes=False)
    yield reader
    reader.dispose()


def shown(engine: Engine, config: Config, width: int = 130, **wishes: object) -> str:
    """What the terminal says for these wishes."""
    out = Console(file=io.StringIO(), width=width)
    run(engine, config, Wish(**wishes), NOW, out)  # type: ignore[arg-type] - fields of Wish, by name
    file = out.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def of(quality: Quality, by: By, key: str) -> Figures:
    """One row."""
    return quality.groups[by][key]


def figures_of(engine: Engine, period: Period = WEEK) -> Quality:
    """The figures behind the report."""
    calendars = {name: plan.calendar for name, plan in policy().plans.items()}
    return measure(
        (
            review(each, calendars[each.plan], update_notices(policy()))
            for each in histories(engine, period.start, period.end)
        ),
        period,
    )


# From the database.


def test_the_stored_journal_gives_the_figures_of_the_lives_that_were_played(engine: Engine) -> None:
    """What was promised, kept and missed comes back from the database as it happened (P-61)."""
    quality = figures_of(engine)
    assert quality.total.cases == 3
    assert of(quality, By.CUSTOMER, "qingshan-bank").missed == 0
    assert of(quality, By.CUSTOMER, "beihe-hospital").missed > 0
    assert of(quality, By.ENGINEER, "wang.qiang").response.median == 50 * MINUTE
    assert quality.total.solution.median == 3 * HOUR
    assert quality.total.satisfaction == 4
    assert quality.total.climbs


@pytest.mark.parametrize("days", [(22, 22), (23, 23), (24, 24), (25, 30)])
def test_reading_only_the_cases_that_matter_changes_no_figure(engine: Engine, days: tuple[int, int]) -> None:
    """Years of closed cases are left unread; what is read must still be all that counts."""
    period = Period(date(2026, 11, days[0]), date(2026, 11, days[1]), SHANGHAI)
    calendars = {name: plan.calendar for name, plan in policy().plans.items()}
    everything = histories(engine, datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    all_read = [review(each, calendars[each.plan], update_notices(policy())) for each in everything]
    assert figures_of(engine, period) == measure(all_read, period)


def test_cases_that_were_over_before_the_period_are_not_read(engine: Engine) -> None:
    """The solved case has no line in December; the two that nobody answered are still open then."""
    december = histories(engine, datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert [each.number for each in december] == ["C261123-000002", "C261123-000003"]


def test_a_journal_longer_than_one_portion_arrives_whole_and_in_order(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows come in portions; a case must not be cut where a portion ends."""
    whole = list(histories(engine, WEEK.start, WEEK.end))
    monkeypatch.setattr("gateway.storage.journal_reading.ROWS_AT_ONCE", 3)
    assert list(histories(engine, WEEK.start, WEEK.end)) == whole
    assert min(len(each.entries) for each in whole) > 3


# The command.


def test_the_terminal_shows_totals_and_the_asked_for_table(engine: Engine, config: Config) -> None:
    """A manager reads it without opening a file: names, not ids."""
    said = shown(engine, config, by="engineer")
    assert "2026-10-30 to 2026-11-28" in said
    assert "nobody assigned" in said
    name = next(person["name"] for person in _seed()["staff"] if person["id"] == "wang.qiang")
    assert name in said
    assert "P-12 response by an engineer" not in said


def _seed() -> dict[str, list[dict[str, str]]]:
    return tomllib.loads((files("gateway.seed") / "seed.toml").read_text(encoding="utf-8"))


def test_a_narrow_terminal_cuts_no_number(engine: Engine, config: Config) -> None:
    """80 columns are what many have; a table that loses digits lies."""
    said = shown(engine, config, width=80)
    assert all(len(line) <= 80 for line in said.splitlines())
    assert "…" not in said


def test_names_are_text_on_the_terminal(engine: Engine, config: Config) -> None:
    """A company called [red] or with control characters must not paint our terminal (RELIABILITY T37)."""
    said = shown(engine, config, width=200, by="customer")
    assert HOSTILE in said


def test_an_empty_period_says_so(engine: Engine, config: Config) -> None:
    """No figures are better than a table of dashes."""
    assert "Nothing was recorded" in shown(engine, config, first="2020-01-01", last="2020-01-31")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # refused before the database is asked
@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish(first="yesterday"), "no date"),
        (Wish(last="2026-02-30"), "no date"),
        (Wish(first="2026-11-23", last="2026-11-22"), "after"),
        (Wish(first="1999-01-01"), "longer than ten years"),
        (Wish(first="0001-01-01"), "outside the years"),
        (Wish(last="9999-12-31"), "outside the years"),
        (Wish(by="weekday"), "promise, level, engineer, customer"),
        (Wish(by="day"), "promise, level, engineer, customer"),
        (Wish(language="fr"), "zh-Hans, zh-Hant, en"),
        (Wish(csv=Path("/nowhere/at/all.csv")), "cannot be written"),
    ],
)
def test_a_wish_that_cannot_be_met_is_answered_with_what_can(
    engine: Engine, config: Config, wish: Wish, sentence: str
) -> None:
    """An error is a sentence that says what to type instead."""
    with pytest.raises(GatewayError, match=re.escape(sentence)):
        run(engine, config, wish, NOW, Console(file=io.StringIO()))


def test_a_broken_phrasebook_is_named(engine: Engine, config: Config, tmp_path: Path) -> None:
    """The owner's own file has a mistake: which one is said, and where to learn more."""
    broken = config.model_copy(update={"templates": config.templates.model_copy(update={"path": tmp_path})})
    broken = broken.joined(CONFIG_FILE.parent, config.promises)
    with pytest.raises(ConfigError, match=r"words\.toml"):
        run(engine, broken, Wish(), NOW, Console(file=io.StringIO()))


def test_the_last_thirty_local_days_are_the_default() -> None:
    """20:00 in London is tomorrow in Shanghai, and it is the service centre's day that counts."""
    period = period_of(None, None, datetime(2026, 11, 22, 20, tzinfo=UTC), SHANGHAI)
    assert (period.first, period.last) == (date(2026, 10, 25), date(2026, 11, 23))
    assert period.start == datetime(2026, 10, 24, 16, tzinfo=UTC)
    assert period.end == datetime(2026, 11, 23, 16, tzinfo=UTC)


def test_the_command_runs_from_the_command_line(
    engine: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Options are wired to what they say."""
    monkeypatch.setenv("GATEWAY__DATABASE__URL", database_url)
    sheet_file, page_file = tmp_path / "q.csv", tmp_path / "q.html"
    asked = ["report", "--from", "2026-11-23", "--to", "2026-11-24", "--by", "level", "--language", "en"]
    result = CliRunner().invoke(
        app, [*asked, "--csv", str(sheet_file), "--html", str(page_file), "--config", str(CONFIG_FILE)]
    )
    assert result.exit_code == 0, result.output
    assert "2026-11-23 to 2026-11-24" in result.output
    assert {row["grouped_by"] for row in _rows_of(sheet_file.read_bytes())} == {"total", "level"}
    assert '<html lang="en">' in page_file.read_text(encoding="utf-8")


# The sheet.


def _rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_sheet_has_a_byte_order_mark_and_quotes_every_field(
    engine: Engine, config: Config, tmp_path: Path
) -> None:
    """Without the mark Excel reads Chinese as noise; without quotes a comma in a name makes two columns."""
    file = tmp_path / "q.csv"
    shown(engine, config, csv=file)
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[0].split(",") == [f'"{name}"' for name in COLUMNS]
    assert all(re.fullmatch(r'"[^"]*"(,"(?:[^"]|"")*")*', line) for line in lines if line)
    assert "首次回复客户" in content.decode()


def test_a_customers_formula_is_text_in_the_sheet(engine: Engine, config: Config, tmp_path: Path) -> None:
    """A company named like a formula must not run in the manager's Excel (RELIABILITY T26)."""
    file = tmp_path / "q.csv"
    shown(engine, config, csv=file)
    row = next(row for row in _rows_of(file.read_bytes()) if row["key"] == "evil")
    assert row["name"] == "'" + HOSTILE
    assert int(row["missed"]) > 0
    assert 0 <= float(row["share_kept"]) < 1


BLANKS_AND_CONTROLS = st.text(
    st.sampled_from(" \t\r\n\v\f\x00\x1b\u00a0\u3000\u200b\ufeff\u202e"), max_size=4
)


@given(BLANKS_AND_CONTROLS, st.sampled_from(FORMULA_STARTS + "＝＋－＠"), st.text(max_size=20))
def test_whatever_begins_like_a_formula_gets_an_apostrophe(blank: str, start: str, rest: str) -> None:
    """However it is hidden behind blanks and control characters (RELIABILITY T26)."""
    assert harmless(blank + start + rest).startswith("'")


@given(st.sampled_from("\t\r"), st.text(max_size=20))
def test_whatever_begins_with_a_tab_or_return_gets_an_apostrophe(start: str, rest: str) -> None:
    """Spreadsheets skip them and read on (RELIABILITY T26)."""
    assert harmless(start + rest).startswith("'")


@given(st.text(max_size=30))
def test_no_cell_begins_like_a_formula_and_no_character_is_lost(text: str) -> None:
    """Only apostrophes are added; read as a sheet of commas or of semicolons, no cell computes."""
    safe = harmless(text)
    assert safe.replace("'", "") == text.replace("'", "")
    for cell in re.split(r"[;\t\r\n]", safe):
        assert not cell.strip().startswith(tuple(FORMULA_STARTS))


def test_honest_names_stay_as_they_are() -> None:
    """An apostrophe that nobody needs is a blemish in every list."""
    for name in ("青山银行", "O'Neill & Söhne", "A-B; C", "3M", ""):
        assert harmless(name) == name


# The page.


def a_page(engine: Engine, config: Config, tmp_path: Path, language: str) -> str:
    """The page as written."""
    file = tmp_path / f"{language}.html"
    shown(engine, config, html=file, language=language)
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("language", "title"),
    [("zh-Hans", "服务质量报告"), ("zh-Hant", "服務品質報告"), ("en", "Service quality report")],
)
def test_the_page_speaks_the_language_asked_for(
    engine: Engine, config: Config, tmp_path: Path, language: str, title: str
) -> None:
    """Headings, promises and our own name are in one language."""
    told = a_page(engine, config, tmp_path, language)
    assert f"<h1>{title}</h1>" in told
    assert config.vendor.display[language] in told
    assert f'<html lang="{language}">' in told


def test_the_page_runs_nothing_and_fetches_nothing(engine: Engine, config: Config, tmp_path: Path) -> None:
    """It may be opened from a mail: no script, no address, and a policy that forbids both (RELIABILITY T26)."""
    told = a_page(engine, config, tmp_path, "zh-Hans")
    markup = told.replace("&lt;", "").replace("&gt;", "")
    assert "default-src 'none'" in told
    assert not re.search(r"<(script|iframe|object|embed|link|img|a)\b", markup)
    assert not re.search(r"\b(src|href|srcset|on\w+)=", markup)
    assert "url(" not in told
    assert "@import" not in told


def test_a_customers_markup_is_text_on_the_page(engine: Engine, config: Config, tmp_path: Path) -> None:
    """The name is shown as it was written, and does nothing."""
    told = a_page(engine, config, tmp_path, "zh-Hans")
    assert "&lt;script&gt;alert(" in told
    assert "<script" not in told


def test_the_page_draws_what_was_kept_late_and_missed(engine: Engine, config: Config, tmp_path: Path) -> None:
    """The plots are in the page itself."""
    told = a_page(engine, config, tmp_path, "zh-Hans")
    assert told.count("<svg") >= 10
    for style in ("met", "missed"):
        assert f'<rect class="{style}"' in told


def test_a_page_without_figures_is_still_a_page() -> None:
    """A new installation has nothing to tell yet, and says so."""
    quality = measure([], WEEK)
    words = wording("en", Naming(str, str, str, {}, {}))
    assert words.words.nothing in page(quality, words, "Us", NOW)


def test_a_stack_is_as_wide_as_its_parts() -> None:
    """Two of three kept is two thirds of the bar."""
    drawn = plots.stack([Part("met", "Met", 2), Part("missed", "Missed", 1)], width=90)
    assert re.findall(r'class="(\w+)" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', drawn) == [
        ("met", "0.00", "60.00"),
        ("missed", "60.00", "30.00"),
    ]


# Words.


def test_every_language_fills_the_same_places() -> None:
    """A translation that drops a number tells half of it."""
    table = tomllib.loads((files("gateway.reporting") / "words.toml").read_text(encoding="utf-8"))
    assert tuple(table) == LANGUAGES
    places = [
        {key: sorted(re.findall(r"{\w+}", str(value))) for key, value in table[language].items()}
        for language in LANGUAGES
    ]
    assert places[0] == places[1] == places[2]


@pytest.mark.parametrize(
    ("span", "elapsed", "working"),
    [
        (timedelta(seconds=20), "under 1 min", "under 1 min"),
        (45 * MINUTE, "45 min", "45 min"),
        (HOUR, "1 h", "1 h"),
        (90 * MINUTE, "1 h 30 min", "1 h 30 min"),
        (timedelta(minutes=59, seconds=50), "1 h", "1 h"),
        (50 * HOUR, "2 d 2 h", "50 h"),
        (72 * HOUR, "3 d", "72 h"),
        (None, "–", "–"),
    ],
)
def test_durations_are_told_in_two_units(span: timedelta | None, elapsed: str, working: str) -> None:
    """Fifty working hours are not two days."""
    words = wording("en", Naming(str, str, str, {}, {}))
    assert words.lasting(span) == elapsed
    assert words.lasting(span, working=True) == working


def test_nearly_all_is_not_all() -> None:
    """One missed promise of ten thousand must not read as 100 %."""
    words = wording("en", Naming(str, str, str, {}, {}))
    assert words.share(9999 / 10000) == "99.9%"
    assert words.share(1.0) == "100.0%"
    assert words.share(0.29) == "29.0%"


def test_the_sheet_names_groups_as_the_readers_do() -> None:
    """Strangers and unassigned cases have a name in the reader's language."""
    history = History(number="C1", opened_at=MONDAY, level=2, plan="5x8")
    quality = measure([review(history, policy().plans["5x8"].calendar, frozenset())], WEEK)
    words = wording("zh-Hans", Naming(str, str, str, {}, {}))
    [_, row] = _rows_of(sheet.sheet(quality, (By.CUSTOMER,), words))
    assert (row["key"], row["name"], row["cases_opened"]) == ("", "不在客户名录中", "1")
