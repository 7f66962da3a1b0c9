"""The real process at a real mailbox: delivered by a mail server, acknowledged once, whatever dies in between."""

import json
from pathlib import Path

from tests.dovecot import PASSWORD, running_dovecot
from tests.gateway_process import running, until
from tests.house import ZHOU, mail

SUPPORT = "support@yunling.example"


def test_mail_in_a_mailbox_is_acknowledged_once_also_after_a_kill(tmp_path: Path) -> None:
    """Kill -9 and a start later nothing is lost and nobody hears twice (F14, G2)."""
    with running_dovecot() as dovecot:
        url = f"imap://{SUPPORT}:{PASSWORD}@127.0.0.1:{dovecot.imap}/INBOX"
        dovecot.deliver(SUPPORT, mail(ZHOU, "堡垒机无法登录"), sender=ZHOU)
        with running(tmp_path, channels__imap__url=url) as gateway:
            gateway.letter(ZHOU)
            health = json.loads(gateway.get("/readyz"))["checks"]["mailboxes"]
            assert (health["ok"], health["main"]["why"]) == (True, None)
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
