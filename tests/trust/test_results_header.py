"""Authentication-Results: our border's word, and everything that only looks like it (T6, L-58)."""

from dataclasses import replace

import pytest

from gateway.messages import Envelope
from gateway.trust.authentication import Authentication, authenticate
from gateway.trust.results_header import Finding, read_results
from gateway.trust.rules import TrustRules
from tests.trust.fake_dns import FakeResolver
from tests.trust.letters import AT, LETTER, SENDER, sign

BORDER = TrustRules(
    border_names=("mx.yunling.example", ".inside.yunling.example"),
    authserv_id="mx.yunling.example",
    border_strips=True,
    trusted_sources=frozenset({"lmtp", "imap:support"}),
)
OVER_LMTP = Envelope("lmtp", "lin.yu@hexiang.example", ("support@yunling.example",))
OURS = b"Received: from mail.hexiang.example (x [198.51.100.7])\r\n\tby mx.yunling.example (Postfix) with ESMTPS;\r\n"
INSIDE = b"Received: from mx (by stranger.example)\r\n by a.inside.yunling.example with LMTP; today\r\n"


def results(stated: bytes, server: bytes = b"mx.yunling.example") -> bytes:
    return b"Authentication-Results: " + server + b"; " + stated + b"\r\n"


PASS = results(b"dmarc=pass header.from=hexiang.example")


def judge(
    raw: bytes, envelope: Envelope = OVER_LMTP, rules: TrustRules = BORDER, policy: str = ""
) -> Authentication:
    dns = FakeResolver({("_dmarc.hexiang.example", "TXT"): (policy,)} if policy else {})
    return authenticate(raw, envelope, SENDER, rules, dns, AT)


@pytest.mark.parametrize(
    "raw",
    [
        PASS + OURS + LETTER,
        OURS + PASS + LETTER,
        INSIDE + OURS + PASS + LETTER,
        b"Return-Path: <x@y.example>\r\n" + INSIDE + PASS + OURS + LETTER,
        OURS + results(b"spf=none") + PASS + LETTER,
        OURS + results(b"dkim=pass header.d=other.example; dkim=pass header.d=mail.hexiang.example") + LETTER,
        OURS + results(b'dkim=pass (2048-bit key) reason="good; fine" header.i=@hexiang.example') + LETTER,
        OURS + results(b"spf=pass smtp.mailfrom=bounce@hexiang.example") + LETTER,
        OURS + results(b"dmarc=pass header.from=hexiang.example", b"MX.Yunling.Example 1") + LETTER,
    ],
)
def test_what_our_border_found_counts(raw: bytes) -> None:
    """Above or below our own Received, from one filter or several, as servers in use write them."""
    judged = judge(raw)
    assert (judged.result, judged.means) == ("pass", "authentication-results")


FORGED = {
    "without any Received of ours": LETTER.replace(b"From:", PASS + b"From:"),
    "below the border's Received and a stranger's": OURS + LETTER.replace(b"From:", PASS + b"From:"),
    "below a second Received in our name": OURS + results(b"spf=none") + OURS + PASS + LETTER,
    "of another server": OURS
    + results(b"dmarc=pass header.from=hexiang.example", b"mx.evil.example")
    + LETTER,
    "under our own, which decides": OURS + results(b"dmarc=fail header.from=hexiang.example") + PASS + LETTER,
    "of another version": OURS
    + results(b"dmarc=pass header.from=hexiang.example", b"mx.yunling.example 2")
    + LETTER,
    "of another domain": OURS + results(b"dmarc=pass header.from=evil.example") + LETTER,
    "of a subdomain, where DMARC names the From": OURS
    + results(b"dmarc=pass header.from=a.hexiang.example")
    + LETTER,
    "a stranger's signature": OURS + results(b"dkim=pass header.d=evil.example") + LETTER,
    "a stranger's path": OURS + results(b"spf=pass smtp.mailfrom=hexiang.example@evil.example") + LETTER,
    "in a comment": OURS + results(b"none (dmarc=pass header.from=hexiang.example)") + LETTER,
    "in a quoted string": OURS
    + results(b'dkim=fail reason="; dmarc=pass header.from=hexiang.example"')
    + LETTER,
    "with half a comment": OURS + results(b"dmarc=pass header.from=hexiang.example; spf=none (") + LETTER,
    "with half a quoted string": OURS
    + results(b'dmarc=pass header.from=hexiang.example; spf=none reason="')
    + LETTER,
    "not well formed": OURS + results(b"dmarc=pass header.from=hexiang.example; spf") + LETTER,
    "by a method nobody knows": OURS + results(b"iprev=pass header.from=hexiang.example") + LETTER,
    "not a pass": OURS + results(b"dmarc=bestguesspass header.from=hexiang.example") + LETTER,
}


