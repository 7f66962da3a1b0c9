"""Cases on a terminal. Whatever a customer wrote is printed as text: no markup, no control characters (T37, T38)."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gateway.cases.case import Case
from gateway.storage.mapping import facts_from_json, to_json

Row = Mapping[str, Any]
STATE_STYLE = {
    "met": "green",
    "missed": "bold red",
    "running": "cyan",
    "paused": "yellow",
    "withdrawn": "dim",
}
KIND_STYLE = {
    "event": "bold",
    "notice": "blue",
    "commitment": "cyan",
    "status": "magenta",
    "priority": "yellow",
    "muted": "red",
    "placed": "dim",
}
LONGEST_WORDS = 600
LONGEST_HELD = 80
FIXED_COLUMNS = ("number", "status", "level", "next due")
CUT_COLUMNS = ("customer", "subject")
SHORTEST_CUT = 8


def as_json(rows: Sequence[Row]) -> str:
    """Rows as JSON, times with their offset."""
    return json.dumps(rows, ensure_ascii=False, indent=2, default=_plain)


def case_as_json(
    case: Case, journal: Sequence[Row], messages: Sequence[Row], unconfirmed: Sequence[Row] = ()
) -> str:
    """One case whole: its own fields, and the lists `commitments`, `journal`, `messages` and `unconfirmed`."""
    body = dict(facts_from_json(to_json(case)))
    body["next_due"] = case.next_due
    return as_json([{**body, "journal": journal, "messages": messages, "unconfirmed": unconfirmed}])[
        2:-2
    ].strip()


def cases_table(out: Console, rows: Sequence[Row], zone: ZoneInfo) -> None:
    """The list; times in `zone`. Number, status and time are never cut, whatever the width."""
    if not rows:
        out.print("No cases yet. `gateway try` sends a first mail to the running gateway.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in (*FIXED_COLUMNS, *CUT_COLUMNS):
        table.add_column(name, no_wrap=True)
    grid = [[_cell(row, name, zone) for name in (*FIXED_COLUMNS, *CUT_COLUMNS)] for row in rows]
    taken = sum(max(cell_len(line[index].plain) for line in grid) + 2 for index in range(len(FIXED_COLUMNS)))
    room = max((out.width - taken - 2) // len(CUT_COLUMNS), SHORTEST_CUT)
    for line in grid:
        for text in line[len(FIXED_COLUMNS) :]:
            text.truncate(room, overflow="ellipsis")
        table.add_row(*line)
    out.print(table)


def _cell(row: Row, name: str, zone: ZoneInfo) -> Text:
    match name:
        case "status":
            return Text(row["status"].replace("_", " "))
        case "level":
            return Text(f"{row['level']} {row['priority']}")
        case "next due":
            return Text(_moment(row["next_due"], zone))
        case "customer":
            return _text(row["customer"] or row["contact"])
        case _:
            return _text(row[name])


def inbox_table(out: Console, rows: Sequence[Row], zone: ZoneInfo) -> None:
    """What came in; times in `zone`."""
    if not rows:
        out.print("Nothing here.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("id", "received", "from", "ended", "case", "reason"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(
            row["id"],
            _moment(row["received_at"], zone),
            _text(row["mail_from"] or "<>"),
            row["outcome"] or row["state"],
            row["case_number"] or "",
            _text(row["reason"]),
        )
    out.print(table)


def case_page(
    out: Console,
    case: Case,
    journal: Sequence[Row],
    messages: Sequence[Row],
    zone: ZoneInfo,
    unconfirmed: Sequence[Row] = (),
) -> None:
    """One case, told; times in `zone`. `unconfirmed` are commands that wait for their sender's confirmation."""
    facts = Table.grid(padding=(0, 2))
    for name, value in (
        ("status", case.status),
        ("kind", case.kind),
        ("level", f"{case.level} · priority {case.priority} · plan {case.plan}"),
        ("company", case.company),
        ("contact", case.contact or case.reporter.name),
        ("reach", " · ".join(filter(None, (case.phone, case.reporter.address)))),
        ("product", case.product),
        ("place", case.place),
        ("symptoms", "；".join(case.symptoms)),
        ("incident", "；".join(case.incident)),
        ("missing", ", ".join(case.missing)),
        ("engineer", case.engineer),
        ("perhaps", case.suggested_case),
        ("merged into", case.merged_into),
        ("noticed", "; ".join(case.problems)),
    ):
        if value:
            facts.add_row(Text(name, style="dim"), _text(value))
    out.print(Panel(facts, title=_text(f"{case.number}  {case.subject}"), title_align="left"))
    _commitments(out, case, zone)
    if unconfirmed:
        out.print(Text("\nCommands held until their sender confirms them", style="bold yellow"))
    for row in unconfirmed:
        head = (
            f"{_moment(row['at'], zone)}  {row['staff']}  {row['state']}, until {_moment(row['until'], zone)}"
        )
        out.print(_text(f"{head}  {_words(row['words'], LONGEST_HELD)}"))
    out.print(Text("\nWhat happened", style="bold"))
    for row in journal:
        out.print(_story_line(row, zone))
    out.print(Text("\nMessages", style="bold"))
    for row in messages:
        _message(out, row, zone)


