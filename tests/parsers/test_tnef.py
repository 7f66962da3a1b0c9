"""winmail.dat (L-88): the words and files inside are read; whatever lies about its size is only cut short."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.messages import Inbound
from gateway.parsers import mime, rtf, tnef
from tests.parsers.tnef_writer import (
    BINARY,
    LONG,
    OBJECT,
    SHORT,
    STRING,
    UNICODE,
    packed_rtf,
    properties,
    with_references,
)
from tests.parsers.tnef_writer import tnef as written

TITLE, DATA, STARTS, FILE_PROPERTIES, MESSAGE_PROPERTIES, BODY, SUBJECT, CODEPAGE = (
    *(0x8010, 0x800F, 0x9002, 0x9005, 0x9003, 0x800C, 0x8004, 0x9007),
)
GBK = (CODEPAGE, struct.pack("<II", 936, 0))
MAIL_IID = bytes.fromhex("0703020000000000c000000000000046")


def unwrapped(*attributes: tuple[int, bytes]) -> tnef.Unwrapped:
    found = tnef.read(written(*attributes))
    assert found is not None
    return found


def mailed(winmail: bytes, text: str = "") -> Inbound:
    """A mail with this winmail.dat, under the type that some gateways leave of it."""
    return mime.read(
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
        b"Content-Type: text/plain; charset=utf-8\n\n" + text.encode() + b"\n--x\n"
        b'Content-Type: application/octet-stream; name="winmail.dat"\n'
        b"Content-Transfer-Encoding: binary\n\n" + winmail + b"\n--x--\n"
    )


def test_the_files_inside_take_the_place_of_winmail_dat() -> None:
    """What the customer attached was a log and not a winmail.dat."""
    inbound = mailed(
        written(
            GBK,
            (STARTS, b"\0" * 14),
            (TITLE, "日志~1.TXT".encode("gbk") + b"\0"),
            (DATA, b"line one\n"),
            (FILE_PROPERTIES, properties((UNICODE, 0x3707, "日志 一月.txt\0".encode("utf-16-le")))),
            (STARTS, b"\0" * 14),
            (DATA, b"\x89PNG\0\0"),
            (TITLE, b"shot.png\0"),
            (FILE_PROPERTIES, properties((SHORT, 0x1234, b"\1\0"), (STRING, 0x370E, b"image/png\0"))),
        ),
        "see the files",
    )
    assert inbound.body == "see the files"
    assert [(file.name, file.type, file.content) for file in inbound.attachments] == [
        ("日志 一月.txt", "application/octet-stream", b"line one\n"),
        ("shot.png", "image/png", b"\x89PNG\0\0"),
    ]


@pytest.mark.parametrize(
    "attributes",
    [
        [GBK, (BODY, "防火墙离线\0".encode("gbk"))],
        [(MESSAGE_PROPERTIES, properties((UNICODE, 0x1000, "防火墙离线\0".encode("utf-16-le"))))],
        [
            (
                MESSAGE_PROPERTIES,
                properties(
                    (LONG, 0x3FDE, struct.pack("<I", 65001)),
                    (BINARY, 0x1013, "<html><p>防火墙离线</p>".encode()),
                ),
            )
        ],
        [
            (
                MESSAGE_PROPERTIES,
                properties((BINARY, 0x1009, packed_rtf(rb"{\rtf1\ansi\ansicpg936 " + _escaped() + b"}"))),
            )
            for _escaped in (
                lambda: "".join(f"\\'{byte:02x}" for byte in "防火墙离线".encode("gbk")).encode(),
            )
        ],
    ],
    ids=["body", "property", "html", "rtf"],
)
def test_words_that_are_nowhere_else_are_the_body(attributes: list[tuple[int, bytes]]) -> None:
    """An empty case with a file that nobody can open is a lost report."""
    inbound = mailed(written(*attributes))
    assert inbound.body.strip() == "防火墙离线"
    assert "the words were found inside an attachment" in inbound.problems


def test_words_beside_winmail_dat_are_not_doubled() -> None:
    """Outlook writes the text into both."""
    assert mailed(written((BODY, b"offline\0")), "offline").body == "offline"


def test_a_mail_inside_is_kept_as_its_words() -> None:
    """Forwarded as an attachment: read no deeper than that."""
    inner = written((SUBJECT, b"alarm\0"), (BODY, b"disk full\0"))
    found = unwrapped(
        (STARTS, b""),
        (FILE_PROPERTIES, properties((OBJECT, 0x3701, MAIL_IID + inner), (STRING, 0x3001, b"x\0"))),
    )
    assert [(file.name, file.content) for file in found.files] == [("alarm.txt", b"disk full")]


def test_names_inside_are_made_harmless_too() -> None:
    """T25: the way in is another, the danger the same."""
    inbound = mailed(written((STARTS, b""), (TITLE, b"..\\..\\windows\\con.txt\0"), (DATA, b"x")))
    assert [file.name for file in inbound.attachments] == ["_con.txt"]


def test_what_claims_more_than_there_is_ends_the_reading_there() -> None:
    """Four billion properties in twenty bytes make the usual reader loop for hours."""
    lies = [
        (MESSAGE_PROPERTIES, b"\xff\xff\xff\xff" + b"\x02\x10\x01\x00\xff\xff\xff\xff"),
        (
            MESSAGE_PROPERTIES,
            b"\xff\xff\xff\x7f" + struct.pack("<HHII", BINARY, 0x1009, 0xFFFFFFFF, 0xFFFFFFF0),
        ),
        (MESSAGE_PROPERTIES, b"\x01\0\0\0" + struct.pack("<HHI", 0x1003, 0x1234, 0x7FFFFFFF)),
        (MESSAGE_PROPERTIES, b""),
        (BODY, b"still read\0"),
    ]
    assert unwrapped(*lies).text == "still read"
    cut = written((BODY, b"whole\0"), (DATA, b"x" * 100))[:-50]
    assert tnef.read(cut) == tnef.Unwrapped("", "whole", ())


def test_a_thousand_files_are_not_all_listed() -> None:
    """T11: one limit, whatever the wrapping."""
    assert len(unwrapped(*[(STARTS, b""), (DATA, b"x")] * 1000).files) == tnef.MAX_FILES


@given(st.binary(max_size=300), st.integers(0, 400), st.binary(max_size=8))
def test_no_bytes_make_the_reader_raise(data: bytes, at: int, wound: bytes) -> None:
    """G5: garbage, and something whole that was damaged."""
    tnef.read(tnef.SIGNATURE + data)
    whole = written(
        GBK,
        (
            MESSAGE_PROPERTIES,
            properties((BINARY, 0x1009, packed_rtf(b"{\\rtf1 words}")), (UNICODE, 0x37, b"x\0")),
        ),
        (STARTS, b""),
        (FILE_PROPERTIES, properties((OBJECT, 0x3701, MAIL_IID + written((BODY, b"x"))))),
    )
    tnef.read(whole[:at] + wound + whole[at + len(wound) :])


# Rich text.


def test_references_into_the_window_are_followed() -> None:
    """MS-OXRTFCP §3.1: what was said is said again, also while it is being said; a reference to itself is the end."""
    start = 207
    pieces = [*(bytes((byte,)) for byte in b"{\\rtf1 ab"), (start + 7, 9), (start + 18, 2)]
    assert rtf.unpacked(with_references(pieces, 100)) == b"{\\rtf1 ab" + b"ababababa"


def test_a_reference_reaches_into_what_every_document_begins_with() -> None:
    """§2.2.2.1: the window is not empty at first."""
    assert rtf.unpacked(with_references([(0, 6)], 6)) == b"{\\rtf1"


def test_packed_text_cannot_grow_beyond_what_it_announces_nor_beyond_the_limit() -> None:
    """T12: seven to one at most, and a document of gigabytes is cut at a megabyte."""
    grown = with_references([b"a", *(((207 + 17 * n) % 4096, 17) for n in range(100_000))], 0xFFFFFFFF)
    assert len(rtf.unpacked(grown)) == rtf.MAX_LENGTH
    assert len(rtf.unpacked(with_references([b"a", *[(207, 17)] * 10], 5))) == 5


def test_html_in_disguise_is_undisguised() -> None:
    """MS-OXRTFEX: the HTML stands in groups of its own, and what is between \\htmlrtf is for others."""
    document = (
        rb"{\rtf1\ansi\fromhtml1{\*\htmltag <p>}first\htmlrtf \par hidden\htmlrtf0 {\*\htmltag </p><p>}"
        rb"{\*\mhtmltag <b>}second \u22269?{\*\htmltag <br>}\'41{\*\htmltag </p>}}"
    )
    assert rtf.to_text(document).split() == ["first", "second", "国", "A"]


def test_each_font_has_its_own_charset() -> None:
    """Chinese Outlook writes GBK bytes under \\fcharset134, whatever the document says of itself."""
    chinese = "".join(f"\\'{byte:02x}" for byte in "故障".encode("gbk")).encode()
    document = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}{\f1\fcharset134 SimSun;}}\f0 caf\'e9 \f1 "
        + chinese
        + rb"\par {\pict 00ff}}"
    )
    assert rtf.to_text(document) == "café 故障"
