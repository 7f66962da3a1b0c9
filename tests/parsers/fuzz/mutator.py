"""A structure-aware mutator: it knows what a mail is made of, and where programs that read mail have stumbled.

Blind flips of bytes break a mail at once and then test only how brokenness is noticed. Here head, parts and text are
damaged in ways of their own, and what comes out is still a mail for most of its way through the parsers. The same
number gives the same mail, for ever.
"""

import base64
import quopri
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from tests.parsers.tnef_writer import packed_rtf, properties
from tests.parsers.tnef_writer import tnef as winmail

_LETTERS = tuple(path.read_bytes() for path in sorted((Path(__file__).parents[2] / "mail").glob("*.eml")))

_WORDS = (
    *(
        "防火墙离线，十几人受影响。",
        "機房無法連線，請儘快處理",
        "The switch in rack 4 is down since 09:00.",
        "#close",
        "谢谢",
    ),
    *(
        "周敏\n青山农村商业银行股份有限公司\n手机：138 0001 0001",
        "Tel: +86 (21) 5190-5999 转 805",
        "-- \nEmma Brown\nACME Ltd.",
    ),
    *(
        "On Mon, 23 Nov 2026 at 09:00, A <a@b.example> wrote:",
        "在 2026年11月23日，周敏 <a@b.example> 写道：",
        "> quoted",
    ),
    *(
        "-----Original Message-----",
        "发件人: 周敏\n发送时间: 2026年11月23日\n主题: 故障",
        "------------------ 原始邮件 ------------------",
    ),
    *(
        "________________________________",
        "Begin forwarded message:",
        "Sent from my iPhone",
        "发自我的iPhone",
        "公司：甲\n联系人：乙\n电话：1",
    ),
    *(
        "Final-Recipient: rfc822; x@y.example\nAction: failed\nStatus: 5.1.1",
        "SN 4711 / 序列号：ABC-123",
        "\u202e\u200b\u2066",
    ),
    *(
        "550 5.1.1 <x@y.example>: user unknown",
        "This is the mail system at host mx.example.",
        "BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT",
    ),
)
_HTML = (
    *(
        "<p>word</p>",
        "<div>",
        "</div>",
        "<table><tr><td>",
        "<blockquote>",
        "</blockquote>",
        "<b></p>",
        "<style>",
        "<!--",
    ),
    *(
        "<a href='x",
        "<img src=x alt='y'>",
        "<hr>",
        "&#xffffffff;",
        "&#0;",
        "&nbsp;",
        "<?xml version='1.0' encoding='x'?>",
        "<html><head>",
    ),
    *(
        "<font color=x>",
        "<li>",
        "<br/>",
        "</",
        "<\0>",
        "<title>",
        "<svg><![CDATA[",
        "<meta charset=utf-7>",
        "<p/" + "x" * 300 + ">",
    ),
)
_SPLINTERS = (
    *(
        b"\0",
        b"\r",
        b"\n",
        b"\n\n",
        b"\r\n",
        b'"',
        b"<",
        b">",
        b"(",
        b")",
        b"\\",
        b"@",
        b",",
        b";",
        b":",
        b"=",
        b"=?",
        b"?=",
    ),
    *(
        b"=?gb2312?B?",
        b"=?utf-8?q?=0d=0aBcc=3a_x?=",
        b"=?x?b?////?=",
        b"\x1b$B",
        b"\x1b$)A\x0e",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
    ),
    *(
        b"\x80",
        b"\xed\xa0\x80",
        "\u2028".encode(),
        "\u202e".encode(),
        "\U000e0001".encode(),
        b"~{",
        b"+ADw-",
        b"*0*=",
        b"''%",
    ),
    *(
        b"\n--x\n",
        b"\n--x--\n",
        b"begin 644 x\n",
        b"From ",
        b">From ",
        b"\n.\n",
        b" " * 200,
        b"\t",
        b"[",
        b"]",
        b"<a@[",
        b"(((((((((",
    ),
    *(
        b">" * 60,
        b"1" * 400,
        "九".encode() * 200,
        "公司".encode() * 60,
        b"a." * 200,
        b"-" * 300,
        b"On " * 100,
        b"re: " * 60,
    ),
)
_FIELDS: tuple[tuple[bytes, tuple[bytes, ...]], ...] = (
    (
        b"From",
        (
            b"<",
            b"a:b;c;",
            b"@",
            b'"',
            b"a@b@c",
            b"=?utf-8?b?YSxi?= <a@b>",
            b"((((" * 100,
            b"",
            b"a b c",
            b"<>",
            b"MAILER-DAEMON",
        ),
    ),
    (
        b"To",
        (
            b"undisclosed-recipients:;",
            b"<" * 50,
            b"a@b," * 500,
            b'"a, b" <a@b>',
            "周敏 <a@b.example>".encode("gbk"),
        ),
    ),
    (b"Reply-To", (b"<", b"a@b.example, c@d.example")),
    (
        b"Subject",
        (
            b"=?",
            b"=?gb2312?B?1tzD9A",
            b"=?x?y?z?=",
            b"Re: " * 200,
            b"\xd6\xdc",
            b"=?utf-8?q?=ed=a0=80?=",
            "自动回复：在外".encode(),
        ),
    ),
    (
        b"Date",
        (
            b"",
            b"Mon, 99 Foo 99999 99:99:99 +9999",
            b"Mon, 23 Nov 2026 09:00:00 -0000 (CST",
            b"1 Jan 0000 00:00 +2359",
            b"now",
        ),
    ),
    (b"Message-ID", (b"<", b"<a@[", b"<>", b"<[1]@x>", b"< a b @ c >", b"<" + b"x" * 2000 + b"@y>", b"x")),
    (b"In-Reply-To", (b"<a@b><c@d>", b"<", b"your mail of today", b"<a b@c>")),
    (b"References", (b"<a@b>," * 400, b"<" * 500, b">" * 500)),
    (
        b"Content-Type",
        (
            *(
                b"multipart/mixed",
                b"multipart/mixed; boundary=",
                b'multipart/alternative; boundary="x',
                b"multipart/related; boundary=x",
            ),
            *(
                b"text/html; charset=utf-7",
                b"text/plain; charset=rot13",
                b"text/plain; charset=hz; format=flowed; delsp=yes",
            ),
            *(
                b"message/rfc822",
                b"application/ms-tnef",
                b"text/calendar; charset=x",
                b"text",
                b"/",
                b";",
                b"text/plain; charset*=x'y'z",
            ),
            *(
                b"multipart/digest; boundary=x",
                b"multipart/report; report-type=delivery-status; boundary=x",
                b"a/b" + b"; p=q" * 3000,
            ),
            *(
                b"text/plain; name*0*=gb2312''%d6; name*1*=%dc; name*99999=x",
                b'text/plain; charset="\0utf-8"',
                b"text/enriched",
            ),
        ),
    ),
    (
        b"Content-Transfer-Encoding",
        (b"base64", b"quoted-printable", b"x-uuencode", b"7bit", b"8bit", b"gzip", b"", b"base64;x", b"\0"),
    ),
    (
        b"Content-Disposition",
        (
            b"attachment",
            b"inline; filename=../../x",
            b"attachment; filename=" + b"x" * 10_000,
            b"attachment; filename*=utf-8''%E2%80%AE",
            b"x;;;=;",
        ),
    ),
    (b"Content-ID", (b"<x>", b"x", b"<")),
    (b"Auto-Submitted", (b"auto-replied", b"no", b"auto-generated; x", b"")),
    (b"List-Id", (b"<l.example>", b"<<<<", b"")),
    (b"Precedence", (b"bulk", b"LIST")),
    (b"Return-Path", (b"<>", b"<a@b.example>", b"<")),
    (b"X-Failed-Recipients", (b"a@b.example", b"," * 300)),
    (b"Received", (b"x; ; ;", b"from a by b")),
)
_TYPES = (
    b"text/plain",
    b"text/html",
    b"message/rfc822",
    b"image/png",
    b"application/ms-tnef",
    b"text/calendar",
    b"message/delivery-status",
)
_CHARSETS = (
    b"utf-8",
    b"gb2312",
    b"gb18030",
    b"big5",
    b"hz",
    b"iso-2022-jp",
    b"iso-2022-cn",
    b"utf-7",
    b"utf-16",
    b"us-ascii",
    b"x-unknown",
)


