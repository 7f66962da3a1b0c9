"""What becomes of a reading child when its parent is gone without a word."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.gateway_process import until
from tests.reading.test_reading_process import lives

_PARENT = """
import asyncio
from tests.reading.test_reading_process import MISBEHAVING, SOMEBODY, ENVELOPE
from gateway.reading import Limits, ReadingProcess

async def main():
    process = ReadingProcess(SOMEBODY, Limits(cpu_seconds=600, wall_seconds=600), module=MISBEHAVING)
    await process.start()
    print(process.pid, flush=True)
    await process.read(b"{command}", ENVELOPE)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.parametrize("command", ["hello you", "sleep 600"])
def test_a_gateway_that_is_killed_leaves_no_child_behind(command: str, tmp_path: Path) -> None:
    """kill -9 runs no last words: the kernel and the closed pipe end the child, idle or at work."""
    code = _PARENT.replace("{command}", command)
    with (tmp_path / "log").open("wb") as log:
        parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=log)
        assert parent.stdout is not None
        with parent.stdout:
            pid = next(int(line) for line in iter(parent.stdout.readline, b"") if line.strip().isdigit())
            assert lives(pid)
            parent.kill()
            parent.wait()
    until("the end of the child", lambda: not lives(pid))
