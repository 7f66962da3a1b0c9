"""A real Dovecot on loopback: any user with the password "secret" or a token signed by us; gone afterwards."""

import base64
import grp
import hashlib
import hmac
import json
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from imapclient import IMAPClient  # pyright: ignore[reportMissingTypeStubs] - typed by Session

from gateway.channels.imap_session import Session
from tests.end_to_end.sink import free_port
from tests.gateway_process import until
from tests.real_servers import program

PASSWORD = "secret"
KEY = b"0123456789abcdef0123456789abcdef"
CONFIG = """\
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = t{imap}
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
log_path = {folder}/dovecot.log
mail_location = maildir:{folder}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 0
last_valid_uid = 0
first_valid_gid = 0
mail_fsync = never
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
auth_failure_delay = 0
mailbox_idle_check_interval = 1 s
mail_max_userip_connections = 100
"""
TOKENS = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = email
"""


@dataclass(frozen=True)
class Dovecot:
    """A running one. Every user's mailbox comes into being when it is first touched."""

    folder: Path
    imap: int
    lmtp: int

    def deliver(self, user: str, *raws: bytes, sender: str = "customer@customer.example") -> None:
        """Hand mails over by LMTP, as a mail server does."""
        with smtplib.LMTP("127.0.0.1", self.lmtp, timeout=30) as client:
            for raw in raws:
                client.sendmail(sender, [user], raw)

    @contextmanager
    def person(self, user: str) -> Generator[Session]:
        """Somebody else at the same mailbox, with a mail program."""
        client = IMAPClient("127.0.0.1", self.imap, ssl=False, timeout=30)
        session = cast("Session", client)
        session.login(user, PASSWORD)
        try:
            yield session
        finally:
            cast("Any", client).logout()

    def flags(self, user: str, folder: str) -> list[tuple[bytes, ...]]:
        """The flags of each message, as that somebody sees them."""
        with self.person(user) as session:
            session.select_folder(folder, True)
            found = session.fetch(session.search(["ALL"]), ["FLAGS"])
        return [items[b"FLAGS"] for _, items in sorted(found.items())]

    def refusals(self) -> int:
        """How many connections ended without having been let in."""
        return (self.folder / "dovecot.log").read_text().count("(auth failed")

    def forget_uids(self, user: str) -> None:
        """Every message of the inbox gets a new UID, as after a restored backup."""
        (self.folder / "mail" / user / "dovecot-uidlist").unlink()
        for index in (self.folder / "mail" / user).glob("dovecot.index*"):
            index.unlink()


def token(user: str, *, lasts: timedelta = timedelta(hours=1), key: bytes = KEY) -> str:
    """An access token that Dovecot accepts until it expires."""
    now = datetime.now(UTC)
    claims = {
        "sub": user,
        "email": user,
        "iat": int((now - timedelta(hours=2)).timestamp()),
        "exp": int((now + lasts).timestamp()),
    }
    head = b".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT", "kid": "default"}, claims)
    )
    signature = base64.urlsafe_b64encode(hmac.new(key, head, hashlib.sha256).digest()).rstrip(b"=")
    return (head + b"." + signature).decode()


@contextmanager
def running_dovecot() -> Generator[Dovecot]:
    """All its state in a folder of its own; one account runs all of it, and root must not be that one."""
    binary = program("dovecot", Path("/usr/sbin"))
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    # pytest's folders make paths too long for its sockets.
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    imap, lmtp = free_port(), free_port()
    (folder / "keys/default/HS256").mkdir(parents=True)
    (folder / "keys/default/HS256/default").write_bytes(base64.b64encode(KEY))
    (folder / "oauth2.conf").write_text(TOKENS.format(folder=folder))
    settings = folder / "dovecot.conf"
    settings.write_text(
        CONFIG.format(
            folder=folder,
            imap=imap,
            lmtp=lmtp,
            user=account.pw_name,
            group=grp.getgrgid(account.pw_gid).gr_name,
            uid=account.pw_uid,
            gid=account.pw_gid,
            password=PASSWORD,
        )
    )

    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.pw_uid, account.pw_gid)

    def control(*words: str, check: bool) -> None:
        subprocess.run(
            [binary, "-c", settings, *words],
            check=check,
            user=account.pw_uid if os.geteuid() == 0 else None,
            group=account.pw_gid if os.geteuid() == 0 else None,
            stdout=subprocess.DEVNULL,  # a pipe would stay open until the daemon ends
            stderr=subprocess.DEVNULL,
        )

    try:
        control(check=True)
        try:
            until("Dovecot to listen", lambda: _listens(imap) and _listens(lmtp))
            yield Dovecot(folder, imap, lmtp)
        finally:
            control("stop", check=False)
            until("Dovecot to end", lambda: not (folder / "run/master.pid").exists())
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # its children write for a moment after the master has gone


def _listens(port: int) -> bool:
    """Whether somebody greets there."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
            return bool(link.recv(100))
    except OSError:
        return False
