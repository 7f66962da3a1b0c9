"""The DKIM verifier against dkimpy's own, against everything a stranger may write, and against length."""

import random
from typing import Any

import pytest
from dkim.canonicalization import Relaxed, Simple  # pyright: ignore[reportMissingTypeStubs] - dkimpy has none
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.messages import Address, Envelope
from gateway.trust.authentication import authenticate
from gateway.trust.dkim_signature import canonical_body
from gateway.trust.header_block import cut, network_form
from gateway.trust.rules import TrustRules
from tests.trust.fake_dns import FakeResolver
from tests.trust.letters import (
    AT,
    LETTER,
    OVER_LMTP,
    RULES,
    SENDER,
    dkimpy_accepts,
    keys,
    resolver,
    sign,
    signature,
)
from tests.trust.rsa import make_key

BODIES = st.text(alphabet=" \tab\r\n", max_size=40).map(
    lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n").encode() + b"\r\n"
)
FORMS: dict[str, Any] = {"simple": Simple, "relaxed": Relaxed}


@given(body=BODIES, form=st.sampled_from(["simple", "relaxed"]))
def test_bodies_have_the_canonical_form_of_dkimpy(body: bytes, form: str) -> None:
    """Ours is linear where dkimpy's is not; on every body it must be the same bytes (RFC 6376 §3.4)."""
    assert canonical_body(body, form) == FORMS[form].canonicalize_body(body)


@given(
    subject=st.text(alphabet=" \tab;=:", max_size=20),
    folds=st.lists(st.sampled_from(["\r\n ", "\r\n\t", " ", "\t  "]), max_size=4),
    body=BODIES,
    forms=st.tuples(st.sampled_from([b"simple", b"relaxed"]), st.sampled_from([b"simple", b"relaxed"])),
    flip=st.integers(min_value=0, max_value=10_000),
)
@settings(max_examples=150)
def test_our_verdict_on_a_message_is_dkimpy_s(
    subject: str, folds: list[str], body: bytes, forms: tuple[bytes, bytes], flip: int
) -> None:
    """Whole, and with one letter of header or body exchanged; dkimpy is the peer, on mail that both will judge."""
    subject += "".join(fold + "x" for fold in folds)
    header = f"From: lin.yu@hexiang.example\r\nSubject:{subject}\r\nTo: s@y.example"
    raw = sign(
        header.encode() + b"\r\n\r\n" + body, canonicalize=forms, include_headers=["from", "subject", "to"]
    )
    spot = raw.index(b"From:") + flip % (len(raw) - raw.index(b"From:"))
    changed = (
        raw[:spot]
        + {b"a": b"b", b"b": b"a", b" ": b"\t"}.get(raw[spot : spot + 1], raw[spot : spot + 1])
        + raw[spot + 1 :]
    )
    for letter in (raw, changed):
        theirs = dkimpy_accepts(letter)
        ours = authenticate(letter, OVER_LMTP, SENDER, RULES, resolver(), AT)
        assert (ours.result == "pass") == theirs or "sender it was read as" in ours.evidence


MIXED = b'\t \r\n;:=<>()"\\@,.abIl0=\x00\xff'


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A signed letter with a few stretches overwritten, doubled or cut out."""
    raw = bytearray(draw(st.sampled_from([sign(), LETTER, sign(length=True)])))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 40)))
        new = draw(st.binary(max_size=20) | st.lists(st.sampled_from(MIXED), max_size=20).map(bytes))
        raw[start:end] = draw(st.sampled_from([new, bytes(raw[start:end]) * 2, b""]))
    return bytes(raw)


RECORDS = st.lists(
    st.text(alphabet=st.characters(max_codepoint=255), max_size=80)
    | st.sampled_from(["v=spf1 ", "v=DMARC1; p=reject; ", "v=DKIM1; p="]).flatmap(
        lambda start: st.text(alphabet="abAB%{}dlsir./:+-~?= 0129", max_size=80).map(
            lambda rest: start + rest
        )
    )
    | st.just(make_key().record),
    max_size=3,
)
EVERYTHING = TrustRules(
    border_names=(".yunling.example",),
    authserv_id="mx.yunling.example",
    border_strips=True,
    trusted_sources=frozenset({"lmtp"}),
)


class _AnyAnswer(FakeResolver):
    """The same records to every question."""

    def __init__(self, records: list[str]) -> None:
        super().__init__()
        self._any = records

    def ask(self, name: str, kind: Any) -> Any:
        self.records[name.rstrip(".").lower(), kind] = tuple(self._any)
        return super().ask(name, kind)


@given(
    raw=mutated() | st.binary(max_size=300),
    records=RECORDS,
    source=st.sampled_from(["smtp", "lmtp"]),
    peer=st.sampled_from(["198.51.100.7", "::1", "list", "", "2001:db8::1%eth0"]),
    mail_from=st.text(max_size=30) | st.just("x@hexiang.example"),
)
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_a_stranger_writes_makes_it_raise(
    raw: bytes, records: list[str], source: str, peer: str, mail_from: str
) -> None:
    """Bytes, records, return path: all are the stranger's; the answer is always one of four, in one plain line."""
    envelope = Envelope(source, mail_from, (), peer)
    judged = authenticate(raw, envelope, SENDER, EVERYTHING, _AnyAnswer(records), AT)
    assert judged.result in ("pass", "fail", "none", "temperror")
    assert judged.evidence.isprintable()
    assert judged.evidence.isascii()


