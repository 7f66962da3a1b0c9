"""The real process at a real mailbox: delivered by a mail server, acknowledged once, whatever dies in between."""

import json
import threading
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from tests.channels.faulty_wire import wire_beside
from tests.dovecot import PASSWORD, Dovecot, running_dovecot, token
from tests.end_to_end.storm import SENDERS
from tests.gateway_process import GatewayProcess, running, until
from tests.house import ZHOU, mail

SUPPORT = "support@yunling.example"
TOKEN_LIFE = timedelta(seconds=4)


def test_mail_in_a_mailbox_is_acknowledged_once_also_after_a_kill(tmp_path: Path) -> None:
    """Kill -9 and a start later nothing is lost and nobody hears twice (F14, G2)."""
    with running_dovecot() as dovecot:
        url = f"imap://{SUPPORT}:{PASSWORD}@127.0.0.1:{dovecot.imap}/INBOX"
        dovecot.deliver(SUPPORT, mail(ZHOU, "堡垒机无法登录"), sender=ZHOU)
        with running(tmp_path, channels__imap__url=url) as gateway:
            gateway.letter(ZHOU)
            health = mailbox_health(gateway)
            assert (health["ok"], health["why"]) == (True, None)
            gateway.kill()
            dovecot.deliver(SUPPORT, mail(ZHOU, "防火墙也无法登录"), sender=ZHOU)
            gateway.start("mailbox_read")
            until("the second mail", lambda: len(gateway.inbox()) == 2)
            until("both acknowledgements", lambda: len(gateway.letters(ZHOU)) >= 2)
            subjects = [letter.subject for letter in gateway.letters(ZHOU)]
            assert len(subjects) == len(set(subjects)) == 2
            assert [row["deliveries"] for row in gateway.inbox()] == [1, 1]
            assert {row["source"] for row in gateway.inbox()} == {"imap:main"}
            assert PASSWORD not in gateway.log.read_text()


def test_whatever_fails_at_a_mailbox_each_mail_is_one_case_acknowledged_once(tmp_path: Path) -> None:
    """Cut in mid-fetch, silent IDLE, an expired token, new UIDs under an open session (R7, F10, F11, F15, F16)."""
    tokens = tmp_path / "token"
    with running_dovecot() as dovecot, wire_beside(dovecot.imap) as wire, kept_fresh(tokens):
        post = Post(dovecot)
        post.deliver(5)
        wire.cut_when = lambda said: wire.cuts == 0 and post.marks[3].encode() in said
        with running(
            tmp_path / "gateway",
            channels__imap__url=f"imap://{SUPPORT}@127.0.0.1:{wire.port}/INBOX",
            channels__imap__auth="token",
            channels__imap__token_file=str(tokens),
            channels__imap__poll="5",
        ) as gateway:
            until("what lay there", lambda: len(gateway.inbox()) == 5)
            assert wire.cuts == 1

            until("IDLE", lambda: wire.idling)
            assert wire.silence(only_idle=True) == 1
            post.deliver(2)
            until("what IDLE does not tell", lambda: len(gateway.inbox()) == 7)

            until(
                "the token to die", lambda: mailbox_health(gateway)["token_age_seconds"] > TOKEN_LIFE.seconds
            )
            refused = dovecot.refusals()
            dovecot.forget_uids(SUPPORT)
            post.deliver(2)
            until("what has new UIDs", lambda: len(gateway.inbox()) == 9)
            assert gateway.logged("folder_renumbered")
            assert dovecot.refusals() > refused

            until("every acknowledgement", lambda: set(post.marks) <= set(acknowledged(gateway)))
            until("health", lambda: mailbox_health(gateway)["why"] is None)
            assert acknowledged(gateway) == Counter(post.marks)
            assert [case["messages"]["in"] for case in gateway.cases()] == [1] * 9
            assert {row["outcome"] for row in gateway.inbox()} == {"case_opened"}


@dataclass
class Post:
    """Customers who write to the mailbox in turn, each mail of something else; `marks` are their Message-IDs."""

    dovecot: Dovecot
    marks: list[str] = field(default_factory=list[str])

    def deliver(self, count: int) -> None:
        """So many more."""
        senders = cycle(SENDERS)
        for _, (sender, words) in zip(range(count), senders, strict=False):
            mark = f"<fault-{len(self.marks)}@customer.example>"
            self.marks.append(mark)
            raw = mail(sender, f"{words}\n{len(self.marks)}", message_id=mark)
            self.dovecot.deliver(SUPPORT, raw, sender=sender)


@contextmanager
def kept_fresh(file: Path) -> Generator[None]:
    """A new token every second, as whatever renews them leaves it; each says that it lives longer than it does."""
    over = threading.Event()

    def renew() -> None:
        claim = {"access_token": token(SUPPORT, lasts=TOKEN_LIFE), "expires_in": 3600}
        beside = file.with_suffix(".new")
        beside.write_text(json.dumps(claim))
        beside.replace(file)

    def keep() -> None:
        while not over.wait(1):
            renew()

    renew()
    keeper = threading.Thread(target=keep, name="tokens")
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def mailbox_health(gateway: GatewayProcess) -> dict[str, Any]:
    """What /readyz says of the mailbox, also where it is not well."""
    try:
        page = gateway.get("/readyz")
    except HTTPError as not_ready:
        page = not_ready.read().decode()
    return json.loads(page)["checks"]["mailboxes"]["main"]


def acknowledged(gateway: GatewayProcess) -> Counter[str]:
    """How often each mail was answered."""
    customers = {address for address, _ in SENDERS}
    return Counter(letter.in_reply_to for letter in gateway.letters() if letter.to in customers)
