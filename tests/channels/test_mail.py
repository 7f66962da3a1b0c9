"""What a mail of ours says in its headers, and that a reader finds exactly that."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import policy
from email.header import decode_header, make_header
from email.headerregistry import AddressHeader, DateHeader
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.channels.mail import compose, envelope_from
from gateway.channels.mail_format import check_head, message_ids, one_line, sendable
from gateway.errors import DeliveryError
from gateway.messages import Address, Outbound
from tests.channels.outbounds import TO_A_CUSTOMER

DATE = datetime(2026, 11, 23, 9, 0, 5, tzinfo=timezone(timedelta(hours=8)))
DOMAIN = "vendor.example"

STAFF_ALERT = replace(
    TO_A_CUSTOMER,
    role="manager",
    notice="escalation",
    in_reply_to=None,
    references=(),
    language="en",
    html=None,
)
ENGINEERS_WORDS = replace(TO_A_CUSTOMER, automatic=False)


def written(outbound: Outbound) -> bytes:
    return compose(outbound, date=DATE, domain=DOMAIN)


def read_back(outbound: Outbound) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(written(outbound))


def text_of(mail: EmailMessage, *kind: str) -> str | None:
    part = mail.get_body(kind)
    return None if part is None else cast("str", part.get_content()).replace("\r\n", "\n")


def mailbox_of(mail: EmailMessage, name: str) -> tuple[str, str]:
    """Display name and address; the name decoded as RFC 2047 §6.2 says, which headerregistry's phrases do not."""
    raw = next(value for key, value in mail.raw_items() if key == name)
    ((shown, address),) = getaddresses([str(raw)])
    return str(make_header(decode_header(shown))), address


def body_as_read(text: str) -> str:
    """What a reader must find: the text without controls, every line break as a newline."""
    visible = re.sub("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]", "", text.encode(errors="replace").decode())
    return "".join(f"{line}\n" for line in visible.splitlines())


# --- which headers, and why ------------------------------------------------------------------------------------


def test_a_reply_to_a_customer_carries_exactly_these_headers() -> None:
    """One literal picture of the mail, so that a header that comes or goes is seen in a review."""
    assert read_back(TO_A_CUSTOMER).keys() == [
        *(
            "From",
            "To",
            "Reply-To",
            "Subject",
            "Date",
            "Message-ID",
            "In-Reply-To",
            "References",
            "Thread-Topic",
        ),
        *("Content-Language", "Auto-Submitted", "X-Auto-Response-Suppress", "X-Intake-Gateway"),
        *("MIME-Version", "Content-Type"),
    ]


def test_an_automatic_answer_says_that_it_is_one() -> None:
    """Two help desks must not answer each other for ever (L-15, RELIABILITY T20, RFC 3834)."""
    mail = read_back(TO_A_CUSTOMER)
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"


def test_automatic_mail_that_answers_nothing_is_auto_generated() -> None:
    """An alert is no reply; lists of colleagues take it as long as it claims no more (L-14)."""
    mail = read_back(STAFF_ALERT)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Precedence" not in mail


def test_an_engineers_own_words_are_not_marked_as_automatic_but_still_as_ours() -> None:
    """An absence note to a person is welcome; our own mail coming back must be known all the same."""
    mail = read_back(ENGINEERS_WORDS)
    assert "Auto-Submitted" not in mail
    assert "X-Auto-Response-Suppress" not in mail
    assert mail["X-Intake-Gateway"] == "ob-1"


@pytest.mark.parametrize("outbound", [TO_A_CUSTOMER, STAFF_ALERT, ENGINEERS_WORDS])
def test_every_letter_has_a_return_path_of_its_own(outbound: Outbound) -> None:
    """What comes back there names the letter, and proves that it was ours (F24, L-21); an alert's too (L-14)."""
    assert envelope_from(outbound) == outbound.reply_to.address


def test_the_thread_topic_is_the_subject_without_its_reply_marks() -> None:
    """Outlook groups by it (L-38)."""
    mail = read_back(replace(TO_A_CUSTOMER, subject="Re: 回复：FW: 交换机不通"))
    assert (mail["Subject"], mail["Thread-Topic"]) == ("Re: 回复：FW: 交换机不通", "交换机不通")
    assert "Thread-Topic" not in read_back(replace(TO_A_CUSTOMER, subject="Re:"))


def test_a_customers_thread_index_can_be_echoed_whole() -> None:
    """Outlook needs it back as it was (L-38): long, in one piece, never encoded."""
    index = "Ac" + "x" * 298
    outbound = replace(TO_A_CUSTOMER, extra_headers={"Thread-Index": index})
    assert f"Thread-Index: {index}\r\n".encode() in written(outbound)


