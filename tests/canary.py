"""No bot's token in any log, over the whole suite (RELIABILITY G19, T30, R23): a test whose output has one fails.

What is looked through is what a test printed and logged, and the logs of the processes that it started. The sandbox's
tokens have a shape that nothing else has; so has the one that tests make up.
"""

import re
from collections.abc import Generator, Iterable
from pathlib import Path

import pytest

TOKEN = re.compile(r"7100000\d{3}:[A-Za-z0-9_-]{20,}")
QUOTED = re.compile(r"7100000\d{3}%3[Aa][A-Za-z0-9_-]{20,}")

_logs: list[Path] = []


def watch(log: Path) -> None:
    """The log of a process, to be looked through when the test is over."""
    _logs.append(log)


def leaks(texts: Iterable[tuple[str, str]]) -> list[str]:
    """The names of those texts in which a token stands, as it is or as in a URL."""
    return [name for name, text in texts if TOKEN.search(text) or QUOTED.search(text)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """At the end of each test, whatever became of it."""
    report = yield
    if report.when != "teardown":
        return report
    written = [(str(log), log.read_text("utf-8", "replace")) for log in _logs if log.exists()]
    _logs.clear()
    if found := leaks([*report.sections, *written]):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: a bot's token stands in {', '.join(found)}"
    return report
