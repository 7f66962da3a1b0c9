"""Holiday data: what ships is what the State Council announced, and an owner's file is read whole or not at all."""

from collections.abc import Callable
from datetime import date, timedelta
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import cast

import chinese_calendar  # pyright: ignore[reportMissingTypeStubs] -- the package has no types
import holidays as public_holidays
import pytest

from gateway.calendars import Holidays, builtin, load_holidays, missing_years
from gateway.errors import ConfigError

PUBLISHED = (2024, 2025, 2026)
PROVISIONAL = tuple(range(2027, 2041))
CHINA = load_holidays([builtin("CN")])

says_is_workday = cast("Callable[[date], bool]", chinese_calendar.is_workday)  # pyright: ignore[reportUnknownMemberType] -- as above
OwnFile = Callable[[str], Path]

OWN_2027 = """
[[year]]
year = 2027
notice = 2026-11-05
source = "the notice board"
holidays = [
  { name = "New Year", dates = [2026-12-31, 2027-01-01] },
  { name = "Founder's day", dates = [2027-06-30] },
]
make_up_days = [2026-12-27, 2027-02-14]
"""


@pytest.fixture
def own_file(tmp_path: Path) -> OwnFile:
    """Writes an owner's file; each call makes another one."""

    def write(text: str) -> Path:
        path = tmp_path / f"own-{len(list(tmp_path.iterdir()))}.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def mistakes_of(*paths: Path | Traversable) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load_holidays(paths)
    return [str(mistake) for mistake in refused.value.mistakes]


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=ahead) for ahead in range((date(year + 1, 1, 1) - first).days)]


def works(day: date, data: Holidays) -> bool:
    return day in data.make_up_days or (day.weekday() < 5 and day not in data.holidays)


@pytest.mark.parametrize("year", PUBLISHED)
def test_every_day_of_a_published_year_agrees_with_two_independent_tables(year: int) -> None:
    """LIBRARIES 4.9: a wrong day makes every promise across it wrong; nobody reads dates well enough to see it."""
    other = public_holidays.country_holidays("CN", years=year)
    for day in days_of(year):
        assert works(day, CHINA) == says_is_workday(day), f"chinesecalendar disagrees on {day}"
        assert works(day, CHINA) == other.is_working_day(day), f"holidays disagrees on {day}"


def test_the_shipped_file_knows_exactly_the_published_years() -> None:
    """RELIABILITY 0.20: a year must never look known before its notice is out."""
    assert CHINA.known_years == frozenset(PUBLISHED)
    assert CHINA.provisional_years == frozenset(PROVISIONAL)


def test_make_up_days_are_weekend_days_and_no_holidays() -> None:
    """A make-up day on a Wednesday is a slip of the pen."""
    assert all(day.weekday() >= 5 for day in CHINA.make_up_days)
    assert not CHINA.make_up_days & CHINA.holidays


@pytest.mark.parametrize("year", PROVISIONAL)
def test_a_provisional_year_has_its_statutory_days_and_no_more(year: int) -> None:
    """RELIABILITY F34: fixed days, and festivals that an independent lunar calendar confirms; no make-up days."""
    table = public_holidays.country_holidays("CN", years=year, observed=False)
    statutory = {day for day in table if day.year == year}
    assert {day for day in CHINA.holidays if day.year == year} == statutory
    assert {date(year, 1, 1), date(year, 5, 1), date(year, 5, 2), date(year, 10, 3)} <= statutory
    assert not [day for day in CHINA.make_up_days if day.year == year]


def test_an_owner_adds_the_year_whose_notice_has_come_out(own_file: OwnFile) -> None:
    """The year was provisional and is known now; its statutory days gave way to what the notice says."""
    data = load_holidays([builtin("CN"), own_file(OWN_2027)])
    assert 2027 in data.known_years
    assert 2027 not in data.provisional_years
    assert date(2027, 6, 30) in data.holidays
    assert date(2027, 2, 14) in data.make_up_days
    assert date(2027, 10, 1) not in data.holidays, "a year is replaced whole"
    assert date(2026, 10, 1) in data.holidays, "other years stay"


def test_a_notice_may_reach_back_into_december(own_file: OwnFile) -> None:
    """New Year's holiday of one year can begin, and be worked for, at the end of the year before."""
    data = load_holidays([own_file(OWN_2027)])
    assert date(2026, 12, 31) in data.holidays
    assert date(2026, 12, 27) in data.make_up_days


def test_the_later_file_wins_unless_it_only_guesses(own_file: OwnFile) -> None:
    """An amended notice (January 2020, RELIABILITY F33) replaces the first; a provisional year replaces no notice."""
    amended = own_file(OWN_2027.replace("2027-06-30", "2027-07-01"))
    guess = own_file('[[provisional]]\nyear = 2027\nholidays = [{ name = "?", dates = [2027-03-03] }]')
    data = load_holidays([own_file(OWN_2027), amended, guess])
    assert date(2027, 7, 1) in data.holidays
    assert date(2027, 6, 30) not in data.holidays
    assert date(2027, 3, 3) not in data.holidays
    assert data.known_years == {2027}
    assert data.provisional_years == frozenset()