@pytest.mark.parametrize(
    "name", ["Bcc", "From", "precedence", "Content-Type", "Resent-To", "X: y", "", "名", "X\r\nY"]
)
def test_an_extra_header_cannot_take_the_place_of_ours(name: str) -> None:
    """A mistake of our own code, found at once (RELIABILITY T10)."""
    with pytest.raises(ValueError, match="extra header"):
        written(replace(TO_A_CUSTOMER, extra_headers={name: "x"}))


# --- threading -------------------------------------------------------------------------------------------------


def test_long_message_ids_are_written_whole_and_plain() -> None:
    """The standard library encodes an 85-character id of Office 365, and Exchange drops the header (L-36)."""
    office = f"<{'A0' * 60}@PR3PR09MB1234.eurprd09.prod.outlook.example>"
    mail = replace(TO_A_CUSTOMER, in_reply_to=office, references=(office, "<b@c>"))
    assert f"In-Reply-To: {office}\r\n".encode() in written(mail)
    assert f"References: {office}\r\n <b@c>\r\n".encode() in written(mail)


def test_references_keep_the_first_and_the_last_ids_within_1500_characters() -> None:
    """Relays refuse long ones (L-39); the first names the thread, the last ones the branch."""
    ids = [f"<{number:03}{'x' * 60}@customer.example>" for number in range(200)]
    thread = read_back(replace(TO_A_CUSTOMER, references=tuple(ids), in_reply_to=ids[-1]))[
        "References"
    ].split()
    assert thread[0] == ids[0]
    assert thread[1:] == ids[-len(thread) + 1 :]
    assert 1400 < len(" ".join(thread)) <= 1500


def test_the_longest_two_ids_still_fit() -> None:
    """The cap must not cost the message that is answered."""
    first, last = (f"<{letter * 745}@c>" for letter in "ab")
    thread = read_back(replace(TO_A_CUSTOMER, references=(first, "<m@c>"), in_reply_to=last))["References"]
    assert thread.split() == [first, last]


def test_the_message_answered_ends_the_references_once() -> None:
    """RFC 5322 §3.6.4, whether or not the caller has put it there already."""
    mail = replace(TO_A_CUSTOMER, references=("<a@c>", "<b@c>"), in_reply_to="<b@c>")
    assert read_back(mail)["References"].split() == ["<a@c>", "<b@c>"]


@pytest.mark.parametrize(
    "odd", ["no brackets", "<张@c>", "<a b@c>", "<a@c>\r\nBcc: x@y", "<" + "x" * 800 + ">", "", "<>"]
)
def test_what_is_no_message_id_is_left_out(odd: str) -> None:
    """Better no thread than a broken header (L-36); the mail itself always goes."""
    mail = read_back(replace(TO_A_CUSTOMER, references=(odd,), in_reply_to=odd))
    assert "References" not in mail
    assert "In-Reply-To" not in mail


def test_a_bare_token_becomes_a_message_id_of_our_domain() -> None:
    """So that whoever makes tokens need not know how ids are written."""
    assert read_back(replace(TO_A_CUSTOMER, message_id="tok.en"))["Message-ID"] == "<tok.en@vendor.example>"


@pytest.mark.parametrize("broken", ["", "<a b@c>", "<a@c>\r\nBcc: x@y", "中", "<>"])
def test_a_broken_message_id_of_our_own_is_a_mistake_and_no_mail(broken: str) -> None:
    """Without its id a repeated delivery could not be recognised (RELIABILITY F28)."""
    with pytest.raises(ValueError, match="no message id"):
        written(replace(TO_A_CUSTOMER, message_id=broken))


# --- hostile text ----------------------------------------------------------------------------------------------


def test_a_crlf_in_a_decoded_subject_adds_no_header() -> None:
    """`=?utf-8?q?a=0d=0aBcc=3a_v=40x?=` holds a real one (RELIABILITY 0.11): no injection, and no crash either."""
    mail = read_back(replace(TO_A_CUSTOMER, subject="a\r\nBcc: victim@x.example\n\n<html>"))
    assert mail["Subject"] == "a Bcc: victim@x.example <html>"
    assert "Bcc" not in mail


def test_a_display_name_cannot_show_as_an_address_of_somebody_else() -> None:
    """Neither by quoting its way out nor by turning the reading direction (RELIABILITY T15)."""
    name = 'boss" <boss@vendor.example>, "\u202ex'
    mail = read_back(replace(TO_A_CUSTOMER, to=Address(name, "li.lei@customer.example")))
    assert mailbox_of(mail, "To") == ('boss" <boss@vendor.example>, "x', "li.lei@customer.example")


