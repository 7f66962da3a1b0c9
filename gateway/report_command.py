"""`gateway report`: the quality figures of a period, on the terminal, as CSV, as a page.

Reads the database beside the running gateway and writes only the files it was asked for. Counting is
`cases.quality`; what the words mean is said in docs/report.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console
from sqlalchemy import Engine

from gateway import directory_file
from gateway.cases.business_time import Calendar
from gateway.cases.directory import Directory
from gateway.cases.hindsight import History, Review, review
from gateway.cases.policy import Policy
from gateway.cases.quality import By, Period, Quality, measure
from gateway.config import Config
from gateway.errors import ConfigError, GatewayError, Mistake
from gateway.reporting import page, sheet, terminal
from gateway.reporting.wording import LANGUAGES, Naming, Wording, wording
from gateway.responders.phrasebook import Phrasebook, read_phrasebook
from gateway.storage.journal_reading import histories

DEFAULT_DAYS = 30
LONGEST_DAYS = 3700
GROUPINGS = (By.PROMISE, By.LEVEL, By.ENGINEER, By.CUSTOMER)
TERMINAL_LANGUAGE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for, as it was typed; `by` None is every grouping in files and promises on the terminal."""

    first: str | None = None
    last: str | None = None
    by: str | None = None
    csv: Path | None = None
    html: Path | None = None
    language: str = "zh-Hans"


def run(engine: Engine, config: Config, wish: Wish, now: datetime, out: Console) -> None:
    """Count, show, write. Raises GatewayError for a wish that cannot be met, ConfigError for a broken file."""
    by = _grouping(wish.by)
    if wish.language not in LANGUAGES:
        raise GatewayError(f"no language {wish.language!r}; there are: {', '.join(LANGUAGES)}")
    period = period_of(wish.first, wish.last, now, ZoneInfo(config.calendars.zone))
    companies: dict[str, str] = {}
    quality = measure(_reviews(engine, config.promises, period, companies), period)
    worded = {
        language: wording(language, _naming(config, language, companies))
        for language in {TERMINAL_LANGUAGE, wish.language}
    }
    terminal.show(out, quality, by or By.PROMISE, worded[TERMINAL_LANGUAGE])
    _write(wish, by, quality, worded[wish.language], config, now, out)


def period_of(first: str | None, last: str | None, now: datetime, zone: ZoneInfo) -> Period:
    """The period asked for, both days included; the last 30 days where nothing is said. Raises GatewayError."""
    until = _day(last, "--to") if last else now.astimezone(zone).date()
    since = _day(first, "--from") if first else until - timedelta(days=DEFAULT_DAYS - 1)
    if until < since:
        raise GatewayError(f"--from {since} is after --to {until}")
    if (until - since).days > LONGEST_DAYS:
        raise GatewayError(f"{since} to {until} is longer than ten years; ask for less")
    return Period(since, until, zone)


def _day(text: str, option: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise GatewayError(f"{option} {text!r} is no date; write 2026-11-23") from None
    if not 1971 <= day.year <= 2199:
        raise GatewayError(f"{option} {day} is outside the years 1971 to 2199")
    return day


def _grouping(by: str | None) -> By | None:
    if by is None:
        return None
    if by not in GROUPINGS:
        raise GatewayError(f"no figures by {by!r}; there are: {', '.join(GROUPINGS)}")
    return By(by)


def _reviews(engine: Engine, policy: Policy, period: Period, companies: dict[str, str]) -> Iterator[Review]:
    """Every case in hindsight; on the way, what cases call the customers is noted in `companies`."""
    updates = update_notices(policy)
    for history in histories(engine, period.start, period.end):
        if history.customer and history.company:
            companies[history.customer] = history.company
        yield review(history, _calendar_of(policy, history), updates)


def _calendar_of(policy: Policy, history: History) -> Calendar:
    return policy.plans.get(history.plan, policy.plans[policy.default_plan]).calendar


def update_notices(policy: Policy) -> frozenset[str]:
    """The notices that are timed updates to the customer: those that say when the next one comes."""
    return frozenset(
        target.speak.notice for target in policy.targets if target.tells_next and target.speak is not None
    )


def _naming(config: Config, language: str, companies: dict[str, str]) -> Naming:
    """What readers call things: the directory's names, else what the cases say; the owner's words for the rest."""
    book = _phrasebook(config, language)
    directory = _directory(config)
    staff = {person.id: person.name for person in directory.staff.values()}
    by_address = {person.email.lower(): person.name for person in directory.staff.values()}
    known = {customer.id: customer.name for customer in directory.customers.values()}
    return Naming(
        commitment=lambda name: book.named(name, "commitment"),
        role=lambda name: book.named(name, "role"),
        level=lambda name: book.named(name, "level"),
        engineers=by_address | staff,
        customers=companies | known,
    )


def _phrasebook(config: Config, language: str) -> Phrasebook:
    path = config.path(config.templates.path) / language / "words.toml"
    try:
        return read_phrasebook(path)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise ConfigError([Mistake(str(path), "", f"cannot be used: {error}", "run gateway check")]) from None


def _directory(config: Config) -> Directory:
    return directory_file.load_for_reading(directory_file.locate(config.directory.file, config.path(Path())))


def _write(
    wish: Wish, by: By | None, quality: Quality, words: Wording, config: Config, now: datetime, out: Console
) -> None:
    files: list[tuple[Path, bytes]] = []
    if wish.csv is not None:
        files.append((wish.csv, sheet.sheet(quality, (by,) if by else GROUPINGS, words)))
    if wish.html is not None:
        vendor = config.vendor.display.get(wish.language) or config.vendor.names[0]
        files.append((wish.html, page.page(quality, words, vendor, now).encode("utf-8", "replace")))
    for path, content in files:
        try:
            path.write_bytes(content)
        except OSError as error:
            raise GatewayError(f"{path} cannot be written: {error.strerror}") from None
        out.print(f"written: {path}", markup=False, highlight=False)