def test_an_owner_may_correct_a_provisional_year_and_it_stays_provisional(own_file: OwnFile) -> None:
    """A bridge day that everybody expects can be entered before the notice is out."""
    bridge = own_file('[[provisional]]\nyear = 2027\nholidays = [{ name = "bridge", dates = [2027-10-04] }]')
    data = load_holidays([builtin("CN"), bridge])
    assert date(2027, 10, 4) in data.holidays
    assert 2027 in data.provisional_years
    assert 2027 not in data.known_years


def test_no_files_are_no_holidays() -> None:
    """A customer in a country nobody wrote a file for: weekdays only, and every year provisional."""
    empty: frozenset[date] = frozenset()
    assert load_holidays([]) == Holidays(empty, empty, frozenset(), frozenset())


def test_a_file_from_a_windows_editor_is_read(tmp_path: Path) -> None:
    """Its byte order mark is not part of the first key."""
    path = tmp_path / "own.toml"
    path.write_text(OWN_2027.lstrip(), encoding="utf-8-sig")
    assert load_holidays([path]).known_years == {2027}


def test_every_mistake_of_every_file_is_told_at_once(own_file: OwnFile, tmp_path: Path) -> None:
    """An owner in a hurry corrects once, not nine times; each line says which file and where."""
    shape = own_file("""
        country = "CN"
        [[year]]
        year = "2027"
        source = ""
        holidays = [{ name = "New Year", dates = ["2027-01-01", 2027-01-01T10:00:00] }, { nam = "x" }]
        make_up_days = [2027-01-02]
        [[provisional]]
        year = 20270
        holidays = 5
        """)
    told = mistakes_of(builtin("CN"), shape, tmp_path / "missing.toml")
    where = [line.removeprefix(f"{shape}: ").split(": ")[0] for line in told[:-1]]
    assert sorted(where) == [
        "country",
        "provisional[0].holidays",
        "provisional[0].year",
        "year[0].holidays[0].dates[0]",
        "year[0].holidays[0].dates[1]",
        "year[0].holidays[1].dates",
        "year[0].holidays[1].nam",
        "year[0].holidays[1].name",
        "year[0].notice",
        "year[0].year",
    ]
    assert "missing.toml: cannot be read: No such file" in told[-1]


def test_well_written_contradictions_are_told_too(own_file: OwnFile) -> None:
    """Copying last year's table and forgetting a line of it is the likeliest mistake of all."""
    path = own_file(
        OWN_2027.replace("2027-06-30", "2026-06-30").replace("2027-02-14", "2027-01-01")
        + '[[provisional]]\nyear = 2027\nholidays = [{ name = "late", dates = [2028-01-01] }]'
    )
    assert [line.removeprefix(f"{path}: ") for line in mistakes_of(path)] == [
        "year 2027: is described 2 times (keep one)",
        "year 2027: 2027-01-01 is both a holiday and a make-up day (keep one)",
        "year 2027: 2026-06-30 is in another year (correct the date or move it)",
        "year 2027: 2028-01-01 is in another year (correct the date or move it)",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"year = [", "cannot be read as TOML"),
        (b"a = " + b"[" * 5000, "cannot be read as TOML"),
        (b"[[year]]\nyear = 2027\nnotice = 2026-02-30", "cannot be read as TOML"),
        ("# 元旦".encode("gb18030"), "is not UTF-8 at byte 4 (save it as UTF-8)"),
    ],
)
def test_a_file_that_is_no_toml_is_a_mistake_and_not_a_crash(
    tmp_path: Path, content: bytes, told: str
) -> None:
    """RELIABILITY G22: a bad holiday file is named; it never stops anything by itself."""
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    assert [told in line for line in mistakes_of(path)] == [True]


def test_a_country_nobody_wrote_a_file_for_is_named_with_those_there_are() -> None:
    """Also for what is no country at all: a path must not lead out of the room."""
    for country in ("XX", "../cases", ""):
        with pytest.raises(ConfigError, match="or one of: CN"):
            builtin(country)


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2026, 1, 1), ()),
        (date(2026, 10, 31), ()),
        (date(2026, 11, 1), (2027,)),
        (date(2026, 12, 31), (2027,)),
        (date(2027, 1, 1), (2027,)),
        (date(2027, 11, 1), (2027, 2028)),
        (date(2025, 12, 1), ()),
    ],
)
def test_a_year_without_a_notice_is_missed_from_november_on(today: date, missing: tuple[int, ...]) -> None:
    """RELIABILITY F34: the operator is warned when the notice can be out, and not before."""
    assert missing_years(CHINA, today) == missing