def _commitments(out: Console, case: Case, zone: ZoneInfo) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False, title="Commitments", title_justify="left")
    for name in ("promise", "commitment", "state", "due", "owed by"):
        table.add_column(name)
    for each in case.commitments:
        state = "met late" if each.state == "missed" and each.ended_at else each.state
        style = STATE_STYLE.get(each.state, "")
        table.add_row(
            each.promise, each.name, Text(state, style=style), _moment(each.due, zone), each.owed_by
        )
    out.print(table)


def _story_line(row: Row, zone: ZoneInfo) -> Text:
    kind = row["kind"]
    line = Text(_moment(row["at"], zone) + "  ", style="dim")
    line.append(f"{kind:<11}", style=KIND_STYLE.get(kind, ""))
    said = {
        "event": lambda: f"{row['name']} {row.get('notice', '')}  {_words(row.get('text', ''), 40)}",
        "notice": lambda: f"{row['name']} → {row.get('to')}",
        "commitment": lambda: (
            f"{row['name']} {row.get('state')}, due {_moment(_parsed(row.get('due')), zone)}"
        ),
        "muted": lambda: f"{row['name']} → {row.get('address')} not sent: {row.get('reason')}",
        "placed": lambda: f"{row['name']} {row.get('person')}: {row.get('reason')}",
        "status": lambda: f"{row.get('from')} → {row.get('to')}",
        "priority": lambda: f"{row.get('from') or '·'} → {row.get('to')}",
    }.get(kind, lambda: row["name"])()
    line.append(printable(said))
    if row.get("promise"):
        line.append(f"  {row['promise']}", style="dim")
    return line


def _message(out: Console, row: Row, zone: ZoneInfo) -> None:
    arrow = "←" if row["direction"] == "in" else "→"
    what = row.get("notice") or row["audience"]
    state = f" ({row['state']})" if row.get("state") not in (None, "sent") else ""
    head = Text(f"{_moment(row['at'], zone)}  {arrow} {what}{state}  ", style="bold")
    head.append(printable(f"{row['person']}  {row['subject']}"), style="")
    out.print(head)
    if row["direction"] == "in":
        out.print(Text(printable(_words(row["words"], LONGEST_WORDS), keep_lines=True), style="italic"))
        out.print(Text(printable(f"  ({row['evidence']})"), style="dim"))
        for road in row["deliveries"] if len(row["deliveries"]) > 1 else ():
            came = f"    · came by {road['source']} to {', '.join(road['recipients'])}"
            out.print(Text(printable(f"{came}, {_moment(road['at'], zone)}"), style="dim"))
        for each in row["considered"]:
            considered = " ".join(filter(None, (each["kind"], each["what"])))
            out.print(Text(printable(f"    · {considered}: {each['verdict']}"), style="dim"))


def _words(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest] + " …"


def _text(value: str | None) -> Text:
    return Text(printable(value or ""))


def printable(text: str, *, keep_lines: bool = False) -> str:
    return "".join(
        character if character.isprintable() or (keep_lines and character == "\n") else " "
        for character in text
    )


def _moment(value: datetime | None, zone: ZoneInfo) -> str:
    return value.astimezone(zone).strftime("%m-%d %H:%M:%S") if value else ""


def _parsed(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
