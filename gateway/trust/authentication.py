"""Whether the domain in a message's From really sent it.

In this order: mail handed in on this machine; our own check of DKIM; our own check of SPF, where the client is not one
of our servers; and what our border server found, where its word can be told from a stranger's. The first that proves
it decides. What counts as proof is the domain owner's DMARC policy, and otherwise alignment by organisation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from gateway.messages import Address, Envelope
from gateway.trust import dkim_signature, dmarc, results_header
from gateway.trust.author import author_domain, domain_name
from gateway.trust.dmarc import Policy
from gateway.trust.dns import AskedTooMuch, Metered, Resolver, Unanswered
from gateway.trust.evidence import Authentication, Broken, Result, Unfit
from gateway.trust.header_block import Letter, cut
from gateway.trust.organisations import aligned
from gateway.trust.rules import TrustRules, is_within, peer_address
from gateway.trust.spf_check import spf_result

MAX_SIGNATURES = 5
MAX_QUESTIONS = 10
MAX_SECONDS = 15.0
DIRECT = "smtp"
"""The source of mail that its sender's own program or server handed to us: only there is the peer the sender."""

_RESULTS: dict[str, Result] = {"pass": "pass", "fail": "fail", "temperror": "temperror"}

__all__ = ["Authentication", "authenticate"]


def authenticate(
    raw: bytes, envelope: Envelope, sender: Address | None, rules: TrustRules, dns: Resolver, at: datetime
) -> Authentication:
    """Judge a message by its bytes as they came, for the `sender` it will be treated as being from.

    `at` is when we received it, for signatures that expire. Blocks while `dns` answers: at most 40 questions and 40
    seconds. Never raises, whatever the bytes; time grows linearly with their number (RELIABILITY 2.1 rule 3,
    0.19, T1, T6, L-58; RFC 6376, 7208, 7489, 8601).
    """
    try:
        letter = cut(raw)
        author = author_domain(letter, sender)
    except Unfit as reason:
        return Authentication("none", None, "", f"Nothing can be proved of it: {reason}")
    if _handed_in(letter, envelope, rules):
        return Authentication("pass", "local", author, f"It was handed in directly from {envelope.peer}")
    asked = Metered(dns, MAX_QUESTIONS, MAX_SECONDS)
    matter = _Matter(letter, envelope, author, dmarc.policy_of(author, asked), rules)
    seen: list[Authentication] = []
    for judged in chain(_signatures(matter, asked, at), _path(matter, dns), _border(matter)):
        if judged.result == "pass":
            return judged
        seen.append(judged)
    return _unproved(matter, seen)


@dataclass(frozen=True, slots=True)
class _Matter:
    """What every piece of evidence is weighed against: `author` is the From domain, `policy` what its owner asks."""

    letter: Letter
    envelope: Envelope
    author: str
    policy: Policy
    rules: TrustRules


def _handed_in(letter: Letter, envelope: Envelope, rules: TrustRules) -> bool:
    """Whether it came from a program of ours and over no network: every mail server on a way here adds a Received."""
    return (
        envelope.source == DIRECT
        and is_within(envelope.peer, rules.local_hosts)
        and not any(letter.all("received"))
    )


def _signatures(matter: _Matter, dns: Resolver, at: datetime) -> Iterator[Authentication]:
    """The first five DKIM signatures that speak for the From domain; those of strangers prove nothing about it."""
    letter, author = matter.letter, matter.author
    bodies = dkim_signature.Bodies(letter)
    speaking = [
        field
        for field in letter.all("dkim-signature")
        if (domain := dkim_signature.domain_of(field))
        and aligned(domain, author, strict=matter.policy.strict_dkim)
    ]
    for field in speaking[:MAX_SIGNATURES]:
        about = f"The DKIM signature of {dkim_signature.domain_of(field)}"
        try:
            signature = dkim_signature.read_signature(field, letter, at)
            about += f" (key {signature.selector})"
            dkim_signature.check(signature, letter, bodies, dns)
        except Unfit as reason:
            yield Authentication("none", "dkim", author, f"{about} does not count: {reason}")
        except Broken as reason:
            yield Authentication("fail", "dkim", author, f"{about} is not true: {reason}")
        except (Unanswered, AskedTooMuch) as reason:
            yield Authentication("temperror", "dkim", author, f"{about} could not be checked: {reason}")
        else:
            yield Authentication("pass", "dkim", author, f"{about} is true and speaks for {author}")


def _path(matter: _Matter, dns: Resolver) -> Iterator[Authentication]:
    """SPF of the return path, where the client is a stranger's server and the path speaks for the From domain."""
    envelope, rules = matter.envelope, matter.rules
    peer = peer_address(envelope.peer)
    domain = domain_name(envelope.mail_from.rpartition("@")[2])
    if envelope.source != DIRECT or peer is None or domain is None:
        return
    if is_within(envelope.peer, (*rules.local_hosts, *rules.border_hosts)):
        return
    if not aligned(domain, matter.author, strict=matter.policy.strict_spf):
        return
    found = spf_result(peer, envelope.mail_from, domain, dns)
    evidence = f"SPF of {domain} for {peer} is {found}"
    yield Authentication(_RESULTS.get(found, "none"), "spf", matter.author, evidence)


def _border(matter: _Matter) -> Iterator[Authentication]:
    """What our border server found, as far as it speaks for the From domain.

    It does not say whether a signature was one of those that never count, so beside an aligned `l=` only SPF does.
    """
    author, policy = matter.author, matter.policy
    strict = {"dkim": policy.strict_dkim, "spf": policy.strict_spf, "dmarc": True}
    partly = any(
        dkim_signature.claims_a_part(field)
        and aligned(dkim_signature.domain_of(field) or "", author, strict=False)
        for field in matter.letter.all("dkim-signature")
    )
    for finding in results_header.findings(matter.letter, matter.envelope, matter.rules):
        domain = results_header.domain_of(finding)
        if domain is None or not aligned(domain, author, strict=strict[finding.method]):
            continue
        result = _RESULTS.get(finding.result, "none")
        found = finding.result if result != "none" else "nothing"
        evidence = f"{matter.rules.authserv_id} found for {finding.method} of {domain}: {found}"
        if partly and finding.method != "spf":
            result, evidence = "none", f"{evidence}, but a signature covers only a part of the body (l=)"
        yield Authentication(result, "authentication-results", author, evidence)


def _unproved(matter: _Matter, seen: list[Authentication]) -> Authentication:
    """What to say where nothing proved it: that it may yet be proved, that it is untrue, or that nothing is known."""
    author, policy = matter.author, matter.policy
    if waiting := next((each for each in seen if each.result == "temperror"), None):
        return waiting
    if policy.unanswered:
        return Authentication("temperror", None, author, f"The policy of {author} could not be looked up")
    if untrue := next((each for each in seen if each.result == "fail"), None):
        return untrue
    if policy.wish != "none":
        evidence = f"{author} asks to {policy.wish} mail for which nothing speaks"
        means = seen[0].means if seen else None
        return Authentication(
            "fail", means, author, ": ".join([evidence, *(each.evidence for each in seen[:1])])
        )
    if seen:
        return seen[0]
    evidence = f"Nothing speaks for {author}: no signature, no path, no result"
    return Authentication("none", None, author, evidence)
