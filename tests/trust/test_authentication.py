"""Authentication of whole messages: what proves a From domain, and what only seems to."""

import re
from datetime import timedelta
from ipaddress import ip_network

import pytest

from gateway.messages import Address, Envelope
from gateway.trust.authentication import Authentication, authenticate
from gateway.trust.dns import Kind, Resolver
from gateway.trust.rules import TrustRules
from tests.trust.fake_dns import FakeResolver
from tests.trust.letters import (
    AT,
    DOMAIN,
    FROM_OUTSIDE,
    LETTER,
    OVER_LMTP,
    RULES,
    SENDER,
    dkimpy_accepts,
    keys,
    resolver,
    sign,
    signature,
    with_policy,
)
from tests.trust.rsa import make_key, public_record


def judge(
    raw: bytes,
    dns: Resolver | None = None,
    envelope: Envelope = OVER_LMTP,
    sender: Address | None = SENDER,
    rules: TrustRules = RULES,
) -> Authentication:
    return authenticate(raw, envelope, sender, rules, dns or resolver(), AT)


KEY_NAME: tuple[str, Kind] = ("s1._domainkey.hexiang.example", "TXT")


def from_(written: bytes) -> bytes:
    return LETTER.replace(b"Lin Yu <lin.yu@hexiang.example>", written)


# ----------------------------------------------------------------------------------------------------- DKIM


@pytest.mark.parametrize("header_form", [b"simple", b"relaxed"])
@pytest.mark.parametrize("body_form", [b"simple", b"relaxed"])
@pytest.mark.parametrize("bits", [1024, 1536])
def test_an_aligned_signature_proves_the_from_domain(header_form: bytes, body_form: bytes, bits: int) -> None:
    """The ordinary case, in every canonical form (RELIABILITY 2.1 rule 3)."""
    raw = sign(bits=bits, canonicalize=(header_form, body_form))
    judged = judge(raw, FakeResolver(keys(bits=bits)))
    assert (judged.result, judged.means, judged.domain) == ("pass", "dkim", DOMAIN)


def test_a_message_kept_with_bare_line_feeds_is_checked_as_it_was_sent() -> None:
    """A file on disk, as `gateway import` reads it, has lost its CRs; the signature was made with them."""
    assert judge(sign().replace(b"\r\n", b"\n")).result == "pass"


def test_a_mailbox_file_s_own_first_line_is_no_part_of_the_message() -> None:
    """An mbox puts `From lin.yu Mon Nov 23` before the header."""
    assert judge(b"From lin.yu@hexiang.example Mon Nov 23 09:00:00 2026\r\n" + sign()).result == "pass"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"nobody", b"everybody"),
        (b"Login fails", b"#close"),
        (b"17:00", b"18:00"),
        (b"lin.yu@h", b"LIN.yu@h"),
    ],
)
def test_whatever_was_signed_and_is_changed_breaks_the_signature(before: bytes, after: bytes) -> None:
    """Body, subject, date and From: a signature for one message must not serve for another."""
    judged = judge(sign().replace(before, after))
    assert (judged.result, judged.means) == ("fail", "dkim")


def test_a_signature_over_a_part_of_the_body_never_counts() -> None:
    """RELIABILITY 0.19: what is appended after `l=` bytes verifies, so anybody may write it (L-58)."""
    raw = sign(length=True)
    assert dkimpy_accepts(raw + b"#close\r\n"), "the premise"
    for letter in (raw, raw + b"#close\r\n"):
        judged = judge(letter)
        assert judged.result == "none"
        assert "l=" in judged.evidence


@pytest.mark.parametrize("unsigned", ["from", "subject"])
def test_from_and_subject_must_be_signed(unsigned: str) -> None:
    """Who says what about what: an unsigned one could be exchanged (L-58)."""
    raw = (
        sign().replace(b"h=from : to", b"h=to")
        if unsigned == "from"
        else sign(include_headers=["from", "to"])
    )
    judged = judge(raw)
    assert judged.result == "none"
    assert f"does not cover the {unsigned}" in judged.evidence


