"""`gateway import directory` on a terminal: progress, what will change, a question, and what to do next."""

from collections import Counter
from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.prompt import Confirm
from rich.text import Text

from gateway.config import Config
from gateway.directory_import import Known, prepare
from gateway.directory_merge import Change
from gateway.errors import GatewayError
from gateway.parts import directory_path
from gateway.showing import printable

OWN_FILE = "directory.toml"
MOST_SHOWN = 40
STAGES = {
    "read": "reading the files",
    "merge": "merging into the directory",
    "write": "writing the draft",
    "check": "checking the whole",
}
STYLES = {"added": "green", "changed": "yellow", "removed": "bold red"}
SIGNS = {"added": "+", "changed": "~", "removed": "-"}


def run(config: Config, files: Sequence[Path], out: Console, *, yes: bool, prune: bool) -> None:
    """Show, ask, do. Raises ConfigError with every mistake, GatewayError where nobody can be asked."""
    present, target = _places(config)
    known = Known(
        plans=config.promises.plans,
        services=[row.name for row in config.service],
        calendars=[row.name for row in config.calendar],
    )
    with _Bars(out) as bars:
        draft = prepare(files, present, target, known, prune=prune, progress=bars.show)
    if not draft.changes:
        out.print("Nothing to change: the directory says all of this already.")
        return
    try:
        show_changes(out, draft.changes)
        if not yes and not out.is_terminal:
            raise GatewayError("nothing was changed: nobody can be asked here; say --yes")
        if yes or _agreed(out):
            draft.keep()
            _say_done(out, config, target)
        else:
            out.print("Nothing was changed.")
    finally:
        draft.drop()


def show_changes(out: Console, changes: Sequence[Change]) -> None:
    """The first changes, one a line, and how many there are of each sort."""
    for change in changes[:MOST_SHOWN]:
        line = Text.assemble((f"{SIGNS[change.action]} {change.kind:<9}", STYLES[change.action]))
        line.append(printable(change.name))
        for key, before, after in change.fields:
            line.append(f"  {key}: ", style="dim")
            line.append(printable(f"{_plain(before)} → {_plain(after)}"))
        out.print(line, soft_wrap=True)
    if len(changes) > MOST_SHOWN:
        out.print(Text(f"… and {len(changes) - MOST_SHOWN} more", style="dim"))
    counts = Counter((change.action, change.kind) for change in changes)
    out.print(Text(", ".join(f"{count} {kind} {action}" for (action, kind), count in counts.items())))


def _places(config: Config) -> tuple[Path | Traversable, Path]:
    """The directory as it is, and where the next one goes: a seed is never written to."""
    if not config.directory.file.startswith("builtin:"):
        path = config.path(Path(config.directory.file))
        return path, path
    own = config.data / OWN_FILE
    return (own if own.exists() else directory_path(config)), own


def _say_done(out: Console, config: Config, target: Path) -> None:
    out.print(Text(f"written: {target}", style="bold green"), soft_wrap=True)
    if config.directory.file.startswith("builtin:"):
        out.print(
            Text(
                f'To use it, set directory.file = "{target}" in config.toml, or GATEWAY__DIRECTORY__FILE.\n'
                "The seed's invented customers and staff are still in it: remove them by --prune or by hand."
            ),
            soft_wrap=True,
        )
    out.print("A running gateway reads it when it starts again.")


def _agreed(out: Console) -> bool:
    """Whether somebody says yes; closing the input is a no."""
    try:
        return Confirm.ask("Do it?", console=out, default=False)
    except EOFError:
        return False


def _plain(value: object) -> str:
    if value is None:
        return "·"
    return "；".join(map(str, cast("list[object]", value))) if isinstance(value, list) else str(value)


class _Bars:
    """One bar per stage, on a terminal only."""

    def __init__(self, out: Console) -> None:
        columns = (
            TextColumn("{task.description:<28}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=out, disable=not out.is_terminal, transient=True)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "_Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, stage: str, done: int, total: int | None) -> None:
        """Move a stage's bar; `total` None for a stage whose length nobody knows."""
        task = self._tasks.get(stage)
        if task is None:
            task = self._tasks[stage] = self._progress.add_task(STAGES[stage], total=total)
        if done % 500 == 0 or done == total:
            self._progress.update(task, completed=done, total=total)
