"""`gateway parse --explain`: a message drawn in the terminal with what was read in it, where, and how surely.

Spans are coloured by field, symptoms red; signature and quotes are dim; below stand the fields with their sources and
confidence, the level with its evidence, and what nobody told. Nothing a message holds reaches the terminal as a
command: what prints nothing is shown as a sign of its own.
"""

import unicodedata
from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gateway.parsers.report import SURE_ENOUGH, Found, Report

__all__ = ["FIELDS", "draw", "harmless"]

FIELDS = {
    "company": "bold magenta",
    "contact": "bold cyan",
    "phone": "green",
    "email": "blue",
    "product": "yellow",
    "place": "bright_blue",
}
_SYMPTOM = "bold red"
_EVIDENCE = "underline"
_LEVELS = {
    1: "bold white on red",
    2: "bold black on yellow",
    3: "bold black on cyan",
    4: "bold black on green",
}
_LONGEST = 20_000
_BAR = 10


def draw(report: Report, name: str) -> RenderableType:
    """The report of one message; `name` is its file's."""
    parts = [_head(report), *_zones(report), _fields(report), _verdict(report)]
    return Panel(Group(*parts), title=Text(harmless(name)), title_align="left", box=box.ROUNDED)


def harmless(words: str) -> str:
    """The same number of characters, none of which moves a cursor or turns a line around."""
    return "".join(_shown(character) for character in words)


def _shown(character: str) -> str:
    if character == "\n":
        return character
    kind = unicodedata.category(character)
    return (
        " "
        if character == "\t"
        else "\N{MIDDLE DOT}"
        if kind in ("Cc", "Cf", "Cs", "Zl", "Zp")
        else character
    )


def _head(report: Report) -> Text:
    level = report.fault_level
    line = Text()
    line.append(f" level {level.value} ", _LEVELS[level.value])
    line.append(f" {level.confidence:.2f}  ")
    line.append(report.kind.value, "bold")
    line.append(f" {report.kind.confidence:.2f}  {report.language}")
    if report.automatic:
        line.append(f"  automatic: {report.automatic.reason}", "red")
    if report.inbound.subject:
        line.append("\nSubject: ", "dim").append(harmless(report.inbound.subject))
    return line


def _zones(report: Report) -> Iterator[RenderableType]:
    """Text, signature and quote as printed, each under its name."""
    printed = _coloured(report)
    if report.text:
        yield _zone("text", printed[: len(report.text)])
    if report.signature:
        yield _zone("signature", printed[len(report.text) :])
    if report.quoted:
        yield _zone("quoted", Text(harmless(report.quoted[:_LONGEST]), "dim"))


def _zone(name: str, words: Text) -> Panel:
    return Panel(
        words[:_LONGEST],
        title=name,
        title_align="left",
        box=box.SIMPLE,
        style="dim" if name == "quoted" else "",
    )


def _coloured(report: Report) -> Text:
    """Text and signature with every span in its colour; a field's colour lies over a symptom's."""
    printed = Text(harmless(report.text + report.signature))
    printed.stylize("dim", len(report.text))
    for symptom in report.symptoms:
        if symptom.span:
            printed.stylize(_SYMPTOM, *symptom.span)
    for field, style in FIELDS.items():
        found = _found(report, field)
        if found and found.span:
            printed.stylize(style, *found.span)
    for words in report.fault_level.evidence:
        at = printed.plain.find(harmless(words))
        if at >= 0:
            printed.stylize(_EVIDENCE, at, at + len(words))
    return printed


def _fields(report: Report) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("field", "value", "sure", "source"):
        table.add_column(title, overflow="fold")
    for field, style in FIELDS.items():
        if found := _found(report, field):
            table.add_row(Text(field, style), harmless(found.value), _bar(found.confidence), found.source)
    for symptom in report.symptoms:
        source = "text" if symptom.span else "subject or forward"
        table.add_row(Text("symptom", _SYMPTOM), harmless(symptom.value), _bar(symptom.confidence), source)
    return table


def _bar(confidence: float) -> Text:
    """How sure, as a number and a bar; what is not sure enough is asked, not used."""
    full = round(confidence * _BAR)
    bar = Text(f"{confidence:.2f} ", "red" if confidence < SURE_ENOUGH else "green")
    bar.append("█" * full + "░" * (_BAR - full))
    return bar.append(" asked" if confidence < SURE_ENOUGH else "")


def _verdict(report: Report) -> Text:
    lines = Text()
    if report.fault_level.evidence:
        lines.append("level because of: ", "dim").append(
            harmless("; ".join(report.fault_level.evidence)) + "\n", _EVIDENCE
        )
    lines.append("not told: ", "dim").append(", ".join(report.missing) or "nothing")
    for problem in report.problems:
        lines.append("\nproblem: ", "red").append(harmless(problem))
    return lines


def _found(report: Report, field: str) -> Found | None:
    found: Found | None = getattr(report, field)
    return found