@pytest.mark.parametrize(
    "added", [b"Subject: #close\r\n", b"Content-Type: text/html\r\n", b"Date: today\r\n"]
)
def test_a_second_field_added_to_a_signed_message_spoils_it(added: bytes) -> None:
    """dkimpy signs the lowest of a name, and a reader may show the uppermost (RFC 6376 §8.15)."""
    judged = judge(added + sign())
    assert judged.result == "none"
    assert "more than one" in judged.evidence


def test_a_signature_past_its_expiry_never_counts() -> None:
    """T40: an old letter, sent once more, has a true signature for ever but for `x=`."""
    moment = int(AT.timestamp())
    plain = re.sub(rb"t=\d+;", b"", sign())  # dkimpy signs by the real clock
    expired = plain.replace(b"q=dns/txt;", b"q=dns/txt; x=%d;" % moment)
    judged = judge(expired)
    assert judged.result == "none"
    assert "expired" in judged.evidence
    in_force = plain.replace(b"q=dns/txt;", b"q=dns/txt; x=%d;" % (moment + 10**6))
    assert "expired" not in judge(in_force).evidence
    later = authenticate(in_force, OVER_LMTP, SENDER, RULES, resolver(), AT + timedelta(days=30))
    assert "expired" in later.evidence


def test_a_key_below_1024_bits_never_counts_and_is_named() -> None:
    """Such keys are broken in hours; the sentence tells the owner of the domain what is wrong."""
    judged = judge(sign(bits=768), FakeResolver(keys(bits=768)))
    assert judged.result == "none"
    assert "768 bits" in judged.evidence


def test_sha1_never_counts() -> None:
    """RFC 8301 §3.1."""
    judged = judge(sign(signature_algorithm=b"rsa-sha1"))
    assert judged.result == "none"
    assert "rsa-sha256" in judged.evidence


@pytest.mark.parametrize(
    "record",
    [
        "",
        "v=DKIM1; p=",
        "v=DKIM1; k=ed25519; p=AAAA",
        "v=DKIM2; p=AAAA",
        "v=DKIM1; s=tlsrpt; p=AAAA",
        "v=DKIM1; h=sha1; p=AAAA",
        "v=DKIM1; p=not base64!",
        "v=DKIM1; p=MAA=",
        "v=DKIM1; p=" + "A" * 3000,
        "p=A; p=B",
        "\xff\x00;;;===",
    ],
)
def test_a_key_that_is_revoked_foreign_or_nonsense_proves_nothing(record: str) -> None:
    """The record is the stranger's own to write (RFC 6376 §3.6.1)."""
    assert judge(sign(), FakeResolver({("s1._domainkey.hexiang.example", "TXT"): (record,)})).result == "none"


@pytest.mark.parametrize(
    "records",
    [
        ("{key}; s=tlsrpt",),
        ("{key}; h=sha1",),
        ("{key}; k=ed25519",),
        ("{key}; v=DKIM2",),
        ("{key}", "{key}"),
        ("x{key}",),
    ],
)
def test_a_good_key_that_is_not_meant_for_this_proves_nothing(records: tuple[str, ...]) -> None:
    """The numbers would do; the owner says that they must not, or contradicts itself."""
    key = make_key().record
    published = [record.replace("{key}", key) for record in records]
    assert judge(sign(), FakeResolver({KEY_NAME: published})).result == "none"
    honest = [f"{key}; s=tlsrpt:email; h=sha1:sha256; t=y; n=a note"]
    assert judge(sign(), FakeResolver({KEY_NAME: honest})).result == "pass"


