"""From a mail to the letter that is read: which of its words count, and whose they are.

In a first mail or a reply the sender's own words and signature count and the quote does not. In a forward the inner
message counts too; when one of us forwards, only the innermost does, and its From is the sender
(UNDERSTANDING "The design it suggests", step 2; LESSONS L-62).
"""

import re
from functools import cache

from gateway.messages import Address, Inbound
from gateway.parsers.entities.emails import belongs
from gateway.parsers.entities.folding import lower
from gateway.parsers.entities.letter import Letter, Zone, lay_out
from gateway.parsers.entities.lookup import Lookup
from gateway.parsers.entities.wordlist import blocks
from gateway.parsers.quoting import Words

_ANNOUNCEMENT = re.compile(
    r"^[ \t>]*(?:-{2,}.*(?:forwarded|original|转发|原始|轉寄|邮件|郵件).*-{2,}"
    r"|begin forwarded message:?|[_-]{10,})[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTE_MARKS = re.compile(r"^(?:[ \t]*>)+", re.MULTILINE)
_FORWARD_PREFIX = re.compile(r"^(?:(?:fwd?|fw|转发|轉寄|轉發|转寄)\s?[:：]\s?)+", re.IGNORECASE)


def read_mail(
    inbound: Inbound, words: Words, our_domains: frozenset[str], *, with_quote: bool = False
) -> Letter:
    """The letter of a mail. `with_quote`: read the quote as well, because nothing else names anybody."""
    author = _author(inbound)
    ours = author is not None and belongs(author.domain, our_domains)
    forwarded = words.forwarded or (words.quoted if _FORWARD_PREFIX.match(inbound.subject) else "")
    inner = forwarded or (words.quoted if with_quote else "")
    own, inner_at = words.text, None
    if forwarded and forwarded in words.text:
        inner_at = words.text.index(forwarded)
        own = words.text[:inner_at]
    subject = (Zone.SUBJECT, inbound.subject, None)
    if ours and forwarded:
        innermost, sender = _innermost(forwarded)
        offset = None if inner_at is None else inner_at + len(forwarded) - len(innermost)
        return lay_out([subject, (Zone.QUOTED, _without_heads(innermost), offset)], sender=sender)
    zones: list[tuple[Zone, str, int | None]] = [subject, (Zone.BODY, _without_disclaimers(own), 0)]
    if not ours:
        zones.append((Zone.SIGNATURE, _without_disclaimers(words.signature), len(words.text)))
    if inner:
        zones.append((Zone.QUOTED, _without_heads(inner), inner_at))
    return lay_out(zones, sender=None if ours else author)


def _author(inbound: Inbound) -> Address | None:
    """Who wrote: behind a list that puts itself into From ("王硕 via Some-List"), whoever Reply-To names (L-52)."""
    sender = inbound.sender
    if sender is None or not sender.name or " via " not in sender.name:
        return sender
    name = sender.name.partition(" via ")[0].strip(" '\"")
    address = next(
        (reply.address for reply in inbound.reply_to if reply.address != sender.address), sender.address
    )
    return Address(name or None, address)


def read_chat(text: str) -> Letter:
    """The letter of a chat message: one zone, no sender."""
    return lay_out([(Zone.BODY, text, 0)], chat=True)


def _innermost(forwarded: str) -> tuple[str, Address | None]:
    """The text below the last From of a chain, and who stands in that From."""
    sender, start = None, 0
    for match in _from_line().finditer(forwarded):
        name, address = match["name"].strip(" \"'*"), match["address"] or ""
        sender, start = Address(name or None, address.lower()), match.start()
    return forwarded[start:], sender


def _without_heads(text: str) -> str:
    """The inner message with heads, announcements and quote marks blanked, every offset kept."""
    for pattern in (_QUOTE_MARKS, _head(), _ANNOUNCEMENT):
        text = pattern.sub(_blank, text)
    return _without_disclaimers(text)


def _without_disclaimers(text: str) -> str:
    """The text with the lines of a disclaimer blanked, every offset kept."""
    blanked: list[str] = []
    read_to = 0
    for (offset, _), _ in _disclaimers().find(lower(text)):
        if offset >= read_to:
            start = max(read_to, text.rfind("\n", 0, offset) + 1)
            end = text.find("\n", offset) % (len(text) + 1)
            blanked += [text[read_to:start], " " * (end - start)]
            read_to = end
    return "".join((*blanked, text[read_to:]))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _labels(*keys: str) -> str:
    """Head labels as patterns; mail programs put blanks between the two characters of a Chinese one."""
    words = sorted({word for key in keys for word in blocks("heads")[key]}, key=len, reverse=True)
    return "|".join(r"\s?".join(word) if word[0] > "\u2e80" else re.escape(word) for word in words)


@cache
def _head() -> re.Pattern[str]:
    labels = _labels("senders", "others")
    return re.compile(rf"^[ \t>|*]*(?:{labels})\*?[ \t]*[:：].*$", re.IGNORECASE | re.MULTILINE)


@cache
def _disclaimers() -> Lookup[str]:
    return Lookup((words, words) for words in blocks("heads")["disclaimers"])


@cache
def _from_line() -> re.Pattern[str]:
    address = r"(?:mailto:)?(?P<address>[^<>\s\[\]()]{1,120}@[^<>\s\[\]()]{1,120})"
    return re.compile(
        rf"^[ \t>|*]*(?:{_labels('senders')})\*?[ \t]*[:：][ \t*]*"
        rf"(?P<name>[^<\n\[(]{{0,80}}?)[ \t\"]*(?:[<\[(]{address}[>\])].*)?$",
        re.IGNORECASE | re.MULTILINE,
    )
