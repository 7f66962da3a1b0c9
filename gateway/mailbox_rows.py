"""The mailboxes of config.toml: `[channels.imap]` is one, and each `[[channels.imap.mailbox]]` another.

Rows are only checked here; `mailboxes` makes of them what the channel reads.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr

from gateway import mailbox_url
from gateway.mailbox_url import MailboxUrl
from gateway.setting_kinds import Secret, Section

ONLY_ONE = "main"
"""The name of the mailbox that `channels.imap.url` gives."""

LONGEST_POLL = 30
"""Seconds. More would break the promise of 90 s for new mail, as `channels.imap_patience` reckons it."""

NEEDS = {
    "microsoft": ("tenant", "client_id", "client_secret"),
    "google": ("credentials",),
    "token": (),
    "password": (),
}
"""What each way to log in must be given; a token comes from a file or from a command."""


class MailboxKeys(Section):
    """How a mailbox is reached and read; without a url it is switched off."""

    url: Secret = SecretStr("")
    password: Secret = SecretStr("")
    auth: Literal["password", "microsoft", "google", "token"] = "password"
    tenant: str = ""
    client_id: str = ""
    client_secret: Secret = SecretStr("")
    credentials: Path | None = None
    token_file: Path | None = None
    token_command: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    after: str = Field(default="keep", pattern=r'^(keep|move:[^\r\n]+|flag:\\?[^\s(){%*"\\\]\x00-\x1f]+)$')
    poll: int = Field(default=30, ge=5, le=LONGEST_POLL)
    first_look_days: int = Field(default=1, ge=0, le=366)

    def model_post_init(self, context: Any, /) -> None:
        if not self.url.get_secret_value():
            return
        where = self.where
        if not where.user:
            raise ValueError('the url names no user: "imaps://user@host/INBOX"')
        if self.auth == "password" and not self.login_password:
            raise ValueError('there is no password: give it as password = "file:PATH"')
        missing = [key for key in NEEDS[self.auth] if not _given(getattr(self, key))]
        if missing:
            raise ValueError(f'auth = "{self.auth}" needs {", ".join(missing)}')
        if self.auth == "token" and (self.token_file is None) == (not self.token_command):
            raise ValueError('auth = "token" needs token_file or token_command, and not both')
        action, _, target = self.after.partition(":")
        if action == "move" and mailbox_url.folder_name(target) in self.read_folders:
            raise ValueError("mail would be moved to a folder that is read")

    @property
    def where(self) -> MailboxUrl:
        """The url, read."""
        return mailbox_url.parse(self.url.get_secret_value())

    @property
    def login_password(self) -> str:
        """From its own key, or from the url."""
        return self.password.get_secret_value() or self.where.password

    @property
    def read_folders(self) -> tuple[str, ...]:
        """The folders, each once; the url's where none are listed."""
        return tuple(dict.fromkeys(map(mailbox_url.folder_name, self.folders or (self.where.folder,))))

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        url = self.url.get_secret_value()
        own = (url, self.password.get_secret_value(), self.client_secret.get_secret_value())
        return (*own, self.where.password) if url else own


class MailboxRow(MailboxKeys):
    """One of several; `name` is shown and stored."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,29}$")

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        if not self.url.get_secret_value():
            raise ValueError("this mailbox has no url")


class ImapSection(MailboxKeys):
    """Every mailbox that is read."""

    mailbox: tuple[MailboxRow, ...] = ()

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        names = [name for name, _ in self.named]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two mailboxes are called {', '.join(twice)}")

    @property
    def named(self) -> tuple[tuple[str, MailboxKeys], ...]:
        """Name and keys of each."""
        only = ((ONLY_ONE, self),) if self.url.get_secret_value() else ()
        return (*only, *((row.name, row) for row in self.mailbox))

    def reading(self, where: MailboxUrl) -> tuple[str, MailboxKeys] | None:
        """Name and keys of the mailbox that reads this account; the one that reads this very folder before others."""
        same = [(name, row) for name, row in self.named if row.where.is_account_of(where)]
        return min(same, key=lambda named: where.folder not in named[1].read_folders, default=None)

    @property
    def all_secrets(self) -> tuple[str, ...]:
        """Of all of them."""
        return tuple(text for row in (self, *self.mailbox) for text in row.secrets)


def _given(value: object) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)