def test_a_key_for_exactly_its_domain_does_not_sign_for_hosts_below() -> None:
    """Flag `t=s` (RFC 6376 §3.6.1)."""
    raw = sign(identity=b"@mail.hexiang.example")
    assert judge(raw).result == "pass"
    judged = judge(raw, FakeResolver({KEY_NAME: (make_key().record + "; t=y:s",)}))
    assert (judged.result, "subdomains" in judged.evidence) == ("none", True)
    assert judge(sign(), FakeResolver({KEY_NAME: (make_key().record + "; t=s",)})).result == "pass"


@pytest.mark.parametrize(("bits", "exponent"), [(16_384, 65_537), (2048, (1 << 64) + 1), (2048, 1)])
def test_a_key_out_of_all_proportion_is_not_computed_with(bits: int, exponent: int) -> None:
    """A modulus and an exponent of 32 kB each would hold the processor for minutes."""
    record = public_record((1 << bits - 1) + 1, exponent)
    assert "proportion" in judge(sign(), FakeResolver({KEY_NAME: (record,)})).evidence


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b"i=@hexiang.example", b"i=@evil.example", "domain"),
        (b"i=@hexiang.example", b"i=@evilhexiang.example", "domain"),
        (b"q=dns/txt", b"q=http/get", "unknown place"),
        (b"q=dns/txt", b"q=dns/txt; x=1", "expired"),
        (b"q=dns/txt", b"q=dns/txt; x=soon", "times"),
        (b"c=relaxed/simple", b"c=nofws", "canonical"),
        (b"s=s1", b"s=s 1", "selector"),
        (b"v=1;", b"v=2;", "not written as one"),
        (b"v=1;", b"", "not written as one"),
        (b"bh=", b"bh=*", "not written as one"),
    ],
)
def test_a_signature_that_breaks_a_rule_is_named_and_not_computed(
    before: bytes, after: bytes, reason: str
) -> None:
    """Judged by what it says of itself, before a question is asked (RFC 6376 §6.1.1)."""
    dns = resolver()
    judged = judge(sign().replace(before, after, 1), dns)
    assert judged.result == "none"
    assert reason in judged.evidence
    assert KEY_NAME not in dns.asked


def test_a_signature_that_expires_before_it_was_made_has_expired() -> None:
    """RFC 6376 §3.5: `x=` must be greater than `t=`, whatever the clock of the receiver."""
    tags = b"q=dns/txt; x=%d" % (int(AT.timestamp()) + 1000)
    raw = re.sub(rb"t=\d+;", b"t=99999999999;", sign()).replace(b"q=dns/txt", tags)
    assert "expired" in judge(raw).evidence


def test_what_may_yet_be_proved_is_not_called_untrue() -> None:
    """One signature broken on the way, another that could not be looked up: asking later may help."""
    raw = signature(selector="s2") + sign().replace(b"nobody", b"everybody")
    assert judge(raw.replace(b"bh=OYD", b"bh=OYE", 1)).result == "fail"
    whole = signature(selector="s2") + signature().replace(b"bh=OYD", b"bh=OYE") + LETTER
    assert judge(whole, FakeResolver(keys(), silent=["s2._domainkey.hexiang.example"])).result == "temperror"


def test_several_signatures_are_tried_until_one_holds() -> None:
    """A list on the way adds its own, and an old key may still sign beside the new one."""
    raw = sign(sign(), domain="list.example", selector="l")
    assert judge(b"DKIM-Signature: v=1; d=hexiang.example; nonsense\r\n" + raw).result == "pass"


def test_no_more_than_five_signatures_are_weighed() -> None:
    """Each may cost a question and a computation; nobody honest has more that speak for one domain."""
    false = b"".join(signature(selector=f"n{n}") for n in range(8))
    dns = resolver()
    judged = judge(false + sign(), dns)
    assert judged.result != "pass"
    assert sum("_domainkey" in name for name, _ in dns.asked) == 5


def test_a_stranger_s_signature_is_not_even_looked_up() -> None:
    """It proves nothing of the From domain, and the question would tell the stranger that we exist."""
    dns = FakeResolver(keys("evil.example"))
    judged = judge(sign(domain="evil.example"), dns)
    assert judged.result == "none"
    assert not any("evil" in name for name, _ in dns.asked)