def test_ascii_that_looks_encoded_is_shown_as_it_was_written() -> None:
    """Otherwise a subject could decode into something nobody wrote."""
    subject = "=?utf-8?B?aGFja2Vk?= sincerely"
    assert read_back(replace(TO_A_CUSTOMER, subject=subject))["Subject"] == subject


def test_a_giant_subject_is_cut_with_an_ellipsis() -> None:
    """Relays refuse giant headers; the whole subject stays on the case."""
    subject = str(read_back(replace(TO_A_CUSTOMER, subject="长" * 100_000))["Subject"])
    assert subject == "长" * 249 + "…"


def test_the_last_gate_refuses_a_header_nobody_intended() -> None:
    """If folding were ever wrong, no such mail leaves (RELIABILITY T10)."""
    check_head(b"Subject: a\r\n b\r\n\r\n", ["Subject"])
    for wrong in (
        b"Subject: a\r\nBcc: b\r\n\r\n",
        b"Subject: a\rBcc: b\r\n\r\n",
        b"Subject: a\r\n\r\nb\r\n\r\n",
    ):
        with pytest.raises(ValueError, match="not those intended"):
            check_head(wrong, ["Subject"])


@pytest.mark.parametrize(
    "hostile",
    [
        *(
            "",
            "@",
            "a@",
            "@b.example",
            "no-at",
            "a b@c.example",
            "a@b@c.example",
            "<a@b.example>",
            "张伟@b.example",
        ),
        *(
            '"a b"@c.example',
            "a@b..example",
            "a@-\u202e.example",
            "a@[127.0.0.1]",
            "a,b@c.example",
            "x" * 300 + "@c.example",
        ),
        *(f"a{chr(control)}@b.example" for control in (*range(0x21), 0x7F, 0x85, 0x2028)),
        *("a@b.example\r\nRCPT TO:<v@x.example>", "a@b.example SIZE=1", "a@\u3002", "a@" + "\u00fc" * 200),
    ],
)
def test_an_address_with_anything_odd_in_it_is_refused_for_good(hostile: str) -> None:
    """It would be a command to the relay or a header to the reader (RELIABILITY T9); a human is told instead."""
    with pytest.raises(DeliveryError) as refused:
        sendable(hostile)
    assert refused.value.permanent
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "odd", ["li lei@customer.example", "李雷@customer.example", "a@b\r\nBcc: c@d", 'a";:,@b', ""]
)
def test_a_mail_to_an_impossible_address_can_still_be_written(odd: str) -> None:
    """The step that owes it must not fail on what a stranger wrote; its delivery does, and a human hears of it."""
    mail = read_back(replace(TO_A_CUSTOMER, to=Address("x", odd)))
    to = cast("AddressHeader", mail["To"])
    assert to.addresses == ()
    ((shown),) = [group.display_name for group in to.groups]
    assert (shown or "") == one_line(odd)
    assert mail.keys() == read_back(TO_A_CUSTOMER).keys()


@pytest.mark.parametrize(
    ("address", "as_written"),
    [
        ("li.lei+a=b@customer.example", "li.lei+a=b@customer.example"),
        ("li@公司.example", "li@xn--55qx5d.example"),
        ("li..lei.@carrier.example", '"li..lei."@carrier.example'),
    ],
)
def test_unusual_but_real_addresses_are_written_correctly(address: str, as_written: str) -> None:
    """Chinese domains and the stray dots of mobile carriers belong to real people."""
    assert sendable(address) == as_written
    mail = read_back(replace(TO_A_CUSTOMER, to=Address(None, address)))
    assert cast("AddressHeader", mail["To"]).addresses[0].domain == as_written.rpartition("@")[2]


# --- every field, any text: what is written is what is read -----------------------------------------------------

ANY_TEXT = st.text(max_size=120) | st.text(
    alphabet=st.sampled_from('\r\n\t\0\x1b\x85\u2028\ud800 ."\\<>@:;,()=?_-+abc中张é😀Bcc'), max_size=120
)
LOCAL = st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,12}(\.[a-z0-9]{1,5})?", fullmatch=True)
ADDRESS = st.builds(
    Address,
    st.none() | ANY_TEXT,
    st.builds("{}@{}.example".format, LOCAL, st.sampled_from(["a", "b-c.d", "公司"])),
)
MESSAGE_ID = st.from_regex(r"<[!-;=?-~]{1,90}@[a-z.]{1,20}>", fullmatch=True)
OUTBOUND = st.builds(
    Outbound,
    id=ANY_TEXT,
    case_number=ANY_TEXT,
    notice=ANY_TEXT,
    role=st.sampled_from(["customer", "engineer"]),
    channel=st.just("mail"),
    sender=ADDRESS,
    to=ADDRESS,
    reply_to=ADDRESS,
    message_id=st.from_regex(r"<[a-z0-9+]{1,90}(\.[a-z0-9]{1,9})?@[a-z]{1,20}>", fullmatch=True),
    subject=ANY_TEXT,
    text=ANY_TEXT,
    html=st.none() | ANY_TEXT,
    language=st.sampled_from(["zh-Hans", "zh-Hant", "en"]) | ANY_TEXT,
    automatic=st.booleans(),
    in_reply_to=st.none() | MESSAGE_ID | ANY_TEXT,
    references=st.lists(MESSAGE_ID | ANY_TEXT, max_size=4).map(tuple),
    extra_headers=st.dictionaries(st.sampled_from(["X-Case", "Thread-Index", "Importance"]), ANY_TEXT),
)


