"""SPF: evaluated for strangers' servers only, aligned only, and never for longer than it may take."""

from ipaddress import ip_network

import pytest

from gateway.messages import Envelope
from gateway.trust.authentication import Authentication, authenticate
from gateway.trust.dns import Kind
from gateway.trust.rules import TrustRules
from gateway.trust.spf_check import MAX_QUESTIONS
from tests.trust.fake_dns import FakeResolver
from tests.trust.letters import AT, DOMAIN, LETTER, RULES, SENDER

PEER = "198.51.100.7"
Zone = dict[tuple[str, Kind], tuple[str, ...]]


def zone(record: str, more: Zone | None = None, domain: str = DOMAIN) -> Zone:
    return {(domain, "TXT"): (record,), **(more or {})}


def judge(
    records: Zone,
    peer: str = PEER,
    mail_from: str = "bounce@hexiang.example",
    source: str = "smtp",
    rules: TrustRules = RULES,
    silent: tuple[str, ...] = (),
) -> tuple[Authentication, FakeResolver]:
    dns = FakeResolver(records, silent)
    envelope = Envelope(source, mail_from, ("support@yunling.example",), peer)
    return authenticate(LETTER, envelope, SENDER, rules, dns, AT), dns


@pytest.mark.parametrize(
    ("record", "more"),
    [
        ("v=spf1 ip4:198.51.100.0/24 -all", {}),
        ("v=spf1 a:mail.hexiang.example -all", {("mail.hexiang.example", "A"): (PEER,)}),
        (
            "v=spf1 mx -all",
            {(DOMAIN, "MX"): ("10 mx.hexiang.example",), ("mx.hexiang.example", "A"): (PEER,)},
        ),
        ("v=spf1 include:mail.example -all", {("mail.example", "TXT"): ("v=spf1 ip4:198.51.100.7 -all",)}),
        (
            "v=spf1 redirect=mail.example",
            {("mail.example", "TXT"): ("other", "v=spf1 ip4:198.51.100.7 -all")},
        ),
        ("v=spf1 exists:%{i}._spf.%{d} -all", {("198.51.100.7._spf.hexiang.example", "A"): ("127.0.0.2",)}),
        (
            "v=spf1 ptr -all",
            {
                ("7.100.51.198.in-addr.arpa", "PTR"): ("h.hexiang.example",),
                ("h.hexiang.example", "A"): (PEER,),
            },
        ),
    ],
)
def test_a_server_that_the_domain_names_may_send_for_it(record: str, more: Zone) -> None:
    """Every mechanism of RFC 7208, by our resolver and in the shapes that pyspf expects."""
    judged, _ = judge(zone(record, more))
    assert (judged.result, judged.means) == ("pass", "spf")
    assert judge(zone(record, more), peer="203.0.113.9")[0].result != "pass"


def test_ipv6_is_read_too() -> None:
    """A client may come by either family."""
    records = zone("v=spf1 a:m.hexiang.example -all", {("m.hexiang.example", "AAAA"): ("2001:db8::7",)})
    assert judge(records, peer="2001:db8::7")[0].result == "pass"
    assert judge(records, peer="2001:db8::8")[0].result == "fail"


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1 -all", "fail"),
        ("v=spf1 ~all", "none"),
        ("v=spf1 ?all", "none"),
        ("v=spf1 nonsense:x -all", "none"),
        ("v=spf2.0/pra +all", "none"),
        ("v=spf1 " + "ip4:192.0.2.1 " * 400 + "+all", "none"),
        ("v=spf1 a:\xff.example +all", "none"),
    ],
)
def test_only_pass_is_pass(record: str, result: str) -> None:
    """Softfail, neutral, errors and records of absurd length prove nothing."""
    assert judge(zone(record))[0].result == result


@pytest.mark.parametrize(
    ("mail_from", "asked"),
    [("eve@evil.example", False), ("", False), ("bounce@mail.hexiang.example", True), ("x@localhost", False)],
)
def test_the_return_path_must_speak_for_the_from_domain(mail_from: str, asked: bool) -> None:
    """T1: eve may send for her own domain as she likes. A null path has only the greeting, which we do not keep."""
    records = zone("v=spf1 +all", {("evil.example", "TXT"): ("v=spf1 +all",)})
    records[("mail.hexiang.example", "TXT")] = ("v=spf1 +all",)
    judged, dns = judge(records, mail_from=mail_from)
    assert (judged.result == "pass") is asked
    assert any(not name.startswith("_dmarc") for name, _ in dns.asked) is asked