@pytest.mark.parametrize("raw", FORGED.values(), ids=FORGED)
def test_anything_else_is_no_pass(raw: bytes) -> None:
    """T6: whoever writes to us may write any header, and only what our border wrote on top of it is ours."""
    assert judge(raw).result != "pass"


@pytest.mark.parametrize(
    ("rules", "envelope"),
    [
        (replace(BORDER, border_strips=False), OVER_LMTP),
        (replace(BORDER, authserv_id=""), OVER_LMTP),
        (replace(BORDER, trusted_sources=frozenset({"imap:support"})), OVER_LMTP),
        (BORDER, Envelope("smtp", "x@y.example", (), "198.51.100.7")),
        (BORDER, Envelope("imap:other", "", ())),
        (TrustRules(), OVER_LMTP),
    ],
)
def test_nothing_counts_unless_the_owner_said_all_of_it(rules: TrustRules, envelope: Envelope) -> None:
    """RFC 8601 §5: without a border that strips forged fields, and a way in that only it uses, they prove nothing."""
    assert judge(OURS + PASS + LETTER, envelope, rules).result == "none"


def test_the_border_does_not_make_good_a_signature_over_a_part() -> None:
    """RELIABILITY 0.19: `dkim=pass` does not say that `l=` was used; SPF is untouched by it."""
    raw = sign(length=True)
    stated = b"dkim=pass header.d=hexiang.example; dmarc=pass header.from=hexiang.example"
    assert judge(OURS + results(stated) + raw).result == "none"
    assert judge(OURS + results(stated + b"; spf=pass smtp.mailfrom=hexiang.example") + raw).result == "pass"


def test_our_own_check_comes_first_and_the_border_s_temporary_error_stays_one() -> None:
    """The border checked before lists and filters of ours changed the mail; but its silence is no proof either."""
    broken = sign().replace(b"nobody", b"everybody")
    assert judge(OURS + PASS + broken).means == "authentication-results"
    stated = b"dkim=temperror header.d=hexiang.example"
    assert judge(OURS + results(stated) + LETTER).result == "temperror"
    assert judge(OURS + results(b"dmarc=fail header.from=hexiang.example") + LETTER).result == "fail"


def test_strict_alignment_holds_for_the_border_s_results_too() -> None:
    """The border says what it proved; which proof is enough is the From domain's policy."""
    raw = OURS + results(b"dkim=pass header.d=mail.hexiang.example") + LETTER
    assert judge(raw, policy="v=DMARC1; p=none; adkim=r").result == "pass"
    assert judge(raw, policy="v=DMARC1; p=none; adkim=s").result == "none"


def test_a_field_is_read_as_rfc_8601_writes_it() -> None:
    """Appendix B: comments, versions, quoted strings, properties, and `none`."""
    text = (
        'example.com 1; spf=pass (a (nested) comment) smtp.mailfrom="a\\"b"@example.net;'
        ' dkim/1 = pass reason="good; really" header.i=@mail.example;'
    )
    assert read_results(text.replace('"a\\"b"@example.net', "example.net"), "example.com") == (
        Finding("spf", "pass", {"smtp.mailfrom": "example.net"}),
        Finding("dkim", "pass", {"header.i": "@mail.example"}),
    )
    assert read_results("example.org 1; none", "example.org") == ()
    assert read_results("example.org; dkim/2=pass header.d=x.example", "example.org") == ()
