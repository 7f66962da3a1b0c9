"""The production shape with real servers: Postfix → LMTP → gateway → Postfix → Dovecot, and people's mail programs."""

import email
import smtplib
import subprocess
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.dovecot import PASSWORD, Dovecot, running_dovecot
from tests.end_to_end.sink import free_port
from tests.gateway_process import GatewayProcess, Letter, running, until
from tests.house import CHEN, EMMA, ZHOU, mail
from tests.postfix import Postfix, running_postfix
from tests.real_servers import program

MAILS = 1000
CONNECTIONS = 8
PATIENCE_SECONDS = 900
"""On a machine that others use too; a minute is usual."""

SUPPORT = "support@yunling.example"
WORDS = {ZHOU: "堡垒机无法登录", CHEN: "防火牆無法連線", EMMA: "The WAF is down. " + "x" * 900}


@dataclass(frozen=True)
class Town:
    """A mail server, the gateway behind it, and the mailboxes of everybody we write to."""

    mta: Postfix
    gateway: GatewayProcess
    boxes: Dovecot

    def post(self, mails: Sequence[tuple[str, bytes]]) -> None:
        """One connection hands these over: sender, mail."""
        with smtplib.SMTP("127.0.0.1", self.mta.port, timeout=120) as client:
            for sender, raw in mails:
                client.sendmail(sender, [SUPPORT], raw)

    def delivered(self) -> int:
        """How many letters lie in the customers' mailboxes."""
        return sum(1 for _ in self._letters())

    def answered(self) -> Counter[str]:
        """How often each mail of the customers' was answered, by its Message-ID."""
        found: Counter[str] = Counter()
        for path in self._letters():
            head = path.read_bytes().partition(b"\n\n")[0]
            found[str(email.message_from_bytes(head)["In-Reply-To"])] += 1
        return found

    def _letters(self) -> Iterator[Path]:
        for person in WORDS:
            yield from (self.boxes.folder / "mail" / person / "new").glob("*")


@contextmanager
def town(folder: Path, **settings: str) -> Generator[Town]:
    """All of it, on loopback."""
    lmtp = free_port()
    program("postfix", Path("/usr/sbin"))
    with running_dovecot() as boxes, running_postfix(lmtp, f"lmtp:inet:127.0.0.1:{boxes.lmtp}") as mta:
        joined = {
            "channels__lmtp__listen": f"127.0.0.1:{lmtp}",
            "channels__relay__url": f"smtp://127.0.0.1:{mta.port}",
            **settings,
        }
        with running(folder, **joined) as gateway:
            yield Town(mta, gateway, boxes)


def test_a_thousand_mails_go_through_postfix_into_the_mailboxes_and_none_is_lost_or_doubled(
    tmp_path: Path,
) -> None:
    """R29: over eight connections at once, long lines, three scripts; each customer hears once about each mail."""
    # Three people report as much as otherwise a thousand do.
    budget = {"trust__budget__known_per_day": "5000", "trust__budget__domain_per_hour": "5000"}
    with town(tmp_path, **budget) as here:
        people = list(WORDS)
        mails = [
            (sender, mail(sender, f"{WORDS[sender]}\n第 {number} 封"))
            for number in range(MAILS)
            for sender in [people[number % len(people)]]
        ]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(here.post, [mails[first::CONNECTIONS] for first in range(CONNECTIONS)]))
        sent = {Letter(raw).message_id for _, raw in mails}
        stop = time.monotonic() + PATIENCE_SECONDS
        while here.delivered() < MAILS and time.monotonic() < stop:
            time.sleep(0.5)
        assert here.answered() == Counter(dict.fromkeys(sent, 1))
        assert len(here.gateway.cases()) == MAILS
        assert here.mta.log.count("status=bounced") == 0


@pytest.mark.parametrize("client", ["mutt", "neomutt"])
def test_a_reply_with_a_real_mail_program_lands_on_its_case(tmp_path: Path, client: str) -> None:
    """R29: read by IMAP, answered above the quote, sent by SMTP in GB2312; only the new words are on the case."""
    command = program(client)
    with town(tmp_path / "gateway") as here:
        here.post([(ZHOU, mail(ZHOU, WORDS[ZHOU]))])
        until("the acknowledgement in the mailbox", lambda: here.delivered() == 1)
        (case,) = here.gateway.cases()
        reply_with(command, here, tmp_path)
        until("the reply on its case", lambda: here.gateway.cases()[0]["messages"]["in"] == 2)
        assert [each["number"] for each in here.gateway.cases()] == [case["number"]]
        said = [each for each in here.gateway.messages(case["number"]) if each["direction"] == "in"][-1]
        assert (said["audience"], said["words"]) == ("customer", "谢谢，重启之后还是登录不上。")


def reply_with(command: Path, here: Town, folder: Path) -> None:
    """ZHOU opens their mailbox, presses reply on the last mail, types above the quote, and sends."""
    editor = folder / "editor"
    editor.write_text(
        "#!/bin/sh\n"
        '{ printf \'谢谢，重启之后还是登录不上。\\n\\n\'; cat "$1"; } > "$1.new" && cat "$1.new" > "$1"\n'
    )
    editor.chmod(0o755)
    settings = folder / "muttrc"
    settings.write_text(MUTT.format(editor=editor, box=here.boxes.imap, mta=here.mta.port, user=ZHOU))
    keys = 'push "<last-entry><reply><send-message><quit>"'
    environment = {"HOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    # A mail program wants a terminal; script(1) is one.
    typed = f"{command} -F {settings} -e '{keys}'"
    subprocess.run(
        ["script", "-qec", typed, "/dev/null"],
        env=environment,
        check=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


MUTT = f"""\
set spoolfile="imap://127.0.0.1:{{box}}/INBOX"
set folder="imap://127.0.0.1:{{box}}/"
set imap_user="{{user}}"
set imap_pass="{PASSWORD}"
set ssl_starttls=no
set ssl_force_tls=no
set smtp_url="smtp://127.0.0.1:{{mta}}/"
set from="{{user}}"
set use_envelope_from=yes
set realname="周敏"
set charset=utf-8
set send_charset="us-ascii:gb2312:utf-8"
set editor="{{editor}}"
set copy=no
set autoedit=yes
set fast_reply=yes
set include=yes
set reply_to=yes
set abort_unmodified=no
set edit_headers=no
set wait_key=no
set move=no
set quit=yes
set confirmappend=no
"""
