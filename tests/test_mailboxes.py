"""The mailboxes of config.toml: what may be written, what is wrong with the rest, and what the channel gets."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from gateway import mailbox_url
from gateway.channels.imap_folder import After
from gateway.channels.imap_login import PasswordLogin, TokenLogin
from gateway.channels.imap_session import Server
from gateway.config import Config, load
from gateway.mailbox_rows import ImapSection
from gateway.mailboxes import mailboxes_of
from tests.house import FakeClock
from tests.test_config import SMALL

ROWS = """
[channels.imap]
url = "imap://desk:p%40ss@127.0.0.1:1143/%E5%AE%A2%E6%88%B7"
[[channels.imap.mailbox]]
name = "support"
url = "imaps://support@example.com@imap.example.com"
password = "hunter2"
folders = ["INBOX", "客户来信", "INBOX"]
after = "move:已受理"
poll = 20
first_look_days = 3
[[channels.imap.mailbox]]
name = "m365"
url = "imaps://x@example.com@outlook.office365.com/INBOX"
auth = "microsoft"
tenant = "t"
client_id = "c"
client_secret = "m365-secret"
[[channels.imap.mailbox]]
name = "other"
url = "imaps://x@example.com@imap.example.com/INBOX"
auth = "token"
token_file = "token"
after = "flag:$Kept"
"""


def config_of(tmp_path: Path, rows: str) -> Config:
    """Settings with these rows."""
    file = tmp_path / "config.toml"
    file.write_text(SMALL + rows, encoding="utf-8")
    return load(file)


def test_every_mailbox_of_the_file_is_read_as_its_row_says(tmp_path: Path) -> None:
    """`channels.imap.url` is one more, called "main"."""
    main, support, m365, other = mailboxes_of(config_of(tmp_path, ROWS), FakeClock())
    assert (main.name, main.user, main.folders) == ("main", "desk", ("客户",))
    assert main.server == Server("127.0.0.1", 1143, tls=False, plain_is_safe=True)
    assert support.server == Server("imap.example.com", 993, tls=True)
    assert (support.user, support.folders) == ("support@example.com", ("INBOX", "客户来信"))
    assert (support.after, support.patience.poll) == (After(move="已受理"), 20)
    assert support.new_within == timedelta(days=3)
    assert isinstance(support.login, PasswordLogin)
    assert (other.after, m365.after) == (After(flag="$Kept"), After())
    assert isinstance(m365.login, TokenLogin)
    assert isinstance(other.login, TokenLogin)


def test_without_a_url_there_is_no_mailbox(tmp_path: Path) -> None:
    """The shipped file's section is switched off."""
    assert mailboxes_of(config_of(tmp_path, "[channels.imap]\nurl = ''\n"), FakeClock()) == []


def test_no_secret_of_a_mailbox_is_shown(tmp_path: Path) -> None:
    """Settings end up in logs and bug reports (G19)."""
    config = config_of(tmp_path, ROWS)
    secrets = config.secrets()
    for secret in ("p@ss", "hunter2", "m365-secret"):
        assert secret in secrets
        assert secret not in repr(config)
        assert secret not in repr(mailboxes_of(config, FakeClock()))


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"url": "imaps://host/INBOX"}, "names no user"),
        ({"url": "imaps://u@host"}, "no password"),
        ({"url": "pop3://u:p@host"}, "imaps://"),
        ({"url": "imaps://u:p@host:port"}, "cannot be read"),
        ({"url": "imaps://u:p@host/a?b"}, "%3F"),
        ({"url": "imaps://u:p@"}, "name the server"),
        ({"url": "imaps://u@host", "auth": "microsoft", "tenant": "t"}, "client_id, client_secret"),
        ({"url": "imaps://u@host", "auth": "google"}, "credentials"),
        ({"url": "imaps://u@host", "auth": "token"}, "token_file or token_command"),
        (
            {"url": "imaps://u@host", "auth": "token", "token_file": "a", "token_command": ["b"]},
            "not both",
        ),
        ({"url": "imaps://u:p@host/INBOX", "after": "move:INBOX"}, "moved to a folder that is read"),
        ({"url": "imaps://u:p@host/inbox", "after": "move:Inbox"}, "moved to a folder that is read"),
        ({"url": "imaps://u:p@host", "after": "delete"}, "pattern"),
        ({"url": "imaps://u:p@host", "after": "flag:two words"}, "pattern"),
        ({"url": "imaps://u:p@host", "poll": 31}, "less than or equal to 30"),
        ({"mailbox": [{"name": "a"}]}, "no url"),
        ({"mailbox": [{"name": "a/b", "url": "imaps://u:p@h"}]}, "pattern"),
        (
            {"url": "imaps://u:p@h", "mailbox": [{"name": "main", "url": "imaps://u:p@h"}]},
            "two mailboxes are called main",
        ),
    ],
)
def test_a_mistake_is_said_in_words(keys: dict[str, object], says: str) -> None:
    """At `gateway check`, not at three in the morning."""
    with pytest.raises(ValidationError, match=says):
        ImapSection.model_validate(keys)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "[::1]", "localhost"])
def test_this_host_is_known_as_such(host: str) -> None:
    """Only there may a password travel unencrypted."""
    assert mailbox_url.parse(f"imap://u:p@{host}").is_here
    assert not mailbox_url.parse("imap://u:p@127.0.0.1.example").is_here
    assert not mailbox_url.parse("imap://u:p@10.0.0.1").is_here


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("imaps://support@example.com@imap.example.com", "inbox"),
        ("imap://Support@Example.com:pw@IMAP.example.com:1143/Archive", "archive"),
        ("imaps://support@example.com@imap.example.com/Drafts", "inbox"),
        ("imaps://presales@example.com@imap.example.com/INBOX", None),
        ("imaps://support@example.com@imap.other.example/INBOX", None),
    ],
)
def test_an_account_is_known_by_server_and_user(url: str, name: str | None) -> None:
    """Whatever port, folder and password; where two rows read it, the one of that folder comes first."""
    account = "imaps://support@example.com:pw@imap.example.com"
    rows = [{"name": "inbox", "url": f"{account}/INBOX"}, {"name": "archive", "url": f"{account}/Archive"}]
    found = ImapSection.model_validate({"mailbox": rows}).reading(mailbox_url.parse(url))
    assert (found[0] if found is not None else None) == name


def test_a_wrong_url_is_answered_without_its_password() -> None:
    """The sentence is printed on a terminal."""
    for url in (
        "imaps://u:hunter2@host:x",
        "pop3://u:hunter2@host",
        "imaps://u:hunter2@[bad",
        "//u:hunter2@h",
    ):
        with pytest.raises(ValueError) as caught:
            mailbox_url.parse(url)
        assert "hunter2" not in str(caught.value)
