"""Which domains belong together: the rule of DMARC, by the public suffix list.

`example.com.cn` and `mail.example.com.cn` are one organisation, `example.com.cn` and `other.com.cn` are two. The
list comes with publicsuffixlist and is read once; nothing is fetched.
"""

from functools import cache

from publicsuffixlist import PublicSuffixList


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def organisational(domain: str) -> str:
    """The part of a domain that was registered (RFC 7489 §3.2); a public suffix is its own."""
    return _suffixes().privatesuffix(domain) or domain


def aligned(domain: str, author: str, *, strict: bool) -> bool:
    """Whether what was proved for `domain` speaks for the From domain `author` (RFC 7489 §3.1); lower case both."""
    return domain == author or (not strict and organisational(domain) == organisational(author))
