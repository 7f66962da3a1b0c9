"""Programs are told from people, each with its reason."""

import pytest

from gateway.messages import Envelope, Inbound
from gateway.parsers import mime
from gateway.parsers.screening import MARKER_FIELD, Automatic, OwnMail, may_be_answered, screen
from tests.parsers.letters import letter

OWN = OwnMail(
    domains=frozenset({"panshield.example"}),
    addresses=frozenset({"support@panshield.example"}),
    is_our_message_id=lambda one: one.startswith("<out-"),
    marker="north",
)


def _mail(
    *fields: str, subject: str = "fault", sender: str = "Lin <lin@harbour.example>", text: str = "It is down."
) -> Inbound:
    lines = [f"From: {sender}", "To: support@panshield.example", f"Subject: {subject}", *fields, "", text]
    return mime.read("\n".join(lines).encode())


def _reason(inbound: Inbound, own: OwnMail = OWN) -> str | None:
    found = screen(inbound, None, own)
    return found.reason if found else None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bounce_report", "bounce"),
        ("bounce_in_words_qq", "bounce"),
        ("bounce_report_delayed", "notification"),
        ("read_receipt", "notification"),
        ("recalled_mail", "notification"),
        ("vacation_qq", "auto-reply"),
        ("vacation_by_first_words", "auto-reply"),
        ("newsletter", "list"),
        ("answer_to_a_vacation_note", None),
        ("fault_of_the_auto_reply", None),
        ("administrator_reports_failing_mail", None),
        ("wish_not_to_be_answered", None),
        ("person_behind_a_list", None),
        ("gb2312_label_over_gbk", None),
    ],
)
def test_each_letter_has_its_reason_or_none(name: str, reason: str | None) -> None:
    """Programs on the one side; on the other people who answer, complain about, or merely resemble programs (L-13)."""
    assert _reason(letter(name)) == reason


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("Auto-Submitted: no", None),
        ("Auto-Submitted: No (really)", None),
        ("Auto-Submitted: auto-replied", "auto-reply"),
        ("Auto-Submitted: AUTO-REPLIED; owner-email=lin@harbour.example", "auto-reply"),
        ("Auto-Submitted: auto-generated", "notification"),
        ("Auto-Submitted: auto-notified; owner=x", "notification"),
        ("Precedence: Auto_Reply", "auto-reply"),
        ("X-Autoreply: yes", "auto-reply"),
        ("x-autorespond: 1", "auto-reply"),
        ("X-POST-MessageClass: 9; Autoresponder", "auto-reply"),
        ("Delivered-To: Autoresponder", "auto-reply"),
        ("Return-Path: <>", "auto-reply"),
        ("X-Auto-Response-Suppress: All", None),
        ("Precedence: list", None),
        ("X-Mailer: Outlook", None),
    ],
)
def test_header_fields_decide(field: str, reason: str | None) -> None:
    """RFC 3834 with parameters and case (L-12); suppression is a wish, not a sign (L-10); lists are weak (L-11)."""
    assert _reason(_mail(field)) == reason


@pytest.mark.parametrize(
    ("subject", "is_automatic"),
    [
        ("自动回复: 进度", True),
        ("自動回覆：進度", True),
        ("[自动回复] 进度", True),
        ("自动回复", True),
        ("休假中", True),
        ("Automatic reply: progress", True),
        ("Out of Office: progress", True),
        ("Re: 自动回复: 进度", False),
        ("自动回复规则配置错误", False),
        ("外出办公人员无法连接 VPN", False),
        ("Out of office users cannot connect", False),
        ("Auto: line 3 is down", False),
    ],
)
def test_subjects_of_vacation_programs_are_known(subject: str, is_automatic: bool) -> None:
    """L-8: where no header says so, the whole shape must, or faults of mail gateways would be filed away."""
    assert (_reason(_mail(subject=subject)) == "auto-reply") is is_automatic


def test_an_automatic_sentence_in_the_quote_below_is_not_the_senders() -> None:
    """Our own receipts say that they are automatic, and people answer above them."""
    assert _reason(_mail(text="好的，谢谢。\n\n> 此邮件为系统自动回复，请勿担心。")) is None


