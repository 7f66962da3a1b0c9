"""The commands. Each says what it will do, shows progress where it takes long, and on error what to do next."""

import json
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape

from gateway.errors import ConfigError, GatewayError, UnknownCase

if TYPE_CHECKING:
    # Commands import what they need when they run: `gateway cases list` must not wait for spaCy.
    from sqlalchemy import Engine

    from gateway.config import Config as Settings

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)
cases_app = typer.Typer(no_args_is_help=True, help="Look at cases.")
inbox_app = typer.Typer(no_args_is_help=True, help="Look at what came in, and where it ended.")
app.add_typer(cases_app, name="cases")
app.add_typer(inbox_app, name="inbox")
examples_app = typer.Typer(
    no_args_is_help=True, help="What colleagues put right, for whoever improves the reader."
)
app.add_typer(examples_app, name="examples")
import_app = typer.Typer(no_args_is_help=True, help="Bring in what is kept elsewhere.")
app.add_typer(import_app, name="import")
chat_app = typer.Typer(no_args_is_help=True, help="Whose chat is whose.")
app.add_typer(chat_app, name="chat")

out = Console()
err = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON.")]


def default_config() -> Path:
    """config.toml here, or the one that the gateway was installed with."""
    from gateway.config import DEFAULT_CONFIG

    here = Path("config.toml")
    return here if here.exists() or not DEFAULT_CONFIG.exists() else DEFAULT_CONFIG


Config = Annotated[
    Path | None, typer.Option("--config", help="The settings file; config.toml here by default.")
]


def main() -> None:
    """Run a command; our own errors are a sentence, not a stack."""
    try:
        app()
    except ConfigError as error:
        err.print(f"[bold red]{len(error.mistakes)} mistake(s); nothing was loaded:[/]")
        for mistake in error.mistakes:
            err.print(f"  · {escape(str(mistake))}", highlight=False)
        sys.exit(1)
    except GatewayError as error:
        err.print(f"[bold red]{escape(str(error))}[/]", highlight=False)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@app.command()
def serve(
    config: Config = None,
    chat_sandbox: Annotated[
        bool,
        typer.Option(
            "--chat-sandbox", help="Try the chat on a page of ours: no token, a database of its own."
        ),
    ] = False,
) -> None:
    """Run the gateway. SIGTERM stops it cleanly within ten seconds."""
    import asyncio

    from gateway import logs
    from gateway.app import Gateway
    from gateway.config import load
    from gateway.parts import build_parts

    settings = load(config or default_config())
    logs.configure(settings.log.format, settings.log.level.upper())
    logs.redact(settings.secrets())
    if chat_sandbox:
        from gateway import chat_trial

        asyncio.run(chat_trial.run(settings, err))
        return
    parts = build_parts(settings)
    gateway = Gateway(parts)
    if settings.log.format == "console":
        _welcome(settings)
    asyncio.run(gateway.run())


def _welcome(settings: "Settings") -> None:
    support = settings.channels.mail.address
    smtp = settings.channels.smtp.listen
    lines = ["[bold]The gateway is starting.[/]"]
    if smtp:
        lines.append(
            f"  send a first mail   to {support} by SMTP on {smtp[0]}:{smtp[1]}, or: .venv/bin/gateway try"
        )
    if settings.relay_url.startswith("maildir:"):
        lines.append(f"  answers lie in      {settings.relay_url.removeprefix('maildir:')}/new")
    else:
        lines.append("  answers leave by    the relay of channels.relay.url")
    lines.append("  look at cases       .venv/bin/gateway cases list")
    if settings.portal.listen:
        host, port = settings.portal.listen
        lines.append(f"  health              http://{host}:{port}/readyz")
    err.print("\n".join(lines), highlight=False)


@app.command()
def check(config: Config = None) -> None:
    """Find every mistake in settings, templates, directory and surroundings at once; exit 1 if there is any."""
    from gateway.check import examine

    findings = examine(config or default_config())
    for mistake in findings.mistakes:
        out.print(f"[red]✗[/] {escape(str(mistake))}", highlight=False)
    for warning in findings.warnings:
        out.print(f"[yellow]![/] {escape(str(warning))}", highlight=False)
    for good in findings.good:
        out.print(f"[green]✓[/] {escape(good)}", highlight=False)
    if findings.mistakes:
        out.print(f"[bold red]{len(findings.mistakes)} mistake(s)[/]")
        raise typer.Exit(1)
    out.print("[bold green]ready to serve[/]")


