"""Sixty small mails that are meant to cost a reader its time, its memory or its stack (T11-T14, R10).

Each is made by a rule, at a size that a few seconds of a suite allow; the limits they run into do not depend on it.
"""

import base64
import struct
import zlib
from collections.abc import Iterator

from tests.parsers.tnef_writer import BINARY, OBJECT, properties, with_references
from tests.parsers.tnef_writer import tnef as winmail

HEAD = b"From: Zhou Min <zhou.min@qingshan.example>\nTo: support@gateway.example\nSubject: bomb\n"
DEEP = 3000
MANY = 20_000
LONG = 200_000


def bombs() -> dict[str, bytes]:
    """All of them by name, with LF line ends."""
    return {name: HEAD + rest for family in _FAMILIES for name, rest in family()}


def _nesting() -> Iterator[tuple[str, bytes]]:
    levels = range(DEEP)
    yield (
        "multiparts in multiparts",
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in levels),
    )
    yield (
        "multiparts with one boundary",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * DEEP + b"--b--\n" * DEEP,
    )
    yield "mails in mails", b"Content-Type: message/rfc822\n\nSubject: x\n" * DEEP + b"\nx"
    yield (
        "mails in mails in multiparts",
        b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nContent-Type: message/rfc822\n\n" * DEEP,
    )
    yield "groups in rich text", _tnef_of_rtf(b"{\\rtf1" + b"{" * LONG)
    inner = winmail((0x800C, b"x"))
    for _ in range(200):
        inner = winmail((0x9002, b""), (0x9005, properties((OBJECT, 0x3701, _MESSAGE + inner))))
    yield "winmail.dat in winmail.dat", _attached(inner, b"application/ms-tnef")
    for element in (
        b"<div>",
        b"<b></p>",
        b"<table><tr><td>",
        b"<ul><li>",
        b"<blockquote>",
        b"<font><a><i>",
        b"<svg>",
    ):
        yield f"nested {element.decode()}", _html(element * MANY + b"words")


def _numbers() -> Iterator[tuple[str, bytes]]:
    yield "parts", b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * 100_000
    yield (
        "parts that are files",
        (
            b"Content-Type: multipart/mixed; boundary=x\n\n"
            + b"--x\nContent-Disposition: attachment; filename=a\n\na\n" * MANY
        ),
    )
    yield "boundaries that are none", b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--xx\n" * 100_000
    yield "fields", b"X-A: b\n" * 100_000 + b"\nx"
    yield "lines of one field", b"X-A: b\n" + b" c\n" * 100_000 + b"\nx"
    yield "parameters", b"Content-Type: text/plain" + b"; a=b" * MANY + b"\n\nx"
    yield "semicolons", b"Content-Type: text/plain" + b";" * 99_000 + b"\n\nx"
    yield (
        "continued parameters",
        (
            b"Content-Disposition: attachment"
            + b"".join(b"; filename*%d*=%%41" % n for n in range(5000))
            + b"\n\nx"
        ),
    )
    yield "recipients", b"Cc: " + b"a@b.example, " * 7000 + b"\n\nx"
    yield "groups", b"Cc: " + b"a:b;" * MANY + b"\n\nx"
    yield "comments", b"Reply-To: " + b"(" * 90_000 + b"\n\nx"
    yield "quotes in an address", b"Reply-To: " + b'"' * 90_000 + b"\n\nx"
    yield "references", b"References: " + b"<a@b.example>" * 7000 + b"\n\nx"
    yield "open brackets", b"References: " + b"<" * 90_000 + b"\n\nx"
    yield "received", b"Received: from a by b; now\n" * 900 + b"\nx"
    yield (
        "winmail.dat of files",
        _attached(winmail(*[(0x9002, b""), (0x800F, b"x")] * MANY), b"application/ms-tnef"),
    )
    yield (
        "properties that are not there",
        _attached(
            winmail((0x9003, b"\xff\xff\xff\xff" + struct.pack("<HHI", 0x1003, 0x1000, 0xFFFFFFF0))),
            b"application/ms-tnef",
        ),
    )
    yield "events", b"Content-Type: text/calendar\n\n" + b"BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n" * MANY


