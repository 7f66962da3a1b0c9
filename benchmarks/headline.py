"""`make headline CORPORA=… SCORER=…`: how mail is read, measured on corpora that are not ours, into docs/mail.md.

The scorer runs `gateway parse` over labelled mails of many public sources, once with their own line ends and once with
CRLF. Corpora and scorer stay where they are: only figures come into the repository. Where either is absent nothing is
written.
"""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parents[1]
PAGE = HOUSE / "docs" / "mail.md"
COMMAND = f"{shlex.quote(str(Path(sys.executable)))} -m gateway parse"
NOT_MAIL = frozenset({"cluener2020", "ner_zh_misc", "ict_fault_zh", "tickets_en", "names_zh"})
"""Sources of sentences and records, which tell nothing about mail."""

BATCH, PATIENCE_SECONDS = 250, 120


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: its name at the scorer's, what we aim at and the best of the others, in per cent."""

    name: str
    scored_as: str
    aim: float
    best_peer: float | None = None


LINES = (
    Line("every file answered", "robust: every file answered", 100),
    Line("charsets: subjects and bodies", "charsets: subjects and bodies", 99),
    Line("attachments", "attachments", 98),
    Line("reply split, European", "reply split, European", 93, 80),
    Line("reply split, Chinese", "reply split, Chinese mail", 97, 85),
    Line("of these, read by a person", "  of these: read by a person", 95),
    Line("signature split", "signature split", 90),
    Line("bounces recognised", "bounces recognised", 98, 80),
    Line("no false bounce", "no false bounce", 100),
    Line("automatic mail recognised", "automatic mail recognised", 90),
    Line("no false automatic", "no false automatic", 100),
)

_HEAD = """\
# How mail is read

Made by `make headline CORPORA=… SCORER=…` from labelled mails of twenty-five public sources that are not part of this
repository: replies in European languages, a Chinese mailing list, bounces of sixty mail systems, malformed mail. Only
labels that can be trusted count. Each cell: share that is right, and of how many. The best peer is the best of the
published parsers that were measured on the same rows. Three attachment rows are wrong by this count: two (mail_test_10
of spamscope, attachment_with_encoded_name of mikel) name fragments of one file's name, which this version of the scorer
compares as a list with a name, so no answer is right; attachment_long_filename of webklex wants the name of
Content-Type where Content-Disposition gives another, which is what mail programs show, and we.
"""


def main() -> None:
    """Measure twice, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("scorer", type=Path)
    options = parser.parse_args()
    if not options.corpora.is_dir() or not options.scorer.is_file():
        sys.exit(
            "name the folder of the corpora with CORPORA=… and the scorer's file with SCORER=…; nothing written"
        )
    plain, crlf = (measure(options.scorer, options.corpora, *more) for more in ((), ("--crlf",)))
    PAGE.write_text(page(plain, crlf, datetime.now(UTC).date().isoformat()), "utf-8")
    print(f"wrote {PAGE.relative_to(HOUSE)}")


def measure(scorer: Path, corpora: Path, *more: str) -> Mapping[str, Any]:
    """The scorer's figures over the sources of mail."""
    sources = sorted(each.name for each in corpora.iterdir() if each.is_dir() and each.name not in NOT_MAIL)
    with tempfile.TemporaryDirectory(prefix="headline-") as name:
        figures = Path(name) / "figures.json"
        command = [sys.executable, scorer, "--corpora", corpora, "--command", COMMAND, "--json", figures]
        command += ["--batch", str(BATCH), "--timeout", str(PATIENCE_SECONDS), *more]
        command += [part for source in sources for part in ("--source", source)]
        subprocess.run(command, cwd=HOUSE, check=True, stdout=subprocess.DEVNULL)
        return json.loads(figures.read_text("utf-8"))


def page(plain: Mapping[str, Any], crlf: Mapping[str, Any], day: str) -> str:
    """The whole of docs/mail.md, from the scorer's figures with the mails' own line ends and with CRLF."""
    rows = [_row(line, plain, crlf) for line in LINES]
    table = "\n".join(
        ["| | as it came | with CRLF | aim | best peer |", "| --- | --- | --- | --- | --- |", *rows]
    )
    unanswered = f"Files without an answer: {len(plain['no_answer'])} as they came, {len(crlf['no_answer'])} with CRLF."
    slow = f"Beyond the time that a row allows (five seconds at most): {_slow(plain)} and {_slow(crlf)}."
    return f"{_HEAD}\nMeasured {day}.\n\n{table}\n\n{unanswered} {slow}\n"


def _row(line: Line, *measured: Mapping[str, Any]) -> str:
    cells = [_share(_headline(figures["headlines"], line.scored_as)) for figures in measured]
    peer = "–" if line.best_peer is None else f"{line.best_peer:g} %"
    return f"| {line.name} | {' | '.join(cells)} | {line.aim:g} % | {peer} |"


def _headline(headlines: Sequence[Mapping[str, Any]], name: str) -> tuple[int, int]:
    found = next(each for each in headlines if each["name"] == name)
    return found["passed"], found["total"]


def _share(counted: tuple[int, int]) -> str:
    passed, total = counted
    return f"{100 * passed / total:.1f} % of {total}" if total else "–"


def _slow(figures: Mapping[str, Any]) -> int:
    return sum(each["total"] - each["passed"] for each in figures["checks"] if each["check"] == "run time")


if __name__ == "__main__":
    main()