# ------------------------------------------------------------------------------------------------ alignment


def test_a_subdomain_may_sign_for_its_organisation_and_the_other_way_round() -> None:
    """RFC 7489 §3.1.1: relaxed alignment is by the organisational domain."""
    assert (
        judge(sign(domain="mail.hexiang.example"), FakeResolver(keys("mail.hexiang.example"))).result
        == "pass"
    )
    below = LETTER.replace(b"@hexiang.example>", b"@sh.hexiang.example>")
    sender = Address(None, "lin.yu@sh.hexiang.example")
    assert judge(sign(below), sender=sender).result == "pass"


def test_strict_alignment_is_honoured() -> None:
    """A domain that says adkim=s does not let its subdomains speak for it."""
    raw = sign(domain="mail.hexiang.example")
    more = keys("mail.hexiang.example")
    assert judge(raw, with_policy("v=DMARC1; p=none; adkim=r", more=more)).result == "pass"
    assert judge(raw, with_policy("v=DMARC1; p=none; adkim=s", more=more)).result == "none"
    assert judge(sign(), with_policy("v=DMARC1; p=none; adkim=s")).result == "pass"


@pytest.mark.parametrize(
    ("signer", "author", "result"),
    [
        ("other.com.cn", "hexiang.com.cn", "none"),
        ("com.cn", "hexiang.com.cn", "none"),
        ("com.cn", "org.cn", "none"),
        ("a.github.io", "b.github.io", "none"),
        ("mail.hexiang.com.cn", "hexiang.com.cn", "pass"),
        ("hexiang.com.cn", "evilhexiang.com.cn", "none"),
    ],
)
def test_neighbours_under_a_public_suffix_are_strangers(signer: str, author: str, result: str) -> None:
    """Whoever registers other.com.cn must not speak for every company in China."""
    letter = LETTER.replace(b"@hexiang.example>", f"@{author}>".encode())
    sender = Address(None, f"lin.yu@{author}")
    assert judge(sign(letter, signer), FakeResolver(keys(signer)), sender=sender).result == result


def test_the_policy_of_the_organisation_holds_for_its_subdomains() -> None:
    """RFC 7489 §6.6.3: where `_dmarc.<from>` has none, the organisational domain's is asked, and `sp` is its word."""
    letter = LETTER.replace(b"@hexiang.example>", b"@sh.hexiang.example>")
    sender = Address(None, "lin.yu@sh.hexiang.example")
    judged = judge(letter, with_policy("v=DMARC1; p=none; sp=reject"), sender=sender)
    assert judged.result == "fail"
    assert "reject" in judged.evidence
    assert judge(LETTER, with_policy("v=DMARC1; p=none; sp=reject")).result == "none"


def test_two_policies_are_none() -> None:
    """RFC 7489 §6.6.3: a domain that contradicts itself has said nothing."""
    dns = FakeResolver({("_dmarc.hexiang.example", "TXT"): ("v=DMARC1; p=reject", "v=DMARC1; p=none")})
    assert judge(LETTER, dns).result == "none"


# ---------------------------------------------------------------------------------------------- silent servers


def test_without_the_policy_a_broken_signature_is_not_the_last_word() -> None:
    """Another one of a subdomain may be good enough, once it is known that the policy lets it speak."""
    raw = signature(domain="mail.hexiang.example") + sign().replace(b"bh=OYD", b"bh=OYE")
    known = {**keys(), **keys("mail.hexiang.example")}
    assert judge(raw, FakeResolver(known, silent=["_dmarc.hexiang.example"])).result == "temperror"
    assert judge(raw, FakeResolver(known)).result == "pass"


