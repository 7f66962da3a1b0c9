"""The canary of tokens can sing: a test in whose output a bot's token stands fails, however it passed (R23)."""

import subprocess
import sys
from pathlib import Path

from tests.canary import leaks
from tests.gateway_process import ROOT

TOKEN = "7100000007:" + "only-made-up-for-this-test"
INSIDE = """
import logging
from pathlib import Path
from tests import canary

TOKEN = "7100000007:" + "only-made-up-for-this-test"

def test_prints(): print(f"https://api.telegram.org/bot{TOKEN}/getMe")
def test_warns(): logging.getLogger("httpx").warning("POST /bot%s/getMe", TOKEN)
def test_leaves_it_in_the_log_of_a_process(tmp_path):
    log = tmp_path / "log.jsonl"
    canary.watch(log)
    log.write_text(TOKEN)
def test_is_silent(): print("7100000007 is a bot")
"""


def test_a_token_in_what_a_test_printed_logged_or_started_fails_it(tmp_path: Path) -> None:
    """Three that leak it, and one that does not."""
    inside = tmp_path / "test_inside.py"
    inside.write_text(INSIDE)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.canary",
        "-p",
        "no:cacheprovider",
        "-q",
        "-n0",
        inside,
    ]
    ran = subprocess.run(
        [*command, "--rootdir", tmp_path, "-c", "/dev/null"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "4 passed, 3 errors" in ran.stdout, ran.stdout
    for name in ("test_prints", "test_warns", "test_leaves_it_in_the_log_of_a_process"):
        assert f"{name}: a bot's token stands in" in ran.stdout


def test_a_token_is_known_as_it_is_and_as_in_a_url() -> None:
    """A bot's number alone is no secret."""
    texts = [
        ("plain", f"bot{TOKEN}"),
        ("url", TOKEN.replace(":", "%3A")),
        ("number", "telegram:7100000007/5"),
    ]
    assert leaks(texts) == ["plain", "url"]
