"""The envelopes that every room knows: what came in, and what goes out to one person.

Plain frozen values; this module knows nobody. `Inbound` is what `parsers.mime` makes of raw bytes,
`Outbound` what `responders.composer` makes of a notice, a case and a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox as written in a header: display name (or None) and `local@domain`, domain in lower case."""

    name: str | None
    address: str

    @property
    def domain(self) -> str:
        """The part after the last @, lower case; empty when there is none."""
        return self.address.rpartition("@")[2].lower()


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a message reached us, apart from what it says of itself.

    `source` is the channel's name ("smtp", "lmtp", "imap:support"), `mail_from` the return path
    (empty for a null sender), `peer` the client's address for the journal.
    """

    source: str
    mail_from: str
    recipients: tuple[str, ...]
    peer: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message. `name` is the sender's: show it, never open it as a path."""

    name: str | None
    type: str
    size: int
    inline: bool
    content_id: str | None = None
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message that came in, decoded but not yet understood.

    Every string is free of NUL and of control characters other than newline and tab. `body` is the whole
    plain text with `\\n` line ends, quotes and signature included; where the mail has only HTML it is that
    HTML as text. `headers` keeps decoded headers in order, names as written. `reports` holds the parts
    of a multipart/report other than its text, as (content type, text). `problems` says, in English, what
    was wrong and how it was read nevertheless.
    """

    message_id: str | None
    subject: str
    date: datetime | None
    sender: Address | None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    body: str = ""
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "text/plain"
    reports: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case; None when there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def header_all(self, name: str) -> tuple[str, ...]:
        """Every header of that name, in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)


@dataclass(frozen=True, slots=True)
class Outbound:
    """A composed message to one person, complete: sending it needs no further knowledge.

    `id` is the outbox row and the token's look-up id. `message_id` and `reply_to` carry the signed token
    of `gateway.reply_address`. `notice` and `role` say what it is and to whom, for the journal. `automatic`
    is false only for an engineer's own words relayed to the customer. `language` is a BCP 47 tag
    ("zh-Hans", "zh-Hant", "en"). `not_before` keeps mail for staff until their duty begins. `attachments` are
    the files that go with it, in order; how they are named and how much fits is the channel's business. `headline` says
    where the case stands: a chat shows it above the words, and keeps it true. `offers` is a field and what we think its
    value is, where the words ask whether that is so: a chat has buttons for it.
    """

    id: str
    case_number: str
    notice: str
    role: str
    channel: str
    sender: Address
    to: Address
    reply_to: Address
    message_id: str
    subject: str
    text: str
    html: str | None
    language: str
    automatic: bool = True
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    not_before: datetime | None = None
    extra_headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    attachments: tuple[Attachment, ...] = ()
    headline: str = ""
    offers: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """Bytes ready to leave, to one address: all that a way out needs to know.

    `sender` is the return path, empty for the null sender. `id` is the outbox row: the same id always has
    the same bytes, so that what was in doubt can be sent once more.
    """

    id: str
    sender: str
    recipient: str
    raw: bytes
