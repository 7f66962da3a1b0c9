"""Kill -9 while mails stream in: a sender that resends whatever was not answered 250, and a killer with a seed.

What is counted comes from outside only: what the sender heard, what lies in the Maildir, what the lists show.
"""

import random
import smtplib
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.end_to_end.sink import free_port
from tests.gateway_process import GatewayProcess, until
from tests.house import CHEN, EMMA, ZHOU, mail

SENDERS = (
    (ZHOU, "堡垒机无法登录，十几名运维人员受影响。"),
    (CHEN, "防火牆 VPN 無法連線，約二十位同仁受影響。"),
    (EMMA, "The WAF blocks our order portal."),
)
PAUSE_SECONDS = 0.02


@dataclass
class Sender:
    """Streams new mails until told to stop, then goes on until every one has been answered 250."""

    port: int
    sent: dict[str, str] = field(default_factory=dict[str, str])
    answered: set[str] = field(default_factory=set[str])
    attempts: int = 0
    enough: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """One connection at a time; a broken one sends its mail again."""
        number = 0
        while not self.enough.is_set():
            number += 1
            sender, words = SENDERS[number % len(SENDERS)]
            mark = f"<storm-{number}@customer.example>"
            self.sent[mark] = sender
            self._until_answered(sender, mark, mail(sender, f"{words}\n{number}", message_id=mark))
            time.sleep(PAUSE_SECONDS)

    def _until_answered(self, sender: str, mark: str, raw: bytes) -> None:
        while True:
            self.attempts += 1
            try:
                with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
                    client.sendmail(sender, ["support@yunling.example"], raw)
            except (OSError, smtplib.SMTPException):
                time.sleep(PAUSE_SECONDS)
                continue
            self.answered.add(mark)
            return


@dataclass(frozen=True)
class Damage:
    """What a storm did: all zero is the promise."""

    kills: int
    mails: int
    resent: int
    lost: int
    twice: int
    unacknowledged: int
    acknowledged_twice: int
    other_ends: int

    @property
    def is_none(self) -> bool:
        """Every mail one case, one acknowledgement (G1, G2, G4)."""
        return not (
            self.lost or self.twice or self.unacknowledged or self.acknowledged_twice or self.other_ends
        )


def storm(folder: Path, *, kills: int, seed: int) -> Damage:
    """Kill so many times at random moments; then let everything settle and count."""
    chance = random.Random(seed)
    port = free_port()
    gateway = GatewayProcess(folder, channels__smtp__listen=f"127.0.0.1:{port}", portal__listen="")
    sender = Sender(port)
    streaming = threading.Thread(target=sender.run)
    try:
        gateway.start("listening")
        streaming.start()
        for _ in range(kills):
            # From the open port to well after the parsers have loaded: both halves of the work are hit.
            time.sleep(chance.uniform(0.0, 1.6))
            gateway.kill()
            gateway.start("listening")
        sender.enough.set()
        streaming.join()
        until("everything to settle", lambda: _settled(gateway))
        return _damage(gateway, sender, kills)
    finally:
        sender.enough.set()
        gateway.close()


def _settled(gateway: GatewayProcess) -> bool:
    inbox = gateway.inbox()
    owed = [case for case in gateway.cases() if case["messages"]["out"] < 1]
    return not owed and all(row["state"] != "kept" for row in inbox)


def _damage(gateway: GatewayProcess, sender: Sender, kills: int) -> Damage:
    customers = {address for address, _ in SENDERS}
    inbox = gateway.inbox()
    cases = Counter(
        message["message_id"]
        for case in gateway.cases()
        for message in gateway.messages(case["number"])
        if message["direction"] == "in"
    )
    letters = {letter.message_id: letter for letter in gateway.letters()}
    acknowledged = Counter(letter.in_reply_to for letter in letters.values() if letter.to in customers)
    return Damage(
        kills=kills,
        mails=len(sender.answered),
        resent=sender.attempts - len(sender.answered),
        lost=sum(mark not in cases for mark in sender.answered),
        twice=sum(count > 1 for count in cases.values()),
        unacknowledged=sum(mark not in acknowledged for mark in sender.answered),
        acknowledged_twice=sum(count > 1 for count in acknowledged.values()),
        other_ends=sum(row["outcome"] != "case_opened" for row in inbox),
    )
