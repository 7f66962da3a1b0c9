"""The rigs that measure on corpora which are not ours: what they count, and that they write nothing without them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import headline, threads
from tests.gateway_process import ROOT


def test_pairs_that_share_a_case_are_compared_with_pairs_that_share_a_thread() -> None:
    """Three of one thread, of which one lies apart: one pair of three is found, and none that is wrong."""
    labelled = {"a": 1, "b": 1, "c": 1, "d": 2}
    judged = threads.agreement(labelled, {"a": "C1", "b": "C1", "c": "C2", "d": "C3"})
    assert (judged.labelled, judged.found, judged.both) == (3, 1, 1)
    assert judged.f1 == 0.5
    assert threads.agreement(labelled, labelled).f1 == 1.0
    assert threads.agreement({"a": 1}, {"a": 1}).f1 == 1.0


def test_mails_filed_apart_make_no_pair() -> None:
    """What lies on no case shares none."""
    assert threads.pairs({"a": "filed a", "b": "filed b"}) == set()


def figures(passed: int) -> dict[str, Any]:
    """What the scorer writes, as far as the page reads it."""
    return {
        "headlines": [{"name": line.scored_as, "passed": passed, "total": 8} for line in headline.LINES],
        "no_answer": [],
        "checks": [
            {"check": "run time", "passed": 2, "total": 3},
            {"check": "body", "passed": 1, "total": 9},
        ],
    }


def test_the_page_has_a_row_for_every_line_with_both_runs_and_the_best_peer() -> None:
    """A figure without what it is compared with says nothing."""
    page = headline.page(figures(8), figures(7), "2026-11-23")
    assert "| reply split, Chinese | 100.0 % of 8 | 87.5 % of 8 | 97 % | 85 % |" in page
    assert page.count("100.0 % of 8") == len(headline.LINES)
    assert "Beyond the time that a row allows (five seconds at most): 1 and 1." in page


def test_without_corpora_nothing_is_measured_and_nothing_written(tmp_path: Path) -> None:
    """A page of empty figures would replace a true one."""
    before = headline.PAGE.read_bytes()
    for rig, arguments in (("headline", [tmp_path / "none", tmp_path / "none.py"]), ("threads", [tmp_path])):
        command = [sys.executable, "-m", f"benchmarks.{rig}", *arguments]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        assert ended.returncode == 1
        assert b"CORPORA" in ended.stderr
    assert headline.PAGE.read_bytes() == before
