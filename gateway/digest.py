"""What makes two deliveries the same message: everything but the marks that its way to us left on it.

A retry after a lost 250, the same mail by two routes or to two of our addresses has other trace headers and the same
rest. A Message-ID alone is no proof: anybody can send one that another mail will have (RELIABILITY T3, LESSONS 46, 66).
"""

import hashlib

TRACE = (
    b"received",
    b"return-path",
    b"delivered-to",
    b"x-original-to",
    b"envelope-to",
    b"x-envelope-to",
    b"x-received",
    b"authentication-results",
    b"received-spf",
    b"arc-seal",
    b"arc-message-signature",
    b"arc-authentication-results",
    b"x-spam-status",
    b"x-spam-score",
)


def of_message(raw: bytes) -> str:
    """SHA-256 of the message without trace headers, whatever its line ends; linear in its length."""
    text = raw.replace(b"\r\n", b"\n")
    # A message without any header begins with the line that ends the head.
    head, blank, body = (b"", b"\n\n", text[1:]) if text.startswith(b"\n") else text.partition(b"\n\n")
    digest = hashlib.sha256()
    tracing = False
    for line in filter(None, head.split(b"\n")):
        if line[:1] not in (b" ", b"\t"):
            tracing = line.partition(b":")[0].strip().lower() in TRACE
        if not tracing:
            digest.update(line + b"\n")
    digest.update(blank)
    digest.update(body)
    return digest.hexdigest()
