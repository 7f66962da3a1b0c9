"""Texts that make careless programs slow: what to repeat, and what reads it.

Each adversary is a head, a unit that is repeated, and a tail: the tail is what a backtracking pattern hopes for and
does not find. Each target is a function of the parsers, fed with text where that text can come from outside.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.messages import Address, Inbound
from gateway.parsers import (
    bounces,
    calendar_part,
    callers,
    charsets,
    clauses,
    commands,
    confirmation,
    file_names,
    form,
    forwarding,
    header_fields,
    html_text,
    interval,
    kinds,
    language,
    levels,
    mime,
    quoting,
    rtf,
    safe_html,
    screening,
    symptoms,
    tnef,
    transfer,
)
from gateway.parsers.entities.folding import fold
from gateway.parsers.entities.letter import Letter, Part, Zone
from gateway.parsers.header_text import decode_words, one_line, parameters
from gateway.parsers.plain_text import unflowed
from gateway.parsers.screening import OwnMail


@dataclass(frozen=True, slots=True)
class Adversary:
    """A text of any length."""

    unit: str
    head: str = ""
    tail: str = ""

    def text(self, length: int) -> str:
        """About so many characters of it."""
        return self.head + self.unit * (length // len(self.unit)) + self.tail

    def __str__(self) -> str:
        return ascii(f"{self.head[:12]}({self.unit[:24]})*{self.tail[:12]}")


_UNITS = (
    *(
        " ",
        "\t",
        "\n",
        "\n\n",
        " \n",
        "\u3000",
        "x",
        "x ",
        "x\n",
        "9",
        "9 ",
        "9\n",
        "-",
        "_",
        "=",
        "*",
        ".",
        ",",
        ":",
        ";",
        "：",
    ),
    *(
        "(",
        ")",
        "((",
        "[",
        "<",
        ">",
        "> ",
        "> > ",
        ">\n",
        "> x\n",
        "\n>",
        "<>",
        '"',
        "'",
        "\\",
        "\\\\",
        "/",
        "@",
        "a@",
        "@a",
        "a@b.",
        "#",
        "&",
    ),
    *(
        "On ",
        "On \n",
        "On Mon, ",
        "On x wrote:\n",
        "wrote:\n",
        "From: a\n",
        "From: ",
        "> From: a\n",
        "Sent: 1\n",
        "在 ",
        "写道：",
        "写道：\n",
    ),
    *(
        "发件人: a\n",
        "发件人：",
        "-----",
        "-----Original Message-----\n",
        "---------- 原始邮件 ----------\n",
        "-- \n",
        "--\n",
        "________________\n",
    ),
    *(
        "re: ",
        "Re:",
        "回复：",
        "转发: ",
        "1. ",
        "1.",
        "+86",
        "138 0001 ",
        "(021) ",
        "+",
        "1-",
        "2026-",
        "10:",
        "10:00 ",
        "年",
        "2026年",
    ),
    *(
        "公司",
        "有限公司",
        "某某公司\n",
        "股份有限",
        "联系人：",
        "电话：",
        "电话: 1\n",
        "九",
        "堡垒机",
        "无法登录",
        "故障，",
        "a.b.",
        "Co., ",
        "Ltd. ",
        "A B ",
        "Aa ",
    ),
    *(
        "=?",
        "=?x?q?",
        "=?utf-8?b?",
        "=?utf-8?q?a?=",
        "=?utf-8?q?a?= ",
        "?=",
        "*0*=",
        "a=b;",
        ";",
        "a*0=b;",
        '="',
        'a="',
        "%41",
        "''",
    ),
    *(
        "<a@b> ",
        "<a@b>,",
        "<a",
        "a,",
        "a;",
        "a:b;",
        "<b>",
        "</b>",
        "<b></p>",
        "<p>",
        "<div>",
        "<a href=",
        "<a href='x'>",
        "<!--",
        "<!",
        "<style>",
    ),
    *(
        "</style>",
        "<table><tr><td>",
        "<blockquote>",
        "</blockquote>",
        "<li>",
        "<br>",
        "<img alt=",
        "<img ",
        "&#",
        "&amp;",
        "&#x41;",
        "<script>",
        "<\n",
    ),
    *(
        "Status: 5.1.1\n",
        "550 ",
        "5.1.1 ",
        "Final-Recipient: rfc822; a@b\n",
        "<a@b.c>\n",
        "a@b.example ",
        "said: ",
        "host ",
        "Action: failed\n\n",
    ),
    *(
        "BEGIN:VEVENT\n",
        "SUMMARY:x\n",
        "\r\n ",
        "DTSTART:",
        "X;Y=Z:1\n",
        '"a:',
        "\\n",
        "\\'41",
        "{",
        "}",
        "{}",
        "\\u1",
        "\\f0 ",
        "{\\*\\x ",
        "\\par ",
    ),
    *(
        "\ud7ff",
        "é",
        "\u200b",
        "\u202e",
        "a\u0301",
        "😀",
        "\ufffd",
        "Ä¶",
        "Ã",
        "锟斤拷",
        "begin 644 x\n",
        "M" * 61 + "\n",
        "QUJD",
        "QUJD\n",
        "=\n",
        "=3D",
        "==",
    ),
    *(
        "#close\n",
        "#",
        "level 1 ",
        "等级",
        "every 2 hours ",
        "每",
        "每2小时",
        "确认",
        "已解决",
        "yes ",
        "sent from my ",
        "发自我的",
        "Thanks,\n",
        "此致\n敬礼\n",
    ),
)

ADVERSARIES = tuple(Adversary(unit, tail="\n!") for unit in _UNITS)

_HEAD = b"From: a@b.example\nTo: support@panshield.example\n"
_OWN = OwnMail(domains=frozenset(("panshield.example",)), addresses=frozenset(("support@panshield.example",)))


def _mail(head: bytes) -> Callable[[str], object]:
    def read(text: str) -> object:
        return mime.read(
            _HEAD + head.replace(b"TEXT", text.replace("\n", " ").encode()) + b"\n\n" + text.encode()
        )

    return read


def _inbound(text: str) -> Inbound:
    line = one_line(text)
    return Inbound(
        message_id=None,
        subject=line,
        date=None,
        sender=Address(line, "mailer-daemon@b.example"),
        body=text,
        headers=(
            ("Subject", line),
            ("X-Failed-Recipients", line),
            ("List-Id", line),
            ("Auto-Submitted", line),
        ),
        reports=(("message/delivery-status", text), ("text/rfc822-headers", text)),
        content_type="multipart/report",
    )


def _letter(text: str) -> Letter:
    """A chat message as it is read for meaning, but for the limit of its length."""
    folded = fold(text)
    return Letter((Part(Zone.BODY, 0, len(folded.plain), folded, 0),), chat=True)


def _clauses(text: str) -> object:
    letter = _letter(text)
    return clauses.read(letter, letter.plain, with_model=True)


def _symptoms(text: str) -> object:
    letter = _letter(text)
    said = clauses.read(letter, letter.plain, with_model=False)
    return symptoms.read(letter, said, letter.plain), symptoms.guess(letter, said, ())


def _levels(text: str) -> object:
    letter = _letter(text)
    return levels.signs(letter, clauses.read(letter, letter.plain, with_model=False))


def _kinds(text: str) -> object:
    return kinds.read(_letter(text), text, (), (), is_reply=True)


TARGETS: dict[str, Callable[[str], object]] = {
    "a plain mail": _mail(b"Subject: x"),
    "a flowed mail": _mail(b"Content-Type: text/plain; format=flowed; delsp=yes"),
    "an HTML mail": _mail(b"Content-Type: text/html; charset=utf-8"),
    "Content-Type": _mail(b"Content-Type: text/plain; TEXT"),
    "a boundary": _mail(b"Content-Type: multipart/mixed; boundary=TEXT"),
    "Subject": _mail(b"Subject: TEXT"),
    "From": _mail(b"From: TEXT"),
    "References": _mail(b"References: TEXT"),
    "a multipart": _mail(b"Content-Type: multipart/mixed; boundary=x"),
    "base64": _mail(b"Content-Transfer-Encoding: base64"),
    "quoted-printable": _mail(b"Content-Transfer-Encoding: quoted-printable"),
    "uuencode": _mail(b"Content-Transfer-Encoding: x-uuencode"),
    "an attached mail": _mail(b"Content-Type: message/rfc822"),
    "an invitation": _mail(b"Content-Type: text/calendar"),
    "unknown bytes": lambda text: charsets.decode(text.encode("utf-16-le", "replace"), None),
    "bytes under a wrong label": lambda text: charsets.decode(text.encode("utf-8", "replace"), "hz"),
    "the head of a mail": lambda text: mime.read(text.encode()),
    "one line": one_line,
    "encoded words": decode_words,
    "parameters": parameters,
    "addresses": header_fields.addresses,
    "ids": header_fields.message_ids,
    "an id": header_fields.own_message_id,
    "a date": header_fields.date,
    "flowed text": lambda text: unflowed(text, delete_space=True),
    "transfer encoding": lambda text: transfer.undo(text.encode(), "base64"),
    "HTML as text": html_text.to_text,
    "tags stripped": html_text.strip_tags,
    "safe HTML": safe_html.clean,
    "a calendar": lambda text: calendar_part.summary("BEGIN:VEVENT\n" + text),
    "rich text": lambda text: rtf.to_text(b"{\\rtf1" + text.encode()),
    "winmail.dat": lambda text: tnef.read(tnef.SIGNATURE + text.encode()),
    "a file name": file_names.harmless,
    "quoting": lambda text: quoting.split(text, is_reply=None),
    "forwards": lambda text: list(forwarding.chain(quoting.split(text, is_reply=False))),
    "a bounce": lambda text: bounces.read(_inbound(text)),
    "screening": lambda text: screening.screen(_inbound(text), None, _OWN),
    "commands": commands.read,
    "confirmation": confirmation.read,
    "an interval": interval.read,
    "language": language.detect,
    "a form": form.read,
    "callers": callers.find,
    "clauses": _clauses,
    "symptoms": _symptoms,
    "levels": _levels,
    "kinds": _kinds,
}
