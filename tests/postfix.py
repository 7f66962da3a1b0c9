"""A real Postfix on loopback: takes mail from everybody on this host, hands ours to the gateway, gone afterwards."""

import os
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.sink import free_port
from tests.gateway_process import until
from tests.real_servers import cannot, program

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
myhostname = mx.yunling.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relay_domains = yunling.example
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
transport_maps = inline:{{ support@yunling.example=lmtp:inet:127.0.0.1:{lmtp} }}
recipient_delimiter = +
default_transport = {out}
relay_transport = {out}
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
alias_maps =
local_recipient_maps =
disable_dns_lookups = yes
smtp_dns_support_level = disabled
"""


@dataclass(frozen=True)
class Postfix:
    """A running one; `port` takes mail from everybody on this host."""

    folder: Path
    port: int

    @property
    def log(self) -> str:
        """What it did."""
        return (self.folder / "maillog").read_text()


@contextmanager
def running_postfix(lmtp: int, out: str) -> Generator[Postfix]:
    """Mail for us goes to the port `lmtp`, all other by the transport `out`; all its state in a folder of its own.

    Its master runs as root, so without root there is none.
    """
    binary = program("postfix", Path("/usr/sbin"))
    if os.geteuid() != 0:
        cannot("postfix can only be started by root")
    port = free_port()
    # Postfix refuses pytest's folders, which are closed to the users it runs as.
    with tempfile.TemporaryDirectory(prefix="postfix-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for each in ("etc", "spool", "data"):
            (folder / each).mkdir()
        subprocess.run(["chown", "postfix", folder / "data"], check=True)
        (folder / "etc/main.cf").write_text(MAIN.format(folder=folder, lmtp=lmtp, out=out))
        (folder / "etc/master.cf").write_text(MASTER.format(port=port))
        command = [binary, "-c", folder / "etc"]
        subprocess.run([*command, "start"], check=True, capture_output=True)
        try:
            until("Postfix to listen", lambda: _listens(port))
            yield Postfix(folder, port)
        finally:
            subprocess.run([*command, "stop"], check=False, capture_output=True)
            until("Postfix to end", lambda: not _listens(port))
            time.sleep(0.5)  # its children write to the folder for a moment after the master has gone


def _listens(port: int) -> bool:
    """Whether a mail server answers there."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=5):
            return True
    except (OSError, smtplib.SMTPException):
        return False
