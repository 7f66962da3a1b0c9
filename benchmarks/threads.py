"""`make threads CORPORA=…`: the mails of a public mailing list, fed in the order of their dates to a running gateway.

As an outside examiner does it: each mail as it is, by SMTP; then `cases list --json` and `cases show --json` tell which
mails share a case. Pairs of mails that share a case are compared with pairs that share a `thread_id`.
"""

import argparse
import email
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from tests.gateway_process import GatewayProcess, running, until

SUPPORT = "support@yunling.example"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail of a list, and the thread that it belongs to."""

    id: str
    thread: str
    sender: str
    date: datetime
    raw: bytes


@dataclass(frozen=True, slots=True)
class Agreement:
    """Pairs of mails: together in the labels, together on a case, together in both."""

    labelled: int
    found: int
    both: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where there is nothing to find and nothing was found."""
        return 2 * self.both / (self.labelled + self.found) if self.labelled + self.found else 1.0


def main() -> None:
    """Print one line with the figure, and those pairs that are wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="folder with one folder per source")
    parser.add_argument("--source", default="erofs_zh", help="whose expected.jsonl has thread_id rows")
    options = parser.parse_args()
    folder: Path = options.corpora / options.source
    if not (folder / "expected.jsonl").is_file():
        sys.exit(f"{folder} has no expected.jsonl: name the folder of the corpora with CORPORA=…")
    mails = read(folder)
    with tempfile.TemporaryDirectory(prefix="threads-") as name:
        where = feed(Path(name), mails)
    threads = {mail.id: mail.thread for mail in mails}
    judged = agreement(threads, where)
    print(
        f"{len(mails)} mails, {len(set(threads.values()))} threads, {len(set(where.values()))} cases and filed: "
        f"F1 {judged.f1:.4f} (pairs: {judged.labelled} labelled, {judged.found} found, {judged.both} both)"
    )
    for one, other in sorted(pairs(threads) ^ pairs(where))[:40]:
        print(f"  {'apart' if where[one] != where[other] else 'together'}: {one} {other}")


def read(folder: Path) -> Sequence[Mail]:
    """The mails that belong to a thread, the oldest first."""
    rows = [json.loads(line) for line in (folder / "expected.jsonl").read_text("utf-8").splitlines()]
    return sorted(
        (_mail(folder, row) for row in rows if row.get("thread_id")), key=lambda mail: (mail.date, mail.id)
    )


def _mail(folder: Path, row: Mapping[str, Any]) -> Mail:
    raw = (folder / row["file"]).read_bytes()
    written = parsedate_to_datetime(str(email.message_from_bytes(raw)["Date"]))
    date = written if written.tzinfo else written.replace(tzinfo=UTC)
    return Mail(row["message_id"], row["thread_id"], row["from_mail"], date, raw)


def feed(folder: Path, mails: Sequence[Mail]) -> Mapping[str, str]:
    """Where each mail ended: a case's number, or for one that lies on none its own id."""
    with running(folder) as gateway:
        for mail in mails:
            gateway.send(mail.raw, mail.sender, SUPPORT)
        kept = len(mails)
        until("every mail to be taken in", lambda: _taken_in(gateway, kept))
        listed = json.loads(gateway.run("cases", "list", "--json").stdout)
        where = {mail.id: f"filed {mail.id}" for mail in mails}
        for row in listed:
            shown = json.loads(gateway.run("cases", "show", row["number"], "--json").stdout)
            ids = [(each.get("message_id") or "").strip("<>") for each in shown["messages"]]
            where.update((each, row["number"]) for each in ids if each in where)
    return where


def _taken_in(gateway: GatewayProcess, mails: int) -> bool:
    rows = gateway.inbox()
    return sum(row["deliveries"] for row in rows) >= mails and all(row["state"] != "kept" for row in rows)


def pairs(group_of: Mapping[str, Hashable]) -> set[tuple[str, str]]:
    """Every two that are in one group."""
    groups: defaultdict[Hashable, list[str]] = defaultdict(list)
    for member, group in group_of.items():
        groups[group].append(member)
    return {pair for members in groups.values() for pair in combinations(sorted(members), 2)}


def agreement(labelled: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> Agreement:
    """How far two groupings of the same mails agree."""
    wanted, got = pairs(labelled), pairs(found)
    return Agreement(len(wanted), len(got), len(wanted & got))


if __name__ == "__main__":
    main()
