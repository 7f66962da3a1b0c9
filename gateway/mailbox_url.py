"""The address of a mailbox on a server, `imaps://user:password@host:port/Folder`, read and checked (RFC 5092).

User, password and folder may be percent-encoded, as they must be where they hold `/ # ? %` or, in a password, `@`.
"""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

PORTS = {"imaps": 993, "imap": 143}
INBOX = "INBOX"


@dataclass(frozen=True, slots=True)
class MailboxUrl:
    """Where a mailbox is. `tls` from the first byte; without it STARTTLS must follow, except on this host."""

    host: str
    port: int
    tls: bool
    user: str
    password: str = field(repr=False)
    folder: str

    @property
    def is_here(self) -> bool:
        """Whether the server is this host, so that nobody listens in between."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def is_account_of(self, other: "MailboxUrl") -> bool:
        """Whether both lead to the same account, by whichever port and to whichever folder of it."""
        is_same_host = self.host == other.host or (self.is_here and other.is_here)
        return is_same_host and self.user.casefold() == other.user.casefold()


def parse(url: str) -> MailboxUrl:
    """The parts of the url; INBOX where it names no folder. Raises ValueError with what is wrong, without secrets."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(
            'cannot be read as a url; percent-encode the password, e.g. "p%40ss" for p@ss'
        ) from None
    if parts.scheme not in PORTS:
        raise ValueError('begin it with "imaps://", or with "imap://" for STARTTLS')
    if not parts.hostname:
        raise ValueError('name the server: "imaps://user@host/INBOX"')
    if parts.query or parts.fragment:
        raise ValueError('percent-encode "?" as %3F and "#" as %23')
    return MailboxUrl(
        host=parts.hostname,
        port=PORTS[parts.scheme] if port is None else port,
        tls=parts.scheme == "imaps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        folder=folder_name(unquote(parts.path[1:]) or INBOX),
    )


def folder_name(written: str) -> str:
    """A folder as we know it: INBOX alone is the same in any case (RFC 3501, 5.1)."""
    return INBOX if written.upper() == INBOX else written
