"""The customers' mail servers, as a process of their own: sends every mail of a file over a few connections at once."""

import json
import smtplib
import sys
from base64 import b64decode, b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CONNECTIONS = 4
MAILS_PER_CONNECTION = 20
SUPPORT = "support@yunling.example"


def write(file: Path, mails: Sequence[tuple[str, str, bytes]]) -> None:
    """(return path, recipient, bytes) of each mail, for `main`."""
    file.write_text(
        "".join(json.dumps([sender, to, b64encode(raw).decode()]) + "\n" for sender, to, raw in mails)
    )


def main(port: int, file: Path) -> None:
    """Every mail must be answered 250."""
    mails = [json.loads(line) for line in file.read_text().splitlines()]
    shares = [mails[at : at + MAILS_PER_CONNECTION] for at in range(0, len(mails), MAILS_PER_CONNECTION)]

    def send(share: Sequence[tuple[str, str, str]]) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
            for sender, to, raw in share:
                client.sendmail(sender, [to], b64decode(raw))

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(send, shares))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