@app.command()
def parse(
    files: Annotated[list[Path], typer.Argument(help="Mails (.eml), or with --chat plain text.")],
    chat: Annotated[bool, typer.Option("--chat", help="The files are chat messages.")] = False,
    directory: Annotated[Path | None, typer.Option("--directory", help="Customers to know, as TOML.")] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Draw what was read where, and how surely.")
    ] = False,
    config: Config = None,
) -> None:
    """Read messages and print what was understood, one JSON line each. Touches no database."""
    from gateway import directory_file, explaining, parse_command
    from gateway.config import load
    from gateway.parts import vendor_of

    known = directory_file.load_for_reading(directory) if directory else None
    vendor = vendor_of(load(config or default_config()))
    if explain:
        for file, understood in parse_command.reports(files, chat, known, vendor):
            Console().print(explaining.draw(understood, str(file)))
        return
    for report in parse_command.run(files, chat, known, vendor):
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
        sys.stdout.flush()


@app.command()
def simulate(
    scenario: Annotated[Path, typer.Argument(help="A scenario, as docs/simulate.md describes it.")],
    config: Config = None,
) -> None:
    """Play a scenario on a virtual clock through the real policy and templates; nothing is sent."""
    from gateway.config import load
    from gateway.simulation import play, read_scenario

    settings = load(config or default_config())
    for line in play(read_scenario(scenario, settings), settings):
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


@app.command()
def migrate(config: Config = None) -> None:
    """Bring the database to the current schema."""
    from gateway.config import load
    from gateway.storage import schema
    from gateway.storage.engine import open_engine

    settings = load(config or default_config())
    before, after = schema.migrate(open_engine(settings.database_url, writes=True))
    out.print(
        f"schema {after}" if before == after else f"schema {before or 'empty'} → {after}", highlight=False
    )


@app.command()
def report(
    first: Annotated[str | None, typer.Option("--from", help="First day, as 2026-11-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day, included; today by default.")] = None,
    by: Annotated[str | None, typer.Option(help="promise, level, engineer or customer.")] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write the figures here, for a spreadsheet.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page with plots here.")] = None,
    language: Annotated[str, typer.Option(help="Of the files: zh-Hans, zh-Hant or en.")] = "zh-Hans",
    config: Config = None,
) -> None:
    """How promises were kept, from the journal; the last 30 days where no period is given."""
    from gateway import report_command
    from gateway.clock import SystemClock
    from gateway.config import load

    wish = report_command.Wish(first=first, last=last, by=by, csv=csv, html=html, language=language)
    settings = load(config or default_config())
    with _reader(config) as (engine, _):
        report_command.run(engine, settings, wish, SystemClock().now(), out)


@app.command(name="try")
def try_(
    file: Annotated[Path | None, typer.Argument(help="A mail to send; a sample if none is given.")] = None,
    language: Annotated[str, typer.Option(help="Of the sample: zh-Hans, zh-Hant or en.")] = "zh-Hans",
    config: Config = None,
) -> None:
    """Send a customer's mail to the running gateway and show what comes back."""
    from gateway import trying
    from gateway.config import load

    trying.run(load(config or default_config()), file, language, out)


@app.command()
def demo(
    speed: Annotated[float, typer.Option(min=0, help="2 is twice as fast; 0 tells it at once.")] = 1,
    language: Annotated[str, typer.Option(help="Of the screen: zh-Hans or en.")] = "en",
    plain: Annotated[bool, typer.Option("--plain", help="Line by line, drawing nothing.")] = False,
    picture: Annotated[Path | None, typer.Option(help="Write one moment of it to this SVG instead.")] = None,
    config: Config = None,
) -> None:
    """Play an afternoon of realistic cases through the real gateway on a virtual clock; nothing is sent."""
    from gateway import logs
    from gateway.config import load
    from gateway.demo import performance

    logs.configure("console", "ERROR")
    settings = load(config or default_config())
    if picture is not None:
        performance.picture(settings, picture, language=language)
        out.print(f"written: {picture}", highlight=False)
        return
    performance.perform(settings, out, language=language, speed=speed, plain=plain)


@import_app.command("directory")
def import_directory(
    files: Annotated[list[Path], typer.Argument(help="Customers or staff, as TOML or CSV; several at once.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove what the files do not mention.")] = False,
    config: Config = None,
) -> None:
    """Merge customers, contacts, contracts and staff into the directory: all of it, or nothing and every mistake."""
    from gateway import directory_change
    from gateway.config import load

    directory_change.run(load(config or default_config()), files, out, yes=yes, prune=prune)


@import_app.command("mailbox")
def import_mailbox(
    source: Annotated[
        str,
        typer.Argument(help="A mailbox of config.toml by name, imaps://…, maildir:PATH, or an mbox file."),
    ],
    since: Annotated[str | None, typer.Option("--since", help="First day, as 2026-11-01.")] = None,
    before: Annotated[str | None, typer.Option("--before", help="The day after the last.")] = None,
    config: Config = None,
) -> None:
    """Keep what lay in a mailbox before the gateway came, as history: nothing of it is acknowledged or opens a case."""
    from gateway import logs, mailbox_import
    from gateway.config import load

    settings = load(config or default_config())
    logs.configure(settings.log.format, "ERROR")
    logs.redact(settings.secrets())
    mailbox_import.run(settings, mailbox_import.Wish(source, since, before), out)


