"""The production shape with a real mail server: Postfix → LMTP → gateway → Postfix → the world (R29)."""

import os
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.sink import Sink, free_port
from tests.gateway_process import Letter, running, until
from tests.house import CHEN, EMMA, ZHOU, mail
from tests.real_servers import program

MAILS = 50
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
default_transport = smtp:[127.0.0.1]:{sink}
relay_transport = smtp:[127.0.0.1]:{sink}
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
def postfix(lmtp: int, sink: int) -> Generator[Postfix]:
    """All its state in a folder of its own. Its master runs as root, so without root there is none."""
    binary = program("postfix", Path("/usr/sbin"))
    if os.geteuid() != 0:
        pytest.skip("postfix can only be started by root")
    port = free_port()
    # Postfix refuses pytest's folders, which are closed to the users it runs as.
    with tempfile.TemporaryDirectory(prefix="postfix-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for each in ("etc", "spool", "data"):
            (folder / each).mkdir()
        subprocess.run(["chown", "postfix", folder / "data"], check=True)
        (folder / "etc/main.cf").write_text(MAIN.format(folder=folder, lmtp=lmtp, sink=sink))
        (folder / "etc/master.cf").write_text(MASTER.format(port=port))
        command = [binary, "-c", folder / "etc"]
        subprocess.run([*command, "start"], check=True, capture_output=True)
        try:
            until("Postfix to listen", lambda: listens(port))
            yield Postfix(folder, port)
        finally:
            subprocess.run([*command, "stop"], check=False, capture_output=True)
            until("Postfix to end", lambda: not listens(port))
            time.sleep(0.5)  # its children write to the folder for a moment after the master has gone


def listens(port: int) -> bool:
    """Whether a mail server answers there."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=5):
            return True
    except (OSError, smtplib.SMTPException):
        return False


def test_fifty_mails_come_in_and_go_out_through_postfix_and_none_bounces(tmp_path: Path) -> None:
    """Plus-addresses, long lines, three scripts; every customer hears exactly once about each mail."""
    lmtp, back = free_port(), free_port()
    program("postfix", Path("/usr/sbin"))
    with Sink() as world, postfix(lmtp, world.port) as mta:
        settings = {
            "channels__lmtp__listen": f"127.0.0.1:{lmtp}",
            "channels__relay__url": f"smtp://127.0.0.1:{mta.port}",
            "channels__smtp__listen": f"127.0.0.1:{back}",
            # Three people report as much as otherwise fifty do.
            "trust__budget__known_per_day": "1000",
        }
        with running(tmp_path, **settings):
            senders = [
                (ZHOU, "堡垒机无法登录"),
                (CHEN, "防火牆無法連線"),
                (EMMA, "The WAF is down. " + "x" * 900),
            ]
            sent: dict[str, str] = {}
            with smtplib.SMTP("127.0.0.1", mta.port, timeout=30) as client:
                for number in range(MAILS):
                    sender, words = senders[number % len(senders)]
                    raw = mail(sender, f"{words}\n第 {number} 封")
                    client.sendmail(sender, ["support@yunling.example"], raw)
                    sent[Letter(raw).message_id] = sender

            def heard() -> list[str]:
                letters = [(taken.recipients[0], Letter(taken.raw)) for taken in list(world.taken)]
                return [letter.in_reply_to for to, letter in letters if to in sent.values()]

            until("every acknowledgement in the world", lambda: set(sent) <= set(heard()))
            assert sorted(heard()) == sorted(sent)
            reply_to = next(
                Letter(taken.raw).reply_to for taken in world.taken if taken.recipients[0] == ZHOU
            )
            with smtplib.SMTP("127.0.0.1", mta.port, timeout=30) as client:
                client.sendmail(ZHOU, [reply_to], mail(ZHOU, "补充说明", to=reply_to))
            until(
                "the reply on its case", lambda: [t for t in world.taken if "补充说明" in Letter(t.raw).text]
            )
        assert "status=bounced" not in mta.log
        assert mta.log.count("status=sent") >= 2 * MAILS