def test_our_own_mail_coming_back_is_an_echo() -> None:
    """L-5, L-6: by its marker, its id, or its sender; another installation's marker is not ours."""
    assert _reason(_mail(f"{MARKER_FIELD}: north")) == "own-echo"
    assert _reason(_mail(f"{MARKER_FIELD}: south")) is None
    assert _reason(_mail("Message-ID: <out-1@panshield.example>")) == "own-echo"
    assert _reason(_mail(sender="support@panshield.example")) == "own-echo"


def test_no_marker_configured_matches_no_marker() -> None:
    """L-6: empty values never match."""
    assert _reason(_mail(f"{MARKER_FIELD}:"), OwnMail()) is None


def test_a_person_whom_a_list_renamed_to_us_is_no_echo() -> None:
    """L-52: strict DMARC makes lists write "Lin via Support" from our own address."""
    sender = "Lin via Support <support@panshield.example>"
    behind = ("List-Id: <desk.panshield.example>", "List-Post: <mailto:support@panshield.example>")
    assert _reason(_mail(*behind, "X-Original-From: Lin <lin@harbour.example>", sender=sender)) is None
    assert _reason(_mail(*behind, "Reply-To: lin@harbour.example", sender=sender)) is None
    assert _reason(_mail(*behind, sender=sender)) == "own-echo"
    assert _reason(_mail("Reply-To: lin@harbour.example", sender=sender)) == "own-echo"


def test_a_list_is_a_reason_only_when_it_is_not_ours() -> None:
    """L-11: a list we are merely subscribed to is filed; one in front of our address, or an answer to us, is not."""
    fields = ("List-Id: Talk <talk.example.org>", "List-Post: <mailto:talk@example.org>", "Precedence: list")
    elsewhere = mime.read("\n".join(["From: a@b.example", "To: talk@example.org", *fields, "", "x"]).encode())
    answer = mime.read(
        "\n".join(
            ["From: a@b.example", "To: talk@example.org", "In-Reply-To: <out-3@x>", *fields, "", "x"]
        ).encode()
    )
    ours = OwnMail(lists=frozenset({"talk.example.org"}))
    assert screen(elsewhere, None, OWN) == Automatic("list", "mailing list talk.example.org")
    assert screen(elsewhere, None, ours) is None
    assert screen(answer, None, OWN) is None
    assert _reason(_mail(*fields)) is None


def test_the_null_sender_of_the_envelope_counts() -> None:
    """RFC 3834 §3.3: automatic answers leave without a return path."""
    found = screen(_mail(), Envelope("smtp", "", ("support@panshield.example",)), OWN)
    assert found == Automatic("auto-reply", "null return path")


@pytest.mark.parametrize(
    ("inbound", "allowed"),
    [
        (_mail(), True),
        (_mail("X-Auto-Response-Suppress: DR, RN, NRN"), True),
        (_mail("X-Auto-Response-Suppress: OOF"), False),
        (_mail("X-Auto-Response-Suppress: All"), False),
        (_mail("Precedence: bulk"), False),
        (_mail("List-Id: <talk.example.org>"), False),
        (_mail(sender="No Reply <no-reply@harbour.example>"), False),
        (_mail(sender="Lin"), False),
        (_mail(*["Received: from a by b; Tue, 24 Nov 2026 09:15:00 +0800"] * 51), False),
        (mime.read(b"Subject: nobody\n\nx"), False),
    ],
)
def test_a_receipt_goes_only_where_it_is_welcome(inbound: Inbound, allowed: bool) -> None:
    """L-10, L-11, T19, T23: a mail may open a case and still forbid the answer."""
    assert may_be_answered(inbound, None, None) is allowed


def test_programs_are_never_answered() -> None:
    """L-1 to L-4: two programs thanking each other have no end."""
    assert not may_be_answered(_mail(), None, Automatic("notification", "Auto-Submitted: auto-generated"))
    assert not may_be_answered(_mail(), Envelope("smtp", "", ()), None)