@pytest.mark.parametrize("silent", ["s1._domainkey.hexiang.example", "_dmarc.hexiang.example"])
def test_a_silent_name_server_never_makes_a_pass_of_what_might_fail(silent: str) -> None:
    """RELIABILITY 2.1 rule 3: "not authenticated yet"; asking later may help."""
    raw = sign(domain="mail.hexiang.example") if silent.startswith("_dmarc") else sign()
    dns = FakeResolver({**keys(), **keys("mail.hexiang.example")}, silent=[silent])
    assert judge(raw, dns).result == "temperror"


def test_what_satisfies_any_policy_needs_no_policy() -> None:
    """An exactly equal domain is aligned in strict mode too, so silence about the policy changes nothing."""
    assert judge(sign(), FakeResolver(keys(), silent=["_dmarc.hexiang.example"])).result == "pass"


def test_slow_name_servers_cannot_hold_a_message_for_long() -> None:
    """Five signatures, each with a name server that takes its time: the sum is bounded, not only each."""
    raw = b"".join(signature(selector=f"n{n}") for n in range(5)) + LETTER
    dns = FakeResolver(took=4.9)
    judged = judge(raw, dns)
    assert judged.result == "temperror"
    assert len(dns.asked) * 4.9 < 20


# ------------------------------------------------------------------------------------------------------ From


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (b"lin.yu@hexiang.example", "lin.yu@hexiang.example"),
        (b'"Lin, Yu (support); <x@y.example>" <lin.yu@hexiang.example>', "lin.yu@hexiang.example"),
        (b"=?utf-8?B?5p6X?= <Lin.Yu@Hexiang.Example> (work)", "Lin.Yu@hexiang.example"),
        ("林羽 <lin.yu@hexiang.example>".encode("gb18030"), "lin.yu@hexiang.example"),
        (b"Lin Yu\r\n <lin.yu@hexiang.example>", "lin.yu@hexiang.example"),
    ],
)
def test_one_plain_address_is_read_whatever_surrounds_it(written: bytes, address: str) -> None:
    """Names in quotes, comments, encoded words, bare GB18030 and folds are everyday mail."""
    assert judge(sign(from_(written)), sender=Address(None, address)).result == "pass"


def test_an_internationalised_domain_is_proved_by_its_a_labels() -> None:
    """RFC 6532: the From may be UTF-8; DNS and DKIM know xn-- only."""
    letter = from_("林 <lin@和祥.example>".encode())
    domain = "和祥.example".encode("idna").decode()
    judged = judge(sign(letter, domain), FakeResolver(keys(domain)), sender=Address(None, "lin@和祥.example"))
    assert (judged.result, judged.domain) == ("pass", domain)


@pytest.mark.parametrize(
    "written",
    [
        b"lin.yu@hexiang.example, eve@evil.example",
        b"eve@evil.example, Lin Yu <lin.yu@hexiang.example>",
        b"colleagues: lin.yu@hexiang.example;",
        b"Lin Yu <lin.yu@hexiang.example> <eve@evil.example>",
        b"<lin.yu@hexiang.example>, ",
        b"Lin Yu <@evil.example:lin.yu@hexiang.example>",
        b'"lin.yu@hexiang.example"@evil.example',
        b"lin.yu@hexiang.example (",
        b"lin.yu@hexiang.example)",
        b'"lin.yu@hexiang.example',
        b"=?utf-8?Q?lin.yu=40hexiang.example?=",
        b"lin.yu@[192.0.2.1]",
        b"lin.yu@localhost",
        b"lin.yu",
        b"",
    ],
)
def test_a_from_that_two_readers_may_read_differently_proves_nothing(written: bytes) -> None:
    """RELIABILITY 2.1 rule 3 and T5: several addresses, groups, routes; signed or not."""
    judged = judge(sign(from_(written)), with_policy("v=DMARC1; p=reject"))
    assert (judged.result, judged.means, judged.domain) == ("none", None, "")


@pytest.mark.parametrize("second", [b"From: eve@evil.example\r\n", b"FROM: lin.yu@hexiang.example\r\n"])
def test_a_second_from_proves_nothing(second: bytes) -> None:
    """RELIABILITY 0.19: above or below the signed one, equal or not."""
    for raw in (second + sign(), sign(second + LETTER), sign().replace(b"To:", second + b"To:")):
        assert "2 From fields" in judge(raw).evidence