@given(raw=mutated())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_no_mutation_of_a_signed_letter_is_proved_with_other_words(raw: bytes) -> None:
    """What passes is what was signed: its body, and the fields that people and parsers go by (G13)."""
    judged = authenticate(raw, OVER_LMTP, SENDER, RULES, resolver(), AT)
    if judged.result == "pass":
        shown = cut(raw)
        words = {field.key: field.text for field in shown.fields}
        assert words["subject"].split() == ["Login", "fails"]
        assert words["from"].split() == ["Lin", "Yu", "<lin.yu@hexiang.example>"]
        assert canonical_body(network_form(shown.body), "simple") == LETTER.partition(b"\r\n\r\n")[2]


LONG = 1 << 20
LONG_HEADER = 100_000


def in_header(text: bytes, name: bytes = b"X") -> bytes:
    return name + b": " + text[: LONG_HEADER - 2000] + b"\r\n" + sign()


@pytest.mark.parametrize(
    "raw",
    [
        sign(LETTER + b" " * LONG + b"x\r\n", canonicalize=(b"relaxed", b"simple")),
        LETTER.join([signature().replace(b"relaxed/simple", b"relaxed/relaxed"), b" " * LONG + b"x"]),
        sign() + b"\r\n" * LONG,
        sign() + b"\r" * LONG + b"\n",
        sign() + b"\r\r\n" * LONG,
        sign() + b" \r\n" * LONG,
        in_header(b"a\r\n " * LONG),
        in_header(b"(" * LONG, b"Authentication-Results"),
        in_header(b'mx.yunling.example; a="' + b"\\" * LONG, b"Authentication-Results"),
        in_header(b"mx.yunling.example; " + b"a=b;" * LONG, b"Authentication-Results"),
        in_header(b"v=1; d=hexiang.example; b" + b" \r\n" * LONG, b"DKIM-Signature"),
        in_header(b"v=1; d=hexiang.example; b=" + b"\r\n " * LONG + b";", b"DKIM-Signature"),
        in_header(
            b"v=1; a=rsa-sha256; s=s1; b=; bh=; d=hexiang.example; h=from:subject" + b":a" * LONG,
            b"DKIM-Signature",
        ),
        sign().replace(b"Lin Yu <", b'"' + b"\\" * (LONG_HEADER - 2000) + b" <"),
        sign().replace(b"Lin Yu <", b"(" * (LONG_HEADER - 2000) + b" <"),
        sign().replace(b"Lin Yu <", b'" ' * (LONG_HEADER // 2 - 1000) + b" <"),
        sign().replace(b"lin.yu@", b"a" * (LONG_HEADER - 2000) + b"@"),
        sign().replace(b"lin.yu@hexiang", b"lin.yu@" + b"a." * (LONG_HEADER // 2 - 1000)),
        b"A" * LONG * 4,
        b"A: b\r\n" * LONG,
        b"\r\n" * LONG,
    ],
)  # fmt: skip - one shape a line
def test_length_costs_no_more_than_length(raw: bytes) -> None:
    """T14: a megabyte of anything is judged at once; whatever is quadratic would sit here for hours."""
    judged = authenticate(raw, OVER_LMTP, SENDER, EVERYTHING, resolver(), AT)
    assert judged.result in ("fail", "none", "pass")


def test_a_long_expiry_or_a_strange_sender_is_no_exception() -> None:
    """Numbers larger than any clock, and a sender that the parser made of nothing."""
    raw = sign().replace(b"q=dns/txt;", b"q=dns/txt; x=" + b"9" * 5000 + b";")
    for sender in (Address(None, ""), Address(None, "@"), Address("\x00", "\ud800@x.example")):
        assert authenticate(raw, OVER_LMTP, sender, RULES, FakeResolver(keys()), AT).result == "none"


def test_random_headers_of_every_length_are_read() -> None:
    """Boundaries of the limits: one byte less, exactly, one more."""
    chance = random.Random(4)
    for size in (102_390, 102_399, 102_400, 102_401, 102_404, 102_500):
        filler = (
            b"X: "
            + bytes(chance.choices(b"ab", k=size - len(sign().partition(b"\r\n\r\n")[0]) - 5))
            + b"\r\n"
        )
        judged = authenticate(filler + sign(), OVER_LMTP, SENDER, RULES, resolver(), AT)
        assert judged.result == ("pass" if size <= 102_400 else "none")