@given(OUTBOUND)
@settings(max_examples=150)
def test_a_reader_finds_every_field_as_it_was_meant(outbound: Outbound) -> None:
    """The differential test of our writer against the standard library's reader, over every field."""
    mail = read_back(outbound)
    for name, address in (("From", outbound.sender), ("To", outbound.to), ("Reply-To", outbound.reply_to)):
        assert mailbox_of(mail, name) == (one_line(address.name or ""), sendable(address.address))
    assert mail["Subject"] == one_line(outbound.subject)
    assert cast("DateHeader", mail["Date"]).datetime == DATE
    assert mail["Message-ID"] == outbound.message_id
    answered = message_ids([outbound.in_reply_to or ""])
    assert mail.get("In-Reply-To", "").split() == answered
    assert mail.get("References", "").split() == message_ids([*outbound.references, *answered])
    assert mail["X-Intake-Gateway"] == one_line(outbound.id)
    for name, value in outbound.extra_headers.items():
        assert mail[name] == one_line(value)
    assert text_of(mail, "plain") == body_as_read(outbound.text)
    assert text_of(mail, "html") == (None if outbound.html is None else body_as_read(outbound.html))


@given(OUTBOUND)
@settings(max_examples=150)
def test_whatever_the_text_the_header_names_are_those_intended(outbound: Outbound) -> None:
    """Nothing from outside adds, repeats or removes a header (RELIABILITY T10)."""
    names = read_back(outbound).keys()
    always = {"From", "To", "Reply-To", "Subject", "Date", "Message-ID", "X-Intake-Gateway", "MIME-Version"}
    sometimes = {"In-Reply-To", "References", "Thread-Topic", "Content-Language", "Content-Transfer-Encoding"}
    automatic = {"Auto-Submitted", "X-Auto-Response-Suppress"}
    assert len(names) == len(set(names))
    expected = (
        always | {"Content-Type", *outbound.extra_headers} | (automatic if outbound.automatic else set[str]())
    )
    assert expected <= set(names) <= expected | sometimes


@given(OUTBOUND)
@settings(max_examples=150)
def test_every_line_is_short_ascii_and_ends_in_crlf(outbound: Outbound) -> None:
    """What every relay takes, 8BITMIME or not (RFC 5322 §2.1.1), with no lone CR or LF to smuggle by."""
    raw = written(outbound)
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line or b"\0" in line for line in lines)
    assert max(map(len, lines)) <= 998
    assert lines[-1] == b""


@given(st.text(alphabet=st.sampled_from("a é中😀"), max_size=250))
@settings(max_examples=100)
def test_encoded_words_are_short_and_each_makes_sense_alone(subject: str) -> None:
    """At most 75 characters, and no character torn between two words (RFC 2047 §2 and §5)."""
    raw = written(replace(TO_A_CUSTOMER, subject=subject)).decode()
    for word in re.findall(r"=\?utf-8\?B\?\S*\?=", raw):
        assert len(word) <= 75
        ((data, charset),) = decode_header(word)
        assert isinstance(data, bytes)
        assert charset == "utf-8"
        data.decode()


def test_the_same_message_is_the_same_bytes() -> None:
    """A delivery in doubt is repeated with the same bytes, so that receivers can drop it (RELIABILITY G8)."""
    assert written(TO_A_CUSTOMER) == written(replace(TO_A_CUSTOMER))
    assert written(TO_A_CUSTOMER) != compose(TO_A_CUSTOMER, date=datetime.now(UTC), domain=DOMAIN)


def test_no_text_can_end_its_part_early() -> None:
    """Even one that quotes our own boundary stays inside its part."""
    raw = written(TO_A_CUSTOMER)
    match = re.search(rb'boundary="(.*)"', raw)
    assert match
    attack = f"--{match[1].decode()}--\n\nafter the end\n"
    mail = read_back(replace(TO_A_CUSTOMER, text=attack, html=attack))
    assert (text_of(mail, "plain"), text_of(mail, "html")) == (attack, attack)