def _lengths() -> Iterator[tuple[str, bytes]]:
    yield "a line", b"\n" + b"x" * 3_000_000
    yield "empty lines", b"\n" + b"\n" * 500_000
    yield "a field", b"X-A: " + b"b" * 3_000_000 + b"\n\nx"
    yield "a head without end", b"X-A: b\n" * MANY
    yield "a subject", b"Subject: " + b"Re: " * 20_000 + b"\n\nx"
    yield "an encoded subject", b"Subject: " + b"=?utf-8?q?a?= " * 6000 + b"\n\nx"
    yield "a file name", _attached(b"x", b"text/plain", name=b"x" * 90_000 + b".pdf")
    yield "a boundary", b"Content-Type: multipart/mixed; boundary=" + b"x" * 90_000 + b"\n\nx"


def _encodings() -> Iterator[tuple[str, bytes]]:
    yield "base64 in pieces", b"Content-Transfer-Encoding: base64\n\n" + b"QQ==\n" * 100_000
    yield "quoted-printable of soft ends", b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * LONG
    yield "uuencode of ends", b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n" + b"`\n" * LONG
    packed = zlib.compress(b"\0" * 50_000_000, 9)
    yield (
        "gzip that nobody unpacks",
        _attached(base64.encodebytes(packed), b"application/zip", encoding=b"base64"),
    )
    yield (
        "rich text that repeats itself",
        _tnef_of_packed(
            with_references([b"a", *(((207 + 17 * n) % 4096, 17) for n in range(100_000))], 0xFFFFFFFF)
        ),
    )
    for charset in (
        b"utf-7",
        b"rot13",
        b"zlib",
        b"hz",
        b"iso-2022-jp",
        b"utf-16",
        b"idna",
        b"punycode",
        b"\0utf-8",
    ):
        body = b"~{" * 50_000 + b"\x1b$B" * 1000 + b"+A-" * 1000 + b"\xff\xfe"
        yield f"charset {charset!r}", b"Content-Type: text/plain; charset=" + charset + b"\n\n" + body


def _texts() -> Iterator[tuple[str, bytes]]:
    for name, unit in (
        ("attributions", "On Mon, Ada wrote:\n"),
        ("half an attribution", "On "),
        ("Chinese attributions", "在 2026年，写道：\n"),
        ("heads", "发件人: a\n主题: b\n"),
        ("quote marks", "> " * 400 + "\n"),
        ("blank lines", " \n"),
        ("signatures", "-- \n"),
        ("commands", "#close\n"),
        ("companies", "某某某有限公司"),
        ("numbers", "138 0001 "),
        ("fences", "```\n> x\n"),
    ):
        yield name, b"Content-Type: text/plain; charset=utf-8\n\n" + (unit * (LONG // len(unit))).encode()
    for name, unit in (
        ("references in HTML", "&amp;"),
        ("odd characters in HTML", "¶"),
        ("open tags", "<a "),
        ("comments", "<!--"),
    ):
        yield name, _html((unit * (LONG // len(unit))).encode())


_FAMILIES = (_nesting, _numbers, _lengths, _encodings, _texts)
_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")


def _html(body: bytes) -> bytes:
    return b"Content-Type: text/html; charset=utf-8\n\n" + body


def _attached(content: bytes, kind: bytes, *, name: bytes = b"x.dat", encoding: bytes = b"binary") -> bytes:
    return (
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nsee the file\n--x\n"
        b"Content-Disposition: attachment; filename="
        + name
        + b"\nContent-Transfer-Encoding: "
        + encoding
        + b"\nContent-Type: "
        + kind
        + b"\n\n"
        + content
        + b"\n--x--\n"
    )


def _tnef_of_rtf(rtf: bytes) -> bytes:
    return _tnef_of_packed(struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf)


def _tnef_of_packed(packed: bytes) -> bytes:
    return _attached(winmail((0x9003, properties((BINARY, 0x1009, packed)))), b"application/ms-tnef")