@cases_app.command("list")
def cases_list(config: Config = None, as_json: AsJson = False) -> None:
    """Every case, the latest first."""
    from gateway import showing
    from gateway.storage import reading

    with _reader(config) as (engine, zone):
        rows = reading.list_cases(engine)
    if as_json:
        sys.stdout.write(showing.as_json(rows) + "\n")
    else:
        showing.cases_table(out, rows, zone)


@cases_app.command("show")
def cases_show(number: str, config: Config = None, as_json: AsJson = False) -> None:
    """One case: what was understood, its commitments, its story, its messages."""
    from gateway import showing
    from gateway.storage import reading

    with _reader(config) as (engine, zone):
        try:
            case, journal, messages = reading.read_case(engine, number.strip().upper())
            held = reading.unconfirmed_on(engine, case.number)
        except UnknownCase:
            raise GatewayError(f"there is no case {number}; `gateway cases list` shows all") from None
    if as_json:
        sys.stdout.write(showing.case_as_json(case, journal, messages, held) + "\n")
    else:
        showing.case_page(out, case, journal, messages, zone, held)


@inbox_app.command("list")
def inbox_list(
    outcome: Annotated[
        str | None, typer.Option(help="Only these: case_opened, added, filed, set_aside, kept.")
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """What came in and where it ended, with the reason; what is filed or set aside waits here for a person."""
    from gateway import showing
    from gateway.storage import reading

    with _reader(config) as (engine, zone):
        rows = reading.list_inbox(engine, outcome=outcome)
    if as_json:
        sys.stdout.write(showing.as_json(rows) + "\n")
    else:
        showing.inbox_table(out, rows, zone)


@inbox_app.command("export")
def inbox_export(inbox_id: str, config: Config = None) -> None:
    """A message's bytes exactly as they were received, to standard output."""
    sys.stdout.buffer.write(_received(inbox_id, config))


@inbox_app.command("page")
def inbox_page(inbox_id: str, config: Config = None) -> None:
    """A mail as its writer laid it out, made safe to open in a browser, to standard output."""
    from gateway import mail_page
    from gateway.parsers import mime

    sys.stdout.buffer.write(mail_page.page(mime.read(_received(inbox_id, config))).encode("utf-8", "replace"))


@chat_app.command("link")
def chat_link(
    address: Annotated[
        str, typer.Argument(help="A mail address of the directory: a contact's or a colleague's.")
    ],
    config: Config = None,
) -> None:
    """Make a one-time code by which somebody links their chat: for the desk, once it knows whom it speaks with."""
    from gateway import chat_command
    from gateway.config import load
    from gateway.parts import load_directory
    from gateway.storage.engine import open_engine

    settings = load(config or default_config())
    with _reader(config):
        engine = open_engine(settings.database_url, writes=True)
    try:
        chat_command.link(engine, load_directory(settings), address, out)
    finally:
        engine.dispose()


@examples_app.command("export")
def examples_export(
    file: Annotated[Path | None, typer.Argument(help="Where to; standard output if none is given.")] = None,
    config: Config = None,
) -> None:
    """Corrected reports as labelled messages, in TOML. They are customers' own, names and numbers included."""
    from gateway import example_export
    from gateway.storage import learning

    with _reader(config) as (engine, _):
        messages = list(example_export.written(learning.corrected_reports(engine)))
    if file is None:
        sys.stdout.write("\n".join(messages))
        return
    example_export.save(file, "\n".join(messages))
    told = f"written: {file}: {len(messages)} message(s), personal data included, readable by you alone"
    out.print(escape(told), highlight=False, soft_wrap=True)


def _received(inbox_id: str, config: Path | None) -> bytes:
    from gateway.storage import reading

    with _reader(config) as (engine, _):
        raw = reading.raw_of(engine, inbox_id)
    if raw is None:
        raise GatewayError(f"there is no message {inbox_id}; `gateway inbox list` shows them")
    return raw


@contextmanager
def _reader(config: Path | None) -> "Generator[tuple[Engine, ZoneInfo]]":
    from sqlalchemy import inspect

    from gateway.config import load
    from gateway.storage.engine import open_engine

    settings = load(config or default_config())
    engine = open_engine(settings.database_url, writes=False)
    try:
        if not inspect(engine).has_table("cases"):
            raise GatewayError("there is no database yet: start the gateway once, or run `gateway migrate`")
        yield engine, ZoneInfo(settings.calendars.zone)
    finally:
        engine.dispose()
