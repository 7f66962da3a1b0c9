"""What a colleague attached goes on; what their mail program attached stays."""

import pytest

from gateway.messages import Attachment
from gateway.parsers.enclosures import meant_to_be_sent


def file(name: str | None, kind: str, *, inline: bool = False) -> Attachment:
    return Attachment(name, kind, 1, inline=inline, content=b"x")


@pytest.mark.parametrize(
    "chosen",
    [
        file("日志分析.pdf", "application/pdf"),
        file("screenshot.png", "image/png"),
        file("trace.log", "text/plain", inline=True),
        file("report.pdf", "application/pdf", inline=True),
        file(None, "application/zip"),
    ],
)
def test_what_somebody_chose_to_attach_was_meant(chosen: Attachment) -> None:
    """With or without a name; Apple Mail marks every document as inline (L-89)."""
    assert meant_to_be_sent([chosen]) == (chosen,)


@pytest.mark.parametrize(
    "by_itself",
    [
        file("logo.png", "image/png", inline=True),
        file("logo.GIF", "IMAGE/GIF", inline=True),
        file(None, "text/html", inline=True),
        file("signature.asc", "application/pgp-signature"),
        file("smime.p7s", "application/pkcs7-signature"),
        file("smime.p7m", "application/x-pkcs7-mime"),
        file("SMIME.P7S", "application/octet-stream"),
        file("winmail.dat", "application/ms-tnef"),
        file("Winmail.dat", "application/octet-stream"),
    ],
)
def test_logos_signatures_and_containers_were_not(by_itself: Attachment) -> None:
    """A customer can do nothing with them (L-88, L-89)."""
    report = file("a.pdf", "application/pdf")
    assert meant_to_be_sent([by_itself, report, by_itself]) == (report,)


@pytest.mark.parametrize("kind", ["message/rfc822", "message/global", "Message/Delivery-Status"])
def test_an_attached_mail_never_goes_on(kind: str) -> None:
    """Programs attach what they answer: our notice to the engineer, internal, with their reply address (T2)."""
    assert meant_to_be_sent([file("Re: 新工单.eml", kind)]) == ()
