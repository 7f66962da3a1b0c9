"""`make bench`: the whole job, mail in → case → acknowledgement in the Maildir, with its price by stage.

CPU per mail is the number to compare; wall time depends on the machine and the disk, so a measured fdatasync stands
beside it.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from benchmarks import crowd, letters, sender
from benchmarks.stages import STAGES, TakenApart, Tally
from gateway.storage.tables import cases
from tests.gateway_process import GatewayProcess

MAILS = 1000
CROWD_MAILS = 200
SEED = 1
AIM_MS = 4.0


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        print(
            f"{MAILS} mixed mails, 70 % new, 30 % answers; {os.cpu_count()} cores, Python {sys.version.split()[0]}"
        )
        print(f"fdatasync of 4 kB here: {fdatasync_ms(folder):.2f} ms (median)")
        print(f"a fixed piece of Python: {yardstick_ms():.1f} ms CPU; load {os.getloadavg()[0]:.1f}\n")
        for only_customers in (True, False):
            tally = asyncio.run(by_stage(folder / f"stages-{only_customers}", only_customers=only_customers))
            show_stages(tally, only_customers=only_customers)
        show_process(folder / "process")
        show_crowd(folder)
        print(
            f"\nat the end: fdatasync {fdatasync_ms(folder):.2f} ms, the fixed piece {yardstick_ms():.1f} ms CPU"
        )


async def by_stage(folder: Path, *, only_customers: bool) -> Tally:
    """The stages one after another in this process."""
    tally = Tally()
    gateway = TakenApart(folder, only_customers=only_customers)
    await gateway.whole_job(*letters.plan(MAILS, SEED), tally)
    gateway.close()
    return tally


def show_stages(tally: Tally, *, only_customers: bool) -> None:
    """One table."""
    what = (
        "one acknowledgement for each new mail" if only_customers else "as shipped: four colleagues hear too"
    )
    print(f"CPU ms per mail by stage, {what} ({tally.letters / tally.mails:.2f} letters per mail)")
    for name in STAGES:
        print(f"  {name:<28}{tally.per_mail(name):8.2f}")
    without = tally.total - tally.per_mail("understanding")
    print(f"  {'total':<28}{tally.total:8.2f}")
    aim = f"   (aim: {AIM_MS:.1f})" if only_customers else ""
    print(f"  {'total but understanding':<28}{without:8.2f}{aim}\n")


def show_process(folder: Path) -> None:
    """The real process, from the first connection to the last acknowledgement."""
    gateway = GatewayProcess(folder, portal__listen="")
    gateway.start()
    pid = gateway.process.pid if gateway.process else 0
    new, _ = letters.plan(MAILS * 10 // 7 + 1, SEED)
    mails = [(each.sender, sender.SUPPORT, letters.compose(each)) for each in new[:MAILS]]
    file = folder / "mails.jsonl"
    sender.write(file, mails)
    cpu, began = cpu_seconds(pid), time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.sender", str(gateway.port("smtp")), str(file)]
    subprocess.run(command, check=True)
    taken = time.perf_counter() - began
    outgoing = folder / "outgoing" / "new"
    while not quiet(gateway, outgoing):
        time.sleep(0.2)
    newest = max(path.stat().st_mtime for path in outgoing.iterdir())
    wall = newest - (time.time() - (time.perf_counter() - began))
    spent = cpu_seconds(pid) - cpu
    print(f"the real process, {MAILS} new mails, three letters each, everything at once")
    print(f"  CPU ms per mail             {1000 * spent / MAILS:8.2f}")
    print(f"  accepted per second         {MAILS / taken:8.0f}")
    print(f"  acknowledged per second     {MAILS / wall:8.0f}\n")
    gateway.stop()


def quiet(gateway: GatewayProcess, outgoing: Path) -> bool:
    """Whether every mail has its three letters."""
    return outgoing.exists() and len(list(outgoing.iterdir())) >= 3 * MAILS and bool(gateway.process)


def show_crowd(folder: Path) -> None:
    """Whether open cases make a mail dearer."""
    print(f"CPU ms per mail beside open cases ({CROWD_MAILS} new mails, understanding apart)")
    figures = {size: asyncio.run(beside(folder / f"crowd-{size}", size)) for size in (100, 10_000)}
    for size, figure in figures.items():
        print(f"  {size:>6} open cases         {figure:8.2f}")
    few, many = figures.values()
    print(f"  ratio                       {many / few:8.2f}")


async def beside(folder: Path, size: int) -> float:
    """CPU milliseconds per mail, understanding apart, with so many cases open."""
    gateway = TakenApart(folder, only_customers=True)
    new, _ = letters.plan(MAILS, SEED + 1)
    mails = [(each.sender, sender.SUPPORT, letters.compose(each)) for each in new]
    await gateway.round(mails[:20], Tally())
    with gateway.engine.begin() as connection:
        number = connection.execute(select(cases.c.number).limit(1)).scalar_one()
        crowd.multiply(connection, number, size)
    tally = Tally()
    await gateway.round(mails[20 : 20 + CROWD_MAILS], tally)
    gateway.close()
    return tally.total - tally.per_mail("understanding")


def fdatasync_ms(folder: Path, times: int = 100) -> float:
    """Median of so many appends of 4 kB, each made durable."""
    spent: list[float] = []
    with (folder / "fdatasync").open("wb", buffering=0) as file:
        for _ in range(times):
            file.write(b"x" * 4096)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            spent.append(1000 * (time.perf_counter() - began))
    return statistics.median(spent)


def yardstick_ms() -> float:
    """CPU milliseconds for the same work everywhere: a busy neighbour makes CPU time dearer too."""
    began = time.process_time()
    for _ in range(20):
        words = [f"{number:x}" for number in range(10_000)]
        Counter("".join(sorted(words)))
    return 1000 * (time.process_time() - began) / 20


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, all threads (proc(5), fields 14 and 15)."""
    fields: Sequence[str] = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