def mail(seed: int) -> bytes:
    """The mail of that number."""
    chance = Random(seed)
    data = chance.choice(_ORIGINS)(chance)
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        data = chance.choice(_DAMAGES)(chance, data)
    return data


# ---------------------------------------------------------------------------------------------- where a mail comes from


def _letter(chance: Random) -> bytes:
    return chance.choice(_LETTERS)


def _written(chance: Random) -> bytes:
    """A mail of random parts."""
    return _join(_head(chance), _content(chance, depth=0))


def _head(chance: Random) -> list[bytes]:
    fields = [
        b"From: a@b.example",
        b"To: support@panshield.example",
        b"Subject: fault",
        b"Message-ID: <1@b.example>",
    ]
    return fields + [_field(chance) for _ in range(chance.randrange(3))]


def _field(chance: Random) -> bytes:
    name, values = chance.choice(_FIELDS)
    return name + b": " + chance.choice(values)


def _content(chance: Random, depth: int) -> tuple[list[bytes], bytes]:
    """The head of a part and its bytes."""
    if depth < 4 and chance.random() < 0.45:
        return _multipart(chance, depth)
    kind = chance.choice(_TYPES)
    return _encoded(chance, kind, _payload(chance, kind))


def _multipart(chance: Random, depth: int) -> tuple[list[bytes], bytes]:
    boundary = chance.choice((b"x", b"=_x", b"--", b"x" * 70, b"x %d" % depth, b"b%d" % depth))
    kind = chance.choice((b"mixed", b"alternative", b"related", b"report", b"signed", b"digest"))
    parts = [_join(*_content(chance, depth + 1)) for _ in range(chance.choice((0, 1, 2, 3, 5)))]
    body = b"".join(b"--" + boundary + b"\n" + part + b"\n" for part in parts)
    end = b"--" + boundary + b"--\n" if chance.random() < 0.8 else b""
    return [b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"'], body + end


def _payload(chance: Random, kind: bytes) -> bytes:
    if kind == b"text/html":
        return "".join(
            chance.choice((chance.choice(_HTML), chance.choice(_WORDS)))
            for _ in range(chance.randrange(1, 30))
        ).encode()
    if kind == b"application/ms-tnef":
        return _winmail(chance)
    if kind == b"message/rfc822":
        return _letter(chance)
    return "\n".join(chance.choice(_WORDS) for _ in range(chance.randrange(12))).encode()


def _winmail(chance: Random) -> bytes:
    text = chance.choice(_WORDS)
    inner = properties(
        (chance.choice((0x1E, 0x1F, 0x102)), chance.choice((0x37, 0x1000, 0x1013)), text.encode("utf-16-le")),
        (
            0x102,
            0x1009,
            packed_rtf(
                rb"{\rtf1\ansicpg936{\fonttbl{\f0\fcharset134;}}\f0 \u22269? \'d6\'dc" + text.encode() + b"}"
            ),
        ),
    )
    names = (0x8004, 0x800C, 0x8010, 0x800F, 0x9002, 0x9003, 0x9005, 0x9007)
    return winmail(
        *(
            (chance.choice(names), chance.choice((inner, text.encode("gbk", "replace"))))
            for _ in range(chance.randrange(8))
        )
    )


def _encoded(chance: Random, kind: bytes, payload: bytes) -> tuple[list[bytes], bytes]:
    head = [
        b"Content-Type: "
        + kind
        + (b"; charset=" + chance.choice(_CHARSETS) if chance.random() < 0.7 else b"")
    ]
    encoding = chance.choice((b"base64", b"quoted-printable", b"8bit", b""))
    if encoding:
        head.append(b"Content-Transfer-Encoding: " + encoding)
    if chance.random() < 0.3:
        head.append(_field(chance))
    if encoding == b"base64":
        return head, base64.encodebytes(payload)
    return head, quopri.encodestring(payload) if encoding == b"quoted-printable" else payload


def _join(head: Sequence[bytes], content: tuple[list[bytes], bytes] | bytes) -> bytes:
    more, body = ([], content) if isinstance(content, bytes) else content
    return b"\n".join([*head, *more]) + b"\n\n" + body


# ---------------------------------------------------------------------------------------------- what happens to it


def _with_field(chance: Random, data: bytes) -> bytes:
    """One more field, above, below or instead of the others."""
    head, blank, body = data.partition(b"\n\n")
    lines = head.split(b"\n")
    lines.insert(chance.randrange(len(lines) + 1), _field(chance))
    if chance.random() < 0.3:
        del lines[chance.randrange(len(lines))]
    return b"\n".join(lines) + blank + body


def _refilled(chance: Random, data: bytes) -> bytes:
    """A field that is there, with another value."""
    lines = data.split(b"\n")
    name, values = chance.choice(_FIELDS)
    for number, line in enumerate(lines):
        if line.lower().startswith(name.lower() + b":"):
            lines[number] = name + b": " + chance.choice(values)
            break
    return b"\n".join(lines)


def _splintered(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return (
        data[:at]
        + chance.choice(_SPLINTERS) * chance.choice((1, 1, 1, 5, 40))
        + data[at + chance.choice((0, 0, 1, 20)) :]
    )


def _flipped(chance: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 8)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(chance: Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _shuffled(chance: Random, data: bytes) -> bytes:
    """Lines doubled, lost or out of order."""
    lines = data.split(b"\n")
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    what = chance.randrange(3)
    if what == 0:
        lines[first], lines[second] = lines[second], lines[first]
    elif what == 1:
        lines[first:first] = lines[min(first, second) : max(first, second)]
    else:
        del lines[min(first, second) : max(first, second)]
    return b"\n".join(lines)


def _wrapped(chance: Random, data: bytes) -> bytes:
    """The whole mail as a part of another, perhaps many times over."""
    for _ in range(chance.choice((1, 2, 8, 60))):
        if chance.random() < 0.5:
            data = b"From: f@g.example\nContent-Type: message/rfc822\n\n" + data
        else:
            data = (
                b"Subject: Fwd\nContent-Type: multipart/mixed; boundary=w\n\n--w\n\nsee below\n--w\n"
                + data
                + b"\n--w--\n"
            )
    return data


def _other_line_ends(chance: Random, data: bytes) -> bytes:
    return data.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\r\r\n", b"\n\n", b"\n\r")))


def _said_more(chance: Random, data: bytes) -> bytes:
    words = chance.choice(_WORDS).encode(chance.choice(("utf-8", "gb18030")), "replace")
    return data + b"\n" + words * chance.choice((1, 3, 30)) + b"\n"


_ORIGINS: Sequence[Callable[[Random], bytes]] = (_letter, _written, _written)
_DAMAGES: Sequence[Callable[[Random, bytes], bytes]] = (
    *(_with_field, _with_field, _refilled, _refilled, _splintered, _splintered, _splintered),
    *(_flipped, _cut, _shuffled, _shuffled, _wrapped, _other_line_ends, _said_more, _said_more),
)
