"""What people's mail programs do: write a first mail, and answer the mail they got with its text quoted below.

A reply knows nothing but the bytes it answers. That it finds its case is the gateway's work (`reply_address`).
"""

import email.policy
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, formataddr

from gateway.messages import Address

CRLF = email.policy.SMTP


def read_mail(raw: bytes) -> EmailMessage:
    """A mail as a mail program shows it."""
    return BytesParser(EmailMessage, policy=email.policy.default).parsebytes(raw)


def first_mail(who: Address, to: str, subject: str, text: str, at: datetime, number: int) -> bytes:
    """A new mail; `number` makes its Message-ID another one than those of the same person's other mails."""
    return _mail(who, to, subject, text, at, number).as_bytes()


def reply(who: Address, answered: EmailMessage, text: str, at: datetime, number: int) -> bytes:
    """An answer to `answered`: to its Reply-To, in its thread, with its text quoted."""
    subject = str(answered["Subject"])
    marked = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    to = str(answered["Reply-To"] or answered["From"])
    mail = _mail(who, to, marked, f"{text}\n{_quoted(answered)}", at, number)
    mail["In-Reply-To"] = str(answered["Message-ID"])
    mail["References"] = f"{answered['References'] or ''} {answered['Message-ID']}".strip()
    return mail.as_bytes()


def _mail(who: Address, to: str, subject: str, text: str, at: datetime, number: int) -> EmailMessage:
    mail = EmailMessage(policy=CRLF)
    mail["From"] = formataddr((who.name or "", who.address))
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{number}.{int(at.timestamp())}@{who.domain}>"
    mail.set_content(text)
    return mail


def _quoted(answered: EmailMessage) -> str:
    body = answered.get_body(("plain",))
    lines = str(body.get_content()).splitlines() if body is not None else []
    return "\n".join(
        (f"On {answered['Date']}, {answered['From']} wrote:", *(f"> {line}" for line in lines), "")
    )