def test_strict_alignment_is_honoured() -> None:
    """aspf=s: a subdomain's return path does not speak for the domain."""
    records: Zone = {("mail.hexiang.example", "TXT"): ("v=spf1 +all",)}
    policy: Zone = {("_dmarc.hexiang.example", "TXT"): ("v=DMARC1; p=none; aspf=s",)}
    assert judge(records, mail_from="x@mail.hexiang.example")[0].result == "pass"
    assert judge(records | policy, mail_from="x@mail.hexiang.example")[0].result == "none"


@pytest.mark.parametrize(
    ("peer", "source"),
    [
        ("10.0.0.5", "smtp"),
        ("127.0.0.1", "smtp"),
        (PEER, "lmtp"),
        ("", "imap:support"),
        ("list", "smtp"),
        ("", "smtp"),
    ],
)
def test_what_our_own_servers_pass_on_has_no_spf(peer: str, source: str) -> None:
    """Behind a border host the client is the border: its address says nothing of who sent the mail."""
    rules = TrustRules(border_hosts=(ip_network("10.0.0.0/8"),))
    judged, dns = judge(zone("v=spf1 +all"), peer=peer, source=source, rules=rules)
    assert judged.result == "none"
    assert (DOMAIN, "TXT") not in dns.asked


def test_a_record_of_a_shape_that_nobody_foresaw_is_no_pass_and_no_exception() -> None:
    """pyspf takes records at their word; whatever it then trips over, the mail is taken in."""
    records = zone("v=spf1 mx +all", {(DOMAIN, "MX"): ("neither number nor host",)})
    assert judge(records)[0].result == "none"


def test_a_silent_name_server_is_a_temporary_error_and_never_a_pass() -> None:
    """Even where a later mechanism would have let it pass."""
    record = "v=spf1 include:silent.example +all"
    assert judge(zone(record), silent=("silent.example",))[0].result == "temperror"
    assert judge({}, silent=(DOMAIN,))[0].result == "temperror"


@pytest.mark.parametrize(
    "records",
    [
        {(DOMAIN, "TXT"): ("v=spf1 redirect=hexiang.example",)},
        {
            (DOMAIN, "TXT"): ("v=spf1 include:a.example +all",),
            ("a.example", "TXT"): ("v=spf1 include:b.example",),
            ("b.example", "TXT"): ("v=spf1 include:a.example",),
        },
        {
            (DOMAIN, "TXT"): ("v=spf1 redirect=a.example",),
            ("a.example", "TXT"): ("v=spf1 redirect=hexiang.example",),
        },
        {(DOMAIN, "TXT"): ("v=spf1 exp=a.example redirect=hexiang.example",)},
        {
            (DOMAIN, "TXT"): ("v=spf1 " + " ".join(f"include:i{n}.example" for n in range(60)) + " +all",),
            **{(f"i{n}.example", "TXT"): ("v=spf1 ?all",) for n in range(60)},
        },
        {
            (DOMAIN, "TXT"): ("v=spf1 " + " ".join(f"mx:m{n}.example" for n in range(10)) + " +all",),
            **{(f"m{n}.example", "MX"): tuple(f"10 x{i}.m{n}.example" for i in range(10)) for n in range(10)},
            **{(f"x{i}.m{n}.example", "A"): ("192.0.2.1",) for n in range(10) for i in range(10)},
        },
        {(DOMAIN, "TXT"): ("v=spf1 a:a.void.example a:b.void.example a:c.void.example +all",)},
    ],
    ids=[
        "redirect to itself",
        "include loop",
        "redirect loop",
        "explained loop",
        "includes",
        "mx fan",
        "void",
    ],
)  # fmt: skip - one zone a line
def test_loops_and_fans_end_without_a_pass(records: Zone) -> None:
    """RFC 7208 §4.6.4: ten look-ups, two empty answers, and our own bound on the questions they lead to."""
    judged, dns = judge(records)
    assert judged.result == "none"
    assert len(dns.asked) <= MAX_QUESTIONS + 2


@pytest.mark.parametrize(
    "terms",
    [
        "a:" + "%{l}" * 480 + ".example",
        "a:%{d}" + ".a" * 1000 + ".example",
        "exists:" + "%{s99r.-+,/_=}" * 140 + ".example",
        "%" * 2000,
        "=" * 2000,
        "a:" + "%{" * 1000,
    ],
)
def test_a_record_made_to_be_slow_is_read_to_its_end(terms: str) -> None:
    """pyspf looks through a whole record once for every label of it: the longest that it is given takes milliseconds,
    and one of 64 kB would take minutes."""
    for record in (f"v=spf1 {terms} ~all", f"v=spf1 {terms * 32} ~all"):
        judged, _ = judge(zone(record), mail_from="." * 300 + "@hexiang.example")
        assert judged.result == "none"