def test_a_message_without_from_proves_nothing() -> None:
    """Nobody is said to have sent it."""
    assert "no From" in judge(LETTER.replace(b"From:", b"X-From:")).evidence


@pytest.mark.parametrize("sender", [None, Address(None, "boss@hexiang.example"), Address("x", "")])
def test_the_proof_is_for_the_sender_that_the_message_is_treated_as(sender: Address | None) -> None:
    """If the parser understood another From than was signed, the signature must not lend it authority."""
    judged = judge(sign(), sender=sender)
    assert judged.result == "none"
    assert "sender it was read as" in judged.evidence


@pytest.mark.parametrize(
    "top",
    [
        b"no field\r\n",
        b" folded into nothing\r\n",
        b"Subject : x\r\n",
        b"X: a\rFrom: eve@evil.example\r\n",
        b"X: \x00\r\n",
        b"X: " + b"a" * 110_000 + b"\r\n",
        b"X: a\r\n" * 1001,
        b"\r\n",
    ],
)
def test_a_header_that_is_not_plainly_one_proves_nothing(top: bytes) -> None:
    """Where two readers may disagree about where a field begins, a signature vouches for neither (T11)."""
    assert judge(top + sign()).result == "none"


# ------------------------------------------------------------------------------------------------------ local


def local(peer: str, source: str = "smtp") -> Envelope:
    return Envelope(source, "lin.yu@hexiang.example", ("support@yunling.example",), peer)


NEVER_TRAVELLED = LETTER.partition(b"\r\n")[2]


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.0.9", "::1", "::ffff:127.0.0.1", "10.1.2.3"])
def test_mail_handed_in_on_this_machine_is_its_sender_s(peer: str) -> None:
    """`make run` and `gateway try` have neither name server nor key; what crossed no network nobody forged."""
    rules = TrustRules(local_hosts=(*RULES.local_hosts, ip_network("10.1.0.0/16")))
    dns = FakeResolver(silent=["_dmarc.hexiang.example"])
    judged = judge(NEVER_TRAVELLED, dns, local(peer), rules=rules)
    assert (judged.result, judged.means) == ("pass", "local")
    assert dns.asked == []


@pytest.mark.parametrize(
    ("raw", "envelope"),
    [
        (LETTER, local("127.0.0.1")),
        (b"Received: x\r\n" + NEVER_TRAVELLED, local("127.0.0.1")),
        (NEVER_TRAVELLED, local("198.51.100.7")),
        (NEVER_TRAVELLED, local("127.0.0.1", "lmtp")),
        (NEVER_TRAVELLED, local("", "imap:support")),
        (NEVER_TRAVELLED, local("127.0.0.1.evil.example")),
    ],
)
def test_what_came_over_a_network_is_not_local(raw: bytes, envelope: Envelope) -> None:
    """A server that relays adds a Received; other channels and other hosts are no programs of ours."""
    assert judge(raw, envelope=envelope).means != "local"


def test_local_mail_too_has_one_sender() -> None:
    """Even a program of ours may pass on a letter with two From lines."""
    assert (
        judge(b"From: eve@evil.example\r\n" + NEVER_TRAVELLED, envelope=local("127.0.0.1")).result == "none"
    )


# ------------------------------------------------------------------------------------------------------- replay


def test_a_replayed_letter_is_still_its_sender_s_wherever_it_comes_from() -> None:
    """T40: DKIM proves who wrote it, not who sent it now. What stops it is the token and the digest, not this room;
    so the envelope must play no part, or a forwarded mail would lose its proof."""
    raw = sign()
    for envelope in (OVER_LMTP, FROM_OUTSIDE, local("203.0.113.9")):
        assert judge(raw, envelope=envelope).result == "pass"
