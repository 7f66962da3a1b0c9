"""`gateway import directory`: spreadsheets or TOML into the owner's directory file, whole or not at all.

First everything is read, merged and written beside the target, and that file is read back as the gateway will read it;
only then is anybody asked, and one rename makes it the directory. The file before stays as `….before`.
"""

import gc
import os
import shutil
import tempfile
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from gateway import directory_file
from gateway.directory_merge import Change, merge
from gateway.directory_sources import Progress, Source, open_sources, tables_of, with_lines
from gateway.directory_toml import KINDS, written
from gateway.errors import ConfigError, GatewayError, Mistake


@dataclass(frozen=True, slots=True)
class Known:
    """What contracts and staff may name: those of config.toml."""

    plans: Iterable[str]
    services: Iterable[str]
    calendars: Iterable[str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A finished directory beside its place. `changes` is empty when it would say what is said already."""

    target: Path
    unfinished: Path | None
    changes: tuple[Change, ...]

    def keep(self) -> None:
        """Make it the directory: durable when this returns. Raises GatewayError when the folder does not let us."""
        if self.unfinished is None:
            return
        try:
            if self.target.exists():
                shutil.copy2(self.target, self.target.with_name(self.target.name + ".before"))
                shutil.copymode(self.target, self.unfinished)
            self.unfinished.replace(self.target)
            folder = os.open(self.target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise GatewayError(f"{self.target} cannot be written: {error.strerror}") from None

    def drop(self) -> None:
        """Leave the directory as it is."""
        if self.unfinished is not None:
            self.unfinished.unlink(missing_ok=True)


def prepare(
    files: Sequence[Path],
    present: Path | Traversable,
    target: Path,
    known: Known,
    *,
    prune: bool = False,
    progress: Progress = lambda _stage, _done, _total: None,
) -> Draft:
    """The directory `present` with the files merged in, as a draft for `target`; nothing is changed yet.

    A `present` that does not exist is empty. Raises ConfigError with every mistake of all files, each with its lines.
    """
    target = target.resolve()  # a link stays a link
    with _no_garbage():
        sources = open_sources(files)
        unfinished, changes, mistakes = _drafted(sources, present, target, progress, prune=prune)
        if unfinished is None:
            return Draft(target, None, ())
        try:
            progress("check", 0, None)
            directory_file.load(
                unfinished, plans=known.plans, services=known.services, calendars=known.calendars
            )
        except ConfigError as error:
            mistakes += with_lines(error.mistakes, sources, str(present))
        if mistakes:
            unfinished.unlink()
            raise ConfigError(mistakes)
    return Draft(target, unfinished, tuple(changes))


@contextmanager
def _no_garbage() -> Generator[None]:
    """Without Python's collector: among a million live rows it looks for cycles that there are none of, for seconds."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _drafted(
    sources: Sequence[Source],
    present: Path | Traversable,
    target: Path,
    progress: Progress,
    *,
    prune: bool,
) -> tuple[Path | None, list[Change], list[Mistake]]:
    """The merged directory in a file of its own, what changes and what was wrong; no file when nothing was either.

    The tables are gone when it returns: checking reads them again, and twice would be twice the memory.
    """
    mistakes: list[Mistake] = []
    arriving: dict[str, list[Any]] = {}
    for source in sources:
        tables, wrong = source.read(progress)
        mistakes += wrong
        for kind, rows in tables.items():
            arriving.setdefault(kind, []).extend(rows)
    progress("merge", 0, None)
    before = tables_of(present) if present.is_file() else dict[str, Any]()
    after, changes = merge(before, arriving, prune=prune)
    if not changes and not mistakes:
        return None, [], []
    return _write(after, target, progress), changes, mistakes


def _write(tables: Mapping[str, Any], target: Path, progress: Progress) -> Path:
    """The tables in a file beside the target, on the disk when this returns."""
    total = sum(len(tables.get(kind, ())) for kind in KINDS)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    except OSError as error:
        raise GatewayError(f"{target} cannot be written: {error.strerror}") from None
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            for done, text in enumerate(written(tables), 1):
                file.write(text)
                progress("write", done, total)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise GatewayError(f"{target} cannot be written: {error.strerror}") from None
    except TypeError as error:
        unfinished.unlink(missing_ok=True)
        raise ConfigError(
            [Mistake(str(target), "", str(error), "write it as text, a number or a day")]
        ) from None
    return unfinished
