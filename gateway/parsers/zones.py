"""From a mail to the letter that is read: which of its words count, and whose they are.

In a first mail or a reply the sender's own words and signature count and the quote does not. In a forward the inner
message counts too; when one of us forwards, only the innermost does, and its From is the sender
(UNDERSTANDING "The design it suggests", step 2; LESSONS L-62).
"""

import re

from gateway.messages import Address, Inbound
from gateway.parsers.entities.letter import Letter, Zone, lay_out
from gateway.parsers.quoting import Words

_HEAD = re.compile(
    r"^[ \t>|*]*(?:发\s?件\s?人|寄\s?件\s?者|寄\s?件\s?人|收\s?件\s?人|收\s?件\s?者|抄\s?送|副\s?本|副\s?本\s?抄\s?送|密\s?送|主\s?题|主\s?旨|发送时间|发送日期|寄件日期|傳送日期|传送日期|時\s?間|时\s?间|日\s?期|發\s?件\s?人|發送時間|收件者|主\s?題"
    r"|from|to|cc|bcc|date|sent|subject|reply-to)\*?[ \t]*[:：].*$",
    re.IGNORECASE | re.MULTILINE,
)
_FROM = re.compile(
    r"^[ \t>|*]*(?:发\s?件\s?人|發\s?件\s?人|寄\s?件\s?者|寄\s?件\s?人|from)\*?[ \t]*[:：][ \t*]*(?P<name>[^<\n\[(]{0,80}?)[ \t\"]*(?:[<\[(](?:mailto:)?(?P<address>[^<>\s\[\]()]{3,120}@[^<>\s\[\]()]{3,120})[>\])].*)?$",
    re.IGNORECASE | re.MULTILINE,
)
_ANNOUNCEMENT = re.compile(
    r"^[ \t>]*(?:-{2,}.*(?:forwarded|original|转发|原始|轉寄|邮件|郵件).*-{2,}|begin forwarded message:?|_{10,}|-{10,})[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTE_MARKS = re.compile(r"^(?:[ \t]*>)+", re.MULTILINE)
_FORWARD_PREFIX = re.compile(r"^(?:(?:fwd?|fw|转发|轉寄|轉發|转寄)\s?[:：]\s?)+", re.IGNORECASE)


def read_mail(
    inbound: Inbound, words: Words, our_domains: frozenset[str], *, with_quote: bool = False
) -> Letter:
    """The letter of a mail. `with_quote`: read the quote as well, because nothing else names anybody."""
    ours = inbound.sender is not None and _is_ours(inbound.sender, our_domains)
    inner = words.forwarded or (words.quoted if with_quote else "")
    own, inner_at = words.text, None
    if words.forwarded and words.forwarded in words.text:
        inner_at = words.text.index(words.forwarded)
        own = words.text[:inner_at]
    subject = (Zone.SUBJECT, inbound.subject, None)
    if ours and words.forwarded:
        innermost, sender = _innermost(words.forwarded)
        offset = None if inner_at is None else inner_at + len(words.forwarded) - len(innermost)
        return lay_out([subject, (Zone.QUOTED, _without_heads(innermost), offset)], sender=sender)
    zones: list[tuple[Zone, str, int | None]] = [subject, (Zone.BODY, own, 0)]
    if not ours:
        zones.append((Zone.SIGNATURE, words.signature, len(words.text)))
    if inner:
        zones.append((Zone.QUOTED, _without_heads(inner), inner_at))
    return lay_out(zones, sender=None if ours else inbound.sender)


def read_chat(text: str) -> Letter:
    """The letter of a chat message: one zone, no sender."""
    return lay_out([(Zone.BODY, text, 0)], chat=True)


def _is_ours(sender: Address, our_domains: frozenset[str]) -> bool:
    return any(sender.domain == own or sender.domain.endswith(f".{own}") for own in our_domains)


def _innermost(forwarded: str) -> tuple[str, Address | None]:
    """The text below the last From of a chain, and who stands in that From."""
    sender, start = None, 0
    for match in _FROM.finditer(forwarded):
        name, address = match["name"].strip(" \"'*"), match["address"] or ""
        sender, start = Address(name or None, address.lower()), match.start()
    return forwarded[start:], sender


def _without_heads(text: str) -> str:
    """The inner message with heads, announcements and quote marks blanked, every offset kept."""
    for pattern in (_QUOTE_MARKS, _HEAD, _ANNOUNCEMENT):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return text
