"""`make soak`: 90 days of 2,000 cases, and what they came to.

GATEWAY_RIG_DAYS and GATEWAY_RIG_CASES change the size, GATEWAY_RIG_SEED the people's luck.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from gateway.logs import configure
from tests.soak.season import Memory, Played, Season

DAYS = int(os.environ.get("GATEWAY_RIG_DAYS", "90"))
CASES = int(os.environ.get("GATEWAY_RIG_CASES", "2000"))
SEED = int(os.environ.get("GATEWAY_RIG_SEED", "1"))
SHOWN_DAYS = (10, 30, 50, 70)
MAY_GROW = 1.15
MUST_BE_NOTHING = ("noticed_late", "overlooked", "fired_twice", "sent_twice", "unsent", "missed_by_gateway")
MEMORY_DISK = Path("/dev/shm")
"""What a disk takes to flush has nothing to do with what is asked here: the kill tests are for that."""


def main() -> int:
    """Play, print, and say by the exit status whether anything was late, twice or left over."""
    configure("console", "ERROR")
    with tempfile.TemporaryDirectory(dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None) as folder:
        played = asyncio.run(Season(Path(folder), days=DAYS, cases=CASES, seed=SEED).play())
        size = sum(file.stat().st_size for file in Path(folder).glob("*.db*")) / 1e6
    print(*_lines(played, size), sep="\n")
    wrong = [name for name in MUST_BE_NOTHING if asdict(played.figures)[name]]
    if _grown(played.memory) > MAY_GROW:
        wrong.append("memory")
    print("wrong: " + ", ".join(wrong) if wrong else "nothing late, twice or left over; memory is flat")
    return int(bool(wrong))


def _grown(memory: Sequence[Memory]) -> float:
    """Memory on the last day, as a multiple of the tenth: by then the caches are full."""
    tenth = next((each.resident for each in memory if each.day >= SHOWN_DAYS[0]), memory[-1].resident)
    return memory[-1].resident / tenth


def _told(value: int | Sequence[str]) -> str:
    """A number, or how many there are and each on a line of its own."""
    return str(value) if isinstance(value, int) else "\n    ".join([str(len(value)), *value])


def _lines(played: Played, size: float) -> list[str]:
    days = [each for each in played.memory if each.day in SHOWN_DAYS] + list(played.memory[-1:])
    return [
        f"{DAYS} days, {CASES} reports: {played.took.wall:.0f} s, {played.took.cpu:.0f} s of CPU",
        *(f"{name.replace('_', ' '):18} {_told(value)}" for name, value in asdict(played.figures).items()),
        f"{'database':18} {size:.0f} MB",
        "memory             " + ", ".join(f"day {each.day}: {each.resident:.0f} MB" for each in days),
    ]


if __name__ == "__main__":
    sys.exit(main())
