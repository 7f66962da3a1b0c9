"""The customer's mail inside a colleague's: attached, forwarded, or quoted below a reply that has us in copy."""

from gateway.colleague_report.house import House
from gateway.messages import Inbound
from gateway.parsers import forwarding, mime, quoting
from gateway.parsers.forwarding import Forwarded

_MAIL_TYPES = ("message/rfc822", "message/global")


def find(inbound: Inbound, words: quoting.Words, house: House) -> Inbound | None:
    """The mail that was passed on and that none of us wrote, as an `Inbound` of its own; None when there is none."""
    return _attached(inbound, house) or _forwarded(inbound, words, house)


def _attached(inbound: Inbound, house: House) -> Inbound | None:
    """The first attached mail of somebody outside ("forward as attachment")."""
    for attachment in inbound.attachments:
        if attachment.type.lower() in _MAIL_TYPES or (attachment.name or "").lower().endswith(".eml"):
            mail = mime.read(attachment.content)
            if mail.sender and not house.owns(mail.sender.address):
                return mail
    return None


def _forwarded(inbound: Inbound, words: quoting.Words, house: House) -> Inbound | None:
    """The outermost message of the chain that none of us wrote."""
    for depth, message in enumerate(forwarding.chain(words)):
        if _is_outside(message, house):
            return Inbound(
                message_id=_id_at(inbound, depth),
                subject=forwarding.bare_subject(message.subject or inbound.subject),
                date=None,
                sender=message.sender,
                to=message.to,
                body=message.body,
                attachments=inbound.attachments,
            )
    return None


def _is_outside(message: Forwarded, house: House) -> bool:
    """Whether somebody wrote it who is not one of us; a head may name no address, and then only the name decides."""
    sender = message.sender
    if sender is None:
        return False
    name = house.without_us(sender.name or "").strip()
    return not house.owns(sender.address) if sender.address else bool(name)


def _id_at(inbound: Inbound, depth: int) -> str | None:
    """The id of the message so many forwards deep, as far as the forward's own headers tell (LESSONS L-34)."""
    if depth == 0 and (stated := (inbound.header("X-Forwarded-Message-Id") or "").split()):
        return stated[-1]
    ids = list(inbound.references)
    if inbound.in_reply_to and inbound.in_reply_to not in ids:
        ids.append(inbound.in_reply_to)
    return ids[-depth - 1] if depth < len(ids) else None
