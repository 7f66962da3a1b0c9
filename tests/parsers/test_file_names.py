"""Names of attachments: what they are called must not lie, lead anywhere or break anything (T15, T25)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.parsers import file_names, mime
from gateway.parsers.file_names import harmless


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("日志.txt", "日志.txt"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("a\u200bb\ufeff\u2066.pdf", "ab.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\drivers\\etc\\hosts", "hosts"),
        ("C:\\Users\\周敏\\日志.txt", "日志.txt"),
        ("/", ""),
        ("..", ""),
        (" . ", ""),
        ("folder/", "folder"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("Lpt1.log", "_Lpt1.log"),
        ("console.txt", "console.txt"),
        ("nul", "_nul"),
        ("a:b|c?.txt", "abc.txt"),
        ("file.txt:hidden.exe", "file.txthidden.exe"),
        ("trailing dots...", "trailing dots"),
        (".bashrc", "bashrc"),
        ("a\tb\nc.txt", "a b c.txt"),
        ("x" * 10_000 + ".pdf", "x" * 196 + ".pdf"),
        ("故" * 10_000, "故" * 200),
        ("a." + "b" * 10_000, ("a." + "b" * 10_000)[:200]),
    ],
)
def test_a_name_is_shown_as_what_it_is(name: str, shown: str) -> None:
    """What hides, leads out of the folder or means a device is gone; the rest is left to the sender."""
    assert harmless(name) == shown


@given(st.text(max_size=300))
def test_no_name_leads_out_of_a_folder_or_hides_what_it_is(name: str) -> None:
    """T25: whatever the name, the file would lie in the folder it is saved to, and again after being saved."""
    shown = harmless(name)
    assert not {"/", "\\", "\0", "\n"} & set(shown)
    assert shown not in (".", "..")
    assert len(shown) <= file_names.MAX_LENGTH
    assert not any(
        unicodedata.bidirectional(c) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI") for c in shown
    )
    assert harmless(shown) == shown


def _mail(head: bytes, content: bytes = b"x") -> bytes:
    return (
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\ntext\n--x\n"
        + head
        + b"\n\n"
        + content
        + b"\n--x--\n"
    )


def test_a_name_that_had_to_be_changed_is_a_problem() -> None:
    """Somebody who hides what a file is may be up to something: the desk should know."""
    head = b"Content-Disposition: attachment; filename*=utf-8''invoice%E2%80%AEgpj.exe"
    inbound = mime.read(_mail(head))
    assert [file.name for file in inbound.attachments] == ["invoicegpj.exe"]
    assert "the name of an attachment was made harmless" in inbound.problems


def test_an_ordinary_name_is_no_problem() -> None:
    """A problem that is always there is read by nobody."""
    inbound = mime.read(_mail(b'Content-Disposition: attachment; filename="a.txt"'))
    assert inbound.problems == ()


def test_an_attached_mail_is_named_by_its_subject_whole() -> None:
    """The slash of "TCP/IP" is no folder."""
    head = b"Content-Type: message/rfc822"
    inbound = mime.read(_mail(head, b"Subject: Re: TCP/IP <down>?\n\nx"))
    assert [file.name for file in inbound.attachments] == ["Re TCP IP down.eml"]


def test_the_disposition_goes_before_the_type_unless_it_lost_characters() -> None:
    """RFC 2046 §4.5.1; Exchange has written `name=` with a media type in it."""
    both = b"Content-Type: text/plain; name=%s\nContent-Disposition: attachment; filename=%s"
    assert mime.read(_mail(both % (b"a.txt", b"b.txt"))).attachments[0].name == "b.txt"
    assert mime.read(_mail(both % (b"good.txt", b'"????.txt"'))).attachments[0].name == "good.txt"
