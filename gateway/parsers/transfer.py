"""Transfer encodings undone (RFC 2045 §6), as well as it goes: what does not belong is skipped, nothing raises."""

import binascii
import re


def undo(data: bytes, encoding: str) -> tuple[bytes, str | None]:
    """The bytes behind a Content-Transfer-Encoding, and a problem in one sentence, or None."""
    name = encoding.lower().partition(";")[0].strip(" \"'")
    if name == "base64":
        return base64_bytes(data), None
    if name == "quoted-printable":
        return binascii.a2b_qp(data), None
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uudecoded(data), None
    if name in ("", "7bit", "8bit", "binary"):
        return data, None
    return data, f"transfer encoding {re.sub('[^!-~]', '', name)[:40]} is not known; taken as it is"


def base64_bytes(data: bytes) -> bytes:
    """Base64 as far as it can be read: foreign characters skipped, padding mended, a lone last letter dropped.

    Several encodings one after the other, each with its own padding, are read one by one; after a padding,
    text that is not base64 (a footer some relay has added) ends it.
    """
    data = _without_footer(data)
    first, padding, rest = data.partition(b"=")
    rest = rest.lstrip(b"= \t\r")
    if padding and rest.startswith(b"\n") and rest.strip() and _BASE64_ONLY.fullmatch(rest):
        return b"".join(_base64_run(run) for run in re.split(rb"=+", data))
    return _base64_run(first)


def _without_footer(data: bytes) -> bytes:
    """Base64 up to its last line of nothing but base64; all of it when no line is."""
    end = len(data)
    while end > 0:
        start = data.rfind(b"\n", 0, end) + 1
        line = data[start:end].strip()
        if line and _BASE64_LINE.fullmatch(line):
            return data[:end]
        end = start - 1
    return data


_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_BASE64_ONLY = re.compile(rb"[A-Za-z0-9+/=\s]+")


def _base64_run(run: bytes) -> bytes:
    """One run of base64 letters without padding."""
    letters = run.translate(None, b"\r\n\t ")
    surplus = len(letters) % 4
    try:
        return binascii.a2b_base64(letters + b"=" * (-surplus % 4))
    except binascii.Error:
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", letters)
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _uudecoded(data: bytes) -> bytes:
    """The content between `begin` and `end`; broken lines are left out."""
    decoded: list[bytes] = []
    for line in data.split(b"\n"):
        if line.startswith(b"begin ") or not line.strip():
            continue
        if line.strip() == b"end":
            break
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue
    return b"".join(decoded)
